"""How an error looks: one readable line for the user's, the full traceback on request."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from IPython.core.interactiveshell import InteractiveShell

from causal_magics.errors import CausalMagicsError


def make_readable(error: CausalMagicsError | KeyboardInterrupt | MemoryError) -> None:
    """Let IPython show an error as its message, without the traceback.

    The error stays the one that was raised, so that `except CycleError` still catches it, the
    front-end gets a real error output, and nbval fails.
    """
    notes = getattr(error, "__notes__", [])
    kind = "MemoryError" if isinstance(error, MemoryError) else type(error).__name__
    lines = "\n".join([f"{kind}: {error}".removesuffix(": "), *notes]).split("\n")
    vars(error)["_render_traceback_"] = lambda: lines


def full_traceback(shell: InteractiveShell, error: Exception | None) -> str:
    """Return the traceback of an error as text."""
    if error is None:
        return "No error so far."
    lines = shell.InteractiveTB.structured_traceback(type(error), error, error.__traceback__)
    return str(shell.InteractiveTB.stb2text(lines))


@contextmanager
def readable_warnings() -> Iterator[None]:
    """Show each of the package's own warnings as one line, without a place in its files."""
    with warnings.catch_warnings():
        usual = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if category.__module__.split(".")[0] == "causal_magics":
                sys.stderr.write(f"{category.__name__}: {message}\n")
            else:
                usual(message, category, filename, lineno, file, line)

        warnings.showwarning = show
        yield

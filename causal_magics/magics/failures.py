"""How an error looks: one readable line for the user's, the full traceback on request."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

from causal_magics.errors import CausalMagicsError


def make_readable(error: CausalMagicsError) -> None:
    """Let IPython show an error as its message, without the traceback.

    The error stays the one that was raised, so that `except CycleError` still catches it, the
    front-end gets a real error output, and nbval fails.
    """
    notes = getattr(error, "__notes__", [])
    lines = "\n".join([f"{type(error).__name__}: {error}", *notes]).split("\n")
    vars(error)["_render_traceback_"] = lambda: lines


def full_traceback(shell: InteractiveShell, error: CausalMagicsError | None) -> str:
    """Return the traceback of an error as text."""
    if error is None:
        return "No error so far."
    lines = shell.InteractiveTB.structured_traceback(type(error), error, error.__traceback__)
    return str(shell.InteractiveTB.stb2text(lines))

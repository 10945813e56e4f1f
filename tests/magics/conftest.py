"""A real shell with the extension loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from real_shell import only_shell

__all__ = ["bare_shell", "fails", "only_shell", "run", "shell"]

Run = Callable[[str], Any]


@pytest.fixture
def bare_shell(only_shell: InteractiveShell) -> Iterator[InteractiveShell]:
    """Yield a shell with fresh names, without the extension."""
    before = dict(only_shell.user_ns)
    yield only_shell
    only_shell.config.pop("CausalMagics", None)
    only_shell.user_ns.clear()
    only_shell.user_ns.update(before)


@pytest.fixture
def shell(bare_shell: InteractiveShell) -> Iterator[InteractiveShell]:
    """Yield a shell in which ``%load_ext causal_magics`` was run."""
    bare_shell.run_line_magic("load_ext", "causal_magics")
    yield bare_shell
    bare_shell.run_line_magic("unload_ext", "causal_magics")


@pytest.fixture
def run(shell: InteractiveShell) -> Run:
    """Return a function that runs a cell and returns what it returns."""

    def run_cell(text: str) -> Any:
        result: ExecutionResult = shell.run_cell(text, store_history=False)
        result.raise_error()
        return result.result

    return run_cell


@pytest.fixture
def fails(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """Return a function that runs a cell which must fail, and returns what is shown."""

    def run_cell(text: str) -> str:
        before = dict(shell.user_ns)
        capsys.readouterr()
        result = shell.run_cell(text, store_history=False)
        assert result.error_in_exec is not None
        after = {name: shell.user_ns[name] for name in before}
        assert all(after[name] is value for name, value in before.items())
        assert set(shell.user_ns) == set(before)
        return capsys.readouterr().out.strip()

    return run_cell

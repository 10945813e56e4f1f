"""What ``%load_ext`` puts into a shell, and ``%unload_ext`` takes out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

Run = Callable[[str], Any]


def parts(shell: InteractiveShell) -> dict[str, object]:
    """Return everything of the shell that an extension can touch."""
    events = shell.events.callbacks
    assert shell.display_formatter is not None
    formatter = shell.display_formatter.mimebundle_formatter
    html = shell.display_formatter.formatters["text/html"]
    return {
        "matchers": list(shell.Completer.custom_matchers),
        "transforms": list(shell.input_transformer_manager.cleanup_transforms),
        "events": {name: list(functions) for name, functions in events.items()},
        "configurables": list(shell.configurables),
        "registry": set(shell.magics_manager.registry),
        "magics": {kind: set(table) for kind, table in shell.magics_manager.magics.items()},
        "formatters": (set(formatter.type_printers), set(formatter.deferred_printers)),
        "html": (set(html.type_printers), set(html.deferred_printers)),
    }


def test_unloading_leaves_nothing(bare_shell: InteractiveShell) -> None:
    bare_shell.find_line_magic("load_ext")  # registers IPython's own lazily
    before = parts(bare_shell)
    for _ in range(2):
        bare_shell.run_line_magic("load_ext", "causal_magics")
        assert parts(bare_shell) != before
        assert "causal" in bare_shell.magics_manager.magics["cell"]
        bare_shell.run_cell("%causal", store_history=False)
        bare_shell.run_line_magic("unload_ext", "causal_magics")
        assert parts(bare_shell) == before


def test_loading_twice_or_reloading_registers_once(shell: InteractiveShell) -> None:
    once = parts(shell)
    shell.run_line_magic("load_ext", "causal_magics")
    assert parts(shell) == once
    shell.run_line_magic("reload_ext", "causal_magics")
    again = parts(shell)
    for key in ("matchers", "transforms", "configurables"):
        assert len(again[key]) == len(once[key])  # type: ignore[arg-type]
    assert [len(v) for v in again["events"].values()] == [len(v) for v in once["events"].values()]  # type: ignore[attr-defined]


def test_a_question_mark_shows_the_verbs(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for line in ("%%causal?", "%causal?", "%causal --help"):
        capsys.readouterr()
        shell.run_cell(line, store_history=False)
        shown = capsys.readouterr().out
        assert "discover" in shown
        assert "-o NAME" in shown


def test_configuration_outlives_a_reload(run: Run, shell: InteractiveShell) -> None:
    run("%config CausalMagics.debug = True")
    shell.run_line_magic("reload_ext", "causal_magics")
    assert shell.magics_manager.registry["CausalMagics"].debug is True


def test_an_empty_cell_is_read(run: Run) -> None:
    assert "discover" in repr(run("%%causal --help"))
    assert "discover" in repr(run("%%causal --help\n"))


def test_a_terminal_waits_for_the_body(shell: InteractiveShell) -> None:
    assert shell.check_complete("%%causal graph -o g")[0] == "incomplete"
    assert shell.check_complete("%%causal graph -o g\nA -> B")[0] == "incomplete"
    assert shell.check_complete("%%causal graph -o g\nA -> B\n\n")[0] == "complete"

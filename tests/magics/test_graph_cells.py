"""`graph`, `edit` and `code`: a graph is written, shown, bound and given back as Python."""

from __future__ import annotations

import keyword
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from causal_magics.graph.model import CausalGraph
from causal_magics.magics.display import Bundle
from causal_magics.widgets import opening
from causal_magics.widgets.graph_editor import MIME_TYPE, GraphEditor, live_editors

Run = Callable[[str], Any]
DAGITTY = """dag {
bb="0,0,1,1"
Treatment [exposure,pos="0.1,0.2"]
"blood pressure" [outcome]
Smoking [latent]
Smoking -> {Treatment "blood pressure"}
Treatment <-> Age
}
"""
HOSTILE = [  # names that no markup, shell or notation may take for its own
    'a "quoted" name',
    "<b onclick=x>&amp;</b>",
    "Größe ∆ 名前",
    "back\\slash",
    "x" * 300,
    "-> |",
]


def format_names(names: list[str]) -> str:
    from causal_magics.graph.notation_format import format_name

    return " -> ".join(map(format_name, names))


@pytest.fixture
def kernel(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    """Return a shell that says it has a front-end."""
    monkeypatch.setattr(shell, "kernel", object(), raising=False)
    return shell


def shown(shell: InteractiveShell, line: str, body: str | None = None) -> Bundle:
    """Run a cell as it is, and return what its result looks like before the cell ends."""
    seen: list[Bundle] = []
    assert shell.display_formatter is not None
    shell.user_ns["look"] = lambda value: seen.append(shell.display_formatter.format(value))
    call = f"run_line_magic('causal', {line!r})"
    if body is not None:
        call = f"run_cell_magic('causal', {line!r}, {body!r})"
    shell.run_cell(f"look(get_ipython().{call})").raise_error()
    return seen[0]


def test_the_body_is_a_graph(run: Run, shell: InteractiveShell) -> None:
    found = run("%%causal graph -o g\n# a comment\nA [exposure]\nA -> {B C} -> D // the rest\n")
    assert found is shell.user_ns["g"]
    assert found.directed_edges == {("A", "B"), ("A", "C"), ("B", "D"), ("C", "D")}
    assert found.exposures == ("A",)


def test_text_from_dagitty_is_untouched_by_expansion(run: Run) -> None:
    found = run(f"%%causal graph\n{DAGITTY}")
    assert found == CausalGraph.parse(DAGITTY)


def test_expressions_in_the_body(run: Run) -> None:
    run("x = 'Age'; xs = ['blood pressure', 'Weight']; base = 'A -> B'")
    found = run("%%causal graph\n{{x}} -> {{xs}} -> {C D}\n{{base}}\n")
    assert {("Age", "blood pressure"), ("Weight", "D"), ("A", "B")} <= found.directed_edges


def test_both_kinds_of_names_and_one_line(run: Run, shell: InteractiveShell) -> None:
    run("%%causal a << graph -o b\nA -> B\n")
    assert shell.user_ns["a"] is shell.user_ns["b"]
    assert run("%causal graph -o blank") == CausalGraph()
    run("c = %causal edit a")
    assert isinstance(shell.user_ns["c"], GraphEditor)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_survive(name: str, run: Run, kernel: InteractiveShell) -> None:
    found = run(f"%%causal graph -o g\n{format_names([name, 'B'])}\n")
    assert found.nodes == (name, "B")
    data, _ = shown(kernel, "edit g")
    assert "<b onclick" not in data["image/svg+xml"]


@pytest.mark.parametrize(
    ("body", "kind", "part"),
    [
        ("A -> B\nB => C\n", "NotationError", "Line 2, column 3"),
        ("A -> B -> C -> A\n", "CycleError", "A -> B -> C -> A"),
        ("A [exposur]\n", "NotationError", "Did you mean exposure?"),
        ("A -> B [requird]\n", "NotationError", "Did you mean required?"),
        ("   \n# nothing\n", "CellError", "The body has no node"),
        ("dag { }\n", "CellError", "The body has no node"),
        ("", "CellError", "The body has no node"),
        ("prompt: x\nA -> B\n", "CellError", "graph has no option prompt:"),
        ("A -> {B\n", "NotationError", "brace"),
        ("A -> A\n", "", "itself"),
        ('"' + "x" * 301 + '"\n', "", "300"),
        ("{{missing}} -> B\n", "CellError", "NameError"),
    ],
)
def test_a_wrong_body_leaves_everything_as_it_was(
    body: str, kind: str, part: str, shell: InteractiveShell, fails: Callable[[str], str]
) -> None:
    shell.user_ns["g"] = CausalGraph(["before"])
    text = fails(f"%%causal graph -o g\n{body}")
    assert text.startswith(kind)
    assert part in text
    assert "Traceback" not in text
    assert len(text.splitlines()) <= 4


def test_the_caret_stands_under_the_mistake(fails: Callable[[str], str]) -> None:
    lines = fails("%%causal graph\nA -> B\n  Tar => Cancer\n").splitlines()
    assert lines[1].strip() == "Tar => Cancer"
    assert lines[2].index("^") == lines[1].index("=>")


def test_errors_keep_their_type(shell: InteractiveShell, run: Run) -> None:
    caught = run(
        "from causal_magics.errors import CycleError\n"
        "try:\n    get_ipython().run_cell_magic('causal', 'graph', 'A -> B -> A')\n"
        "except CycleError as error:\n    path = error.path\npath"
    )
    assert caught[0] == caught[-1]


# ---------------------------------------------------------------------- display


def test_without_a_screen_a_graph_is_its_notation(
    run: Run, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    before = live_editors()
    run("%%causal graph\nA -> B\n")
    assert capsys.readouterr().out.strip().endswith("A -> B")
    assert live_editors() == before


def test_with_a_screen_the_cell_shows_the_editor_once(kernel: InteractiveShell) -> None:
    before = len(live_editors())
    data, _ = shown(kernel, "graph -o g", "A -> B")
    assert len(live_editors()) == before + 1
    assert editor_of("g").graph is kernel.user_ns["g"]
    assert data[MIME_TYPE]["name"] == "g"
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == "A -> B"
    assert data["image/svg+xml"].startswith("<svg")


def test_a_later_cell_shows_the_plain_value(kernel: InteractiveShell, run: Run) -> None:
    run("%%causal graph -o g\nA -> B\n")
    seen: list[Bundle] = []
    assert kernel.display_formatter is not None
    kernel.user_ns["look"] = lambda value: seen.append(kernel.display_formatter.format(value))
    before = len(live_editors())
    run("look(g)")
    assert MIME_TYPE not in seen[0][0]
    assert len(live_editors()) == before


# ---------------------------------------------------------------------- the name and its editor


def editor_of(name: str) -> GraphEditor:
    return [editor for editor in live_editors() if editor.name == name][-1]


def test_an_edit_rebinds_the_name_and_an_assignment_reaches_the_editor(
    kernel: InteractiveShell, run: Run
) -> None:
    run("%%causal graph -o g\nA -> B\n")
    editor = run("%causal edit g")
    assert editor is editor_of("g")
    editor.set_graph(editor.graph.add_node("C"))
    assert run("g.nodes") == ("A", "B", "C")
    run("g = g.add_edge('B', 'C')")
    assert ("B", "C") in editor.graph.directed_edges
    assert run("g") is editor.graph
    editor.close()


def test_edit_can_bind_another_name(kernel: InteractiveShell, run: Run) -> None:
    run("%%causal graph -o g\nA -> B\n")
    editor = run("%causal mine << edit g -o h")
    assert editor is kernel.user_ns["mine"]
    editor.set_graph(editor.graph.add_node("C"))
    assert run("g.nodes, h.nodes") == (("A", "B"), ("A", "B", "C"))
    editor.close()


def test_the_check_runs_after_every_cell(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    monkeypatch.setattr(opening, "check", lambda: calls.append(1))
    run("1 + 1")
    run("2 + 2")
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        ("%causal edit", "Expected GRAPH after edit"),
        ("%causal edit gg", "Did you mean g?"),
        ("%causal edit number", "Expected a CausalGraph for GRAPH, got 'number', an int."),
        ("%%causal edit g\nA -> B\n", "edit takes no body"),
    ],
)
def test_edit_says_what_it_needs(
    cell: str, part: str, shell: InteractiveShell, fails: Callable[[str], str]
) -> None:
    shell.user_ns |= {"g": CausalGraph(["A"]), "number": 1}
    assert part in fails(cell)


# ---------------------------------------------------------------------- code


def rerun(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(text, "cell", "exec"), names)
    return names


def test_code_does_what_the_cell_did(run: Run, shell: InteractiveShell) -> None:
    run(f"%%causal graph -o g\n{DAGITTY}")
    text = str(run("%causal code g"))
    assert text.startswith("from causal_magics import CausalGraph\n\ng = CausalGraph.parse(")
    assert rerun(text)["g"] == shell.user_ns["g"]
    assert run("%causal code g")._repr_markdown_().startswith("```python\n")


def test_code_of_an_edited_graph_ends_with_the_graph(run: Run, shell: InteractiveShell) -> None:
    run("%%causal graph -o g\nA -> B\n")
    run("g = g.add_node('a \"c\"').add_edge('B', 'a \"c\"').require('A', 'B')")
    assert rerun(str(run("%causal code g")))["g"] == shell.user_ns["g"]


def test_code_of_a_graph_that_no_cell_made(run: Run, shell: InteractiveShell) -> None:
    shell.user_ns["own"] = CausalGraph(["A"], [("A", "B", "<->")]).forbid("A", "B")
    assert rerun(str(run("%causal code own")))["own"] == shell.user_ns["own"]


def test_code_of_an_unknown_name(run: Run, fails: Callable[[str], str]) -> None:
    run("%%causal graph -o network\nA -> B\n")
    assert "Did you mean network?" in fails("%causal code netwrk")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_comment_survives_the_code(run: Run, shell: InteractiveShell, comment: str) -> None:
    lines = "".join(f"# {line}\n" for line in comment.replace("{{", "").splitlines())
    run(f"%%causal graph -o g\nA -> B\n{lines}")
    assert rerun(str(run("%causal code g")))["g"] == shell.user_ns["g"]
    assert not keyword.iskeyword("g")

"""Cells whose body has lines for nodes and lines that repeat, without any language model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from causal_magics.errors import CellError
from causal_magics.graph.model import CausalGraph
from causal_magics.magics.arguments import Notebook
from causal_magics.magics.calls import Call, read_call
from causal_magics.magics.grammar import read_header
from causal_magics.magics.help import explain
from causal_magics.magics.history import History
from causal_magics.magics.verb import Verb

BODY = """\
"blood pressure" -> Kept     # how it came to be
Kept [selected]
templates: In {Date}, {Word} was here.
Date: 1801, 1802
templates: In {Date}, "{Word}" left; or not
"blood pressure": in mmHg
level: 0.9
"""


def measured(
    graph: CausalGraph, templates: Sequence[str], values: Mapping[str, str], *, level: float = 0.95
) -> object:
    """Measure nothing.

    Parameters
    ----------
    graph
        How texts come to be.
    templates
        Texts.
    values
        Values of nodes.
    level
        Confidence level.
    """
    return graph, templates, values, level


VERB = Verb("measured", measured, body="graph", lines=("templates",), by_node="values")


def call_of(body: str | None, line: str = "measured", **names: Any) -> Call:
    history = History(names)
    notebook = Notebook(names, lambda text: eval(text, dict(names)), history, names)
    return read_call(read_header(line, lambda _: VERB.flags), VERB, body, notebook, {})


def test_lines_repeat_and_nodes_have_lines_of_their_own() -> None:
    graph, templates, values, level = call_of(BODY).run()  # type: ignore[misc]
    assert graph == CausalGraph.parse('"blood pressure" -> Kept\nKept [selected]\nDate')
    assert templates == ("In {Date}, {Word} was here.", 'In {Date}, "{Word}" left; or not')
    assert values == {"Date": "1801, 1802", "blood pressure": "in mmHg"}
    assert level == 0.9


def test_its_python_does_the_same() -> None:
    call = call_of(BODY)
    leading = [call.arguments[name].source for name in ("graph", "templates", "values")]
    found = [eval(source, {"CausalGraph": CausalGraph}) for source in leading]
    assert found == [call.arguments[name].value for name in ("graph", "templates", "values")]


def test_the_graph_may_stand_in_the_first_line() -> None:
    lines = "templates: {Date} {Word}\nDate: 1, 2\n"
    drawn = CausalGraph.parse("Date -> Word")
    assert call_of(lines, "measured g", g=drawn).arguments["graph"].value is drawn
    with pytest.raises(CellError, match="given in the first line and again in the body"):
        call_of(f"Date -> Word\n{lines}", "measured g", g=drawn)


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ("Date: 1, 2", "measured needs lines that begin with templates:."),
        ("templates: {Date}", "measured needs a body"),
        ("Date\ntemplates: {Date}", "lines that begin with a node's name and a colon"),
        ("Date: 1\nDate: 2\ntemplates: {Date}", "Expected one line Date:, got 2"),
        ("Date: 1\ntemplates: {Date}\nlevle: 0.9", "Did you mean --level?"),
        ("Date: 1\ntemplates: {Date}\nlevel: 0.9\nlevel: 0.8", "Expected --level once, got it 2"),
        (
            "Date: 1\ntemplates: {Date}\nlevel: 0.9 0.8",
            "Expected one value after level:, got '0.9 0.8'",
        ),
    ],
)
def test_mistakes(body: str, part: str) -> None:
    with pytest.raises(CellError) as caught:
        call_of(body)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_help_tells_of_both_kinds_of_lines() -> None:
    told = str(explain(VERB))
    assert "templates: …  Texts." in told
    assert "NODE: …       Values of nodes." in told
    assert "%%causal measured [GRAPH] [--options]" in told


def test_a_node_like_an_option_is_a_node_where_the_graph_has_it(
    fails: Callable[[str], str],
) -> None:
    values = call_of("levels -> b\nlevels: low, high\ntemplates: {levels}").arguments["values"]
    assert values.value == {"levels": "low, high"}
    assert "Did you mean --level?" in fails("%%causal probe\nlevels: low, high\n")

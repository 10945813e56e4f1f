"""What holds for every text and every graph; single cases are in the golden file."""

from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracles.graph_strategies import TRICKY_NAMES, graphs, numbers

from causal_magics.errors import GraphError, NotationError
from causal_magics.graph.model import CausalGraph, Edge, Knowledge, Node
from causal_magics.graph.notation import (
    Cell,
    format_dagitty,
    format_graph,
    format_name,
    parse_cell,
    parse_graph,
)
from causal_magics.graph.notation_format import number_text

FRAGMENTS = st.sampled_from([
    *TRICKY_NAMES[:25], "a", "b", "c", " ", "\n", "\t", "\r\n", ";", ",", "->", "<-", "<->", "--",
    "@->", "<-@", "@-@", "@--", "--@", "=>", "o->", "{", "}", "[", "]", "=", '"', "\\", "dag {",
    "pag{", "tiers: a | b", "tiers:", "|", "key: value", "[required]", "[forbidden]", "[exposure]",
    '[pos="1,2"]', "[bits=3]", "[confidence=.5]", "# x", "// y", "{{x}}", "__import__('os')",
    "\x00",
])  # fmt: skip


@given(graphs())
def test_parsing_what_was_formatted_gives_the_graph_back(graph: CausalGraph) -> None:
    text = format_graph(graph)
    assert parse_graph(text) == graph
    assert format_graph(parse_graph(text)) == text
    assert all(line == line.strip() for line in text.split("\n"))


@given(graphs())
def test_the_wrapper_changes_nothing(graph: CausalGraph) -> None:
    assert parse_graph(format_graph(graph, wrap=True)) == graph


@given(graphs(), st.randoms())
def test_the_text_depends_on_nothing_but_the_value(graph: CausalGraph, random: Random) -> None:
    nodes, edges = list(graph.node_table.values()), list(graph.edges)
    random.shuffle(nodes)
    random.shuffle(edges)
    assert format_graph(CausalGraph(nodes, edges, graph.knowledge)) == format_graph(graph)


@given(graphs())
def test_dagitty_text_keeps_all_but_forbidden_edges_and_tiers(graph: CausalGraph) -> None:
    kept = graph.with_knowledge(Knowledge(required=graph.knowledge.required))
    assert parse_graph(format_dagitty(graph)) == kept


@pytest.mark.parametrize("name", TRICKY_NAMES)
def test_a_tricky_name_survives_wherever_a_name_stands(name: str) -> None:
    graph = CausalGraph(
        [Node(name, frozenset({"latent"}), (1, 2))],
        [(name, "y"), ("x", name, "<->")],
        Knowledge(frozenset({(name, "y")}), frozenset({("z", name)}), ((name,), ("y",))),
    )
    assert parse_graph(format_graph(graph)) == graph
    assert parse_cell(f"{format_name(name)} -> q").graph.directed_edges == {(name, "q")}


def outcome(text: str) -> Cell | NotationError | GraphError:
    try:
        return parse_cell(text)
    except (NotationError, GraphError) as error:
        return error


@given(st.lists(FRAGMENTS, max_size=25).map("".join) | st.text(max_size=60))
@example("{" * 5000)
@example("[" * 5000)
@example('"' * 5001)
@settings(max_examples=250)
def test_any_text_is_a_graph_or_a_readable_error(text: str) -> None:
    result = outcome(text)
    if isinstance(result, NotationError):
        lines = result.text.split("\n")
        assert 1 <= result.line <= len(lines)
        assert 1 <= result.column <= len(lines[result.line - 1]) + 1
    elif isinstance(result, Cell):
        assert parse_graph(format_graph(result.graph)) == result.graph
        assert set(result.places) == set(result.graph.nodes)
    else:
        assert str(result)


@given(numbers)
def test_numbers_keep_every_digit(number: float) -> None:
    assert float(number_text(number)) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [(-0.0, "0"), (1.0, "1"), (0.1, "0.1"), (1e-6, "0.000001"), (1e-7, "1e-7"),
     (1.5e-10, "1.5e-10"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
     (2**53, "9007199254740992")],
)  # fmt: skip
def test_numbers_are_written_as_javascript_writes_them(number: float, text: str) -> None:
    assert number_text(float(number)) == text


def test_a_required_edge_that_the_graph_lacked_is_added() -> None:
    assert parse_graph("a -> b [required]").edges == (Edge("a", "b"),)


def test_an_error_shows_the_line_and_a_caret() -> None:
    with pytest.raises(NotationError) as caught:
        parse_graph("a -> b\nTreatment [exposre]\nc")
    assert str(caught.value).split("\n")[1:] == ["    Treatment [exposre]", "    " + " " * 11 + "^"]


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("".join(f"a{i} -> b{i}\n" for i in range(12_000)), 24_000),
        (" -> ".join(f"a{i}" for i in range(20_000)), 20_000),
        ("{}" * 100_000, 0),
        ("dag " * 50_000, 1),
        ("a [" + "e," * 100_000 + "]", 1),
        ("".join(f"k{i}: 1\n" for i in range(25_000)), 0),
        ("k: 1\n" * 50_000, 0),
        ("a [" + "a," * 100_000, None),
        ('"' + "\\" * 200_000, None),
        ("a-" * 100_000, None),
        (" " * 200_000 + "a # " + "#" * 200_000, 1),
    ],
    ids=["edges", "chain", "groups", "words", "attributes", "settings", "setting", "open",
         "escapes", "key", "blanks"],
)  # fmt: skip
def test_a_large_text_is_read_in_one_pass(text: str, nodes: int | None) -> None:
    """No timing is asserted: a quadratic reader would run into the suite's time limit."""
    if nodes is None:
        with pytest.raises(NotationError) as caught:
            parse_cell(text)
        assert caught.value.line == 1
    else:
        assert len(parse_cell(text).graph) == nodes


def test_what_is_no_text_is_refused_in_one_line() -> None:
    with pytest.raises(NotationError, match="Expected a graph as text, got int"):
        parse_graph(5)  # type: ignore[arg-type]

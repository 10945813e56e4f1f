"""What a graph says of pairs, in the population and under selection."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causal_magics.errors import GraphError, UnknownNodeError
from causal_magics.graph.model import CausalGraph
from causal_magics.probing.entailment import entailments, entails

MCMILIN = "X <- W -> S <- G -> Y\nS [selected]\n{W G} [latent]"


def test_selection_opens_the_path_from_mention_to_pronoun() -> None:
    (pair,) = entailments(CausalGraph.parse(MCMILIN)).pairs
    assert (pair.a, pair.b, pair.kind) == ("X", "Y", "opened by selection")
    assert pair.path == "X <- W -> S <- G -> Y"
    assert pair.in_selected
    assert not pair.in_population


@pytest.mark.parametrize(
    ("text", "kind", "path"),
    [
        ("X -> Y; S [selected]", "dependent", "X -> Y"),
        ("X <- U -> Y; U [latent]; X -> S; S [selected]", "dependent", "X <- U -> Y"),
        ("X; Y; S [selected]", "independent", None),
        ("X -> S; Y; S [selected]", "independent", None),
        ("X -> C <- Y; C -> S; S [selected]", "opened by selection", "X -> C <- Y"),
        ("X <-> S; S <-> Y; S [selected]", "opened by selection", "X <-> S <-> Y"),
        ("X -> S -> Y; S [selected]", "closed by selection", "X -> S -> Y"),
        ("X -> S1 <- Y; S1 [selected]; S2 <- Y; S2 [selected]", "opened by selection",
         "X -> S1 <- Y"),
        ("X -> S <- A -> T <- Y; {S T} [selected]", "opened by selection",
         "X -> S <- A -> T <- Y"),
    ],
)  # fmt: skip
def test_kinds_of_pairs(text: str, kind: str, path: str | None) -> None:
    found = entails(CausalGraph.parse(text), "X", "Y")
    assert (found.kind, found.path) == (kind, path)


def test_what_is_given_closes_a_path_and_opens_another() -> None:
    graph = CausalGraph.parse("X -> S <- A; A -> B -> Y; X -> C <- Y; S [selected]")
    assert entails(graph, "X", "Y").kind == "opened by selection"
    assert entails(graph, "X", "Y", "A").kind == "independent"
    assert entails(graph, "X", "Y", ["A", "C"]).kind == "dependent"
    assert str(entails(graph, "X", "Y", ["B"])) == "X and Y given B: independent"


def test_without_selection_it_says_how_to_mark_it() -> None:
    found = entailments(CausalGraph.parse("X -> Z <- Y"))
    assert not found.opened
    assert str(found).splitlines()[-1].endswith("Written [selected].")
    assert [pair.kind for pair in found.pairs] == ["dependent", "independent", "dependent"]
    assert "[selected]" not in str(entailments(CausalGraph.parse(MCMILIN)))


def test_frame_and_repr() -> None:
    found = entailments(CausalGraph.parse(f"{MCMILIN}\nZ -> X"))
    assert repr(found) == "<Entailments: 1 opened by selection, 1 dependent, 1 independent>"
    assert "X &lt;- W -&gt; S &lt;- G -&gt; Y" in found._repr_html_()
    frame = found.to_frame()
    assert list(frame.columns) == ["a", "b", "given", "entailed", "path"]
    assert list(frame["path"]) == ["X <- W -> S <- G -> Y", "X <- Z", ""]


def test_what_cannot_be_asked() -> None:
    graph = CausalGraph.parse(MCMILIN)
    with pytest.raises(GraphError, match="'S' is selected on"):
        entails(graph, "X", "S")
    with pytest.raises(GraphError, match="selected on"):
        entails(graph, "X", "Y", "S")
    with pytest.raises(UnknownNodeError):
        entails(graph, "X", "Z")
    with pytest.raises(GraphError, match="do not overlap"):
        entails(graph, "X", "X")


NAMES = "ABCDEF"


@st.composite
def selected_dags(draw: st.DrawFn) -> CausalGraph:
    pairs = [(a, b) for i, a in enumerate(NAMES) for b in NAMES[i + 1 :]]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=9))
    chosen = draw(st.sets(st.sampled_from(NAMES), max_size=2))
    graph = CausalGraph(NAMES, edges)
    for name in chosen:
        graph = graph.set_roles(name, "selection")
    return graph


@settings(max_examples=60)
@given(selected_dags())
def test_kinds_are_those_of_networkx(graph: CausalGraph) -> None:
    dag = nx.DiGraph(list(graph.directed_edges))
    dag.add_nodes_from(graph.nodes)
    selected = set(graph.selections)
    pairs = entailments(graph).pairs
    assert len(pairs) == (6 - len(selected)) * (5 - len(selected)) // 2
    for pair in pairs:
        assert pair.in_population != nx.is_d_separator(dag, {pair.a}, {pair.b}, set())
        assert pair.in_selected != nx.is_d_separator(dag, {pair.a}, {pair.b}, selected)
        assert (pair.path is None) == (pair.kind == "independent")

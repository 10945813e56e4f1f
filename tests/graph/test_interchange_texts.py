"""Formats that are text: round trips, and texts that other programs wrote."""

import json

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from oracles.graph_strategies import TRICKY_NAMES, graphs, hostile_names, plain_names

from causal_magics.errors import CycleError, GraphError
from causal_magics.graph.interchange import (
    from_dagitty,
    from_dot,
    from_gml,
    from_json,
    from_networkx,
    to_dagitty,
    to_dot,
    to_gml,
    to_json,
    to_mermaid,
    to_networkx,
    to_tikz,
)
from causal_magics.graph.model import CausalGraph, Edge, Knowledge, Node

# pydot uses names that pyparsing deprecates.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pydot")

slowly = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
EVERYTHING = CausalGraph.parse(
    'T [exposure, pos="1,2"]\nY [outcome, adjusted]\nU [latent, selected]\nalone\n'
    "T -> Y [required, confidence=0.9, bits=12.5]\nT <-> Y\nU -- Z\nY @-> W\nV @-- W\nV @-@ X\n"
    "Y -> T [forbidden]\ntiers: T | Y U"
)


@given(graphs())
@slowly
def test_json_carries_everything(graph: CausalGraph) -> None:
    assert from_json(to_json(graph)) == graph
    assert from_json(to_json(graph)).nodes == graph.nodes


@given(graphs())
@slowly
def test_networkx_carries_everything(graph: CausalGraph) -> None:
    written = to_networkx(graph)
    assert from_networkx(written) == graph
    assert from_networkx(written).nodes == graph.nodes
    assert isinstance(written, nx.MultiDiGraph) != graph.is_dag


@given(graphs())
@slowly
def test_gml_carries_everything(graph: CausalGraph) -> None:
    assert from_gml(to_gml(graph)) == graph


@given(graphs())
@slowly
def test_dot_carries_everything(graph: CausalGraph) -> None:
    assert from_dot(to_dot(graph)) == graph


@given(graphs(names=plain_names))
@slowly
def test_dagitty_carries_all_but_forbidden_edges_and_tiers(graph: CausalGraph) -> None:
    kept = graph.with_knowledge(Knowledge(required=graph.knowledge.required))
    assert from_dagitty(to_dagitty(graph)) == kept


@pytest.mark.parametrize("name", TRICKY_NAMES)
def test_a_tricky_name_survives(name: str) -> None:
    graph = CausalGraph([Node(name, frozenset({"latent"}))], [(name, "y"), ("x", name)])
    assert from_dot(to_dot(graph)) == graph
    assert from_gml(to_gml(graph)) == graph
    assert from_json(to_json(graph)) == graph


# ---------------------------------------------------------------------- what others wrote


def test_dot_with_subgraphs_ports_and_directions() -> None:
    graph = from_dot(
        """
        strict digraph "my graph" {  // a comment
          rankdir=LR; node [shape=box]; /* another */
          Smoking:e -> {Tar; "Lung cancer"} [color=red];
          subgraph cluster_0 { Age -> Smoking; Gene }
          Gene -> Age [dir=back]; a -> b [dir=both]; c -> d [dir=none];
          e -> f [dir=both, arrowtail=odot, arrowhead=odot]; g -> h [dir=both, arrowhead=odot];
        }
        """
    )
    assert graph.directed_edges == {
        ("Smoking", "Tar"), ("Smoking", "Lung cancer"), ("Age", "Smoking"), ("Age", "Gene"),
    }  # fmt: skip
    assert graph.bidirected_edges == {("a", "b")}
    assert graph.undirected_edges == {("c", "d")}
    assert {edge.key for edge in graph.edges if "@" in edge.mark} == {
        ("e", "f", "@-@"), ("h", "g", "@->"),
    }  # fmt: skip


def test_an_undirected_dot_graph_has_undirected_edges() -> None:
    assert from_dot("graph { b -- a; a -- c }").undirected_edges == {("a", "b"), ("a", "c")}


def test_gml_as_dowhys_examples_have_it() -> None:
    graph = from_gml(
        'graph [directed 1 node [id "Z" label "Z"] node [id "U" label "Unobserved Confounders"]'
        ' node [id "T" label "T"] edge [source "Z" target "T"] edge [source "U" target "T"]]'
    )
    assert graph.directed_edges == {("Z", "T"), ("Unobserved Confounders", "T")}


def test_networkx_graphs_of_every_class() -> None:
    assert from_networkx(nx.Graph([(2, 1)])).undirected_edges == {("1", "2")}
    assert from_networkx(nx.DiGraph([(1, 2)])).directed_edges == {("1", "2")}
    parallel = nx.MultiDiGraph([("a", "b"), ("a", "b")])
    assert from_networkx(parallel).edges == (Edge("a", "b"),)
    placed = nx.DiGraph()
    placed.add_node("a", pos=(1, 2), observed="no", colour="red")
    assert from_networkx(placed).node("a") == Node("a", frozenset({"latent"}), (1, 2))


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Expected a graph in JSON"),
        ("[1]", "Expected JSON with"),
        ('{"format": "causal_magics.graph", "version": 2}', "Expected version 1"),
        ('{"format": "causal_magics.graph", "version": 1}', "in the shape that to_json writes"),
        ("[" * 100_000, "Expected a graph in JSON"),
        (json.dumps({"format": "causal_magics.graph", "version": 1, "nodes": [{"name": ""}],
                     "edges": []}), "Expected a node's name"),
        (json.dumps({"format": "causal_magics.graph", "version": 1, "nodes": [], "edges": [],
                     "knowledge": []}), "in the shape that to_json writes"),
    ],
)  # fmt: skip
def test_other_json_is_refused(text: str, said: str) -> None:
    with pytest.raises(GraphError, match=said):
        from_json(text)


@pytest.mark.parametrize("text", ["", "digraph {", "graph a { } graph b { }", "hello"])
def test_what_is_not_one_dot_graph_is_refused(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(GraphError, match="Expected one graph in DOT"):
        from_dot(text)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("text", ["", "graph [", "hello", "graph [ node [ id 0 ] ]"])
def test_what_is_not_gml_is_refused(text: str) -> None:
    with pytest.raises(GraphError, match="Expected a graph in GML"):
        from_gml(text)


def test_networkx_graphs_that_are_no_causal_graph_are_refused() -> None:
    with pytest.raises(CycleError):
        from_networkx(nx.DiGraph([("a", "b"), ("b", "a")]))
    with pytest.raises(GraphError, match="both '1' as text"):
        from_networkx(nx.DiGraph([(1, "1")]))
    with pytest.raises(GraphError, match="Expected a networkx graph, got dict"):
        from_networkx({})
    with pytest.raises(GraphError, match=r"Expected a mark among .* got '=>'"):
        from_networkx(nx.MultiDiGraph([("a", "b", {"mark": "=>"})]))
    with pytest.raises(GraphError, match="Did you mean exposure"):
        from_networkx(_one_node(roles=["exposre"]))
    with pytest.raises(GraphError, match="position of 'a' as two numbers"):
        from_networkx(_one_node(position="left"))


def _one_node(**said: object) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_node("a", **said)
    return graph


# ---------------------------------------------------------------------- drawings


def test_tikz_draws_every_node_and_edge() -> None:
    text = to_tikz(EVERYTHING)
    assert text.count(r"\node") == len(EVERYTHING)
    assert text.count(r"\draw") == len(EVERYTHING.edges)
    assert r"\node[exposure] (v0) at" in text
    assert "{Circle[open]}-{Stealth}" in text


@given(graphs(names=hostile_names, marks=("->",), knowledge=False))
@slowly
def test_tikz_takes_nothing_in_a_name_for_latex(graph: CausalGraph) -> None:
    lines = to_tikz(graph).split("\n")
    for line in lines[6 : 6 + len(graph)]:
        label = line.split(") {", 1)[1].removesuffix("};")
        for plain in (r"\textbackslash{}", r"\textasciicircum{}", r"\textasciitilde{}",
                      r"\textless{}", r"\textgreater{}", r"\textbar{}", r"{\char34}",
                      r"\textasciigrave{}", "{-}",
                      r"\{", r"\}", r"\$", r"\&", r"\#", r"\_", r"\%"):  # fmt: skip
            label = label.replace(plain, "")
        assert not set(label) & set("\\{}$&#^_~%")


def test_mermaid_draws_every_node_and_edge() -> None:
    lines = to_mermaid(EVERYTHING).split("\n")
    assert lines[0] == "flowchart TD"
    assert '  v0["T"]' in lines
    assert "  v0 --> v1" in lines
    assert "  v0 <-.-> v1" in lines
    assert "  class v0 exposure" in lines


def test_mermaid_takes_nothing_in_a_name_for_markup() -> None:
    graph = CausalGraph(['"<script>alert(1)</script>`#quot;'])
    assert to_mermaid(graph).split("\n")[1] == (
        '  v0["#34;#60;script#62;alert#40;1#41;#60;#47;script#62;#96;#35;quot#59;"]'
    )

"""`CausalGraph`: what it holds, what its operations return, what they refuse."""

from __future__ import annotations

import pickle
from itertools import pairwise, permutations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal_magics.errors import (
    CycleError,
    DuplicateNodeError,
    EdgeError,
    GraphError,
    KnowledgeError,
    NodeNameError,
    UnknownNodeError,
)
from causal_magics.graph.model import ROLES, CausalGraph, Edge, Knowledge, Node

HOSTILE_NAMES = [
    "blood pressure", 'say "hi"', "O'Neil", "back\\slash", "Größe", "因果", "🧬",
    "<script>alert(1)</script>", "a->b", "dag", "tiers:", "# no comment", "{x}", "n" * 300,
]  # fmt: skip


def chain() -> CausalGraph:
    return CausalGraph(edges=[("A", "B"), ("B", "C")])


@st.composite
def dags(draw: st.DrawFn, max_nodes: int = 7) -> CausalGraph:
    n = draw(st.integers(0, max_nodes))
    names = [f"v{i}" for i in draw(st.permutations(range(n)))]
    pairs = [(names[i], names[j]) for i in range(n) for j in range(i + 1, n)]
    edges = [pair for pair in pairs if draw(st.booleans())]
    return CausalGraph(sorted(names), edges)


def test_nodes_keep_their_order_and_edges_bring_their_ends() -> None:
    graph = CausalGraph(["Z", "A"], [("M", "A")])
    assert graph.nodes == ("Z", "A", "M")
    assert graph.directed_edges == {("M", "A")}


def test_equality_ignores_order_but_nothing_else() -> None:
    graph = chain()
    same = CausalGraph(["C", "B", "A"], [("B", "C"), ("A", "B")])
    assert graph == same
    assert hash(graph) == hash(same)
    assert graph != graph.set_roles("A", ["exposure"])
    assert graph != graph.with_evidence({("A", "B"): (0.9, None)})
    assert graph != graph.forbid("C", "A")
    assert graph != graph.set_position("A", (1, 2))
    assert len({graph, same}) == 1


def test_a_graph_cannot_be_changed_in_place() -> None:
    graph = chain()
    with pytest.raises(AttributeError):
        graph.edges = ()  # type: ignore[misc]
    with pytest.raises(TypeError):
        graph.node_table["D"] = Node("D")  # type: ignore[index]


@pytest.mark.parametrize(
    ("given_mark", "stored"),
    [
        (("B", "A", "<-"), ("A", "B", "->")),
        (("B", "A", "<->"), ("A", "B", "<->")),
        (("B", "A", "<-@"), ("A", "B", "@->")),
        (("B", "A", "--@"), ("A", "B", "@--")),
        (("A", "B", "@--"), ("A", "B", "@--")),
        (("B", "A", "@-@"), ("A", "B", "@-@")),
    ],
)
def test_marks_are_stored_one_way(given_mark: tuple[str, str, str], stored: object) -> None:
    assert Edge(*given_mark).key == stored  # type: ignore[arg-type]


def test_cycles_are_refused_with_their_path() -> None:
    with pytest.raises(CycleError) as caught:
        chain().add_edge("C", "A")
    path = caught.value.path
    assert path[0] == path[-1]
    assert set(pairwise(path)) == {("A", "B"), ("B", "C"), ("C", "A")}
    assert "A" in str(caught.value)


def test_opposite_edges_are_a_cycle_also_when_given_at_once() -> None:
    with pytest.raises(CycleError):
        CausalGraph(edges=[("A", "B"), ("B", "A")])


@given(dags())
def test_exactly_the_edges_that_close_a_cycle_are_refused(graph: CausalGraph) -> None:
    for a, b in permutations(graph.nodes, 2):
        if graph.edge(a, b) or graph.edge(b, a):
            continue
        if b in graph.ancestors(a):
            with pytest.raises(CycleError) as caught:
                graph.add_edge(a, b)
            steps = set(pairwise(caught.value.path))
            assert steps <= graph.directed_edges | {(a, b)}
        else:
            assert (a, b) in graph.add_edge(a, b).directed_edges


@given(dags())
def test_kinship_is_networkx_s(graph: CausalGraph) -> None:
    reference = nx.DiGraph(list(graph.directed_edges))
    reference.add_nodes_from(graph.nodes)
    for name in graph.nodes:
        assert graph.ancestors(name) == nx.ancestors(reference, name)
        assert graph.descendants(name) == nx.descendants(reference, name)
        assert graph.parents(name) == set(reference.predecessors(name))
        assert graph.children(name) == set(reference.successors(name))
    order = {name: i for i, name in enumerate(graph.topological_order())}
    assert len(order) == len(graph)
    assert all(order[a] < order[b] for a, b in graph.directed_edges)


def test_between_two_nodes_one_edge_or_an_arrow_beside_an_arc() -> None:
    both = CausalGraph(edges=[("A", "B"), ("A", "B", "<->")])
    assert [e.mark for e in both.edges_between("B", "A")] == ["->", "<->"]
    with pytest.raises(EdgeError, match="already"):
        both.add_edge("B", "A", "<->")
    with pytest.raises(EdgeError, match="expected one edge"):
        chain().add_edge("A", "B", "--")


def test_removing_an_edge_finds_symmetric_ones_from_either_end() -> None:
    graph = CausalGraph(edges=[("A", "B", "<->"), ("B", "C")])
    assert graph.remove_edge("B", "A").edges == (Edge("B", "C"),)
    with pytest.raises(EdgeError, match="no edge 'C' -> 'B'"):
        graph.remove_edge("C", "B")


def test_removing_one_of_two_edges_by_mark() -> None:
    both = CausalGraph(edges=[("A", "B"), ("A", "B", "<->")])
    assert both.remove_edge("A", "B", "<->").edges == (Edge("A", "B"),)
    assert both.remove_edge("A", "B").edges == ()


def test_reversing_drops_evidence_and_requirement() -> None:
    graph = chain().require("A", "B").with_evidence({("A", "B"): (0.5, 3.0)})
    reversed_graph = graph.reverse_edge("A", "B")
    assert reversed_graph.edge("B", "A") == Edge("B", "A")
    assert not reversed_graph.knowledge


def test_required_edges_are_always_there() -> None:
    graph = CausalGraph(["A", "B"]).require("A", "B")
    assert graph.directed_edges == {("A", "B")}
    assert not graph.remove_edge("A", "B").knowledge.required


def test_forbidden_edges_and_tiers_are_obeyed() -> None:
    with pytest.raises(KnowledgeError, match="forbidden"):
        chain().forbid("A", "B")
    with pytest.raises(KnowledgeError, match="forbidden"):
        CausalGraph(["A", "B"]).forbid("A", "B").add_edge("A", "B")
    with pytest.raises(KnowledgeError, match="later tier"):
        chain().with_tiers([["B"], ["A"]])
    assert chain().with_tiers([["A"], ["B", "C"]]).knowledge.allows("B", "C")


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        ({"required": {("A", "B")}, "forbidden": {("A", "B")}}, KnowledgeError),
        ({"required": {("A", "B")}, "tiers": (("B",), ("A",))}, KnowledgeError),
        ({"tiers": (("A",), ("A",))}, KnowledgeError),
        ({"required": {("A", "B"), ("B", "A")}}, CycleError),
        ({"required": {("A", "A")}}, EdgeError),
    ],
)
def test_knowledge_that_contradicts_itself(parts: dict[str, object], error: type) -> None:
    with pytest.raises(error):
        Knowledge(**parts)  # type: ignore[arg-type]


def test_knowledge_merges_and_renames() -> None:
    first = Knowledge(required={("A", "B")}, tiers=(("A",), ("B",)))
    second = Knowledge(forbidden={("B", "C")})
    merged = first.merged(second)
    assert merged.required == {("A", "B")}
    assert merged.tiers == (("A",), ("B",))
    assert merged.renamed("B", "D").forbidden == {("D", "C")}
    assert merged.without(["A"]) == Knowledge(forbidden={("B", "C")}, tiers=(("B",),))
    assert bool(merged)
    assert not Knowledge()


def test_knowledge_shows_itself_the_same_way_each_time() -> None:
    knowledge = Knowledge(required={("C", "D"), ("A", "B")}, tiers=(("A",), ("B", "D")))
    shown = "Knowledge(required={('A', 'B'), ('C', 'D')}, tiers=(('A',), ('B', 'D')))"
    assert repr(knowledge) == shown
    assert eval(shown, {"Knowledge": Knowledge}) == knowledge
    assert repr(Knowledge()) == "Knowledge()"


def test_renaming_reaches_edges_and_knowledge() -> None:
    graph = chain().require("A", "B").with_tiers([["A"], ["B", "C"]]).rename_node("B", "M")
    assert graph.nodes == ("A", "M", "C")
    assert graph.directed_edges == {("A", "M"), ("M", "C")}
    assert graph.knowledge.required == {("A", "M")}
    with pytest.raises(DuplicateNodeError):
        graph.rename_node("A", "C")


def test_removing_a_node_removes_all_that_speaks_of_it() -> None:
    graph = chain().require("A", "B").forbid("A", "C").with_tiers([["A"], ["B", "C"]])
    left = graph.remove_node("A")
    assert left.nodes == ("B", "C")
    assert left.directed_edges == {("B", "C")}
    assert left.knowledge.names() == ("B", "C")


def test_subgraph_keeps_what_lies_inside() -> None:
    graph = chain().forbid("A", "C")
    assert graph.subgraph(["A", "B"]).directed_edges == {("A", "B")}
    assert not graph.subgraph(["A", "B"]).knowledge


def test_unknown_nodes_are_named_with_the_closest() -> None:
    graph = CausalGraph(["Smoking", "Cancer"])
    with pytest.raises(UnknownNodeError, match="Did you mean 'Smoking'"):
        graph.parents("smokin")
    with pytest.raises(UnknownNodeError, match="no nodes"):
        CausalGraph().ancestors("A")
    with pytest.raises(UnknownNodeError):
        graph.add_edge("Smoking", "Tar")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00b", "x" * 301, 3, None])
def test_names_that_no_node_can_carry(name: object) -> None:
    with pytest.raises(NodeNameError):
        CausalGraph().add_node(name)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_odd_names_are_names(name: str) -> None:
    graph = CausalGraph([name]).add_node("other").add_edge(name, "other")
    assert graph.children(name) == {"other"}
    with pytest.raises(CycleError) as caught:
        graph.add_edge("other", name)
    assert len(str(caught.value).splitlines()) == 1


def test_roles_combine_and_are_checked() -> None:
    graph = CausalGraph(["A"]).set_roles("A", ["exposure", "latent"])
    assert graph.exposures == graph.latents == ("A",)
    assert graph.outcomes == ()
    assert graph.set_roles("A", "outcome").outcomes == ("A",)
    assert graph.add_node("B", "adjusted").adjusted == ("B",)
    with pytest.raises(GraphError, match="Did you mean exposure"):
        graph.set_roles("A", ["exposre"])  # type: ignore[list-item]
    assert set(ROLES) == {"exposure", "outcome", "adjusted", "latent", "selection", "functional"}


@pytest.mark.parametrize("evidence", [(1.5, None), (-0.1, None), (None, float("nan"))])
def test_evidence_out_of_range_is_refused(evidence: tuple[float | None, float | None]) -> None:
    with pytest.raises(EdgeError):
        chain().with_evidence({("A", "B"): evidence})


def test_kinds_of_graphs() -> None:
    assert chain().is_dag
    mixed = chain().add_edge("A", "C", "<->")
    assert mixed.is_admg
    assert not mixed.is_dag
    assert mixed.siblings("A") == {"C"}
    assert mixed.neighbors("A") == {"B", "C"}
    partial = CausalGraph(edges=[("A", "B", "--"), ("B", "C")])
    assert partial.is_cpdag_like
    assert CausalGraph(edges=[("A", "B", "@->")]).has_circles


def test_pickle_keeps_the_value() -> None:
    graph = chain().require("A", "B").set_roles("A", ["exposure"]).set_position("B", (1, 2))
    assert pickle.loads(pickle.dumps(graph)) == graph


@given(dags())
def test_operations_undo_each_other(graph: CausalGraph) -> None:
    assert graph.add_node("new").remove_node("new") == graph
    for cause, effect in graph.directed_edges:
        assert graph.remove_edge(cause, effect).add_edge(cause, effect) == graph
    for name in graph.nodes:
        assert graph.rename_node(name, "other").rename_node("other", name) == graph

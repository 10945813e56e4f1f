"""Differences between graphs, against published definitions and by hand."""

from __future__ import annotations

from itertools import permutations
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causal_magics.errors import GraphError
from causal_magics.graph.comparison import compare, edits
from causal_magics.graph.model import CausalGraph, Edge, Knowledge
from causal_magics.graph.network import PublishedNetwork

parse = CausalGraph.parse
NAMES = ("a", "b", "c", "d", "e")


@st.composite
def dags(draw: st.DrawFn) -> CausalGraph:
    order = draw(st.permutations(NAMES))
    pairs = [(a, b) for i, a in enumerate(order) for b in order[i + 1 :]]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True))
    return CausalGraph(NAMES, chosen)


def test_a_graph_equals_itself() -> None:
    same = compare(parse("a -> b -> c"), parse("c <- b <- a"))
    assert (same.shd, same.sid, same.f1, same.skeleton_f1) == (0, 0, 1.0, 1.0)
    assert compare(CausalGraph(), CausalGraph()).f1 == 1.0
    assert compare(CausalGraph(["a"]), CausalGraph(["a"])).sid == 0


def test_every_difference_has_its_place() -> None:
    learned = parse("a -> b -> c -> d;  d -- e;  a -> e")
    truth = parse("a -> b;  c -> b;  d -> e;  a -> d;  c")
    compared = compare(learned, truth)
    assert compared.shared == {("a", "b")}
    assert compared.reversed == {("b", "c")}
    assert compared.changed == {("d", "e")}
    assert compared.added == {("c", "d"), ("a", "e")}
    assert compared.missing == {("a", "d")}
    assert compared.shd == 5
    assert compared.precision == pytest.approx(1 / 5)
    assert compared.recall == pytest.approx(1 / 4)
    assert compared.f1 == pytest.approx(2 / 9)
    assert compared.skeleton_f1 == pytest.approx(6 / 9)
    assert compared.edge_statuses()[("b", "c")] == "reversed"
    assert compared.to_frame()["status"].value_counts()["added"] == 2


def test_bidirected_edges_beside_directed_ones() -> None:
    both = CausalGraph("ab", [("a", "b"), ("a", "b", "<->")])
    one = CausalGraph("ab", [("a", "b")])
    assert compare(both, one).added == {("a", "b")}
    assert compare(one, both).missing == {("a", "b")}
    assert compare(one, both).shd == 1
    assert compare(one, both).sid is None
    assert "DAGs and CPDAGs; the second" in compare(one, both).note


@settings(max_examples=60, deadline=None)
@given(dags(), dags())
def test_distances_follow_their_definitions(learned: CausalGraph, truth: CausalGraph) -> None:
    compared = compare(learned, truth)
    one, other = (nx.to_numpy_array(to_networkx(g), nodelist=NAMES) for g in (learned, truth))
    assert compared.shd == np.triu((one != other) | (one.T != other.T)).sum()
    assert compared.sid == intervention_distance(learned, truth)
    hits, total = (one * other).sum(), one.sum() + other.sum()
    assert compared.f1 == pytest.approx(2 * hits / total if total else 1.0)
    mirrored = compare(truth, learned)
    assert (mirrored.shd, mirrored.f1) == (compared.shd, compared.f1)
    assert {len(compared.added), len(compared.missing)} == {
        len(mirrored.missing), len(mirrored.added),
    }  # fmt: skip


def to_networkx(graph: CausalGraph) -> nx.DiGraph:
    plain = nx.DiGraph()
    plain.add_nodes_from(graph.nodes)
    plain.add_edges_from(graph.directed_edges)
    return plain


def intervention_distance(learned: CausalGraph, truth: CausalGraph) -> int:
    """SID from its definition (Peters and Bühlmann 2015, definition 3 and proposition 6)."""
    graph = to_networkx(truth)
    wrong = 0
    for x, y in permutations(NAMES, 2):
        parents = set(learned.parents(x))
        below = nx.descendants(graph, x)
        if y in parents:
            wrong += y in below
            continue
        causal = [path[1:] for path in nx.all_simple_paths(graph, x, y)]
        touched = {node for path in causal for node in path}
        tainted = touched.union(*(nx.descendants(graph, node) for node in touched))
        if parents & tainted:
            wrong += 1
            continue
        proper = graph.copy()
        proper.remove_edges_from([(x, path[0]) for path in causal])
        wrong += not nx.is_d_separator(proper, {x}, {y}, parents)
    return wrong


def test_a_cpdag_is_compared_with_what_it_leaves_open() -> None:
    truth = parse("a -> b -> c")
    pattern = parse("a -- b -- c")
    compared = compare(pattern, truth)
    assert (compared.shd, compared.skeleton_f1, compared.f1) == (2, 1.0, 0.0)
    assert compared.sid == 6
    assert "CPDAG" in compared.note
    assert compare(pattern, pattern).shared == {("a", "b"), ("b", "c")}
    collider = parse("a -> b <- c")
    assert compare(collider.cpdag(), collider).sid == 0
    assert compare(parse("a -- b -> c"), truth).sid is None
    square = parse("a -- b; b -- c; c -- d; d -- a")
    assert compare(square, parse("a -> b -> c -> d")).sid is None


def test_a_published_cycle_counts_for_shd_and_not_for_sid() -> None:
    acyclic = parse("a -> b -> c")
    network = PublishedNetwork(acyclic, frozenset({("c", "a")}))
    assert repr(network) == "<PublishedNetwork: 3 nodes, 3 edges, 1 of them feedback>"
    assert compare(acyclic, network).missing == {("c", "a")}
    assert compare(acyclic, network).shd == 1
    assert compare(acyclic, network).sid == 0
    assert compare(acyclic, network).recall == pytest.approx(2 / 3)
    assert compare(acyclic, network).note == "SID is taken without c -> a, which closes a cycle."
    assert compare(parse("a -> b; c -> a"), network).shared == {("a", "b"), ("c", "a")}
    assert compare(acyclic, SimpleNamespace(network=network)).missing == {("c", "a")}


def test_a_node_that_one_graph_lacks_is_joined_to_nothing_there() -> None:
    learned, truth = parse("a -> b -> c"), parse("a -> b; d -> b")
    found = compare(learned, truth)
    same = compare(learned.add_node("d"), truth.add_node("c"))
    assert found.edge_statuses() == same.edge_statuses()
    assert (found.shd, found.sid) == (2, same.sid)
    assert found.note == "The nodes differ: only the first has 'c'; only the second has 'd'."
    assert same.note == ""
    assert found.learned is learned
    assert all(f">{name}<" in found.to_svg() for name in "abcd")


def test_what_is_no_graph_is_refused() -> None:
    with pytest.raises(GraphError, match="got str"):
        compare("a -> b", parse("a -> b"))  # type: ignore[arg-type]


def test_results_read_well_and_escape_names() -> None:
    hostile = CausalGraph(edges=[Edge("<script>", "b")])
    compared = compare(hostile, CausalGraph(hostile.nodes))
    assert repr(compared) == (
        "<Comparison: SHD 1, SID 0, F1 0.000 (precision 0.000, recall 1.000, skeleton 0.000); "
        "0 shared, 0 reversed, 0 changed, 1 added, 0 missing>"
    )
    assert "<script>" not in compared._repr_html_()
    assert "&lt;script&gt; → b" in compared._repr_html_()
    assert compared.to_svg(figures=False) in compared._repr_html_()
    assert "SHD 1 · SID 0 · F1 0.00" in compared.to_svg()


def test_edits_become_knowledge() -> None:
    before = parse("a -> b -> c -> d")
    after = before.remove_edge("a", "b").reverse_edge("b", "c").add_edge("a", "d")
    assert edits(before, after) == Knowledge(
        required=frozenset({("c", "b"), ("a", "d")}), forbidden=frozenset({("a", "b")})
    )
    assert not edits(before, before)


def test_edits_keep_the_knowledge_and_leave_removed_nodes() -> None:
    before = parse("a -> b -> c").with_tiers([["a"], ["b", "c"]]).require("a", "b")
    after = before.remove_node("c").add_node("d").add_edge("b", "d")
    knowledge = edits(before, after)
    assert knowledge.required == {("a", "b"), ("b", "d")}
    assert not knowledge.forbidden
    assert knowledge.tiers == (("a",), ("b",))


@settings(max_examples=40, deadline=None)
@given(dags(), dags())
def test_edited_graphs_obey_their_own_edits(before: CausalGraph, after: CausalGraph) -> None:
    knowledge = edits(before, after)
    assert after.with_knowledge(knowledge).directed_edges == after.directed_edges
    assert knowledge.required == after.directed_edges - before.directed_edges

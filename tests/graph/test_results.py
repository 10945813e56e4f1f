"""Results of other packages: their conventions, round trips, and `compare` on them as they are.

gCastle, lingam and tigramite are not installed for the tests: classes with their modules' names and
attributes stand for them, with matrices that the packages gave for data with these graphs.
"""

from __future__ import annotations

from types import SimpleNamespace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from oracles.graph_strategies import bare, graphs, plain_names

from causal_magics.errors import CycleError, EdgeError, GraphError
from causal_magics.graph.comparison import compare, edits
from causal_magics.graph.interchange import (
    TigramiteGraph,
    export_graph,
    from_causallearn,
    from_gcastle,
    from_lingam,
    from_pgmpy,
    from_tigramite,
    import_graph,
    to_causallearn,
    to_gcastle,
    to_lingam,
    to_pgmpy,
    to_tigramite,
)
from causal_magics.graph.interchange.results import network_of
from causal_magics.graph.model import CausalGraph, Mark
from causal_magics.graph.network import PackageResult
from causal_magics.widgets.evidence import Evidence

# What pgmpy and causal-learn warn of when they are imported and used.
pytestmark = pytest.mark.filterwarnings("ignore")

slowly = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAN = float("nan")
COLLIDER = CausalGraph.parse("a -> c <- b; c -> d")
CHAIN = CausalGraph(["a", "b", "c"], [("a", "b"), ("b", "c")])
CYCLIC = [[0, 0, 1], [1, 0, 0], [0, 1, 0]]  # lingam: a -> b -> c -> a


def stand_in(module: str, name: str, **attributes: object) -> object:
    instance = type(name, (), {"__module__": module})()
    instance.__dict__.update(attributes)
    return instance


def lingam(name: str = "DirectLiNGAM", **attributes: object) -> object:
    return stand_in("lingam.direct_lingam", name, **attributes)


class CastleTensor(np.ndarray):
    """As ``castle.common.base.Tensor``: an array with `index` and `columns`."""


CastleTensor.__module__ = "castle.common.base"


def castle(matrix: object, columns: object = None) -> object:
    tensor = np.asarray(matrix).view(CastleTensor)
    tensor.columns = pd.RangeIndex(len(tensor)) if columns is None else pd.Index(columns)
    return stand_in("castle.algorithms.pc.pc", "PC", causal_matrix=tensor)


# ---------------------------------------------------------------------- causal-learn


def test_what_each_search_of_causallearn_returns_is_read() -> None:
    from causallearn.search.ConstraintBased.FCI import fci
    from causallearn.search.PermutationBased.BOSS import boss
    from causallearn.search.PermutationBased.GRaSP import grasp
    from causallearn.search.ScoreBased.GES import ges

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 500))
    c = a + b + 0.5 * rng.normal(size=500)
    data = np.column_stack([a, b, c, c + 0.5 * rng.normal(size=500)])
    for found in (ges(data), boss(data, verbose=False), grasp(data, verbose=False)):
        assert compare(found, COLLIDER, names=list("abcd")).shd == 0
        assert compare(COLLIDER, found, names=list("abcd")).f1 == 1.0
    assert {e.key for e in import_graph(fci(data, show_progress=False)).edges} == {
        ("X1", "X3", "@->"), ("X2", "X3", "@->"), ("X3", "X4", "->"),
    }  # fmt: skip
    names = ["low", "high", "sum", "last"]
    assert ("low", "sum") in from_causallearn(ges(data), names).directed_edges


@given(graphs(names=plain_names))
@slowly
def test_causallearns_matrix_of_end_marks_carries_all_marks(graph: CausalGraph) -> None:
    ends = to_causallearn(graph).graph
    assert from_causallearn(ends, names=graph.nodes) == bare(graph)


def test_a_matrix_of_other_numbers_is_no_matrix_of_end_marks() -> None:
    with pytest.raises(GraphError, match=r"got 1 and 0 between 'X1' and 'X2'\..*from_lingam"):
        from_causallearn(np.array([[0, 1], [0, 0]]))
    with pytest.raises(GraphError, match="Expected 2 names for the matrix, got 1"):
        from_causallearn(np.array([[0, -1], [1, 0]]), names=["a"])


def test_causallearns_lingam_has_lingams_convention() -> None:
    from causallearn.search.FCMBased.lingam import DirectLiNGAM

    rng = np.random.default_rng(0)
    cause = rng.uniform(-1, 1, 400)
    model = DirectLiNGAM()
    model.fit(np.column_stack([2 * cause + 0.3 * rng.uniform(-1, 1, 400), cause]))
    assert from_lingam(model, names=["effect", "cause"]).directed_edges == {("cause", "effect")}
    assert compare(model, CHAIN, names=["b", "a"]).shared == {("a", "b")}


# ---------------------------------------------------------------------- pgmpy


def test_what_pgmpy_learned_is_read() -> None:
    import pgmpy.causal_discovery
    from pgmpy.base import AncestralBase
    from pgmpy.models import LinearGaussianBayesianNetwork

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 500))
    frame = pd.DataFrame({"a": a, "b": b, "c": a + b + 0.5 * rng.normal(size=500)})
    search = pgmpy.causal_discovery.PC(ci_test="pearsonr", show_progress=False).fit(frame)
    assert from_pgmpy(search).directed_edges == {("a", "c"), ("b", "c")}
    gaussian = LinearGaussianBayesianNetwork([("a", "c"), ("b", "c")])
    assert compare(search, gaussian).shd == 0
    mixed = AncestralBase([("b", "a", ">", "o"), ("b", "c", "-", ">")], latents={"b"})
    read = from_pgmpy(mixed)
    assert {edge.key for edge in read.edges} == {("a", "b", "@->"), ("b", "c", "->")}
    assert read.latents == ("b",)


# ---------------------------------------------------------------------- gCastle


def test_row_i_of_gcastles_matrix_points_to_column_j() -> None:
    matrix = [[0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
    learner = castle(matrix, columns=list("abcd"))
    assert from_gcastle(learner) == COLLIDER
    assert import_graph(learner) == import_graph(learner.causal_matrix) == COLLIDER
    assert compare(learner, COLLIDER).shd == compare(learner.causal_matrix, COLLIDER).shd == 0
    assert from_gcastle(castle([[0, 1], [1, 0]])).undirected_edges == {("0", "1")}
    assert from_gcastle(np.array([[0, -0.7], [0, 0]]), names=["x", "y"]).edge("x", "y")
    with pytest.raises(GraphError, match=r"Expected a fitted PC\. Call learn"):
        from_gcastle(stand_in("castle.algorithms.pc.pc", "PC", causal_matrix=None))


@given(graphs(marks=("->", "--")))
@slowly
def test_gcastle_carries_arrows_and_undirected_edges(graph: CausalGraph) -> None:
    assert from_gcastle(to_gcastle(graph), names=graph.nodes) == bare(graph)


# ---------------------------------------------------------------------- lingam


def test_column_j_of_lingams_matrix_points_to_row_i() -> None:
    model = lingam(adjacency_matrix_=np.array([[0.0, 0.0], [1.5, 0.0]]))
    assert from_lingam(model).directed_edges == {("x0", "x1")}
    assert from_lingam(model, names=["a", "b"]).directed_edges == {("a", "b")}
    assert import_graph(np.array([[0, 0], [1, 0]]), "lingam").directed_edges == {("x0", "x1")}
    frame = pd.DataFrame([[0, 0], [1, 0]], index=["p", "q"], columns=["p", "q"])
    assert from_lingam(frame).directed_edges == {("p", "q")}


def test_nan_is_a_hidden_common_cause() -> None:
    matrix = np.array([[0, NAN, 0], [NAN, 0, 0], [0.8, 0, 0]])
    found = from_lingam(lingam("RCD", adjacency_matrix_=matrix), names=["a", "b", "c"])
    assert {edge.key for edge in found.edges} == {("a", "b", "<->"), ("a", "c", "->")}


def test_lim_alone_has_the_transposed_matrix() -> None:
    matrix = np.array([[0.0, 1.2], [0.0, 0.0]])
    assert from_lingam(lingam("LiM", adjacency_matrix_=matrix)).directed_edges == {("x0", "x1")}
    assert from_lingam(lingam("RESIT", adjacency_matrix_=matrix)).directed_edges == {("x1", "x0")}


def test_lagged_causes_are_nodes() -> None:
    matrices = np.array([[[0, 0], [0.7, 0]], [[0.5, 0], [0.8, 0]]])
    found = from_lingam(lingam("VARLiNGAM", adjacency_matrices_=matrices), names=["a", "b"])
    assert found.directed_edges == {("a", "b"), ("a[t-1]", "a"), ("a[t-1]", "b")}
    moving = lingam("VARMALiNGAM", adjacency_matrices_=(matrices, matrices[:0]))
    assert from_lingam(moving, names=["a", "b"]) == found


def test_several_matrices_are_not_one_graph() -> None:
    several = lingam("MultiGroupDirectLiNGAM", adjacency_matrices_=[np.zeros((2, 2))] * 3)
    with pytest.raises(GraphError, match=r"MultiGroupDirectLiNGAM with 3 matrices\. Give one"):
        from_lingam(several)
    with pytest.raises(GraphError, match=r"Expected a fitted DirectLiNGAM\. Call fit"):
        from_lingam(lingam(adjacency_matrix_=None))


@given(graphs(marks=("->", "<->")))
@slowly
def test_lingam_carries_arrows_and_bidirected_edges(graph: CausalGraph) -> None:
    if any(len(graph.edges_between(e.source, e.target)) > 1 for e in graph.edges):
        with pytest.raises(EdgeError, match="got -> and <->"):
            to_lingam(graph)
    else:
        assert from_lingam(to_lingam(graph), names=graph.nodes) == bare(graph)


def test_lingams_matrix_has_no_place_for_undirected_edges() -> None:
    with pytest.raises(EdgeError, match="for lingam's matrix, got --"):
        to_lingam(CausalGraph(edges=[("a", "b", "--")]))


# ---------------------------------------------------------------------- tigramite


def links(**said: str) -> np.ndarray:
    """Return the array of two variables a, b; ``ab1="-->"`` is from a to b at lag 1."""
    array = np.full((2, 2, 2), "", dtype="<U3")
    for place, link in said.items():
        array["ab".index(place[0]), "ab".index(place[1]), int(place[2])] = link
    return array


def test_each_link_of_tigramite_is_read() -> None:
    expected: dict[str, set[tuple[str, str, Mark]]] = {
        "-->": {("a[t-1]", "b", "->")}, "o->": {("a[t-1]", "b", "@->")},
        "<->": {("a[t-1]", "b", "<->")}, "o-o": {("a[t-1]", "b", "@-@")},
        "o--": {("a[t-1]", "b", "@--")}, "---": {("a[t-1]", "b", "--")},
        "x->": {("a[t-1]", "b", "@->")}, "-?>": {("a[t-1]", "b", "->")},
        "+->": {("a[t-1]", "b", "->"), ("a[t-1]", "b", "<->")},
    }  # fmt: skip
    for link, edges in expected.items():
        found = from_tigramite(links(ab1=link), names=["a", "b"])
        assert {edge.key for edge in found.edges} == edges, link


def test_links_of_an_equivalence_class_are_undirected() -> None:
    array = links(ab0="o-o", ba0="o-o", aa1="-->")
    pcmci_plus = {"graph": array, "p_matrix": None, "sepsets": {}, "ambiguous_triples": []}
    assert from_tigramite(pcmci_plus, names="ab").undirected_edges == {("a", "b")}
    assert from_tigramite({"graph": array}, names="ab").edge("a", "b").mark == "@-@"
    assert from_tigramite(array, names="ab", latent=False).edge("a", "b").mark == "--"
    assert compare(pcmci_plus, pcmci_plus).shd == 0


def test_links_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(GraphError, match=r"between 'b' and 'a' at lag 0 both ways, got <-- and o"):
        from_tigramite(links(ab0="o->", ba0="<--"), names="ab")
    with pytest.raises(GraphError, match="Expected a link such as"):
        from_tigramite(links(ab1="=>"), names="ab")
    with pytest.raises(GraphError, match=r"of shape \(N, N, tau_max \+ 1\), got float64"):
        from_tigramite({"graph": np.zeros((2, 2, 2))})


@given(graphs())
@slowly
def test_tigramite_carries_all_marks(graph: CausalGraph) -> None:
    written = to_tigramite(graph)
    assert from_tigramite(written, latent=not graph.is_cpdag_like) == bare(graph)


def test_tigramite_carries_lags() -> None:
    keys = [("a[t-2]", "b", "->"), ("b", "a[t-1]", "<->"), ("a[t-1]", "b", "->"), ("a", "b", "->")]
    graph = CausalGraph(["b", "a"], keys)
    written = to_tigramite(graph)
    assert written.var_names == ["b", "a"]
    assert written.graph[1, 0].tolist() == ["-->", "+->", "-->"]
    assert from_tigramite(written) == graph
    with pytest.raises(EdgeError, match=r"edges that end at time t for tigramite, got 'a' -> 'b\["):
        to_tigramite(CausalGraph(edges=[("a", "b[t-1]")]))


# ---------------------------------------------------------------------- one compare for all


@pytest.mark.parametrize(
    "result",
    [
        lingam(adjacency_matrix_=to_lingam(CHAIN)),
        castle(to_gcastle(CHAIN)),
        {"graph": to_tigramite(CHAIN).graph, "p_matrix": None, "val_matrix": None},
        nx.DiGraph([(0, 1), (1, 2)]),
    ],
    ids=["lingam", "gCastle", "tigramite", "networkx"],
)
def test_places_take_the_names_that_are_given_or_of_our_columns(result: object) -> None:
    assert isinstance(result, PackageResult)
    ours = SimpleNamespace(graph=CausalGraph(["c", "b", "a"], CHAIN.edges), columns=tuple("abc"))
    for found in (compare(result, CHAIN, names=list("abc")), compare(result, ours)):
        assert (found.shd, found.learned.nodes) == (0, CHAIN.nodes)
        assert "tells variables by their places: taken as a, b, c." in found.note
    assert compare(ours, result).f1 == 1.0
    assert edits(result, ours).required == frozenset()


@pytest.mark.parametrize("write", [to_pgmpy, to_causallearn, to_tigramite])
def test_names_of_their_own_are_kept(write: object) -> None:
    renamed = CausalGraph(["a", "b", "z"], [("a", "b"), ("b", "z")])
    found = compare(write(renamed), CHAIN)
    assert found.missing == {("b", "c")}
    assert "The nodes differ" in found.note


def test_numbers_that_both_have_are_names() -> None:
    graph = CausalGraph(["X2", "X1"], [("X2", "X1")])
    assert compare(to_causallearn(CausalGraph(["X1", "X2"], [("X2", "X1")])), graph).shd == 0


def test_two_results_without_names_are_compared_by_place() -> None:
    model = lingam(adjacency_matrix_=to_lingam(CHAIN))
    assert compare(model, castle(to_gcastle(CHAIN))).shd == 0
    assert compare(castle(to_gcastle(CHAIN)), model).shd == 0


def test_cycles_count_as_feedback() -> None:
    model = lingam(adjacency_matrix_=np.array(CYCLIC, dtype=float))
    found = compare(model, CHAIN, names=list("abc"))
    assert (found.shd, found.missing, found.added) == (1, set(), {("c", "a")})
    assert "SID is taken without b -> c, which closes a cycle" in found.note
    with pytest.raises(CycleError, match="without directed cycles, found x1 -> x2 -> x0 -> x1"):
        from_lingam(model)
    both_ways = network_of(lingam(adjacency_matrix_=np.array([[0, 1.0], [1.0, 0]])), ["a", "b"])
    assert both_ways.feedback_edges == {("a", "b")}


def test_places_without_names_are_told_in_one_line() -> None:
    model = lingam(adjacency_matrix_=np.zeros((2, 2)))
    with pytest.raises(GraphError, match=r"2 variables of DirectLiNGAM, .* got none\. Give names="):
        compare(model, CHAIN)
    with pytest.raises(GraphError, match=r"got 3\. Give names=list\(frame\.columns\).*from_lingam"):
        compare(CHAIN, model, names=list("abc"))


@pytest.mark.parametrize("matrix", [np.zeros((3, 3)), pd.DataFrame(np.zeros((3, 3)))])
def test_a_plain_matrix_does_not_say_what_its_rows_are(matrix: object) -> None:
    with pytest.raises(GraphError, match=r"from_adjacency_matrix \(i -> j\), from_lingam \(j -> i"):
        compare(matrix, CHAIN)


def test_what_is_no_graph_is_refused() -> None:
    for strange in (3, None, {"graph": 1}, (), SimpleNamespace(adjacency_matrix_=np.eye(2))):
        assert not isinstance(strange, PackageResult)
        with pytest.raises(GraphError, match="one of causal-learn, gCastle, lingam, pgmpy"):
            compare(strange, CHAIN)


def test_the_editor_lays_a_result_under_the_drawing() -> None:
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(9, 3)), columns=["c", "a", "b"])
    model = lingam(adjacency_matrix_=np.array([[0, 0, 1.0], [0, 0, 0], [0, 1.0, 0]]))
    assert Evidence(frame, reference=model).reference.graph.directed_edges == CHAIN.directed_edges
    with pytest.raises(GraphError, match=r"3 variables of DirectLiNGAM, .* got none"):
        Evidence(reference=model)


@pytest.mark.parametrize("format_", ["gcastle", "lingam", "tigramite"])
def test_the_formats_are_exported_and_imported(format_: str) -> None:
    written = export_graph(CHAIN, format_)
    assert isinstance(written, TigramiteGraph if format_ == "tigramite" else np.ndarray)
    read = import_graph(written, format_)
    assert len(read.edges) == 2
    assert compare(read, CHAIN).shd == (0 if format_ == "tigramite" else 4)

"""Other packages' objects: round trips, and use by the package itself."""

import sys
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from oracles.graph_strategies import bare, graphs, plain_names

from causal_magics.errors import EdgeError, GraphError, MissingDependencyError
from causal_magics.graph.interchange import (
    export_graph,
    from_adjacency_matrix,
    from_causallearn,
    from_edge_list,
    from_networkx,
    from_pgmpy,
    import_graph,
    to_adjacency_matrix,
    to_bayesian_network,
    to_causallearn,
    to_dot,
    to_dowhy,
    to_edge_list,
    to_gml,
    to_json,
    to_pgmpy,
)
from causal_magics.graph.model import MARKS, CausalGraph, Edge, Knowledge, Mark

# What pgmpy, dowhy and causal-learn warn of when they are imported and used.
pytestmark = pytest.mark.filterwarnings("ignore")

slowly = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CONFOUNDED = CausalGraph.parse("T [exposure]; Y [outcome]; Z -> {T Y}; T -> Y; W -> T")


# ---------------------------------------------------------------------- pandas


@given(graphs())
@slowly
def test_an_edge_list_carries_edges_and_evidence(graph: CausalGraph) -> None:
    kept = CausalGraph(graph.nodes, graph.edges, Knowledge(required=graph.knowledge.required))
    assert from_edge_list(to_edge_list(graph), nodes=graph.nodes) == kept


@given(graphs(marks=("->", "--")))
@slowly
def test_an_adjacency_matrix_carries_arrows_and_undirected_edges(graph: CausalGraph) -> None:
    assert from_adjacency_matrix(to_adjacency_matrix(graph)) == bare(graph)


def test_row_i_of_the_matrix_points_to_column_j() -> None:
    matrix = to_adjacency_matrix(CausalGraph(["a", "b", "c"], [("a", "b"), ("b", "c", "--")]))
    assert matrix.to_numpy().tolist() == [[0, 1, 0], [0, 0, 1], [0, 1, 0]]
    assert list(matrix.index) == list(matrix.columns) == ["a", "b", "c"]


def test_matrices_that_others_made() -> None:
    weights = np.array([[0.0, -0.7], [0.0, np.nan]])
    assert from_adjacency_matrix(weights).directed_edges == {("X1", "X2")}
    assert from_adjacency_matrix(weights, names=["a", "b"]).directed_edges == {("a", "b")}
    shuffled = pd.DataFrame([[0, 0], [0, 1]], index=["b", "a"], columns=["a", "b"])
    assert from_adjacency_matrix(shuffled).directed_edges == {("a", "b")}
    assert from_adjacency_matrix(pd.DataFrame([[0, 1], [0, 0]])).directed_edges == {("0", "1")}
    assert from_adjacency_matrix(np.zeros((0, 0))) == CausalGraph()


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        ([[0, 1]], "square"),
        ([["x", 1], [0, 0]], "numbers"),
        (pd.DataFrame([[0, 1], [0, 0]], index=["a", "b"], columns=["a", "c"]), "same names"),
        (pd.DataFrame([[0, 1], [0, 0]], index=["a", "a"], columns=["a", "a"]), "different names"),
        ([[1]], "to itself"),
    ],
)
def test_other_matrices_are_refused(matrix: object, said: str) -> None:
    with pytest.raises(GraphError, match=said):
        from_adjacency_matrix(matrix)


def test_a_matrix_cannot_hold_other_marks() -> None:
    with pytest.raises(EdgeError, match=r"got <->\. Use to_edge_list"):
        to_adjacency_matrix(CausalGraph(edges=[("a", "b", "<->")]))


def test_edge_lists_that_others_made() -> None:
    frame = pd.DataFrame({"source": [1, 2], "target": [2, 3], "weight": [0.1, 0.2]})
    assert from_edge_list(frame).directed_edges == {("1", "2"), ("2", "3")}
    with pytest.raises(GraphError, match=r"Expected a column 'source' .* Is it 'sources'"):
        from_edge_list(frame.rename(columns={"source": "sources"}))
    with pytest.raises(GraphError, match="Expected the bits of an edge as a number"):
        from_edge_list(frame.assign(bits=["many", "few"]))


# ---------------------------------------------------------------------- pgmpy


@pytest.mark.parametrize("marks", [("->",), ("->", "<->"), ("->", "--")])
def test_pgmpy_carries_names_edges_and_roles(marks: tuple[Mark, ...]) -> None:
    @given(graphs(marks=marks))
    @slowly
    def carried(graph: CausalGraph) -> None:
        assert from_pgmpy(to_pgmpy(graph)) == bare(graph, roles=True)

    carried()


def test_pgmpy_understands_the_roles() -> None:
    model = to_pgmpy(CausalGraph.parse("T [exposure]; Y [outcome]; U [latent]; U -> {T Y}"))
    assert (model.exposures, model.outcomes, model.latents) == ({"T"}, {"Y"}, {"U"})
    assert model.is_dconnected("T", "Y")


def test_a_bayesian_network_can_be_fitted() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.integers(0, 2, (50, 4)), columns=["T", "Y", "Z", "W"])
    network = to_bayesian_network(CONFOUNDED)
    network.fit(frame)
    assert network.check_model()
    assert from_pgmpy(network) == CONFOUNDED


def test_pgmpy_has_no_graph_for_circles() -> None:
    with pytest.raises(EdgeError, match="pgmpy has no graph"):
        to_pgmpy(CausalGraph(edges=[("a", "b", "@->")]))
    with pytest.raises(EdgeError, match="Direct or remove the others"):
        to_bayesian_network(CausalGraph(edges=[("a", "b", "<->")]))
    with pytest.raises(GraphError, match="got DiGraph"):
        from_pgmpy(nx.DiGraph())


# ---------------------------------------------------------------------- dowhy


@pytest.mark.parametrize("write", [to_dowhy, to_gml], ids=["graph", "GML"])
def test_dowhy_identifies_the_effect(write: Callable[[CausalGraph], object]) -> None:
    import dowhy

    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(60, 4)), columns=["T", "Y", "Z", "W"])
    model = dowhy.CausalModel(
        frame, list(CONFOUNDED.exposures), list(CONFOUNDED.outcomes), graph=write(CONFOUNDED)
    )
    estimand = model.identify_effect()
    assert estimand.get_backdoor_variables() == ["Z"]
    assert estimand.get_instrumental_variables() == ["W"]


def test_dowhy_sees_the_latent_common_cause() -> None:
    import dowhy

    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(60, 2)), columns=["T", "Y"])
    graph = CausalGraph(edges=[("T", "Y"), ("T", "Y", "<->")])
    model = dowhy.CausalModel(frame, ["T"], ["Y"], graph=to_dowhy(graph))
    assert model.identify_effect(proceed_when_unidentifiable=False).get_backdoor_variables() == []
    assert model.identify_effect().estimands["backdoor"] is None


@given(graphs(marks=("->",), positions=False, evidence=False, knowledge=False))
@slowly
def test_what_dowhy_gets_carries_arrows_and_latent_nodes(graph: CausalGraph) -> None:
    assert from_networkx(to_dowhy(graph)) == bare(graph, latents=True)


def test_latent_common_causes_get_new_names() -> None:
    graph = CausalGraph(["U_a_b"], [("a", "b", "<->")])
    assert set(to_dowhy(graph).edges) == {("U_a_b_", "a"), ("U_a_b_", "b")}
    with pytest.raises(EdgeError, match="got --"):
        to_dowhy(CausalGraph(edges=[("a", "b", "--")]))


# ---------------------------------------------------------------------- causal-learn


@given(graphs(names=plain_names))
@slowly
def test_causallearn_carries_names_all_marks_and_latent_nodes(graph: CausalGraph) -> None:
    assert from_causallearn(to_causallearn(graph)) == bare(graph, latents=True)


def test_causallearns_matrix_has_its_marks() -> None:
    graph = CausalGraph(["a", "b", "c"], [("a", "b"), ("b", "c", "@->")])
    assert to_causallearn(graph).graph.tolist() == [[0, -1, 0], [1, 0, 2], [0, 1, 0]]


@pytest.mark.parametrize("mark", MARKS)
def test_causallearn_reads_each_mark(mark: Mark) -> None:
    graph = CausalGraph(["b", "a"], [("b", "a", mark)])
    assert from_causallearn(to_causallearn(graph)) == graph


def test_what_pc_found_is_read() -> None:
    from causallearn.search.ConstraintBased.PC import pc

    rng = np.random.default_rng(0)
    cause, other = rng.normal(size=(2, 400))
    data = np.column_stack([cause, other, cause + other + 0.1 * rng.normal(size=400)])
    found = pc(data, show_progress=False)
    assert import_graph(found).directed_edges == {("X1", "X3"), ("X2", "X3")}
    assert import_graph(found.G) == import_graph(found)
    with pytest.raises(GraphError, match="Expected a GeneralGraph"):
        from_causallearn(nx.DiGraph())


# ---------------------------------------------------------------------- any format


@pytest.mark.parametrize(
    "format_",
    ["notation", "dagitty", "dot", "gml", "json", "networkx", "edge_list", "pgmpy", "bayes_net"],
)
def test_what_was_exported_is_imported_without_naming_the_format(format_: str) -> None:
    plain = bare(CONFOUNDED, roles=format_ != "edge_list")
    assert import_graph(export_graph(CONFOUNDED, format_)) == plain
    assert import_graph(export_graph(CONFOUNDED, format_), format_) == plain


@pytest.mark.parametrize("suffix", ["dag", "dagitty", "txt", "dot", "gv", "gml", "json"])
def test_files_are_written_and_read_by_their_suffix(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"graph.{suffix}"
    export_graph(CONFOUNDED, path=path)
    assert import_graph(path) == CONFOUNDED


@pytest.mark.parametrize("suffix", ["tex", "mmd", "svg", "png"])
def test_drawings_are_written(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"graph.{suffix}"
    written = export_graph(CONFOUNDED, path=path)
    found = path.read_bytes()
    assert found == written if suffix == "png" else found.decode().rstrip() == written.rstrip()
    with pytest.raises(GraphError, match="can be written, not read"):
        import_graph(path)


def test_the_object_says_its_format() -> None:
    assert import_graph(CONFOUNDED) is CONFOUNDED
    assert import_graph(to_adjacency_matrix(CONFOUNDED)) == bare(CONFOUNDED)
    assert import_graph(np.array([[0, 1], [0, 0]])).edges == (Edge("X1", "X2"),)
    assert import_graph("a -> b").edges == (Edge("a", "b"),)


def test_unknown_formats_are_answered_with_the_closest(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="Did you mean networkx"):
        export_graph(CONFOUNDED, "networx")
    with pytest.raises(GraphError, match="Did you mean json"):
        import_graph("{}", "jsn")
    with pytest.raises(GraphError, match="Expected a file that ends in"):
        export_graph(CONFOUNDED, path=tmp_path / "graph.xyz")
    with pytest.raises(GraphError, match="Leave out the path"):
        export_graph(CONFOUNDED, "networkx", tmp_path / "graph.dag")
    with pytest.raises(GraphError, match="got int"):
        import_graph(3)


@pytest.mark.parametrize(
    ("package", "run"),
    [
        ("pandas", lambda: to_edge_list(CONFOUNDED)),
        ("pydot", lambda: import_graph(to_dot(CONFOUNDED))),
        ("pgmpy", lambda: to_pgmpy(CONFOUNDED)),
        ("causallearn", lambda: to_causallearn(CONFOUNDED)),
    ],
)
def test_a_missing_package_is_named_with_its_extra(
    package: str, run: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [m for m in sys.modules if m.split(".")[0] == package]:
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingDependencyError, match=r"causal-magics\[interchange\]"):
        run()


def test_json_of_a_learned_graph_keeps_every_digit() -> None:
    graph = CausalGraph(edges=[Edge("a", "b", "->", 0.1 + 0.2, 123.45678901234567)])
    assert import_graph(to_json(graph)) == graph

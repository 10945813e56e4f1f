import random

import numpy as np
import pytest
from oracles.linear_models import LinearModel
from oracles.random_graphs import random_admg, sparse_dag, subsets

from causal_magics.errors import GraphError
from causal_magics.graph.canonical import CanonicalDag
from causal_magics.graph.instruments import Instrument, instruments, is_instrument
from causal_magics.graph.model import CausalGraph, Node
from causal_magics.graph.separators import nearest_separator


def hide(graph: CausalGraph, names: set[str]) -> CausalGraph:
    for name in names:
        graph = graph.set_roles(name, ["latent"])
    return graph


def test_there_is_one_where_trying_all_sets_finds_one() -> None:
    rng = random.Random(51)
    conditional = 0
    for seed in range(600):
        graph = random_admg(rng, 6, 0.35, 0.12)
        x, y, *rest = rng.sample(graph.nodes, 6)
        hidden = {name for name in rest if rng.random() < 0.25}
        found = instruments(hide(graph, hidden), x, y)
        seen = set(rest) - hidden
        tried = any(is_instrument(graph, z, w, x, y) for z in seen for w in subsets(seen - {z}))
        assert bool(found) is tried
        model = LinearModel(graph, seed)
        for instrument in found:
            z, w = instrument.name, instrument.given
            assert not ({z} | w) & hidden
            assert is_instrument(graph, z, w, x, y)
            ratio = model.partial_covariance(y, z, w) / model.partial_covariance(x, z, w)
            assert np.isclose(ratio, model.effect(x, y))
            conditional += bool(w)
    assert conditional > 50


LATENT = Node("u", frozenset({"latent"}))


@pytest.mark.parametrize(
    ("nodes", "edges", "found"),
    [
        ([LATENT], [("z", "x"), ("x", "y"), ("u", "x"), ("u", "y")], [Instrument("z")]),
        (
            [LATENT],
            [("w", "z"), ("z", "x"), ("x", "y"), ("w", "u"), ("u", "x"), ("u", "y")],
            [Instrument("z", frozenset("w"))],
        ),
    ],
)
def test_published_instruments(
    nodes: list[Node], edges: list[tuple[str, str]], found: list[Instrument]
) -> None:
    """From the tests of DAGitty."""
    assert list(instruments(CausalGraph(nodes, edges), "x", "y")) == found


def test_published_nearest_separator() -> None:
    """From the tests of DAGitty: close to y, with u1 and u2 hidden."""
    graph = CausalGraph(
        edges=[
            ("u2", "d"), ("d", "a"), ("a", "z"), ("a", "c"), ("c", "b"), ("b", "z"),
            ("u2", "y"), ("b", "u1"), ("u1", "y"),
        ]
    )  # fmt: skip
    dag = CanonicalDag.of(graph)
    near = nearest_separator(dag, dag.mask("y"), dag.mask("z"), allowed=~dag.mask(["u1", "u2"]))
    assert near is not None
    assert dag.names_of(near) == {"b", "d"}


def test_reads_as_in_a_table() -> None:
    assert str(Instrument("z")) == "z"
    assert str(Instrument("z", frozenset({"b", "a"}))) == "z | a, b"


def test_a_large_graph_is_answered() -> None:
    graph = sparse_dag(1000, 3, seed=5)
    order = graph.topological_order()
    found = instruments(graph, order[300], order[800])
    assert all(is_instrument(graph, i.name, i.given, order[300], order[800]) for i in found)


def test_several_exposures_are_refused() -> None:
    with pytest.raises(GraphError, match="one exposure and one outcome"):
        instruments(CausalGraph(edges=[("a", "y"), ("b", "y")]), ["a", "b"], "y")

import random

import pytest
from oracles.random_graphs import random_admg

from causal_magics.errors import GraphError
from causal_magics.graph.adjustment import adjustment_sets
from causal_magics.graph.do_calculus import districts, find_hedge, is_identifiable
from causal_magics.graph.front_door import front_door_sets
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.projection import latent_projection


def test_whatever_adjustment_or_the_front_door_identifies_is_identifiable() -> None:
    rng = random.Random(81)
    for _ in range(500):
        graph = random_admg(rng, rng.randint(2, 6))
        x, y = rng.sample(graph.nodes, 2)
        if adjustment_sets(graph, x, y, limit=1) or front_door_sets(graph, x, y, limit=1):
            assert is_identifiable(graph, x, y)


def test_the_effect_on_everything_has_a_closed_criterion() -> None:
    """Tian & Pearl (2002), theorem 3: no bidirected path leads from x to one of its children."""
    rng = random.Random(82)
    for _ in range(500):
        graph = random_admg(rng, rng.randint(2, 6), 0.4, 0.3)
        x = rng.choice(graph.nodes)
        district = next(d for d in districts(graph, set(graph.nodes)) if x in d)
        everything = set(graph.nodes) - {x}
        assert is_identifiable(graph, x, everything) is not bool(district & graph.children(x))


def test_latent_nodes_and_their_projection_agree() -> None:
    rng = random.Random(83)
    for _ in range(200):
        graph = random_admg(rng, 6)
        x, y, u, *_ = rng.sample(graph.nodes, 6)
        graph = graph.set_roles(u, ["latent"])
        assert is_identifiable(graph, x, y) == is_identifiable(latent_projection(graph), x, y)


@pytest.mark.parametrize(
    "text",
    [
        "x -> y",
        "x -> m -> y; x <-> y",
        "z -> x -> y; z <-> x; z -> y",
        "w -> z -> x -> y; w <-> x; w <-> y",
    ],
)
def test_well_known_identifiable_graphs(text: str) -> None:
    """The front door, the back door and the napkin of Pearl & Mackenzie (2018)."""
    assert is_identifiable(CausalGraph.parse(text), "x", "y")


@pytest.mark.parametrize(
    "text",
    [
        "x -> y; x <-> y",
        "x -> z -> y; x <-> z",
        "x -> z -> y; x <-> z; z <-> y",
        "x -> y; x <-> z; z <-> y; x -> z -> y",
        "z -> x -> y; x <-> y",
        "x -> w1 -> y; w2 -> y; x <-> w2; x <-> w1; w1 <-> w2",
    ],
)
def test_well_known_graphs_that_are_not_identifiable(text: str) -> None:
    """The bow arc, confounded mediators, the instrument without further assumptions."""
    hedge = find_hedge(CausalGraph.parse(text), "x", "y")
    assert hedge is not None
    assert hedge.inner < hedge.outer


def test_the_napkin_is_identified_by_no_set() -> None:
    napkin = CausalGraph.parse("w -> z -> x -> y; w <-> x; w <-> y")
    assert adjustment_sets(napkin, "x", "y") == ()
    assert front_door_sets(napkin, "x", "y") == ()
    assert is_identifiable(napkin, "x", "y")


def test_other_graphs_are_refused() -> None:
    with pytest.raises(GraphError, match="DAG or ADMG"):
        is_identifiable(CausalGraph.parse("x -- y"), "x", "y")
    with pytest.raises(GraphError, match="latent"):
        is_identifiable(CausalGraph.parse("x [latent] x -> y"), "x", "y")

"""Sizes, refusals and notes of bounds in discrete graphs."""

import math

import numpy as np
import pytest
from oracles.response_functions import ResponseFunctions

from causal_magics.counterfactual.graphs import multilinear, relaxation
from causal_magics.counterfactual.graphs.counterfactual_queries import (
    CounterfactualQuery,
    PotentialOutcome,
)
from causal_magics.counterfactual.graphs.discrete_graphs import (
    Experiment,
    GraphBounds,
    graph_bounds,
)
from causal_magics.errors import ContradictionError, CounterfactualError, GraphError
from causal_magics.graph.model import CausalGraph

BOW = CausalGraph.parse("X -> Y; X <-> Y")
INSTRUMENT = CausalGraph.parse("Z -> X -> Y; X <-> Y")
CHAIN = CausalGraph.parse("X -> M -> Y")


def pns() -> CounterfactualQuery:
    return CounterfactualQuery.pns("X", "Y")


def ends(bounds: GraphBounds) -> tuple[float, float]:
    return bounds.lower, bounds.upper


# ---------------------------------------------------------------- sizes


def test_many_instruments_are_looked_at_one_by_one() -> None:
    """64 levels of one instrument: 2^66 response types."""
    rng = np.random.default_rng(1)
    types = rng.dirichlet(np.full(16, 0.5), size=4).mean(axis=0).reshape(2, 2, 2, 2)
    joint = np.zeros((64, 2, 2))
    taken = rng.random((64, 2, 2, 2))  # P(X_z = 1 | Y_0, Y_1, coarse type)
    outcomes = types.sum(axis=3)
    for y0, y1, coarse in np.ndindex(2, 2, 2):
        share = outcomes[y0, y1, coarse] / 64
        joint[:, 1, y1] += share * taken[:, y0, y1, coarse]
        joint[:, 0, y0] += share * (1 - taken[:, y0, y1, coarse])
    found = graph_bounds(INSTRUMENT, joint, ["Z", "X", "Y"], pns())
    truth = outcomes[0, 1].sum()
    assert found.kind == "sharp"
    assert found.n_types == 2**66
    assert found.lower <= truth <= found.upper
    few = graph_bounds(INSTRUMENT, joint[:2] / joint[:2].sum(), ["Z", "X", "Y"], pns())
    assert found.width <= few.width + 1e-9


def test_a_query_that_is_too_large_is_bounded_from_outside_and_inside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = ResponseFunctions.of(CHAIN, {"M": 3})
    wider = 0
    for seed in range(6):
        joint = model.joint(model.random(np.random.default_rng(seed), 0.5), ["X", "M", "Y"])
        sharp = graph_bounds(CHAIN, joint, ["X", "M", "Y"], pns())
        with monkeypatch.context() as patch:
            patch.setattr(multilinear, "vertices_of", lambda _: None)
            relaxed = graph_bounds(CHAIN, joint, ["X", "M", "Y"], pns())
            patch.setattr(relaxation, "MOST_PRODUCTS", 1)
            rough = graph_bounds(CHAIN, joint, ["X", "M", "Y"], pns())
        assert relaxed.kind == "sharp"
        assert ends(relaxed) == pytest.approx(ends(sharp), abs=1e-6)
        assert rough.lower <= sharp.lower + 1e-7
        assert sharp.upper <= rough.upper + 1e-7
        assert (rough.kind == "sharp") == (rough.inner is None)
        if rough.inner is not None:
            wider += 1
            assert (rough.kind, rough.inner.kind) == ("outer", "inner")
            assert sharp.lower - 1e-7 <= rough.inner.lower
            assert rough.inner.upper <= sharp.upper + 1e-7
    assert wider


def test_four_parallel_mediators_have_outer_bounds() -> None:
    mediators = [f"M{i}" for i in range(4)]
    graph = CausalGraph(edges=[("X", m) for m in mediators] + [(m, "Y") for m in mediators])
    rng = np.random.default_rng(0)
    joint = np.full((2, 2, 2, 2, 2, 2), 0.5)
    for axis in range(1, 5):
        shape = [1] * 6
        shape[0] = shape[axis] = 2
        joint = joint * rng.dirichlet([1, 1], size=2).reshape(shape)
    joint = joint * rng.dirichlet([1, 1], size=16).reshape(1, 2, 2, 2, 2, 2)
    joint /= joint.sum()
    found = graph_bounds(graph, joint, ["X", *mediators, "Y"], pns())
    assert (found.kind, found.inner) == ("outer", None)
    assert "too many to be looked at together" in found.notes[0]
    given = joint.sum(axis=(1, 2, 3, 4))
    given = given / given.sum(axis=1, keepdims=True)
    assert found.lower >= given[1, 1] - given[0, 1] - 1e-7
    assert found.upper <= min(given[1, 1], given[0, 0]) + 1e-7


# ---------------------------------------------------------------- refusals and notes


def test_an_invalid_instrument_is_named_by_its_inequality() -> None:
    joint = np.zeros((2, 2, 2))
    joint[0, 0] = 0.45, 0.05
    joint[1, 0] = 0.05, 0.45
    with pytest.raises(ContradictionError, match=r"it fails by 0\.8") as caught:
        graph_bounds(INSTRUMENT, joint, ["Z", "X", "Y"], CounterfactualQuery.ate("X", "Y"))
    assert caught.value.inequality == "P(X[Z=0]=0, Y[X=0]=0) + P(X[Z=1]=0, Y[X=0]=1) <= 1"
    assert caught.value.excess == pytest.approx(0.8)


def test_an_experiment_against_the_observations_is_refused() -> None:
    experiments = [Experiment({"X": 1}, [0.95, 0.05], ["Y"])]
    with pytest.raises(ContradictionError, match=r"it fails by 0\.25") as caught:
        graph_bounds(BOW, [[0.4, 0.1], [0.2, 0.3]], "XY", pns(), experiments=experiments)
    assert "P(Y[X=1]=0)" in caught.value.inequality
    joint = np.einsum(
        "x,xm,my->xmy", [0.5, 0.5], [[0.8, 0.2], [0.3, 0.7]], [[0.9, 0.1], [0.2, 0.8]]
    )
    experiments = [Experiment({"X": 1}, [0.95, 0.05], ["Y"])]
    with pytest.raises(ContradictionError, match=r"Expected P\(Y\[X=1\]=0\) = 0.41.*got 0.95"):
        graph_bounds(CHAIN, joint, "XMY", pns(), experiments=experiments)


def test_sources_that_determine_one_number_differently_are_refused() -> None:
    graph = CausalGraph.parse("X -> Y")
    experiments = [Experiment({"X": 1}, [0.5, 0.5], ["Y"])]
    query = CounterfactualQuery.effect("X", "Y", arm=1, level=1)
    with pytest.raises(ContradictionError, match=r"it fails by 0\.1"):
        graph_bounds(graph, [[0.3, 0.2], [0.2, 0.3]], "XY", query, experiments=experiments)


def test_levels_that_nobody_has_leave_open_what_happens_there() -> None:
    graph = CausalGraph.parse("Z -> {X Y}; X -> Y; X <-> Y")
    joint = np.zeros((2, 2, 2))
    joint[0] = [[0.4, 0.1], [0.2, 0.3]]
    query = CounterfactualQuery.probability(
        [PotentialOutcome.of("Y", 1, {"X": 1, "Z": 1}), PotentialOutcome.of("Z", 0)]
    )
    found = graph_bounds(graph, joint, ["Z", "X", "Y"], query)
    assert ends(found) == pytest.approx((0, 1))
    assert "no unit has" in found.notes[0]
    assert ends(graph_bounds(graph, joint, ["Z", "X", "Y"], pns())) == pytest.approx((0, 0.7))


def test_dependences_that_the_graph_does_not_have_are_told() -> None:
    joint = np.full((2, 2, 2), 0.125)
    joint[0, 0, 0] += 0.02
    joint[0, 0, 1] -= 0.02
    found = graph_bounds(CHAIN, joint, ["X", "M", "Y"], pns())
    assert "independences do not hold exactly" in found.notes[0]


@pytest.mark.parametrize(
    ("graph", "joint", "nodes", "query", "message"),
    [
        ("X -- Y", [[0.25] * 2] * 2, "XY", pns(), "edges -> and <-> only"),
        ("X -> Y", [[0.5] * 2] * 2, "XY", pns(), "to sum to 1, got 2"),
        ("X -> Y", [0.5, 0.5], "XY", pns(), "one axis for each of X, Y"),
        ("X -> Y", [[math.nan] * 2] * 2, "XY", pns(), "got NaN"),
        ("X -> Y", "half", "XY", pns(), "as an array of probabilities, got str"),
        ("X -> Y", [[0.5], [0.5]], "XY", pns(), "at least two levels"),
        ("X -> Y", [[0.25] * 2] * 2, "XY", CounterfactualQuery.effect("X", "Y", arm=2, level=1),
         "a level of X from 0 to 1, got 2"),
        ("X -> Y", [[0.25] * 2] * 2, "XY", CounterfactualQuery.pns("X", "W"), "no node 'W'"),
        ("X -> Y; X <- U; U [latent]", [[0.25] * 2] * 2, "XY", CounterfactualQuery.pns("U", "Y"),
         "no node 'U'"),
        ("X -> Y", [[0.5, 0.5], [0, 0]], "XY", CounterfactualQuery.pn("X", "Y"),
         "condition that can happen"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(
    graph: str, joint: object, nodes: str, query: CounterfactualQuery, message: str
) -> None:
    with pytest.raises((CounterfactualError, GraphError), match=message):
        graph_bounds(CausalGraph.parse(graph), joint, list(nodes), query)


@pytest.mark.parametrize(
    ("experiment", "message"),
    [
        (Experiment({"X": 1}, [0.5, 0.5], ["X"]), "'X' is both set and measured"),
        (Experiment({}, [0.5, 0.5], ["Y"]), "nothing is set"),
        (Experiment({"X": 2}, [0.5, 0.5], ["Y"]), "a level of X from 0 to 1"),
        (Experiment({"X": 1}, [0.5, 0.3, 0.2], ["Y"]), "Expected 2 levels of Y"),
        (Experiment({"X": 1}, [0.5, 0.3], ["Y"]), "to sum to 1"),
        (Experiment({"X": 1}, [0.5, 0.5], ["W"]), "no node 'W'"),
        (Experiment({"W": 1}, [0.5, 0.5], ["Y"]), "no node 'W'"),
    ],
)
def test_an_experiment_that_does_not_fit_is_refused(experiment: Experiment, message: str) -> None:
    with pytest.raises((CounterfactualError, GraphError), match=message):
        graph_bounds(BOW, [[0.4, 0.1], [0.2, 0.3]], "XY", pns(), experiments=[experiment])


def test_a_node_with_many_parents_has_only_the_responses_that_are_asked() -> None:
    """Of 2^1024 response types none is needed: the data determine the answer."""
    parents = [f"Z{i}" for i in range(9)]
    graph = CausalGraph(edges=[(name, "Y") for name in parents] + [("X", "Y")])
    event = PotentialOutcome.of("Y", 1, dict.fromkeys(parents, 1))
    joint = np.full((2,) * 11, 1 / 2**11)
    query = CounterfactualQuery.probability([event])
    found = graph_bounds(graph, joint, [*parents, "X", "Y"], query)
    assert ends(found) == pytest.approx((0.5, 0.5))
    assert found.n_types == 0


def test_too_many_response_types_are_counted() -> None:
    graph = CausalGraph.parse("X -> M -> Y")
    joint = np.full((2, 110, 2), 1 / 440)
    with pytest.raises(CounterfactualError, match=r"'Y' answers to 110 combinations.*merge levels"):
        graph_bounds(graph, joint, ["X", "M", "Y"], pns())


def test_results_read_well() -> None:
    found = graph_bounds(BOW, [[0.4, 0.1], [0.2, 0.3]], "XY", pns())
    assert repr(found) == "<Bounds: PNS in [0, 0.7], sharp>"
    assert "<td>PNS</td><td>0</td><td>0.7</td><td>sharp</td>" in found._repr_html_()
    event = PotentialOutcome.of("Y", 1, {"X": 0})
    query = CounterfactualQuery.probability([event], [PotentialOutcome.of("X", 1)])
    assert query.name == "P(Y[X=0]=1 | X=1)"
    with pytest.raises(CounterfactualError, match="two different nodes"):
        CounterfactualQuery.pns("X", "X")

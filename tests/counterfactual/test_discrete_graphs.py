import json
import math
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from oracles.response_functions import ResponseFunctions, product_of

from causal_magics.counterfactual import multilinear, relaxation
from causal_magics.counterfactual.counterfactual_queries import (
    CounterfactualQuery,
    PotentialOutcome,
    natural_direct_effect,
)
from causal_magics.counterfactual.discrete_graphs import Experiment, GraphBounds, graph_bounds
from causal_magics.counterfactual.payoff import Payoff
from causal_magics.counterfactual.transport import transport_terms
from causal_magics.errors import ContradictionError, CounterfactualError, GraphError
from causal_magics.graph.model import CausalGraph

Floats = NDArray[np.float64]
GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "counterfactual.json").read_text())
BOW = CausalGraph.parse("X -> Y; X <-> Y")
INSTRUMENT = CausalGraph.parse("Z -> X -> Y; X <-> Y")
CHAIN = CausalGraph.parse("X -> M -> Y")
GRAPHS = {
    "bow": "X -> Y; X <-> Y",
    "instrument": "Z -> X -> Y; X <-> Y",
    "mediator": "X -> M -> Y",
    "front door": "X -> M -> Y; X <-> Y",
    "covariate": "Z -> {X Y}; X -> Y; X <-> Y",
    "confounded mediator": "X -> M -> Y; X -> Y; M <-> Y",
    "two mediators": "X -> M -> N -> Y",
    "direct and indirect": "X -> M -> Y; X -> Y",
    "confounded cause of a mediator": "X -> M -> Y; X <-> M",
    "one hidden cause of three": "Z -> X -> Y; X -> C; U -> {X Y C}; U [latent]",
}


def pns() -> CounterfactualQuery:
    return CounterfactualQuery.pns("X", "Y")


def observed(graph: CausalGraph) -> CausalGraph:
    """Return a graph whose hidden node is drawn as bidirected edges instead."""
    for hidden in graph.latents:
        children = sorted(graph.children(hidden))
        graph = graph.remove_node(hidden)
        for a, b in combinations(children, 2):
            graph = graph.add_edge(a, b, "<->")
    return graph


def ends(bounds: GraphBounds) -> tuple[float, float]:
    return bounds.lower, bounds.upper


# ---------------------------------------------------------------- closed forms and published


@pytest.mark.parametrize("seed", range(8))
def test_a_confounded_effect_has_the_closed_form(seed: int) -> None:
    rng = np.random.default_rng(seed)
    joint = rng.dirichlet([1, 1, 1, 1]).reshape(2, 2)
    payoff = Payoff(rng.normal(size=(2, 2)))
    low, high = transport_terms(payoff, "observations").evaluate(joint.reshape(1, -1))
    found = graph_bounds(BOW, joint, ["X", "Y"], CounterfactualQuery.benefit("X", "Y", payoff))
    assert found.kind == "sharp"
    assert ends(found) == pytest.approx((low[0], high[0]), abs=1e-8)


@pytest.mark.parametrize("levels", [2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_an_experiment_narrows_as_in_closed_form(seed: int, levels: int) -> None:
    model = ResponseFunctions.of(BOW, {"Y": levels})
    rng = np.random.default_rng(seed)
    weights = model.random(rng, 0.4)
    joint = model.joint(weights, ["X", "Y"])
    arms = [model.joint(weights, ["Y"], {"X": arm}) for arm in (0, 1)]
    payoff = Payoff(rng.normal(size=(levels, levels)))
    cells = np.concatenate([*arms, joint.reshape(-1)])[None]
    low, high = transport_terms(payoff, "both").evaluate(cells)
    found = graph_bounds(
        BOW,
        joint,
        ["X", "Y"],
        CounterfactualQuery.benefit("X", "Y", payoff),
        experiments=[Experiment({"X": arm}, arms[arm], ["Y"]) for arm in (0, 1)],
    )
    assert ends(found) == pytest.approx((low[0], high[0]), abs=1e-7)


def test_probabilities_of_causation_of_the_legal_drug() -> None:
    case = next(case for case in GOLDEN["cases"] if case["name"] == "legal drug")
    (p11, p10), (p01, p00) = np.reshape(case["obs"], (2, 2))
    experiments = [
        Experiment({"X": 1}, [1 - case["a"], case["a"]], ["Y"]),
        Experiment({"X": 0}, [1 - case["b"], case["b"]], ["Y"]),
    ]
    for name in ("pn", "ps", "pns"):
        query = getattr(CounterfactualQuery, name)("X", "Y")
        joint = [[p00, p01], [p10, p11]]
        found = graph_bounds(BOW, joint, ["X", "Y"], query, experiments=experiments)
        assert ends(found) == pytest.approx(case[name], abs=case["tolerance"])


@pytest.mark.parametrize("case", GOLDEN["instrumental"], ids=lambda case: case["name"])
def test_trials_with_noncompliance_of_balke_and_pearl(case: dict) -> None:
    joint = np.zeros((2, 2, 2))
    for z in (0, 1):
        joint[z] = 0.5 * np.reshape(case[f"z{z}"], (2, 2)).T
    for name in {"ate", "pns"} & set(case):
        query = getattr(CounterfactualQuery, name)("X", "Y")
        found = graph_bounds(INSTRUMENT, joint, ["Z", "X", "Y"], query)
        assert found.kind == "sharp"
        assert ends(found) == pytest.approx(case[name], abs=case["tolerance"])


def mediator_formula(px: Floats, pm: Floats, py: Floats) -> float:
    """Upper bound on PNS by Mueller, Li & Pearl (2022) for an unconfounded mediator."""
    levels = range(pm.shape[1])
    ways = sum(
        min(py[m, 1], py[k, 0]) * min(pm[1, m], pm[0, k]) for m in levels for k in levels if m != k
    )
    treated, untreated = pm[1] @ py[:, 1], pm[0] @ py[:, 1]
    return min(treated, 1 - untreated, ways)


@pytest.mark.parametrize("levels", [2, 3])
def test_a_mediator_narrows_at_least_as_much_as_the_formula(levels: int) -> None:
    gaps = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        px, pm = rng.dirichlet([1, 1]), rng.dirichlet(np.ones(levels), size=2)
        py = rng.dirichlet([1, 1], size=levels)
        joint = np.einsum("x,xm,my->xmy", px, pm, py)
        found = graph_bounds(CHAIN, joint, ["X", "M", "Y"], pns())
        assert found.kind == "sharp"
        gaps.append(mediator_formula(px, pm, py) - found.upper)
    assert min(gaps) > -1e-9
    # The formula is exact for two levels of the mediator, not for three.
    assert (max(gaps) < 1e-9) == (levels == 2)


def test_the_front_door_identifies_the_effect() -> None:
    pu, px = np.array([0.45, 0.55]), np.array([[0.7, 0.3], [0.2, 0.8]])
    pm = np.array([[0.8, 0.2], [0.35, 0.65]])
    py = np.array([[[0.9, 0.1], [0.4, 0.6]], [[0.5, 0.5], [0.1, 0.9]]])
    joint = np.einsum("u,ux,xm,muy->xmy", pu, px, pm, py)
    graph = CausalGraph.parse("X -> M -> Y; U -> {X Y}; U [latent]")
    found = graph_bounds(graph, joint, ["X", "M", "Y"], CounterfactualQuery.ate("X", "Y"))
    effect = np.einsum("u,am,muy->ay", pu, pm, py)
    assert ends(found) == pytest.approx([effect[1, 1] - effect[0, 1]] * 2, abs=1e-9)
    # What Duarte et al.'s autobounds (SCIP) gives for these numbers, tolerance 1e-5.
    found = graph_bounds(graph, joint, ["X", "M", "Y"], pns())
    assert ends(found) == pytest.approx((0.155249, 0.401903), abs=2e-5)
    found = graph_bounds(graph, joint, ["X", "M", "Y"], CounterfactualQuery.pn("X", "Y"))
    assert ends(found) == pytest.approx((0.210090, 0.541360), abs=2e-5)


# ---------------------------------------------------------------- random models


@pytest.mark.parametrize("name", GRAPHS)
def test_bounds_hold_the_truth(name: str) -> None:
    graph = CausalGraph.parse(GRAPHS[name])
    model = ResponseFunctions.of(observed(graph))
    nodes = [node for node in graph.nodes if node not in graph.latents]
    seen = model.indicator([("X", 1, {}), ("Y", 1, {})])
    wanted = {
        "pns": model.indicator([("Y", 1, {"X": 1}), ("Y", 0, {"X": 0})]),
        "ate": model.indicator([("Y", 1, {"X": 1})]) - model.indicator([("Y", 1, {"X": 0})]),
        "pn": seen * model.indicator([("Y", 0, {"X": 0})]),
    }
    for seed in range(24):
        weights = model.random(np.random.default_rng(seed), (0.1, 0.3, 1.0)[seed % 3])
        joint, units = model.joint(weights, nodes), product_of(weights)
        for kind, indicator in wanted.items():
            if kind == "pn" and (units * seen).sum() < 1e-6:
                continue
            query = getattr(CounterfactualQuery, kind)("X", "Y")
            below = float((units * seen).sum()) if kind == "pn" else 1.0
            truth = float((units * indicator).sum()) / below
            found = graph_bounds(graph, joint, nodes, query)
            slack = 1e-7 / below
            assert found.kind == "sharp"
            assert found.lower - slack <= truth <= found.upper + slack


@pytest.mark.parametrize("name", GRAPHS)
def test_both_ends_are_those_of_models_with_the_data(name: str) -> None:
    graph = CausalGraph.parse(GRAPHS[name])
    model = ResponseFunctions.of(observed(graph))
    nodes = [node for node in graph.nodes if node not in graph.latents]
    indicator = model.indicator([("Y", 1, {"X": 1}), ("Y", 0, {"X": 0})])
    for seed in range(3):
        rng = np.random.default_rng(seed)
        weights = model.random(rng, (0.1, 0.3, 1.0)[seed])
        inner = model.inner_bounds(weights, nodes, indicator, rng, starts=6)
        found = graph_bounds(graph, model.joint(weights, nodes), nodes, pns())
        assert ends(found) == pytest.approx(inner, abs=1e-6)


def test_more_levels_and_an_experiment_on_a_mediator() -> None:
    graph = CausalGraph.parse("X -> M -> Y; X <-> M; M <-> Y; X <-> Y")
    hidden = CausalGraph.parse("X -> M -> Y; U -> {X M Y}; U [latent]")
    model = ResponseFunctions.of(graph)
    nodes = ["X", "M", "Y"]
    indicator = model.indicator([("Y", 1, {"X": 1}), ("Y", 0, {"X": 0})])
    for seed in range(4):
        rng = np.random.default_rng(seed)
        weights = model.random(rng, 0.3)
        dos = [{"X": 0}, {"X": 1}]
        experiments = [Experiment(do, model.joint(weights, ["M", "Y"], do), "MY") for do in dos]
        joint = model.joint(weights, nodes)
        found = graph_bounds(hidden, joint, nodes, pns(), experiments=experiments)
        inner = model.inner_bounds(weights, nodes, indicator, rng, starts=1, dos=dos)
        assert ends(found) == pytest.approx(inner, abs=1e-6)
        pairwise = graph_bounds(graph, joint, nodes, pns(), experiments=experiments)
        assert (pairwise.kind, pairwise.inner) == ("outer", None)
        assert "draw it as a latent node" in pairwise.notes[0]
        assert ends(pairwise) == pytest.approx(ends(found), abs=1e-9)


def test_an_experiment_without_the_covariate_says_something_of_all_strata() -> None:
    graph = CausalGraph.parse(GRAPHS["covariate"])
    model = ResponseFunctions.of(graph)
    nodes = ["Z", "X", "Y"]
    narrower = 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        weights = model.random(rng, 0.3)
        joint = model.joint(weights, nodes)
        experiments = [
            Experiment({"X": arm}, model.joint(weights, ["Y"], {"X": arm}), ["Y"]) for arm in (0, 1)
        ]
        plain = graph_bounds(graph, joint, nodes, pns())
        found = graph_bounds(graph, joint, nodes, pns(), experiments=experiments)
        units = product_of(weights)
        truth = (units * model.indicator([("Y", 1, {"X": 1}), ("Y", 0, {"X": 0})])).sum()
        assert plain.lower - 1e-7 <= found.lower <= truth + 1e-7
        assert truth - 1e-7 <= found.upper <= plain.upper + 1e-7
        narrower += found.width < plain.width - 1e-3
        ate = graph_bounds(
            graph, joint, nodes, CounterfactualQuery.ate("X", "Y"), experiments=experiments
        )
        expected = experiments[1].joint[1] - experiments[0].joint[1]
        assert ends(ate) == pytest.approx((expected, expected), abs=1e-7)
    assert narrower >= 4


def test_conditions_in_other_worlds() -> None:
    """The effect on compliers: their share is not identified unless nobody defies."""
    model = ResponseFunctions.of(INSTRUMENT)
    nodes = ["Z", "X", "Y"]
    complier = [("X", 1, {"Z": 1}), ("X", 0, {"Z": 0})]
    given = [PotentialOutcome.of(*event) for event in complier]
    query = CounterfactualQuery.probability([PotentialOutcome.of("Y", 1, {"X": 1})], given)
    both = model.indicator([("Y", 1, {"X": 1}), *complier])
    below = model.indicator(complier)
    for seed in range(8):
        weights = model.random(np.random.default_rng(seed), 1.0)
        units = product_of(weights)
        share = float((units * below).sum())
        truth = float((units * both).sum()) / share
        found = graph_bounds(INSTRUMENT, model.joint(weights, nodes), nodes, query)
        assert found.lower - 1e-6 <= truth <= found.upper + 1e-6
        # The same as a search over ratios: the least mean of top - ratio * bottom is 0.
        for end, sign in zip(ends(found), (1.0, -1.0), strict=True):
            gain = sign * (both - end * below)
            least, _ = model.inner_bounds(weights, nodes, gain, np.random.default_rng(0), 1)
            assert least == pytest.approx(0.0, abs=1e-6)


def test_natural_direct_effects() -> None:
    graph = CausalGraph.parse("X -> M -> Y; X -> Y")
    model = ResponseFunctions.of(graph)
    weights = model.random(np.random.default_rng(0), 1.0)
    joint = model.joint(weights, ["X", "M", "Y"])
    pm = joint.sum(axis=2) / joint.sum(axis=(1, 2))[:, None]
    py = joint[:, :, 1] / joint.sum(axis=2)
    found = graph_bounds(graph, joint, ["X", "M", "Y"], natural_direct_effect("X", "M", "Y"))
    expected = float((pm[0] * (py[1] - py[0])).sum())
    assert ends(found) == pytest.approx((expected, expected), abs=1e-9)


def test_an_effect_of_the_outcome_is_looked_at_where_it_matters() -> None:
    """Of two outcomes of one confounded cause, one narrows what is known of the other."""
    graph = CausalGraph.parse(GRAPHS["one hidden cause of three"])
    model = ResponseFunctions.of(observed(graph))
    nodes = ["Z", "X", "Y", "C"]
    query = CounterfactualQuery.ate("X", "Y")
    narrower = 0
    for seed in range(6):
        joint = model.joint(model.random(np.random.default_rng(seed), 0.1), nodes)
        full = graph_bounds(graph, joint, nodes, query)
        without = graph_bounds(graph, joint.sum(axis=3), nodes[:3], query)
        assert full.width <= without.width + 1e-9
        narrower += full.width < without.width - 1e-4
    assert narrower
    child = CausalGraph.parse("X -> Y; X <-> Y; Y -> C")
    joint = np.einsum("xy,yc->xyc", [[0.4, 0.1], [0.2, 0.3]], [[0.5, 0.5], [0.9, 0.1]])
    assert graph_bounds(child, joint, ["X", "Y", "C"], pns()).n_types == 8


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
    ],
)
def test_an_experiment_that_does_not_fit_is_refused(experiment: Experiment, message: str) -> None:
    with pytest.raises(CounterfactualError, match=message):
        graph_bounds(BOW, [[0.4, 0.1], [0.2, 0.3]], "XY", pns(), experiments=[experiment])


def test_a_node_with_many_parents_has_only_the_responses_that_are_asked() -> None:
    parents = [f"Z{i}" for i in range(9)]
    graph = CausalGraph(edges=[(name, "Y") for name in parents] + [("X", "Y")])
    event = PotentialOutcome.of("Y", 1, dict.fromkeys(parents, 1))
    joint = np.full((2,) * 11, 1 / 2**11)
    query = CounterfactualQuery.probability([event])
    found = graph_bounds(graph, joint, [*parents, "X", "Y"], query)
    assert ends(found) == pytest.approx((0.5, 0.5))
    assert found.n_types == 6


def test_too_many_response_types_are_counted() -> None:
    graph = CausalGraph.parse("X -> M -> Y")
    joint = np.full((2, 110, 2), 1 / 440)
    with pytest.raises(CounterfactualError, match=r"'Y' answers to 110 combinations.*merge levels"):
        graph_bounds(graph, joint, ["X", "M", "Y"], pns())


def test_results_read_well() -> None:
    found = graph_bounds(BOW, [[0.4, 0.1], [0.2, 0.3]], "XY", pns())
    assert repr(found) == "<Bounds: PNS in [0, 0.7], sharp>"
    event = PotentialOutcome.of("Y", 1, {"X": 0})
    query = CounterfactualQuery.probability([event], [PotentialOutcome.of("X", 1)])
    assert query.name == "P(Y[X=0]=1 | X=1)"
    with pytest.raises(CounterfactualError, match="two different nodes"):
        CounterfactualQuery.pns("X", "X")

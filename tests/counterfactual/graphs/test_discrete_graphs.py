import json
import random
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from oracles.random_graphs import random_admg
from oracles.response_functions import ResponseFunctions, product_of

from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.transport import transport_terms
from causal_magics.counterfactual.graphs.counterfactual_queries import (
    CounterfactualQuery,
    PotentialOutcome,
    natural_direct_effect,
)
from causal_magics.counterfactual.graphs.discrete_graphs import (
    Experiment,
    GraphBounds,
    graph_bounds,
)
from causal_magics.graph.model import CausalGraph

Floats = NDArray[np.float64]
GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "counterfactual.json").read_text())
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


def test_random_graphs_with_experiments_hold_the_truth() -> None:
    rng, sharp = random.Random(7), 0
    for _ in range(60):
        graph = random_admg(rng, rng.randint(2, 4))
        model = ResponseFunctions.of(graph)
        sizes = {name: len(district) for district in model.districts for name in district}
        if any(len(graph.siblings(name)) != sizes[name] - 1 for name in graph.nodes):
            continue  # the oracle gives each district one hidden cause
        weights = model.random(np.random.default_rng(rng.randrange(10**6)), 0.3)
        x, y, *_ = nodes = rng.sample(graph.nodes, len(graph))
        units = product_of(weights)
        experiments = []
        for _ in range(rng.randint(0, 2)):
            held, *rest = rng.sample(nodes, len(nodes))
            seen, do = rest[: rng.randint(1, len(rest))], {held: rng.randint(0, 1)}
            experiments.append(Experiment(do, model.joint(weights, seen, do), seen))
        truth = (units * model.indicator([(y, 1, {x: 1}), (y, 0, {x: 0})])).sum()
        query = CounterfactualQuery.pns(x, y)
        joint = model.joint(weights, nodes)
        found = graph_bounds(graph, joint, nodes, query, experiments=experiments)
        alone = graph_bounds(graph, joint, nodes, query)
        assert alone.lower - 1e-6 <= found.lower <= truth + 1e-6
        assert truth - 1e-6 <= found.upper <= alone.upper + 1e-6
        sharp += found.kind == "sharp"
    assert sharp > 20


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

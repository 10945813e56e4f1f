"""The formulas of each step, what is said of it, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.typing import NDArray
from oracles.discrete_models import BinaryModel
from oracles.response_models import ResponseModel
from scipy.optimize import linprog

from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.graphs.discrete_table import DiscreteData, JointTable
from causal_magics.counterfactual.graphs.mediators import least_moved
from causal_magics.counterfactual.graphs.narrowing import ALL, Narrowing, narrow
from causal_magics.counterfactual.graphs.narrowing_report import interval
from causal_magics.errors import ContradictionError, CounterfactualError, GraphError
from causal_magics.graph.model import CausalGraph

BACK_DOOR = CausalGraph.parse("Z -> X; Z -> Y; X -> Y")
MEDIATED = CausalGraph.parse("X -> M -> Y")
Array = NDArray[np.float64]
CONFOUNDED = CausalGraph.parse("X -> Y; X <-> Y")


def joint_of(text: str, seed: int = 1) -> tuple[CausalGraph, Array]:
    """A graph, and a distribution of its observed nodes in which nothing has probability 0."""
    graph = CausalGraph.parse(text)
    hidden = [place for place, name in enumerate(graph.nodes) if name in graph.latents]
    bare = BinaryModel(graph, seed)
    hidden += range(len(graph.nodes), bare.size)
    return graph, bare.joint.sum(axis=tuple(hidden))


def step(found: Narrowing, kind: str) -> Any:
    return next(each for each in found.steps if each.kind == kind)


def both(a: float, b: float, seen: Array) -> tuple[float, float]:
    """Tian & Pearl (2000) for an experiment and observations P(x, y)."""
    (p00, p01), (p10, p11) = seen
    y = p01 + p11
    return max(0, a - b, y - b, a - y), min(a, 1 - b, p11 + p00, a - b + p10 + p01)


# ---------------------------------------------------------------------- formulas


def test_observations_alone() -> None:
    _, joint = joint_of("X -> Y; X <-> Y")
    found = narrow(CONFOUNDED, joint, "X", "Y")
    assert (found.start.lower, found.start.upper) == (0, pytest.approx(joint[1, 1] + joint[0, 0]))
    assert found.steps == ()
    assert (found.bounds.kind, found.gain) == ("sharp", 0)


@pytest.mark.parametrize("seed", range(5))
def test_back_door_sets_identify_and_stratify(seed: int) -> None:
    _, joint = joint_of("Z -> X; Z -> Y; X -> Y", seed)
    found = narrow(BACK_DOOR, joint, "X", "Y")
    share = joint.sum(axis=(1, 2))
    set_to = joint[:, :, 1] / joint.sum(axis=2)
    a, b = share @ set_to[:, 1], share @ set_to[:, 0]
    effect = step(found, "effect").after
    assert (effect.lower, effect.upper) == pytest.approx(both(a, b, joint.sum(axis=0)))
    lower = share @ np.maximum(0, set_to[:, 1] - set_to[:, 0])
    upper = share @ np.minimum(set_to[:, 1], 1 - set_to[:, 0])
    assert (found.bounds.lower, found.bounds.upper) == pytest.approx((lower, upper))
    assert found.bounds.kind == "sharp"
    assert [each.words for each in found.steps] == ["back-door {Z}", "strata {Z}"]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("levels", [2, 3, 4])
def test_a_mediator_bounds_as_in_the_papers(seed: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    p, m = rng.random(levels), rng.dirichlet(np.ones(levels), size=2)  # P(y | m), P(m | x)
    joint = 0.5 * m[:, :, None] * np.stack([1 - p, p], axis=1)
    found = narrow(MEDIATED, joint, "X", "Y")
    formula = sum(
        min(p[i], 1 - p[k]) * min(m[1, i], m[0, k])
        for i in range(levels)
        for k in range(levels)
        if i != k
    )
    a, b = m[1] @ p, m[0] @ p
    published = min(a, 1 - b, formula)
    assert found.bounds.upper <= published + 1e-9
    assert found.bounds.lower >= max(0, a - b) - 1e-9
    if levels == 2:
        assert found.bounds.upper == pytest.approx(published)
        assert found.bounds.lower == pytest.approx(max(0, a - b))


def test_more_values_of_a_mediator_raise_the_lower_bound() -> None:
    # Treating moves everybody from the middle to either end: half of them lose, half gain.
    joint = np.zeros((2, 3, 2))
    joint[0, 1] = 0.25, 0.25
    joint[1, 0, 0] = joint[1, 2, 1] = 0.25
    found = narrow(MEDIATED, joint, "X", "Y")
    assert (found.bounds.lower, found.bounds.upper) == pytest.approx((0.25, 0.25))


@pytest.mark.parametrize("levels", [1, 2, 3, 4, 6])
def test_distributions_are_moved_at_the_least_cost(levels: int) -> None:
    rng = np.random.default_rng(levels)
    costs = rng.normal(size=(20, levels, levels))
    before, after = rng.dirichlet(np.ones(levels), size=(2, 20))
    before[:5] = np.eye(levels)[0]
    found = least_moved(costs, before, after)
    for cost, p, q, least in zip(costs, before, after, found, strict=True):
        sums = [np.kron(np.eye(levels), np.ones(levels)), np.kron(np.ones(levels), np.eye(levels))]
        solved = linprog(cost.reshape(-1), A_eq=np.vstack(sums), b_eq=np.concatenate([p, q]))
        assert least == pytest.approx(solved.fun, abs=1e-6)


def test_mediators_in_turn_are_named_in_their_order() -> None:
    graph, joint = joint_of("X -> M -> N -> Y; X <-> Y", 8)
    found = step(narrow(graph, joint, "X", "Y"), "mediator")
    assert (found.words, found.nodes) == ("mediator {M → N}", ("M", "N"))
    assert found.reason.endswith("are coupled apart, as are those of N behind it.")


@pytest.mark.parametrize("seed", range(5))
def test_the_front_door_gives_both_sources(seed: int) -> None:
    graph, joint = joint_of("X -> M -> Y; X <-> Y", seed)
    found = narrow(graph, joint, "X", "Y")
    assert graph.nodes == ("X", "M", "Y")
    x = joint.sum(axis=(1, 2))
    m = joint.sum(axis=2) / x[:, None]
    y = joint[:, :, 1] / joint.sum(axis=2)
    b, a = (m[i] @ (x @ y) for i in (0, 1))
    effect = step(found, "effect")
    assert effect.words == "front door {M}"
    assert (effect.after.lower, effect.after.upper) == pytest.approx(both(a, b, joint.sum(axis=1)))


def test_an_outcome_that_is_a_function_of_what_is_seen_gives_a_point() -> None:
    graph = CausalGraph.parse("Z -> X; Z -> Y; W -> Y; X -> Y").set_roles("Y", "functional")
    model = ResponseModel(graph, 4, {"Z": 3})
    found = narrow(graph, model.joint, "X", "Y")
    assert found.bounds.is_point
    assert found.bounds.kind == "sharp"
    assert found.bounds.lower == pytest.approx(model.benefit("X", "Y", Payoff.pns().values))
    share = model.joint.sum(axis=(graph.nodes.index("X"), graph.nodes.index("Y")))
    assert share.sum() == pytest.approx(1)


def test_hidden_functional_nodes_are_eliminated() -> None:
    text = "A -> F; B -> F; F -> X; F -> Y; X -> Y"
    graph, joint = joint_of(text + "; F [latent, functional]", 5)
    found = narrow(graph, joint, "X", "Y")
    told = "F is a function of known causes, which take that place: then back-door {A, B}"
    assert step(found, "functional").reason.startswith(told)
    plain = narrow(graph.set_roles("F", "latent"), joint, "X", "Y")
    assert plain.gain == 0
    edges = [("A", "X"), ("B", "X"), ("A", "Y"), ("B", "Y"), ("X", "Y")]
    direct = narrow(CausalGraph("ABXY", edges), joint, "X", "Y")
    assert found.bounds.upper == pytest.approx(direct.bounds.upper)


def test_an_instrument_gives_the_bounds_of_balke_and_pearl() -> None:
    cholesterol = [[[0.919, 0.081], [0, 0]], [[0.315, 0.073], [0.139, 0.473]]]
    graph = CausalGraph.parse("Z -> X; X -> Y; X <-> Y")
    found = narrow(graph, np.array(cholesterol) / 2, "X", "Y")
    assert (found.bounds.lower, found.bounds.upper) == pytest.approx((0.465, 0.788), abs=1e-3)
    assert step(found, "instrument").reason == "Z moves X and reaches Y through it alone."
    joint = np.zeros((2, 2, 2))
    joint[0, 1, 0] = joint[1, 1, 1] = 0.5  # all are treated, and the outcome follows Z
    told = narrow(graph, mixed(joint), "X", "Y")
    assert step(told, "instrument").reason.startswith(
        "The data are of no instrument: sum over y of"
    )
    assert (told.gain, told.bounds.kind) == (0, "outer")


def mixed(joint: Array) -> Array:
    """A distribution that is nearly the given one, and in which nothing has probability 0."""
    return 0.96 * joint + 0.04 / joint.size


def test_an_experiment_takes_the_place_of_the_effect() -> None:
    graph, joint = joint_of("X -> Y; X <-> Y", 2)
    a, b = 0.5 * (joint[1, 1] + 1 - joint[1, 0]), 0.5 * (joint[0, 1] + 1 - joint[0, 0])
    found = narrow(graph, joint, "X", "Y", experiment=(a, b))
    assert (found.start.lower, found.start.upper) == pytest.approx(both(a, b, joint))
    rows = [[1 - b, b], [1 - a, a]]
    again = narrow(graph, joint, "X", "Y", experiment=rows)  # type: ignore[arg-type]
    assert again.start.upper == found.start.upper
    with pytest.raises(ContradictionError, match="fails by"):
        narrow(graph, joint, "X", "Y", experiment=(0.0, 0.5))
    with pytest.raises(CounterfactualError, match="two probabilities"):
        narrow(graph, joint, "X", "Y", experiment=(0.1, 0.2, 0.3))


def test_no_causal_path_is_a_point() -> None:
    graph, joint = joint_of("Z -> X; Z -> Y")
    found = narrow(graph, joint, "X", "Y")
    assert (found.bounds.lower, found.bounds.upper, found.bounds.kind) == (0, 0, "sharp")
    always = narrow(graph, joint, "X", "Y", payoff=(0, 1, 0, 0))
    assert always.bounds.lower == pytest.approx(joint.sum(axis=(0, 1))[1])


# ---------------------------------------------------------------------- what the graph allows


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Z -> X; Z -> Y; X -> Y; W -> Y", ["back-door {Z}", "strata {Z, W}"]),
        ("Z -> X; Z -> Y; X -> Y; Y -> D", ["back-door {Z}", "strata {Z}"]),
        ("Z -> X; X -> Y", ["no confounding"]),
        ("X -> M -> Y; X <-> M", [ALL]),
        ("L -> X; L -> Y; L -> P; X -> Y; L [latent]", []),
        ("L -> P; L -> Y; X -> Y; L [latent]", ["no confounding", "strata {P}"]),
        ("X -> M -> Y; X -> N -> Y", ["no confounding", "mediator {M, N}", ALL]),
        ("X -> M -> Y; M <-> Y", ["no confounding", ALL]),
        (
            "X -> M -> Y; Z -> M; Z -> Y",
            ["no confounding", "strata {Z}", "mediator {M} given {Z}"],
        ),
        ("Z -> X; W -> X; X -> Y", ["no confounding"]),
    ],
)
def test_only_what_the_graph_allows_is_used(text: str, words: list[str]) -> None:
    graph, joint = joint_of(text)
    found = narrow(graph, joint, "X", "Y")
    assert [each.words for each in found.steps] == words


def test_a_class_of_graphs_is_used_as_far_as_it_agrees() -> None:
    text = "A -- Z; Z -> X; A -> X; Z -> Y; X -> Y; B -> X"
    _, joint = joint_of(text.replace("--", "->"))
    found = narrow(CausalGraph.parse(text), joint, "X", "Y")
    assert [each.words for each in found.steps] == ["back-door {Z}", "strata {Z}"]
    assert found.notes[0].startswith("The graph stands for a class")


def test_selection_by_what_the_treatment_affects_is_told() -> None:
    graph = CausalGraph.parse("X -> Y; X -> S").set_roles("S", ("selection", "latent"))
    found = narrow(graph, np.full((2, 2), 0.25), "X", "Y")
    assert found.steps == ()
    assert found.notes[0].startswith("X affects S, which selects the sample")
    assert found.bounds.kind == "outer"


def test_covariates_are_not_split_into_strata_of_few_units() -> None:
    graph = CausalGraph.parse("Z -> X; Z -> Y; X -> Y; A -> Y; B -> Y; C -> Y")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.integers(2, size=(100, 6)), columns=list("ZXYABC"))
    few = step(narrow(graph, frame, "X", "Y"), "strata").nodes
    frame = pd.DataFrame(rng.integers(2, size=(10_000, 6)), columns=list("ZXYABC"))
    many = step(narrow(graph, frame, "X", "Y"), "strata").nodes
    assert len(few) == 2
    told = narrow(
        graph, pd.DataFrame(rng.integers(2, size=(30, 6)), columns=list("ZXYABC")), "X", "Y"
    )
    assert (
        "Strata {Z} have 15 units on average: bounds of so few are narrower than they "
        in told.notes[0]
    )
    assert set(many) == set("ZABC")


def test_positivity_is_named() -> None:
    joint = np.array([[[0.2, 0.2], [0.0, 0.0]], [[0.1, 0.2], [0.2, 0.1]]])
    found = narrow(BACK_DOOR, joint, "X", "Y")
    assert step(found, "effect").reason == (
        "P(X = 1 | Z = 0) is 0 in the data, so that P(Y | X, Z) is not known."
    )
    told = "P(X = 1 | Z = 0) = 0: in strata like this (40.0% of all) observations alone bound."
    assert told in found.notes
    b, a = 0.2 / 0.3, 0.1 / 0.3
    upper = 0.4 * 0.5 + 0.6 * min(a, 1 - b)
    assert found.bounds.upper == pytest.approx(upper)
    graph = CausalGraph.parse("X -> M -> Y; X <-> Y")
    joint = np.array([[[0.2, 0.3], [0.0, 0.0]], [[0.1, 0.1], [0.2, 0.1]]])
    found = narrow(graph, joint, "X", "Y")
    assert any("is 0 in the data" in note for note in found.notes)
    assert np.isfinite([found.bounds.lower, found.bounds.upper]).all()


def test_data_that_contradict_the_graph_are_told_and_not_used() -> None:
    graph = CausalGraph.parse("X -> M -> Y")
    joint = np.zeros((2, 2, 2))
    joint[0, 0, 0] = joint[1, 1, 1] = 0.25
    joint[0, 1, 0] = joint[1, 0, 1] = 0.25  # the outcome follows X, whatever M is
    found = narrow(graph, joint, "X", "Y")
    assert found.bounds.lower == found.bounds.upper == 1
    assert any("which contradicts" in note for note in found.notes)


# ---------------------------------------------------------------------- data in, results out


def frames(graph: CausalGraph) -> dict[str, Any]:
    sample = ResponseModel(graph, 3).sample(2_000, 0)
    words = {name: np.array(["no", "yes"])[column] for name, column in sample.items()}
    truths = {name: column == 1 for name, column in sample.items()}
    return {
        "pandas": pd.DataFrame(sample), "polars": pl.DataFrame(sample),
        "arrow": pl.DataFrame(sample).to_arrow(), "labels": pd.DataFrame(words),
        "truths": pl.DataFrame(truths), "mapping": sample, "floats": pd.DataFrame(sample) / 2,
    }  # fmt: skip


def test_any_frame_of_any_labels_gives_the_same() -> None:
    every = {name: narrow(BACK_DOOR, frame, "X", "Y") for name, frame in frames(BACK_DOOR).items()}
    assert len({(found.bounds.lower, found.bounds.upper) for found in every.values()}) == 1
    assert every["labels"].arms == ("no", "yes")
    assert every["truths"].levels == (False, True)
    assert every["floats"].arms == (0, 0.5)


def test_gaps_are_left_out_and_told() -> None:
    frame = pd.DataFrame(ResponseModel(BACK_DOOR, 3).sample(1_000, 0)).astype(float)
    frame.loc[:9, "Z"] = np.nan
    found = narrow(BACK_DOOR, frame, "X", "Y")
    assert (found.rows, found.notes[0]) == (990, "10 rows with gaps left out.")
    whole = narrow(BACK_DOOR, frame.iloc[10:], "X", "Y")
    assert found.bounds.upper == pytest.approx(whole.bounds.upper)


def test_a_table_is_counted_once() -> None:
    data = DiscreteData(pd.DataFrame(ResponseModel(BACK_DOOR, 3).sample(1_000, 0)))
    assert not data.is_at_hand("XYZ")
    first = narrow(BACK_DOOR, data, "X", "Y")
    assert data.is_at_hand("XYZ")
    assert data.is_at_hand("XY")
    assert data.joint("XYZ") is data.joint("XY")
    assert narrow(CONFOUNDED, data, "X", "Y").start.upper == first.start.upper


def test_sparse_cells_are_counted_as_full_ones() -> None:
    rng = np.random.default_rng(0)
    frame = {f"V{i}": rng.integers(9, size=500) for i in range(40)}
    joint = DiscreteData(frame).joint(frame)
    assert len(joint.codes) == 500
    expected = pd.crosstab(frame["V0"], frame["V39"]).to_numpy() / 500
    assert np.allclose(joint.dense(["V0", "V39"]), expected)
    assert joint.table(["V1", "V2"]).sum() == pytest.approx(1)
    with pytest.raises(CounterfactualError, match="combinations of levels"):
        joint.dense([f"V{i}" for i in range(8)])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"X": [0, 1, 2], "Y": [0, 1, 0]}, "Expected a treatment with two levels, got 3 in 'X'"),
        ({"X": [0, 1, 1], "Y": [0, 1, 2]}, "Expected an outcome with 2 levels for the PNS, got 3"),
        ({"X": np.arange(20), "Y": [0, 1] * 10}, "The treatment cannot be counted"),
        ({"X": [0, 1]}, "The outcome cannot be counted: The data have no column 'Y'"),
        ({"X": [0, 1, None], "Y": [None, None, 1]}, "rows that are complete"),
        (np.ones((2, 2)), "Expected probabilities from 0 that sum to 1"),
        (np.ones(2), "Expected an array with an axis for each of 2 observed nodes"),
        (JointTable.of_array([0.5, 0.5], ["X"]), "it lacks 'Y'"),
    ],
)
def test_what_cannot_be_counted_is_refused(data: Any, problem: str) -> None:
    with pytest.raises(CounterfactualError, match=problem):
        narrow(CONFOUNDED, data, "X", "Y")


def test_what_is_no_question_is_refused() -> None:
    joint = np.full((2, 2), 0.25)
    with pytest.raises(CounterfactualError, match="Expected a CausalGraph, got str"):
        narrow("X -> Y", joint, "X", "Y")  # type: ignore[arg-type]
    with pytest.raises(GraphError, match="Expected an exposure"):
        narrow(CONFOUNDED, joint)
    with pytest.raises(CounterfactualError, match="which is latent"):
        narrow(CONFOUNDED.set_roles("X", "latent"), {"X": [0, 1], "Y": [0, 1]}, "X", "Y")
    names = [f"V{i}" for i in range(70)]
    wide = CausalGraph(edges=[(name, "Y") for name in names] + [("X", "Y")])
    with pytest.raises(CounterfactualError, match="at most 60 nodes"):
        narrow(wide, {"X": [0, 1], "Y": [0, 1]}, "X", "Y")


def test_it_reads_as_sentences_and_as_a_table() -> None:
    graph, joint = joint_of("Z -> X; Z -> Y; X -> Y", 7)
    found = narrow(graph, joint, "X", "Y")
    first, *others = repr(found).splitlines()
    assert first.startswith("<Narrowing: The PNS of X (1 against 0) on Y is between 0.")
    assert any(line.startswith("  back-door {Z}: −0.") for line in others)
    frame = found.to_frame()
    assert list(frame["by"]) == ["observations alone", "back-door {Z}", "strata {Z}"]
    assert frame["gain"].sum() == pytest.approx(found.gain)
    html = re.sub(r' style="[^"]*"', "", found._repr_html_()).replace("\N{NO-BREAK SPACE}", " ")
    assert f"<td>back-door {{Z}}</td><td>{interval(found.steps[0].after)}</td>" in html
    assert repr(found.steps[0]).startswith("<NarrowingStep: back-door {Z}: −0.")
    nasty = CausalGraph(edges=[("<b>", "X"), ("<b>", "Y"), ("X", "Y")])
    assert "<b>" not in narrow(nasty, joint, "X", "Y")._repr_html_()

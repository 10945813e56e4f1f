"""Experiments on the user's own graph: closed forms, policies whose score is known, refusals."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.acting_policies import BestSeen, Silent

from causal_magics.data.structural_model import StructuralModel
from causal_magics.discovery.discover import discover
from causal_magics.errors import (
    CausalMagicsError,
    DataError,
    DiscoveryError,
    OptionError,
    PassiveError,
    UnknownNodeError,
)
from causal_magics.graph.model import CausalGraph
from causal_magics.passive.acting.act import act
from causal_magics.passive.worlds.environment import CausalEnvironment

CHAIN = CausalGraph.parse("Smoking -> Tar -> Cancer")
TWICE = {"Tar": lambda Smoking: -2.0 * Smoking, "Cancer": lambda Tar: 3.0 * Tar}


def frame(rows: int = 1_000) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    smoking = 10.0 + 4.0 * rng.standard_normal(rows)
    tar = 100.0 - 5.0 * smoking + 6.0 * rng.standard_normal(rows)
    return {"Smoking": smoking, "Tar": tar, "Cancer": 0.1 * tar + rng.standard_normal(rows)}


def test_expected_outcomes_of_a_linear_chain_are_those_of_the_closed_form() -> None:
    found = act(BestSeen(), CHAIN, mechanisms=TWICE, noise=0.01)
    known = {("Smoking", 2.0): -12.0, ("Smoking", -2.0): 12.0, ("Tar", 2.0): 6.0,
             ("Tar", -2.0): -6.0}  # fmt: skip
    assert found.expected == pytest.approx(known, abs=0.01)
    assert found.best == found.choice == ("Smoking", -2.0)
    assert found.score == pytest.approx(1.0)
    assert found.random == pytest.approx(0.0, abs=0.01)
    assert found.goal == "Cancer"
    assert found.graph is CHAIN
    assert found.mechanisms == "given"
    for name, spread in (("Smoking", 0.01), ("Tar", 0.0224), ("Cancer", 0.0678)):
        assert found.natural[name] == pytest.approx((0.0, spread), abs=0.004)


def test_who_acts_without_looking_scores_as_who_draws_actions() -> None:
    found = act(BestSeen(careless=True), CHAIN, mechanisms=TWICE, noise=0.1, exploit=8)
    assert found.score == pytest.approx(0.0, abs=1e-9)


def test_steps_say_what_was_set_and_what_came_of_it() -> None:
    policy = BestSeen()
    found = act(policy, CHAIN, mechanisms=TWICE, noise=0.1)
    explored, counted = found.steps[:4], found.steps[4:]
    assert [step.action for step in explored] == [
        ("Smoking", -2.0), ("Smoking", 2.0), ("Tar", -2.0), ("Tar", 2.0),
    ]  # fmt: skip
    assert {step.phase for step in explored} == {"explore"}
    assert [step.phase for step in counted] == ["exploit"] * CausalEnvironment().n_exploit
    first = found.steps[0]
    assert first.values["Smoking"] == -2.0
    assert first.moved == ("Tar", "Cancer")
    mean, spread = found.natural["Tar"]
    assert first.deviations["Tar"] == pytest.approx((first.values["Tar"] - mean) / spread)
    assert first.preferences["Smoking", -2.0] == pytest.approx(0.8)
    assert sum(first.preferences.values()) == pytest.approx(0.8 + 3 * 0.2 / 4)
    assert first.preferences["Cancer", 2.0] == 0.0
    assert set(first.beliefs) == {(a, b) for a in CHAIN.nodes for b in CHAIN.nodes if a != b}
    last = policy.seen[-1].values[0]
    assert found.start == dict(zip(CHAIN.nodes, last[0].tolist(), strict=True))
    assert [step.values for step in found.steps[:-1]] == [
        dict(zip(CHAIN.nodes, row, strict=True)) for row in last[1:].tolist()
    ]


def test_a_policy_sees_the_rows_and_nothing_of_the_names() -> None:
    renamed = CausalGraph.parse("a -> b -> c")
    mechanisms = {"b": lambda a: -2.0 * a, "c": lambda b: 3.0 * b}
    one = act(BestSeen(), CHAIN, mechanisms=TWICE)
    other = act(BestSeen(), renamed, mechanisms=mechanisms)
    assert [[*step.values.values()] for step in one.steps] == [
        [*step.values.values()] for step in other.steps
    ]


@given(st.integers(2, 20), st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_drawn_mechanisms_of_any_graph_are_acted_on(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = [f"v{place}" for place in rng.permutation(size)]
    edges = [(names[i], names[j]) for j in range(1, size) for i in range(j) if rng.random() < 0.3]
    graph = CausalGraph(names, edges or [(names[0], names[-1])])
    goal = next(name for name in graph.nodes if graph.parents(name))
    found = act(BestSeen(), graph, goal, seed=seed)
    assert len(found.steps) == 2 * (size - 1) + 4
    assert len(found.expected) == 2 * (size - 1)
    assert found.score <= 1.0 + 1e-9
    assert found.expected[found.best] == max(found.expected.values())
    assert found.belief.is_dag
    moving = graph.ancestors(goal)
    mean = found.expected[next(a for a in found.expected if a[0] in moving)]
    assert np.isfinite(mean)
    idle = [v for (name, _), v in found.expected.items() if name not in moving]
    assert not idle or np.ptp(idle) < 1e-6 + 1e-6 * abs(idle[0])
    assert act(BestSeen(), graph, goal, seed=seed).to_frame().equals(found.to_frame())


def test_links_and_noise_of_drawn_mechanisms_are_those_of_training_or_as_given() -> None:
    policy = BestSeen(CausalEnvironment(link="linear", noise=0.1, value=3.0, n_exploit=2))
    found = act(policy, CHAIN, seed=1)
    assert found.natural["Smoking"][1] < 0.1
    assert {abs(step.setting) for step in found.steps} == {3.0}
    assert len(found.steps) == 6
    up, down = found.expected["Tar", 3.0], found.expected["Tar", -3.0]
    assert up == pytest.approx(-down)
    bent = act(policy, CHAIN, seed=1, link=np.abs, noise=1.0)
    assert bent.natural["Smoking"][1] > 0.5
    assert abs(bent.expected["Tar", 3.0] - bent.expected["Tar", -3.0]) < 1e-6


def test_mechanisms_fitted_to_data_are_in_standard_deviations() -> None:
    given_frame = frame()
    found = act(BestSeen(), CHAIN, data={**given_frame, "further": np.arange(1_000.0)})
    assert found.mechanisms == "fitted"
    assert found.units["Tar"] == pytest.approx(
        (given_frame["Tar"].mean(), given_frame["Tar"].std())
    )
    for name in CHAIN.nodes:
        assert found.natural[name] == pytest.approx((0.0, 1.0), abs=0.1)
    share = -0.1 * 5.0 * given_frame["Smoking"].std() / given_frame["Cancer"].std()
    assert found.expected["Smoking", 2.0] == pytest.approx(2.0 * share, abs=0.2)
    assert "standard deviations" in found.conclusion


def test_what_gives_a_structural_model_is_asked_for_that_of_the_graph() -> None:
    fitted = StructuralModel(CHAIN, TWICE, units=dict.fromkeys(CHAIN.nodes, (10.0, 2.0)))
    learned = SimpleNamespace(structural_model=lambda graph: fitted if graph is CHAIN else None)
    found = act(BestSeen(), CHAIN, mechanisms=learned)
    assert found.mechanisms == "fitted"
    assert found.units == fitted.units
    # Smoking is set to 10 + 2·2, Tar is -28, Cancer -84: (-84 - 10) / 2.
    assert found.expected["Smoking", 2.0] == pytest.approx(-47.0, abs=0.2)


def test_what_was_discovered_is_acted_on_along_any_graph() -> None:
    given_frame = frame()
    learned = discover(given_frame, progress=False)
    found = act(BestSeen(), CHAIN, mechanisms=learned)
    assert found.mechanisms == "fitted"
    share = -0.1 * 5.0 * given_frame["Smoking"].std() / given_frame["Cancer"].std()
    assert found.expected["Smoking", 2.0] == pytest.approx(2.0 * share, abs=0.2)
    other = act(BestSeen(), CHAIN.add_edge("Smoking", "Cancer"), mechanisms=learned)
    assert other.expected["Smoking", 2.0] == pytest.approx(2.0 * share, abs=0.2)
    with pytest.raises(DiscoveryError, match="Did you mean 'Tar'"):
        act(BestSeen(), CHAIN.rename_node("Tar", "tar"), mechanisms=learned)


def test_given_mechanisms_may_be_standardised_by_what_they_make() -> None:
    mechanisms = {"Tar": lambda x: 100.0 + 10.0 * x, "Cancer": lambda x: 0.5 * x}
    noise = {"Smoking": 1.0, "Tar": 1e-3, "Cancer": 1e-3}
    model = StructuralModel(CHAIN, mechanisms, noise)
    plain, own = act(BestSeen(), CHAIN, mechanisms=model), act(
        BestSeen(), CHAIN, mechanisms=model, standardise=True
    )  # fmt: skip
    assert plain.expected["Smoking", 2.0] == pytest.approx(60.0, abs=0.1)
    assert any("standardise=True" in note for note in plain.notes)
    assert own.expected["Smoking", 2.0] == pytest.approx(2.0, abs=0.1)
    assert own.units["Tar"] == pytest.approx((100.0, 10.0), rel=0.05)
    assert not any("standardise" in note for note in own.notes)


def test_a_model_of_the_same_graph_in_another_order_fits() -> None:
    other = CausalGraph(["Cancer", "Tar", "Smoking"], CHAIN.edges)
    found = act(BestSeen(), other, mechanisms=StructuralModel(CHAIN, TWICE, noise=0.01))
    assert found.best == ("Smoking", -2.0)
    assert found.steps[0].values.keys() == set(CHAIN.nodes)


def test_what_carries_a_graph_is_acted_on() -> None:
    assert act(BestSeen(), SimpleNamespace(graph=CHAIN), mechanisms=TWICE).graph is CHAIN


def test_names_may_be_hostile() -> None:
    a, b = '<b>"it\'s" & {x}</b>', "Ü → 変数 $\\alpha$"
    found = act(BestSeen(), CausalGraph([a, b], [(a, b)]), mechanisms={b: lambda x: x}, noise=0.01)
    assert found.choice == (a, 2.0)
    assert "<b>" not in found._repr_html_()
    assert b in found.conclusion
    assert list(found.to_frame().columns)[-2:] == [f"value of {a}", f"value of {b}"]


def test_graphs_unlike_training_are_told() -> None:
    wide = CausalGraph.parse("a -> z; b -> z; c -> z; d -> z; e -> z; f -> z; g -> z; h -> z")
    notes = act(BestSeen(CausalEnvironment((4, 5, 6))), wide).notes
    assert notes == (
        "The policy was trained on 4 to 6 variables; this graph has 9. Scores fall beyond these.",
        "In training no variable had more than 2 parents; here 'z' has 8.",
    )
    assert act(BestSeen(CausalEnvironment(3, held_out=None)), CHAIN).notes == ()


def test_who_gives_a_discovery_as_graph_is_told_of_its_mechanisms() -> None:
    fitted = StructuralModel(CHAIN, TWICE, units=dict.fromkeys(CHAIN.nodes, (10.0, 2.0)))
    learned = SimpleNamespace(graph=CHAIN, structural_model=lambda graph: fitted)
    policy = BestSeen(CausalEnvironment(3, held_out=None))
    (note,) = act(policy, learned).notes
    assert "Discovery is given as mechanisms too" in note
    told = act(policy, learned, mechanisms=learned).notes
    assert note not in told


def test_a_policy_that_tells_no_edges_acts_all_the_same() -> None:
    found = act(Silent(), CHAIN, mechanisms=TWICE)
    assert found.belief == CausalGraph(CHAIN.nodes)
    assert found.steps[-1].beliefs == {}
    assert found.conclusion.endswith("It does not tell which edges it believes.")


@pytest.mark.parametrize(
    ("text", "goal", "told"),
    [
        ("A <-> B; A -> B", None, "got 'A' <-> 'B': a hidden common cause"),
        ("A -- B", None, "an edge whose direction is open"),
        ("A @-> B", None, "an edge of which one end is open"),
        ("A @-@ B", None, "both ends are open"),
        ("A [latent]; A -> B; A -> C", None, "got the latent node 'A'"),
        ("A -> B -> S; S [selection]", None, "got the selection node 'S'"),
        ("A", None, "Expected between 2 and 20 variables, got 1. One is set"),
        ("; ".join(f"a{i} -> a{i + 1}" for i in range(20)), None, "got 21. Leave some out."),
        ("A; B", None, "a graph without edges"),
        ("A -> B; A -> C", None, "got 'B', 'C' to choose from"),
        ("A -> B -> C; B [outcome]; C [outcome]", None, "got 'B', 'C' to choose from"),
        ("A -> B -> C", "A", "nothing in the graph causes 'A'. Give one of 'B', 'C'"),
        ("A -> B; C [outcome]", None, "nothing in the graph causes 'C'"),
    ],
)
def test_graphs_and_goals_that_cannot_be_asked_about_are_refused(
    text: str, goal: str | None, told: str
) -> None:
    with pytest.raises(PassiveError) as caught:
        act(BestSeen(), CausalGraph.parse(text), goal)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "kind", "told"),
    [
        ({"goal": "cancer"}, UnknownNodeError, "Did you mean 'Cancer'?"),
        ({"goal": 3}, OptionError, "Expected the name of a node as goal, got int"),
        ({"data": {"Smoking": [1.0, 2.0, 4.0]}}, DataError, "no column 'Tar'"),
        ({"data": {**frame(), "Tar": np.ones(1_000)}}, DataError, "'Tar'"),
        ({"data": {**frame(), "Tar": [np.nan] * 1_000}}, DataError, "missing values in 'Tar'"),
        ({"data": {**frame(), "Tar": ["a", "b"] * 500}}, DataError, "Expected numbers in every"),
        ({"data": frame(), "mechanisms": TWICE}, OptionError, "got both"),
        ({"data": frame(), "link": "linear"}, OptionError, "Expected link where mechanisms are"),
        ({"mechanisms": 3}, OptionError, "got int"),
        ({"mechanisms": {"Tar": np.tanh}}, OptionError, "got none for 'Cancer'"),
        (
            {"mechanisms": TWICE | {"Cancer": lambda a, b: a}},
            OptionError,
            "to take 'Tar', got a function of 'a', 'b'",
        ),
        ({"mechanisms": TWICE | {"Cancer": lambda Tar: Tar / 0}}, OptionError, "finite numbers"),
        (
            {"mechanisms": TWICE | {"Cancer": lambda Tar: 0 * Tar}},
            PassiveError,
            "the same whatever",
        ),
        (
            {"mechanisms": StructuralModel(CausalGraph.parse("X -> Y"), {"Y": np.tanh})},
            PassiveError,
            "got those of another one",
        ),
        (
            {"mechanisms": StructuralModel(CHAIN, TWICE, {"Smoking": 0.0})},
            PassiveError,
            "got 'Smoking', which does not",
        ),
        (
            {"mechanisms": StructuralModel(CHAIN, TWICE, {"Smoking": 0.0}), "standardise": True},
            PassiveError,
            "got 'Smoking', which does not",
        ),
        (
            {"data": {**frame(), "Tar": 1e12 + frame()["Tar"] / 30.0}},
            PassiveError,
            "got 'Tar' around 1e+12 ± 0.671, which varies too little for its size",
        ),
        ({"link": lambda x: 1 / 0}, OptionError, "The link failed: ZeroDivisionError"),
        ({"link": lambda x: x[:1]}, OptionError, "got an array of shape (1,)"),
        ({"link": lambda x: 1e30 * x**3}, PassiveError, "finite, got 'Tar', which is not"),
        (
            {"mechanisms": TWICE | {"Cancer": lambda Tar: np.exp(20.0 * Tar)}},
            PassiveError,
            "Expected variables that policies can read, got 'Cancer'",
        ),
        ({"link": "relu"}, OptionError, "Expected link among linear, leaky-relu, got 'relu'"),
        ({"noise": 0}, OptionError, "Expected noise above 0"),
        ({"exploit": 0}, OptionError, "Expected exploit"),
        ({"seed": -1}, OptionError, "Expected seed"),
        ({"standardise": True}, OptionError, "together with mechanisms"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(
    options: dict[str, object], kind: type[CausalMagicsError], told: str
) -> None:
    with pytest.raises(kind) as caught:
        act(BestSeen(), CHAIN, **options)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_graph_or_no_policy_is_refused() -> None:
    with pytest.raises(PassiveError, match="got str"):
        act(BestSeen(), "A -> B")
    with pytest.raises(OptionError, match="got int"):
        act(3, CHAIN)
    with pytest.raises(OptionError, match="got type"):
        act(BestSeen, CHAIN)
    with pytest.raises(CausalMagicsError, match="Did you mean axial"):
        act("axal", CHAIN)

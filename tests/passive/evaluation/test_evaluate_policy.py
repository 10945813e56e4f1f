"""Actors whose scores are known, on tasks that are the same for all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from passive.evaluation.scripted_actors import Always, Downstream, Perfect, Share

from causal_magics.errors import OptionError, PassiveError, StorageError
from causal_magics.passive.evaluation.conduct import RELATIONS, TaskSet, conduct_of
from causal_magics.passive.evaluation.evaluate_policy import evaluate_policy
from causal_magics.passive.evaluation.policy_evaluation import PolicyEvaluation
from causal_magics.passive.experts import EXPERTS
from causal_magics.passive.learner.planner import Planner
from causal_magics.passive.learner.train import train
from causal_magics.passive.worlds.environment import CausalEnvironment, Tasks
from causal_magics.passive.worlds.scm_batch import ScmBatch

mpl.use("Agg")

WORLD = CausalEnvironment()
RELATION = CausalEnvironment(held_out="relation", noise=0.25)


@pytest.fixture(scope="module")
def found() -> PolicyEvaluation:
    actors = [Perfect(), Share(0.9), Share(0.7), Share(0.5), Downstream()]
    return evaluate_policy(actors, WORLD, n_tasks=200)


@dataclass(frozen=True)
class Knowing:
    """A policy that knows where it was trained."""

    environment: CausalEnvironment
    name: str = "knowing"

    def choose(self, episodes: Any, tasks: Tasks, rng: np.random.Generator) -> np.ndarray:
        return tasks.best


def chains() -> Tasks:
    """Return a → b → c → d, a → e, and f alone; the goals are c, e and b."""
    weights = np.zeros((3, 6, 6), dtype=np.float32)
    for cause, effect in ((0, 1), (1, 2), (2, 3), (0, 4)):
        weights[:, cause, effect] = 1.0
    scales = np.full((3, 6), 0.5, dtype=np.float32)
    order = np.tile(np.arange(6), (3, 1))
    return Tasks(ScmBatch(weights, scales, order, "linear"), np.array([2, 4, 1]))


def test_the_best_actions_score_exactly_one(found: PolicyEvaluation) -> None:
    for split in ("train", "held-out", "trap"):
        row = found.row("perfect", split)
        assert (row.score.value, row.score.low, row.score.high) == (1.0, 1.0, 1.0)
        assert row.first.value == row.share_best == row.share_explored == 1.0


def test_random_actions_score_zero(found: PolicyEvaluation) -> None:
    for split in found.splits:
        score = found.score("random", split)
        assert abs(score.value) < 0.1
        assert score.low - 0.03 < 0.0 < score.high + 0.03


def test_scores_are_those_of_the_tasks() -> None:
    tasks = WORLD.tasks(200, "trap", seed=3)
    found = evaluate_policy(Share(0.5), WORLD, n_tasks=200, seed=3, splits="trap", baselines=False)
    actions = Share(0.5).choose(None, tasks, None)  # type: ignore[arg-type]
    assert found.score().value == pytest.approx(tasks.score(actions))
    assert found.rows[0].share_best == pytest.approx(0.5)


def test_policies_of_one_name_are_seeds(found: PolicyEvaluation) -> None:
    row = found.row("share", "held-out")
    assert (row.n_policies, row.n_tasks) == (3, 200)
    each = [
        evaluate_policy(Share(s), WORLD, n_tasks=200, splits="held-out", baselines=False).score()
        for s in (0.9, 0.7, 0.5)
    ]
    assert row.score.by_policy == pytest.approx([score.value for score in each])
    assert row.score.value == pytest.approx(np.mean(row.score.by_policy))
    assert row.score.high - row.score.low > max(score.high - score.low for score in each)


def test_a_mapping_names_kinds_of_its_own() -> None:
    found = evaluate_policy(
        {"mine": [Share(0.9), Perfect()], "random": "random", "other": Perfect()}, WORLD,
        n_tasks=20, splits="train", baselines=["random", "oracle"],
    )  # fmt: skip
    assert found.actors == ("mine", "random", "other", "oracle")
    assert [row.n_policies for row in found.rows] == [2, 1, 1, 1]
    assert [row.is_baseline for row in found.rows] == [False, False, False, True]


def test_every_expert_is_a_baseline_and_traps_catch_correlation(found: PolicyEvaluation) -> None:
    assert found.actors == ("perfect", "share", "downstream", *EXPERTS)
    assert found.score("correlational", "held-out").low > 0.6
    assert found.score("correlational", "trap").high < 0.2
    gap = found.difference("perfect", "correlational", "trap")
    assert gap.value == pytest.approx(1.0 - found.score("correlational", "trap").value)
    assert not gap.covers(0.0)


def test_rewards_by_step(found: PolicyEvaluation) -> None:
    row = found.row("perfect")
    assert (len(row.steps), row.n_explore) == (12, 8)
    assert all(score.value == 1.0 for score in row.steps[8:])
    exploring = np.mean([score.value for score in row.steps[:8]])
    assert exploring == pytest.approx(0.0, abs=1e-9), "it tries each action once"
    of_oracle = found.row("oracle").steps
    assert all(score.value == 1.0 for score in of_oracle)
    learning = [score.value for score in found.row("empirical-best").steps[8:]]
    assert learning[-1] > learning[0]


def test_relations_to_the_goal() -> None:
    kinds = TaskSet("train", chains(), 0).relations
    told = [[RELATIONS[kind] for kind in row] for row in kinds.tolist()]
    assert told[0][:2] == ["ancestor", "parent"]
    assert told[0][3:] == ["descendant", "common cause", "unrelated"]
    assert told[1][:4] == ["parent", "common cause", "common cause", "common cause"]
    assert told[2][2:4] == ["descendant", "descendant"]


def test_what_goes_most_with_the_goal() -> None:
    sets = TaskSet("train", chains(), 0)
    assert sets.most_correlated.tolist() == [1, 0, 2] or sets.most_correlated[0] == 3
    acted = conduct_of(Always(2), sets, n_exploit=2)
    assert acted.relations[-1, RELATIONS.index("parent")] == pytest.approx(2 / 3)
    assert acted.relations.sum(axis=1) == pytest.approx(1.0)
    assert acted.explored == pytest.approx(0.1), "one of ten actions"


def test_choices(found: PolicyEvaluation) -> None:
    row = found.row("downstream", "trap")
    assert row.choices("exploit")["descendant"] > 0.8
    assert sum(row.choices("explore").values()) == pytest.approx(1.0)
    heuristic = found.row("correlational", "trap")
    assert heuristic.share_most_correlated("exploit") == 1.0
    assert heuristic.choices("exploit")["parent"] < 0.2
    with pytest.raises(OptionError, match="phase among explore, exploit"):
        row.choices("explor")  # type: ignore[arg-type]


def test_who_may_only_watch_sets_nothing_while_exploring() -> None:
    found = evaluate_policy(
        Perfect(), WORLD, n_tasks=200, splits="held-out", watch_only=True,
        baselines=["empirical-best"],
    )  # fmt: skip
    for row in found.rows:
        assert row.choices("explore")["nothing"] == 1.0
        assert row.share_explored == 0.0
    assert found.score("perfect").value == 1.0
    assert found.score("empirical-best").value < 0.5, "all that it tries are its four last steps"
    assert "only watch" in found._repr_html_()


def test_sizes_and_the_environment_of_a_policy() -> None:
    found = evaluate_policy(
        Knowing(RELATION), n_tasks=10, variables=(5, 7), splits="train", baselines=False
    )
    assert "a relation held out" in found.environment
    assert "noise 0.25" in found.environment
    assert found.sizes == (5, 7)
    assert found.row(variables=7).rewards.shape == (1, 10, 16)
    assert "<th>variables</th>" in found._repr_html_()
    free = CausalEnvironment(held_out=None, variables=3, link="linear")
    assert evaluate_policy("oracle", free, n_tasks=5, baselines=False).splits == ("train",)


def test_a_policy_by_its_file_and_one_that_plans(tmp_path: Path) -> None:
    world = CausalEnvironment(variables=3, held_out=None, noise=0.3)
    policy = train(world, episodes=50, steps=2, width=8, progress=False)
    policy.save(tmp_path / "tiny.npz")
    found = evaluate_policy(tmp_path / "tiny.npz", n_tasks=20, baselines=False)
    assert found.actors == ("tiny",)
    assert found.environment == "3 variables, leaky-relu links, noise 0.3, nothing held out"
    assert found.score() == evaluate_policy(policy, n_tasks=20, baselines=False).score()
    planned = evaluate_policy(Planner(policy), n_tasks=20, baselines=False)
    assert planned.environment == found.environment
    assert planned.rows[0].share_explored == 1.0


def test_an_executor_gives_the_same() -> None:
    actors = [Share(0.5), "empirical-best", Perfect()]
    plain = evaluate_policy(actors, WORLD, n_tasks=30, baselines=False)
    with ThreadPoolExecutor(2) as executor:
        again = evaluate_policy(actors, WORLD, n_tasks=30, baselines=False, executor=executor)
    assert [row.score for row in again.rows] == [row.score for row in plain.rows]
    other = evaluate_policy(actors, WORLD, n_tasks=30, baselines=False, seed=1)
    assert other.score("share") != plain.score("share")


def test_frames_tables_and_words(found: PolicyEvaluation) -> None:
    frame = found.to_frame()
    assert len(frame) == len(found.rows)
    assert frame.set_index(["actor", "split"]).loc[("perfect", "trap"), "score"] == 1.0
    steps = found.to_frame("steps")
    assert list(steps["phase"].iloc[:12]) == ["explore"] * 8 + ["exploit"] * 4
    choices = found.to_frame("choices")
    every = choices[choices["set"] != "most correlated"]
    assert every.groupby(["actor", "split", "phase"])["share"].sum().to_numpy() == pytest.approx(1)
    assert repr(found).startswith("<PolicyEvaluation: 200 tasks a split; perfect train 1.00 [1.00")
    assert "8 baselines" in repr(found)
    html = found._repr_html_()
    assert "<td>perfect</td><td>1</td><td>1.00 [1.00, 1.00]</td>" in html
    assert "95 % intervals over tasks and training seeds" in html


def test_pictures(found: PolicyEvaluation) -> None:
    axes = found.plot()
    assert [label.get_text() for label in axes.get_yticklabels()] == list(found.actors)
    assert found.plot(ax=axes) is axes
    few = ["perfect", "random"]
    lines = found.plot("steps", actors=few, split="trap").get_legend().get_texts()
    assert [text.get_text() for text in lines] == few
    bars = found.plot("choices", actors=few)
    assert len(bars.get_yticks()) == 4
    plt.close("all")


def test_saved_and_read(found: PolicyEvaluation, tmp_path: Path) -> None:
    found.save(tmp_path / "found.npz")
    again = PolicyEvaluation.load(tmp_path / "found.npz")
    assert again._repr_html_() == found._repr_html_()
    assert again.to_frame("steps").equals(found.to_frame("steps"))
    assert again.to_frame("choices").equals(found.to_frame("choices"))
    (tmp_path / "other.npz").write_bytes(b"no arrays")
    with pytest.raises(StorageError, match="Expected a saved evaluation, but"):
        PolicyEvaluation.load(tmp_path / "other.npz")


@pytest.mark.parametrize(
    ("actor", "settings", "kind", "message"),
    [
        ([], {}, PassiveError, "one actor or more to evaluate, got none"),
        ({"mine": []}, {}, PassiveError, "one actor or more to evaluate, got none"),
        (3, {}, OptionError, "an actor with a name and a function choose.*got int"),
        ("oracel", {}, OptionError, "an expert or policy among .* got 'oracel'. Did you mean"),
        (Perfect(), {"baselines": ["empirical"]}, OptionError, "got 'empirical'"),
        (Perfect(), {"baselines": 2}, OptionError, "baselines to be True, False or names, got 2"),
        (Perfect(), {"n_tasks": 0}, OptionError, "n_tasks to be a whole number from 1, got 0"),
        (Perfect(), {"seed": -1}, OptionError, "seed to be a whole number from 0, got -1"),
        (Perfect(), {"watch_only": "no"}, OptionError, "watch_only to be True or False"),
        (Perfect(), {"splits": "test"}, OptionError, "split among train, held-out, trap"),
        (Perfect(), {"splits": []}, PassiveError, "a split among train, held-out, trap, got none"),
        (Perfect(), {"variables": 1}, PassiveError, "between 2 and 20 variables, got 1"),
        (Perfect(), {"variables": 2.5}, PassiveError, "between 2 and 20 variables, got 2.5"),
        (Perfect(), {"variables": []}, PassiveError, "a number of variables, got none"),
        (Perfect(), {"environment": "five"}, OptionError, "a CausalEnvironment, got str"),
        (
            Perfect(), {"environment": CausalEnvironment(held_out=None), "splits": "trap"},
            PassiveError, "holds something out for the split trap",
        ),
        (Always(99), {}, PassiveError, "'always' to choose among the actions allowed, got 99"),
        (Always(0), {}, PassiveError, "got 0 at step 8 of an episode whose goal"),
        (Always(1), {}, PassiveError, "got 1 at step 0 of an episode whose goal is variable 0"),
        (Always(-1), {}, PassiveError, "among the actions allowed, got -1"),
        (Always(1.0), {}, PassiveError, "whole number for each of 50 episodes, got an array of fl"),
    ],
)  # fmt: skip
def test_bad_input(
    actor: Any, settings: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        evaluate_policy(actor, **{"n_tasks": 50, "baselines": False, **settings})


def test_asking_for_what_is_not_there(found: PolicyEvaluation) -> None:
    with pytest.raises(OptionError, match="actor among perfect"):
        found.score("perfekt")
    with pytest.raises(PassiveError, match="number of variables among 5, got '6'"):
        found.score(variables=6)
    with pytest.raises(OptionError, match="kind among scores, steps, choices"):
        found.plot("score")  # type: ignore[arg-type]

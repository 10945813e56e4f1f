"""Logs: what is recorded, what they say they hold, and files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from causal_magics.data.saved_arrays import load_with_header, save_with_header
from causal_magics.errors import OptionError, PassiveError, StorageError
from causal_magics.passive.experts import EXPERTS, Oracle
from causal_magics.passive.intervention_log import InterventionLog, record_log
from causal_magics.passive.worlds.environment import CausalEnvironment, Tasks
from causal_magics.passive.worlds.episodes import WATCH, Episodes
from causal_magics.passive.worlds.graph_prior import is_held_out_class

SMALL = CausalEnvironment(3, held_out=None, n_exploit=2)
KIND = "causal-magics intervention log"


def hand_log(actions: list[list[int]], **options: Any) -> InterventionLog:
    """Return a log over A, B and C whose goal is C, with rows that follow the actions."""
    codes = np.array(actions)
    values = np.zeros((len(codes), codes.shape[1] + 1, 3))
    for (episode, step), code in np.ndenumerate(codes):
        if code:
            values[episode, step + 1, (code - 1) // 2] = -2.0 if code % 2 else 2.0
    return InterventionLog.from_arrays(values, codes, np.full(len(codes), 2), **options)


@pytest.mark.parametrize("expert", EXPERTS)
def test_a_log_is_what_the_expert_did(expert: str) -> None:
    log = record_log(SMALL, expert, 30)
    assert log.expert == expert
    assert log.labels is None
    assert log.imitated is log.episodes.actions
    assert log.episodes.n_explore == 4
    assert log.episodes.n_steps == 6


def test_logs_follow_their_seed() -> None:
    first, again, other = (record_log(SMALL, episodes=20, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.episodes.values, again.episodes.values)
    assert (first.episodes.values != other.episodes.values).any()


def test_what_is_held_out_is_in_no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Tasks] = []
    tasks_of = CausalEnvironment.tasks

    def noting(self: CausalEnvironment, *given: Any, **options: Any) -> Tasks:
        drawn.append(tasks_of(self, *given, **options))
        return drawn[-1]

    monkeypatch.setattr(CausalEnvironment, "tasks", noting)
    record_log(episodes=500)
    assert not is_held_out_class(drawn[0].models.parents).any()


def test_slips_are_labelled_by_the_expert() -> None:
    log = record_log(CausalEnvironment(), episodes=2000, slip=0.3)
    assert log.labels is not None
    differs = log.labels != log.episodes.actions
    assert differs.mean() == pytest.approx(0.3 * 7 / 8, abs=0.04)
    assert (log.labels[:, 8:] == log.labels[:, 8:9]).all()
    for step in range(8):
        counts = np.zeros((2000, 11), dtype=int)
        for past in range(step):
            counts[np.arange(2000), log.episodes.actions[:, past]] += 1
        counts[~log.episodes.until(step).allowed] = 99
        counts[:, WATCH] = 99
        labelled = counts[np.arange(2000), log.labels[:, step]]
        np.testing.assert_array_equal(labelled, counts.min(axis=1))


def test_watching_is_labelled_as_watching() -> None:
    log = record_log(SMALL, episodes=20, watch_only=True, slip=0.5)
    assert log.labels is not None
    assert (log.labels[:, :4] == WATCH).all()
    assert (log.labels[:, 4:] != WATCH).all()


def test_a_log_has_one_size() -> None:
    environment = CausalEnvironment((4, 6))
    assert record_log(environment, episodes=5).episodes.n_variables == 4
    assert record_log(environment, episodes=5, variables=6).episodes.n_variables == 6


def test_own_actors_are_recorded() -> None:
    class Downward:
        name = "downward"

        def choose(self, episodes: Episodes, tasks: Tasks, rng: Any) -> np.ndarray:
            return np.where(episodes.goals == 0, 3, 1)

    log = record_log(SMALL, Downward(), 20)
    assert log.expert == "downward"
    assert log.knows_model is None
    assert log.contents.set_up == (0, 0, 0)


class Chooses:
    """Chooses something; has a name or none."""

    def __init__(self, chosen: Any, **more: Any) -> None:
        self.chosen = chosen
        self.__dict__.update(more)

    def choose(self, episodes: Episodes, tasks: Tasks, rng: Any) -> Any:
        return self.chosen(episodes) if callable(self.chosen) else self.chosen


@pytest.mark.parametrize(
    ("chosen", "options"),
    [
        (lambda episodes: np.full(9, 1.7), {}),
        (lambda episodes: 1 + 2 * episodes.goals, {"slip": 0.3}),
        (None, {"watch_only": True}),
        ("a", {}),
    ],
)
@pytest.mark.parametrize("role", ["expert", "actor"])
def test_what_own_actors_choose_is_looked_at(role: str, chosen: Any, options: Any) -> None:
    with pytest.raises(PassiveError, match="Expected 'mine' to choose") as caught:
        record_log(SMALL, episodes=9, **{role: Chooses(chosen, name="mine")}, **options)
    assert "\n" not in str(caught.value)


def test_who_only_watches_is_recorded() -> None:
    watching = Chooses(lambda episodes: np.zeros(9, dtype=int), name="watching")
    assert record_log(SMALL, watching, 9).contents.is_observational


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"slip": 1.0}, "slip"),
        ({"slip": -0.1}, "slip"),
        ({"slip": "a"}, "slip"),
        ({"slip": np.float32("nan")}, "slip"),
        ({"watch_only": "no"}, "watch_only to be True or False, got 'no'"),
        ({"expert": Chooses(None)}, "Expected an actor with a name, got Chooses without"),
        ({"actor": Chooses(None, name=3)}, "Expected an actor with a name"),
        ({"actor": Chooses(None, choose=5)}, "chooses actions"),
        ({"episodes": 0}, "episodes"),
        ({"seed": -1}, "seed"),
        ({"expert": "orcale"}, "Did you mean oracle"),
        ({"expert": 3}, "chooses actions"),
        ({"expert": Oracle}, "chooses actions"),
        ({"environment": "flat"}, "Expected a CausalEnvironment, got str"),
    ],
)
def test_options_outside_what_they_can_be(options: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError, match=words) as caught:
        record_log(**{"environment": SMALL, **options})
    assert "\n" not in str(caught.value)


def test_own_arrays_say_what_they_are() -> None:
    log = hand_log([[1, 2, 3, 4, 2, 2]])
    assert log.environment == CausalEnvironment(3, held_out=None, n_exploit=2)
    assert log.episodes.n_explore == 4
    labelled = hand_log([[1, 2, 3, 4, 2, 2]], labels=[[1, 2, 3, 4, 4, 4]], expert="me")
    assert labelled.imitated.tolist() == [[1, 2, 3, 4, 4, 4]]


def refusal(values: Any, actions: Any, goals: Any, **options: Any) -> str:
    with pytest.raises(PassiveError) as caught:
        InterventionLog.from_arrays(values, actions, goals, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_arrays_that_are_no_log_are_refused() -> None:
    good = np.zeros((2, 3, 3)), np.zeros((2, 2), dtype=int), np.array([2, 0])
    values, actions, goals = good
    assert "steps + 1" in refusal(values[:, 1:], actions, goals)
    assert "steps + 1" in refusal(values, actions, goals[:1])
    assert "steps + 1" in refusal(values, actions[0], goals)
    assert "steps + 1" in refusal(values, np.array(3), goals)
    assert "2 to 20 variables" in refusal(values[:, :, :1], actions, goals * 0)
    assert "2 to 20 variables" in refusal(np.zeros((2, 3, 21)), actions, goals)
    assert "an episode or more" in refusal(values[:0], actions[:0], goals[:0])
    assert "goals between 0 and 2, got 5" in refusal(values, actions, goals + 3)
    assert "goals between 0 and 2, got -1" in refusal(values, actions, goals - 3 + 2)
    assert "whole numbers, got float64" in refusal(values, actions + 0.5, goals)
    assert "actions between 0 and 6, got 9" in refusal(values, actions + 9, goals)
    assert "an array of numbers, got 'abc'" in refusal("abc", actions, goals)
    assert "actions as an array of whole" in refusal(values, [[0], [0, 0]], goals)
    assert "goals as whole numbers, got bool" in refusal(values, actions, [True, False])
    assert "NaN or infinity in 2 episodes" in refusal(values + 1e300, actions, goals)
    assert "NaN or infinity in 2 episodes" in refusal(values * np.nan, actions, goals)
    assert "step 0 of episode 0" in refusal(values, actions + 5, goals)
    assert "2 at step 0 of episode 0, got 0" in refusal(values, actions + 4, goals)
    assert "labels of shape (2, 2)" in refusal(*good, labels=[[0, 0]])
    assert "labels that leave the goal" in refusal(*good, labels=[[0, 5], [0, 0]])
    assert "n_explore between 0 and 2" in refusal(*good, n_explore=3)
    for option, value in (("value", 0), ("value", "x"), ("n_explore", 1.5)):
        with pytest.raises(OptionError, match=option):
            InterventionLog.from_arrays(*good, **{option: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("environment", "value", "words"),
    [
        (CausalEnvironment((4, 5)), None, "of 4 or 5 variables, .* with variables=3"),
        (replace(SMALL, value=1.0), 2.0, "set to ±1, .* with value=2"),
        ("x", None, "a CausalEnvironment, got str"),
    ],
)
def test_environments_of_something_else_are_refused(
    environment: Any, value: float | None, words: str
) -> None:
    with pytest.raises((PassiveError, OptionError), match=words) as caught:
        hand_log([[1, 2, 3, 4, 2, 2]], environment=environment, value=value)
    assert "\n" not in str(caught.value)


def test_values_are_those_of_the_environment() -> None:
    log = record_log(replace(SMALL, value=1.5), episodes=9)
    acted = log.episodes
    again = InterventionLog.from_arrays(
        acted.values, acted.actions, acted.goals, environment=log.environment
    )
    assert again.episodes.value == 1.5
    with pytest.raises(OptionError, match="a CausalEnvironment, got str"):
        replace(log, environment="x")  # type: ignore[arg-type]


def test_one_acts_while_another_labels() -> None:
    log = record_log(SMALL, episodes=200, seed=3, actor="empirical-best")
    assert log.expert == "explore-then-exploit"
    assert log.knows_model is False
    tasks = SMALL.tasks(200, seed=3)
    exploring = log.episodes.n_explore
    assert (log.imitated[:, exploring:] == tasks.best[:, None]).all()
    assert (log.episodes.actions[:, exploring:] != tasks.best[:, None]).any()
    with pytest.raises(OptionError, match="name of an expert, or an object that chooses"):
        record_log(SMALL, episodes=9, actor=5)  # type: ignore[arg-type]


def test_contents_count_what_was_set() -> None:
    log = hand_log([[1, 2, 3, 0, 2, 2], [1, 2, 3, 0, 3, 1]], knows_model=False)
    contents = log.contents
    assert contents.set_down == (3, 3, 0)
    assert contents.set_up == (4, 0, 0)
    assert contents.goal == (0, 0, 2)
    assert (contents.n_rows, contents.n_natural) == (14, 4)
    assert contents.never_set == ("C",)
    assert contents.explored == 0.5
    assert contents.is_confounded is False
    told = " ".join(contents)
    assert "C was never set: what follows from setting it is in no row" in told
    assert "B was only set down: what setting it up does is in no row" in told
    assert "A was only" not in told
    assert "chosen by what the log holds" in told
    assert contents.to_frame()["set_down"].tolist() == [3, 3, 0]
    assert "<td>C</td><td>0</td><td>0</td><td>2</td>" in log._repr_html_()


def test_contents_say_who_chose() -> None:
    knowing = " ".join(record_log(SMALL, episodes=99).contents)
    assert "What was set in the last 2 steps was chosen by somebody who knew" in knowing
    assert "The 4 steps before were chosen whatever the model" in knowing
    assert "100% of the variables other than the goal were set both ways" in knowing
    oracle = record_log(SMALL, "oracle", 99).contents
    assert oracle.is_confounded
    assert "What was set was chosen by somebody who knew the model" in " ".join(oracle)
    assert "steps before" not in " ".join(oracle)
    learned = record_log(SMALL, "empirical-best", 99, slip=0.2).contents
    assert not learned.is_confounded
    assert "At 20% of the steps" in " ".join(learned)
    unknown = hand_log([[1, 2, 3, 4, 2, 2]]).contents
    assert unknown.is_confounded is None
    assert "Nobody says by what" in " ".join(unknown)


@pytest.mark.parametrize(("expert", "gain"), [("explore-then-exploit", 1.9), ("random", 0.0)])
def test_what_is_said_to_be_confounded_is(expert: str, gain: float) -> None:
    """Where the best action was chosen by the model, an action looks better than it is."""
    log = record_log(expert=expert, episodes=4000)
    goals, upward = log.episodes.goal_values[:, 1:], log.episodes.actions % 2 == 0
    chosen, blind = goals[:, 8:][upward[:, 8:]].mean(), goals[:, :8][upward[:, :8]].mean()
    assert log.contents.is_confounded == (gain > 0)
    assert chosen - blind == pytest.approx(gain, abs=0.35)


def test_contents_of_watching() -> None:
    nothing = hand_log([[0] * 6], knows_model=True).contents
    assert nothing.is_observational
    assert len(nothing.sentences) == 1
    assert "no learner can tell causes from effects" in repr(nothing)
    watched = record_log(SMALL, episodes=99, watch_only=True).contents
    assert "While episodes explored nothing was set" in " ".join(watched)
    assert "steps before" not in " ".join(watched)


def test_a_log_as_frame() -> None:
    frame = hand_log([[1, 2, 3, 4, 2, 2]], labels=[[1, 2, 3, 4, 4, 4]]).to_frame()
    assert frame["action"].tolist() == [
        "watch", "A = -2", "A = +2", "B = -2", "B = +2", "A = +2", "A = +2",
    ]  # fmt: skip
    assert frame["label"].tolist()[-1] == "B = +2"
    assert frame["phase"].tolist() == ["explore"] * 5 + ["exploit"] * 2
    assert frame["A"].tolist() == [0, -2, 2, 0, 0, 2, 2]
    assert set(frame["goal"]) == {"C"}


@pytest.mark.parametrize("slip", [0.0, 0.4, np.float32(0.25)])
def test_logs_come_back_from_files(tmp_path: Path, slip: float) -> None:
    log = record_log(CausalEnvironment((4, 5)), "oracle", 40, seed=5, slip=slip, variables=5)
    log.save(tmp_path / "log.npz")
    back = InterventionLog.load(tmp_path / "log.npz")
    for name in ("expert", "environment", "seed", "slip", "knows_model", "explores"):
        assert getattr(back, name) == getattr(log, name)
    for name in ("values", "actions", "goals", "n_explore", "value"):
        np.testing.assert_array_equal(getattr(back.episodes, name), getattr(log.episodes, name))
    np.testing.assert_array_equal(back.imitated, log.imitated)
    assert repr(back) == repr(log)


def test_a_link_that_is_a_function_is_given_anew(tmp_path: Path) -> None:
    path = tmp_path / "log.npz"
    record_log(replace(SMALL, link=np.tanh), episodes=5).save(path)
    with pytest.raises(PassiveError, match="called 'tanh'"):
        InterventionLog.load(path)
    with pytest.raises(PassiveError, match="Expected a function as link"):
        InterventionLog.load(path, "linear")
    assert InterventionLog.load(path, np.tanh).environment.link is np.tanh


def test_files_of_something_else_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.npz"
    record_log(SMALL, episodes=5).save(path)
    header, arrays = load_with_header(path, KIND)
    damages: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "of version 1": ({**header, "version": 2}, arrays),
        "damaged: .*between 0 and 6": (header, {**arrays, "actions": arrays["actions"] + 9}),
        "damaged: 'goals'": (header, {"values": arrays["values"], "actions": arrays["actions"]}),
        "no environment": ({**header, "environment": {"noise": 1}}, arrays),
        "no environment.": ({**header, "environment": [3]}, arrays),
        "damaged": ({**header, "n_explore": "x"}, arrays),
    }
    for words, (first, second) in damages.items():
        save_with_header(path, KIND, first, second)
        with pytest.raises(StorageError, match=words) as caught:
            InterventionLog.load(path)
        assert "\n" not in str(caught.value)
        assert ".." not in str(caught.value).replace(str(path), "")
    save_with_header(path, "another kind", header, arrays)
    (tmp_path / "text.npz").write_text("no log")
    for wrong in (path, tmp_path / "text.npz", tmp_path):
        with pytest.raises(StorageError, match="Expected a saved log"):
            InterventionLog.load(wrong)
    with pytest.raises(StorageError, match=r"there is no file .*none\.npz'. Give one that"):
        InterventionLog.load(tmp_path / "none.npz")

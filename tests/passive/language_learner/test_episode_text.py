"""Episodes as text, against texts by hand and what must hold of any."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal_magics.errors import OptionError, PassiveError
from causal_magics.passive.experts import expert_named
from causal_magics.passive.language_learner.episode_text import (
    ASKED,
    Shown,
    Wording,
    action_words,
    drawn_names,
    episode_text,
)
from causal_magics.passive.worlds.environment import CausalEnvironment
from causal_magics.passive.worlds.episodes import Episodes, run

VALUES = np.array([[[0.25, 0.5, -0.04], [2, 1, 0.1], [1.5, -2, 0.2], [2, 3.14, 1.66]]])
EPISODE = Episodes(VALUES, np.array([[2, 3, 2]]), np.array([2]), n_explore=2)


def test_a_whole_episode_by_hand() -> None:
    text = episode_text(EPISODE, 0, ["rain", "wet", "grass"], explanations=["Why: it is so."])
    assert text == (
        "The goal is to make grass large.\n"
        "Set nothing: grass = 0.0\n"
        "Set rain = +2: grass = 0.1\n"
        "Set wet = -2: grass = 0.2\n"
        "Now make grass as large as possible.\n"
        "Set rain = +2: grass = 1.7\n"
        "Why: it is so.\n"
    )


def test_all_values_stand_in_the_order_of_names() -> None:
    text = episode_text(EPISODE, 0, ["C", "B", "A"], wording=Wording("all", digits=2))
    assert text.splitlines()[1:3] == [
        "Set nothing: A = -0.04, B = 0.50, C = 0.25",
        "Set C = +2: A = 0.10, B = 1.00",
    ]


def test_an_episode_that_goes_on_ends_where_the_model_does() -> None:
    explored, half = EPISODE.until(2), EPISODE.until(1)
    assert episode_text(explored, 0, ["A", "B", "C"]).endswith("Now make C as large as possible.\n")
    assert episode_text(half, 0, ["A", "B", "C"]).endswith("Set A = +2: C = 0.1\n")


@given(st.sampled_from(["goal", "all"]), st.integers(0, 1_000), st.integers(2, 6))
def test_actions_and_values_can_be_read_off(shown: Shown, seed: int, n: int) -> None:
    tasks = CausalEnvironment(n, held_out=None).tasks(1, seed=seed)
    episodes = run(tasks, expert_named("empirical-best"), np.random.default_rng(seed))
    (names,) = drawn_names(1, n, seed)
    words = action_words(names)
    text = episode_text(episodes, 0, names, wording=Wording(shown, 3))
    lines = [line for line in text.splitlines() if line.startswith(ASKED)]
    read = [words.index(line.split(":")[0].removeprefix(ASKED)) for line in lines]
    assert read == [0, *episodes.actions[0].tolist()]
    goal = names[episodes.goals[0]]
    told = [float(re.findall(rf"\b{goal} = (\S+?)(?:,|$)", line)[-1]) for line in lines]
    np.testing.assert_allclose(told, episodes.goal_values[0], atol=5.1e-4)


def test_names_are_dealt_evenly_and_do_not_depend_on_how_many_episodes() -> None:
    many = drawn_names(3000, 4, seed=1)
    assert many[:7] == drawn_names(7, 4, seed=1) != drawn_names(7, 4, seed=2)
    assert all(sorted(names) == list("ABCD") for names in many)
    counts = Counter(names[0] for names in many)
    assert all(abs(count - 750) < 120 for count in counts.values())


@pytest.mark.parametrize("names", ["ABC", ["A", "B"], ["A", "B", "A"]])
def test_names_that_do_not_fit(names: object) -> None:
    with pytest.raises(PassiveError, match="Expected 3 names, all different"):
        episode_text(EPISODE, 0, names)  # type: ignore[arg-type]


@pytest.mark.parametrize("options", [{"shown": "some"}, {"digits": -1}, {"digits": True}])
def test_wordings_that_are_none(options: dict[str, object]) -> None:
    with pytest.raises(OptionError, match="Expected"):
        Wording(**options)  # type: ignore[arg-type]

"""Answers of the user's own policies: what are no probabilities is refused, in one line."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from oracles.acting_policies import BestSeen

from causal_magics.errors import OptionError, PassiveError
from causal_magics.graph.model import CausalGraph
from causal_magics.passive.acting.act import act
from causal_magics.passive.worlds.environment import CausalEnvironment
from causal_magics.passive.worlds.episodes import Episodes

CHAIN = CausalGraph.parse("Smoking -> Tar -> Cancer")
EVEN = np.log(np.full(7, 1.0 / 7.0))


def own(**changed: Callable[[Episodes], Any]) -> SimpleNamespace:
    """Return a policy of a user, whose answers may be other than those of `BestSeen`."""
    plain = BestSeen()
    methods = {"preferences": plain.preferences, "beliefs": plain.beliefs} | changed
    return SimpleNamespace(environment=CausalEnvironment(), **methods)


def test_a_policy_may_leave_beliefs_out() -> None:
    policy = own()
    del policy.beliefs
    found = act(policy, CHAIN)
    assert found.steps[-1].beliefs == {}
    assert found.conclusion.endswith("It does not tell which edges it believes.")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (EVEN[None], "got 0.143 as the probability of action 5 at step 0"),
        (np.full((1, 7), np.nan), "numbers up to 0, got NaN. Normalise them."),
        (np.full((1, 7), -np.inf), "got a sum of 0 at step 0"),
        (np.full((1, 7), 2.0), "numbers up to 0, got 2"),
        (EVEN, "an array of shape (1, 7), got shape (7,)"),
        ([[1.0], [2.0, 3.0]], "got list without such numbers"),
        (None, "got NoneType without such numbers"),
        ("much", "got str without such numbers"),
    ],
)
def test_preferences_that_are_no_log_probabilities_are_refused(answer: object, told: str) -> None:
    with pytest.raises(PassiveError) as caught:
        act(own(preferences=lambda episodes: answer), CHAIN)
    assert told in str(caught.value)
    assert "preferences of SimpleNamespace" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_lists_of_numbers_are_preferences() -> None:
    plain = BestSeen()
    listed = act(own(preferences=lambda episodes: plain.preferences(episodes).tolist()), CHAIN)
    assert listed.steps == act(plain, CHAIN).steps


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (np.full((1, 3, 3), 7.0), "got 7 for variable 0 -> variable 1"),
        (np.full((1, 3, 3), -1.0), "got -1"),
        (np.full((1, 3, 3), np.nan), "got nan"),
        (np.zeros((3, 3)), "an array of shape (1, 3, 3), got shape (3, 3)"),
        (None, "got NoneType without such numbers"),
    ],
)
def test_beliefs_that_are_no_probabilities_are_refused(answer: object, told: str) -> None:
    with pytest.raises(PassiveError) as caught:
        act(own(beliefs=lambda episodes: answer), CHAIN)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_environment_that_is_none_is_refused() -> None:
    policy = own()
    policy.environment = 5
    with pytest.raises(OptionError, match="to be a CausalEnvironment, got int"):
        act(policy, CHAIN)

"""Environments through JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

from causal_magics.errors import PassiveError
from causal_magics.passive.worlds.environment import CausalEnvironment
from causal_magics.passive.worlds.saved_environment import environment_header, environment_of


@pytest.mark.parametrize(
    "environment",
    [
        CausalEnvironment(),
        CausalEnvironment((4, 5, 6), "linear", 0.25, None, 2, 1.5, 2, 1.0),
        CausalEnvironment(held_out="relation"),
    ],
)
def test_environments_come_back_from_json(environment: CausalEnvironment) -> None:
    written = json.loads(json.dumps(environment_header(environment)))
    assert environment_of(written) == environment


def test_a_function_is_asked_for_by_its_name() -> None:
    written = json.loads(json.dumps(environment_header(CausalEnvironment(link=np.tanh))))
    with pytest.raises(PassiveError, match="called 'tanh'"):
        environment_of(written)
    assert environment_of(written, np.tanh).link is np.tanh


@pytest.mark.parametrize("change", [{"variables": 1}, {"more": 1}, {"noise": -1}, {"link": "x"}])
def test_options_that_are_none_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"variables|Other|noise|link"):
        environment_of({**environment_header(CausalEnvironment()), **change})

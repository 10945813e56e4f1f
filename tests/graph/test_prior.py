"""Beliefs on edges: their rest, their nats, their graph, and what is refused."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal_magics import EdgePrior
from causal_magics.errors import KnowledgeError
from causal_magics.graph.prior import SMALLEST, PairBelief

BOTH = {("rain", "wet"): 0.7, ("wet", "rain"): 0.1}
LOOP = {("a", "b"): 0.9, ("b", "c"): 0.8, ("c", "a"): 0.7, ("c", "d"): 0.3}


@pytest.mark.parametrize(
    ("rest", "backward", "absent"), [("none", 0.0, 0.4), ("reverse", 0.4, 0.0), ("even", 0.2, 0.2)]
)
def test_the_rest_of_one_direction_goes_where_it_is_said(
    rest: Any, backward: float, absent: float
) -> None:
    prior = EdgePrior.from_probabilities({("a", "b"): 0.6}, rest=rest)
    assert prior.probability("a", "b") == 0.6
    assert prior.probability("b", "a") == pytest.approx(backward)
    assert prior.beliefs[0].absent == pytest.approx(absent)
    both = EdgePrior.from_probabilities(BOTH, rest=rest)
    assert both.beliefs == (PairBelief("rain", "wet", 0.7, 0.1),)
    assert both.probability("wet", "rain") == 0.1
    assert both.probability("wet", "sun") is None


def test_nats_are_the_log_odds_against_no_edge() -> None:
    prior = EdgePrior.from_probabilities(BOTH | {("sun", "rain"): 1.0})
    extra = prior.nats(["wet", "sun", "rain"])
    assert extra[2, 0] == pytest.approx(math.log(0.2 / 0.7))
    assert extra[0, 2] == pytest.approx(math.log(0.2 / 0.1))
    assert extra[1, 2] == pytest.approx(math.log(SMALLEST / (1.0 - SMALLEST)))
    assert extra[2, 1] == pytest.approx(0.0)
    assert not extra[[0, 1, 0], [1, 0, 0]].any()


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 3.0))
def test_tempering_scales_the_nats(forward: float, share: float, strength: float) -> None:
    belief = PairBelief("a", "b", forward, share * (1.0 - forward))
    prior = EdgePrior((belief,))
    scaled = strength * prior.nats("ab")
    tempered = prior.tempered(strength).nats("ab")
    bound = math.log(1.0 / SMALLEST)
    inside = np.abs(scaled).max() < 0.5 * bound
    if inside:  # else the clipping shows
        np.testing.assert_allclose(tempered, scaled, atol=1e-5)
    assert np.abs(tempered).max() <= bound


def test_without_strength_nothing_is_believed() -> None:
    prior = EdgePrior.from_probabilities(BOTH).tempered(0.0)
    np.testing.assert_allclose(prior.nats(["rain", "wet"]), 0.0, atol=1e-12)


def test_the_graph_has_the_likely_edges_and_no_cycle() -> None:
    graph = EdgePrior.from_probabilities(LOOP, names=["z"]).graph()
    found = {(e.source, e.target, e.mark): e.confidence for e in graph.edges}
    assert found == {
        ("a", "b", "->"): 0.9, ("b", "c", "->"): 0.8, ("a", "c", "--"): pytest.approx(0.7),
    }  # fmt: skip
    assert graph.nodes == ("z", "a", "b", "c", "d")
    even = EdgePrior((PairBelief("a", "b", 0.4, 0.4),)).graph()
    assert [(e.mark, e.confidence) for e in even.edges] == [("--", 0.8)]
    likelier = EdgePrior((PairBelief("a", "b", 0.3, 0.4),)).graph()
    assert [(e.key, e.confidence) for e in likelier.edges] == [(("b", "a", "->"), 0.4)]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_frames_go_out_and_in(make: Any) -> None:
    prior = EdgePrior.from_probabilities(LOOP | {("b", "a"): 0.05})
    frame = prior.to_frame()
    again = EdgePrior.from_frame(make(frame.to_dict("list")))
    np.testing.assert_array_equal(again.nats("abcd"), prior.nats("abcd"))
    assert list(frame.columns) == ["cause", "effect", "probability"]
    assert tuple(frame.iloc[0]) == ("a", "b", 0.9)


def test_values_are_frozen_and_compare() -> None:
    prior = EdgePrior.from_probabilities(BOTH)
    assert pickle.loads(pickle.dumps(prior)) == prior
    assert hash(prior) == hash(EdgePrior.from_probabilities(BOTH))
    assert prior.restricted_to(["rain", "sun"]) == EdgePrior((), ("rain",))
    assert repr(prior) == "<EdgePrior: 1 pair of 2 variables, likeliest rain -> wet (0.70)>"
    assert repr(EdgePrior()) == "<EdgePrior: 0 pairs of 0 variables>"


def test_the_view_escapes_names_and_is_bounded() -> None:
    many = {("<b>", f"x{index}"): 0.5 for index in range(20)}
    view = EdgePrior.from_probabilities(many)._repr_html_()
    assert "<td>&lt;b&gt;</td>" in view
    assert "<td><b>" not in view
    assert "and 8 more" in view


BAD: list[tuple[Any, str]] = [
    ({("a", "b"): -0.1}, "from 0 to 1 for 'a' and 'b', got -0.1"),
    ({("a", "b"): float("nan")}, "got nan"),
    ({("a", "b"): None}, "got None"),
    ({("a", "b"): "much"}, "got much"),
    ({("a", "b"): 0.7, ("b", "a"): 0.4}, "at most 1 for 'a' and 'b', got 0.7 and 0.4"),
    ({("a", "a"): 0.7}, "two variables, got 'a' twice"),
]


@pytest.mark.parametrize(("probabilities", "message"), BAD)
def test_bad_beliefs_get_one_readable_line(probabilities: Any, message: str) -> None:
    with pytest.raises(KnowledgeError, match=message) as caught:
        EdgePrior.from_probabilities(probabilities)
    assert "\n" not in str(caught.value)


def test_other_mistakes_get_one_readable_line() -> None:
    with pytest.raises(KnowledgeError, match=r"EdgePrior\.from_probabilities takes"):
        EdgePrior({("X", "Y"): 0.9})  # type: ignore[arg-type]
    prior = EdgePrior.from_probabilities(BOTH)
    with pytest.raises(KnowledgeError, match=r"got 'wet'\. Did you mean 'west'"):
        prior.nats(["rain", "west"])
    with pytest.raises(KnowledgeError, match="restricted_to"):
        prior.nats(["u", "v"])
    with pytest.raises(KnowledgeError, match="a strength from 0, got -1"):
        prior.tempered(-1.0)
    with pytest.raises(KnowledgeError, match="rest among none, reverse, even"):
        EdgePrior.from_probabilities(BOTH, rest="some")  # type: ignore[arg-type]
    with pytest.raises(KnowledgeError, match="'wet' and 'rain' twice"):
        EdgePrior((PairBelief("rain", "wet", 0.5, 0.1), PairBelief("wet", "rain", 0.5, 0.1)))
    frame = pd.DataFrame({"cause": ["a", "a"], "effect": ["b", "b"], "probabilty": [0.5, 0.6]})
    with pytest.raises(KnowledgeError, match="Is it 'probabilty'"):
        EdgePrior.from_frame(frame)
    with pytest.raises(KnowledgeError, match="found 'a' -> 'b' twice"):
        EdgePrior.from_frame(frame.rename(columns={"probabilty": "probability"}))

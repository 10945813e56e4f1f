"""Beliefs in discovery: they decide where the data do not, and the data overrule them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from causal_magics import Discovery, EdgePrior, discover
from causal_magics.errors import KnowledgeError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=4000)
NOISE = RANDOM.normal(size=4000)
LINE = {"x": X, "y": 0.7 * X + 0.7 * NOISE}
CURVE = {"x": X, "y": np.tanh(2.0 * X) + 0.3 * NOISE}
FORWARD = EdgePrior.from_probabilities({("x", "y"): 0.998, ("y", "x"): 0.001})
BACKWARD = EdgePrior.from_probabilities({("y", "x"): 0.998, ("x", "y"): 0.001})
ABSENT = EdgePrior.from_probabilities({("x", "y"): 0.001}, rest="none")


def learned(data: dict[str, np.ndarray], rows: int, prior: EdgePrior | None) -> Discovery:
    frame = {name: values[:rows] for name, values in data.items()}
    return discover(frame, prior=prior, noise="gaussian", progress=False)


def edges(found: Discovery) -> list[tuple[str, str, str]]:
    return [edge.key for edge in found.graph.edges]


def test_beliefs_decide_what_the_data_do_not() -> None:
    assert edges(learned(LINE, 500, None)) == [("x", "y", "--")]
    assert edges(learned(LINE, 500, FORWARD)) == [("x", "y", "->")]
    assert edges(learned(LINE, 500, BACKWARD)) == [("y", "x", "->")]


def test_data_overrule_beliefs_as_they_grow() -> None:
    assert edges(learned(CURVE, 20, BACKWARD)) == [("y", "x", "->")]
    assert edges(learned(CURVE, 4000, BACKWARD)) == [("x", "y", "->")]
    weak = {"x": X, "y": 0.8 * X + NOISE}
    assert edges(learned(weak, 60, None)) != []
    assert edges(learned(weak, 60, ABSENT)) == []
    assert edges(learned(weak, 4000, ABSENT)) != []


def test_the_bits_of_an_edge_hold_the_belief(tmp_path: Path) -> None:
    plain, believing = (learned(CURVE, 1000, prior) for prior in (None, FORWARD))
    edge = believing.graph.edges[0]
    assert edge.bits is not None
    assert edge.bits - (plain.graph.edges[0].bits or 0.0) == pytest.approx(np.log2(998.0), abs=1e-4)
    believing.save(tmp_path / "believing.npz")
    for found in (believing, Discovery.load(tmp_path / "believing.npz")):
        bits = found.edge_bits(found.graph)
        assert bits["x", "y"] == pytest.approx(edge.bits, abs=1e-4)


def test_beliefs_count_in_resamples() -> None:
    frame = {name: values[:500] for name, values in LINE.items()}
    for prior, ends in ((FORWARD, ("x", "y")), (BACKWARD, ("y", "x"))):
        found = discover(frame, prior=prior, bootstrap=20, noise="gaussian", progress=False)
        edge = found.graph.edge(*ends)
        assert edge is not None
        assert (edge.confidence or 0.0) > 0.8


def test_beliefs_on_no_column_get_a_hint() -> None:
    prior = EdgePrior.from_probabilities({("x", "yy"): 0.5})
    with pytest.raises(KnowledgeError, match=r"got 'yy'\. Did you mean 'y'"):
        discover(LINE, prior=prior, progress=False)

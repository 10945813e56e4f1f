"""Scores of items, their slopes, and bias, against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from causal_magics.errors import PruningError
from causal_magics.pruning.items import Items, Side

LOGS = np.log(np.array([0.2, 0.1, 0.05, 0.4, 0.3, 0.25, 0.15, 0.35]))
FOR, AGAINST = [[0, 1], [3], [6]], [[2], [4, 5], [7]]
OFFSETS = [[np.log(0.5), np.log(2.0)], [0.0], [1.0]]
SCORES = np.array([1.0, 2.0, 3.0, 6.0])


def items(**changed: Any) -> Items:
    sides = {"for_": Side.of(FOR), "against": Side.of(AGAINST)}
    queries = tuple(("prompt", f"word {place}") for place in range(8))
    options = {**sides, "groups": ("a", "b"), "buckets": np.array([0, 1, 1]), **changed}
    return Items(queries, **options)


def four(aggregate: Any, buckets: Any = (0, 0, 1, 1), units: Any = ()) -> Items:
    sides = Side.of([[0], [2], [4], [6]]), Side.of([[1], [3], [5], [7]])
    queries = tuple(("prompt", f"word {place}") for place in range(8))
    return Items(
        queries, *sides, ("a", "b"), np.array(buckets), aggregate, np.array(units, dtype=np.int64)
    )


def test_the_probabilities_of_a_side_are_added() -> None:
    expected = np.log([0.3 / 0.05, 0.4 / 0.55, 0.15 / 0.35])
    assert items().scores(LOGS) == pytest.approx(expected)
    both = items().scores(np.stack([LOGS, LOGS + 1.0]))
    assert both == pytest.approx(np.stack([expected, expected]))


def test_or_their_logarithms_are_averaged() -> None:
    found = items(for_=Side.of(FOR, pooling="mean"), against=Side.of(AGAINST, pooling="mean"))
    expected = [
        (LOGS[0] + LOGS[1]) / 2 - LOGS[2], LOGS[3] - (LOGS[4] + LOGS[5]) / 2, LOGS[6] - LOGS[7],
    ]  # fmt: skip
    assert found.scores(LOGS) == pytest.approx(expected)


def test_offsets_weigh_and_the_exponential_gives_a_mean_by_weights() -> None:
    found = items(for_=Side.of(FOR, OFFSETS), exponential=True)
    expected = [(0.5 * 0.2 + 2.0 * 0.1) / 0.05, 0.4 / 0.55, 0.15 * np.e / 0.35]
    assert found.scores(LOGS) == pytest.approx(expected)


@pytest.mark.parametrize("exponential", [False, True])
@pytest.mark.parametrize("pooling", ["sum", "mean"])
def test_slopes_are_finite_differences(pooling: Any, exponential: bool) -> None:
    found = items(
        for_=Side.of(FOR, OFFSETS, pooling), against=Side.of(AGAINST, pooling=pooling),
        exponential=exponential,
    )  # fmt: skip
    step = 1e-6
    expected = np.zeros(8)
    for query in range(8):
        moved = step * (np.arange(8) == query)
        ends = [found.scores(LOGS + sign * moved) for sign in (1, -1)]
        expected[query] = (ends[0] - ends[1]).sum() / (2 * step)
    assert found.slopes(LOGS) == pytest.approx(expected, abs=1e-8)
    assert (np.abs(expected) > 0.01).all()


def test_a_side_that_cannot_be_has_no_slope() -> None:
    logs = LOGS.copy()
    logs[3] = -np.inf
    assert items().scores(logs)[1] == -np.inf
    assert items().slopes(logs)[3] == 0.0
    assert np.isfinite(items().slopes(logs)).all()


def test_each_query_has_its_item() -> None:
    assert items().item_of_query.tolist() == [0, 0, 0, 1, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [("sum", 3.0), ("mean", 1.5), ("max", 1.5), ("size", 3.0), ("signed", 3.0)],
)
def test_bias_by_hand(aggregate: Any, expected: float) -> None:
    # The mean of all is 3, that of a 1.5 and that of b 4.5.
    assert float(four(aggregate).bias(SCORES)) == pytest.approx(expected)
    assert four(aggregate).group_means(SCORES) == pytest.approx([1.5, 4.5])


def test_groups_of_different_sizes_and_signs() -> None:
    # The mean of all is 3, that of a 1 and that of b 11/3.
    uneven = (0, 1, 1, 1)
    assert float(four("sum", uneven).bias(SCORES)) == pytest.approx(2 + 2 / 3)
    assert float(four("mean", uneven).bias(SCORES)) == pytest.approx(4 / 3)
    assert float(four("max", uneven).bias(SCORES)) == pytest.approx(2.0)
    assert float(four("size").bias(SCORES - 3.0)) == pytest.approx(1.5)
    assert float(four("signed").bias(SCORES - 4.0)) == pytest.approx(1.0)


def test_weights_count_items() -> None:
    weights = np.array([[1.0, 1.0, 1.0, 1.0], [2.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]])
    found = four("sum").bias(np.stack([SCORES, 2 * SCORES]), weights)
    # With the second, all 2.75, a 1 and b 4.5.
    assert found[:, :2] == pytest.approx(np.array([[3.0, 3.5], [6.0, 7.0]]))
    assert np.isnan(found[:, 2]).all()


def test_resamples_draw_whole_units() -> None:
    drawn = four("sum", units=(5, 7, 5, 7)).resampled(400, np.random.default_rng(0))
    assert (drawn[:, 0] == drawn[:, 2]).all()
    assert (drawn.sum(axis=1) == 4).all()
    assert drawn.mean(axis=0) == pytest.approx(np.ones(4), abs=0.15)


def test_halves_part_every_group() -> None:
    halves = four("sum").halves(60, np.random.default_rng(0))
    assert (halves[:, :2].sum(axis=1) == 1).all()
    assert (halves[:, 2:].sum(axis=1) == 1).all()
    assert halves.mean(axis=0) == pytest.approx(np.full(4, 0.5), abs=0.25)
    together = four("sum", units=(0, 1, 0, 1)).halves(20, np.random.default_rng(0))
    assert (together[:, 0] == together[:, 2]).all()
    odd = items(units=np.arange(3)).halves(60, np.random.default_rng(0))
    assert set(odd[:, 0]) == {0.0, 1.0}


def test_what_is_no_set_of_items_is_told() -> None:
    with pytest.raises(PruningError, match="Expected prompts to measure bias with, got none"):
        items(for_=Side.of([]), against=Side.of([]), buckets=np.zeros(0, dtype=np.int64))
    with pytest.raises(PruningError, match="got none for b"):
        items(buckets=np.zeros(3, dtype=np.int64))
    with pytest.raises(PruningError, match="two groups or more to compare, got a"):
        items(groups=("a",), buckets=np.zeros(3, dtype=np.int64))
    alone = replace(four("size"), groups=("a",))
    assert not alone.between_groups

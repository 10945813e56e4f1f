"""The code of a mechanism against the closed form, and what each placement adds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.networks import draw, other
from scipy.stats import multivariate_t

from causal_magics.discovery.assignment import choices, placed
from causal_magics.discovery.basis import Basis
from causal_magics.discovery.constraints import Constraints
from causal_magics.discovery.mechanisms import PRIOR_ROWS, Codes
from causal_magics.discovery.revision import settle
from causal_magics.discovery.score import SMOOTHNESS, SPREAD
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.discovery.worlds import Ledger, Member, Memory

RNG = np.random.default_rng(3)
BATCHES = [draw(rows, RNG).to_numpy() for rows in (120, 60, 90)]
BATCHES += [draw(rows, RNG, c=other).to_numpy() for rows in (80, 70)]
BASIS = Basis.fit(np.vstack(BATCHES))
STATISTICS = [GramStatistic.from_values(BASIS, batch) for batch in BATCHES]
TRUE = np.zeros((5, 5), dtype=bool)
TRUE[[0, 1, 0, 2, 3], [1, 2, 3, 4, 4]] = True


def quiet(_nats: float, _edges: int, _activity: str) -> None:
    return None


def ledger() -> Ledger:
    """Prices under the true graph and no other."""
    return Ledger(Codes(BASIS.layout, TRUE), Constraints(TRUE, TRUE), 0.002, np.ones(5))


@given(st.lists(st.integers(0, 119), min_size=1, max_size=40), st.integers(0, 4))
@settings(max_examples=30, deadline=None)
def test_the_code_of_any_rows_is_the_density_of_a_multivariate_t(
    rows: list[int], node: int
) -> None:
    values = BATCHES[0][rows]
    parents = np.flatnonzero(TRUE[:, node]).astype(np.int64)
    statistic = GramStatistic.from_values(BASIS, values)
    nats = Codes(BASIS.layout, TRUE).data(node, parents, (statistic,))
    design = BASIS.design(values)
    starts = 1 + BASIS.layout.starts
    functions = np.concatenate(
        [np.arange(starts[p], starts[p + 1]) for p in parents] or [np.empty(0, dtype=np.int64)]
    )
    precision = BASIS.layout.order**SMOOTHNESS / SPREAD
    precision[BASIS.layout.responses] = 0.0
    variances = 1.0 / (precision[functions - 1] + PRIOR_ROWS)
    shape = np.eye(len(rows)) + 1.0 / PRIOR_ROWS
    shape += (design[:, functions] * variances) @ design[:, functions].T
    response = design[:, 1 + BASIS.layout.responses[node]]
    expected = -multivariate_t(shape=shape, df=PRIOR_ROWS).logpdf(response)
    assert nats == pytest.approx(expected, abs=1e-6)


def test_no_rows_cost_nothing_and_rows_that_count_for_less_cost_less() -> None:
    codes, parents = Codes(BASIS.layout, TRUE), np.array([1])
    assert codes.data(2, parents, ()) == pytest.approx(0.0, abs=1e-9)
    whole, half = (codes.data(2, parents, (STATISTICS[0],), share) for share in (1.0, 0.5))
    assert 0.0 < half < whole


def memory_of(batches: list[int], prices: Ledger) -> Memory:
    """Place batches one after the other."""
    memory = Memory((), {}, np.ones(5))
    for batch in batches:
        best = choices(memory, STATISTICS[batch], 1, prices, quiet)[0]
        member = Member(STATISTICS[batch], (batch,))
        memory = placed(memory, best, member, prices, quiet)
    return memory


def test_a_placement_adds_what_it_was_priced_at() -> None:
    prices = ledger()
    memory = memory_of([0, 3], prices)
    assert len(memory.worlds[0].members) == 2
    found = choices(memory, STATISTICS[1], 1, prices, quiet)
    assert {choice.placement for choice in found} >= {"regime", "new regime"}
    for choice in found:
        after = placed(memory, choice, Member(STATISTICS[1], (1,)), prices, quiet)
        added = prices.memory(after) - prices.memory(memory)
        assert choice.nats == pytest.approx(added, abs=1e-6), choice.placement


def test_regimes_share_all_but_what_changed() -> None:
    memory = memory_of([0, 3, 1, 2, 4], ledger())
    (world,) = memory.worlds
    assert [member.batches for member in world.members] == [(0, 1, 2), (3, 4)]
    assert np.flatnonzero(world.labels[0] != world.labels[1]).tolist() == [2]


def test_second_thoughts_never_cost_bits_and_mend_a_wrong_start() -> None:
    prices = ledger()
    wrong = Memory.of(TRUE, STATISTICS[0])
    for batch in (1, 3, 2, 4):
        place = next(c for c in choices(wrong, STATISTICS[batch], 1, prices, quiet)
                     if c.placement == "regime")  # fmt: skip
        wrong = placed(wrong, place, Member(STATISTICS[batch], (batch,)), prices, quiet)
    wrong = Memory(wrong.worlds, dict(enumerate(STATISTICS)), np.ones(5))
    mended = settle(wrong, prices, quiet)
    assert prices.memory(mended) < prices.memory(wrong)
    found = {member.batches for _, _, member in mended.members()}
    assert found == {(0, 1, 2), (3, 4)}

"""A 40 × 40 map of two payoff weights, 3 outcome levels: ours against a cold linprog per cell.

The reference minimises and maximises the benefit over response types with SciPy's HiGHS, once each
for every cell; both give the same bounds, or the script fails. Then a map of 1,000 strata, ours.

Run ``OMP_NUM_THREADS=1 python tests/benchmarks/bench_phase_map.py [size]``.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy.optimize import linprog

from causal_magics.counterfactual.decisions.phase_map import PhaseMap, phase_map
from causal_magics.counterfactual.frames.bounds_of_frame import bounds
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds

PAYOFF = [[0.0, -1.0, 2.0], [0.0, 0.0, 1.0], [-10.0, -2.0, 0.0]]
WEIGHTS = ((0, 2), (2, 0))


def population(strata: int, rows: int, seed: int = 0) -> UnitBounds:
    """Bounds of strata from an experiment and observations that one population has."""
    rng = np.random.default_rng(seed)
    types = rng.dirichlet(np.full(9, 0.8), strata)
    stratum = rng.integers(strata, size=rows)
    ends = types.cumsum(axis=1)[stratum]
    drawn = np.minimum((rng.random(rows)[:, None] > ends).sum(axis=1), 8)
    untreated, treated = np.divmod(drawn, 3)
    trial = rng.random(rows) < 0.5
    taken = np.where(trial, rng.random(rows) < 0.5, rng.random(rows) < 0.3 + 0.1 * treated)
    frame = {
        "stratum": stratum,
        "treated": taken.astype(int),
        "outcome": np.where(taken, treated, untreated),
        "source": np.where(trial, "experiment", "observations"),
    }
    return bounds(frame, "treated", "outcome", "stratum", PAYOFF, source="source")


def cold(known: UnitBounds, phase: PhaseMap) -> tuple[np.ndarray, np.ndarray, float]:
    """Bounds of each cell by two linear programs over P(x, y_0, y_1), and the seconds they took."""
    exp, obs = known.distributions.experimental[0], known.distributions.observational[0]
    cells = np.indices((2, 3, 3)).reshape(3, -1)
    rows, sides = [], []
    for arm in (0, 1):
        for level in range(3):
            shown = cells[1 + arm] == level
            rows += [shown & (cells[0] == arm), shown]
            sides += [obs[arm, level], exp[arm, level]]
    left, right = np.array(rows, dtype=float), np.array(sides)
    ends = np.empty((2, len(phase.y), len(phase.x)))
    start = time.perf_counter()
    for row, y in enumerate(phase.y):
        for column, x in enumerate(phase.x):
            payoff = np.array(PAYOFF)
            payoff[WEIGHTS[0]], payoff[WEIGHTS[1]] = x, y
            worth = np.tile(payoff.reshape(-1), 2)
            for side, sign in enumerate((1.0, -1.0)):
                found = linprog(sign * worth, A_eq=left, b_eq=right, bounds=(0, None))
                ends[side, row, column] = sign * found.fun
    return ends[0], ends[1], time.perf_counter() - start


def timed(known: UnitBounds, size: int, repeats: int) -> tuple[PhaseMap, float]:
    best = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        phase = phase_map(known, *WEIGHTS, x_range=(0.0, 6.0), y_range=(-20.0, 0.0), size=size)
        best = min(best, time.perf_counter() - start)
    return phase, best


def main(size: int = 40) -> None:
    known = population(1, 50_000)
    timed(known, 4, 1)
    phase, ours = timed(known, size, 5)
    lower, upper, theirs = cold(known, phase)
    error = max(np.abs(phase.lower[0] - lower).max(), np.abs(phase.upper[0] - upper).max())
    assert error < 1e-7, error
    each = 1e3 * theirs / (2 * size * size)
    print(f"{size} × {size} cells, lower and upper bounds, largest difference {error:.1e}")
    print(f"ours {1e3 * ours:.2f} ms, linprog {theirs:.2f} s ({each:.2f} ms each)")
    print(f"ratio {theirs / ours:,.0f} (goal 50)")
    start = time.perf_counter()
    phase.lines(0)
    print(f"its flip lines, exact: {1e3 * (time.perf_counter() - start):.1f} ms")
    many = population(1000, 400_000)
    _, seconds = timed(many, size, 2)
    print(f"1,000 strata: {seconds:.2f} s")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

"""Bounds of many strata: closed forms against bare NumPy, other payoffs against linear programs.

Run ``python tests/benchmarks/bench_bounds.py [strata]``. Each time is the median of several runs in
this process, on one thread.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import highspy
import numpy as np
from scipy.optimize import linprog

from causal_magics.counterfactual.bounding.contrast_programs import contrast_programs
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.dual_vertices import dual_vertices
from causal_magics.counterfactual.bounding.linear_programs import LinearProgram, minimise
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.payoff_terms import payoff_bounds
from causal_magics.counterfactual.bounding.probabilities import benefit, pn, pns
from causal_magics.counterfactual.bounding.response_types import program_of_types, response_types

RUNS = 9
Columns = tuple[np.ndarray, ...]


def timed(work: Callable[[], Any], runs: int = RUNS) -> float:
    return together({"": work}, runs)[""]


def together(jobs: dict[str, Callable[[], Any]], runs: int = RUNS) -> dict[str, float]:
    """Return the median seconds of each job; they take turns, so that all meet the same load."""
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(runs):
        for name, work in jobs.items():
            start = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - start)
    return {name: median(found) for name, found in seconds.items()}


def populations(strata: int, n_arms: int, n_levels: int) -> Distributions:
    """Draw what an experiment and observations say of random shares of response types."""
    types = response_types(n_arms, n_levels)
    has = (types.T[:, None, :] == np.arange(n_levels)[None, :, None]).astype(float)
    generator = np.random.default_rng(0)
    shares = generator.dirichlet(np.ones(n_arms * len(types)), size=strata)
    shares = shares.reshape(strata, n_arms, -1)
    return Distributions(
        np.einsum("zr,xyr->zxy", shares.sum(axis=1), has),
        np.einsum("zxr,xyr->zxy", shares, has),
    )


def bare(a: np.ndarray, b: np.ndarray, observed: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Return the bounds on PNS as one would write them down, without checks."""
    xy, xn, ny, nn = observed
    y = xy + ny
    lower = np.maximum(np.maximum(0, a - b), np.maximum(y - b, a - y))
    upper = np.minimum(np.minimum(a, 1 - b), np.minimum(xy + nn, a - b + xn + ny))
    return lower, upper


def closed_forms(strata: int) -> None:
    known = populations(strata, 2, 2)
    assert known.experimental is not None
    assert known.observational is not None
    exp, obs = known.experimental, known.observational
    a, b = exp[:, 1, 1].copy(), exp[:, 0, 1].copy()
    observed = tuple(obs[:, x, y].copy() for x, y in ((1, 1), (1, 0), (0, 1), (0, 0)))
    found = pns(a, b, observed)
    gap = max(np.abs(np.subtract([*found], bare(a, b, observed))).max(axis=1))
    three = populations(strata // 10, 2, 3)
    payoff = Payoff(np.random.default_rng(0).normal(size=(3, 3)))
    jobs: dict[str, Callable[[], Any]] = {
        "PNS, bare NumPy": lambda: bare(a, b, observed),
        "PNS, checked": lambda: pns(a, b, observed),
        "PN, checked": lambda: pn(a, b, observed),
        "benefit, checked": lambda: benefit((2, 0, 1, -3), a, b, observed),
        "PNS of Distributions": lambda: payoff_bounds(known, Payoff.pns()),
    }
    jobs["a tenth, payoff of 3 levels"] = lambda: payoff_bounds(three, payoff)
    seconds = together(jobs)
    print(f"{strata:,} binary strata, experiment and observations; largest gap {gap:.1e}")
    print(f"{'':<28} {'ms':>7}  of bare")
    for name, found in seconds.items():
        print(f"{name:<28} {found * 1e3:>7.1f} {found / seconds['PNS, bare NumPy']:>8.2f}")


def warm(program: LinearProgram, cells: np.ndarray) -> np.ndarray:
    """Solve one program after another with HiGHS, each from the last one's basis."""
    right = cells @ program.data.T
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    rows, columns = program.matrix.shape
    solver.addVars(columns, np.zeros(columns), np.full(columns, highspy.kHighsInf))
    solver.changeColsCost(columns, np.arange(columns, dtype=np.int32), program.costs)
    for row, value in zip(program.matrix, right[0], strict=True):
        places = np.flatnonzero(row).astype(np.int32)
        solver.addRow(value, value, len(places), places, row[places])
    every = np.arange(rows, dtype=np.int32)
    found = []
    for value in right:
        solver.changeRowsBounds(rows, every, value, value)
        solver.run()
        found.append(solver.getInfo().objective_function_value)
    return np.array(found)


def cold(program: LinearProgram, cells: np.ndarray) -> np.ndarray:
    right = cells @ program.data.T
    return np.array([linprog(program.costs, A_eq=program.matrix, b_eq=b).fun for b in right])


def programs(strata: int) -> None:
    generator = np.random.default_rng(0)
    tensor, three = generator.normal(size=(2, 2, 2)), generator.normal(size=(3, 3, 3))
    values, five, ten = (generator.normal(size=(n, n)) for n in (3, 5, 10))
    cases = {
        "3 arms × 2 levels, all arms": (3, 2, program_of_types(tensor, "both")),
        "3 arms × 3 levels, 2 arms": (3, 3, contrast_programs(values, "both", n_arms=3)[0]),
        "3 arms × 3 levels, all arms": (3, 3, program_of_types(three, "both")),
        "2 arms × 5 levels": (2, 5, contrast_programs(five, "both")[0]),
        "2 arms × 10 levels": (2, 10, contrast_programs(ten, "both")[0]),
    }
    print(f"\nleast value of {strata:,} strata: microseconds a stratum")
    print(f"{'':<28} vertices list, s  product  at once  warm HiGHS  cold linprog  largest gap")
    for name, (n_arms, n_levels, program) in cases.items():
        print(f"{name:<28} {row(program, populations(strata, n_arms, n_levels).cells)}", flush=True)


def row(program: LinearProgram, cells: np.ndarray, few: int = 100) -> str:
    start = time.perf_counter()
    vertices = dual_vertices(program)
    listed = time.perf_counter() - start
    least = minimise(program, cells)[0]
    compared = [warm(program, cells[:few]), cold(program, cells[:few])]
    if vertices is not None:
        compared.append((vertices @ cells[:few].T).max(axis=0))
    gap = max(np.abs(other - least[:few]).max() for other in compared)
    each = 1e6 / len(cells)
    product = timed(lambda: (vertices @ cells.T).max(axis=0), 3) if vertices is not None else None
    return (
        f"{len(vertices) if vertices is not None else 'many':>8} {listed:>7.3f} "
        f"{'' if product is None else f'{product * each:.2f}':>8} "
        f"{timed(lambda: minimise(program, cells), 3) * each:>8.1f} "
        f"{timed(lambda: warm(program, cells), 3) * each:>11.0f} "
        f"{timed(lambda: cold(program, cells[:few]), 3) * 1e6 / few:>13.0f} {gap:>12.1e}"
    )


def main(strata: int = 1_000_000) -> None:
    closed_forms(strata)
    programs(max(strata // 500, 100))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

"""Bounds of 10,000 strata out of two million rows, against causalml's bounds of one stratum each.

Run ``python tests/benchmarks/bench_unit_bounds.py [rows] [strata]``. The reference is
`causalml.optimize.pns.get_pns_bounds`, of which one file is needed: ``pip install --no-deps
--target DIRECTORY causalml==0.18.0``, then set CAUSALML to the directory. Without it, its row is
left out. One thread each; the best of several runs, in the same process.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from causal_magics.counterfactual.frames.bounds_of_frame import bounds  # noqa: E402

RUNS = 9


def population(rows: int, strata: int, seed: int = 0) -> pd.DataFrame:
    """Return an experiment and observations of one population: half the rows each."""
    rng = np.random.default_rng(seed)
    stratum = rng.integers(0, strata, rows)
    untreated = rng.random(rows) < rng.uniform(0.2, 0.6, strata)[stratum]
    treated = np.where(rng.random(rows) < 0.5, untreated, rng.random(rows) < 0.7)
    source = rng.integers(0, 2, rows)
    chosen = rng.random(rows) < np.where(treated & ~untreated, 0.65, 0.4)
    treatment = np.where(source == 1, rng.integers(0, 2, rows), chosen)
    outcome = np.where(treatment == 1, treated, untreated)
    columns = {"stratum": stratum, "source": source, "treatment": treatment, "outcome": outcome}
    return pd.DataFrame({name: column.astype(np.int64) for name, column in columns.items()})


def reference() -> Callable[..., tuple[float, float]] | None:
    """Return causalml's function, read from its one file; None where it is not there."""
    folder = os.environ.get("CAUSALML")
    if folder is None:
        return None
    path = Path(folder) / "causalml" / "optimize" / "pns.py"
    spec = importlib.util.spec_from_file_location("causalml_pns", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[..., tuple[float, float]] = module.get_pns_bounds
    return found


def best(work: Callable[[], Any], runs: int = RUNS) -> tuple[Any, float, float]:
    """Return the result, the least and the median number of seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return result, min(times), sorted(times)[len(times) // 2]


def by_stratum(function: Callable[..., tuple[float, float]], frame: pd.DataFrame) -> Any:
    """Return the bounds of each stratum, one call for each; the rows are grouped once."""
    experiment = dict(iter(frame[frame["source"] == 1].groupby("stratum")))
    observed = dict(iter(frame[frame["source"] == 0].groupby("stratum")))
    return np.array([
        function(experiment[key], observed[key], "treatment", "outcome")
        for key in sorted(experiment)
    ])  # fmt: skip


def main(rows: int = 2_000_000, strata: int = 10_000) -> None:
    frame = population(rows, strata)
    columns = ("treatment", "outcome", "stratum")
    start = time.perf_counter()
    bounds(frame.head(1000), *columns, source="source", small="keep")
    print(f"first call: {time.perf_counter() - start:.2f} s")
    found, least, median = best(lambda: bounds(frame, *columns, source="source", min_units=1))
    print(f"{found}\n{rows:,} rows, {len(found):,} strata: {least:.4f} s (median {median:.4f} s)")
    texts = frame.assign(stratum="s" + frame["stratum"].astype(str))
    for what, other in (
        ("labels as text", texts),
        ("labels as categories", texts.assign(stratum=texts["stratum"].astype("category"))),
    ):
        _, other_least, _ = best(lambda f=other: bounds(f, *columns, source="source"), 3)
        print(f"  {what}: {other_least:.4f} s")
    _, spent, _ = best(lambda: found.with_payoff([100, -60, 0, -140]).benefit, 3)
    print(f"  another payoff: {spent:.4f} s")
    _, spent, _ = best(lambda: found.with_payoff([1, 0, 0, 0]).interval, 3)
    print(f"  intervals of all strata: {spent:.4f} s")
    function = reference()
    if function is None:
        print("causalml: left out (set CAUSALML to where it is)")
        return
    theirs, spent, _ = best(lambda: by_stratum(function, frame), 1)
    print(f"causalml, a call for each stratum: {spent:.2f} s, {spent / least:,.0f} times as long")
    agreement(found, theirs)


def agreement(found: Any, theirs: Any) -> None:
    """Print how far values agree: where samples break consistency, theirs may cross."""
    ours = np.stack([found.benefit.lower, found.benefit.upper], axis=1)
    counts = found.counts
    raw = counts.observational / counts.observational.sum(axis=(1, 2), keepdims=True)
    consistent = (raw <= counts.experimental / counts.experimental.sum(axis=2, keepdims=True)).all(
        axis=(1, 2)
    )
    gap = np.abs(ours - theirs)[consistent].max()
    crossed = int((theirs[:, 0] > theirs[:, 1] + 1e-12).sum())
    print(
        f"largest difference in {int(consistent.sum()):,} strata whose samples are consistent: "
        f"{gap:.1e}; in the others causalml's bounds cross {crossed:,} times, ours "
        f"{int((ours[:, 0] > ours[:, 1]).sum())} times"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

"""How often intervals of bounds hold the true bounds, and how wide they are.

Run ``python tests/benchmarks/bench_bound_intervals.py [--repeats 4000]``. Cases: all terms tie; an
outcome and a treatment that are rare and uneven; the legal drug of Tian & Pearl (2000); the three
levels of the electric-vehicle case. ``plug-in`` is the share of samples whose estimated bounds,
without an interval, hold the true ones; ``bootstrap`` that of percentile intervals.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from counterfactual.sampling_cases import CASES, draws, of_sources

from causal_magics.counterfactual.bounding.terms import Terms
from causal_magics.counterfactual.bounding.transport import transport_terms
from causal_magics.counterfactual.frames.intervals import interval_of
from causal_magics.counterfactual.frames.sampled_cells import SampledCells

BOOTSTRAPS = 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=4000)
    repeats = parser.parse_args().repeats
    print("| case | data | n | covered | plug-in | bootstrap | width | true width |")
    print("|---|---|---|---|---|---|---|---|")
    for seed, (name, (payoff, experimental, observational)) in enumerate(CASES.items()):
        for sources, arms, seen, truth in of_sources(experimental, observational):
            terms = transport_terms(payoff, sources)  # type: ignore[arg-type]
            for units in (100, 1000, 20_000):
                generator = np.random.default_rng([seed, units])
                sample = draws(arms, seen, units, repeats, generator)
                few = draws(arms, seen, units, repeats // 20, generator)
                row = _row(terms, sample, few, truth, (arms, seen), units, generator)
                print(f"| {name} | {sources} | {units:,} | {row} |", flush=True)


def _row(
    terms: Terms,
    sample: SampledCells,
    few: SampledCells,
    truth: np.ndarray,
    parts: tuple[np.ndarray | None, np.ndarray | None],
    units: int,
    generator: np.random.Generator,
) -> str:
    lower, upper = (float(end[0]) for end in terms.evaluate(truth))
    low, high = interval_of(terms, sample)
    plug_low, plug_high = terms.evaluate(sample.cells)
    resampled = [_percentile(terms, cells, parts, units, generator) for cells in few.cells]
    boot_low, boot_high = np.array(resampled).T
    shares = [
        f"{np.mean((a <= lower + 1e-12) & (b >= upper - 1e-12)):.3f}"
        for a, b in ((low, high), (plug_low, plug_high), (boot_low, boot_high))
    ]
    return " | ".join([*shares, f"{np.mean(high - low):.3f}", f"{upper - lower:.3f}"])


def _percentile(
    terms: Terms,
    cells: np.ndarray,
    parts: tuple[np.ndarray | None, np.ndarray | None],
    units: int,
    generator: np.random.Generator,
) -> tuple[float, float]:
    """Return the percentile interval of one sample."""
    arms, seen = parts
    split = 0 if arms is None else arms.size
    again = draws(
        None if arms is None else cells[:split].reshape(arms.shape),
        None if seen is None else cells[split:].reshape(seen.shape),
        units, BOOTSTRAPS, generator,
    )  # fmt: skip
    low, high = terms.evaluate(again.cells)
    return float(np.quantile(low, 0.025)), float(np.quantile(high, 0.975))


if __name__ == "__main__":
    main()

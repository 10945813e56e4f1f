"""Observation against intervention in text: the whole table, over many seeds.

Run ``python tests/benchmarks/bench_text_study.py [--seeds 10] [--sentences 60000] [--passes 2]``:
one thread, about 40 CPU seconds a model and four models a seed. Mean, least and most over seeds.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import time
from statistics import fmean

from causal_magics.probing.text_study import TextStudy, text_study
from causal_magics.probing.text_worlds import CORPORA


def spread(numbers: list[float], digits: int) -> str:
    low, mean, high = (
        f"{each:.{digits}f}" for each in (min(numbers), fmean(numbers), max(numbers))
    )
    return f"{mean} ({low} to {high})"


def show(study: TextStudy) -> None:
    print(f"{'text':16}{'asked about':14}{'direction accuracy':24}KL to P(. | do), nats")
    for rows in study.groups:
        accuracy = spread([row.direction_accuracy for row in rows], 2)
        kl = spread([row.kl for row in rows], 3)
        print(f"{rows[0].corpus:16}{rows[0].asked:14}{accuracy:24}{kl}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--sentences", type=int, default=60_000)
    parser.add_argument("--pairs", type=int, default=32)
    parser.add_argument("--passes", type=int, default=2)
    options = parser.parse_args()
    start = time.process_time()
    study = text_study(
        seeds=range(options.seeds), sentences=options.sentences, pairs=options.pairs,
        passes=options.passes, threads=1,
    )  # fmt: skip
    seconds = (time.process_time() - start) / (options.seeds * len(CORPORA))
    show(study)
    print(f"{options.seeds} seeds, {options.sentences:,} sentences, {seconds:.0f} CPU s a model")


if __name__ == "__main__":
    main()

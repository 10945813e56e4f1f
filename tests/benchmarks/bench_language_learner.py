"""SmolLM2 as a learner of experiments: what it sets after it read what others tried.

Run ``python tests/benchmarks/bench_language_learner.py [--tasks 200] [--splits held-out trap]
[--noise 1] [--checkpoint folder]``: one thread. Each task is asked about in five ways (no examples;
two and four, with and without explanations), each counted as it comes and calibrated. Printed are
scores with intervals over tasks and the range over draws of examples, which actions were taken,
what the explanations change, pair by pair, and tokens a second.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray

from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.loading import load_model
from causal_magics.language.protocol import Pair, PairScorer
from causal_magics.language.token_trie import token_tries
from causal_magics.passive.language_learner.episode_text import Wording
from causal_magics.passive.language_learner.few_shot import few_shot
from causal_magics.passive.language_learner.habits import Habits
from causal_magics.passive.language_learner.language_learner import LanguageLearner
from causal_magics.passive.language_learner.study import language_study
from causal_magics.passive.language_learner.study_result import LanguageStudy, StudyRow
from causal_magics.passive.worlds.environment import CausalEnvironment
from causal_magics.passive.worlds.episodes import run


@dataclass
class Counted(PairScorer):
    """A model that counts what it is asked."""

    model: CausalLM
    tokens: int = 0
    seconds: float = 0.0

    @property
    def model_id(self) -> str:
        return self.model.model_id

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        self.tokens += sum(trie.size for trie in token_tries(self.model.encode(pairs)))
        start = time.process_time()
        scores = self.model.score(pairs)
        self.seconds += time.process_time() - start
        return scores


def line(row: StudyRow) -> str:
    habits = "".join(f"{share:>11.2f}" for share in astuple(row.habits))
    ends = f"{min(row.by_seed):.2f} to {max(row.by_seed):.2f}"
    return f"{row.split:9} {row.name:32} {row.score!s:22} {ends:15}{habits}"


def differences(study: LanguageStudy) -> None:
    plain = [name for name in study.names if f"{name}, explained" in study.names]
    for split in study.splits:
        for name in plain:
            for end in ("", ", calibrated"):
                found = study.difference(f"{name}, explained{end}", f"{name}{end}", split)
                print(f"{split}, {name}{end}: explained less plain {found}")
        best, rule = study.best_asked(split).name, "empirical-best"
        print(f"{split}: {best} less {rule} {study.difference(best, rule, split)}")


def explorers(model: PairScorer, environment: CausalEnvironment, tasks: int) -> None:
    """Let the model choose what to try, too."""
    met = environment.tasks(tasks, "held-out")
    for number in (0, 2):
        shots = few_shot(environment, number, explanations=True)
        learner = LanguageLearner(model, shots, calibrated=True, explores_itself=True)
        acted = run(met, learner, np.random.default_rng(0), n_exploit=1)
        tried = acted.actions[:, : acted.n_explore]
        kinds = np.mean([len(set(each) - {0}) for each in tried.tolist()])
        watched, score = (tried == 0).mean(), met.score(acted.actions[:, -1])
        print(
            f"explores itself, {learner.name}: tries {kinds:.1f} of {acted.n_explore} settings, "
            f"watches in {watched:.0%} of steps, score {score:.2f} in {tasks} tasks"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--shots", type=int, nargs="+", default=[0, 2, 4])
    parser.add_argument("--splits", nargs="+", default=["held-out", "trap"])
    parser.add_argument("--noise", type=float, default=1.0)
    parser.add_argument("--expert", default="explore-then-exploit")
    parser.add_argument("--shown", default="goal")
    parser.add_argument("--explorers", type=int, default=0, help="tasks in which it explores, too")
    parser.add_argument("--checkpoint")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = Counted(load_model(options.model))
    start = time.perf_counter()
    study = language_study(
        model, CausalEnvironment(noise=options.noise), shots=options.shots, splits=options.splits,
        n_tasks=options.tasks, seeds=options.seeds, expert=options.expert,
        wording=Wording(options.shown), checkpoint=options.checkpoint,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    kinds = "".join(f"{field.name[:10]:>11}" for field in fields(Habits))
    print(f"{'tasks':9} {'who chooses':32} {'score':22} {'by draw':15}{kinds}")
    for row in study.rows:
        print(line(row))
    differences(study)
    print(study.conclusion)
    if options.explorers:
        explorers(model, CausalEnvironment(noise=options.noise), options.explorers)
    print(
        f"noise {options.noise}, {options.tasks} tasks a split, {options.seeds} draws of examples "
        f"by {options.expert}; {model.tokens:,} tokens in {model.seconds:.0f} CPU s, "
        f"{model.tokens / max(model.seconds, 1e-9):.0f} a second; {seconds:.0f} s in all"
    )


if __name__ == "__main__":
    main()

"""Small computations that work in a folder, can be killed there at any moment, and be run again."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
import warnings
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from hardening.disk_writers import WRITERS
from language.tiny_models import CORPUS, causal_tokenizer, tiny_network
from numpy.typing import NDArray
from passive.language_learner.reading_models import Reader
from passive.learner.small_policies import SMALL, drawn_policy
from probing.asked_models import Knowing
from probing.test_mediation_effects import PAIRS
from pruning.tiny_workloads import PRONOUNS, tiny_model, tiny_workload

from causal_magics.data.simulation import simulate
from causal_magics.discovery.discover import Discovery, discover
from causal_magics.language import answer_cache, conversion
from causal_magics.language.answer_cache import AnswerCache, CachedModel
from causal_magics.language.protocol import Pair
from causal_magics.passive.evaluation.evaluate_policy import evaluate_policy
from causal_magics.passive.language_learner.study import language_study
from causal_magics.passive.learner import training
from causal_magics.passive.learner.train import train
from causal_magics.probing import mediation_texts
from causal_magics.probing.asking import ask
from causal_magics.probing.mediation import mediate
from causal_magics.probing.prompt_pairs import aligned_pairs
from causal_magics.pruning.frontier import frontier
from causal_magics.pruning.prune import prune
from causal_magics.pruning.sweep import head_effects

__all__ = ["JOBS", "Job", "run"]

Finished = frozenset[Hashable]
SMALL_TEXT: dict[str, Any] = {"text": [CORPUS * 8, CORPUS * 8], "n_windows": 4, "budget": 0.5}
NAMES = ("rain", "mud", "moon", "wind", "dust")


@dataclass(frozen=True)
class Job:
    """A computation.

    Attributes
    ----------
    run : callable
        Takes a folder, goes on from what it finds there, and returns the result as text.
    finished : callable
        Takes a folder and returns what a kill must not take away; raises where a file is not whole.
    """

    run: Callable[[Path], str]
    finished: Callable[[Path], Finished]


def _digest(*parts: object) -> str:
    found = hashlib.sha256()
    for part in parts:
        told = part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode()
        found.update(told)
    return found.hexdigest()


def _parts(folder: Path) -> Finished:
    """Return each part of a checkpoint with its content."""
    parts = sorted(folder.rglob("*.npy"))
    return frozenset((str(part.relative_to(folder)), _digest(np.load(part))) for part in parts)


# ---------------------------------------------------------------------- discovery


def _learn(folder: Path) -> str:
    rows = simulate("joint", 5, 900, seed=3).frame
    batches = [rows.iloc[start : start + 150] for start in range(0, len(rows), 150)]
    file = folder / "found.npz"
    found = Discovery.load(file) if file.exists() else None
    for number, batch in enumerate(batches):
        if found is None:
            found = discover(batch, bootstrap=10, progress=False)
        elif number >= len(found.batches):
            found = found.update(batch)
        found.save(file)
    assert found is not None
    return _digest(found.bits, found.graph, found.statistic.gram, sorted(found.node_bits.items()))


def _learned(folder: Path) -> Finished:
    file = folder / "found.npz"
    return frozenset(range(len(Discovery.load(file).batches)) if file.exists() else ())


# ---------------------------------------------------------------------- sweeps


def _mediate(folder: Path) -> str:
    model = tiny_model()
    pairs = aligned_pairs(PAIRS, model)
    with patch.object(mediation_texts, "BLOCK_BYTES", 1):
        found = mediate(pairs, model, screen=6, direct=True, checkpoint=folder)
    return _digest(found.log_odds_indirect, found.log_odds_direct, found.log_odds_together)


def _cut_heads(folder: Path) -> str:
    found = head_effects(tiny_workload(), method="exact", checkpoint=folder)
    return _digest(found.scores, found.losses)


def _prune(folder: Path) -> str:
    found = prune(tiny_model(), PRONOUNS, ratio=0.25, checkpoint=folder, **SMALL_TEXT)
    return _digest(found.heads, found.bias, found.perplexity)


def _frontier(folder: Path) -> str:
    workload = tiny_workload()
    options: dict[str, Any] = {"alphas": (0.1, 0.25, 0.4), "gammas": (0.2, 0.5)}
    found = frontier(workload, workload, baselines="random", checkpoint=folder, **options)
    return _digest(found.points)


class _Slow(Knowing):
    """Takes a millisecond for a pair."""

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        time.sleep(0.001 * len(pairs))
        return super().score(pairs)


def _ask(folder: Path) -> str:
    slow = _Slow(NAMES, {("rain", "mud"), ("wind", "dust")})
    model = CachedModel(slow, AnswerCache(folder / "answers.sqlite"))
    with patch.object(answer_cache, "_PER_WRITE", 8):
        found = ask(NAMES, model)
    return _digest(found.beliefs)


def _answered(folder: Path) -> Finished:
    file = folder / "answers.sqlite"
    if not file.exists():
        return frozenset()
    connection = sqlite3.connect(file)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        named = "SELECT name FROM sqlite_master WHERE name = 'answers'"
        there = connection.execute(named).fetchone() is not None
        return frozenset(connection.execute("SELECT * FROM answers") if there else ())
    finally:
        connection.close()


def _train(folder: Path) -> str:
    options: dict[str, Any] = {"batch": 8, "width": 8, "layers": 1, "progress": False}
    with patch.object(training, "_SAVED_EVERY", 10):
        found = train(SMALL, episodes=200, steps=120, checkpoint=folder, **options)
    return _digest(*found.weights.values(), found.record.losses)


def _trained(folder: Path) -> Finished:
    file = folder / "state.npy"
    return frozenset(range(int(np.load(file)[0])) if file.exists() else ())


class _SlowReader(Reader):
    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        time.sleep(0.02)
        return super().score(pairs)


def _study(folder: Path) -> str:
    options: dict[str, Any] = {"shots": (0, 2), "splits": "train", "progress": False}
    found = language_study(_SlowReader(), n_tasks=12, seeds=4, checkpoint=folder, **options)
    return _digest(*(row.gains for row in found.rows))


def _evaluate(folder: Path) -> str:
    options: dict[str, Any] = {"n_tasks": 200, "seed": 2, "progress": False}
    found = evaluate_policy(drawn_policy("axial", 3), SMALL, **options)
    found.save(folder / "evaluated.npz")
    return repr(WRITERS["an evaluation"].load(folder / "evaluated.npz"))


def _evaluated(folder: Path) -> Finished:
    file = folder / "evaluated.npz"
    return frozenset([WRITERS["an evaluation"].load(file)] if file.exists() else ())


# ---------------------------------------------------------------------- files


def _save_all(folder: Path) -> str:
    """Write every kind of file again and again, now one value and now another."""
    for version in (0, 1, 0, 1):
        for name, writer in WRITERS.items():
            writer.save(writer.make(version), folder / name)
    return _digest(*(writer.load(folder / name) for name, writer in WRITERS.items()))


def _saved(folder: Path) -> Finished:
    """Return the names of files that are there; all of them can be read."""
    there = {name: writer for name, writer in WRITERS.items() if (folder / name).exists()}
    for name, writer in there.items():
        writer.load(folder / name)
    return frozenset(there)


def _convert(folder: Path) -> str:
    import torch

    file = folder / "tiny.gguf"
    file.write_bytes(b"tiny")
    converted = tiny_network("llama"), causal_tokenizer()
    with (
        patch.dict(os.environ, CAUSAL_MAGICS_CACHE=str(folder / "cache")),
        patch.object(conversion, "_convert", lambda _: converted),
    ):
        for _ in range(8):
            network, _tokenizer = conversion.load_gguf(file, torch.float32)
            kept = conversion.converted_folder(file)
            kept.rename(kept.with_name(f"kept-{len(list(kept.parent.iterdir()))}"))
    return _digest(*(value.numpy() for value in network.state_dict().values()))


def _converted(folder: Path) -> Finished:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    kept = [each for each in folder.glob("cache/models/*") if not each.name.startswith(".")]
    with conversion.quiet():
        for each in kept:
            AutoModelForCausalLM.from_pretrained(each)
            AutoTokenizer.from_pretrained(each)
    return frozenset(each.name for each in kept if each.name.startswith("kept"))


JOBS = {
    "learn batch by batch": Job(_learn, _learned),
    "mediate": Job(_mediate, _parts),
    "cut heads": Job(_cut_heads, _parts),
    "prune": Job(_prune, _parts),
    "frontier": Job(_frontier, _parts),
    "ask, answers kept": Job(_ask, _answered),
    "train": Job(_train, _trained),
    "study of language": Job(_study, _parts),
    "evaluate and save": Job(_evaluate, _evaluated),
    "save every kind": Job(_save_all, _saved),
    "convert a model": Job(_convert, _converted),
}


def run(name: str, folder: Path) -> str:
    """Run a job in a folder without its warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return JOBS[name].run(folder)

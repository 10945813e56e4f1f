"""Sets of heads, each run once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from math import inf

import numpy as np

from causal_magics.data.checkpoint import Checkpoint
from causal_magics.language.head_panels import Head
from causal_magics.pruning.workload import Evaluation, Workload

__all__ = ["Verifier", "careful_rise", "key_of"]


class Verifier:
    """Evaluates a model without sets of heads; what is known is not run again.

    Parameters
    ----------
    workload : Workload
    store : Checkpoint
        From which evaluations are taken, and where they are kept.
    """

    def __init__(self, workload: Workload, store: Checkpoint | None = None) -> None:
        self.workload = workload
        self.store = store or Checkpoint()
        self._known: dict[tuple[Head, ...], Evaluation] = {}

    def __call__(self, heads: Sequence[Head]) -> Evaluation:
        """Return bias and perplexity without the heads."""
        chosen = tuple(sorted(heads))
        if chosen not in self._known:
            self._known[chosen] = self._stored(chosen) or self._run(chosen)
        return self._known[chosen]

    def _run(self, heads: tuple[Head, ...]) -> Evaluation:
        found = self.workload.evaluate(heads)
        self.store.put(key_of(heads), np.concatenate([found.scores, found.losses]))
        return found

    def _stored(self, heads: tuple[Head, ...]) -> Evaluation | None:
        known, n_items = self.store.get(key_of(heads)), len(self.workload.items)
        if known is None or known.shape != (n_items + len(self.workload.windows),):
            return None
        if not np.isfinite(known).all():
            return None
        return Evaluation(
            self.workload.items, known[:n_items], known[n_items:], self.workload.n_tokens
        )


def careful_rise(before: Evaluation, after: Evaluation) -> float:
    """Return by what share perplexity rises, and a standard error over windows more.

    From a single window that cannot be told, and is infinite.
    """
    if len(before.losses) < 2:
        return inf
    moved = after.losses - before.losses
    n_tokens = before.n_tokens.sum()
    error = moved.std() * np.sqrt(len(moved))
    return float(np.expm1((moved.sum() + error) / n_tokens))


def key_of(heads: Sequence[Head]) -> str:
    """Return a name for a set of heads, for a file."""
    return f"heads-{hashlib.sha256(repr(tuple(sorted(heads))).encode()).hexdigest()[:16]}"

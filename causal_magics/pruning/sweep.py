"""`head_effects`: bias and perplexity without each head, exactly, by a gradient, or by both."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable, Sequence
from os import PathLike
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.checkpoint import Checkpoint
from causal_magics.language.branching import Bundle
from causal_magics.language.head_gradients import head_gradients
from causal_magics.language.head_masks import HeadSites, checked_heads_of, without_heads
from causal_magics.language.head_panels import Head
from causal_magics.language.head_sweep import HeadSweep, SweepBlock
from causal_magics.language.progress import bars_are_off
from causal_magics.options import check_count, check_option
from causal_magics.pruning.head_effects import HeadEffects, PruningWarning
from causal_magics.pruning.workload import Evaluation, Workload

__all__ = ["Method", "head_effects"]

Method = Literal["hybrid", "exact", "gradient"]
Floats = NDArray[np.float64]

FIRST_LAYERS = 2
"""Where gradients are worst, so that the hybrid runs them exactly."""
SCREENED = 0.2
"""What share of all heads the hybrid runs exactly, besides."""


def head_effects(
    workload: Workload,
    *,
    method: Method = "hybrid",
    removed: Iterable[Head] = (),
    n_exact: int | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> HeadEffects:
    """Return what each head of a model does to bias and to perplexity.

    Parameters
    ----------
    workload : Workload
        Model, measure and text.
    method : {"hybrid", "exact", "gradient"}
        Cut every head in turn; estimate all heads by one backward pass, to first order; or
        estimate all, and cut those of the first two layers and those that seem to matter most.
    removed : iterable of (layer, head)
        Heads that are absent throughout.
    n_exact : int, optional
        How many heads beside those of the first layers the hybrid cuts: by default a fifth of all.
    checkpoint : path, optional
        A folder in which finished blocks are kept, and from which they are taken.

    Returns
    -------
    HeadEffects

    Raises
    ------
    PruningError
        Where a removed head is not in the model.
    LanguageModelError
        Where the model has no separable heads.
    StorageError
        Where the checkpoint is of another run, or cannot be written.

    Warns
    -----
    PruningWarning
        Where it was interrupted; what was not finished is then estimated.
    """
    check_option("method", method, get_args(Method))
    if n_exact is not None:
        check_count("n_exact", n_exact)
    shape = HeadSites.of(workload.model.network).shape
    cut = checked_heads_of(removed, shape)
    store = Checkpoint.at(checkpoint, _settings(workload, method, cut, n_exact))
    with without_heads(workload.model.network, cut):
        run = _Run(workload, cut, shape, store)
        if method != "exact":
            run.estimate()
        if method != "gradient":
            chosen = run.present if method == "exact" else run.screened(n_exact)
            run.cut(chosen)
    return run.result()


class _Run:
    """One call: scores and losses without each head, filled in step by step."""

    def __init__(
        self, workload: Workload, removed: tuple[Head, ...], shape: tuple[int, int],
        store: Checkpoint,
    ) -> None:  # fmt: skip
        self.workload = workload
        self.removed = removed
        self.store = store
        self.base: Evaluation = workload.evaluate()
        self.log_probs = workload.log_probs()
        self.present = np.ones(shape, dtype=bool)
        for head in removed:
            self.present[head] = False
        n_items, n_windows = len(workload.items), len(workload.windows)
        self.scores = np.repeat(self.base.scores, self.present.size).reshape(n_items, *shape)
        self.losses = np.repeat(self.base.losses, self.present.size).reshape(n_windows, *shape)
        self.exact = ~self.present
        self.estimated = False

    def estimate(self) -> None:
        """Estimate every head to first order."""
        workload = self.workload
        slopes = workload.items.slopes(self.log_probs)
        weights = [slopes[places].tolist() for places in workload.places]
        by_item = self._kept("items", workload.bundles, weights)
        by_window = self._kept("windows", workload.windows, [[-1.0]] * len(workload.windows))
        self.scores = self.base.scores[:, None, None] - by_item
        self.losses = self.base.losses[:, None, None] - by_window
        self.estimated = True

    def _kept(self, name: str, bundles: Sequence[Bundle], weights: Any) -> Floats:
        """Return gradients, computed or from the checkpoint."""
        known = self.store.get(f"gradient-{name}")
        if known is not None and known.shape == (len(bundles), *self.present.shape):
            return known
        found = head_gradients(self.workload.model, bundles, weights)
        self.store.put(f"gradient-{name}", found)
        return found

    def screened(self, n_exact: int | None) -> NDArray[np.bool_]:
        """Return the heads that are worth an exact look: of the first layers, and the largest."""
        effects = self.result()
        count = round(SCREENED * self.present.size) if n_exact is None else n_exact
        chosen = np.zeros_like(self.present)
        chosen[:FIRST_LAYERS] = True
        order = np.argsort(-np.where(chosen, -np.inf, effects.z_bias), axis=None)
        chosen.flat[order[:count]] = True
        return chosen & self.present

    def cut(self, chosen: NDArray[np.bool_]) -> None:
        """Cut heads in turn; an interrupt keeps what is estimated."""
        from tqdm.auto import tqdm

        workload, sweep = self.workload, HeadSweep(self.workload.model)
        parts = [
            (name, block)
            for name, bundles in (("items", workload.bundles), ("windows", workload.windows))
            for block in sweep.blocks(bundles)
        ]
        found: dict[str, list[tuple[SweepBlock, Floats]]] = {"items": [], "windows": []}
        total = sum(len(block.bundles) for _, block in parts)
        try:
            with tqdm(
                total=total, unit="text", desc="Cutting heads", delay=1.0, leave=False,
                disable=bars_are_off(),
            ) as bar:  # fmt: skip
                for index, (name, block) in enumerate(parts):
                    key, shape = f"{name}-{index}", (len(block.pairs), *chosen.shape)
                    values = self.store.get(key)
                    if values is None or values.shape != shape:
                        values = sweep.log_probs(block, chosen)
                        self.store.put(key, values)
                    found[name].append((block, values))
                    bar.update(len(block.bundles))
        except KeyboardInterrupt:
            if not self.estimated:
                raise
            warnings.warn(
                "Stopped: effects of heads are estimated by gradients, and none is exact."
                + (" What was finished is in the checkpoint." if self.store.folder else ""),
                PruningWarning, stacklevel=4,
            )  # fmt: skip
            return
        self._fill(chosen, found)

    def _fill(
        self, chosen: NDArray[np.bool_], found: dict[str, list[tuple[SweepBlock, Floats]]]
    ) -> None:
        """Take over what was cut."""
        queries = np.zeros((len(self.workload.items.queries), int(chosen.sum())))
        for block, values in found["items"]:
            places = np.concatenate([self.workload.places[bundle] for bundle in block.bundles])
            queries[places] = values[:, chosen]
        self.scores[:, chosen] = self.workload.items.scores(queries.T).T
        for block, values in found["windows"]:
            rows = self.losses[block.bundles]
            rows[:, chosen] = -values[:, chosen]
            self.losses[block.bundles] = rows
        self.exact = self.exact | chosen

    def result(self) -> HeadEffects:
        """Return the effects as they are known by now."""
        workload = self.workload
        return HeadEffects(
            self.base, self.scores, self.losses, self.exact, self.removed, workload.measure.name,
            workload.model.model_id, workload.measure.unit,
        )  # fmt: skip


def _settings(
    workload: Workload, method: Method, removed: tuple[Head, ...], n_exact: int | None
) -> dict[str, Any]:
    tokens = repr((workload.bundles, workload.windows)).encode()
    return {
        "model": workload.model.model_id, "measure": workload.measure.name, "method": method,
        "removed heads": [list(head) for head in removed], "n_exact": n_exact,
        "prompts": hashlib.sha256(tokens).hexdigest(),
    }  # fmt: skip

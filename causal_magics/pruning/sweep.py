"""`head_effects`: bias and perplexity without each head, exactly, by a gradient, or by both."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from os import PathLike
from typing import Any, Literal, TypeGuard, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.bars import bars_are_off
from causal_magics.data.checkpoint import Checkpoint
from causal_magics.language.branching import Bundle
from causal_magics.language.head_gradients import head_gradients
from causal_magics.language.head_masks import HeadSites, checked_heads_of, without_heads
from causal_magics.language.head_panels import Head
from causal_magics.language.head_sweep import HeadSweep, SweepBlock
from causal_magics.options import check_count, check_option
from causal_magics.pruning.caution import PruningWarning
from causal_magics.pruning.head_effects import HeadEffects
from causal_magics.pruning.workload import Evaluation, Workload

__all__ = ["Method", "head_effects"]

Method = Literal["hybrid", "exact", "gradient"]
Floats = NDArray[np.float64]

FIRST_LAYERS = 2
"""Where gradients are worst, so that the hybrid cuts these heads for bias."""
SCREENED = 0.25
"""What share of all heads the hybrid cuts for bias, besides."""
SCREENED_LOSSES = 0.2
"""What share of all heads it cuts for perplexity."""
CURVATURE = 0.8
"""What the absence of a head costs of a window above its slope, as a share of the slope's size.

Slopes of windows cancel out, but what is beyond them does not: losses are convex, and their second
derivatives grow with the squares of slopes (Fisher's information), for large slopes more slowly.
"""
TINY = 1e-300


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
        estimate all, and cut those that matter: for bias those of the first two layers and those
        of largest z_bias, for perplexity those of largest z_bias then, a fifth of all heads. A
        head's absence mostly costs more of perplexity than its slope, by about .8 of the slope's
        size in each window; the hybrid fits that share to the heads that were cut.
    removed : iterable of (layer, head)
        Heads that are absent throughout.
    n_exact : int, optional
        How many heads beside those of the first layers the hybrid cuts for bias: by default a
        quarter of all.
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
        if method == "exact":
            run.cut_all()
        elif method == "hybrid":
            run.screen(n_exact)
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
        self.log_probs = workload.log_probs()
        self.base: Evaluation = workload.evaluation(self.log_probs)
        self.present = np.ones(shape, dtype=bool)
        for head in removed:
            self.present[head] = False
        n_items, n_windows = len(workload.items), len(workload.windows)
        self.scores = np.repeat(self.base.scores, self.present.size).reshape(n_items, *shape)
        self.losses = np.repeat(self.base.losses, self.present.size).reshape(n_windows, *shape)
        self.exact = {"items": ~self.present, "windows": ~self.present}
        self.sizes = np.zeros_like(self.losses)
        self.estimated = False

    def estimate(self) -> None:
        """Estimate every head to first order."""
        workload = self.workload
        slopes = workload.items.slopes(self.log_probs)
        weights = [slopes[places].tolist() for places in workload.places]
        by_item = self._kept("items", workload.bundles, weights)
        by_window = self._kept("windows", workload.windows, [[-1.0]] * len(workload.windows))
        self.scores = self.base.scores[:, None, None] - by_item
        self.losses = self.base.losses[:, None, None] - by_window + CURVATURE * np.abs(by_window)
        self.sizes = np.abs(by_window)
        self.estimated = True

    def _kept(self, name: str, bundles: Sequence[Bundle], weights: Any) -> Floats:
        """Return gradients, computed or from the checkpoint."""
        known = self.store.get(f"gradient-{name}")
        if known is not None and known.shape == (len(bundles), *self.present.shape):
            return known
        found = head_gradients(self.workload.model, bundles, weights)
        self.store.put(f"gradient-{name}", found)
        return found

    def screen(self, n_exact: int | None) -> None:
        """Cut the heads that are worth an exact look, and mend the losses of others."""
        n_heads = self.present.size
        first = np.zeros_like(self.present)
        first[:FIRST_LAYERS] = True
        count = round(SCREENED * n_heads) if n_exact is None else n_exact
        if not self._cut("items", self._largest(count, first)):
            return
        none = np.zeros_like(self.present)
        cut = self._largest(min(count, round(SCREENED_LOSSES * n_heads)), none)
        estimated = self.losses.copy()
        if self._cut("windows", cut):
            self._mend(estimated, cut)

    def _largest(self, count: int, besides: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return heads that are given, and so many others of largest z_bias."""
        chosen = besides.copy()
        free = self.present & ~besides
        order = np.argsort(-np.where(free, self.result().z_bias, -np.inf), axis=None, kind="stable")
        chosen.flat[order[:count]] = True
        return chosen & self.present

    def _mend(self, estimated: Floats, cut: NDArray[np.bool_]) -> None:
        """Add to the losses of heads that were not cut what those that were cost above estimates.

        That is in proportion to the sizes of slopes, fitted over heads by least squares of the
        relative error. So the losses of both kinds of heads can be compared.
        """
        moved = (self.losses - estimated).sum(axis=0)[cut]
        sums = self.sizes.sum(axis=0)
        weights = (1.0 / (sums + np.median(sums[self.present]) + TINY))[cut] ** 2
        factor = (weights * sums[cut] * moved).sum() / ((weights * sums[cut] ** 2).sum() + TINY)
        self.losses += np.where(cut, 0.0, factor * self.sizes)

    def cut_all(self) -> None:
        """Cut every head in turn, for bias and for perplexity."""
        for name in ("items", "windows"):
            self._cut(name, self.present)

    def _cut(self, name: str, chosen: NDArray[np.bool_]) -> bool:
        """Cut heads in turn; say whether all were. An interrupt keeps what is estimated."""
        from tqdm.auto import tqdm

        sweep = HeadSweep(self.workload.model)
        bundles = self.workload.bundles if name == "items" else self.workload.windows
        found: list[tuple[SweepBlock, Floats]] = []
        try:
            with tqdm(
                total=len(bundles), unit="text", delay=1.0, leave=False, disable=bars_are_off(),
                desc=f"Cutting heads for {'bias' if name == 'items' else 'perplexity'}",
            ) as bar:  # fmt: skip
                for index, block in enumerate(sweep.blocks(bundles)):
                    key = f"{name}-{index}"
                    values = self.store.get(key)
                    if not _is_known(values, (len(block.pairs), *chosen.shape), chosen):
                        values = sweep.log_probs(block, chosen)
                        self.store.put(key, values)
                    found.append((block, values))
                    bar.update(len(block.bundles))
        except KeyboardInterrupt:
            if not self.estimated:
                raise
            warnings.warn(
                "Stopped: effects of heads that were not cut by then are estimated by gradients."
                + (" What was finished is in the checkpoint." if self.store.folder else ""),
                PruningWarning, stacklevel=4,
            )  # fmt: skip
            return False
        self._fill(name, chosen, found)
        return True

    def _fill(
        self, name: str, chosen: NDArray[np.bool_], found: list[tuple[SweepBlock, Floats]]
    ) -> None:
        """Take over what was cut."""
        if name == "items":
            queries = np.zeros((len(self.workload.items.queries), int(chosen.sum())))
            for block, values in found:
                places = np.concatenate([self.workload.places[bundle] for bundle in block.bundles])
                queries[places] = values[:, chosen]
            self.scores[:, chosen] = self.workload.items.scores(queries.T).T
        else:
            for block, values in found:
                rows = self.losses[block.bundles]
                rows[:, chosen] = -values[:, chosen]
                self.losses[block.bundles] = rows
        self.exact[name] = self.exact[name] | chosen

    def result(self) -> HeadEffects:
        """Return the effects as they are known by now."""
        workload = self.workload
        return HeadEffects(
            self.base, self.scores, self.losses, self.exact["items"], self.exact["windows"],
            self.removed, workload.measure.name, workload.model.model_id, workload.measure.unit,
        )  # fmt: skip


def _is_known(
    values: Floats | None, shape: tuple[int, ...], chosen: NDArray[np.bool_]
) -> TypeGuard[Floats]:
    """Return whether a checkpoint has the log-probabilities without all chosen heads."""
    return values is not None and values.shape == shape and not np.isnan(values[:, chosen]).any()


def _settings(
    workload: Workload, method: Method, removed: tuple[Head, ...], n_exact: int | None
) -> dict[str, Any]:
    return {
        **workload.settings, "method": method, "n_exact": n_exact,
        "removed heads": [list(head) for head in removed],
    }  # fmt: skip

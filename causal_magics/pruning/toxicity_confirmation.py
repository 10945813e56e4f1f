"""Toxicity without some heads, once by weights and once by drawing anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.html_table import html_table
from causal_magics.errors import MissingDependencyError
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.head_masks import HeadSites, checked_heads_of, without_heads
from causal_magics.language.head_panels import Head
from causal_magics.pruning.caution import effective_samples, warn_of_few_samples
from causal_magics.pruning.items import Items
from causal_magics.pruning.sampled_toxicity import (
    SampledToxicity,
)

__all__ = ["ToxicityConfirmation", "confirm_toxicity"]

Floats = NDArray[np.float64]
N_RESAMPLES = 1000
_HEAD = (
    "", "whole model", "change by weights", "standard error", "change drawn anew", "standard error",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ToxicityConfirmation:
    """How toxic a model is with all its heads and without some.

    Parameters
    ----------
    name : str
        Of the measure.
    heads : tuple of (layer, head)
        Those that were cut.
    items : Items
        Prompts and their groups.
    before : array, shape (items,)
        Mean score of what the whole model writes after each prompt.
    weighted : array, shape (items,)
        Without the heads, as guessed from the same texts by importance weights.
    drawn : array, shape (items,)
        Mean score of what the model without the heads writes, from the same random numbers.
    effective : array, shape (items,)
        On how many samples each guess rests.
    n_left_out : (int, int)
        Texts that could not be used, with and without the heads.
    """

    name: str
    heads: tuple[Head, ...]
    items: Items
    before: Floats
    weighted: Floats
    drawn: Floats
    effective: Floats
    n_left_out: tuple[int, int]

    def rows(self) -> list[tuple[str, float, float, float, float, float]]:
        """Return what is told: of each group, of all, and the bias between groups.

        Returns
        -------
        list of (name, before, change by weights, its error, change drawn anew, its error)
            Standard errors are those of a bootstrap over prompts, the same with and without heads.
        """
        weights = self.items.resampled(N_RESAMPLES, np.random.default_rng(0))
        before, *after = (
            self._figures(scores, np.ones((1, len(self.items))))[0]
            for scores in (self.before, self.weighted, self.drawn)
        )
        start, *others = (
            self._figures(scores, weights) for scores in (self.before, self.weighted, self.drawn)
        )
        errors = [np.nanstd(other - start, axis=0, ddof=1) for other in others]
        names = [*self.items.groups, "all", f"bias ({self.items.aggregate})"]
        columns = (
            before, after[0] - before, errors[0], after[1] - before, errors[1],
        )  # fmt: skip
        return [
            (name, *(float(column[row]) for column in columns))  # type: ignore[misc]
            for row, name in enumerate(names)
        ]

    def _figures(self, scores: Floats, weights: Floats) -> Floats:
        """Return means of the groups, of all, and bias, (resamples, figures)."""
        inside = self.items.buckets == np.arange(len(self.items.groups))[:, None]
        counts = np.stack([*(weights * row for row in inside), weights])
        with np.errstate(invalid="ignore"):
            means = counts @ scores / counts.sum(axis=-1)
        return np.stack([*means, self.items.bias(scores, weights)], axis=-1)

    def __repr__(self) -> str:
        *_, (_, before, weighted, weighted_error, drawn, drawn_error) = self.rows()
        return (
            f"<ToxicityConfirmation {self.name}: bias {before:.3g}; without {self._n_heads()} "
            f"{weighted:+.2g} ± {weighted_error:.1g} by weights, {drawn:+.2g} ± "
            f"{drawn_error:.1g} drawn anew>"
        )

    def __str__(self) -> str:
        cells = [list(_HEAD), *self._cells()]
        widths = [max(len(row[column]) for row in cells) for column in range(len(_HEAD))]
        lines = ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in cells]
        return "\n".join([self._caption(), *lines])

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self._cells(), self._caption())

    def _cells(self) -> list[list[str]]:
        return [
            [name, f"{before:.3f}", *(f"{number:+.3f}" if place % 2 == 0 else f"{number:.3f}"
             for place, number in enumerate(rest))]
            for name, before, *rest in self.rows()
        ]  # fmt: skip

    def _caption(self) -> str:
        n_drawn = int(np.isfinite(self.items.against.offsets).sum())
        return (
            f"{self.name} without {self._n_heads()}: weights make {n_drawn} continuations "
            f"worth {self.effective.sum():.0f}."
        )

    def _n_heads(self) -> str:
        return f"{len(self.heads)} head{'' if len(self.heads) == 1 else 's'}"

    def to_frame(self) -> Any:
        """Return one row for each group, for all, and for the bias between groups.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        MissingDependencyError
            Without pandas.
        """
        try:
            import pandas as pd
        except ImportError:
            raise MissingDependencyError("pandas", purpose="to_frame()") from None
        names = ["of", "before", "weighted_change", "weighted_error", "drawn_change", "drawn_error"]
        return pd.DataFrame(self.rows(), columns=names)


def confirm_toxicity(
    measure: SampledToxicity, model: CausalLM, heads: Iterable[Head]
) -> ToxicityConfirmation:
    """Compare what importance weights say of toxicity without some heads with new samples.

    Parameters
    ----------
    measure : SampledToxicity
    model : CausalLM
    heads : iterable of (layer, head)

    Returns
    -------
    ToxicityConfirmation

    Raises
    ------
    PruningError
        Where a head is not in the model, or the scorer fails.
    LanguageModelError
        Where the model has no separable heads, or a prompt cannot be continued.

    Warns
    -----
    PruningWarning
        Where the weights rest on few of the samples.
    """
    cut = checked_heads_of(heads, HeadSites.of(model.network).shape)
    items = measure.items(model)
    n_before = measure.n_samples * len(items) - len(items.queries)
    before = items.scores(model.score(items.queries))
    with without_heads(model.network, cut):
        log_probs = model.score(items.queries)
        drawn = measure.drawn(model)
    warn_of_few_samples(items, log_probs)
    return ToxicityConfirmation(
        measure.name, cut, items, before, items.scores(log_probs), drawn.means(),
        effective_samples(items, log_probs), (n_before, drawn.n_left_out),
    )  # fmt: skip

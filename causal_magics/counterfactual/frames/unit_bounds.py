"""`UnitBounds`: bounds on the benefit of treating the units of each stratum."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Bounds, Floats
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.payoff_lines import payoff_of
from causal_magics.counterfactual.bounding.terms import Terms
from causal_magics.counterfactual.bounding.transport import Sources
from causal_magics.counterfactual.frames.arrangement import shown
from causal_magics.counterfactual.frames.counts import Counts
from causal_magics.counterfactual.frames.cross_fit import CrossFit
from causal_magics.counterfactual.frames.group_probabilities import retrospective
from causal_magics.counterfactual.frames.stratum_groups import (
    StratumGroup,
    benefit_of,
    for_payoff,
    intervals_of,
    overall_interval_of,
)  # fmt: skip
from causal_magics.counterfactual.frames.term_blocks import group_parts, part_confidence
from causal_magics.errors import CounterfactualError, shorten
from causal_magics.options import check_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["UnitBounds"]

_DRAWN = 40
"""Strata that plot() draws."""


@dataclass(frozen=True, eq=False, repr=False)
class UnitBounds:
    """Bounds on the benefit of treating the units of each stratum.

    Attributes
    ----------
    treatment, outcome : str
        Columns.
    by : tuple of str
        Columns whose combinations are the strata.
    arms : tuple
        Labels of the treatment: the untreated arm, the treated one, then those that are not
        compared.
    levels : tuple
        Labels of the outcome, the lowest first.
    strata : mapping of str to ndarray of shape (strata,)
        By column of `by`, its label in each stratum.
    share : ndarray of shape (strata,)
        P(z), the share of each stratum among all units; sums to 1.
    units : ndarray of shape (strata,)
        Rows, or sums of weights, of each stratum from all sources.
    counts : Counts
        Units of each stratum by arm and level.
    groups : tuple of StratumGroup
        The strata by what is known of them: one group where all have the same sources.
    payoff : Payoff
    monotone : bool
        Whether it is held that no unit does worse treated than untreated.
    confidence : float
        Of the intervals.
    benefit : Bounds
        Of arrays of shape (strata,).
    notes : tuple of str
        What a reader should know: rows left out, strata pooled, distributions projected.
    cross_fit : CrossFit, optional
        Units as a learner predicts them, where each combination of covariates is a stratum.
    """

    treatment: str
    outcome: str
    by: tuple[str, ...]
    arms: tuple[Any, ...]
    levels: tuple[Any, ...]
    strata: Mapping[str, NDArray[Any]]
    share: Floats
    units: Floats
    counts: Counts
    groups: tuple[StratumGroup, ...]
    payoff: Payoff
    monotone: bool
    confidence: float
    benefit: Bounds
    notes: tuple[str, ...] = ()
    cross_fit: CrossFit | None = None

    @cached_property
    def interval(self) -> Bounds:
        """An interval for each stratum that holds both bounds as often as `confidence` says.

        NaN where there is none: the bounds have too many terms, or a learner predicts each unit.
        """
        lower, upper = self._over_parts(intervals_of)
        lower, upper = np.minimum(lower, self.benefit.lower), np.maximum(upper, self.benefit.upper)
        return self._within_payoff(lower, upper)

    @cached_property
    def overall(self) -> Bounds:
        """Bounds on the mean benefit over all units."""
        lower, upper = self.share @ self.benefit.lower, self.share @ self.benefit.upper
        return Bounds(float(lower), float(upper), self.benefit.quantity)

    @cached_property
    def overall_interval(self) -> Bounds:
        """An interval that holds the bounds over all units as often as `confidence` says.

        NaN where there is none, as in `interval`, and of some of the strata of a learner.
        """
        lower, upper = self._over_parts(self._overall_of)
        if self.cross_fit is not None:
            lower, upper = (
                np.minimum(lower, self.overall.lower),
                np.maximum(upper, self.overall.upper),
            )
        found = self._within_payoff(lower, upper)
        return Bounds(float(found.lower), float(found.upper), found.quantity)

    def _overall_of(self, groups: Sequence[StratumGroup], confidence: float) -> tuple[float, float]:
        """Return an interval of the bounds over all units by the terms of groups."""
        if self.cross_fit is None:
            return overall_interval_of(groups, self.share, confidence)
        terms = groups[0].terms
        return (np.nan, np.nan) if terms is None else self.cross_fit.interval(terms, confidence)

    def _over_parts(self, interval_of: Callable[..., tuple[Any, Any]]) -> tuple[Floats, Floats]:
        """Return the sums of intervals of the parts of the bounds."""
        parts = group_parts(self.groups, self.payoff, monotone=self.monotone)
        confidence = part_confidence(self.confidence, len(parts))
        lower, upper = zip(*(interval_of(groups, confidence) for groups in parts), strict=True)
        return np.sum(lower, axis=0), np.sum(upper, axis=0)

    def _within_payoff(self, lower: Floats, upper: Floats) -> Bounds:
        least, most = float(self.payoff.values.min()), float(self.payoff.values.max())
        name = self.benefit.quantity
        return Bounds(np.clip(lower, least, most), np.clip(upper, least, most), name)

    @property
    def untreated(self) -> Any:
        """The arm that stands for no treatment."""
        return self.arms[0]

    @property
    def treated(self) -> Any:
        """The arm that stands for treatment."""
        return self.arms[1]

    @property
    def distributions(self) -> Distributions:
        """What the bounds are computed from.

        Raises
        ------
        CounterfactualError
            Where strata differ in their sources: each of `groups` has distributions of its own.
        """
        return self._only_group.distributions

    @property
    def sources(self) -> Sources:
        """Which sources are known; of strata that differ in it, as `distributions`."""
        return self._only_group.sources

    @property
    def terms(self) -> Terms | None:
        """The terms of the bounds; of strata that differ in their sources, as `distributions`."""
        return self._only_group.terms

    @property
    def _only_group(self) -> StratumGroup:
        if len(self.groups) != 1:
            raise CounterfactualError(
                "Expected strata with the same sources, but some have an experiment, observations "
                "or both where others have not. Take each of .groups by itself."
            )
        return self.groups[0]

    @property
    def pn(self) -> Bounds:
        """Bounds on the probability of necessity of each stratum, for two outcomes."""
        self._check_binary("PN")
        return Bounds(*retrospective(self.groups, "PN", monotone=self.monotone), "PN")

    @property
    def ps(self) -> Bounds:
        """Bounds on the probability of sufficiency of each stratum, for two outcomes."""
        self._check_binary("PS")
        return Bounds(*retrospective(self.groups, "PS", monotone=self.monotone), "PS")

    @property
    def pns(self) -> Bounds:
        """Bounds on the probability of both of each stratum, for two outcomes."""
        self._check_binary("PNS")
        worth = Payoff.pns()
        groups = for_payoff(self.groups, worth, monotone=self.monotone)
        return Bounds(*benefit_of(groups, worth, monotone=self.monotone), "PNS")

    def _check_binary(self, quantity: str) -> None:
        if len(self.levels) != 2:
            raise CounterfactualError(
                f"Expected two outcome levels for the {quantity}, got {len(self.levels)}. Bound a "
                "payoff that says what each outcome is worth."
            )

    def label(self, stratum: int) -> str:
        """Return the labels of a stratum as text, such as ``female, rural``."""
        stratum = int(self._places([stratum])[0])
        if not self.by:
            return "all"
        return ", ".join(shown(self.strata[name].item(stratum)) for name in self.by)

    def with_payoff(
        self, payoff: Payoff | Sequence[float] | Sequence[Sequence[float]]
    ) -> UnitBounds:
        """Return the bounds on the benefit of another payoff, without a pass over the data."""
        new = payoff_of(payoff, self.levels, self.outcome)
        groups = for_payoff(self.groups, new, monotone=self.monotone)
        benefit = Bounds(*benefit_of(groups, new, monotone=self.monotone), "benefit")
        return replace(self, payoff=new, groups=groups, benefit=benefit)

    def take(self, strata: Sequence[int] | NDArray[np.intp]) -> UnitBounds:
        """Return some of the strata, by place and in that order; their shares sum to 1 again.

        Raises
        ------
        CounterfactualError
            Where there is no such stratum, or one twice, or none is taken.
        """
        chosen = self._places(strata)
        if len({*chosen.tolist()}) < max(1, len(chosen)):
            raise CounterfactualError(
                f"Expected some strata, each once, got {'one twice' if len(chosen) else 'none'}. "
                "Give their places."
            )
        place = np.full(len(self), -1)
        place[chosen] = np.arange(len(chosen))
        groups = []
        for group in self.groups:
            kept = place[group.strata] >= 0
            if kept.any():
                groups.append(replace(
                    group, strata=place[group.strata[kept]],
                    distributions=group.distributions.take(kept),
                    counts=None if group.counts is None else group.counts.take(kept),
                ))  # fmt: skip
        share = self.share[chosen]
        lower, upper = self.benefit.lower[chosen], self.benefit.upper[chosen]
        benefit = Bounds(lower, upper, self.benefit.quantity)
        return replace(
            self, strata={name: column[chosen] for name, column in self.strata.items()},
            share=share / share.sum(), units=self.units[chosen], counts=self.counts.take(chosen),
            groups=tuple(groups), cross_fit=None, benefit=benefit,
        )  # fmt: skip

    def _places(self, strata: Any) -> NDArray[np.intp]:
        """Return places of strata from 0, of places or a mask, checked."""
        places = np.atleast_1d(np.asarray(strata))
        if places.dtype == bool and places.shape == (len(self),):
            return np.flatnonzero(places)
        fits = not places.size or places.dtype.kind in "iu"
        if places.ndim != 1 or not fits or ((places < -len(self)) | (places >= len(self))).any():
            raise CounterfactualError(
                f"Expected places of strata from 0 to {len(self) - 1}, got "
                f"{shorten(repr(np.asarray(strata).tolist()))[1:-1]}."
            )
        return places.astype(np.intp) % len(self)

    def to_frame(self) -> Any:
        """Return a row for each stratum.

        Columns of `by`, then ``units`` and ``share``; for two outcomes, with an experiment,
        ``p_treated`` and ``p_untreated``, the probabilities of the higher one when all are treated
        or none, P(y | do(treated)) and P(y | do(untreated)); then the ends of the bounds and
        intervals of the benefit, and of the bounds on PNS, PN and PS.
        """
        from causal_magics.counterfactual.frames.unit_bounds_report import frame_of

        return frame_of(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw bounds and intervals of the strata with matplotlib, the greatest first.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.counterfactual.decisions.targeting_plot import plot_forest
        from causal_magics.counterfactual.frames.unit_bounds_report import first_by_midpoint
        from causal_magics.counterfactual.pictures.bounds_forest_svg import Forest

        return plot_forest(Forest.of_bounds(self.take(first_by_midpoint(self, _DRAWN))), ax)

    def save(self, path: str | PathLike[str]) -> None:
        """Write to a file.

        Raises
        ------
        StorageError
            Where it cannot be written; what stood there before stays.
        """
        from causal_magics.counterfactual.frames.unit_bounds_storage import save_unit_bounds

        check_path("the bounds", path)
        save_unit_bounds(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> UnitBounds:
        """Read what `save` wrote.

        Raises
        ------
        StorageError
            Where the file is of something else.
        """
        from causal_magics.counterfactual.frames.unit_bounds_storage import load_unit_bounds

        check_path("the bounds", path)
        return load_unit_bounds(path)

    def __len__(self) -> int:
        return len(self.share)

    def __repr__(self) -> str:
        from causal_magics.counterfactual.frames.unit_bounds_report import describe

        return f"<UnitBounds: {describe(self)}>"

    def _repr_html_(self) -> str:
        from causal_magics.counterfactual.frames.unit_bounds_report import html_of

        return html_of(self)

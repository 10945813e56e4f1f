"""What mediation finds: total, indirect and direct effects, and where they are concentrated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import PromptError
from causal_magics.graph.model import CausalGraph
from causal_magics.language.changes import Override
from causal_magics.language.head_panels import HeadPanel
from causal_magics.options import check_option
from causal_magics.probing.mediation_run import Floats, Mediators
from causal_magics.probing.prompt_pairs import PromptPair

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Effect", "Mediation", "MediationWarning", "Unit", "joint_order"]

Kind = Literal["indirect", "direct"]
Scale = Literal["log odds", "ratio"]
Unit = tuple[int, int]
"""Layer and head, neuron or position, from 0."""

DRAWN = 8
"""Mediators in the graph of a mediation."""
RESAMPLES = 1000
LEVEL = 0.95
SMALL = 0.02
"""Log-odds under which a total effect is called small: ratios to it mean nothing."""


class MediationWarning(UserWarning):
    """A mediation that is less than what was asked for."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A mean over pairs with its bootstrap interval.

    Parameters
    ----------
    mean, low, high : float
        The interval is NaN where there is one pair only.
    """

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        if math.isnan(self.low):
            return f"{self.mean:+.3f}"
        return f"{self.mean:+.3f} [{self.low:+.3f}, {self.high:+.3f}]"


@dataclass(frozen=True, eq=False, repr=False)
class Mediation:
    """Effects of the counterfactual word on the odds of the other continuation.

    Log-odds are ln p(other) − ln p(expected), in nats. On the scale "log odds" an effect is their
    difference from those under the base prompt; on the scale "ratio" it is odds over odds under
    the base prompt, minus one, as Vig et al. have it.

    Parameters
    ----------
    pairs : tuple of PromptPair
    model_id : str
    mediators : {"heads", "neurons", "layers", "positions"}
    how : {"output", "attention"}
    log_odds_null, log_odds_set : array, shape (pairs,)
        Under the base prompt and under the counterfactual.
    log_odds_indirect : array, shape (pairs, layers, units)
        Under the base prompt with one mediator as under the counterfactual.
    log_odds_direct : array or None
        Under the counterfactual with one mediator as under the base prompt; NaN where not run.
    exact : array of bool, shape (layers, units)
        Which were run; the others are estimates.
    estimated : array or None, shape (pairs, layers, units)
        First-order estimates of the differences, where mediators were screened.
    sizes : tuple of int
        How many of the largest mediators were run together.
    log_odds_together : array or None, shape (pairs, sizes)
    log_odds_past_all : array or None, shape (pairs,)
        Under the counterfactual with all mediators as under the base prompt.
    interrupted : bool
        Whether pairs are missing because the run was stopped.
    """

    pairs: tuple[PromptPair, ...]
    model_id: str
    mediators: Mediators
    how: Override
    log_odds_null: Floats
    log_odds_set: Floats
    log_odds_indirect: Floats
    log_odds_direct: Floats | None
    exact: NDArray[np.bool_]
    estimated: Floats | None = None
    sizes: tuple[int, ...] = ()
    log_odds_together: Floats | None = None
    log_odds_past_all: Floats | None = None
    interrupted: bool = False

    # ------------------------------------------------------------------ effects

    def per_pair(self, kind: Kind = "indirect", scale: Scale = "log odds") -> Floats:
        """Return the effects of each pair, shape (pairs, layers, units).

        Raises
        ------
        PromptError
            Where direct effects were not run.
        OptionError
            Where there is no such kind or scale.
        """
        check_option("kind", kind, get_args(Kind))
        moved = self.log_odds_indirect if kind == "indirect" else self.log_odds_direct
        if moved is None:
            raise PromptError(
                "The direct effect past each mediator was not run: mediate(…, direct=True)."
            )
        return self._scaled(moved, scale)

    def effects(self, kind: Kind = "indirect", scale: Scale = "log odds") -> Floats:
        """Return the mean effect through (or past) each mediator, shape (layers, units)."""
        means: Floats = self.per_pair(kind, scale).mean(axis=0)
        return means

    def intervals(
        self, kind: Kind = "indirect", scale: Scale = "log odds"
    ) -> tuple[Floats, Floats]:
        """Return the ends of the 95 % bootstrap intervals over pairs, each (layers, units)."""
        return intervals_of(self.per_pair(kind, scale))

    def total(self, scale: Scale = "log odds") -> Effect:
        """Return the total effect."""
        return _effect(self._scaled(self.log_odds_set, scale))

    def indirect_through_all(self, scale: Scale = "log odds") -> Effect | None:
        """Return the effect through all mediators together; None where it was not run."""
        if self.log_odds_together is None:
            return None
        return _effect(self._scaled(self.log_odds_together[:, -1], scale))

    def direct_past_all(self, scale: Scale = "log odds") -> Effect | None:
        """Return the effect with all mediators as under the base prompt; None where not run."""
        if self.log_odds_past_all is None:
            return None
        return _effect(self._scaled(self.log_odds_past_all, scale))

    def _scaled(self, log_odds: Floats, scale: Scale) -> Floats:
        check_option("scale", scale, get_args(Scale))
        null = self.log_odds_null.reshape(-1, *[1] * (log_odds.ndim - 1))
        moved: Floats = log_odds - null
        return moved if scale == "log odds" else np.asarray(np.expm1(moved))

    def top(self, count: int = 10) -> list[Unit]:
        """Return the mediators with the largest mean indirect effects, by size."""
        sizes = np.abs(self.effects())
        order = np.argsort(-sizes, axis=None, kind="stable")[: max(0, count)]
        return [divmod(int(place), sizes.shape[1]) for place in order]

    def name(self, unit: Unit) -> str:
        """Return what a mediator is called: ``L10H3``, ``L10N345``, ``L10`` or ``L10@-2``."""
        layer, place = unit
        if self.mediators == "layers":
            return f"L{layer}"
        if self.mediators == "positions":
            return f"L{layer}@{place - self.exact.shape[1]}"
        return f"L{layer}{'H' if self.mediators == 'heads' else 'N'}{place}"

    # ------------------------------------------------------------------ concentration

    def concentration(self) -> Any:
        """Return how much of the effect the largest mediators have together.

        One row for each number of mediators: `mediators`, the mean `effect` in log-odds with `low`
        and `high`, and its `share` of the total effect.

        Raises
        ------
        PromptError
            Where sets were not run: for layers and positions.
        """
        from causal_magics.probing.mediation_report import concentration_frame

        return concentration_frame(self)

    def sparsity(self, share: float = 0.8) -> int | None:
        """Return the smallest number of mediators run together that has a share of the total.

        None where no number reaches it, sets were not run, or the total is next to nothing.
        """
        total = self.total().mean
        if self.log_odds_together is None or abs(total) < SMALL:
            return None
        moved = self._scaled(self.log_odds_together, "log odds").mean(axis=0)
        reached = np.sign(total) * moved >= share * abs(total)
        enough = (size for size, far in zip(self.sizes, reached, strict=True) if far)
        return min(enough, default=None)

    def carriers(self, share: float = 0.8) -> list[Unit]:
        """Return the mediators that `sparsity` counts, the largest first; none where it is None."""
        places = joint_order(self.effects(), self.total().mean)[: self.sparsity(share) or 0]
        return [divmod(int(place), self.exact.shape[1]) for place in places]

    @property
    def screening_correlation(self) -> float | None:
        """Spearman's rank correlation of estimated and exact effects over what was run.

        None where nothing was screened, or fewer than three mediators were run.
        """
        from scipy.stats import spearmanr

        if self.estimated is None:
            return None
        ours, theirs = self.effects()[self.exact], self.estimated.mean(axis=0)[self.exact]
        if len(ours) < 3 or np.ptp(ours) == 0 or np.ptp(theirs) == 0:
            return None
        return float(spearmanr(ours, theirs)[0])

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers should know, one line each."""
        from causal_magics.probing.mediation_report import notes_of

        return notes_of(self)

    # ------------------------------------------------------------------ views

    @cached_property
    def graph(self) -> CausalGraph:
        """The largest mediators between prompt and answer, as a causal graph."""
        return self.paths()

    def paths(self, count: int = DRAWN) -> CausalGraph:
        """Draw the largest mediators as a causal graph: prompt → mediators → answer.

        Edges into the answer have the bits by which the log-odds move through the mediator alone.

        Parameters
        ----------
        count : int
            How many mediators.
        """
        graph = CausalGraph.parse("prompt [exposure]\nanswer [outcome]\nprompt -> answer")
        means = self.effects()
        for unit in self.top(count):
            bits = float(means[unit]) / math.log(2.0)
            graph = graph.add_node(self.name(unit)).add_edge("prompt", self.name(unit))
            graph = graph.add_edge(self.name(unit), "answer", bits=round(bits, 3))
        return graph

    def head_panels(self) -> Sequence[HeadPanel]:
        """Return the effects as a head map shows them.

        Raises
        ------
        PromptError
            Where the mediators are no heads.
        """
        if self.mediators != "heads":
            raise PromptError(
                f"Expected the mediation of heads for a head map, got that of {self.mediators}."
            )
        panels = []
        for kind in get_args(Kind):
            if kind == "direct" and self.log_odds_direct is None:
                continue
            low, high = self.intervals(kind)
            panels.append(
                HeadPanel(f"{kind} effect", self.effects(kind), low, high, "nats", self.exact)
            )
        return panels

    def __repr__(self) -> str:
        pairs = "1 pair" if len(self.pairs) == 1 else f"{len(self.pairs)} pairs"
        largest = ", ".join(self.name(unit) for unit in self.top(3))
        return (
            f"<Mediation by {self.mediators} ({self.how}) of {self.model_id}: {pairs}, total "
            f"effect {self.total().mean:+.2f} nats, largest {largest}>"
        )

    def _repr_html_(self) -> str:
        from causal_magics.probing.mediation_report import html_of

        return html_of(self)

    def to_frame(self) -> Any:
        """Return one row per mediator, the largest effect first.

        Columns `mediator`, `layer`, `unit`, `indirect`, `low`, `high` (log-odds), `ratio`, `exact`,
        and `direct` where it was run.
        """
        from causal_magics.probing.mediation_report import effects_frame

        return effects_frame(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the indirect effects: layers downwards, heads or positions to the right.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.probing.mediation_plotting import plot_effects

        return plot_effects(self, ax)

    def plot_concentration(self, ax: Axes | None = None) -> Axes:
        """Draw the effect of the largest mediators together, over their number.

        Raises
        ------
        PromptError
            Where sets were not run.
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.probing.mediation_plotting import plot_concentration

        return plot_concentration(self, ax)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the result to a file (NumPy's npz, no pickles).

        Raises
        ------
        StorageError
            Where it cannot be written; what stood there before stays.
        """
        from causal_magics.probing.mediation_storage import save_mediation

        save_mediation(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Mediation:
        """Read what `save` wrote.

        Raises
        ------
        PromptError
            Where the file is no saved mediation.
        """
        from causal_magics.probing.mediation_storage import load_mediation

        return load_mediation(path)


def joint_order(means: Floats, total: float) -> NDArray[np.int64]:
    """Return the places of mediators in the order in which they are run together.

    Those come first whose mean effects go farthest in the direction of the total.
    """
    return np.argsort(-(np.sign(total) or 1.0) * means, axis=None, kind="stable")


def _effect(per_pair: Floats) -> Effect:
    low, high = intervals_of(per_pair[:, None])
    return Effect(float(per_pair.mean()), float(low[0]), float(high[0]))


def intervals_of(per_pair: Floats) -> tuple[Floats, Floats]:
    """Return percentile intervals over resampled pairs."""
    count = len(per_pair)
    if count < 2:
        nothing = np.full(per_pair.shape[1:], np.nan)
        return nothing, nothing
    drawn = np.random.default_rng(0).multinomial(count, np.full(count, 1.0 / count), RESAMPLES)
    means = (drawn / count) @ per_pair.reshape(count, -1)
    ends = np.quantile(means, [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0], axis=0)
    return ends[0].reshape(per_pair.shape[1:]), ends[1].reshape(per_pair.shape[1:])

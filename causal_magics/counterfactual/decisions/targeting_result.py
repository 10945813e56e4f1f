"""`Targeting`: whom to treat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Bounds, Floats
from causal_magics.counterfactual.bounding.rounding import settled
from causal_magics.counterfactual.decisions.budget import Envelope
from causal_magics.counterfactual.decisions.flips import Flips, SafeRatio, flips, safe_ratio
from causal_magics.counterfactual.decisions.payoff_weights import largest_weight
from causal_magics.counterfactual.decisions.phase_map import PhaseMap, phase_map
from causal_magics.counterfactual.decisions.rules import (
    Rule,
    criterion,
    greatest_regret,
    verdicts,
)
from causal_magics.counterfactual.frames.arrangement import shown
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds
from causal_magics.graph.drawing_palette import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Picture", "Targeting", "ends_of"]

Picture = Literal["forest", "budget", "phase"]


@dataclass(frozen=True, eq=False, repr=False)
class Targeting:
    """Whom to treat.

    Attributes
    ----------
    bounds : tuple of UnitBounds
        One for each treatment that there is to choose from.
    rule : {"midpoint", "certain", "randomised", "hurwicz"}
    optimism : float
        Of the rule `hurwicz`.
    by_interval : bool
        Whether the ends of the confidence interval decide, not those of the bounds.
    deducted : bool
        Whether costs come off the benefit.
    costs : ndarray of shape (treatments, strata)
        What treating a unit costs, in the units of the budget.
    population : float
        How many units there are in all strata.
    share : ndarray of shape (treatments, strata)
        The share of each stratum's units that gets each treatment.
    chosen : ndarray of bool, shape (strata,)
        Which strata the rule would treat, all or in part, if the budget sufficed.
    envelope : Envelope
        What the budget brings, as it grows.
    """

    bounds: tuple[UnitBounds, ...]
    rule: Rule
    optimism: float
    by_interval: bool
    deducted: bool
    costs: Floats
    population: float
    share: Floats
    chosen: NDArray[np.bool_]
    envelope: Envelope

    @property
    def first(self) -> UnitBounds:
        """The bounds of the first treatment, whose strata are those of all."""
        return self.bounds[0]

    @property
    def units(self) -> Floats:
        """Units of the population in each stratum, shape (strata,)."""
        return np.asarray(self.first.share * self.population)

    @property
    def treated_share(self) -> Floats:
        """The share of each stratum that is treated, shape (strata,)."""
        return np.asarray(self.share.sum(axis=0))

    @property
    def treated(self) -> float:
        """The share of all units that is treated."""
        return float(self.treated_share @ self.first.share)

    @property
    def treatment(self) -> NDArray[np.intp]:
        """The place in `bounds` of the treatment that most of a stratum gets, shape (strata,).

        Where none is treated, of the best one. `share` has all that a stratum is split between.
        """
        return np.asarray(self._mix.argmax(axis=0))

    @property
    def treatment_names(self) -> tuple[str, ...]:
        """The labels of the treatments of each stratum, such as ``mail / call`` in a split one."""
        arms = [shown(each.treated) for each in self.bounds]
        return tuple(
            " / ".join(arm for arm, part in zip(arms, parts, strict=True) if part > 0)
            for parts in self._mix.T.tolist()
        )

    @cached_property
    def _mix(self) -> Floats:
        """The share of each treatment among the treated of a stratum; 1 for the best if none is."""
        treated = self.treated_share
        worth = self.worth
        best = worth.argmax(axis=0)[None] == np.arange(len(worth))[:, None]
        mix: Floats = np.divide(self.share, treated, out=best.astype(float), where=treated > 0)
        whole = mix >= 1 - 1e-9
        return np.where(whole.any(axis=0), whole.astype(float), mix)

    def per_unit(self, values: Floats) -> Floats:
        """Return what a unit has by the decision, shape (strata,).

        Parameters
        ----------
        values : ndarray of shape (treatments, strata)
            What a unit has by each treatment, such as `costs`.

        Returns
        -------
        ndarray of shape (strata,)
            Mean over the treated units of each stratum; of the best treatment where there are none.
        """
        mix = self._mix
        return np.asarray(np.where(mix > 0, mix * values, 0.0).sum(axis=0))

    @property
    def _scale(self) -> float:
        return largest_weight(*(each.payoff for each in self.bounds))

    @cached_property
    def worth(self) -> Floats:
        """What the rule takes for the benefit of a unit, shape (treatments, strata)."""
        ends = self._ends(by_interval=self.by_interval)
        return criterion(*ends, self.rule, self.optimism, scale=self._scale)

    def _ends(self, *, by_interval: bool) -> tuple[Floats, Floats]:
        return ends_of(self.bounds, self.costs, by_interval=by_interval, deducted=self.deducted)

    @property
    def benefit(self) -> Bounds:
        """Bounds on the benefit of a treated unit in each stratum, after costs if deducted.

        Of the best treatment where none is treated, of the mean where several are.
        """
        lower, upper = self._ends(by_interval=False)
        return Bounds(self.per_unit(lower), self.per_unit(upper), "benefit")

    @property
    def interval(self) -> Bounds:
        """The confidence interval of `benefit`; where several are treated, the mean of theirs."""
        lower, upper = self._ends(by_interval=True)
        return Bounds(self.per_unit(lower), self.per_unit(upper), "benefit")

    @property
    def verdict(self) -> NDArray[np.str_]:
        """What is certain: treat, refuse or undecided for each stratum."""
        decided_by = self.interval if self.by_interval else self.benefit
        return verdicts(decided_by.lower, decided_by.upper, scale=self._scale)

    @property
    def decision(self) -> NDArray[np.str_]:
        """What is done in each stratum.

        ``treat``, ``in part`` (the rule draws lots, or the budget ends there), ``refuse``,
        ``undecided`` (with the rule `certain`: 0 lies between the bounds) or ``beyond budget``.
        """
        treated = self.treated_share
        said = np.where(self.chosen, "beyond budget", "refuse")
        if self.rule == "certain":
            said = np.where(~self.chosen & (self.verdict == "undecided"), "undecided", said)
        return np.where(treated >= 1 - 1e-9, "treat", np.where(treated > 1e-9, "in part", said))

    @property
    def total(self) -> Bounds:
        """Bounds on the benefit of all who are treated, over the population."""
        return self.envelope.at(self.envelope.spent)

    @property
    def regret(self) -> Floats:
        """The most benefit that a unit of each stratum may lose by the decision.

        Against the best of all treatments and none, whatever these cost of the budget; with several
        treatments an upper bound, as each may be at the worst end of its own bounds.
        """
        return greatest_regret(*self._ends(by_interval=False), self.share)

    @cached_property
    def flips(self) -> Flips:
        """Where decisions flip as each entry of the payoff moves by itself, without a budget.

        With several treatments, as if there were the first alone.
        """
        costs = self.costs[0] if self.deducted else 0.0
        return flips(self.first, rule=self.rule, optimism=self.optimism, costs=costs)

    @cached_property
    def safe_ratio(self) -> SafeRatio:
        """How much worse harm may be than benefit is good; of the first treatment."""
        return safe_ratio(self.first)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know of the bounds and of the decisions."""
        said = [note for each in self.bounds for note in each.notes]
        if 0 < self.envelope.budget < self.costs.min() and self.population > 1:
            said.append(
                f"The budget of {self.envelope.budget:g} does not treat one unit; population=1 "
                "makes it a share of all."
            )
        return tuple(dict.fromkeys(said))

    def phase_map(
        self,
        x: Any = None,
        y: Any = None,
        *,
        x_range: tuple[float, float] | None = None,
        y_range: tuple[float, float] | None = None,
        size: int = 40,
    ) -> PhaseMap:
        """Return the decisions over two weights of the first treatment's payoff: `phase_map`."""
        return phase_map(self.first, x, y, x_range=x_range, y_range=y_range, size=size)

    def join(self, frame: Any, name: str = "decision", *, seed: int = 0) -> Any:
        """Return a data frame with a column that says what is done with each row.

        Parameters
        ----------
        frame : pandas, polars, pyarrow or Dask data frame
            With the columns of `by`; its own rows in their order. One of Dask is gathered, and
            comes back as one of pandas.
        name : str
            Of the new column: ``treat`` (with several treatments ``treat: ARM``) or why not, as in
            `decision`; null where the row is of no known stratum.
        seed : int
            For the lots in strata that are treated in part: each has as many treated rows as its
            share says, to the nearest.

        Raises
        ------
        CounterfactualError
            Where the frame lacks a column of `by`, or has the new one already.
        """
        from causal_magics.counterfactual.decisions.targeting_join import join_decisions

        return join_decisions(self, frame, name, seed)

    def to_frame(self) -> Any:
        """Return a row for each stratum: its labels, bounds, verdict and decision.

        ``lower``, ``upper``, ``criterion`` and ``cost`` are of a treated unit; times ``units`` and
        ``treated_share`` they add up to the totals. With several treatments ``treatment`` names
        them (``mail / call`` where a stratum is split), and ``treated_share_mail`` and so on say
        which share of the stratum gets each.
        """
        from causal_magics.counterfactual.decisions.targeting_report import frame_of

        return frame_of(self)

    def picture(
        self, kind: Picture = "forest", *, theme: Theme = "auto", width: float = 700.0, **more: Any
    ) -> str:
        """Return a picture as SVG: ``forest``, ``budget`` or ``phase``.

        Parameters
        ----------
        kind : {"forest", "budget", "phase"}
            Bounds by stratum; benefit over the budget; decisions over two weights.
        theme : {"auto", "light", "dark"}
        width : float
            In px.
        **more
            Of `phase_map`, for a phase map: its weights ``x`` and ``y``, and ``stratum``.
        """
        from causal_magics.counterfactual.decisions.targeting_report import picture_of

        return picture_of(self, kind, theme, width, **more)

    def plot(self, kind: Picture = "forest", ax: Axes | None = None) -> Axes:
        """Draw the bounds by stratum, or the benefit over the budget, with matplotlib."""
        from causal_magics.counterfactual.decisions.targeting_plot import plot_targeting

        return plot_targeting(self, kind, ax)

    def save(self, path: str | PathLike[str]) -> None:
        """Write it to a file, with its bounds; `Targeting.load` reads it."""
        from causal_magics.counterfactual.decisions.targeting_storage import save_targeting

        save_targeting(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Targeting:
        """Read what `save` wrote."""
        from causal_magics.counterfactual.decisions.targeting_storage import load_targeting

        found: Targeting = load_targeting(path)
        return found

    def __len__(self) -> int:
        return len(self.first)

    def __repr__(self) -> str:
        from causal_magics.counterfactual.decisions.targeting_report import describe

        return f"<Targeting: {describe(self)}>"

    def _repr_html_(self) -> str:
        from causal_magics.counterfactual.decisions.targeting_report import html_of

        return html_of(self)


def ends_of(
    several: Sequence[UnitBounds], costs: Floats, *, by_interval: bool, deducted: bool
) -> tuple[Floats, Floats]:
    """Return lower and upper benefits without rounding, shape (treatments, strata)."""
    known = [each.interval if by_interval else each.benefit for each in several]
    off = costs if deducted else 0.0
    scale = largest_weight(*(each.payoff for each in several))
    lower, upper = (np.stack(ends) for ends in zip(*known, strict=True))
    return settled(lower - off, scale), settled(upper - off, scale)

"""`PayoffExplorer`: what treating is worth, chosen by sliders, and whom that treats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import RLock
from typing import Any

import traitlets

from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.decisions.budget import check_budget
from causal_magics.counterfactual.decisions.rules import Rule, check_rule
from causal_magics.counterfactual.decisions.targeting import target
from causal_magics.counterfactual.decisions.targeting_result import Targeting
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds
from causal_magics.errors import CausalMagicsError, EditorError, shorten
from causal_magics.graph.drawing_palette import Theme
from causal_magics.graph.drawing_svg import svg_to_png
from causal_magics.widgets.bundles import STATIC, read_bundle
from causal_magics.widgets.explorer_document import (
    Weights,
    answer_json,
    check_study,
    checked_axes,
    checked_place,
    default_axes,
    described,
    is_on_screen,
    readable_state,
    study_json,
    weights_of,
)
from causal_magics.widgets.explorer_svg import explorer_svg
from causal_magics.widgets.graph_editor import STORED_DELAY
from causal_magics.widgets.head_map import Checked
from causal_magics.widgets.live_widget import KeptWidget
from causal_magics.widgets.timing import Debounced, Worker

__all__ = ["PayoffExplorer", "explore"]

MIME_TYPE = "application/vnd.causal-magics.payoff-explorer+json"
BUNDLE = STATIC / "payoff-explorer.js"
ANSWER_DELAY = 0.12
"""How long sliders rest before the kernel computes, in seconds."""
CHOICES = "weights", "rule", "optimism", "budget", "selected", "axes"


class PayoffExplorer(KeptWidget):
    """Sliders for what treating is worth, and what follows from them.

    Beside them a row for each stratum with the bounds on its benefit, which are above 0 (treat),
    below 0 (refuse) or on both sides of it (undecided); a map of two weights with the lines where
    that flips, for all strata or for the one that is selected; and what a budget brings. The screen
    computes them as the sliders move, where there are two arms and up to four outcome levels; else
    the kernel does.

    Parameters
    ----------
    bounds : UnitBounds
    rule : {"midpoint", "certain", "randomised", "hurwicz"}
        How strata are decided on; see `target`.
    budget : float, optional
        In the units of `costs`; without costs, how many units may be treated.
    costs : float, array_like of shape (strata,), mapping of stratum label to float, optional
        What treating a unit costs; see `target`.
    optimism : float
        Of the rule `hurwicz`.
    axes : two of str or (int, int), optional
        The weights of the phase map, across and upwards.
    title : str
        Shown above.

    Attributes
    ----------
    weights : tuple of tuple of float
        What treating is worth, as the screen has it: ``weights[i][k]`` for units with outcome ``i``
        untreated and ``k`` treated. What `bounds` takes as a payoff can be set. `observe` tells of
        every change.
    rule, optimism, budget, axes
        As the screen has them.
    selected : int or None
        Place of the selected stratum.

    Raises
    ------
    EditorError
        Where there is nothing to explore, or too much.
    CounterfactualError
        Where weights, rule, budget or costs cannot be.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    study = traitlets.Dict().tag(sync=True)
    title = Checked("").tag(sync=True)
    weights = Checked(()).tag(sync=True, to_json=lambda rows, _: [list(row) for row in rows])
    rule = Checked("midpoint").tag(sync=True)
    optimism = Checked(0.5).tag(sync=True)
    budget = traitlets.Any(None, allow_none=True).tag(sync=True)
    selected = traitlets.Any(None, allow_none=True).tag(sync=True)
    axes = Checked(()).tag(sync=True, to_json=lambda axes, _: [list(each) for each in axes])
    answer = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        bounds: UnitBounds,
        *,
        rule: Rule = "midpoint",
        budget: float | None = None,
        costs: Any = None,
        optimism: float = 0.5,
        axes: Any = None,
        title: str = "",
    ) -> None:
        self._lock = RLock()
        self._store = Debounced(self._write_stored, STORED_DELAY)
        self._ask = Worker(self._answer, ANSWER_DELAY)
        self._take(check_study(bounds), costs)
        super().__init__(
            study=study_json(bounds, self._each_cost),
            weights=bounds.payoff,
            rule=rule,
            optimism=optimism,
            budget=budget,
            axes=default_axes(len(bounds.levels)) if axes is None else axes,
            title=title,
            answer=answer_json(bounds),
        )
        self.observe(lambda _: self._ask(), "weights")
        self.observe(lambda _: self._store(), [*CHOICES, "title"])

    @traitlets.default("_esm")
    def _default_esm(self) -> str:
        return read_bundle(BUNDLE)

    def _take(self, bounds: UnitBounds, costs: Any) -> None:
        self._study_of = self._latest = bounds
        self._costs = costs
        self._each_cost = target(bounds, costs=costs).costs[0]

    # ------------------------------------------------------------------ what is chosen

    @property
    def payoff(self) -> Payoff:
        """What treating is worth, as the sliders stand."""
        return Payoff(self.weights)

    @property
    def bounds(self) -> UnitBounds:
        """The bounds on the benefit of the payoff as it is."""
        with self._lock:
            payoff = self.payoff
            if self._latest.payoff != payoff:
                self._latest = self._study_of.with_payoff(payoff)
            return self._latest

    @property
    def targeting(self) -> Targeting:
        """Whom the payoff, the rule and the budget treat."""
        optimism = self.optimism if self.rule == "hurwicz" else 0.5
        return target(
            self.bounds, self.budget, rule=self.rule, optimism=optimism, costs=self._costs
        )

    def show(self, bounds: UnitBounds, *, costs: Any = None) -> None:
        """Show other bounds in place; weights stay where they have the same outcome levels.

        Parameters
        ----------
        bounds : UnitBounds
        costs : float, array_like of shape (strata,), mapping of stratum label to float, optional

        Raises
        ------
        EditorError
            Where there is nothing to explore, or too much.
        """
        checked, levels = check_study(bounds), self._study_of.levels
        with self._lock, self.hold_sync():
            self._take(checked, costs)
            self.selected = None
            if checked.levels != levels:
                self.weights = checked.payoff
                self.axes = default_axes(len(checked.levels))
            self.study = study_json(checked, self._each_cost)
            self.answer = answer_json(self.bounds)
        self._write_stored()

    def close(self) -> None:
        """Leave the screen; what is chosen can still be read."""
        self._store.cancel()
        self._ask.end()
        super().close()

    # ------------------------------------------------------------------ checks

    @traitlets.validate("weights")
    def _known_weights(self, proposal: Mapping[str, Any]) -> Weights:
        return weights_of(proposal["value"], self._study_of)

    @traitlets.validate("rule")
    def _known_rule(self, proposal: Mapping[str, Any]) -> Rule:
        check_rule(proposal["value"], 0.5)
        rule: Rule = proposal["value"]
        return rule

    @traitlets.validate("optimism")
    def _known_optimism(self, proposal: Mapping[str, Any]) -> float:
        check_rule("hurwicz", proposal["value"])
        return float(proposal["value"])

    @traitlets.validate("budget")
    def _known_budget(self, proposal: Mapping[str, Any]) -> float | None:
        value = proposal["value"]
        number = check_budget(value)
        return None if value is None or number == float("inf") else number

    @traitlets.validate("selected")
    def _known_stratum(self, proposal: Mapping[str, Any]) -> int | None:
        return checked_place(proposal["value"], len(self._study_of))

    @traitlets.validate("axes")
    def _known_axes(self, proposal: Mapping[str, Any]) -> Any:
        return checked_axes(proposal["value"], self._study_of.levels)

    @traitlets.validate("title")
    def _known_title(self, proposal: Mapping[str, Any]) -> str:
        value = proposal["value"]
        if isinstance(value, str):
            return value
        raise EditorError(f"Expected a title as text, got {shorten(repr(value))[1:-1]}.")

    # ------------------------------------------------------------------ the screen

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take from a screen what it chose, where that can be."""
        levels, strata = len(self._study_of.levels), len(self._study_of)
        state = readable_state(sync_data, levels, strata)
        if state:
            super().set_state(state)

    def _answer(self) -> None:
        """Tell the screens what the kernel alone knows of the payoff."""
        try:
            answer = answer_json(self.bounds)
        except CausalMagicsError as error:
            answer = {"weights": [list(row) for row in self.weights], "failure": str(error)}
        if self.comm is not None:
            self.answer = answer

    # ------------------------------------------------------------------ display

    def to_svg(self, *, theme: Theme = "auto", width: float = 700.0) -> str:
        """Draw the bounds by stratum, the phase map and the budget as they are now.

        `targeting.picture` draws each by itself. There is no phase map where the kernel computes
        the bounds, nor of more than 2,000 strata.

        Parameters
        ----------
        theme : {"auto", "light", "dark"}
        width : float
            In px, from 420.
        """
        return explorer_svg(
            self.targeting, self.axes, self.selected,
            mapped=is_on_screen(self._study_of), theme=theme, width=width, title=self.title,
        )  # fmt: skip

    def to_png(self, *, theme: Theme = "light", width: float = 700.0, zoom: float = 2.0) -> bytes:
        """Draw the same as PNG.

        Raises
        ------
        MissingDependencyError
            Where `resvg-py` (the extra `png`) is not installed.
        """
        plain: Theme = "light" if theme == "auto" else theme
        return svg_to_png(self.to_svg(theme=plain, width=width), zoom)

    def __repr__(self) -> str:
        number = len(self._study_of)
        strata = "1 stratum" if number == 1 else f"{number:,} strata"
        return f"<PayoffExplorer: {described(self.payoff)}, {strata}>"

    def _kept(self) -> dict[str, Any]:
        """Return what the notebook keeps, by MIME type."""
        state = self.get_state([*CHOICES, "study", "title", "answer"])
        return {
            MIME_TYPE: {"version": 1, **state},
            "image/svg+xml": self.to_svg(),
            "text/plain": repr(self),
        }


def explore(
    bounds: UnitBounds,
    *,
    rule: Rule = "midpoint",
    budget: float | None = None,
    costs: Any = None,
    optimism: float = 0.5,
    axes: Sequence[str] | None = None,
    title: str = "",
) -> PayoffExplorer:
    """Explore by sliders what treating is worth, and whom that treats.

    Parameters
    ----------
    bounds : UnitBounds
        What `bounds` returns.
    rule : {"midpoint", "certain", "randomised", "hurwicz"}
        How strata are decided on; see `target`.
    budget : float, optional
        In the units of `costs`; without costs, how many units may be treated.
    costs : float, array_like of shape (strata,), mapping of stratum label to float, optional
        What treating a unit costs; see `target`.
    optimism : float
        Of the rule `hurwicz`, from 0 to 1.
    axes : two of str or (int, int), optional
        The weights of the phase map, across and upwards, such as ``("complier", "defier")``.
    title : str
        Shown above.

    Returns
    -------
    PayoffExplorer
        A widget; as the last expression of a cell it is shown. Its `weights`, `payoff`, `bounds`
        and `targeting` are as the screen has them; `weights` can be set.

    Raises
    ------
    EditorError
        Where there is nothing to explore, or too much.
    CounterfactualError
        Where an option cannot be.
    """
    return PayoffExplorer(
        bounds, rule=rule, budget=budget, costs=costs, optimism=optimism, axes=axes, title=title
    )

"""Bounds by stratum as a line, a table and HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Bounds, Floats
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.frames.arrangement import shown
from causal_magics.counterfactual.pictures.bounds_forest_svg import Forest, bounds_forest_svg
from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.errors import shorten

if TYPE_CHECKING:
    from causal_magics.counterfactual.frames.unit_bounds import UnitBounds

__all__ = ["describe", "first_by_midpoint", "frame_of", "html_of"]

_ROWS = 30
_ROWS_AS = {
    "experiment": ", rows as an experiment",
    "observations": ", rows as observations",
    "both": "",
}


def describe(bounds: UnitBounds) -> str:
    """Return one line: what is bounded, over all units, in how many strata."""
    quantity = bounds.benefit.quantity or "benefit"
    ends = f"[{bounds.overall.lower:.4g}, {bounds.overall.upper:.4g}]"
    number = len(bounds)
    strata = f", {number:,} {'stratum' if number == 1 else 'strata'}" if bounds.by else ""
    held = ", monotone" if bounds.monotone else ""
    sources = {group.sources for group in bounds.groups}
    rows = "" if len(sources) > 1 else _ROWS_AS[sources.pop()]
    return (
        f"{quantity} of {_short(bounds.treatment)} ({_short(bounds.treated)} for "
        f"{_short(bounds.untreated)}) on {_short(bounds.outcome)} in {ends}{strata}{held}{rows}"
    )


def frame_of(bounds: UnitBounds) -> Any:
    """Return a row for each stratum."""
    columns: dict[str, Any] = {"units": bounds.units, "share": bounds.share}
    if len(bounds.levels) == 2 and any(group.sources != "observations" for group in bounds.groups):
        columns["p_treated"] = _experimental(bounds, 1)
        columns["p_untreated"] = _experimental(bounds, 0)
    columns |= _ends("", bounds.benefit)
    columns |= _ends("interval_", bounds.interval)
    if len(bounds.levels) == 2:
        for name, found in (("pns_", bounds.pns), ("pn_", bounds.pn), ("ps_", bounds.ps)):
            if name != "pns_" or bounds.payoff != Payoff.pns():
                columns |= _ends(name, found)
    taken = set(bounds.by)
    free = {_free(name, taken): column for name, column in columns.items()}
    return new_frame({**bounds.strata, **free})


def html_of(bounds: UnitBounds) -> str:
    """Return what a notebook shows: one line, a picture, notes, and the first strata."""
    first = bounds.take(first_by_midpoint(bounds, _ROWS))
    picture = bounds_forest_svg(Forest.of_bounds(first), title=_heading(bounds, len(first)))
    interval = bounds.overall_interval
    level = f"{100 * bounds.confidence:g} %"
    ends = _written(interval.lower, interval.upper)
    line = f"{describe(bounds)}; " + (
        f"{level} interval {ends}" if ends else f"no {level} interval"
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in bounds.notes)
    rows = [
        [
            first.label(z), f"{first.units[z]:,.6g}", f"{bounds_share:.2%}",
            _written(first.benefit.lower[z], first.benefit.upper[z]),
            _written(first.interval.lower[z], first.interval.upper[z]) or "none",
        ]
        for z, bounds_share in enumerate(first.units / bounds.units.sum())
    ]  # fmt: skip
    table = html_table(["stratum", "units", "share", "bounds", f"{level} interval"], rows)
    summary = "all strata as numbers" if len(first) == len(bounds) else f"the first {len(first)}"
    return (
        f"<p>{escape(line)}</p><div>{picture}</div><ul>{notes}</ul>"
        f"<details><summary>{summary}</summary>{table}</details>"
    )


def first_by_midpoint(bounds: UnitBounds, most: int) -> NDArray[np.intp]:
    """Return the places of the strata with the greatest midpoints, at most so many."""
    midpoints = bounds.benefit.midpoint
    if len(midpoints) > most:
        chosen = np.argpartition(-midpoints, most - 1)[:most]
    else:
        chosen = np.arange(len(midpoints))
    return np.asarray(chosen[np.lexsort((chosen, -midpoints[chosen]))])


def _heading(bounds: UnitBounds, drawn: int) -> str:
    quantity = bounds.benefit.quantity or "benefit"
    if drawn == len(bounds):
        return f"{quantity} of treating, {bounds.overall.lower:.3g} to {bounds.overall.upper:.3g}"
    return f"{quantity} of treating: the first {drawn} of {len(bounds):,} strata"


def _experimental(bounds: UnitBounds, arm: int) -> Floats:
    """Return P(Y_arm = 1) of each stratum, NaN where there is no experiment."""
    found = np.full(len(bounds), np.nan)
    for group in bounds.groups:
        if group.distributions.experimental is not None:
            found[group.strata] = group.distributions.experimental[:, arm, 1]
    return found


def _ends(prefix: str, found: Bounds) -> dict[str, Any]:
    return {f"{prefix}lower": found.lower, f"{prefix}upper": found.upper}


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _written(lower: float, upper: float) -> str:
    """Return an interval as text; nothing where there is none."""
    return "" if np.isnan(lower) else f"{lower:.4g} … {upper:.4g}"


def _short(label: Any) -> str:
    return shorten(shown(label), 40)[1:-1]

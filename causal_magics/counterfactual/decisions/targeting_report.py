"""A targeting in words, as a table, in pictures and as HTML."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_magics.counterfactual.decisions.flips import flips, safe_ratio
from causal_magics.counterfactual.frames.arrangement import shown
from causal_magics.counterfactual.frames.strata_frame import strata_frame
from causal_magics.counterfactual.pictures.bounds_forest_svg import MOST, Forest, bounds_forest_svg
from causal_magics.counterfactual.pictures.budget_svg import budget_svg
from causal_magics.counterfactual.pictures.chart_svg import written
from causal_magics.counterfactual.pictures.phase_map_svg import phase_map_svg
from causal_magics.data.html_table import html_table
from causal_magics.data.wording import count
from causal_magics.errors import CounterfactualError, closest, shorten
from causal_magics.graph.drawing_palette import Theme

if TYPE_CHECKING:
    from causal_magics.counterfactual.decisions.targeting_result import Targeting

__all__ = ["describe", "frame_of", "html_of", "picture_of"]

_PICTURES = ("forest", "budget", "phase")
_ROWS = 30


def describe(targeting: Targeting) -> str:
    """Return one line: how many strata and units are treated, and what that brings."""
    decided = Counter(targeting.decision.tolist())
    strata = len(targeting.first)
    whole = f"{count(decided['treat'], 'stratum')} of {strata:,}".replace("stratums", "strata")
    part = f" and {decided['in part']:,} in part" if decided["in part"] else ""
    total, envelope = targeting.total, targeting.envelope
    ends = f"[{total.lower:.4g}, {total.upper:.4g}]"
    population = targeting.population
    units = count(round(population), "unit") if population < 1e15 else f"{population:g} units"
    over = f" over {units}" if population >= 1.5 else " a unit"
    spent = ""
    if math.isfinite(envelope.budget):
        what = "" if envelope.unit == "cost" else f" {envelope.unit}"
        spent = f", {envelope.spent:,.6g} of {envelope.budget:,.6g}{what} spent"
        if envelope.unit != "cost":
            spent = f", {envelope.spent:,.6g} of {envelope.budget:,.6g} {envelope.unit}"
    return (
        f"{targeting.rule}, treat {whole}{part} ({100 * targeting.treated:.1f} % of units), "
        f"benefit in {ends}{over}{spent}"
    )


def frame_of(targeting: Targeting) -> Any:
    """Return a row for each stratum."""
    first, benefit, interval = targeting.first, targeting.benefit, targeting.interval
    named: dict[str, Any] = {}
    parts: dict[str, Any] = {}
    if len(targeting.bounds) > 1:
        named = {"treatment": np.array(targeting.treatment_names, dtype=object)}
        for each, share in zip(targeting.bounds, targeting.share, strict=True):
            parts[_free(f"treated_share_{shown(each.treated)}", parts)] = share
    return strata_frame(first.strata, np.arange(len(first)), {
        "share": first.share,
        "units": targeting.units,
        **named,
        "lower": benefit.lower,
        "upper": benefit.upper,
        "interval_lower": interval.lower,
        "interval_upper": interval.upper,
        "criterion": targeting.per_unit(targeting.worth),
        "cost": targeting.per_unit(targeting.costs),
        "verdict": targeting.verdict.tolist(),
        "decision": targeting.decision.tolist(),
        "treated_share": targeting.treated_share,
        **parts,
        "regret": targeting.regret,
    })  # fmt: skip


def _free(name: str, taken: Container[str]) -> str:
    """Return a name that is not taken; bounds of one arm may be given twice."""
    while name in taken:
        name += "_"
    return name


def picture_of(targeting: Targeting, kind: str, theme: Theme, width: float, **more: Any) -> str:
    """Return a picture as SVG; see `Targeting.picture`.

    Raises
    ------
    CounterfactualError
        Where the picture is none of those.
    """
    if kind == "phase":
        stratum = more.pop("stratum", None)
        return phase_map_svg(targeting.phase_map(**more), stratum, theme=theme, width=width)
    if kind == "forest":
        forest = Forest.of_targeting(targeting, more.pop("most", MOST))
        return bounds_forest_svg(forest, theme=theme, width=width, **more)
    if kind == "budget":
        return budget_svg(targeting.envelope, theme=theme, width=width, **more)
    hint = closest(str(kind), _PICTURES)
    raise CounterfactualError(
        f"Expected a picture among {', '.join(_PICTURES)}, got {shorten(str(kind))}."
        + (f" Did you mean {hint}?" if hint else "")
    )


def html_of(targeting: Targeting) -> str:
    """Return what a notebook shows: one line, the bounds by stratum, the budget, and a table."""
    parts = [f"<p>{escape(describe(targeting))}</p>"]
    parts.append(f"<div>{picture_of(targeting, 'forest', 'auto', 700.0)}</div>")
    if math.isfinite(targeting.envelope.budget):
        parts.append(f"<div>{picture_of(targeting, 'budget', 'auto', 700.0)}</div>")
    parts.append(_flips(targeting))
    parts += [f"<p>{escape(note)}</p>" for note in targeting.notes]
    return "".join(parts)


def _flips(targeting: Targeting) -> str:
    """Return a table of the nearest flip and the safe ratio of each stratum."""
    order = np.argsort(-targeting.worth.max(axis=0), kind="stable")
    shown_first = order[:_ROWS]
    first = targeting.first.take(shown_first)
    costs = targeting.costs[0, shown_first] if targeting.deducted else 0.0
    rule, optimism = targeting.rule, targeting.optimism
    nearest = flips(first, rule=rule, optimism=optimism, costs=costs).nearest
    told = {
        stratum: f"treat for {nearest.weights[which].name} {side} {written(at)}"
        for stratum, which, at, side in zip(
            nearest.stratum.tolist(), nearest.moved.tolist(), nearest.at.tolist(),
            np.where(nearest.after == "treat", "above", "below").tolist(), strict=True,
        )
    }  # fmt: skip
    safe = safe_ratio(first)
    rows = [
        [
            first.label(stratum), written(safe.treat_below[stratum]),
            written(safe.refuse_above[stratum]), told.get(stratum, "none"),
        ]
        for stratum in range(len(first))
    ]  # fmt: skip
    more = f", the first {_ROWS} of {len(order):,}" if len(order) > _ROWS else ""
    head = ["stratum", "treat for harm below", "refuse for harm above", "nearest flip"]
    table = html_table(head, rows, "Harm is priced in units of benefit (safe ratio).")
    return f"<details><summary>which strata flip, and where{more}</summary>{table}</details>"

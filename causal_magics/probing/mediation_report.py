"""A mediation as tables, sentences and HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.errors import PromptError

if TYPE_CHECKING:
    from causal_magics.probing.mediation_result import Effect, Mediation

__all__ = ["concentration_frame", "effects_frame", "html_of", "notes_of"]

_SHOWN = 10


def effects_frame(mediation: Mediation) -> Any:
    """Return one row per mediator, the largest first."""
    units = mediation.top(mediation.exact.size)
    layers, places = (np.array(part) for part in zip(*units, strict=True))
    low, high = mediation.intervals()
    columns: dict[str, Any] = {
        "mediator": [mediation.name(unit) for unit in units],
        "layer": layers,
        "unit": places,
        "indirect": mediation.effects()[layers, places],
        "low": low[layers, places],
        "high": high[layers, places],
        "ratio": mediation.effects(scale="ratio")[layers, places],
        "exact": mediation.exact[layers, places],
    }
    if mediation.log_odds_direct is not None:
        columns["direct"] = mediation.effects("direct")[layers, places]
    return new_frame(columns)


def concentration_frame(mediation: Mediation) -> Any:
    """Return one row for each number of mediators that were run together."""
    from causal_magics.probing.mediation_result import SMALL, intervals_of

    together = mediation.log_odds_together
    if together is None:
        raise PromptError(
            f"Expected mediators that can be run together, heads or neurons, got "
            f"{mediation.mediators}, or a run that was stopped."
        )
    moved = together - mediation.log_odds_null[:, None]
    low, high = intervals_of(moved)
    mean, total = moved.mean(axis=0), mediation.total().mean
    share = mean / total if abs(total) >= SMALL else np.full(len(mean), np.nan)
    return new_frame(
        {
            "mediators": list(mediation.sizes), "effect": mean, "low": low, "high": high,
            "share": share,
        }
    )  # fmt: skip


def notes_of(mediation: Mediation) -> tuple[str, ...]:
    """Return what a reader of the numbers should know."""
    from causal_magics.probing.mediation_result import SMALL

    notes = []
    total = mediation.log_odds_set - mediation.log_odds_null
    if len(mediation.pairs) == 1:
        notes.append("One pair has no interval.")
    small = int((np.abs(total) < SMALL).sum())
    if small:
        notes.append(
            f"The total effect is next to nothing ({SMALL} nats) in {small} of {len(total)} pairs."
        )
    against = int((np.sign(total) != np.sign(total.mean())).sum())
    if against:
        notes.append(f"It goes against the mean in {against} of {len(total)} pairs.")
    if not mediation.exact.all():
        run = int(mediation.exact.sum())
        correlation = mediation.screening_correlation
        told = (
            ""
            if correlation is None
            else f"; among those run, the rank correlation with estimates is {correlation:.2f}"
        )
        notes.append(
            f"{run} of {mediation.exact.size:,} mediators were run, others estimated{told}."
        )
    if mediation.mediators == "heads" and mediation.how == "output":
        notes.append(
            "All heads' outputs together fix what the last token sees: through them flows the "
            "total. Attention weights alone (how='attention') can have a smaller part."
        )
    if mediation.interrupted:
        notes.append("The run was stopped; pairs that were not finished are left out.")
    return tuple(notes)


def html_of(mediation: Mediation, *, picture: bool = True) -> str:
    """Return totals, the largest mediators, and the map of heads where there are heads."""
    from causal_magics.language.head_map_svg import head_map_svg

    through, past = mediation.indirect_through_all, mediation.direct_past_all
    totals = [
        [name, _shown(effect("log odds")), _shown(effect("ratio"))]
        for name, effect in (
            ("total", mediation.total), (f"through all {mediation.mediators}", through),
            (f"past all {mediation.mediators}", past),
        )
    ]  # fmt: skip
    low, high = mediation.intervals()
    means, ratios = mediation.effects(), mediation.effects(scale="ratio")
    rows = [
        [
            mediation.name(unit), f"{means[unit]:+.3f}", f"{low[unit]:+.3f} … {high[unit]:+.3f}",
            f"{ratios[unit]:+.3f}", "" if mediation.exact[unit] else "estimated",
        ]
        for unit in mediation.top(_SHOWN)
    ]  # fmt: skip
    drawn = picture and mediation.mediators == "heads"
    map_of_heads = f"<div>{head_map_svg(mediation)}</div>" if drawn else ""
    notes = "".join(f"<li>{escape(note)}</li>" for note in mediation.notes)
    return (
        html_table(["effect", "log-odds, nats", "ratio"], totals, repr(mediation)[1:-1])
        + map_of_heads
        + html_table(["mediator", "indirect, nats", "95 %", "ratio", ""], rows)
        + (f"<ul>{notes}</ul>" if notes else "")
    )


def _shown(effect: Effect | None) -> str:
    return "not run" if effect is None else str(effect)

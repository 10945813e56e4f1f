"""How a `Narrowing` reads: as text, as HTML, as a table."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from causal_magics.counterfactual.bounding.bounds import Bounds
from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table

if TYPE_CHECKING:
    import pandas as pd

    from causal_magics.counterfactual.graphs.narrowing import Narrowing

__all__ = ["as_frame", "as_html", "as_text", "interval", "summary"]

SHOWN = 5e-4
"""Gains from which a step is told in the text."""
START = "observations alone"


def summary(found: Narrowing) -> str:
    """Return the result in one sentence."""
    x, (untreated, treated) = found.treatment, found.arms
    what = f"{found.bounds.quantity} of {x} ({treated} against {untreated}) on {found.outcome}"
    if found.bounds.is_point:
        told = f"The {what} is {_number(found.bounds.midpoint, 4)}"
    else:
        told = f"The {what} is between {_ends(found.bounds)}"
    if found.gain > 0:
        return f"{told}; without the graph, between {_ends(found.start)}."
    return f"{told}; the graph narrows nothing."


def as_text(found: Narrowing) -> str:
    """Return the stable text: the sentence, then a line for each step and note."""
    lines = [f"<Narrowing: {summary(found)}"]
    lines += [f"  {step}" for step in found.steps if step.gain >= SHOWN]
    lines += [f"  note: {note}" for note in found.notes]
    return "\n".join(lines) + ">"


def as_html(found: Narrowing) -> str:
    """Return the sentence, a table of the steps and the notes."""
    rows = [[START, interval(found.start), "", ""]]
    rows += [
        [
            step.words,
            interval(step.after),
            f"−{step.gain:.3f}" if step.gain > 0 else "0",
            step.reason,
        ]
        for step in found.steps
    ]
    notes = "".join(f"<p>{escape(note)}</p>" for note in found.notes)
    head = ["by", found.bounds.quantity, "gain", "why"]
    return html_table(head, rows, summary(found), prose=("by", "why")) + notes


def as_frame(found: Narrowing) -> pd.DataFrame:
    """Return a row for the start and for each step."""
    every = [found.start, *(step.after for step in found.steps)]
    frame: pd.DataFrame = new_frame({
        "by": [START, *(step.words for step in found.steps)],
        "kind": ["start", *(step.kind for step in found.steps)],
        "lower": [bounds.lower for bounds in every],
        "upper": [bounds.upper for bounds in every],
        "gain": [0.0, *(step.gain for step in found.steps)],
        "reason": ["", *(step.reason for step in found.steps)],
    })  # fmt: skip
    return frame


def interval(bounds: Bounds) -> str:
    """Return both ends as text, such as ``0.000 – 0.642``."""
    return " – ".join(_number(end, 3) for end in bounds)


def _ends(bounds: Bounds) -> str:
    return " and ".join(_number(end, 4) for end in bounds)


def _number(value: float, digits: int) -> str:
    """Return a number, without a minus before a 0."""
    return f"{round(float(value), digits) + 0.0:.{digits}f}"

"""A probe as frames and as HTML."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.probing.entailment import HOW_TO_SELECT
from causal_magics.probing.findings import Finding
from causal_magics.probing.slopes import Slope

if TYPE_CHECKING:
    from causal_magics.probing.probe import Probe

__all__ = ["html_of", "mass_frame", "notes_of", "slopes_frame", "templates_frame"]

NOT_INDEPENDENT = (
    "Training texts are not independent draws: what is copied often counts often. Intervals are "
    "over templates and values, not over texts."
)


def notes_of(probe: Probe) -> tuple[str, ...]:
    """Return what a reader of the numbers should know."""
    notes = []
    if not probe.graph.selections:
        notes.append(HOW_TO_SELECT)
    for finding in probe.findings:
        low = finding.low_mass_values(probe.low_mass)
        if low:
            shown = ", ".join(low[:5]) + (f" and {len(low) - 5} more" if len(low) > 5 else "")
            notes.append(
                f"The words of {finding.response} have a mass below {probe.low_mass:.2%} after "
                f"{len(low)} of {len(finding.values)} values of {finding.condition}: {shown}."
            )
        if len(finding.templates) > 1 and not np.ptp(finding.curves, axis=0).any():
            notes.append(
                f"All {len(finding.templates)} templates of {finding.condition} and "
                f"{finding.response} give the same probabilities: texts that are alike up to the "
                "words that are scored count as one, unless measure='sentence'."
            )
        if len(finding.templates) == 1:
            notes.append(
                f"{finding.condition} and {finding.response} stand in one template: its wording "
                "may be all that is measured."
            )
    if probe.unmeasured:
        pairs = ", ".join(f"{pair.a} and {pair.b}" for pair in probe.unmeasured)
        notes.append(f"In no template together, with words to be scored: {pairs}.")
    return (*notes, NOT_INDEPENDENT)


def _rows(probe: Probe) -> Iterator[tuple[Finding, Slope]]:
    for finding in probe.findings:
        for each in (*finding.slopes, *finding.differences):
            yield finding, each


def slopes_frame(probe: Probe) -> Any:
    """Return one row per pair and group, and per difference of groups."""
    rows = list(_rows(probe))
    return new_frame({
        "condition": [finding.condition for finding, _ in rows],
        "response": [finding.response for finding, _ in rows],
        "given": [", ".join(finding.given) for finding, _ in rows],
        "entailed": [finding.entailment.kind for finding, _ in rows],
        "path": [finding.entailment.path or "" for finding, _ in rows],
        "group": [each.group for _, each in rows],
        "per_step": [each.per_step for _, each in rows],
        "low": [each.low for _, each in rows],
        "high": [each.high for _, each in rows],
        "r": [each.r for _, each in rows],
        "template_sd": [each.spread for _, each in rows],
        "same_sign": [each.same_sign for _, each in rows],
        "templates": [len(finding.templates) for finding, _ in rows],
        "verdict": [finding.verdict for finding, _ in rows],
    })  # fmt: skip


def templates_frame(probe: Probe) -> Any:
    """Return the slope of each template."""
    rows = [
        (text, finding.condition, finding.response, each.group, step)
        for finding, each in _rows(probe)
        for text, step in zip(finding.templates, each.by_template, strict=True)
    ]
    names = ("template", "condition", "response", "group", "per_step")
    return new_frame({name: [row[i] for row in rows] for i, name in enumerate(names)})


def mass_frame(probe: Probe) -> Any:
    """Return the mass of the listed words after each value."""
    rows = [
        (finding.condition, finding.response, value, float(mass), bool(mass < probe.low_mass))
        for finding in probe.findings
        for value, mass in zip(finding.values, finding.mass, strict=True)
    ]
    names = ("condition", "response", "value", "mass", "low")
    return new_frame({name: [row[i] for row in rows] for i, name in enumerate(names)})


def html_of(probe: Probe) -> str:
    """Return what a notebook shows of a probe."""
    head = [
        "group", "slope, pp a step", f"{probe.level:.0%} interval", "r", "sd over templates",
        "same sign",
    ]  # fmt: skip
    tables = "".join(
        html_table(
            head,
            [_cells(each) for each in (*finding.slopes, *finding.differences)],
            _sentence(finding),
        )
        for finding in probe.findings
    )
    others = [[pair.a, pair.b, pair.kind, pair.path or ""] for pair in probe.entailments.pairs]
    notes = "".join(f"<li>{escape(note)}</li>" for note in probe.notes)
    return (
        f"<p>{escape(repr(probe)[1:-1])}</p><div>{probe.graph.to_svg()}</div>"
        f"{tables}<ul>{notes}</ul>"
        "<details><summary>what the graph says of all pairs</summary>"
        f"{html_table(['', '', 'entailed', 'along'], others)}</details>"
    )


def _sentence(finding: Finding) -> str:
    """Return what the graph says of a pair, and what was seen of it."""
    given = f" given {', '.join(finding.given)}" if finding.given else ""
    path = f" along {finding.entailment.path}" if finding.entailment.path else ""
    return (
        f"{finding.condition} and {finding.response}{given}: {finding.entailment.kind}{path}; "
        f"{finding.verdict}."
    )


def _cells(each: Slope) -> list[str]:
    return [
        each.group, f"{each.per_step:+.3f}", f"{each.low:+.3f} to {each.high:+.3f}",
        f"{each.r:+.2f}", f"{each.spread:.3f}",
        f"{each.same_sign:.0%} of {len(each.by_template)}",
    ]  # fmt: skip

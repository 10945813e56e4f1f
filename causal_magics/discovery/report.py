"""A result as HTML: its graph, its episodes, and what is known of each edge."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from causal_magics.graph.elements import Edge, Mark

if TYPE_CHECKING:
    from causal_magics.discovery.result import Discovery

__all__ = ["edges_by_bits", "has_confidence", "html_of"]

_SIGNS: Final[dict[Mark, str]] = {
    "->": "→", "<->": "↔", "--": "—", "@->": "○→", "@-@": "○—○", "@--": "○—",
}  # fmt: skip


def edges_by_bits(discovery: Discovery) -> list[Edge]:
    """Return the edges, what saves most bits first."""
    return sorted(discovery.graph.edges, key=lambda edge: (-(edge.bits or 0.0), edge.key))


def has_confidence(edges: Sequence[Edge]) -> bool:
    """Whether any edge has a confidence: none has where none was asked for."""
    return any(edge.confidence is not None for edge in edges)


def html_of(discovery: Discovery) -> str:
    """Return what a notebook shows of a result."""
    return (
        f"<p>{escape(repr(discovery)[1:-1])}</p><div>{discovery.graph.to_svg()}</div>"
        f"{_timeline(discovery)}{_table(discovery)}"
    )


def _timeline(discovery: Discovery) -> str:
    from causal_magics.discovery.timeline_svg import timeline_svg

    return f"<div>{timeline_svg(discovery)}</div>" if len(discovery.batches) > 1 else ""


def _table(discovery: Discovery) -> str:
    """Return a table of edges; confidence has a column where it was asked for."""
    edges, others = edges_by_bits(discovery), discovery.alternatives
    sure = has_confidence(edges)
    head = ["cause", "", "effect", "bits", *["confidence"] * sure]
    if others:
        head.append("best alternative")
    rows = []
    for edge in edges:
        cells = [edge.source, _SIGNS[edge.mark], edge.target, _number(edge.bits, ",.1f")]
        cells += [_number(edge.confidence, ".2f")] * sure
        if others:
            other = others.get((edge.source, edge.target))
            cells.append("" if other is None else f"{other.kind}, {other.bits:+,.1f} bits")
        rows.append(_row("td", cells))
    words = "bits and confidence of each edge" if sure else "bits of each edge"
    return (
        f"<details><summary>{words}</summary><table><thead>{_row('th', head)}</thead>"
        f"<tbody>{''.join(rows)}</tbody></table></details>"
    )


def _row(tag: str, cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)

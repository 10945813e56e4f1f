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
        f"{_timeline(discovery)}{_table(edges_by_bits(discovery))}"
    )


def _timeline(discovery: Discovery) -> str:
    from causal_magics.discovery.timeline_svg import timeline_svg

    return f"<div>{timeline_svg(discovery)}</div>" if len(discovery.batches) > 1 else ""


def _table(edges: list[Edge]) -> str:
    """Return a table of edges; confidence has a column where it was asked for."""
    sure = has_confidence(edges)
    rows = "".join(
        f"<tr><td>{escape(edge.source)}</td><td>{_SIGNS[edge.mark]}</td>"
        f"<td>{escape(edge.target)}</td>{_cell(edge.bits, ',.1f')}"
        f"{_cell(edge.confidence, '.2f') if sure else ''}</tr>"
        for edge in edges
    )
    head = "<tr><th>cause</th><th></th><th>effect</th><th>bits</th>"
    words = "bits and confidence of each edge" if sure else "bits of each edge"
    more = "<th>confidence</th>" if sure else ""
    return (
        f"<details><summary>{words}</summary><table><thead>{head}{more}</tr></thead>"
        f"<tbody>{rows}</tbody></table></details>"
    )


def _cell(value: float | None, form: str) -> str:
    return f"<td>{'' if value is None else format(value, form)}</td>"

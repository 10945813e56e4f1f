"""Results as HTML tables."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from causal_magics.graph.drawing_svg import legal

__all__ = ["html_table"]


def html_table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """Return a table, with a sentence above it where there is one."""
    body = "".join(_row("td", row) for row in rows)
    above = f"<p>{escape(legal(caption))}</p>" if caption else ""
    return f"{above}<table><thead>{_row('th', head)}</thead><tbody>{body}</tbody></table>"


def _row(tag: str, cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(legal(cell))}</{tag}>' for cell in cells)}</tr>"

"""Results as HTML tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape
from itertools import repeat

from causal_magics.graph.drawing_svg import legal

__all__ = ["html_table"]


_PROSE = ' style="text-align:left"'
_NUMBERS = ' style="white-space:nowrap"'


def html_table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str = "",
    *,
    prose: Collection[str] = (),
) -> str:
    """Return a table, with a sentence above it where there is one.

    Columns of `prose` begin at the left; where there are such, the others break no lines.
    """
    styles = [_PROSE if name in prose else _NUMBERS for name in head] if prose else []
    body = "".join(_row("td", row, styles) for row in rows)
    above = f"<p>{escape(legal(caption))}</p>" if caption else ""
    return f"{above}<table><thead>{_row('th', head, styles)}</thead><tbody>{body}</tbody></table>"


def _row(tag: str, cells: Sequence[str], styles: Sequence[str]) -> str:
    told = zip(cells, styles or repeat(""), strict=False)
    made = [f"<{tag}{style}>{escape(legal(cell))}</{tag}>" for cell, style in told]
    return f"<tr>{''.join(made)}</tr>"

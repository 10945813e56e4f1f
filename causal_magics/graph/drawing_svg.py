"""SVG as text: elements whose attributes and contents are escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

__all__ = ["element", "text_element"]


def element(tag: str, attributes: Mapping[str, str], children: Iterable[str] = ()) -> str:
    """Write an element around children that are markup already."""
    inside = "".join(children)
    opening = tag + "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<{opening}>{inside}</{tag}>" if inside else f"<{opening}/>"


def text_element(tag: str, text: str, attributes: Mapping[str, str] | None = None) -> str:
    """Write an element around text, in which nothing is markup."""
    return element(tag, attributes or {}, [escape(text)])

"""SVG as text: elements whose attributes and contents are escaped; and its pixels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from causal_magics.errors import MissingDependencyError

__all__ = ["element", "legal", "svg_to_png", "text_element"]

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """Return text with a sign in place of each character that XML 1.0 does not allow."""
    return _ILLEGAL.sub("\ufffd", text)


def element(tag: str, attributes: Mapping[str, str], children: Iterable[str] = ()) -> str:
    """Write an element around children that are markup already."""
    inside = "".join(children)
    named = (f" {name}={quoteattr(legal(value))}" for name, value in attributes.items())
    opening = tag + "".join(named)
    return f"<{opening}>{inside}</{tag}>" if inside else f"<{opening}/>"


def text_element(tag: str, text: str, attributes: Mapping[str, str] | None = None) -> str:
    """Write an element around text, in which nothing is markup."""
    return element(tag, attributes or {}, [escape(legal(text))])


def svg_to_png(svg: str, zoom: float) -> bytes:
    """Return a picture as PNG, with `zoom` pixels for each of its own.

    Raises
    ------
    MissingDependencyError
        Where `resvg-py` (the extra `png`) is not installed.
    """
    try:
        import resvg_py
    except ImportError as error:
        raise MissingDependencyError("resvg-py", "png", "drawing PNG pictures") from error
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom, sans_serif_family="DejaVu Sans"))

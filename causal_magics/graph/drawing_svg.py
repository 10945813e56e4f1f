"""SVG as text: elements whose attributes and contents are escaped; and its pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from causal_magics.errors import MissingDependencyError

__all__ = ["element", "svg_to_png", "text_element"]


def element(tag: str, attributes: Mapping[str, str], children: Iterable[str] = ()) -> str:
    """Write an element around children that are markup already."""
    inside = "".join(children)
    opening = tag + "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<{opening}>{inside}</{tag}>" if inside else f"<{opening}/>"


def text_element(tag: str, text: str, attributes: Mapping[str, str] | None = None) -> str:
    """Write an element around text, in which nothing is markup."""
    return element(tag, attributes or {}, [escape(text)])


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

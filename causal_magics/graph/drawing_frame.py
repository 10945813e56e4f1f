"""The frame of every picture: its size, its words, its style sheet and its ground."""

from __future__ import annotations

from collections.abc import Iterable

from causal_magics.graph.drawing_palette import ROOT_CLASS, Theme, paint, style_sheet
from causal_magics.graph.drawing_svg import element, text_element
from causal_magics.graph.geometry_curves import number

__all__ = ["framed"]

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


def framed(
    size: tuple[float, float],
    theme: Theme,
    title: str,
    description: str,
    parts: Iterable[str],
    *,
    origin: tuple[float, float] | None = None,
    font_size: int = 11,
    rules: str = "",
) -> str:
    """Return a picture as one `<svg>` element.

    Parameters
    ----------
    size : (float, float)
        Width and height, px.
    theme : {"auto", "light", "dark"}
        `auto` follows Jupyter's theme where the picture stands in it, else the system's.
    title, description : str
        The picture's accessible name, and what it shows in words.
    parts : iterable of str
        Markup, the hindmost first.
    origin : (float, float), optional
        The upper left corner in the picture's own coordinates; (0, 0) where left out.
    font_size : int
        px.
    rules : str
        Further rules of the style sheet that `auto` has.
    """
    width, height = (number(side) for side in size)
    corner = None if origin is None else [number(value) for value in origin]
    left, top = corner or ("0", "0")
    root = {
        "xmlns": "http://www.w3.org/2000/svg", "class": ROOT_CLASS, "width": width,
        "height": height, "viewBox": f"{left} {top} {width} {height}", "role": "img",
        "font-family": _FONT, "font-size": str(font_size), "style": "max-width:100%;height:auto",
    }  # fmt: skip
    place = {} if corner is None else {"x": left, "y": top}
    ground = {**place, "width": width, "height": height, "rx": "6", **paint(theme, fill="surface")}
    return element(
        "svg",
        root,
        [
            text_element("title", title),
            text_element("desc", description),
            text_element("style", style_sheet() + rules) if theme == "auto" else "",
            element("rect", ground),
            *parts,
        ],
    )

"""Colours of drawings, light and dark, and the style sheet that chooses between them."""

from __future__ import annotations

from typing import Literal

__all__ = ["ROOT_CLASS", "Colour", "Theme", "paint", "style_sheet", "value_of"]

Theme = Literal["light", "dark", "auto"]
Colour = Literal[
    "surface", "text", "muted", "line", "exposure", "exposure-tint", "outcome", "outcome-tint",
    "adjusted", "adjusted-tint", "selection", "selection-tint", "warning",
]  # fmt: skip

ROOT_CLASS = "causal-magics-drawing"

_LIGHT: dict[Colour, str] = {
    "surface": "#FFFFFF",
    "text": "#1F1F1F",
    "muted": "#6B6B6B",
    "line": "#404040",
    "exposure": "#007A5A",
    "exposure-tint": "#CFEBE1",
    "outcome": "#0072B2",
    "outcome-tint": "#D3E7F5",
    "adjusted": "#9A6700",
    "adjusted-tint": "#FBE7B6",
    "selection": "#A33C78",
    "selection-tint": "#F4D6E6",
    "warning": "#C04F00",
}
_DARK: dict[Colour, str] = {
    "surface": "#111111",
    "text": "#F0F0F0",
    "muted": "#A0A0A0",
    "line": "#CFCFCF",
    "exposure": "#2FC79A",
    "exposure-tint": "#123A2E",
    "outcome": "#56B4E9",
    "outcome-tint": "#12344A",
    "adjusted": "#F0B429",
    "adjusted-tint": "#3F3110",
    "selection": "#E39AC6",
    "selection-tint": "#4A2A3E",
    "warning": "#FF8A3D",
}
_JUPYTER: dict[Colour, str] = {
    "surface": "--jp-layout-color0",
    "text": "--jp-content-font-color1",
    "muted": "--jp-content-font-color2",
}


def value_of(colour: Colour, theme: Theme) -> str:
    """Tell the colour as it is written where no style sheet is applied."""
    return _DARK[colour] if theme == "dark" else _LIGHT[colour]


def paint(
    theme: Theme, *, fill: Colour | None = None, stroke: Colour | None = None
) -> dict[str, str]:
    """Attributes that fill and stroke an element; without a colour it is left empty or bare."""
    attributes = {"fill": value_of(fill, theme) if fill else "none"}
    if stroke:
        attributes["stroke"] = value_of(stroke, theme)
    if theme == "auto":
        styles = [("fill", fill), ("stroke", stroke)]
        classes = [f"cm-{kind}-{colour}" for kind, colour in styles if colour]
        if classes:
            attributes["class"] = " ".join(classes)
    return attributes


def style_sheet() -> str:
    """CSS of the theme `auto`: the theme of the Jupyter page around it, else the system's."""
    root = f".{ROOT_CLASS}"
    rules = [
        f"{root}{{{_variables(_LIGHT)}}}",
        f"@media (prefers-color-scheme:dark){{{root}{{{_variables(_DARK)}}}}}",
        f'[data-jp-theme-light="true"] {root}{{{_variables(_LIGHT)}}}',
        f'[data-jp-theme-light="false"] {root}{{{_variables(_DARK)}}}',
    ]
    for colour in _LIGHT:
        value = f"var(--cm-{colour})"
        if colour in _JUPYTER:
            value = f"var({_JUPYTER[colour]},{value})"
        rules.append(f"{root} .cm-fill-{colour}{{fill:{value}}}")
        rules.append(f"{root} .cm-stroke-{colour}{{stroke:{value}}}")
    return "".join(rules)


def _variables(palette: dict[Colour, str]) -> str:
    return "".join(f"--cm-{colour}:{value};" for colour, value in palette.items())

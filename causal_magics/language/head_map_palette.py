"""Colours of head maps: those of the map on the screen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from causal_magics.graph.drawing_palette import ROOT_CLASS, Theme

__all__ = ["STEPS", "heat_paint", "heat_rules", "level_of"]

STEPS: Final = 24
"""How many tones each side of 0 has."""
_LIGHT: Final = ("#00568F", "#EFEFEC", "#B34700")
_DARK: Final = ("#62BDF2", "#272727", "#FF9147")


def level_of(value: float, full: float) -> int:
    """Return the tone of a value: 0 in the middle, `STEPS` or `-STEPS` where the colour is full."""
    size = math.floor(min(1.0, abs(value) / full) * STEPS + 0.5)
    return -size if value < 0 else size


def heat_paint(level: int, theme: Theme) -> dict[str, str]:
    """Return the attributes that fill an element in a tone."""
    colour = {"fill": _tone(level, _DARK if theme == "dark" else _LIGHT)}
    return colour | ({"class": f"cm-heat-{_name(level)}"} if theme == "auto" else {})


def heat_rules(levels: Iterable[int]) -> str:
    """Return the CSS of the theme `auto` for some tones: the colours of the page around."""
    used = sorted(set(levels))
    page = "[data-jp-theme-light={}] "
    return (
        f"@media (prefers-color-scheme:dark){{{_rules(used, _DARK)}}}"
        f"{_rules(used, _LIGHT, page.format('true'))}{_rules(used, _DARK, page.format('false'))}"
    )


def _rules(levels: Sequence[int], colours: Sequence[str], around: str = "") -> str:
    return "".join(
        f"{around}.{ROOT_CLASS} .cm-heat-{_name(level)}{{fill:{_tone(level, colours)}}}"
        for level in levels
    )


def _name(level: int) -> str:
    return f"below-{-level}" if level < 0 else str(level)


def _tone(level: int, colours: Sequence[str]) -> str:
    middle, end = colours[1], colours[0 if level < 0 else 2]
    share = abs(level) / STEPS
    parts = [
        round(int(middle[at : at + 2], 16) * (1 - share) + int(end[at : at + 2], 16) * share)
        for at in (1, 3, 5)
    ]
    return "#" + "".join(f"{part:02X}" for part in parts)

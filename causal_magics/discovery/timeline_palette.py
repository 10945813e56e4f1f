"""Colours and shapes of regimes: those of the timeline on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from causal_magics.graph.drawing_palette import ROOT_CLASS, Theme

__all__ = ["TONES", "regime_paint", "regime_rules", "shape_of"]

_LIGHT: Final = (
    "#0072B2", "#C04F00", "#007A5A", "#A33C78", "#9A6700", "#5B4BB5", "#0A7386", "#7A4A2B",
)  # fmt: skip
_DARK: Final = (
    "#56B4E9", "#FF8A3D", "#2FC79A", "#E39AC6", "#F0B429", "#A99CF2", "#4FC3D0", "#C9A184",
)  # fmt: skip
TONES: Final = _LIGHT
_SHAPES: Final = ("circle", "square", "diamond")


def shape_of(regime: int) -> str:
    """Return the shape of a regime's marks: regimes of one colour differ in it."""
    return _SHAPES[regime // len(TONES) % len(_SHAPES)]


def regime_paint(regime: int, theme: Theme) -> dict[str, str]:
    """Return the attributes that fill an element in the colour of a regime."""
    tone = regime % len(TONES)
    attributes = {"fill": (_DARK if theme == "dark" else _LIGHT)[tone]}
    return attributes | ({"class": f"cm-regime-{tone}"} if theme == "auto" else {})


def regime_rules() -> str:
    """Return the CSS of the theme `auto`: the colours of the page around the picture."""
    page = "[data-jp-theme-light={}] "
    return (
        f"@media (prefers-color-scheme:dark){{{_rules(_DARK)}}}"
        f"{_rules(_LIGHT, page.format('true'))}{_rules(_DARK, page.format('false'))}"
    )


def _rules(colours: Sequence[str], around: str = "") -> str:
    return "".join(
        f"{around}.{ROOT_CLASS} .cm-regime-{tone}{{fill:{colour}}}"
        for tone, colour in enumerate(colours)
    )

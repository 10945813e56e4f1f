"""The payoff explorer as a picture: what a notebook keeps of it, seen without a screen."""

from __future__ import annotations

import re
from collections.abc import Sequence

from causal_magics.counterfactual.decisions.payoff_weights import all_weights
from causal_magics.counterfactual.decisions.targeting_result import Targeting
from causal_magics.counterfactual.pictures.bounds_forest_svg import Forest, bounds_forest_svg
from causal_magics.counterfactual.pictures.budget_svg import budget_svg
from causal_magics.counterfactual.pictures.phase_map_svg import phase_map_svg
from causal_magics.graph.drawing_palette import ROOT_CLASS, Theme
from causal_magics.graph.drawing_svg import element, text_element
from causal_magics.graph.geometry_curves import number

__all__ = ["explorer_svg"]

_MOST_MAPPED = 2_000
_MANY = 200
_SIZES = 40, 24
"""Cells along each side of a phase map, of few and of many strata."""


def explorer_svg(
    targeting: Targeting,
    axes: Sequence[tuple[int, int]],
    stratum: int | None,
    *,
    mapped: bool,
    theme: Theme = "auto",
    width: float = 700.0,
    title: str | None = None,
) -> str:
    """Draw the bounds by stratum, the phase map and the budget below each other.

    Parameters
    ----------
    targeting : Targeting
    axes : two of (int, int)
        The weights of the phase map: outcomes untreated and treated.
    stratum : int or None
        Of which stratum the phase map is; of all units as one where None.
    mapped : bool
        Whether there is a phase map; never of more than 2,000 strata.
    theme : {"auto", "light", "dark"}
    width : float
        In px, from 420.
    title : str, optional
        In place of the count of strata.

    Returns
    -------
    str
        One `<svg>` element. The same input gives the same text.
    """
    parts = [
        bounds_forest_svg(
            Forest.of_targeting(targeting), theme=theme, width=width, title=title or None
        )
    ]
    if mapped and len(targeting) <= _MOST_MAPPED:
        bounds = targeting.first
        weights = all_weights(bounds.levels)
        x, y = (weights[i * len(bounds.levels) + k] for i, k in axes)
        phase = targeting.phase_map(x, y, size=_SIZES[len(targeting) > _MANY])
        parts.append(phase_map_svg(phase, stratum, theme=theme, width=width))
    parts.append(budget_svg(targeting.envelope, theme=theme, width=width))
    return _stacked(parts, width, title or "Payoff explorer")


def _stacked(pictures: Sequence[str], width: float, title: str) -> str:
    """Return pictures of one width below each other, as one."""
    placed, y = [text_element("title", title)], 0.0
    for picture in pictures:
        placed.append(picture.replace("<svg ", f'<svg y="{number(y)}" ', 1))
        y += _height(picture)
    sides = {"width": number(width), "height": number(y)}
    root = {
        "xmlns": "http://www.w3.org/2000/svg", "class": ROOT_CLASS, **sides,
        "viewBox": f"0 0 {number(width)} {number(y)}", "role": "img",
        "style": "max-width:100%;height:auto",
    }  # fmt: skip
    return element("svg", root, placed)


def _height(picture: str) -> float:
    found = re.search(r'<svg [^>]*?\bheight="([\d.]+)"', picture)
    assert found is not None
    return float(found[1])

"""What was measured of one pair, beside what the graph entails for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import PromptError, shorten
from causal_magics.graph.model import CausalGraph
from causal_magics.probing.entailment import Entailment, entails
from causal_magics.probing.measuring import Measurement
from causal_magics.probing.prompts import NodeValues, Prompts
from causal_magics.probing.slopes import Slope, slope

__all__ = ["Finding", "Scale", "Verdict", "findings_of"]

Scale = Literal["rank", "value"]
Verdict = Literal["as entailed", "not seen", "against the graph", "no interval"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Finding:
    """How the words of one node change with the values of another.

    Parameters
    ----------
    condition, response : str
    given : tuple of str
        The other nodes that texts give: held fixed, and averaged over with equal weights.
    entailment : Entailment
        What the graph says of the two, given the others.
    templates, values, groups : tuple of str
        Templates that hold these nodes, values of the condition, groups of the response.
    scale : array, shape (values,)
    curves : array, shape (templates, values, groups)
        Probabilities.
    mass : array, shape (values,)
        Of all listed words together.
    slopes : tuple of Slope
        Of each group.
    differences : tuple of Slope
        Of the first group less each other.
    deciding : tuple of Slope
        Those that decide the verdict: the difference of two groups; of more, each group, with
        intervals that hold together (Bonferroni).
    """

    condition: str
    response: str
    given: tuple[str, ...]
    entailment: Entailment
    templates: tuple[str, ...]
    values: tuple[str, ...]
    groups: tuple[str, ...]
    scale: Floats
    curves: Floats
    mass: Floats
    slopes: tuple[Slope, ...]
    differences: tuple[Slope, ...]
    deciding: tuple[Slope, ...]

    @property
    def pair(self) -> tuple[str, str]:
        """Condition and response."""
        return self.condition, self.response

    @property
    def has_slope(self) -> bool | None:
        """Whether zero is outside of an interval; None where there are no intervals."""
        flat = [each.is_flat for each in self.deciding]
        return None if None in flat else not all(flat)

    @property
    def verdict(self) -> Verdict:
        """What the slope says of the graph, in whichever direction it goes.

        as entailed: a slope where the graph has the two dependent in selected texts, none where it
        has them independent. not seen: no slope where the graph allows one. against the graph: a
        slope where it allows none. no interval: too few templates and values to tell.
        """
        if self.has_slope is None:
            return "no interval"
        if self.has_slope == self.entailment.in_selected:
            return "as entailed"
        return "against the graph" if self.has_slope else "not seen"

    def low_mass_values(self, least: float) -> tuple[str, ...]:
        """Return the values after which the listed words have less mass than `least`."""
        return tuple(
            value for value, mass in zip(self.values, self.mass, strict=True) if mass < least
        )


def findings_of(
    graph: CausalGraph,
    prompts: Prompts,
    measurements: Sequence[Measurement],
    scale: Scale,
    level: float,
) -> tuple[Finding, ...]:
    """Fit the slopes of each measured pair.

    Of two nodes with groups of words that stand in the same templates, the response is the one
    that comes later in the first of them.

    Raises
    ------
    PromptError
        Where values are to be the scale, but are no numbers.
    """
    found = []
    for measured in measurements:
        order = prompts.nodes_of(measured.templates[0])
        for condition in measured.conditions:
            values = prompts.values[condition]
            later = order.index(condition) > order.index(measured.response)
            if not (values.grouped and later):
                found.append(_finding(graph, prompts, measured, condition, scale, level))
    return tuple(found)


def _finding(
    graph: CausalGraph,
    prompts: Prompts,
    measured: Measurement,
    condition: str,
    scale: Scale,
    level: float,
) -> Finding:
    given = tuple(name for name in measured.conditions if name != condition)
    curves = measured.curves(condition)
    values, groups = prompts.values[condition], prompts.values[measured.response].labels
    steps = _steps(condition, values, scale)
    points = 100.0 * curves
    slopes = [slope(group, points[..., i], steps, level) for i, group in enumerate(groups)]
    differences = [
        slope(f"{groups[0]} − {other}", points[..., 0] - points[..., i], steps, level)
        for i, other in enumerate(groups[1:], start=1)
    ]
    deciding = differences
    if len(groups) > 2:
        joint = 1.0 - (1.0 - level) / len(groups)
        deciding = [slope(group, points[..., i], steps, joint) for i, group in enumerate(groups)]
    return Finding(
        condition, measured.response, given,
        entails(graph, condition, measured.response, given),
        measured.templates, values.labels, groups, steps, curves, measured.mass_of(condition),
        tuple(slopes), tuple(differences), tuple(deciding),
    )  # fmt: skip


def _steps(name: str, values: NodeValues, scale: Scale) -> Floats:
    if scale == "rank" or values.grouped:
        return np.arange(float(len(values)))
    numbers = values.scale
    if numbers is None:
        raise PromptError(
            f"Expected numbers as the values of {shorten(name)}, to be its scale, got "
            f"{shorten(values.labels[0])}. Use scale='rank'."
        )
    return np.array(numbers)

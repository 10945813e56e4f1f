"""The scale of a column: standardised, and drawn in where its tails are heavy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from causal_magics.discovery.layout import Floats, Indices

BENDS = (0.5, 1.0, 2.0, 4.0)
"""Strengths of the inverse hyperbolic sine, per standard deviation."""
FLATTEST = 1e-6
"""Standard deviations of a column below which the rows of an episode count as equal."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How a column is brought to mean zero and variance one on the reference batch.

    With ``z = (x - centre) / width`` the scale is ``z`` where `bend` is zero, else
    ``(arcsinh(bend * z) - mean) / deviation``.
    """

    centre: float
    width: float
    bend: float = 0.0
    mean: float = 0.0
    deviation: float = 1.0

    @classmethod
    def plain(cls, values: Floats) -> Scale:
        """Return the scale without a bend."""
        return cls(float(values.mean()), float(values.std()))

    @classmethod
    def fit(cls, values: Floats, episodes: Sequence[Indices] = ()) -> Scale:
        """Choose the scale on which the column alone has the shortest Gaussian code.

        A bend costs its name and half a log of the rows, as any parameter does.

        Parameters
        ----------
        values
        episodes
            Rows that are coded apart, as a mixture of widths looks heavy-tailed; one where left
            out.
        """
        best = cls.plain(values)
        centre, width = best.centre, best.width
        standardised = (values - centre) / width
        apart = [standardised[rows] for rows in episodes] or [standardised]
        varied = [rows for rows in apart if len(rows) > 1 and float(rows.std()) > FLATTEST]
        shortest = -math.log(len(BENDS) + 1) - 0.5 * math.log(len(values))
        for bend in BENDS:
            nats = sum(_bending_nats(rows, bend) for rows in varied)
            if nats < shortest:
                bent = np.arcsinh(bend * standardised)
                best, shortest = (
                    cls(centre, width, bend, float(bent.mean()), float(bent.std())),
                    nats,
                )
        return best

    def inverse(self, scaled: Floats) -> Floats:
        """Return the values that have these places on the scale."""
        standardised = scaled
        if self.bend != 0.0:
            standardised = np.sinh(scaled * self.deviation + self.mean) / self.bend
        values: Floats = self.centre + self.width * standardised
        return values

    def __call__(self, values: Floats) -> Floats:
        """Bring values to this scale."""
        standardised: Floats = (values - self.centre) / self.width
        if self.bend == 0.0:
            return standardised
        bent: Floats = (np.arcsinh(self.bend * standardised) - self.mean) / self.deviation
        return bent


def _bending_nats(standardised: Floats, bend: float) -> float:
    """Nats by which a bend makes the Gaussian code of some rows longer."""
    deviation = float(np.arcsinh(bend * standardised).std()) / float(standardised.std())
    stretch = math.log(bend) - 0.5 * np.log1p((bend * standardised) ** 2)
    return len(standardised) * math.log(deviation) - float(stretch.sum())

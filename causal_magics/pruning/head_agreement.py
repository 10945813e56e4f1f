"""Do the heads that carry an effect carry bias? Two sets of numbers for the same heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.errors import PruningError, shorten
from causal_magics.language.head_panels import HasHeadPanels, Head, HeadPanel, head_names
from causal_magics.pruning.head_effects import HeadEffects

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Correlation", "HeadAgreement", "head_agreement"]

Floats = NDArray[np.float64]
RESAMPLES = 2000
TOP = (5, 10, 20)


@dataclass(frozen=True, slots=True)
class Correlation:
    """Spearman's rank correlation over heads.

    Parameters
    ----------
    value : float
    lower, upper : float
        Ends of the 95 % bootstrap interval over heads.
    """

    value: float
    lower: float
    upper: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.lower:.2f}, {self.upper:.2f}]"


@dataclass(frozen=True, eq=False, repr=False)
class HeadAgreement:
    """z_bias beside other numbers of the same heads.

    Parameters
    ----------
    bias : HeadPanel
    other : HeadPanel
    """

    bias: HeadPanel
    other: HeadPanel

    @cached_property
    def correlation(self) -> Correlation:
        """Over all heads, by value: whether what moves the answer brings bias."""
        return _spearman(*self._pairs)

    @cached_property
    def of_sizes(self) -> Correlation:
        """Over all heads, by size: whether the same heads are at work, whatever the sign."""
        return _spearman(*(np.abs(each) for each in self._pairs))

    def shared(self, count: int) -> tuple[Head, ...]:
        """Return the heads that are among the largest by size in both."""
        return tuple(h for h in self.bias.largest(count) if h in set(self.other.largest(count)))

    def head_panels(self) -> Sequence[HeadPanel]:
        """Return both, for the head map."""
        return [self.bias, self.other]

    def to_frame(self) -> Any:
        """Return one row for each head: `layer`, `head`, and both numbers by their names."""
        layers, heads = np.indices(self.bias.values.shape).reshape(2, -1)
        return new_frame(
            {
                "layer": layers, "head": heads, self.bias.name: self.bias.values.ravel(),
                self.other.name: self.other.values.ravel(),
            }
        )  # fmt: skip

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw each head at its two numbers, the largest with their names.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.pruning.pruning_plotting import plot_agreement

        return plot_agreement(self, ax)

    @property
    def _pairs(self) -> tuple[Floats, Floats]:
        first, second = self.bias.values.ravel(), self.other.values.ravel()
        real = np.isfinite(first) & np.isfinite(second)
        return first[real], second[real]

    def _rows(self) -> list[list[str]]:
        rows = [
            ["rank correlation", str(self.correlation)],
            ["rank correlation of sizes", str(self.of_sizes)],
        ]
        for count in TOP:
            both = self.shared(count)
            names = f"{len(both)}: {head_names(both)}".rstrip(": ")
            rows.append([f"shared among the largest {count}", names])
        return rows

    def __repr__(self) -> str:
        return (
            f"<HeadAgreement of {self.bias.name} and {self.other.name}: rank correlation "
            f"{self.correlation}, of sizes {self.of_sizes}>"
        )

    def _repr_html_(self) -> str:
        caption = f"{self.bias.name} and {self.other.name} of {self.bias.values.size} heads"
        return html_table(["", ""], self._rows(), caption)


def head_agreement(effects: HeadEffects, other: object) -> HeadAgreement:
    """Compare z_bias with other numbers of heads.

    Parameters
    ----------
    effects : HeadEffects
    other : Mediation, HeadPanel, or array_like of shape (layers, heads)
        Of what has several panels, the first.

    Returns
    -------
    HeadAgreement

    Raises
    ------
    PruningError
        Where the other is no numbers of heads, or of other heads.
    """
    if isinstance(other, HeadPanel):
        panel = other
    elif isinstance(other, HasHeadPanels):
        panel = other.head_panels()[0]
    else:
        panel = HeadPanel("other", _array(other))
    if panel.values.shape != effects.shape:
        raise PruningError(
            f"Expected numbers of {effects.shape[0]} layers × {effects.shape[1]} heads, got "
            f"{panel.n_layers} × {panel.n_heads}. Both need the same model."
        )
    return HeadAgreement(effects.head_panels()[0], panel)


def _array(other: Any) -> Floats:
    """Return what is no result as an array; tensors are taken from where they are."""
    if hasattr(other, "detach"):
        other = other.detach().cpu().double()
    try:
        found = np.asarray(other, dtype=np.float64)
    except (TypeError, ValueError):
        found = np.zeros(())
    if found.ndim:
        return found
    raise PruningError(
        "Expected numbers of heads, such as a mediation or an array of layers × heads, got "
        f"{shorten(' '.join(repr(other).split()))[1:-1]}."
    )


def _spearman(first: Floats, second: Floats) -> Correlation:
    from scipy.stats import rankdata

    def ranked(values: Floats) -> Floats:
        return np.asarray(rankdata(values), dtype=np.float64)

    def correlated(one: Floats, two: Floats) -> float:
        if len(one) < 3 or not np.ptp(one) or not np.ptp(two):
            return np.nan
        return float(np.corrcoef(ranked(one), ranked(two))[0, 1])

    rng, n = np.random.default_rng(0), len(first)
    drawn = rng.integers(n, size=(RESAMPLES, n)) if n else np.zeros((1, 0), dtype=int)
    samples = [correlated(first[rows], second[rows]) for rows in drawn]
    if np.isnan(samples).all():
        return Correlation(np.nan, np.nan, np.nan)
    lower, upper = np.nanpercentile(samples, [2.5, 97.5])
    return Correlation(correlated(first, second), float(lower), float(upper))

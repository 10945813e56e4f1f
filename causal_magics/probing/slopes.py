"""Slopes of probabilities over ranks, with intervals over templates and values."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Slope", "slope"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Slope:
    """How a probability changes along a scale.

    Parameters
    ----------
    group : str
        Whose probability; ``female − male`` for a difference of two.
    per_step : float
        Percentage points a step of the scale, averaged over templates.
    low, high : float
        Confidence interval; NaN where neither templates nor values are enough for one.
    r : float
        Correlation of the scale with the curve averaged over templates; NaN for a flat curve.
    by_template : tuple of float
        The slope of each template.
    """

    group: str
    per_step: float
    low: float
    high: float
    r: float
    by_template: tuple[float, ...]

    @property
    def spread(self) -> float:
        """Standard deviation of the slope over templates; NaN for one template."""
        return float(np.std(self.by_template, ddof=1)) if len(self.by_template) > 1 else math.nan

    @property
    def same_sign(self) -> float:
        """Share of templates whose slope has the sign of the average."""
        return float(np.mean(np.sign(self.by_template) == np.sign(self.per_step)))

    @property
    def is_flat(self) -> bool | None:
        """Whether zero is within the interval; None where there is none."""
        return None if math.isnan(self.low) else self.low <= _TINY and self.high >= -_TINY


_TINY = 1e-9


def slope(group: str, curves: Floats, scale: Floats, level: float = 0.95) -> Slope:
    """Fit a line to the curve of each template.

    Parameters
    ----------
    group : str
    curves : array, shape (templates, values)
        Percentage points.
    scale : array, shape (values,)
    level : float
        Confidence level.

    Notes
    -----
    The interval is one for other templates and other values: both are seen as drawn from many,
    since a value's words raise or lower all templates at once. Variances add as in two-way
    clustered errors (Cameron, Gelbach & Miller 2011): that of the slopes over templates, plus the
    HC2 variance of the line through the average curve (MacKinnon & White 1985), less the noise that
    is in both, and never less than the larger of the two. Degrees of freedom are Satterthwaite's.
    One template, or two values, leave the other variance alone.
    """
    templates, values = curves.shape
    centred = scale - scale.mean()
    power = float(centred @ centred)
    slopes = curves @ centred / power
    mean_curve = curves.mean(axis=0)
    per_step = float(slopes.mean())
    residuals = mean_curve - mean_curve.mean() - per_step * centred
    parts: list[tuple[float, int]] = []
    if templates > 1:
        parts.append((float(slopes.var(ddof=1)) / templates, templates - 1))
    if values > 2:
        leverage = 1.0 / values + centred**2 / power
        # At a value that alone fixes the line the residual is zero, and tells nothing.
        free = leverage < 1.0 - 1e-9
        squares = np.divide(residuals**2, 1.0 - leverage, out=np.zeros(values), where=free)
        parts.append((float(centred**2 @ squares) / power**2, values - 2))
    shared = 0.0
    if len(parts) == 2:
        lines = curves.mean(axis=1, keepdims=True) + slopes[:, None] * centred
        noise = curves - lines - residuals
        shared = float((noise**2).sum()) / ((templates - 1) * (values - 2) * templates * power)
    low, high = _interval(per_step, parts, shared, level)
    return Slope(group, per_step, low, high, _correlation(mean_curve, centred), tuple(slopes))


def _interval(
    middle: float, parts: list[tuple[float, int]], shared: float, level: float
) -> tuple[float, float]:
    if not parts:
        return math.nan, math.nan
    variances = [variance for variance, _ in parts]
    variance = max(*variances, sum(variances) - shared) if len(parts) > 1 else variances[0]
    if variance == 0.0:
        return middle, middle
    from scipy.stats import t

    # The shared noise counts in full here, so that there are never too many degrees of freedom.
    freedom = sum(variances) ** 2 / sum(v**2 / degrees for v, degrees in parts)
    reach = float(t.ppf(0.5 + level / 2, freedom)) * math.sqrt(variance)
    return middle - reach, middle + reach


def _correlation(curve: Floats, centred: Floats) -> float:
    above = curve - curve.mean()
    size = math.sqrt(float(above @ above) * float(centred @ centred))
    return float(above @ centred) / size if size > _TINY else math.nan

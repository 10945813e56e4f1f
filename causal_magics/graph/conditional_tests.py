"""Tests of conditional independence: each takes two columns and a set, and gives a p-value.

Partial correlation: Fisher (1915, 1924). Kernel: Zhang, Peters, Janzing & Schölkopf, "Kernel-based
conditional independence test and application in causal discovery", UAI 2011, as in causal-learn.
Gradient boosting: the generalised covariance measure of Shah & Peters, "The hardness of conditional
independence testing and the generalised covariance measure", Annals of Statistics 48 (2020), on
cross-fitted regressions of scikit-learn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import DataError, MissingDependencyError, closest, shorten

__all__ = ["ConditionalTest", "TestName", "conditional_test"]

TestName = Literal["partial correlation", "kernel", "gradient boosting"]
Floats = NDArray[np.float64]

KERNEL_ROWS = 400
"""Rows that the kernel test takes: its time grows with their cube."""
BOOSTING_ROWS = 5_000
FOLDS = 4


class ConditionalTest(Protocol):
    """A test on the columns of one table, found by their place in it."""

    rows: int
    """Rows that are tested on."""
    symbol: str
    """What the statistic is called."""

    def __call__(self, a: int, b: int, given: Sequence[int]) -> tuple[float, float]:
        """Return the statistic and the p-value; nan where there is none."""
        ...


def conditional_test(name: str, values: Floats) -> ConditionalTest:
    """Prepare a test on a table.

    Parameters
    ----------
    name : {"partial correlation", "kernel", "gradient boosting"}
        Partial correlation sees linear dependence; boosting sees covariance of what two regressions
        leave; the kernel test sees any dependence. It is made on 400 rows
        and boosting on 5,000, chosen by a fixed seed, where there are more.
    values : array, shape (rows, columns)
        Complete; no column is constant.

    Raises
    ------
    DataError
        Where there is no such test.
    MissingDependencyError
        Where the test needs a package that is not installed.
    """
    if name == "partial correlation":
        return _PartialCorrelation(_scaled(values))
    if name == "kernel":
        return _Kernel(_scaled(_some_rows(values, KERNEL_ROWS)))
    if name == "gradient boosting":
        return _GradientBoosting(_scaled(_some_rows(values, BOOSTING_ROWS)))
    hint = closest(name, get_args(TestName))
    advice = f"Did you mean {hint!r}?" if hint else f"There are {', '.join(get_args(TestName))}."
    raise DataError(f"There is no test {shorten(name)}. {advice}")


def _scaled(values: Floats) -> Floats:
    """Return columns whose squares neither overflow nor vanish; powers of two lose no digit."""
    _, exponents = np.frexp(np.abs(values).max(axis=0))
    scaled: Floats = np.ldexp(values, -exponents)
    return scaled


def _some_rows(values: Floats, most: int) -> Floats:
    if len(values) <= most:
        return values
    chosen = np.random.default_rng(0).choice(len(values), most, replace=False)
    return values[np.sort(chosen)]


class _PartialCorrelation:
    symbol = "r"

    def __init__(self, values: Floats) -> None:
        self.rows = len(values)
        correlation = np.atleast_2d(np.corrcoef(values, rowvar=False))
        self._correlation = np.asarray(correlation, dtype=np.float64)

    def __call__(self, a: int, b: int, given: Sequence[int]) -> tuple[float, float]:
        picked = [a, b, *given]
        r = _partial_correlation(self._correlation[np.ix_(picked, picked)])
        return r, _fisher_p(r, self.rows, len(given))


def _partial_correlation(correlation: Floats) -> float:
    """Return the correlation of the first two variables given the others."""
    precision = np.linalg.pinv(correlation, hermitian=True)
    scale = np.sqrt(precision[0, 0] * precision[1, 1])
    if not scale > 0:
        return float("nan")
    return float(np.clip(-precision[0, 1] / scale, -1, 1))


def _fisher_p(r: float, rows: int, covariates: int) -> float:
    freedom = rows - covariates - 3
    if freedom <= 0 or np.isnan(r):
        return float("nan")
    if abs(r) >= 1:
        return 0.0
    return math.erfc(abs(math.atanh(r)) * math.sqrt(freedom / 2))


class _Kernel:
    symbol = "KCI"

    def __init__(self, values: Floats) -> None:
        try:
            from causallearn.utils.KCI import KCI
        except ImportError:
            raise MissingDependencyError(
                "causal-learn", "independence", purpose="the kernel test"
            ) from None
        self.rows = len(values)
        self._room: Any = KCI
        self._values = (values - values.mean(axis=0)) / values.std(axis=0)

    def __call__(self, a: int, b: int, given: Sequence[int]) -> tuple[float, float]:
        x, y = self._values[:, [a]], self._values[:, [b]]
        if given:
            test = self._room.KCI_CInd()
            p, statistic = test.compute_pvalue(x, y, self._values[:, list(given)])
        else:
            p, statistic = self._room.KCI_UInd().compute_pvalue(x, y)
        return float(np.squeeze(statistic)), float(np.squeeze(p))


class _GradientBoosting:
    symbol = "T"

    def __init__(self, values: Floats) -> None:
        try:
            from sklearn.ensemble import HistGradientBoostingRegressor
            from sklearn.model_selection import KFold, cross_val_predict
        except ImportError:
            raise MissingDependencyError(
                "scikit-learn", "independence", purpose="the gradient-boosting test"
            ) from None
        self.rows = len(values)
        self._values = values
        self._regressor: Any = HistGradientBoostingRegressor(max_iter=100, random_state=0)
        self._predict: Any = cross_val_predict
        self._folds = KFold(FOLDS, shuffle=True, random_state=0)
        self._residuals: dict[tuple[int, tuple[int, ...]], Floats] = {}

    def __call__(self, a: int, b: int, given: Sequence[int]) -> tuple[float, float]:
        key = tuple(sorted(given))
        product = self._residual(a, key) * self._residual(b, key)
        spread = float(product.std())
        if self.rows <= FOLDS or not spread > 0:
            return float("nan"), float("nan")
        statistic = math.sqrt(self.rows) * float(product.mean()) / spread
        return statistic, math.erfc(abs(statistic) / math.sqrt(2))

    def _residual(self, column: int, given: tuple[int, ...]) -> Floats:
        """Return what is left of a column when a set has predicted it, out of fold."""
        known = self._residuals.get((column, given))
        if known is not None:
            return known
        target = self._values[:, column]
        residual: Floats = target - target.mean()
        if given and self.rows > FOLDS:
            predictors = self._values[:, list(given)]
            predicted = self._predict(self._regressor, predictors, target, cv=self._folds)
            residual = target - predicted
        self._residuals[column, given] = residual
        return residual

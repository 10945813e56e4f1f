"""Structural models fitted to data: smooth functions of the parents, and residuals as noise.

Natural cubic splines (Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning*, 2009,
equation 5.4) and products of pairs of parents, with a ridge penalty chosen by generalized
cross-validation (Golub, Heath & Wahba, Technometrics 1979).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.structural_model import StructuralModel, check_observed_dag
from causal_magics.data.table import read_table
from causal_magics.graph.model import CausalGraph

__all__ = ["FittedMechanism", "SmoothFunctions", "fit_structural_model"]

Floats = NDArray[np.float64]

_KNOTS = 6
_ENDS = 0.02
"""Share of the rows beyond each outer knot; every function is linear there."""
_FAVOUR = 10.0
"""How much larger a slope may be than a bend of the same cost."""
_MOST_ROWS = 20_000
"""Rows that are fitted to; of more, those at even distances."""
_PENALTIES = np.geomspace(1e-8, 1e2, 41)
"""Ridge penalties that are tried, per row."""


def fit_structural_model(graph: CausalGraph, data: Any) -> StructuralModel:
    """Fit what makes each variable of a graph from its parents.

    Each mechanism is a sum of smooth functions of single parents and of products of two; its
    residuals are drawn from with replacement as noise. Variables are in the units of the data;
    `units` says mean and standard deviation of each column.

    Parameters
    ----------
    graph : CausalGraph
        A DAG; each node is a column.
    data
        A data frame, a mapping of columns, or a structured array, of numbers; further columns are
        left alone.

    Returns
    -------
    StructuralModel

    Raises
    ------
    GraphError
        Where the graph has edges other than ``->``, latent or selection nodes.
    DataError
        Where a node is no column, or a column has gaps, is constant or holds no numbers.

    Notes
    -----
    What the graph says is taken for true: that no common cause is hidden, and that noise is
    independent of the parents. Neither is asked of the data.
    """
    check_observed_dag(graph)
    table = read_table(data, graph.nodes)
    units = {
        name: (float(column.mean()), float(column.std()))
        for name, column in zip(table.columns, table.values.T, strict=True)
    }
    rows = table.values[:: math.ceil(table.n_rows / _MOST_ROWS)]
    mechanisms, noise = {}, {}
    for place, name in enumerate(graph.nodes):
        parents = [graph.nodes.index(each) for each in graph.nodes if each in graph.parents(name)]
        mechanisms[name] = FittedMechanism.fit(rows[:, parents], rows[:, place])
        noise[name] = mechanisms[name].residuals
    return StructuralModel(graph, mechanisms, noise, units=units)


@dataclass(frozen=True, eq=False, repr=False)
class FittedMechanism:
    """A smooth function of parents, learned from rows.

    Parameters
    ----------
    smooths : tuple of SmoothFunctions
        The functions of each parent.
    intercept : float
    weights : array, shape (functions,)
        First of all functions of single parents, then of the products.
    residuals : array, shape (rows,)
        Blown up to the variance that they have on new rows.
    """

    smooths: tuple[SmoothFunctions, ...]
    intercept: float
    weights: Floats
    residuals: Floats

    def __call__(self, *parents: Floats) -> Floats:
        """Return what is to be expected, given arrays of the parents."""
        if not parents:
            return np.array(self.intercept)
        made: Floats = self.intercept + _functions(self.smooths, parents) @ self.weights
        return made

    @classmethod
    def fit(cls, parents: Floats, effect: Floats) -> FittedMechanism:
        """Learn from rows.

        Parameters
        ----------
        parents : array, shape (rows, parents)
        effect : array, shape (rows,)
            Neither is constant.
        """
        mean = float(effect.mean())
        if not parents.shape[1]:
            return cls((), mean, np.empty(0), effect - mean)
        smooths = tuple(SmoothFunctions.fit(column) for column in parents.T)
        functions = _functions(smooths, list(parents.T))
        middles, widths = functions.mean(axis=0), functions.std(axis=0)
        widths[widths == 0.0] = np.inf
        widths[: len(smooths)] /= _FAVOUR
        scaled = (functions - middles) / widths
        slopes, freedom = _ridge(scaled, effect - mean)
        residuals = effect - mean - scaled @ slopes
        blown = len(effect) / (len(effect) - freedom)
        weights = slopes / widths
        return cls(
            smooths,
            mean - float(middles @ weights),
            weights,
            residuals * math.sqrt(blown),
        )


@dataclass(frozen=True, eq=False, slots=True)
class SmoothFunctions:
    """Natural cubic splines of one variable.

    Parameters
    ----------
    centre, width : float
        What the variable is standardised by.
    knots : array
        On the standardised scale, ascending; fewer than three where there are few values.
    """

    centre: float
    width: float
    knots: Floats

    @classmethod
    def fit(cls, column: Floats) -> SmoothFunctions:
        """Place knots at quantiles."""
        centre, width = float(column.mean()), float(column.std())
        shares = np.linspace(_ENDS, 1.0 - _ENDS, _KNOTS)
        knots = np.quantile((column - centre) / width, shares, method="inverted_cdf")
        return cls(centre, width, np.unique(knots))

    def straight(self, column: Floats) -> Floats:
        """Return the standardised variable."""
        scaled: Floats = (column - self.centre) / self.width
        return scaled

    def bends(self, column: Floats) -> Floats:
        """Return the other splines, shape (rows, knots - 2)."""
        if len(self.knots) < 3:
            return np.empty((len(column), 0))
        last = self.knots[-1]
        cubes = np.maximum(self.straight(column)[:, None] - self.knots, 0.0) ** 3
        steps = (cubes[:, :-1] - cubes[:, -1:]) / (last - self.knots[:-1])
        bends: Floats = steps[:, :-1] - steps[:, -1:]
        return bends


def _functions(smooths: Sequence[SmoothFunctions], parents: Sequence[Floats]) -> Floats:
    """Return straight functions of all parents, then their bends, then products of pairs."""
    pairs = list(zip(smooths, parents, strict=True))
    straight = [smooth.straight(parent) for smooth, parent in pairs]
    bends = [smooth.bends(parent) for smooth, parent in pairs]
    products = [one * other for one, other in combinations(straight, 2)]
    return np.column_stack([*straight, *bends, *products])


def _ridge(functions: Floats, effect: Floats) -> tuple[Floats, float]:
    """Return weights of centred functions, and the degrees of freedom they and the mean take."""
    rows = len(effect)
    values, vectors = np.linalg.eigh(functions.T @ functions / rows)
    values = np.maximum(values, 0.0)
    along = vectors.T @ (functions.T @ effect) / rows
    best, found = np.inf, (np.zeros(functions.shape[1]), 1.0)
    for penalty in _PENALTIES:
        weights = vectors @ (along / (values + penalty))
        freedom = 1.0 + float((values / (values + penalty)).sum())
        if freedom < rows:
            squares = float(np.square(effect - functions @ weights).mean())
            loss = squares / (1.0 - freedom / rows) ** 2
            if loss < best:
                best, found = loss, (weights, freedom)
    return found

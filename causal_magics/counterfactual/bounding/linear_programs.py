"""One linear program for many strata: the same costs and constraints, other data.

Each stratum asks for the least ``costs @ q`` with ``q >= 0`` and ``matrix @ q = data @ cells[z]``.
Whether a basis is dual feasible does not depend on the data, nor does the variable that enters
where another leaves. So the dual simplex method (Lemke 1954, "The dual method of solving the linear
programming problem") runs for all strata at once: those that stand at one basis go on together, and
each basis is factorised once, however many strata pass through it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr

from causal_magics.counterfactual.bounding.bounds import Floats

__all__ = ["Basis", "Infeasibility", "LinearProgram", "Places", "first_basis", "minimise"]

Places = NDArray[np.intp]
TOLERANCE = 1e-9
"""Shares below 0 by less are 0."""
ROUNDING = 2e-6
"""Data that no shares fit, but by less, are rounded: sums of probabilities may be off by 1e-6."""
NUDGE = 1e-9
"""By which part of their scale costs are nudged, so that no two moves tie."""


@dataclass(frozen=True, eq=False, slots=True)
class LinearProgram:
    """Least cost of shares that fit the data.

    Attributes
    ----------
    costs : ndarray of shape (columns,)
    matrix : ndarray of shape (rows, columns)
    data : ndarray of shape (rows, cells)
        The right-hand side of a stratum is ``data @ cells[z]``. The shares are bounded by it.
    """

    costs: Floats
    matrix: Floats
    data: Floats

    def with_costs(self, costs: Floats) -> LinearProgram:
        """Return the program of other costs."""
        return LinearProgram(costs, self.matrix, self.data)

    def independent(self) -> LinearProgram:
        """Return the program without the rows that follow from others."""
        _, triangle, order = qr(self.matrix.T, mode="economic", pivoting=True)
        rank = int((np.abs(np.diag(triangle)) > 1e-9).sum())
        rows = np.sort(order[:rank])
        return LinearProgram(self.costs, self.matrix[rows], self.data[rows])

    def nudged(self) -> Floats:
        """Return costs that are unlike each other, but by too little to matter."""
        scale = max(1.0, float(np.abs(self.costs).max(initial=0.0)))
        noise = np.random.default_rng(0).uniform(0.5, 1.0, len(self.costs))
        return self.costs + NUDGE * scale * noise


@dataclass(frozen=True, eq=False, slots=True)
class Basis:
    """Columns that fix the shares, factorised.

    Attributes
    ----------
    columns : ndarray of shape (rows,)
    inverse : ndarray of shape (rows, rows)
    reduced : ndarray of shape (columns,)
        What each column costs beyond its price; at least 0 where the basis is dual feasible.
    """

    columns: Places
    inverse: Floats
    reduced: Floats

    @classmethod
    def of(cls, program: LinearProgram, costs: Floats, columns: Places) -> Basis:
        """Factorise the columns of a program with independent rows."""
        inverse = np.linalg.inv(program.matrix[:, columns]).astype(float)
        reduced = costs - (costs[columns] @ inverse) @ program.matrix
        reduced[columns] = 0.0
        return cls(columns, inverse, reduced)

    def prices(self, costs: Floats) -> Floats:
        """Return the dual variables, shape (rows,)."""
        prices: Floats = costs[self.columns] @ self.inverse
        return prices

    def leave(self, place: int, entries: Floats) -> Places | None:
        """Return the dual feasible columns where that in one place leaves; None: none may enter.

        Parameters
        ----------
        place : int
        entries : ndarray of shape (columns,)
            The row of the tableau, ``inverse[place] @ matrix``.
        """
        may_enter = np.flatnonzero(entries < -TOLERANCE)
        if not len(may_enter):
            return None
        ratios = self.reduced[may_enter] / -entries[may_enter]
        columns = self.columns.copy()
        columns[place] = may_enter[int(ratios.argmin())]
        columns.sort()
        return columns


@dataclass(frozen=True, eq=False, slots=True)
class Infeasibility:
    """An inequality that holds of all data that shares fit, and not of those of a stratum.

    Attributes
    ----------
    stratum : int
    coefficients : ndarray of shape (cells,)
        ``coefficients @ cells[z] >= 0`` in every population; the largest is 1.
    excess : float
        By how much it fails.
    """

    stratum: int
    coefficients: Floats
    excess: float

    def in_words(self, names: Sequence[str]) -> str:
        """Return the inequality, given the names of the cells: ``P(a) + P(b) <= P(c)``."""
        sides: dict[bool, list[str]] = {False: [], True: []}
        for factor, name in zip(self.coefficients, names, strict=True):
            if abs(factor) > TOLERANCE:
                times = "" if abs(abs(factor) - 1) < TOLERANCE else f"{abs(factor):.3g} "
                sides[bool(factor > 0)].append(times + name)
        least, most = (" + ".join(sides[side]) or "0" for side in (False, True))
        return f"{least} <= {most}"


def minimise(program: LinearProgram, cells: Floats) -> tuple[Floats, list[Infeasibility]]:
    """Return the least cost in each stratum.

    Parameters
    ----------
    program : LinearProgram
    cells : ndarray of shape (strata, cells)

    Returns
    -------
    values : ndarray of shape (strata,)
        NaN where no shares fit the data.
    infeasible : list of Infeasibility
        One for each of these strata.
    """
    program = program.independent()
    costs = program.nudged()
    right = cells @ program.data.T
    values = np.full(len(cells), np.nan)
    infeasible: list[Infeasibility] = []
    start = first_basis(program, costs)
    if len(cells) > 1:  # strata are more like their mean than like anything else
        start = _next_to(right.mean(axis=0), program, costs, start)
    waiting = {start.tobytes(): [np.arange(len(cells))]}
    while waiting:
        key = next(iter(waiting))
        strata = np.concatenate(waiting.pop(key))
        basis = Basis.of(program, costs, np.frombuffer(key, dtype=np.intp))
        shares = right[strata] @ basis.inverse.T
        least = shares.argmin(axis=1)
        amounts = shares[np.arange(len(strata)), least]
        done = amounts >= -TOLERANCE
        values[strata[done]] = right[strata[done]] @ basis.prices(program.costs)
        for place, rest in _groups(least[~done], strata[~done]):
            columns = basis.leave(place, basis.inverse[place] @ program.matrix)
            if columns is not None:
                waiting.setdefault(columns.tobytes(), []).append(rest)
                continue
            coefficients = basis.inverse[place] @ program.data
            coefficients /= np.abs(coefficients).max()
            gaps = -(cells[rest] @ coefficients)
            near = rest[gaps <= ROUNDING]
            values[near] = right[near] @ basis.prices(program.costs)
            found = zip(rest[gaps > ROUNDING].tolist(), gaps[gaps > ROUNDING], strict=True)
            infeasible += [Infeasibility(z, coefficients, float(gap)) for z, gap in found]
    return values, infeasible


def _next_to(right: Floats, program: LinearProgram, costs: Floats, columns: Places) -> Places:
    """Return the columns of the basis that is best for one right-hand side, or is the last."""
    while True:
        basis = Basis.of(program, costs, columns)
        shares = basis.inverse @ right
        place = int(shares.argmin())
        entering = basis.leave(place, basis.inverse[place] @ program.matrix)
        if shares[place] >= -TOLERANCE or entering is None:
            return columns
        columns = entering


def _groups(labels: Places, members: Places) -> Iterator[tuple[int, Places]]:
    for label in np.unique(labels):
        yield int(label), members[labels == label]


def first_basis(program: LinearProgram, costs: Floats) -> Places:
    """Return the columns of a dual feasible basis, by the primal simplex method.

    It starts at any basis, with data that fit it, and improves on the costs.
    """
    rows = len(program.matrix)
    *_, order = qr(program.matrix, mode="economic", pivoting=True)
    columns = np.sort(order[:rows]).astype(np.intp)
    shares = np.random.default_rng(1).uniform(0.5, 1.0, rows)
    right = program.matrix[:, columns] @ shares
    while True:
        basis = Basis.of(program, costs, columns)
        entering = int(basis.reduced.argmin())
        if basis.reduced[entering] >= -1e-13 * max(1.0, float(np.abs(costs).max())):
            return columns
        shares = basis.inverse @ right
        direction = basis.inverse @ program.matrix[:, entering]
        ratios = np.where(direction > TOLERANCE, shares, np.inf) / np.maximum(direction, TOLERANCE)
        columns = columns.copy()
        columns[int(ratios.argmin())] = entering
        columns.sort()

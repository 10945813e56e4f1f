"""Terms over an observed joint distribution in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import DataError, PositivityError, shorten
from causal_magics.graph.distribution_terms import (
    Conditional,
    Product,
    Ratio,
    Sum,
    Term,
    free_names,
)
from causal_magics.graph.distribution_writing import Hand

__all__ = ["ObservedJoint"]

Array = NDArray[np.float64]
Cell = dict[str, int]

_TOLERANCE = 1e-6


class ObservedJoint:
    """A joint distribution of discrete variables, one axis each.

    Parameters
    ----------
    joint : array
        Probabilities, which sum to 1.
    nodes : sequence of str
        The variable of each axis.

    Raises
    ------
    DataError
        Where the axes and names differ in number, a name comes twice, or the numbers are no
        distribution.
    """

    def __init__(self, joint: NDArray[np.floating], nodes: Sequence[str]) -> None:
        self.joint: Array = np.asarray(joint, dtype=np.float64)
        self.names = tuple(nodes)
        self.axes = {name: axis for axis, name in enumerate(self.names)}
        if self.joint.ndim != len(self.names) or len(self.axes) != len(self.names):
            raise DataError(
                f"Expected a joint distribution with one axis a node, got {self.joint.ndim} axes "
                f"for {len(self.axes)} different names. Name each axis once."
            )
        total = float(self.joint.sum())
        if not np.all(self.joint >= 0) or not abs(total - 1) <= _TOLERANCE:
            raise DataError(
                "Expected a joint distribution of probabilities from 0 that sum to 1, got numbers "
                f"from {self.joint.min(initial=0):g} that sum to {total:g}. Divide counts by "
                "their sum."
            )

    def over(self, names: Iterable[str]) -> ObservedJoint:
        """Return the distribution of some of the variables.

        Raises
        ------
        DataError
            Where a variable has no axis.
        """
        wanted = list(names)
        for name in wanted:
            if name not in self.axes:
                raise DataError(
                    f"Expected an axis for each node of the estimand, but {shorten(name)} has "
                    f"none. The axes are {', '.join(map(shorten, self.names))}."
                )
        kept = [name for name in self.names if name in wanted]
        out = tuple(axis for name, axis in self.axes.items() if name not in wanted)
        return ObservedJoint(self.joint.sum(axis=out), kept)

    def values(
        self, term: Term, exposure: Sequence[str], outcome: Sequence[str], hand: Hand
    ) -> Array:
        """Return a distribution for all levels of exposures and outcomes, in their order.

        Parameters
        ----------
        term : Term
            It holds for any value of the other variables that it leaves free: it is averaged over
            those for which it is defined, by their probability.
        exposure, outcome : sequence of str
        hand : Hand
            Writes terms in messages.

        Raises
        ------
        PositivityError
            Where a condition that is needed has probability 0.
        """
        kept = [*exposure, *outcome]
        found = self.of(term)
        undefined = np.isnan(found).any(axis=self._places(outcome), keepdims=True)
        free = [n for n, axis in self.axes.items() if n not in kept and found.shape[axis] > 1]
        weights = self.kept(free) * ~undefined
        total = weights.sum(axis=self._places(free), keepdims=True)
        if np.any(total == 0):
            self._complain(term, np.isnan(found) & (self.kept(free) > 0) & (total == 0), hand)
        sums = (np.where(undefined, 0.0, found) * weights).sum(
            axis=self._places(free), keepdims=True
        )
        shape = [self.joint.shape[axis] if n in kept else 1 for n, axis in self.axes.items()]
        others = self._places(n for n in self.names if n not in kept)
        order = [n for n in self.names if n in kept]
        full = np.broadcast_to(sums / total, shape).squeeze(axis=others)
        return full.transpose([order.index(name) for name in kept]).copy()

    def _places(self, names: Iterable[str]) -> tuple[int, ...]:
        return tuple(sorted(self.axes[name] for name in names))

    # ------------------------------------------------------------------ terms

    def kept(self, names: Iterable[str]) -> Array:
        """Sum out all but some variables: their axes stay, the others have length 1."""
        keep = set(names)
        out = self._places(name for name in self.names if name not in keep)
        kept: Array = self.joint.sum(axis=out, keepdims=True)
        return kept

    def of(self, term: Term) -> Array:
        """Return a term with an axis a variable, of length 1 where the term lacks it.

        It is NaN where it conditions on what has probability 0, except beside a factor that is 0
        already.
        """
        match term:
            case Conditional(of, given):
                return _divided(self.kept(of | given), self.kept(given))
            case Product(factors):
                result: Array = np.ones([1] * self.joint.ndim)
                for factor in factors:
                    value = self.of(factor)
                    result = np.where((result == 0) | (value == 0), 0.0, result * value)
                return result
            case Sum(over, inner):
                total: Array = self.of(inner).sum(axis=self._places(over), keepdims=True)
                return total
            case Ratio(above, below):
                return _divided(self.of(above), self.of(below))

    # ------------------------------------------------------------------ what is not defined

    def _complain(self, term: Term, where: NDArray[np.bool_], hand: Hand) -> None:
        """Name the condition that lacks probability, at the first place where it is needed."""
        at = np.argwhere(where)[0]
        cell = {name: int(at[axis]) for name, axis in self.axes.items()}
        part, cell = self._undefined(term, cell)
        needed = part.given if isinstance(part, Conditional) else free_names(part.below)
        levels = _levels({name: cell[name] for name in self.names if name in needed})
        if isinstance(part, Conditional):
            raise PositivityError(f"P({levels})", hand.text(part))
        place = f" at {levels}" if levels else ""
        raise PositivityError(f"{hand.text(part.below)}{place}", hand.text(part))

    def _undefined(self, term: Term, cell: Cell) -> tuple[Conditional | Ratio, Cell]:
        """Return the part of a term that makes it undefined, and for which values."""
        match term:
            case Conditional():
                return term, cell
            case Product(factors):
                return self._undefined(next(f for f in factors if self._is_nan(f, cell)), cell)
            case Sum(over, inner):
                names = sorted(over)
                values = self.of(inner)
                for levels in np.ndindex(*(values.shape[self.axes[name]] for name in names)):
                    within = cell | dict(zip(names, levels, strict=True))
                    if self._is_nan(inner, within):
                        return self._undefined(inner, within)
            case Ratio(above, below):
                for part in (below, above):
                    if self._is_nan(part, cell):
                        return self._undefined(part, cell)
                return term, cell
        raise AssertionError("the term is defined here")

    def _is_nan(self, term: Term, cell: Cell) -> bool:
        values = self.of(term)
        at = tuple(min(cell[name], values.shape[a] - 1) for name, a in self.axes.items())
        return bool(np.isnan(values[at]))


def _divided(above: Array, below: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Array = np.where(below == 0, np.nan, above / below)
    return result


def _levels(cell: Mapping[str, int]) -> str:
    return ", ".join(f"{shorten(name)[1:-1]} = {level}" for name, level in cell.items())

"""Discrete columns, each coded once, and the joint distribution of some of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.frames.column_codes import code_column
from causal_magics.data.columns import columns_of
from causal_magics.data.wording import advice_on
from causal_magics.errors import CausalMagicsError, CounterfactualError, shorten

__all__ = ["DiscreteData", "JointTable"]

MOST_NUMBERS = 10
"""Distinct numbers up to which a column of numbers is discrete."""
MOST_LABELS = 50
MOST_CELLS = 1 << 22
"""Entries of a table that is laid out in full."""
GLANCE = 1_000
"""Rows that tell most continuous columns apart."""
KEPT = 4

Integers = NDArray[np.int64]
Places = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, eq=False, slots=True)
class JointTable:
    """The joint distribution of discrete columns, by the cells that occur.

    Attributes
    ----------
    names : tuple of str
    levels : tuple of tuple
        The labels of each column, lowest first.
    codes : ndarray of integers, shape (cells, columns)
    shares : ndarray of shape (cells,)
        Sums to 1.
    rows : int or None
        Rows behind it; None where it was given as probabilities.
    dropped : int
        Rows that were left out, as one of the columns has a gap there.
    """

    names: tuple[str, ...]
    levels: tuple[tuple[Any, ...], ...]
    codes: Places
    shares: Floats
    rows: int | None = None
    dropped: int = 0

    @classmethod
    def of_array(cls, probabilities: object, names: Sequence[str]) -> JointTable:
        """Return the distribution that an array holds, one axis a name.

        Raises
        ------
        CounterfactualError
            Where it has other axes, or holds no probabilities.
        """
        array = np.asarray(probabilities, dtype=float)
        if array.ndim != len(names):
            raise CounterfactualError(
                f"Expected an array with an axis for each of {len(names)} observed nodes "
                f"({', '.join(names)}), got {array.ndim}. Sum out the others, or mark them latent."
            )
        if not np.isfinite(array).all() or array.min(initial=0) < 0 or abs(array.sum() - 1) > 1e-6:
            raise CounterfactualError(
                "Expected probabilities from 0 that sum to 1, got "
                f"least {array.min(initial=0):.4g} and sum {array.sum():.6g}. Divide counts by "
                "their sum."
            )
        cells = np.argwhere(array > 0)
        levels = tuple(tuple(range(size)) for size in array.shape)
        return cls(tuple(names), levels, cells, array[array > 0])

    def levels_of(self, name: str) -> tuple[Any, ...]:
        """Return the labels of a column."""
        return self.levels[self.names.index(name)]

    def size(self, *groups: Sequence[str]) -> int:
        """Return how many entries `table` would have at most."""
        return prod(
            min(prod(len(self.levels_of(name)) for name in group), len(self.codes))
            for group in groups
        )

    def table(self, *groups: Sequence[str]) -> Floats:
        """Return the probabilities of groups of columns, one axis a group.

        An axis of one column has all its levels; an axis of several has the combinations that
        occur, as `seen` lists them; an axis of none has length 1.

        Raises
        ------
        CounterfactualError
            Where the table is too large.
        """
        if self.size(*groups) > MOST_CELLS:
            raise CounterfactualError(
                f"Expected at most {MOST_CELLS:,} combinations of levels, got up to "
                f"{self.size(*groups):,}. Merge levels, or leave nodes out."
            )
        places, sizes = [], []
        for group in groups:
            if len(group) == 1:
                places.append(self.codes[:, self.names.index(group[0])])
                sizes.append(len(self.levels_of(group[0])))
            else:
                first, place = self._combinations(group)
                places.append(place)
                sizes.append(len(first))
        flat = np.ravel_multi_index(places, sizes)
        table = np.bincount(flat, self.shares, minlength=prod(sizes))
        return np.asarray(table.reshape(sizes), dtype=np.float64)

    def dense(self, names: Sequence[str]) -> Floats:
        """Return the probabilities of some columns, one axis a name with all its levels."""
        return self.table(*([name] for name in names))

    def seen(self, group: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return the labels of each entry along the axis that `table` has for a group."""
        if len(group) == 1:
            return [(label,) for label in self.levels_of(group[0])]
        first, _ = self._combinations(group)
        columns = [self.names.index(name) for name in group]
        return [
            tuple(self.levels[column][self.codes[cell, column]] for column in columns)
            for cell in first
        ]

    def _combinations(self, group: Sequence[str]) -> tuple[Integers, Integers]:
        """Return a cell of each combination that occurs, and the combination of each cell."""
        if not group:
            return np.zeros(1, dtype=np.int64), np.zeros(len(self.codes), dtype=np.int64)
        columns = [self.names.index(name) for name in group]
        sizes = [len(self.levels[column]) for column in columns]
        _, first, place = np.unique(
            _keys([self.codes[:, column] for column in columns], sizes),
            return_index=True,
            return_inverse=True,
        )
        return first, place


class DiscreteData:
    """The columns of a data frame that are discrete, each coded when it is first asked for.

    Parameters
    ----------
    frame
        Any data frame that narwhals reads, or a mapping of columns. Its values must not change.

    Raises
    ------
    DataError
        Where it is no table.
    """

    def __init__(self, frame: Any) -> None:
        self._columns: Mapping[str, Any] = dict(columns_of(frame, None))
        self._coded: dict[str, tuple[Places, tuple[Any, ...]]] = {}
        self._problems: dict[str, str] = {}
        self._joints: dict[tuple[str, ...], JointTable] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(self._columns)

    def problem(self, name: str) -> str:
        """Return why a column cannot be used; empty where it can."""
        if name not in self._coded and name not in self._problems:
            try:
                self._coded[name] = self._code(name)
            except CausalMagicsError as error:
                self._problems[name] = str(error)
        return self._problems.get(name, "")

    def levels(self, name: str) -> tuple[Any, ...]:
        """Return the labels of a column that can be used, lowest first."""
        assert not self.problem(name)
        return self._coded[name][1]

    def is_at_hand(self, names: Iterable[str]) -> bool:
        """Whether the columns were looked at and counted before."""
        wanted = set(names)
        if not all(name in self._coded or name in self._problems for name in wanted):
            return False
        return self._counted(wanted - set(self._problems)) is not None

    def joint(self, names: Iterable[str]) -> JointTable:
        """Return the distribution of columns that can be used, over the rows without gaps.

        It may be that of more columns, where these were counted together before.
        """
        wanted = set(names)
        assert not any(map(self.problem, wanted))
        found = self._counted(wanted)
        if found is None:
            found = self._count(tuple(name for name in self._columns if name in wanted))
            while len(self._joints) >= KEPT:
                del self._joints[next(iter(self._joints))]
            self._joints[found.names] = found
        return found

    def _counted(self, wanted: set[str]) -> JointTable | None:
        for names, joint in self._joints.items():
            if wanted == set(names) or (wanted < set(names) and not joint.dropped):
                return joint
        return None

    def _code(self, name: str) -> tuple[Places, tuple[Any, ...]]:
        if name not in self._columns:
            raise CounterfactualError(
                f"The data have no column {shorten(name)}. {advice_on(name, self.names)}"
            )
        column = self._columns[name]
        first = code_column(name, column[:GLANCE]).compact()
        if first.labels.kind == "number" and len(first.labels) > MOST_NUMBERS:
            raise _too_many(name, len(first.labels), "numbers", at_least=len(column) > GLANCE)
        coded = code_column(name, column).compact()
        kind, count = coded.labels.kind, len(coded.labels)
        if kind == "number" and count > MOST_NUMBERS:
            raise _too_many(name, count, "numbers")
        if count > MOST_LABELS:
            raise _too_many(name, count, "labels")
        if count == 0:
            raise CounterfactualError(f"Expected values in {shorten(name)}, got gaps only.")
        values = (coded.values.astype(np.int64) - coded.low).astype(np.int8)
        return values, tuple(coded.labels.values.tolist())

    def _count(self, names: tuple[str, ...]) -> JointTable:
        coded = [self._coded[name] for name in names]
        levels = tuple(labels for _, labels in coded)
        rows = len(coded[0][0]) if coded else 0
        whole = np.ones(rows, dtype=bool)
        for values, _ in coded:
            whole &= values >= 0
        kept = int(whole.sum())
        columns = [values if kept == rows else values[whole] for values, _ in coded]
        if not kept:
            raise CounterfactualError(
                f"Expected rows that are complete in {', '.join(map(shorten, names))}, got none. "
                "Fill the gaps, or leave out a column."
            )
        codes, counts = _counted_cells(columns, [len(labels) for labels in levels])
        return JointTable(names, levels, codes, counts / kept, kept, rows - kept)


def _counted_cells(columns: list[Places], sizes: list[int]) -> tuple[Places, Integers]:
    """Return the cells that occur and how often."""
    keys = _keys(columns, sizes)
    if prod(sizes) <= max(4 * len(keys), 1 << 16):
        counts = np.bincount(keys, minlength=prod(sizes))
        cells = np.flatnonzero(counts)
        return np.stack(np.unravel_index(cells, sizes), axis=1), counts[cells]
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    return np.stack([column[first] for column in columns], axis=1), counts


def _keys(columns: Sequence[Places], sizes: Sequence[int]) -> Integers:
    """Return one number for each combination; in the combinations' order."""
    keys, width = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column, size in zip(columns, sizes, strict=True):
        if width * size >= 1 << 62:
            _, keys = np.unique(keys, return_inverse=True)
            width = len(keys)
        keys = keys * size + column
        width *= size
    return keys


def _too_many(name: str, count: int, kind: str, *, at_least: bool = False) -> CounterfactualError:
    most = MOST_NUMBERS if kind == "numbers" else MOST_LABELS
    number = f"at least {count:,}" if at_least else f"{count:,}"
    return CounterfactualError(
        f"Expected at most {most} distinct {kind} in {shorten(name)}, got {number}. "
        "Cut it into classes."
    )

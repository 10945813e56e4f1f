"""The units of one frame or two, one by one: what a learner is fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.frames.arrangement import nothing_left
from causal_magics.counterfactual.frames.coded_rows import CodedRows, Roles, coded_rows
from causal_magics.counterfactual.frames.column_codes import Codes
from causal_magics.counterfactual.frames.label_unions import united
from causal_magics.counterfactual.frames.sources import named_in_errors
from causal_magics.errors import CounterfactualError, DataError

__all__ = ["UnitRows", "unit_rows"]


@dataclass(frozen=True, eq=False, slots=True)
class UnitRows:
    """Units that have all that they must have.

    Attributes
    ----------
    arms, levels : Codes
    source : ndarray of shape (rows,)
    columns : dict of str to Codes
        Columns of strata and covariates.
    weights : ndarray of shape (rows,), optional
    left_out : dict of str to int
        Rows that lack what they must have, by column.
    """

    arms: Codes
    levels: Codes
    source: NDArray[np.int64]
    columns: dict[str, Codes]
    weights: Floats | None
    left_out: dict[str, int]

    @classmethod
    def of(cls, rows: CodedRows, names: tuple[str, ...]) -> UnitRows:
        """Return the complete rows of a frame, but for those that weigh nothing."""
        kept: Any = slice(None) if rows.kept is None else rows.kept
        if rows.weights is not None:
            heavy = rows.weights > 0
            kept = heavy if rows.kept is None else heavy & rows.kept
        return cls(
            _picked(rows.arms, kept),
            _picked(rows.levels, kept),
            rows.sources[np.asarray(rows.source.values[kept]) - rows.source.low],
            {name: _picked(column, kept) for name, column in zip(names, rows.by, strict=True)},
            None if rows.weights is None else rows.weights[kept],
            rows.left_out,
        )

    def __add__(self, other: UnitRows) -> UnitRows:
        """Return the units of both."""
        weights = None
        if self.weights is not None and other.weights is not None:
            weights = np.concatenate([self.weights, other.weights])
        left_out = {
            name: self.left_out.get(name, 0) + other.left_out.get(name, 0)
            for name in {**self.left_out, **other.left_out}
        }
        return UnitRows(
            _joined("the treatment", self.arms, other.arms),
            _joined("the outcome", self.levels, other.levels),
            np.concatenate([self.source, other.source]),
            {
                name: _joined(name, column, other.columns[name])
                for name, column in self.columns.items()
            },
            weights,
            left_out,
        )


def unit_rows(frame: Any, observations: Any, roles: Roles) -> UnitRows:
    """Return the units of a frame, and of a second one with observations where there is one.

    Raises
    ------
    CounterfactualError
        Where a column is missing or holds what it cannot, or a frame is not in memory.
    """
    if observations is None:
        return _of_frame(frame, roles)
    with named_in_errors("experiment"):
        rows = _of_frame(frame, roles)
    with named_in_errors("observations"):
        seen = _of_frame(observations, roles.as_observations())
    return rows + seen


def _of_frame(frame: Any, roles: Roles) -> UnitRows:
    if nw.dependencies.is_dask_dataframe(frame):
        raise CounterfactualError(
            "Expected a frame in memory for a learner, got one of Dask. Take a sample, "
            "frame.sample(frac=...).compute(), or leave out the learner: counts need no memory."
        )
    try:
        coded = coded_rows(frame, roles)
    except DataError as error:
        raise CounterfactualError(str(error)) from None
    rows = UnitRows.of(coded, roles.by)
    if not len(rows.source):
        raise nothing_left(coded.n_rows, coded.left_out)
    return rows


def _picked(column: Codes, kept: Any) -> Codes:
    codes = np.asarray(column.values[kept], dtype=np.int64) - column.low
    return Codes(codes, 0, column.labels, column.has_gaps)


def _joined(what: str, mine: Codes, theirs: Codes) -> Codes:
    labels, places = united(what, mine.labels, theirs.labels)
    codes = [
        np.append(place, -1)[column.values]
        for place, column in zip(places, (mine, theirs), strict=True)
    ]
    return Codes(np.concatenate(codes), 0, labels, mine.has_gaps or theirs.has_gaps)

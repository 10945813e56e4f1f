"""Further knots, where values leave the range that was known.

Beyond its outer knots every function of a basis is linear. When a batch lies there with a notable
share of its rows, the column gets knots there, and its functions are rotated anew for the old
range and the new. The rows that came before are gone; their Gram matrix is carried over as
``G' = T G T'``: each new function is replaced by its projection on the old ones over the old
range. As all old knots stay, the projection leaves over only how a new function bends between the
last two old knots; what earlier rows had beyond their outer knots counts as if it were linear
there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, lil_array

from causal_magics.discovery.basis import FACTORS, Basis, ColumnBasis, SplineBasis
from causal_magics.discovery.layout import Floats
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.discovery.worlds import Member, Memory

NOTABLE = 0.05
"""Share of the cells of a column beyond the outer knots from which it is told."""
GROWING = 0.02
"""Share beyond one outer knot from which knots are added there."""
FEWEST_ROWS = 6
"""Rows beyond an outer knot below which the basis stays as it is."""
MOST_KNOTS = 8
"""Knots that are added on one side at once."""
ALL_KNOTS = 32
"""Knots of a column beyond which none are added."""
CLOSEST = 0.01
"""Least distance of new knots, in widths of the range that was known."""
REACH = 1.0
"""How far new knots go, in widths of the range that was known."""
FAR = 100.0
"""Widths of the known range beyond which a column may have come in another unit."""
POINTS = 16
"""Points between two knots at which functions are projected."""


def beyond(basis: Basis, values: Floats) -> Floats:
    """Return the share of cells beyond the outer knots of every column, shape ``(columns,)``."""
    shares = np.zeros(len(basis.columns))
    for index, column in enumerate(basis.columns):
        present = values[~np.isnan(values[:, index]), index]
        if isinstance(column, SplineBasis) and len(present):
            scaled = column.scale(present)
            shares[index] = np.mean((scaled < column.knots[0]) | (scaled > column.knots[-1]))
    return shares


def far_columns(basis: Basis, values: Floats) -> list[int]:
    """Return the columns of which most cells lie many ranges beyond the outer knots."""
    found = []
    for index, column in enumerate(basis.columns):
        present = values[~np.isnan(values[:, index]), index]
        if isinstance(column, SplineBasis) and len(present):
            # on the column as it came: a bent scale draws far values in
            ends = column.scale.inverse(column.knots[[0, -1]])
            distance = np.maximum(ends[0] - present, present - ends[1])
            if np.median(distance) > FAR * (ends[1] - ends[0]):
                found.append(index)
    return found


def extended(basis: Basis, values: Floats) -> Basis:
    """Return a basis with knots for the rows of a batch; the same one where it has them."""
    columns = [
        _extended(column, own[~np.isnan(own)]) if isinstance(column, SplineBasis) else column
        for column, own in zip(basis.columns, values.T, strict=True)
    ]
    if all(new is old for new, old in zip(columns, basis.columns, strict=True)):
        return basis
    return replace(basis, columns=tuple(columns))


def carried(memory: Memory, before: Basis, after: Basis) -> Memory:
    """Return the memory with its statistics under an extended basis."""
    carrier = _carrier(before, after)
    known: dict[int, GramStatistic] = {}

    def moved(statistic: GramStatistic) -> GramStatistic:
        if id(statistic) not in known:
            gram = carrier @ (carrier @ statistic.gram).T
            known[id(statistic)] = replace(statistic, gram=gram, layout=after.layout)
        return known[id(statistic)]

    worlds = tuple(
        world.with_members(tuple(Member(moved(m.statistic), m.batches) for m in world.members))
        for world in memory.worlds
    )
    kept: Mapping[int, GramStatistic] = {k: moved(own) for k, own in memory.kept.items()}
    return replace(memory, worlds=worlds, kept=kept)


def _carrier(before: Basis, after: Basis) -> csr_array:
    """Return the matrix T: what each new function is in terms of the old ones."""
    old, new = before.layout.starts.tolist(), after.layout.starts.tolist()
    carrier = lil_array((1 + new[-1], 1 + old[-1]))
    carrier[0, 0] = 1.0
    for block in range(len(old) - 1):
        columns = np.arange(1 + old[block], 1 + old[block + 1])
        rows = np.arange(1 + new[block], 1 + new[block + 1])
        if len(rows) == len(columns):
            carrier[rows, columns] = 1.0
        else:
            projected = _projection(before.columns[block], after.columns[block])
            carrier[np.ix_(rows, np.append(0, columns))] = projected
    return csr_array(carrier)


def _projection(before: ColumnBasis, after: ColumnBasis) -> Floats:
    """Coefficients of new functions on the intercept and the old ones, over the old range."""
    assert isinstance(before, SplineBasis)
    values = before.scale.inverse(_points(before))
    old, new = before(values), after(values)
    known = np.column_stack((np.ones(len(values)), old))
    splines = before.coefficients.shape[2]
    found = np.linalg.lstsq(known[:, : 1 + splines], new, rcond=1e-10)[0].T
    coefficients = np.zeros((new.shape[1], known.shape[1]))
    coefficients[:, : 1 + splines] = found
    if old.shape[1] > splines:
        coefficients[-1] = np.arange(known.shape[1]) == splines + 1
    return coefficients


def _points(column: SplineBasis) -> Floats:
    """Points on the scale, as many between any two knots."""
    steps = (np.arange(POINTS) + 0.5) / POINTS
    points: Floats = (column.knots[:-1, None] + np.diff(column.knots)[:, None] * steps).ravel()
    return points


def _extended(column: SplineBasis, values: Floats) -> SplineBasis:
    if not FACTORS + 1 < len(column.knots) < ALL_KNOTS:
        return column
    scaled, knots = column.scale(values), column.knots
    width = float(knots[-1] - knots[0])
    further = [
        side * _further(side * scaled, float((side * knots).max()), width) for side in (1.0, -1.0)
    ]
    if not any(map(len, further)):
        return column
    known = _points(column)
    near = scaled[(scaled > knots[0] - REACH * width) & (scaled < knots[-1] + REACH * width)]
    points = np.concatenate((known, near))
    weights = np.repeat((0.5 / len(known), 0.5 / len(near)), (len(known), len(near)))
    return column.with_knots(np.concatenate(further), points, weights)


def _further(scaled: Floats, end: float, width: float) -> Floats:
    """Knots behind the last one."""
    outside = scaled[(scaled > end) & (scaled <= end + REACH * width)]
    if len(outside) < max(FEWEST_ROWS, GROWING * len(scaled)):
        return np.empty(0)
    reach = (float(outside.max()) - end) / width
    count = int(np.clip(round(2 * MOST_KNOTS * reach), 1, MOST_KNOTS))
    knots = np.unique(np.quantile(outside, np.linspace(0.0, 1.0, count + 1)[1:]))
    apart = np.diff(np.append(end, knots)) > CLOSEST * width
    found: Floats = knots[apart]
    return found

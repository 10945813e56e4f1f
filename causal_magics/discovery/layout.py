"""Which row of the Gram matrix is which function of which column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """What the functions of one block are.

    Attributes
    ----------
    order
        Degree of roughness of each function, from 1; shape ``(size,)``.
    responses
        Which functions are the column itself, as an effect; none for a product.
    nominal
        Whether the column is coded as a label.
    """

    order: Floats
    responses: tuple[int, ...] = ()
    nominal: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Layout:
    """The parts one after the other: those of the columns, then those of products of two columns.

    Functions are numbered from 0, without the intercept.

    Attributes
    ----------
    starts
        Block ``b`` holds the functions ``starts[b]`` to ``starts[b + 1]``.
    order
        Degree of roughness of each function.
    response_starts, responses
        Column ``j`` as an effect is the functions ``responses[response_starts[j] : ...]``.
    nominal
        Whether a column is coded as a label, shape ``(columns,)``.
    pairs
        The block of the products of two columns, or -1; shape ``(columns, columns)``.
    """

    starts: Indices
    order: Floats
    response_starts: Indices
    responses: Indices
    nominal: Booleans
    pairs: Indices

    @classmethod
    def of(
        cls,
        parts: Sequence[Part],
        products: Sequence[Part] = (),
        factors: Sequence[tuple[int, int]] = (),
    ) -> Layout:
        """Lay out the parts of all columns, and of the products of those pairs of columns."""
        sizes = [len(part.order) for part in (*parts, *products)]
        starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        responses = [
            start + function
            for start, part in zip(starts.tolist(), parts, strict=False)
            for function in part.responses
        ]
        scales = [len(part.responses) for part in parts]
        pairs = np.full((len(parts), len(parts)), -1, dtype=np.int64)
        for number, (first, second) in enumerate(factors):
            pairs[first, second] = pairs[second, first] = len(parts) + number
        return cls(
            starts=starts,
            order=np.concatenate([part.order for part in (*parts, *products)]),
            response_starts=np.concatenate(([0], np.cumsum(scales))).astype(np.int64),
            responses=np.array(responses, dtype=np.int64),
            nominal=np.array([part.nominal for part in parts]),
            pairs=pairs,
        )

    @property
    def n_columns(self) -> int:
        """Number of columns of the table."""
        return len(self.nominal)

    @property
    def n_functions(self) -> int:
        """Number of functions of all blocks."""
        return len(self.order)

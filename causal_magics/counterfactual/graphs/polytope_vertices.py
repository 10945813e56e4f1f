"""Vertices of small polytopes, by looking at all their bases."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.graphs.response_polytope import Polytope

__all__ = ["vertices_of"]

MOST_CORNERED = 200
"""Variables up to which vertices are looked for at all."""
MOST_BASES = 60_000
"""Bases up to which all vertices are looked for."""


def vertices_of(polytope: Polytope) -> Floats | None:
    """Return the asked probabilities at all vertices, or None where that is not certain.

    It is certain where rows are sums of types, so that a basis is regular or its determinant 0, and
    where there are few bases.

    Shape (vertices, events); points that are no vertices once only the asked are looked at may be
    among them.
    """
    plain = bool(np.isin(polytope.matrix.data, (-1.0, 0.0, 1.0)).all())
    if not plain or polytope.matrix.shape[1] > MOST_CORNERED:
        return None
    matrix, right = _independent(polytope.matrix.toarray(), polytope.right)
    rank, size = matrix.shape
    if comb(size, rank) > MOST_BASES:
        return None
    bases = np.array(list(combinations(range(size), rank)))
    asked = polytope.asked.toarray()
    found = []
    for part in np.array_split(bases, max(1, len(bases) // 4096)):
        squares = matrix[:, part].transpose(1, 0, 2)
        regular = np.abs(np.linalg.det(squares)) > 1e-9
        solved = np.linalg.solve(
            squares[regular], np.broadcast_to(right[:, None], (int(regular.sum()), rank, 1))
        )[..., 0]
        feasible = solved.min(axis=1, initial=0.0) >= -1e-9
        chosen = part[regular][feasible]
        found.append(np.einsum("vr,evr->ve", solved[feasible], asked[:, chosen]))
    points = np.clip(np.concatenate(found), 0.0, 1.0)
    return np.unique(points.round(13), axis=0) if len(points) else points


def _independent(matrix: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Return independent rows that say the same."""
    from scipy.linalg import qr

    _, upper, order = qr(matrix.T, mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(upper)) > 1e-9).sum())
    kept = np.sort(order[:rank])
    return matrix[kept], right[kept]

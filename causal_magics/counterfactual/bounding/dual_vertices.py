"""The vertices of a linear program's dual: its least value as a maximum of linear functions.

The vertices of a pointed polyhedron hang together by its edges. From each basis the dual simplex
method knows, for each column that may leave, which one enters: the basis at the other end of an
edge. So all are found from one, as in Avis & Fukuda (1992), "A pivoting algorithm for convex hulls
and vertex enumeration", here with a list of those seen. Costs are nudged so that each vertex of the
nudged dual has one basis, and the vertices of the true dual are those of the same bases.
"""

from __future__ import annotations

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.linear_programs import Basis, LinearProgram, first_basis

__all__ = ["MOST_BASES", "dual_vertices"]

MOST_BASES = 25_000
"""Bases that are looked at before there are too many: some seconds; 3 arms of 3 levels have 20,000.
"""


def dual_vertices(program: LinearProgram, *, most_bases: int = MOST_BASES) -> Floats | None:
    """Return the linear functions of the data whose maximum is a program's least value.

    Parameters
    ----------
    program : LinearProgram
    most_bases : int
        How many bases may be looked at.

    Returns
    -------
    ndarray of shape (vertices, cells), or None
        The least value is ``max(vertices @ cells[z])`` where any shares fit the data. None where
        there are more than `most_bases` bases.
    """
    program = program.independent()
    costs = program.nudged()
    first = first_basis(program, costs)
    seen, waiting, prices = {first.tobytes()}, [first], []
    while waiting:
        basis = Basis.of(program, costs, waiting.pop())
        prices.append(basis.prices(program.costs))
        for place, entries in enumerate(basis.inverse @ program.matrix):
            columns = basis.leave(place, entries)
            if columns is not None and columns.tobytes() not in seen:
                seen.add(columns.tobytes())
                waiting.append(columns)
        if len(seen) > most_bases:
            return None
    scale = max(1.0, float(np.abs(program.costs).max(initial=0.0)))
    found = np.array(prices)
    _, places = np.unique(np.round(found / scale, 9), axis=0, return_index=True)
    vertices: Floats = found[places] @ program.data
    return vertices

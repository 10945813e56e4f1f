"""Linear programs over one polytope with many objectives, and what contradicts it."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.graphs.response_polytope import Polytope
from causal_magics.errors import ContradictionError

__all__ = ["Infeasible", "PolytopeProgram", "check_consistent"]

CONTRADICTION = 1e-6
"""Total slack from which data contradict the graph: less is rounding."""


class Infeasible(Exception):  # noqa: N818  it says what was found, not that something went wrong
    """No point of a polytope."""


class PolytopeProgram:
    """The least value of linear functions over ``z >= 0, matrix @ z = right, extra @ z <= 0``.

    HiGHS keeps its basis from one objective to the next where `highspy` is installed.
    """

    def __init__(
        self, matrix: sparse.sparray, right: Floats, extra: sparse.sparray | None = None
    ) -> None:
        self._matrix = sparse.csr_array(matrix)
        self._right = np.asarray(right, dtype=float)
        self._extra = None if extra is None or extra.shape[0] == 0 else sparse.csr_array(extra)
        self._solver = self._warm() if _has_highspy() else None

    def minimise(self, costs: Floats) -> tuple[float, Floats]:
        """Return the least value and a point that has it.

        Raises
        ------
        Infeasible
        """
        if self._solver is None:
            return self._cold(costs)
        import highspy

        count = len(costs)
        self._solver.changeColsCost(count, np.arange(count, dtype=np.int32), costs)
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return self._cold(costs)
        point = np.array(self._solver.getSolution().col_value)
        return float(costs @ point), point

    def _cold(self, costs: Floats) -> tuple[float, Floats]:
        extra = {} if self._extra is None else {
            "A_ub": self._extra, "b_ub": np.zeros(self._extra.shape[0])
        }  # fmt: skip
        found = linprog(costs, A_eq=self._matrix, b_eq=self._right, method="highs", **extra)
        if found.status != 0:
            raise Infeasible
        return float(found.fun), found.x

    def _warm(self) -> Any:
        import highspy

        rows = [self._matrix] if self._extra is None else [self._matrix, self._extra]
        columns = sparse.csc_array(sparse.vstack(rows))
        below = 0 if self._extra is None else self._extra.shape[0]
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = columns.shape
        program.col_cost_ = np.zeros(columns.shape[1])
        program.col_lower_ = np.zeros(columns.shape[1])
        program.col_upper_ = np.full(columns.shape[1], np.inf)
        program.row_lower_ = np.concatenate([self._right, np.full(below, -np.inf)])
        program.row_upper_ = np.concatenate([self._right, np.zeros(below)])
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = columns.indptr
        program.a_matrix_.index_ = columns.indices
        program.a_matrix_.value_ = columns.data
        solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.setOptionValue("output_flag", False)
        solver.passModel(program)
        return solver


def _has_highspy() -> bool:
    return importlib.util.find_spec("highspy") is not None


def check_consistent(polytope: Polytope) -> None:
    """Refuse data that no model of the graph has, with the inequality that they break.

    By how much the probabilities of a model must fall short of the data, in total, is a linear
    program; its dual is an inequality that holds in every model, such as the instrumental
    inequality of Pearl (1995).

    Parameters
    ----------
    polytope : Polytope
        With all types, none merged or dropped.

    Raises
    ------
    ContradictionError
    """
    said = np.array([bool(name) for name in polytope.names])
    if not said.any():
        return
    slack = sparse.eye_array(int(said.sum()))
    size = polytope.matrix.shape[1]
    found = linprog(
        np.concatenate([np.zeros(size), np.ones(slack.shape[0])]),
        A_ub=sparse.csr_array(sparse.hstack([-polytope.matrix[said], -slack])),
        b_ub=-polytope.right[said],
        A_eq=sparse.csr_array(
            sparse.hstack(
                [polytope.matrix[~said], sparse.csr_array((int((~said).sum()), slack.shape[0]))]
            )
        ),
        b_eq=polytope.right[~said],
        method="highs",
    )
    if found.status != 0 or found.fun <= CONTRADICTION:
        return
    names = [name for name in polytope.names if name]
    weights = -found.ineqlin.marginals
    most = float(weights @ polytope.right[said] - found.fun)
    inequality = _inequality(weights, names, most)
    raise ContradictionError(
        f"Expected {inequality}, as in every model of the graph, but in these data the left side "
        f"is {most + found.fun:.4g}: it fails by {found.fun:.4g}. Draw a hidden cause or an edge "
        "that is missing; or smooth the data, where so much is within sampling error.",
        inequality,
        float(found.fun),
    )


def _inequality(weights: Floats, names: Sequence[str], most: float) -> str:
    """Return ``sum(weights * P) <= most`` as text."""
    parts = []
    for weight, name in zip(weights, names, strict=True):
        if abs(weight) > 1e-7:
            size = "" if abs(abs(weight) - 1) < 1e-7 else f"{abs(weight):.3g} "
            parts.append(f"{'-' if weight < 0 else '+'} {size}{name}")
    text = " ".join(parts).removeprefix("+ ")
    return f"{text} <= {most + 0.0:.3g}"

"""Bounds from an instrument: an assignment that not all comply with.

Balke & Pearl (1997), "Bounds on treatment effects from studies with imperfect compliance". The
instrument Z is assigned at random and reaches the outcome Y through the arm D that is taken alone.
A unit is then what it would take under each value of Z and what would become of it under each arm.
The distribution P(y, d | z) is linear in the shares of these types, and so is any payoff: its sharp
bounds are two linear programs.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Bounds, Floats
from causal_magics.counterfactual.bounding.contrast_programs import worth_of_contrast
from causal_magics.counterfactual.bounding.linear_programs import LinearProgram, minimise
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.payoff_terms import check_contrast
from causal_magics.counterfactual.bounding.response_types import MOST_COLUMNS, response_types
from causal_magics.errors import ContradictionError, CounterfactualError
from causal_magics.options import check_flag, check_option

__all__ = ["instrumental_bounds"]

TOLERANCE = 1e-9
"""Contradictions up to this size are rounding."""


def instrumental_bounds(
    observed: Any,
    payoff: Literal["ate", "pns"] | Payoff | Any = "ate",
    *,
    contrast: tuple[int, int] = (0, 1),
    no_defiers: bool = False,
) -> Bounds:
    """Bound a treatment's effect, or any payoff, where an instrument moves who takes which arm.

    Parameters
    ----------
    observed : array of shape (values, arms, levels) or (strata, values, arms, levels)
        ``observed[z, d, y]`` is P(D = d, Y = y | Z = z): each value of the instrument sums to 1.
        Arm 0 is untreated, level 0 the lowest.
    payoff : {"ate", "pns"}, Payoff, four weights or matrix
        What is bounded: the mean effect of treating on the outcome (levels count 0, 1, 2, …), the
        probability of necessity and sufficiency, or the benefit of treating.
    contrast : tuple of int
        The untreated and the treated arm.
    no_defiers : bool
        Whether no unit takes a lower arm under a value of the instrument than under one before it
        (Imbens & Angrist 1994).

    Returns
    -------
    Bounds
        Sharp: numbers, or arrays of shape (strata,) where strata are given.

    Raises
    ------
    CounterfactualError
        Where what is given are no probabilities of this shape, or all weights are equal.
    ContradictionError
        Where Z is no instrument: the inequality that fails, and by how much.

    Examples
    --------
    Cholesterol and cholestyramine, assigned to half of the men (Balke & Pearl 1997):

    >>> instrumental_bounds([[[0.919, 0.081], [0, 0]], [[0.315, 0.073], [0.139, 0.473]]])
    <Bounds: ATE in [0.392, 0.78], sharp>
    """
    check_flag("no_defiers", no_defiers)
    table, single = _read(observed)
    strata, n_values, n_arms, n_levels = table.shape
    check_contrast(contrast, n_arms)
    matrix, quantity = _matrix(payoff, n_levels)
    _check_instrument(table, no_defiers=no_defiers)
    worth = worth_of_contrast(matrix, n_arms, contrast)
    program = _program(worth, n_values, no_defiers=no_defiers)
    cells = table.reshape(strata, -1)
    lower, infeasible = minimise(program, cells)
    if infeasible:
        worst = max(infeasible, key=lambda found: found.excess)
        names = [f"P(d={d}, y={y} | z={z})" for z, d, y in np.ndindex(*table.shape[1:])]
        raise _contradiction(
            worst.in_words(names), worst.excess, worst.stratum, strata, no_defiers=no_defiers
        )
    upper = np.maximum(lower, -minimise(program.with_costs(-program.costs), cells)[0])
    if single:
        return Bounds(float(lower[0]), float(upper[0]), quantity)
    return Bounds(lower, upper, quantity)


def _program(worth: Floats, n_values: int, *, no_defiers: bool) -> LinearProgram:
    """Return the program over the shares of uptake types and response types."""
    n_arms, n_levels = worth.ndim, worth.shape[0]
    columns = n_arms**n_values * n_levels**n_arms
    if columns > MOST_COLUMNS:
        raise CounterfactualError(
            f"Expected at most {MOST_COLUMNS:,} types of units, got {columns:,} for {n_values} "
            f"values of the instrument, {n_arms} arms and {n_levels} levels. Merge some."
        )
    uptakes = response_types(n_values, n_arms, monotone=no_defiers)
    responses = response_types(n_arms, n_levels)
    # takes[z, d, u]: whether uptake type u takes d under z; has[d, y, r] is that of responses.
    takes = uptakes.T[:, None, :] == np.arange(n_arms)[None, :, None]
    has = responses.T[:, None, :] == np.arange(n_levels)[None, :, None]
    matrix = (takes[:, :, None, :, None] & has[None, :, :, None, :]).astype(float)
    matrix = matrix.reshape(n_values * n_arms * n_levels, -1)
    costs = np.tile(worth[tuple(responses.T)], len(uptakes)).astype(float)
    return LinearProgram(costs, matrix, np.eye(len(matrix)))


def _check_instrument(table: Floats, *, no_defiers: bool) -> None:
    """Refuse what no instrument gives.

    Pearl (1995), "On the testability of causal models with latent and instrumental variables":
    for each arm the sum over y of max over z of P(y, d | z) is at most 1. Without defiers those who
    take the lowest arm are ever fewer and those who take the highest ever more, whatever their
    outcome (Balke & Pearl 1997, section 4).
    """
    strata = len(table)
    totals = table.max(axis=1).sum(axis=2)
    z, d = np.unravel_index(int(totals.argmax()), totals.shape)
    excess = float(totals[z, d] - 1)
    if excess > TOLERANCE:
        inequality = f"sum over y of max over z of P(y, d={d} | z) <= 1"
        raise _contradiction(inequality, excess, int(z), strata, no_defiers=False)
    if not no_defiers or table.shape[1] < 2:
        return
    steps = np.diff(table, axis=1)
    for arm, gaps, sign in (
        (0, steps[:, :, 0], "<="),
        (table.shape[2] - 1, -steps[:, :, -1], ">="),
    ):
        z, step, level = np.unravel_index(int(gaps.argmax()), gaps.shape)
        if gaps[z, step, level] > TOLERANCE:
            cell = f"y={level}, d={arm}"
            inequality = f"P({cell} | z={step + 1}) {sign} P({cell} | z={step})"
            raise _contradiction(
                inequality, float(gaps[z, step, level]), int(z), strata, no_defiers=True
            )


def _contradiction(
    inequality: str, excess: float, stratum: int, strata: int, *, no_defiers: bool
) -> ContradictionError:
    where = f" in stratum {stratum}" if strata > 1 else ""
    reason = "The instrument is confounded or acts on the outcome directly" + (
        ", or some units defy it; leave out no_defiers." if no_defiers else "; it is none."
    )
    return ContradictionError(
        f"Expected {inequality}{where}: it fails by {excess:.4g}. {reason}", inequality, excess
    )


def _matrix(payoff: Any, n_levels: int) -> tuple[Floats, str]:
    """Return the worth by the outcome untreated and treated, and what is bounded."""
    if isinstance(payoff, str):
        check_option("payoff", payoff, ("ate", "pns"))
        if payoff == "ate":
            scores = np.arange(n_levels, dtype=float)
            return scores[None, :] - scores[:, None], "ATE"
        payoff, quantity = Payoff.pns(), "PNS"
    else:
        payoff, quantity = Payoff.of(payoff), "benefit"
        payoff.check_tells_apart()
    if payoff.n_levels != n_levels:
        raise CounterfactualError(
            f"Expected a payoff of {n_levels} outcome levels, as observed has, got "
            f"{payoff.n_levels}. Give a matrix of shape ({n_levels}, {n_levels})."
        )
    return payoff.values, quantity


def _read(observed: Any) -> tuple[Floats, bool]:
    """Return P(d, y | z) of each stratum, and whether there was one without an axis."""
    try:
        table = np.asarray(observed, dtype=float)
    except (TypeError, ValueError):
        table = np.empty(0)
    if table.ndim not in (3, 4) or min(table.shape[-2:]) < 2 or 0 in table.shape:
        raise CounterfactualError(
            "Expected observed of shape (values, arms, levels), or (strata, values, arms, levels), "
            f"with P(D = d, Y = y | Z = z), got shape {table.shape}. Give two arms and levels or "
            "more."
        )
    single = table.ndim == 3
    table = table[None] if single else table
    if not (table.min() >= -TOLERANCE):  # NaN too
        raise CounterfactualError(
            f"Expected probabilities from 0 to 1 in observed, got {table.min():.4g}. Leave out "
            "what is not known."
        )
    totals = table.sum(axis=(2, 3))
    worst = totals.flat[int(np.abs(totals - 1).argmax())]
    if abs(worst - 1) > 1e-6:
        raise CounterfactualError(
            "Expected the probabilities of arms and levels to sum to 1 for each value of the "
            f"instrument, got {worst:.6g}. Give P(D = d, Y = y | Z = z), "
            + ("and divide counts by their sum." if worst > 1 else "of every arm and level.")
        )
    return table, single

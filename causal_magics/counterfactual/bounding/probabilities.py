"""Probabilities of causation and the benefit of treating, from probabilities that are known.

Tian & Pearl (2000), "Probabilities of causation: bounds and identification"; Li & Pearl (2019),
"Unit selection based on counterfactual logic". `bounds` finds the same from rows of data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from causal_magics.counterfactual.bounding.binary_cells import CELLS, BinaryCells
from causal_magics.counterfactual.bounding.bounds import Bounds, Floats
from causal_magics.counterfactual.bounding.closed_forms import (
    Ends,
    benefit_bounds,
    pn_bounds,
    pns_bounds,
    ps_bounds,
)
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.payoff_lines import is_lines, payoff_of
from causal_magics.counterfactual.bounding.payoff_terms import check_monotone, payoff_bounds
from causal_magics.errors import ContradictionError, CounterfactualError
from causal_magics.options import check_flag

__all__ = ["benefit", "pn", "pns", "ps"]

AGREEMENT = 1e-6
"""How far an experiment may be from what observations without confounding say."""


def pns(
    do_treated: Any = None,
    do_untreated: Any = None,
    observed: Sequence[Any] | None = None,
    *,
    monotone: bool = False,
    exogenous: bool = False,
) -> Bounds:
    """Bound the probability of necessity and sufficiency: the share that only treatment helps.

    Parameters
    ----------
    do_treated, do_untreated : float or ndarray of shape (strata,), optional
        P(y_x) and P(y_x'), from an experiment.
    observed : four of float or ndarray of shape (strata,), optional
        P(x, y), P(x, y'), P(x', y) and P(x', y'), from observations: probabilities, no counts.
    monotone : bool
        Whether the treatment never prevents the outcome. With an experiment, this leaves a point.
    exogenous : bool
        Whether nothing confounds treatment and outcome, so that P(y_x) = P(y | x).

    Returns
    -------
    Bounds
        Sharp, on P(y_x, y'_x'): numbers, or arrays of shape (strata,) where an array is given.

    Raises
    ------
    CounterfactualError
        Where what is given are no probabilities, or there is too little of it.
    OptionError
        Where `monotone` or `exogenous` is neither True nor False.
    ContradictionError
        Where no population has what is given; `inequality` and `excess` say what fails by how
        much.

    Examples
    --------
    >>> pns(0.49, 0.21)
    <Bounds: PNS in [0.28, 0.49], sharp>
    >>> pns(0.49, 0.21, observed=(0.49, 0.21, 0.21, 0.09))
    <Bounds: PNS in [0.49, 0.49], sharp>
    """
    cells, single = _read(do_treated, do_untreated, observed, monotone, exogenous)
    if exogenous:
        cells = BinaryCells(cells.treated, cells.untreated, None)
    return _answer("PNS", pns_bounds(cells, monotone=monotone), single)


def pn(
    do_treated: Any = None,
    do_untreated: Any = None,
    observed: Sequence[Any] | None = None,
    *,
    monotone: bool = False,
    exogenous: bool = False,
) -> Bounds:
    """Bound the probability of necessity: of those treated with the outcome, whom it is due to.

    The parameters and errors are those of `pns`.

    Returns
    -------
    Bounds
        Sharp, on P(y'_x' | x, y). In arrays, NaN where P(x, y) = 0, as nothing is asked there;
        where all is numbers that is an error.

    Notes
    -----
    Observations and P(y_x') are enough. An experiment alone says next to nothing of who took the
    treatment: the bounds are 0 and 1 but in the corners.

    Examples
    --------
    >>> pn(0.016, 0.014, observed=(0.001, 0.499, 0.014, 0.486))
    <Bounds: PN in [1, 1], sharp>
    """
    cells, single = _read(do_treated, do_untreated, observed, monotone, exogenous)
    if exogenous:
        assert cells.treated is not None
        ends = _conditioned(cells, cells.treated, monotone=monotone)
    else:
        ends = pn_bounds(cells, monotone=monotone)
    return _answer("PN", ends, single, condition="P(x, y)")


def ps(
    do_treated: Any = None,
    do_untreated: Any = None,
    observed: Sequence[Any] | None = None,
    *,
    monotone: bool = False,
    exogenous: bool = False,
) -> Bounds:
    """Bound the probability of sufficiency: of those untreated without the outcome, whom it helps.

    The parameters and errors are those of `pns`.

    Returns
    -------
    Bounds
        Sharp, on P(y_x | x', y'). In arrays, NaN where P(x', y') = 0; where all is numbers that is
        an error.

    Notes
    -----
    Observations and P(y_x) are enough.

    Examples
    --------
    >>> ps(0.016, 0.014, observed=(0.001, 0.499, 0.014, 0.486))
    <Bounds: PS in [0.002058, 0.03086], sharp>
    """
    cells, single = _read(do_treated, do_untreated, observed, monotone, exogenous)
    if exogenous:
        assert cells.untreated is not None
        ends = _conditioned(cells, 1 - cells.untreated, monotone=monotone)
    else:
        ends = ps_bounds(cells, monotone=monotone)
    return _answer("PS", ends, single, condition="P(x', y')")


def benefit(
    weights: Payoff | Sequence[float] | Sequence[Sequence[float]] | Floats | str | Sequence[str],
    do_treated: Any = None,
    do_untreated: Any = None,
    observed: Any = None,
    *,
    monotone: bool = False,
) -> Bounds:
    """Bound the mean benefit of treating.

    Parameters
    ----------
    weights : Payoff, four numbers, lines, or matrix of shape (levels, levels)
        What treating is worth: for a complier, an always-taker, a never-taker and a defier, or by
        the outcome untreated (row) and treated (column). Lines, of two levels, are such as
        ``complier 2, defier -10`` or ``0 -> 1 = 2``.
    do_treated, do_untreated : float or ndarray, optional
        P(y_x) and P(y_x') for two levels, as in `pns`. For more, the probabilities of the levels,
        lowest first: shape (levels,) or (strata, levels).
    observed : optional
        Four probabilities for two levels, as in `pns`. For more, P(arm, level), untreated first:
        shape (2, levels) or (strata, 2, levels).
    monotone : bool
        Whether no unit has a lower level treated than untreated.

    Returns
    -------
    Bounds
        Sharp, in the unit of the weights.

    Raises
    ------
    CounterfactualError
        Where all weights are equal, what is given are no probabilities, or there is too little.
    ContradictionError
        Where no population has what is given.

    Examples
    --------
    >>> benefit((2, 0, 0, -10), 0.49, 0.21, observed=(0.49, 0.21, 0.21, 0.09))
    <Bounds: benefit in [-1.12, -1.12], sharp>
    """
    check_flag("monotone", monotone)
    payoff = payoff_of(weights, (0, 1), "y") if is_lines(weights) else Payoff.of(weights)  # type: ignore[arg-type]
    payoff.check_tells_apart()
    if payoff.n_levels > 2:
        return _benefit_of_levels(payoff, do_treated, do_untreated, observed, monotone=monotone)
    cells, single = _read(do_treated, do_untreated, observed, monotone)
    if (cells.treated is None) != (cells.untreated is None):
        raise _one_arm_only(cells)
    return _answer("benefit", benefit_bounds(cells, payoff, monotone=monotone), single)


def _read(
    do_treated: Any, do_untreated: Any, observed: Any, monotone: object, exogenous: object = False
) -> tuple[BinaryCells, bool]:
    """Return the cells, checked, and whether all were numbers."""
    check_flag("monotone", monotone)
    check_flag("exogenous", exogenous)
    cells, single = BinaryCells.read(do_treated, do_untreated, observed)
    return _settled(cells, monotone=bool(monotone), exogenous=bool(exogenous)), single


def _settled(cells: BinaryCells, *, monotone: bool, exogenous: bool) -> BinaryCells:
    """Check the cells, and fill in the experiment that observations without confounding are."""
    one_arm = (cells.treated is None) != (cells.untreated is None)
    if cells.observed is None and one_arm:
        raise _one_arm_only(cells)
    cells.check(monotone=monotone and not exogenous)
    if not exogenous:
        return cells
    if cells.observed is not None:
        xy, xn, ny, nn = cells.observed
        treated, untreated = _ratio(xy, xy + xn), _ratio(ny, ny + nn)
        _check_agreement("P(y_x) = P(y | x)", cells.treated, treated)
        _check_agreement("P(y_x') = P(y | x')", cells.untreated, untreated)
        cells = BinaryCells(treated, untreated, cells.observed)
    if monotone:
        a, b = cells.columns[:2]
        known = ~np.isnan(a + b)
        arms = BinaryCells(np.where(known, a, 0.0), np.where(known, b, 0.0), None)
        arms.check(monotone=True)
    return cells


def _conditioned(cells: BinaryCells, among: Floats, *, monotone: bool) -> Ends:
    """Return the bounds on PN or PS without confounding: those on PNS over P(y_x) or P(y'_x')."""
    experiment = BinaryCells(cells.treated, cells.untreated, None)
    lower, upper = pns_bounds(experiment, monotone=monotone)
    return np.minimum(_ratio(lower, among), 1.0), np.minimum(_ratio(upper, among), 1.0)


def _ratio(part: Floats, whole: Floats) -> Floats:
    shares: Floats = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return shares


def _check_agreement(equation: str, given: Floats | None, implied: Floats) -> None:
    if given is None:
        return
    gaps = np.nan_to_num(np.abs(given - implied))
    z = int(gaps.argmax())
    if gaps[z] > AGREEMENT:
        where = f" in stratum {z}" if len(gaps) > 1 else ""
        raise ContradictionError(
            f"Expected {equation}{where}, as nothing confounds, got {given[z]:.4g} and "
            f"{implied[z]:.4g}: they differ by {gaps[z]:.4g}. Leave out exogenous, or the "
            "experiment.",
            equation,
            float(gaps[z]),
        )


def _one_arm_only(cells: BinaryCells) -> CounterfactualError:
    given, missing = "do_treated", "do_untreated"
    if cells.treated is None:
        given, missing = missing, given
    extra = ", or observed" if cells.observed is None else f", or leave out {given}"
    return CounterfactualError(
        f"Expected both arms of the experiment, got {given} alone. Give {missing} too{extra}."
    )


def _answer(quantity: str, ends: Ends, single: bool, condition: str = "") -> Bounds:
    lower, upper = ends
    if not single:
        return Bounds(lower, upper, quantity)
    if np.isnan(lower[0]):
        cell = condition or "the share of an arm"
        raise CounterfactualError(
            f"Expected {cell} above 0, got 0: {quantity} is a share of nobody there. "
            f"Ask for PNS, or give {', '.join(CELLS)} of a population that has them."
        )
    return Bounds(float(lower[0]), float(upper[0]), quantity)


def _benefit_of_levels(
    payoff: Payoff, do_treated: Any, do_untreated: Any, observed: Any, *, monotone: bool
) -> Bounds:
    n = payoff.n_levels
    if (do_treated is None) != (do_untreated is None):
        given, missing = ("do_treated", "do_untreated")[:: 1 if do_untreated is None else -1]
        raise CounterfactualError(
            f"Expected both arms of the experiment, got {given} alone. Give {missing} too."
        )
    parts, single = [], True
    for name, value, shape in (
        ("do_untreated", do_untreated, (n,)),
        ("do_treated", do_treated, (n,)),
        ("observed", observed, (2, n)),
    ):
        part = None if value is None else _of_levels(name, value, shape)
        single = single and (part is None or part.ndim == len(shape))
        parts.append(None if part is None else part.reshape(-1, *shape))
    untreated, treated, seen = parts
    strata = max((len(part) for part in parts if part is not None), default=1)
    if any(part is not None and len(part) not in (1, strata) for part in parts):
        raise CounterfactualError(
            "Expected arrays of one length, an entry for each stratum, got lengths "
            f"{' and '.join(str(len(part)) for part in parts if part is not None)}."
        )
    experiment = None
    if untreated is not None and treated is not None:
        both = [np.broadcast_to(part, (strata, n)) for part in (untreated, treated)]
        experiment = np.stack(both, axis=1)
    observations = None if seen is None else np.broadcast_to(seen, (strata, 2, n))
    distributions = Distributions(experiment, observations)
    distributions.check_consistent()
    if monotone:
        check_monotone(distributions)
    return _answer("benefit", payoff_bounds(distributions, payoff, monotone=monotone), single)


def _of_levels(name: str, value: Any, shape: tuple[int, ...]) -> Floats:
    try:
        numbers = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.shape[-len(shape) :] != shape or numbers.ndim > len(shape) + 1:
        wanted = ", ".join(map(str, shape))
        raise CounterfactualError(
            f"Expected {name} of shape ({wanted}{',' if len(shape) == 1 else ''}) or "
            f"(strata, {wanted}), as the payoff has {shape[-1]} levels, got shape {numbers.shape}."
        )
    return numbers

"""Effects that a graph identifies, beside the observations that they agree with.

What an experiment would have told is computed from observations: by adjustment, by the front
door, or by any other formula of the do-calculus. The bounds of both sources then hold, for all
units or in each stratum of what the treatment does not affect.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.payoff_terms import payoff_bounds
from causal_magics.counterfactual.graphs.covariates import (
    back_door_sets,
    stratifying_set,
    worth_a_split,
)
from causal_magics.counterfactual.graphs.discrete_table import MOST_CELLS
from causal_magics.counterfactual.graphs.narrowing_question import Question
from causal_magics.errors import NotIdentifiedError, PositivityError
from causal_magics.graph.distribution_estimand import DistributionEstimand
from causal_magics.graph.front_door import front_door_sets
from causal_magics.graph.id_algorithm import identify_distribution

__all__ = [
    "Route",
    "Strata",
    "agreeing",
    "and_join",
    "braces",
    "find_route",
    "gaps",
    "overall",
    "strata_by",
    "stratified",
]

Ends = tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class Route:
    """How a graph identifies an effect.

    Attributes
    ----------
    words : str
        Such as ``back-door {Age}``.
    nodes : tuple of str
        The nodes that the words name.
    reason : str
        Why it holds, in one sentence.
    adjusted : tuple of str or None
        The back-door set; None where another formula is used.
    estimand : DistributionEstimand or None
    """

    words: str
    nodes: tuple[str, ...]
    reason: str
    adjusted: tuple[str, ...] | None = None
    estimand: DistributionEstimand | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Strata:
    """Both sources in each stratum.

    Attributes
    ----------
    given : tuple of str
        The covariates that form the strata.
    share : ndarray of shape (strata,)
    observational : ndarray of shape (strata, arms, levels)
        P(x, y | stratum).
    experimental : ndarray of shape (strata, arms, levels)
        P(y_x | stratum); NaN where it is not known.
    """

    given: tuple[str, ...]
    share: Floats
    observational: Floats
    experimental: Floats

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """In which strata the effect is known."""
        return np.asarray(np.isfinite(self.experimental).all(axis=(1, 2)))

    def bounds(self, payoff: Payoff) -> Ends:
        """Return bounds of each stratum, from observations alone where no more is known."""
        known = self.is_known
        lower, upper = np.empty(len(known)), np.empty(len(known))
        if known.any():
            both = Distributions(
                agreeing(self.experimental[known], self.observational[known]),
                self.observational[known],
            )
            lower[known], upper[known] = payoff_bounds(both, payoff)
        if not known.all():
            seen = Distributions(None, self.observational[~known])
            lower[~known], upper[~known] = payoff_bounds(seen, payoff)
        return lower, upper


def find_route(question: Question) -> Route | None:
    """Return how the effect is identified: by the first way of all that the data can follow."""
    sets = back_door_sets(question)
    if sets:
        chosen = next((each for each in sets if _is_positive(question, each)), sets[0])
        return _back_door(chosen, question)
    if question.selected or not question.graph.is_admg:
        return None
    try:
        estimand = identify_distribution(question.graph, question.treatment, question.outcome)
    except NotIdentifiedError:
        return None
    x, y = question.treatment, question.outcome
    fronts = front_door_sets(question.graph, x, y, limit=1)
    if fronts:
        nodes = tuple(sorted(fronts[0]))
        reason = f"{x} acts on {y} through {and_join(nodes)}, where nothing hidden is behind them"
        return Route(f"front door {braces(nodes)}", nodes, f"{reason}: {estimand}.", None, estimand)
    nodes = tuple(name for name in estimand.nodes if name not in (x, y))
    return Route(f"do-calculus {braces(nodes)}", nodes, f"{estimand}.", None, estimand)


def overall(question: Question, route: Route) -> Strata | None:
    """Return both sources for all units; None where that takes too large a table.

    Raises
    ------
    PositivityError
        Where the data leave the effect unknown.
    """
    cells = question.cells(())
    if route.adjusted is None:
        assert route.estimand is not None
        set_to = _evaluated(question, route.estimand, ())
        return None if set_to is None else Strata((), np.ones(1), cells, set_to)
    strata = strata_by(question, route.adjusted)
    set_to = np.einsum("z,zxy->xy", strata.share, strata.experimental)
    if not np.isfinite(set_to).all():
        what = f"P({question.outcome} | {', '.join((question.treatment, *route.adjusted))})"
        raise PositivityError(_gap(question, strata), what)
    return Strata((), np.ones(1), cells, set_to[None])


def stratified(question: Question, route: Route) -> Strata | None:
    """Return both sources in strata of covariates; None where there are none to form.

    Raises
    ------
    PositivityError
        Where a formula cannot be evaluated. Where a back-door set is stratified by, strata of one
        arm have an effect that is not known instead.
    """
    if route.adjusted is not None:
        given = stratifying_set(question, route.adjusted)
        return strata_by(question, given) if given else None
    given, found = (), None
    for name in question.unaffected:
        if not worth_a_split(question, name, given):
            continue
        ends = [question.outcome, *given, name]
        try:
            found = identify_distribution(question.graph, question.treatment, ends)
        except NotIdentifiedError:
            continue
        given = (*given, name)
    if found is None:
        return None
    set_to = _evaluated(question, found, given)
    if set_to is None:
        return None
    strata = strata_by(question, given)
    return Strata(given, strata.share, strata.observational, set_to)


def gaps(question: Question, strata: Strata) -> str:
    """Say in which strata an arm was never taken; empty where there is none."""
    return "" if strata.is_known.all() else _gap(question, strata)


def strata_by(question: Question, given: tuple[str, ...]) -> Strata:
    """Return the strata that occur, with P(y | x, stratum) for the effect."""
    cells = question.cells(given)
    cells = cells[cells.sum(axis=(1, 2)) > 0]
    share = cells.sum(axis=(1, 2))
    arms = cells.sum(axis=2, keepdims=True)
    with np.errstate(invalid="ignore"):
        conditional = cells / np.where(arms > 0, arms, np.nan)
    return Strata(given, share, cells / share[:, None, None], np.asarray(conditional))


def _gap(question: Question, strata: Strata) -> str:
    """Name the largest stratum in which an arm was never taken."""
    unknown = ~strata.is_known
    place = int(np.argmax(np.where(unknown, strata.share, -1.0)))
    occur = question.cells(strata.given).sum(axis=(1, 2)) > 0
    labels = [
        each for each, some in zip(question.joint.seen(strata.given), occur, strict=True) if some
    ]
    arm = int(np.argmin(strata.observational[place].sum(axis=1)))
    taken = f"{question.treatment} = {question.joint.levels_of(question.treatment)[arm]}"
    where = ", ".join(f"{n} = {v}" for n, v in zip(strata.given, labels[place], strict=True))
    return f"P({taken} | {where})" if where else f"P({taken})"


def _evaluated(
    question: Question, estimand: DistributionEstimand, given: tuple[str, ...]
) -> Floats | None:
    """Return P(y_x | given), shape (strata, arms, levels), in the strata that occur."""
    joint = question.joint
    if prod(len(joint.levels_of(name)) for name in estimand.nodes) > MOST_CELLS:
        return None
    found = estimand.evaluate(joint.dense(estimand.nodes), estimand.nodes)
    axes = {name: 1 + place for place, name in enumerate(estimand.outcome)}
    found = found.transpose([*(axes[name] for name in given), 0, axes[question.outcome]])
    if not given:
        return np.asarray(found[None])
    occur = joint.dense(given) > 0
    cells = found[occur]
    return np.asarray(cells / cells.sum(axis=2, keepdims=True))


def agreeing(experimental: Floats, observational: Floats) -> Floats:
    """Return the nearest effects that the observations allow, P(x, y) <= P(y_x).

    What is estimated by a formula may miss that by rounding or, in a sample, a little more: what
    was not seen under an arm is scaled to its share.
    """
    unseen = np.maximum(experimental - observational, 0.0)
    wanted = 1.0 - observational.sum(axis=2, keepdims=True)
    total = unseen.sum(axis=2, keepdims=True)
    levels = experimental.shape[2]
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = np.where(total > 0, unseen * (wanted / total), wanted / levels)
    return np.asarray(observational + scaled)


def braces(nodes: Collection[str]) -> str:
    """Return names as a set."""
    return "{" + ", ".join(nodes) + "}"


def _is_positive(question: Question, given: tuple[str, ...]) -> bool:
    return bool((question.cells(given).sum(axis=2) > 0).all())


def and_join(nodes: Collection[str]) -> str:
    """Return names as words."""
    *most, last = nodes
    return f"{', '.join(most)} and {last}" if most else last


def _back_door(given: tuple[str, ...], question: Question) -> Route:
    x, y = question.treatment, question.outcome
    if not given:
        reason = f"no back-door path from {x} to {y} is open, so that {x} is as if randomised."
        return Route("no confounding", (), f"In the graph {reason}", ())
    blocks = "blocks" if len(given) == 1 else "block"
    reason = f"{and_join(given)} {blocks} every back-door path from {x} to {y}"
    return Route(
        f"back-door {braces(given)}", given, f"{reason}, so that P({y} | {x}, …) is causal.", given
    )

"""Covariates by which strata are formed: what the treatment does not affect and what matters."""

from __future__ import annotations

from itertools import islice

from causal_magics.counterfactual.graphs.narrowing_question import Question
from causal_magics.graph.adjustment import is_adjustment_set, iterate_adjustment_sets
from causal_magics.graph.effect import smallest_first
from causal_magics.graph.separation import is_d_separated

__all__ = ["back_door_sets", "stratifying_set", "worth_a_split"]

MOST_SETS = 20
FEWEST_UNITS = 20
"""Units that a stratum has on average where it is one of finer strata than need be."""


def back_door_sets(question: Question) -> tuple[tuple[str, ...], ...]:
    """Return minimal sets of covariates that block all back-door paths, the smallest first.

    No node in them is affected by the treatment. Where the sample was selected, the nodes that
    select are given besides.
    """
    usable = {*question.unaffected, *question.selected}
    sets = iterate_adjustment_sets(
        question.graph,
        question.treatment,
        question.outcome,
        forced=question.selected,
        excluded=[name for name in question.graph.nodes if name not in usable],
    )
    found = smallest_first(islice(sets, MOST_SETS))
    order = question.unaffected
    return tuple(tuple(name for name in order if name in each) for each in found)


def stratifying_set(question: Question, base: tuple[str, ...]) -> tuple[str, ...]:
    """Return a back-door set of which no covariate is idle, grown from a minimal one.

    Finer strata never widen the bounds; a covariate is taken in where the outcome depends on it
    given the others and the treatment, all back-door paths stay blocked, and strata keep enough
    units. One that the outcome no longer depends on goes, where it is not needed.
    """
    chosen = list(base)
    for name in question.unaffected:
        if name in chosen or not _blocks(question, [*chosen, name]):
            continue
        if _matters(question, name, chosen) and _are_filled(question, [*chosen, name]):
            chosen.append(name)
    for name in tuple(chosen):
        others = [other for other in chosen if other != name]
        if not _matters(question, name, others) and _blocks(question, others):
            chosen = others
    return tuple(name for name in question.unaffected if name in chosen)


def _blocks(question: Question, covariates: list[str]) -> bool:
    given = {*covariates, *question.selected}
    return is_adjustment_set(question.graph, given, question.treatment, question.outcome)


def _matters(question: Question, name: str, others: list[str]) -> bool:
    """Whether the outcome depends on a covariate, given others and the treatment."""
    given = {*others, question.treatment, *question.selected}
    return not is_d_separated(question.graph, name, question.outcome, given)


def _are_filled(question: Question, covariates: list[str]) -> bool:
    rows = question.joint.rows
    strata = len(question.joint.seen(tuple(covariates)))
    return rows is None or rows >= FEWEST_UNITS * strata


def worth_a_split(question: Question, name: str, given: tuple[str, ...]) -> bool:
    """Whether a covariate tells of treatment or outcome within strata, and these keep units."""
    others = {*given, *question.selected}
    ends = {question.treatment, question.outcome}
    tells = not is_d_separated(question.graph, name, ends, others)
    return tells and _are_filled(question, [*given, name])

"""Each way in which a graph narrows bounds, as a finding with the words for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from causal_magics.counterfactual.graphs.covariates import FEWEST_UNITS
from causal_magics.counterfactual.graphs.identified_effects import (
    Route,
    Strata,
    and_join,
    braces,
    find_route,
    gaps,
    overall,
    stratified,
)
from causal_magics.counterfactual.graphs.mediators import mediator_bounds
from causal_magics.counterfactual.graphs.narrowing_instruments import best_instrument
from causal_magics.counterfactual.graphs.narrowing_question import Question
from causal_magics.counterfactual.graphs.two_worlds import Mediation, mediation
from causal_magics.errors import CounterfactualError, PositivityError
from causal_magics.graph.elements import ordered_pair
from causal_magics.graph.separation import is_d_separated

__all__ = ["Finding", "StepKind", "findings", "is_exhausted"]

StepKind = Literal["no effect", "effect", "strata", "instrument", "mediator", "functional", "graph"]
MOST_MEDIATORS = 5
"""Mediators up to which pairs of them are tried too."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Bounds that hold by the graph.

    Attributes
    ----------
    kind : {"no effect", "effect", "strata", "instrument", "mediator", "functional", "graph"}
    words : str
        What narrows, such as ``back-door {Age}``.
    nodes : tuple of str
        The nodes that the words name.
    reason : str
        Why the bounds hold.
    lower, upper : float or None
        None where the data cannot be used in this way: `problem` says why.
    problem : str
    note : str
        What a reader should know of the data beside the bounds.
    """

    kind: StepKind
    words: str
    nodes: tuple[str, ...]
    reason: str
    lower: float | None = None
    upper: float | None = None
    problem: str = ""
    note: str = ""


def findings(question: Question) -> Iterator[Finding]:
    """Yield all bounds that hold by the graph and that the data can be asked for."""
    if not question.affected.isdisjoint(question.selected):
        return
    if question.outcome not in question.affected:
        yield _without_effect(question)
        return
    route = find_route(question)
    if route is not None:
        yield from _by_route(question, route)
    if question.graph.is_admg:
        if route is None or route.adjusted is None:
            yield from _by_instruments(question)
        yield from _by_mediators(question)


def _without_effect(question: Question) -> Finding:
    x, y = question.treatment, question.outcome
    outcome = question.cells(()).sum(axis=(0, 1))
    worth = float(outcome @ question.payoff.values.diagonal())
    reason = f"No directed path leads from {x} to {y}, so that {y} is the same under both."
    return Finding("no effect", "no causal path", (), reason, worth, worth)


def _by_route(question: Question, route: Route) -> Iterator[Finding]:
    about = route.words, route.nodes, route.reason
    try:
        whole = overall(question, route)
        if whole is not None:
            yield Finding("effect", *about, *_mean(whole, question))
    except PositivityError as error:
        yield Finding("effect", *about, problem=_unknown(error))
    try:
        strata = stratified(question, route)
    except PositivityError:  # told of the effect for all units
        return
    if strata is None:
        return
    given, gap = strata.given, gaps(question, strata)
    reason = (
        f"{question.treatment} does not affect {and_join(given)}: the bounds of "
        f"{len(strata.share):,} strata are averaged."
    )
    notes = []
    if gap:
        share = float(strata.share[~strata.is_known].sum())
        notes.append(
            f"{gap} = 0: in strata like this ({share:.1%} of all) observations alone bound."
        )
    units = (question.joint.rows or np.inf) / len(strata.share)
    if units < FEWEST_UNITS:
        notes.append(
            f"Strata {braces(given)} have {units:.3g} units on average: bounds of so few are "
            "narrower than they should be."
        )
    yield Finding(
        "strata",
        f"strata {braces(given)}",
        given,
        reason,
        *_mean(strata, question),
        "",
        " ".join(notes),
    )


def _unknown(error: PositivityError) -> str:
    return f"{error.condition} is 0 in the data, so that {error.term} is not known."


def _mean(strata: Strata, question: Question) -> tuple[float, float]:
    lower, upper = strata.bounds(question.payoff)
    return float(strata.share @ lower), float(strata.share @ upper)


def _by_instruments(question: Question) -> Iterator[Finding]:
    """Yield the bounds of the best instrument, where the treatment is confounded."""
    found = best_instrument(question)
    if found is None:
        return
    x, y, nodes = question.treatment, question.outcome, and_join(found.instruments)
    given = f", given {and_join(found.given)}" if found.given else ""
    reason = f"{nodes} moves {x} and reaches {y} through it alone{given}."
    words = f"instrument {braces(found.instruments)}{_given(found.given)}"
    ends = found.lower, found.upper, found.problem
    yield Finding("instrument", words, found.instruments, reason, *ends)


def _given(names: tuple[str, ...]) -> str:
    return f" given {braces(names)}" if names else ""


def _by_mediators(question: Question) -> Iterator[Finding]:
    """Yield the narrowest bounds of all mediators, or sets of them, that split the effect."""
    best: tuple[float, float, Mediation, Mediation | None] | None = None
    for found, inner in _splits(question):
        ends = _mediated(question, found, inner)
        if ends is not None and (best is None or ends[1] - ends[0] < best[1] - best[0] - 1e-9):
            best = *ends, found, inner
    if best is None:
        return
    lower, upper, found, inner = best
    nodes = found.mediators if inner is None else (*found.mediators, *inner.mediators)
    chain = braces(nodes) if inner is None else "{" + " → ".join(nodes) + "}"
    words = f"mediator {chain}{_given(found.given)}"
    yield Finding("mediator", words, nodes, _why(question, found, inner), lower, upper)


def _splits(question: Question) -> Iterator[tuple[Mediation, Mediation | None]]:
    """Yield single mediators, then further ones behind those through which all goes, else sets."""
    graph, y = question.graph, question.outcome
    causes = graph.ancestors(y)
    between = [n for n in question.observed if n in question.affected and n in causes]
    complete = []
    for name in between:
        found = _split(question, (name,))
        if found is not None:
            yield found, None
            complete += [found] if found.manner != "partial" else []
    for found in complete:
        (first,) = found.mediators
        taken = {question.treatment} if found.manner != "complete" else set()
        given = {*found.given, *taken, *question.selected}
        for further in (name for name in between if name in graph.descendants(first)):
            inner = mediation(graph, first, y, [further], given)
            if inner is not None:
                yield found, inner
    if complete:
        return
    pairs = combinations(between, 2) if 2 < len(between) <= MOST_MEDIATORS else ()
    for chosen in (*pairs, tuple(between)):
        found = _split(question, chosen) if len(chosen) > 1 else None
        if found is not None:
            yield found, None


def _split(question: Question, mediators: tuple[str, ...]) -> Mediation | None:
    """Return how mediators split the effect, given as few covariates as need be."""
    graph, x, y = question.graph, question.treatment, question.outcome
    causes = graph.ancestors((x, y))
    every = tuple(name for name in question.unaffected if name in causes)
    for given in dict.fromkeys((every, question.unaffected, ())):
        found = mediation(graph, x, y, mediators, {*given, *question.selected})
        if found is None:
            continue
        for name in given:
            others = {*found.given} - {name}
            fewer = mediation(graph, x, y, mediators, others)
            idle = is_d_separated(graph, name, {y, *mediators}, {*others, x})
            if idle and fewer is not None and fewer.manner == found.manner:
                found = fewer
        return found.without(question.selected)
    return None


def _mediated(
    question: Question, found: Mediation, inner: Mediation | None
) -> tuple[float, float] | None:
    """Return the bounds through mediators, averaged over strata; None where cells are too many."""
    joint, rows = question.joint, question.joint.rows
    if rows is not None and rows < FEWEST_UNITS * len(joint.seen(found.given)):
        return None
    try:
        ends = mediator_bounds(
            joint, question.treatment, question.outcome, found, question.payoff, inner
        )
    except CounterfactualError:  # the table is too large
        return None
    return None if ends is None else ends.mean


def _why(question: Question, found: Mediation, inner: Mediation | None) -> str:
    x, y, m = question.treatment, question.outcome, and_join(found.mediators)
    given = f", given {and_join(found.given)}" if found.given else ""
    alone = "" if found.manner == "partial" else " alone"
    behind = "" if inner is None else f", as are those of {and_join(inner.mediators)} behind it"
    return (
        f"{x} acts on {y} through {m}{alone} and nothing hidden is behind both{given}: what "
        f"{m} would do and what {y} would do to it are coupled apart{behind}."
    )


def is_exhausted(question: Question, strata: Collection[str], instruments: Collection[str]) -> bool:
    """Whether bounds averaged over strata, or from instruments, are all that the graph gives.

    So it is where what causes the outcome, besides the treatment, is not affected by it and forms
    the strata, and nothing hidden is behind any of these: how an outcome responds may then be
    chosen in each stratum apart. It is so too where nothing but the treatment causes the outcome,
    and instruments alone cause the treatment.
    """
    graph, x, y = question.graph, question.treatment, question.outcome
    if not graph.is_admg or question.selected or graph.with_role("functional"):
        return False
    causes = graph.ancestors(y) | {x, y}
    hidden = {pair for pair in graph.bidirected_edges if not causes.isdisjoint(pair)}
    if causes <= {x, y, *instruments} and graph.parents(y) <= {x}:
        return hidden <= {ordered_pair(x, y)}
    return (
        not hidden
        and question.affected.isdisjoint(causes - {y})
        and graph.parents(y) - {x} <= set(strata)
    )

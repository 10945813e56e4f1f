"""Bounds out of data frames: counted, pooled, made consistent, bounded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from causal_magics.counterfactual.bounding.bounds import Bounds
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.payoff_lines import payoff_of
from causal_magics.counterfactual.frames.arrangement import (
    Arranged,
    arranged,
    nothing_left,
    shown,
    stratum_labels,
)
from causal_magics.counterfactual.frames.coded_rows import Roles
from causal_magics.counterfactual.frames.consistency import Contradictions, Names
from causal_magics.counterfactual.frames.cross_fit import CrossFit
from causal_magics.counterfactual.frames.grouping import grouped
from causal_magics.counterfactual.frames.learned_bounds import learned
from causal_magics.counterfactual.frames.reading import read_tally
from causal_magics.counterfactual.frames.small_strata import pooled, small_strata
from causal_magics.counterfactual.frames.sources import EXPERIMENT, OBSERVATIONS, named_in_errors
from causal_magics.counterfactual.frames.stratum_check import check_strata, draws_causes
from causal_magics.counterfactual.frames.stratum_groups import StratumGroup, benefit_of, for_payoff
from causal_magics.counterfactual.frames.tally import Tally
from causal_magics.counterfactual.frames.term_blocks import without_interval
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds
from causal_magics.data.wording import count, enumerate_items
from causal_magics.errors import CounterfactualError, shorten
from causal_magics.graph.model import CausalGraph
from causal_magics.options import check_count, check_flag, check_kind, check_option, check_share

__all__ = ["bounds"]

Design = Literal["experiment", "observations"]
Small = Literal["pool", "keep"]


def bounds(
    frame: Any,
    treatment: str,
    outcome: str,
    by: str | Sequence[str] | None = (),
    payoff: Payoff | Sequence[float] | Sequence[Sequence[float]] | Sequence[str] | None = None,
    *,
    observations: Any = None,
    source: str | None = None,
    design: Design = "experiment",
    treated: str | float | bool | None = None,
    untreated: str | float | bool | None = None,
    levels: Sequence[str] | None = None,
    monotone: bool = False,
    weights: str | None = None,
    confidence: float = 0.95,
    small: Small = "pool",
    min_units: int = 5,
    contradictions: Contradictions = "refuse",
    graph: CausalGraph | None = None,
    learner: Any = None,
    covariates: str | Sequence[str] | None = (),
) -> UnitBounds:
    """Bound the benefit of treating the units of each stratum of a data frame.

    Parameters
    ----------
    frame
        A data frame of pandas, polars, pyarrow or Dask, a dataset of pyarrow, a mapping of columns,
        or a list of frames. Partitions of Dask are counted where they are, datasets batch by batch.
    treatment, outcome : str
        Columns of few levels: numbers, truth values, ordered categories or labels. Numbers ascend,
        and so do labels by the alphabet, but that words such as "no" and "control" come first.
    by : str or sequence of str
        Columns whose combinations are the strata; none of them may be affected by the treatment. A
        missing label makes a stratum of its own.
    payoff : Payoff, four numbers, a matrix, or lines, optional
        What treating a unit is worth, by its outcomes untreated and treated; four numbers are those
        of complier, always-taker, never-taker and defier, lines are such as ``none -> high = 2``
        or ``complier 2, defier -10``. The PNS where left out.
    observations : frame, optional
        Observations of the same population, where `frame` is the experiment.
    source : str, optional
        A column of `frame` that says which rows are of the experiment and which are observations.
    design : {"experiment", "observations"}
        What the rows of `frame` are where neither `source` nor `observations` says it.
    treated, untreated : label, optional
        The arms that are compared; they must be named where there are more than two.
    levels : sequence of labels, optional
        The outcome's levels, the lowest first.
    monotone : bool
        Whether it is held that no unit has a lower level treated than untreated.
    weights : str, optional
        A column of numbers from 0 by which each row counts.
    confidence : float
        Of the intervals.
    small : {"pool", "keep"}
        What becomes of strata with few units: pooled with each other, from the last column of `by`
        on, or kept as they are.
    min_units : int
        Units that each arm of the experiment, and the observations, must have.
    contradictions : {"refuse", "project"}
        What becomes of an experiment and observations that contradict each other beyond chance.
        Within chance they are always replaced by the likeliest distributions that do not.
    graph : CausalGraph, optional
        Where given, strata and covariates that descend from the treatment are refused, and `notes`
        say where it draws causes of a treatment that is held to be randomised.
    learner : classifier of scikit-learn's kind, optional
        Learns P(y | x, z) from the experiment and P(x, y | z) from the observations, cross-fitted.
        Its predictions are averaged within strata, or, without `by`, within each combination of
        `covariates`, and projected on what a population can have.
    covariates : str or sequence of str
        What it learns from; none of them may be affected by the treatment.

    Returns
    -------
    UnitBounds

    Raises
    ------
    CounterfactualError
        Where a column is missing or holds what it cannot, or the arms are not clear.
    ContradictionError
        Where experiment and observations cannot be of one population.

    Notes
    -----
    Rows without treatment, outcome, source or weight are left out, and `notes` say how many.

    Sources: Tian & Pearl (2000), "Probabilities of causation: bounds and identification"; Li &
    Pearl (2019), "Unit selection based on counterfactual logic".
    """
    names, covariates = _columns_of(by), _columns_of(covariates)
    check_option("design", design, ("experiment", "observations"))
    check_option("small", small, ("pool", "keep"))
    check_option("contradictions", contradictions, ("refuse", "project"))
    check_count("min_units", min_units)
    check_share("confidence", confidence)
    check_flag("monotone", monotone)
    origin = OBSERVATIONS if design == "observations" else EXPERIMENT
    roles = Roles(treatment, outcome, names, source, weights, origin)
    _check_roles(roles, observations)
    learned_from = _learned_from(learner, covariates, roles)
    if graph is not None:
        check_kind("a CausalGraph as graph", graph, CausalGraph, "CausalGraph.parse makes one.")
        check_strata(graph, treatment, (*names, *learned_from))
    options = _Options(small, min_units, contradictions, bool(monotone), confidence)
    order: dict[str, Any] = {"untreated": untreated, "treated": treated, "levels": levels}
    notes = _origin_notes(roles, observations, graph, learned_from)
    if learner is not None:
        frames, learning = (frame, observations), (learner, learned_from)
        return _by_learner(frames, roles, payoff, options, learning, order, notes)
    tally = _counted(frame, observations, roles)
    found = arranged(tally, roles, **order)
    tally, small_notes = _with_small(found.tally, options)
    groups, group_notes = grouped(
        tally.counts, tally.squares, _names(found, tally, roles), options.contradictions,
        monotone=options.monotone,
    )  # fmt: skip
    notes += (*found.notes, *_missing_notes(found.tally, roles), *small_notes, *group_notes)
    return _result(found, tally, roles, payoff, options, groups, notes)


def _columns_of(names: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return one column, several or none."""
    if names is None:
        return ()
    if isinstance(names, str) or not isinstance(names, Iterable):
        return (names,)
    return tuple(names)


def _counted(frame: Any, observations: Any, roles: Roles) -> Tally:
    """Count the rows of one frame or of two."""
    if observations is None:
        return read_tally(frame, roles)
    parts = []
    for source, part, named in (
        ("experiment", frame, roles), ("observations", observations, roles.as_observations()),
    ):  # fmt: skip
        with named_in_errors(source):
            tally = read_tally(part, named)
            if not tally.counts.any():
                raise nothing_left(tally.rows, tally.left_out)
        parts.append(tally)
    return parts[0] + parts[1]


@dataclass(frozen=True, slots=True)
class _Options:
    small: Small
    min_units: int
    contradictions: Contradictions
    monotone: bool
    confidence: float


def _by_learner(
    frames: tuple[Any, Any],
    roles: Roles,
    payoff: Any,
    options: _Options,
    learning: tuple[Any, tuple[str, ...]],
    order: dict[str, Any],
    notes: tuple[str, ...],
) -> UnitBounds:
    """Bound what a learner predicts from covariates."""
    learner, covariates = learning
    known = learned(
        *frames, roles, learner, covariates, options.contradictions,
        monotone=options.monotone, **order,
    )  # fmt: skip
    strata_by = replace(roles, by=roles.by or covariates)
    tally = known.found.tally
    missing = _missing_notes(tally, strata_by)
    notes = (*notes, *known.found.notes, *missing, *known.notes)
    return _result(
        known.found, tally, strata_by, payoff, options, (known.group,), notes, known.cross_fit
    )


def _result(
    found: Arranged,
    tally: Tally,
    roles: Roles,
    payoff: Any,
    options: _Options,
    groups: tuple[StratumGroup, ...],
    notes: tuple[str, ...],
    cross_fit: CrossFit | None = None,
) -> UnitBounds:
    """Bound the payoff's benefit in groups of strata."""
    worth = payoff_of(payoff, found.levels, roles.outcome)
    worth.check_tells_apart()
    groups = for_payoff(groups, worth, monotone=options.monotone)
    if without_interval(groups, worth, monotone=options.monotone):
        note = (
            f"There is no interval: with {len(found.levels)} levels of {roles.outcome} the bounds "
            "have too many terms. Merge levels to have one."
        )
        notes += (note,)
    quantity = "PNS" if payoff is None else "benefit"
    ends = benefit_of(groups, worth, monotone=options.monotone)
    units = tally.counts.sum(axis=(1, 2, 3))
    return UnitBounds(
        roles.treatment, roles.outcome, roles.by, found.arms, found.levels,
        _columns(tally, roles), units / units.sum(), units, tally.by_source(), groups, worth,
        options.monotone, options.confidence, Bounds(*ends, quantity), notes, cross_fit,
    )  # fmt: skip


def _columns(tally: Tally, roles: Roles) -> dict[str, Any]:
    """Return the labels of each stratum by column."""
    return {
        name: stratum_labels(tally.by[index], tally.strata[:, index], ("missing", "pooled"))
        for index, name in enumerate(roles.by)
    }


def _names(found: Arranged, tally: Tally, roles: Roles) -> Names:
    """Return how strata, arms and levels are called; labels are looked up when one is told."""

    def label(stratum: int) -> str:
        columns = _columns(tally, roles)
        return ", ".join(shown(columns[name].item(stratum)) for name in roles.by)

    arms, levels = tuple(map(shown, found.arms)), tuple(map(shown, found.levels))
    return Names(label, arms, levels, roles.treatment, roles.outcome)


def _check_roles(roles: Roles, observations: Any) -> None:
    """Refuse columns that have two roles, and two ways to name the source."""
    named = [roles.treatment, roles.outcome, *roles.by, roles.source, roles.weights]
    for name in named:
        if name is not None and not isinstance(name, str):
            raise CounterfactualError(
                f"Expected the name of a column, got {shorten(repr(name))[1:-1]}. Give a text."
            )
    twice = sorted({shorten(name) for name in named if name is not None and named.count(name) > 1})
    if twice:
        raise CounterfactualError(
            f"Expected each column in one role, got {enumerate_items(twice)} in two: treatment, "
            "outcome, by, source and weights must differ."
        )
    if roles.source is not None and observations is not None:
        raise CounterfactualError(
            "Expected source= or observations=, got both. Say by a column which rows are "
            "observations, or give them as a frame."
        )


def _learned_from(learner: Any, covariates: tuple[str, ...], roles: Roles) -> tuple[str, ...]:
    """Return the covariates of a learner, each once, checked."""
    names = tuple(dict.fromkeys(covariates))
    if (learner is None) != (not names):
        given = (
            "covariates without a learner" if learner is None else "a learner without covariates"
        )
        raise CounterfactualError(
            f"Expected a learner and the covariates that it learns from, got {given}. Give both, "
            "such as learner=HistGradientBoostingClassifier(), covariates=[...]; columns that form "
            "strata belong in by."
        )
    others = (roles.treatment, roles.outcome, roles.source, roles.weights)
    for name in names:
        if name in others:
            raise CounterfactualError(
                f"Expected covariates besides the treatment, outcome, source and weights, got "
                f"{shorten(name)}. Leave it out."
            )
    return names


def _origin_notes(
    roles: Roles, observations: Any, graph: CausalGraph | None, covariates: tuple[str, ...]
) -> tuple[str, ...]:
    if roles.source is not None or observations is not None:
        return ()
    if roles.origin == OBSERVATIONS:
        return ("All rows are observations: who was treated was not randomised.",)
    note = (
        "All rows are held to be of an experiment in which the treatment was randomised; "
        "design='observations' says that it was not."
    )
    if graph is None or not draws_causes(graph, roles.treatment, (*roles.by, *covariates)):
        return (note,)
    warning = (
        "Rows are taken as an experiment, but the graph draws causes of the treatment: "
        "design='observations'?"
    )
    return (warning, note)


def _missing_notes(tally: Tally, roles: Roles) -> list[str]:
    notes = [
        f"{count(number, 'row')} without {shorten(name)} {'is' if number == 1 else 'are'} left out."
        for name, number in tally.left_out.items()
        if number
    ]
    columns = (roles.treatment, tally.arms), (roles.outcome, tally.levels)
    notes += [
        f"In {shorten(name)}, values of different types such as {labels.mixed} count as one."
        for name, labels in (*columns, *zip(roles.by, tally.by, strict=True))
        if labels.mixed
    ]
    for index, name in enumerate(roles.by):
        missing = tally.strata[:, index] < 0
        if missing.any():
            units = float(tally.counts[missing].sum())
            notes.append(f"{units:,.6g} units without {shorten(name)} are strata of their own.")
    return notes


def _with_small(tally: Tally, options: _Options) -> tuple[Tally, list[str]]:
    """Pool small strata where that is asked for, and say which are left."""
    if options.small == "pool":
        result = pooled(tally, options.min_units)
        tally, small, notes = result.tally, result.small, [result.note] if result.note else []
    else:
        small, notes = small_strata(tally, options.min_units), []
    if small.any() and len(small) > 1:
        units = float(tally.counts[small].sum())
        notes.append(
            f"{int(small.sum()):,} of {len(small):,} strata have fewer than {options.min_units} "
            f"units in an arm or source ({units:,.6g} units in all): what is said of them is rough."
        )
    elif small.any():
        notes.append(
            f"There are fewer than {options.min_units} units in an arm or source: what is said of "
            "them is rough."
        )
    return tally, notes

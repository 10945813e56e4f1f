"""A causal graph narrows bounds: what each part of it gains.

Tian & Pearl (2000) for the bounds of observations and of both sources; Li & Pearl (2022), "Bounds
on causal effects and application to high dimensional data", for covariates; `mediators` for
mediators; Chen & Darwiche (2024), arXiv 2403.04919, for functional nodes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_magics.counterfactual.bounding.binary_cells import BinaryCells
from causal_magics.counterfactual.bounding.bounds import Bounds, Kind
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.payoff_terms import payoff_bounds
from causal_magics.counterfactual.graphs.discrete_table import JointTable
from causal_magics.counterfactual.graphs.identified_effects import and_join, braces
from causal_magics.counterfactual.graphs.narrowing_question import Question, ask
from causal_magics.counterfactual.graphs.narrowing_steps import (
    Finding,
    StepKind,
    findings,
    is_exhausted,
)
from causal_magics.counterfactual.graphs.narrowing_whole import whole_graph_bounds
from causal_magics.errors import ContradictionError, CounterfactualError, shorten
from causal_magics.graph.functional_elimination import hidden_functional
from causal_magics.graph.model import CausalGraph

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Narrowing", "NarrowingStep", "narrow"]

ALL = "all of the graph"
PLUG_IN = "Plug-in: frequencies in the data, without sampling error."
CROSSING = 1e-9
"""How far two bounds may miss each other by rounding."""
SOLVED = 1e-6
"""How far the bounds over all models of a graph may be from the optimum."""


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class NarrowingStep:
    """What one part of the graph gains.

    Attributes
    ----------
    kind : {"no effect", "effect", "strata", "instrument", "mediator", "functional", "graph"}
    words : str
        What narrows, such as ``back-door {Age}``.
    nodes : tuple of str
        The nodes that the words name.
    reason : str
        Why it holds, or why the data cannot be used in this way, in a sentence.
    before, after : Bounds
        The bounds without this step and with it.
    """

    kind: StepKind
    words: str
    nodes: tuple[str, ...]
    reason: str
    before: Bounds
    after: Bounds

    @property
    def gain(self) -> float:
        """By how much the bounds get narrower."""
        return float(self.before.width - self.after.width)

    def __repr__(self) -> str:
        return f"<NarrowingStep: {self}>"

    def __str__(self) -> str:
        from causal_magics.counterfactual.graphs.narrowing_report import interval

        gained = f"{self.words}: −{self.gain:.3f}, to {interval(self.after)}"
        return gained if self.gain > 0 else self.words


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Narrowing:
    """Bounds that a graph narrows, step by step.

    Attributes
    ----------
    treatment, outcome : str
    arms, levels : tuple
        The labels of the treatment (untreated, treated) and of the outcome, lowest first.
    payoff : Payoff
    start : Bounds
        What the data say without the graph.
    bounds : Bounds
        What they say with it: sharp where the graph is known to say no more, else outer.
    steps : tuple of NarrowingStep
        In their order: each starts where the one before ended. Steps that gain nothing are among
        them.
    notes : tuple of str
        What a reader should know: hidden nodes, gaps, positivity, contradictions.
    rows : int or None
        Rows behind the bounds; None where probabilities were given.
    """

    treatment: str
    outcome: str
    arms: tuple[Any, ...]
    levels: tuple[Any, ...]
    payoff: Payoff
    start: Bounds
    bounds: Bounds
    steps: tuple[NarrowingStep, ...]
    notes: tuple[str, ...] = ()
    rows: int | None = None

    @property
    def gain(self) -> float:
        """By how much the graph narrows the bounds."""
        return float(self.start.width - self.bounds.width)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for the start and for each step: words, bounds, gain and reason."""
        from causal_magics.counterfactual.graphs.narrowing_report import as_frame

        return as_frame(self)

    def __repr__(self) -> str:
        from causal_magics.counterfactual.graphs.narrowing_report import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from causal_magics.counterfactual.graphs.narrowing_report import as_html

        return as_html(self)


def narrow(
    graph: CausalGraph,
    data: Any,
    treatment: str | None = None,
    outcome: str | None = None,
    *,
    payoff: Payoff | Sequence[float] | Sequence[str] | None = None,
    experiment: Sequence[float] | None = None,
) -> Narrowing:
    """Say how far a graph narrows the bounds on the PNS, or on what treating a unit is worth.

    Parameters
    ----------
    graph : CausalGraph
        Of any kind; one that stands for a class is used as far as all its members agree. Latent
        nodes, and those that are not in the data, are hidden; hidden ones with the role
        `functional` are functions of their parents. Nodes with the role `selection` have one value
        throughout the sample, and the bounds are for units of that value.
    data : data frame, JointTable, DiscreteData or ndarray
        One discrete column a node. A frame is read by narwhals: at most 10 distinct numbers, or 50
        labels. An array holds the joint probabilities, an axis for each observed node in the
        graph's order. A `DiscreteData` is counted once, however often it is asked.
    treatment, outcome : str, optional
        By default the nodes with the roles `exposure` and `outcome`. The treatment has two levels,
        the higher one is treated.
    payoff : Payoff, its numbers or lines, optional
        What a unit is worth by its outcomes untreated and treated; by default that of the PNS,
        which needs an outcome with two levels.
    experiment : (float, float) or array of shape (2, levels), optional
        P(y | do(treated)) and P(y | do(untreated)) of a binary outcome; or the distribution of the
        outcome untreated, then treated. The bounds then start from both sources.

    Returns
    -------
    Narrowing

    Raises
    ------
    CounterfactualError
        Where treatment or outcome cannot be counted or have other levels than needed, or all
        weights of the payoff are equal.
    ContradictionError
        Where experiment and observations are of no one population.
    GraphError
        Where the graph has no reading, or treatment or outcome is missing.

    Notes
    -----
    A small graph is asked as a whole at the end (`graph_bounds`), where that gains something: its
    bounds are then sharp. All bounds are those of the frequencies in the data, without sampling
    error: fine strata of few units make them too narrow, so that covariates are left out of finer
    strata where these would have fewer than 20 units on average.
    """
    if not isinstance(graph, CausalGraph):
        raise CounterfactualError(
            f"Expected a CausalGraph, got {type(graph).__name__}. Use its .graph, or "
            "CausalGraph.parse(text)."
        )
    if isinstance(data, np.ndarray) and data.dtype.names is None:
        data = JointTable.of_array(data, [n for n in graph.nodes if n not in graph.latents])
    question = ask(
        graph,
        data,
        treatment,
        outcome,
        payoff,
    )
    known = None if experiment is None else _experimental(experiment, question)
    return _Narrowing(question, known).answer()


def _experimental(given: Sequence[float], question: Question) -> Distributions:
    """Return what an experiment told, beside the observations."""
    levels = question.payoff.n_levels
    try:
        numbers = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.shape == (2,) and levels == 2:
        treated, untreated = numbers
        BinaryCells.read(treated, untreated, None)[0].check()
        numbers = np.array([[1 - untreated, untreated], [1 - treated, treated]])
    if numbers.shape != (2, levels):
        raise CounterfactualError(
            f"Expected an experiment as two probabilities (treated, untreated), or as 2 rows of "
            f"{levels}, got {shorten(repr(given))[1:-1]}. Give P(y | do(x)) of each arm."
        )
    both = Distributions(numbers[None], question.cells(()))
    both.check_consistent()
    return both


class _Narrowing:
    """One computation: bounds that are met with one finding after the other."""

    def __init__(self, question: Question, experiment: Distributions | None) -> None:
        self.question = question
        self.quantity = "PNS" if question.payoff == Payoff.pns() else "benefit"
        self.experiment = experiment
        self.knows_effect = experiment is not None
        known = experiment or Distributions(None, question.cells(()))
        lower, upper = payoff_bounds(known, question.payoff)
        self.start = self.now = self._bounds(float(lower[0]), float(upper[0]), "sharp")
        self.steps: list[NarrowingStep] = []
        self.used: dict[StepKind, tuple[str, ...]] = {}
        self.notes = list(question.notes)
        self.is_contradicted = False

    def answer(self) -> Narrowing:
        question = self.question
        self._selection()
        for found in findings(question):
            if not (self.knows_effect and found.kind == "effect"):
                self._take(found)
        self._functional()
        sharp = self.now.is_point or self._is_exhausted() or self._whole()
        if question.joint.rows is not None:
            self.notes.append(PLUG_IN)
        x, y = question.treatment, question.outcome
        return Narrowing(
            x, y, question.joint.levels_of(x), question.joint.levels_of(y), question.payoff,
            self.start,
            self._bounds(self.now.lower, self.now.upper, "sharp" if sharp else "outer"),
            tuple(self.steps), tuple(dict.fromkeys(self.notes)), question.joint.rows,
        )  # fmt: skip

    def _bounds(self, lower: float, upper: float, kind: Kind = "outer") -> Bounds:
        return Bounds(lower, upper, self.quantity, kind)

    def _selection(self) -> None:
        """Tell what a selected sample is of."""
        question = self.question
        hit = [name for name in question.selected if name in question.affected]
        if hit:
            self.notes.append(
                f"{question.treatment} affects {hit[0]}, which selects the sample: the graph says "
                "nothing of the units that are left out, and is not used."
            )
        elif question.selected:
            self.notes.append(
                f"The sample is selected by {and_join(question.selected)}: the bounds are for "
                "selected units."
            )
        if not question.graph.is_admg:
            self.notes.append(
                "The graph stands for a class: covariates are used as far as all its members "
                "agree; mediators, the front door and functional nodes are not."
            )

    def _met(self, lower: float, upper: float) -> Bounds | None:
        """Return the bounds that hold besides others; None where they contradict these."""
        ends = max(self.now.lower, lower), min(self.now.upper, upper)
        if ends[0] > ends[1] + CROSSING:
            return None
        return self._bounds(min(ends), max(ends[1], min(ends)))

    def _take(self, found: Finding) -> None:
        """Narrow the bounds by what was found."""
        after, reason = self.now, found.reason
        if found.note:
            self.notes.append(found.note)
        if found.lower is None or found.upper is None:
            reason, self.is_contradicted = found.problem, True
            self.notes.append(f"{found.words} is not used: {reason}")
        else:
            met = self._met(found.lower, found.upper)
            if met is None:
                self.is_contradicted = True
                reason = (
                    f"It gives {found.lower:.4g} to {found.upper:.4g}, which contradicts "
                    f"{self.now.lower:.4g} to {self.now.upper:.4g}: the graph does not fit the "
                    "data, or the sample is small."
                )
                self.notes.append(f"{found.words} is not used: {reason}")
            else:
                self.used[found.kind] = found.nodes
            after = met or self.now
        step = NarrowingStep(found.kind, found.words, found.nodes, reason, self.now, after)
        self.steps.append(step)
        self.now = after

    def _functional(self) -> None:
        """Narrow the bounds by what the graph says once functional nodes are replaced."""
        names = hidden_functional(self.question.whole)
        if not names or not self.question.graph.is_admg:
            return
        other = self.question.without(names)
        ways, before = [], self.now
        lower, upper = before.lower, before.upper
        for found in findings(other):
            usable = not (self.knows_effect and found.kind == "effect")
            if usable and found.lower is not None and found.upper is not None:
                if found.lower > lower + CROSSING or found.upper < upper - CROSSING:
                    ways.append(found.words)
                lower, upper = max(lower, found.lower), min(upper, found.upper)
        are = "is a function" if len(names) == 1 else "are functions"
        reason = f"{and_join(names)} {are} of known causes, which take that place"
        reason += f": then {', '.join(ways)}." if ways else ", and that gains nothing."
        words = f"functional {braces(names)}"
        self._take(Finding("functional", words, names, reason, lower, upper))

    def _is_exhausted(self) -> bool:
        """Whether the steps are known to be all that the graph gives."""
        strata, instruments = self.used.get("strata", ()), self.used.get("instrument", ())
        if self.knows_effect and instruments:  # each by itself
            return False
        return is_exhausted(self.question, strata, instruments)

    def _whole(self) -> bool:
        """Narrow the bounds by all models of a small graph; return whether they are sharp.

        Data that are not quite as the graph says are made so first: what is gained or lost by that
        is not told.
        """
        try:
            found = whole_graph_bounds(self.question, self.experiment)
        except ContradictionError as error:
            if not self.knows_effect and not self.is_contradicted:
                problem = f"No model of the graph has the data: {error}"
                self._take(Finding("graph", ALL, (), "", problem=problem))
            return False
        if found is None:
            return False
        blur = SOLVED + found.distance * float(np.ptp(self.question.payoff.values))
        lower, upper = max(found.lower, self.now.lower), min(found.upper, self.now.upper)
        if self.now.width - (upper - lower) > blur:
            reason = "No model of the graph with these data has less or more."
            self._take(Finding("graph", ALL, (), reason, found.lower, found.upper))
        ends = abs(found.lower - self.now.lower), abs(found.upper - self.now.upper)
        return found.kind == "sharp" and max(ends) <= blur

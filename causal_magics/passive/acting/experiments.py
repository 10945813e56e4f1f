"""What a policy did on a graph of the user, what came of it, and what it concludes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from causal_magics.graph.comparison import Comparison, compare
from causal_magics.graph.model import CausalGraph

__all__ = ["MOVED", "Action", "ExperimentStep", "Experiments", "Origin", "Phase"]

Action = tuple[str, float]
"""A variable and what it is set to."""

Phase = Literal["explore", "exploit"]
"""Whether a step looks for what moves the goal, or its outcome counts."""

Origin = Literal["drawn", "given", "fitted"]
"""Where mechanisms are from: a prior, the user, or data."""

MOVED = 2.0
"""Natural standard deviations from the natural mean from which a variable counts as moved."""


@dataclass(frozen=True)
class ExperimentStep:
    """One experiment.

    Parameters
    ----------
    target : str or None
        The variable that was set; None where it watched.
    setting : float or None
        What it was set to.
    phase : {"explore", "exploit"}
    values : mapping of str to float
        The row that came of it.
    deviations : mapping of str to float
        How far each value lies from its natural mean, in natural standard deviations.
    preferences : mapping of (str, float) to float
        The policy's probability of each action that sets something, before it acted.
    beliefs : mapping of (str, str) to float
        The probability of each edge, by (cause, effect), after the row was seen.
    """

    target: str | None
    setting: float | None
    phase: Phase
    values: Mapping[str, float]
    deviations: Mapping[str, float]
    preferences: Mapping[Action, float]
    beliefs: Mapping[tuple[str, str], float]

    @property
    def action(self) -> Action | None:
        """What was set and to what; None where it watched."""
        if self.target is None or self.setting is None:
            return None
        return self.target, self.setting

    @property
    def moved(self) -> tuple[str, ...]:
        """The other variables that lie more than `MOVED` deviations from their natural mean."""
        return tuple(
            name
            for name, deviation in self.deviations.items()
            if name != self.target and abs(deviation) > MOVED
        )


@dataclass(frozen=True, eq=False, repr=False)
class Experiments:
    """Experiments of a policy on one graph.

    Parameters
    ----------
    graph : CausalGraph
        The truth, which the policy does not see.
    goal : str
        The variable that was to become as large as possible.
    start : mapping of str to float
        The first row, in which nothing was set.
    steps : tuple of ExperimentStep
    natural : mapping of str to (float, float)
        Mean and standard deviation of each variable where nothing is set.
    belief : CausalGraph
        Edges whose probability is a half or more in the end, without those that would close a
        cycle of surer ones; `confidence` is that probability.
    choice : (str, float)
        The action that it took most often where outcomes count.
    best : (str, float)
        The action with the largest expected outcome.
    expected : mapping of (str, float) to float
        What is to be expected of the goal after each action.
    score : float
        0 as of random actions, 1 as of the best, over all steps that count.
    mechanisms : {"drawn", "given", "fitted"}
    units : mapping of str to (float, float), optional
        Where variables are standardised, the mean and standard deviation of each: a setting of +2
        means mean + 2 deviations. None where values are as the mechanisms give them.
    notes : tuple of str
        In what the graph is unlike those that the policy was trained on.
    """

    graph: CausalGraph
    goal: str
    start: Mapping[str, float]
    steps: tuple[ExperimentStep, ...]
    natural: Mapping[str, tuple[float, float]]
    belief: CausalGraph
    choice: Action
    best: Action
    expected: Mapping[Action, float]
    score: float
    mechanisms: Origin
    units: Mapping[str, tuple[float, float]] | None = None
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        name, setting = self.choice
        return (
            f"<Experiments: {len(self.graph)} variables, {len(self.steps)} steps, "
            f"{name} = {setting:+g} for {self.goal}, score {self.score:.2f}>"
        )

    @cached_property
    def comparison(self) -> Comparison:
        """How the edges it believes differ from the truth."""
        return compare(self.belief, self.graph)

    @property
    def conclusion(self) -> str:
        """What it did and what it believes, in one to three sentences."""
        return ""

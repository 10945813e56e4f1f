"""What a policy did on a graph of the user, what came of it, and what it concludes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

from causal_magics.data.frames import new_frame
from causal_magics.errors import shorten
from causal_magics.graph.comparison import Comparison, compare
from causal_magics.graph.drawing_palette import Theme
from causal_magics.graph.model import CausalGraph

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["MOVED", "Action", "ExperimentStep", "Experiments", "Origin", "Phase", "brief", "said"]

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
    value : float
        What variables are set to, up or down.
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
    value: float = 2.0
    units: Mapping[str, tuple[float, float]] | None = None
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return (
            f"<Experiments: {len(self.graph)} variables, {len(self.steps)} steps, "
            f"{said(self.choice)} for {brief(self.goal)}, score {self.score:.2f}>"
        )

    @property
    def random(self) -> float:
        """What is to be expected of the goal where the action is drawn at random."""
        return sum(self.expected.values()) / len(self.expected)

    @cached_property
    def comparison(self) -> Comparison:
        """How the edges it believes differ from the truth."""
        return compare(self.belief, self.graph)

    @property
    def conclusion(self) -> str:
        """What it did, what that brings, and what it believes, a sentence each."""
        from causal_magics.passive.acting.conclusion import conclusion_of

        return conclusion_of(self)

    def to_frame(self) -> Any:
        """Return one row per step: what was set, and every variable's value.

        Columns `step`, `phase`, `target` and `setting` (none where it watched), `moved`, and for
        each variable ``value of …``.

        Raises
        ------
        MissingDependencyError
            Without pandas, polars or pyarrow.
        """
        columns: dict[str, list[Any]] = {
            "step": list(range(1, len(self.steps) + 1)),
            "phase": [step.phase for step in self.steps],
            "target": [step.target for step in self.steps],
            "setting": [step.setting for step in self.steps],
            "moved": [", ".join(step.moved) for step in self.steps],
        }
        columns |= {
            f"value of {name}": [step.values[name] for step in self.steps] for name in self.start
        }
        return new_frame(columns)

    def to_svg(self, *, theme: Theme = "auto") -> str:
        """Draw what it believes, with what is wrong in it and what it lacks.

        Parameters
        ----------
        theme : {"auto", "light", "dark"}
        """
        from causal_magics.passive.acting.experiments_report import belief_svg

        return belief_svg(self, theme)

    def _repr_html_(self) -> str:
        from causal_magics.passive.acting.experiments_report import html_of

        return html_of(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw with matplotlib what the goal was at each step.

        Parameters
        ----------
        ax
            Where to draw; a new figure where left out.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.passive.acting.experiments_plotting import plot_experiments

        return plot_experiments(self, ax)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the experiments to a file (NumPy's npz, no pickles).

        Raises
        ------
        StorageError
            Where it cannot be written; what stood there before stays.
        """
        from causal_magics.passive.acting.experiments_storage import save_experiments

        save_experiments(self, path)

    @staticmethod
    def load(path: str | PathLike[str]) -> Experiments:
        """Read what `save` wrote.

        Raises
        ------
        StorageError
            Where the file is none of experiments, or of another version.
        """
        from causal_magics.passive.acting.experiments_storage import load_experiments

        return load_experiments(path)


def said(action: Action, limit: int = 60) -> str:
    """Return an action in words."""
    name, setting = action
    return f"{brief(name, limit)} = {setting:+g}"


def brief(name: str, limit: int = 60) -> str:
    """Return a name as it is, its middle left out where it has more characters than `limit`."""
    return name if len(name) <= limit else shorten(name, limit)[1:-1]

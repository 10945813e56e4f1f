"""How well actors act, by split, with what they did for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import PassiveError, shorten
from causal_magics.options import check_option, check_path
from causal_magics.passive.evaluation.conduct import RELATIONS, Relation
from causal_magics.passive.evaluation.scores import Score, difference_of, score_of
from causal_magics.passive.worlds.environment import Split

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["PHASES", "EvaluationPicture", "Phase", "PolicyEvaluation", "PolicyEvaluationRow"]

Floats = NDArray[np.float64]

EvaluationPicture = Literal["scores", "steps", "choices"]
"""What is drawn or listed.

scores
    The score of each actor by split, with its interval.
steps
    The normalised reward at each step.
choices
    What was set: how it stands to the goal.
"""

Phase = Literal["explore", "exploit"]
PHASES: tuple[Phase, ...] = get_args(Phase)


@dataclass(frozen=True, eq=False, repr=False)
class PolicyEvaluationRow:
    """How well actors of one name do on the tasks of one split.

    Parameters
    ----------
    actor : str
    split : {"train", "held-out", "trap"}
    variables : int
        How many each task has.
    is_baseline : bool
        Whether it stands there to compare with.
    n_explore : int
        How many steps come before those that count.
    chance, best : float array, shape (tasks,)
        What is to be expected of a random action and of the best.
    rewards : float array, shape (policies, tasks, steps)
        What is to be expected of each action.
    relations : float array, shape (policies, steps, relations)
        At how many tasks a variable of each relation to the goal was set, as a share.
    most_correlated : float array, shape (policies, steps)
        At how many the variable was set that goes most with the goal in nature.
    explored : float array, shape (policies, tasks)
        What share of the actions was tried while exploring.
    """

    actor: str
    split: Split
    variables: int
    is_baseline: bool
    n_explore: int
    chance: Floats
    best: Floats
    rewards: Floats
    relations: Floats
    most_correlated: Floats
    explored: Floats

    def __repr__(self) -> str:
        return f"<PolicyEvaluationRow: {self.actor}, {self.split}: {self.score}>"

    @property
    def n_policies(self) -> int:
        """How many actors have that name: one for each training seed."""
        return len(self.rewards)

    @property
    def n_tasks(self) -> int:
        """How many tasks there are."""
        return len(self.chance)

    @cached_property
    def score(self) -> Score:
        """The normalised reward, the mean over the steps that count."""
        return score_of(self.exploited, self.chance, self.best)

    @cached_property
    def first(self) -> Score:
        """The same at the first step that counts."""
        return score_of(self.rewards[:, :, self.n_explore], self.chance, self.best)

    @cached_property
    def steps(self) -> tuple[Score, ...]:
        """The normalised reward of every step, those that explore first."""
        every = range(self.rewards.shape[2])
        return tuple(score_of(self.rewards[:, :, step], self.chance, self.best) for step in every)

    @property
    def exploited(self) -> Floats:
        """The mean reward over the steps that count, shape (policies, tasks)."""
        return np.asarray(self.rewards[:, :, self.n_explore :].mean(axis=2))

    @property
    def share_best(self) -> float:
        """In what share of the steps that count the best action was taken."""
        counted = self.rewards[:, :, self.n_explore :]
        return float((counted >= self.best[:, None]).mean())

    @property
    def share_explored(self) -> float:
        """What share of the 2 (variables - 1) actions was tried while exploring."""
        return float(self.explored.mean())

    def choices(self, phase: Phase) -> Mapping[Relation, float]:
        """Return what share of a phase's actions set a variable of each relation to the goal."""
        shares = self.relations[:, self._of(phase)].mean(axis=(0, 1))
        return dict(zip(RELATIONS, shares.tolist(), strict=True))

    def share_most_correlated(self, phase: Phase) -> float:
        """Return what share of a phase's actions set what goes most with the goal in nature."""
        return float(self.most_correlated[:, self._of(phase)].mean())

    def _of(self, phase: Phase) -> slice:
        check_option("phase", phase, PHASES)
        return slice(self.n_explore) if phase == "explore" else slice(self.n_explore, None)


@dataclass(frozen=True, eq=False, repr=False)
class PolicyEvaluation:
    """How well actors act on tasks that are the same for all.

    Parameters
    ----------
    rows : tuple of PolicyEvaluationRow
        By number of variables, split and actor.
    watch_only : bool
        Whether nothing could be set while exploring.
    environment : str
        What the tasks were drawn from, in words.
    seed : int
    """

    rows: tuple[PolicyEvaluationRow, ...]
    watch_only: bool
    environment: str
    seed: int

    @property
    def actors(self) -> tuple[str, ...]:
        """Who acted, baselines last."""
        return tuple(dict.fromkeys(row.actor for row in self.rows))

    @property
    def splits(self) -> tuple[Split, ...]:
        """Which tasks they met."""
        return tuple(dict.fromkeys(row.split for row in self.rows))

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many variables the tasks have."""
        return tuple(dict.fromkeys(row.variables for row in self.rows))

    def row(
        self, actor: str | None = None, split: Split | None = None, variables: int | None = None
    ) -> PolicyEvaluationRow:
        """Return one row: the first that fits.

        Parameters
        ----------
        actor : str, optional
            The first where left out.
        split : {"train", "held-out", "trap"}, optional
            The held-out tasks where left out, or what there is.
        variables : int, optional

        Raises
        ------
        OptionError
            Where there is no such actor or split.
        PassiveError
            Where there are no tasks of that size.
        """
        actor = self.actors[0] if actor is None else actor
        split = self.default_split if split is None else split
        size = self.sizes[0] if variables is None else variables
        check_option("actor", actor, self.actors)
        check_option("split", split, self.splits)
        if size not in self.sizes:
            raise PassiveError(
                f"Expected a number of variables among {', '.join(map(str, self.sizes))}, got "
                f"{shorten(str(size))}."
            )
        key = (actor, split, size)
        return next(row for row in self.rows if (row.actor, row.split, row.variables) == key)

    @property
    def default_split(self) -> Split:
        """The held-out tasks, or else what there is."""
        return "held-out" if "held-out" in self.splits else self.splits[0]

    def score(
        self, actor: str | None = None, split: Split | None = None, variables: int | None = None
    ) -> Score:
        """Return the normalised reward of an actor: 0 as of random actions, 1 as of the best.

        Raises
        ------
        OptionError
            Where there is no such actor or split.
        PassiveError
            Where there are no tasks of that size.
        """
        return self.row(actor, split, variables).score

    def difference(
        self, actor: str, other: str, split: Split | None = None, variables: int | None = None
    ) -> Score:
        """Return how far the score of an actor is above another's, task by task.

        Raises
        ------
        OptionError
            Where there is no such actor or split.
        PassiveError
            Where there are no tasks of that size.
        """
        one, two = (self.row(name, split, variables) for name in (actor, other))
        return difference_of(one.exploited, two.exploited, one.chance, one.best)

    def to_frame(self, kind: EvaluationPicture = "scores") -> Any:
        """Return a data frame.

        Parameters
        ----------
        kind : {"scores", "steps", "choices"}
            A row for each actor, split and number of variables; for each step of these; or for
            each phase and relation to the goal.
        """
        from causal_magics.passive.evaluation.evaluation_report import frame_of

        return frame_of(self, kind)

    def plot(
        self,
        kind: EvaluationPicture = "scores",
        ax: Axes | None = None,
        *,
        split: Split | None = None,
        variables: int | None = None,
        actors: Sequence[str] | None = None,
    ) -> Axes:
        """Draw scores by split, rewards by step, or what was set.

        Parameters
        ----------
        kind : {"scores", "steps", "choices"}
        ax
            Where to draw; a new figure where left out.
        split : {"train", "held-out", "trap"}, optional
            Of steps and choices: the held-out tasks where left out. Scores show all.
        variables : int, optional
            Of which tasks, where their sizes differ.
        actors : sequence of str, optional
            Whom to show; all where left out.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.passive.evaluation.evaluation_plotting import plot_evaluation

        return plot_evaluation(self, kind, ax, split, variables, actors)

    def save(self, path: str | PathLike[str]) -> None:
        """Write to a file.

        Raises
        ------
        StorageError
            Where it cannot be written; what stood there before stays.
        """
        from causal_magics.passive.evaluation.evaluation_storage import save_evaluation

        check_path("the evaluation", path)
        save_evaluation(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> PolicyEvaluation:
        """Read what `save` wrote.

        Raises
        ------
        StorageError
            Where the file is of something else.
        """
        from causal_magics.passive.evaluation.evaluation_storage import load_evaluation

        check_path("the evaluation", path)
        return load_evaluation(path)

    def __repr__(self) -> str:
        from causal_magics.passive.evaluation.evaluation_report import describe

        return f"<PolicyEvaluation: {describe(self)}>"

    def _repr_html_(self) -> str:
        from causal_magics.passive.evaluation.evaluation_report import html_of

        return html_of(self)

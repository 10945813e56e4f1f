"""`two_by_two`: what was learned from, by what may be done: observations and interventions.

Lampinen et al., "Passive learning of active causal strategies in agents and language models"
(NeurIPS 2023), section 1: whether data are interventional is one question, whether the learner may
act is another.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, get_args

from causal_magics.options import check_option, check_path
from causal_magics.passive.evaluation.evaluate_policy import Actors, evaluate_policy
from causal_magics.passive.evaluation.policy_evaluation import PolicyEvaluation, PolicyEvaluationRow
from causal_magics.passive.evaluation.scores import Score, difference_of
from causal_magics.passive.experts import EXPERTS
from causal_magics.passive.worlds.environment import CausalEnvironment, Split

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["CELLS", "LearnedFrom", "Test", "TwoByTwo", "two_by_two"]

LearnedFrom = Literal["interventional", "observational"]
"""What a learner was trained on: a log of interventions, or natural rows."""

Test = Literal["may act", "may only watch"]
"""Whether variables may be set while exploring."""

CELLS: tuple[tuple[LearnedFrom, Test], ...] = tuple(
    (log, test) for log in get_args(LearnedFrom) for test in get_args(Test)
)

CAUSAL_LABELS = "causal labels"
"""The control: natural rows in training too, but with the expert's choice after them."""

_SPLITS: tuple[Split, ...] = ("held-out", "trap")
_OF_NO_USE = ("explore-then-exploit", "oracle", "random")
"""Experts whose score is 1 or 0 by what it means."""


@dataclass(frozen=True, eq=False, repr=False)
class TwoByTwo:
    """What was learned from × what may be done, with what has to be known beside it.

    Parameters
    ----------
    act, watch : PolicyEvaluation
        The same actors on the same tasks, held out and traps, where they may set variables while
        exploring and where they may only watch.
    """

    act: PolicyEvaluation
    watch: PolicyEvaluation

    @property
    def actors(self) -> tuple[str, ...]:
        """Both learners, then the causal labels where there are, then simple rules."""
        return self.act.actors

    @property
    def controls(self) -> tuple[str, ...]:
        """Who is in none of the four cells."""
        return tuple(name for name in self.actors if name not in get_args(LearnedFrom))

    def row(self, actor: str, test: Test, split: Split = "held-out") -> PolicyEvaluationRow:
        """Return what an actor does.

        Raises
        ------
        OptionError
            Where there is no such actor, test or split.
        """
        check_option("test", test, get_args(Test))
        return (self.act if test == "may act" else self.watch).row(actor, split)

    def score(self, actor: str, test: Test = "may act", split: Split = "held-out") -> Score:
        """Return the normalised reward of a learner or control.

        Raises
        ------
        OptionError
            Where there is no such actor, test or split.
        """
        return self.row(actor, test, split).score

    def lead(self, actor: str, test: Test = "may act", split: Split = "held-out") -> Score:
        """Return how far who learned from interventions and may act is above another, by task.

        Raises
        ------
        OptionError
            Where there is no such actor, test or split.
        """
        agent, other = self.row("interventional", "may act", split), self.row(actor, test, split)
        return difference_of(agent.exploited, other.exploited, agent.chance, agent.best)

    @property
    def conclusion(self) -> str:
        """What it shows and what it does not, in two sentences with their numbers."""
        from causal_magics.passive.evaluation.two_by_two_report import conclusion_of

        return conclusion_of(self)

    def to_frame(self) -> Any:
        """Return a row for each actor, test and split.

        Columns `actor`, `is_control`, `test`, `split`, `policies`, `score`, `low`, `high`,
        `spread`.
        """
        from causal_magics.passive.evaluation.two_by_two_report import frame_of

        return frame_of(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the four cells with their intervals, and the controls below.

        Parameters
        ----------
        ax
            Where to draw; a new figure where left out.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.passive.evaluation.two_by_two_plotting import plot_two_by_two

        return plot_two_by_two(self, ax)

    def save(self, path: str | PathLike[str]) -> None:
        """Write to a file.

        Raises
        ------
        StorageError
            Where it cannot be written; what stood there before stays.
        """
        from causal_magics.passive.evaluation.evaluation_storage import save_two_by_two

        check_path("the 2 × 2", path)
        save_two_by_two(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> TwoByTwo:
        """Read what `save` wrote.

        Raises
        ------
        StorageError
            Where the file is of something else.
        """
        from causal_magics.passive.evaluation.evaluation_storage import load_two_by_two

        check_path("the 2 × 2", path)
        return load_two_by_two(path)

    def __repr__(self) -> str:
        cells = "; ".join(f"{log}, {test} {self.score(log, test)}" for log, test in CELLS)
        return f"<TwoByTwo, held-out tasks: {cells}>"

    def _repr_html_(self) -> str:
        from causal_magics.passive.evaluation.two_by_two_report import html_of

        return html_of(self)


def two_by_two(
    interventional: Actors,
    observational: Actors,
    environment: CausalEnvironment | None = None,
    *,
    causal_labels: Actors | None = None,
    n_tasks: int = 1000,
    variables: int | None = None,
    baselines: bool | Sequence[str] = True,
    seed: int = 0,
    executor: Executor | None = None,
    progress: bool = True,
) -> TwoByTwo:
    """Cross what was learned from with what may be done, on held-out tasks and traps.

    Parameters
    ----------
    interventional : Actor, or several
        Trained on a log of interventions; several are training seeds.
    observational : Actor, or several
        Trained on natural rows.
    environment : CausalEnvironment, optional
        What the tasks are drawn from; that of the first policy where left out.
    causal_labels : Actor, or several, optional
        Trained on natural rows with the choice of an expert after them: what labels add to
        observations.
    n_tasks : int
        Of each split.
    variables : int, optional
        How many variables the tasks have.
    baselines : bool or sequence of str
        Simple rules to compare with: all, none or some by name.
    seed : int
        Of tasks and noise.
    executor
        Any `concurrent.futures.Executor`: each actor then meets each split in it. Processes are to
        be spawned where torch ran before: forked ones hang.
    progress : bool
        Whether a bar shows after a second.

    Returns
    -------
    TwoByTwo

    Raises
    ------
    PassiveError
        Where nothing is held out, or an actor is missing or chooses what is not allowed.
    OptionError
        Where an actor or an option is unknown.
    """
    groups: dict[str, Any] = {"interventional": interventional, "observational": observational}
    if causal_labels is not None:
        groups[CAUSAL_LABELS] = causal_labels
    if isinstance(baselines, bool) and baselines:
        baselines = [name for name in EXPERTS if name not in _OF_NO_USE]
    act, watch = (
        evaluate_policy(
            groups, environment, splits=_SPLITS, n_tasks=n_tasks, variables=variables,
            baselines=baselines, watch_only=watch_only, seed=seed, executor=executor,
            progress=progress,
        )
        for watch_only in (False, True)
    )  # fmt: skip
    return TwoByTwo(act, watch)

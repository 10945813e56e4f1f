"""Logs: episodes in which somebody acted, of which others learn."""

from __future__ import annotations

from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from causal_magics.data.frames import new_frame
from causal_magics.errors import OptionError, PassiveError, shorten
from causal_magics.options import check_count, check_flag, check_kind, check_positive
from causal_magics.passive.experts import expert_named, random_action
from causal_magics.passive.log_checks import check_environment, check_episodes, check_labels
from causal_magics.passive.log_contents import LogContents, contents_of
from causal_magics.passive.worlds.choices import CheckedActor
from causal_magics.passive.worlds.environment import CausalEnvironment, Tasks
from causal_magics.passive.worlds.episodes import Actor, Episodes, action_names, run
from causal_magics.passive.worlds.scm_batch import Link
from causal_magics.passive.worlds.structural_models import Integers

__all__ = ["InterventionLog", "record_log"]


@dataclass(frozen=True, eq=False, repr=False)
class InterventionLog:
    """Episodes in which somebody acted, and what a learner is to imitate there.

    Parameters
    ----------
    episodes : Episodes
    labels : int array, shape (episodes, steps), optional
        What the expert would have done at each step, where the actor was a noisy one; where left
        out, its actions are those of the expert.
    expert : str
        Who acted, or labelled.
    environment : CausalEnvironment
        What the tasks were drawn from.
    seed : int, optional
        With which they were drawn.
    slip : float
        At so many of the steps, as a share, the actor acted at random.
    knows_model : bool, optional
        Whether the expert chose by the model, or by rows of it that the log does not hold; None
        where nobody knows.
    explores : bool
        Whether what was set while exploring was chosen whatever the model.

    Raises
    ------
    PassiveError
        Where shapes do not go together, values are not finite, codes of actions are none, the goal
        is set, a variable that is set has another value, or the environment has another number of
        variables or value.
    """

    episodes: Episodes
    labels: Integers | None
    expert: str
    environment: CausalEnvironment
    seed: int | None = None
    slip: float = 0.0
    knows_model: bool | None = None
    explores: bool = False

    def __post_init__(self) -> None:
        check_episodes(self.episodes)
        if self.labels is not None:
            check_labels(self.labels, self.episodes)
        check_environment(self.environment, self.episodes)

    @classmethod
    def from_arrays(
        cls,
        values: ArrayLike,
        actions: ArrayLike,
        goals: ArrayLike,
        *,
        labels: ArrayLike | None = None,
        n_explore: int | None = None,
        value: float | None = None,
        environment: CausalEnvironment | None = None,
        expert: str = "given",
        knows_model: bool | None = None,
        explores: bool = False,
    ) -> InterventionLog:
        """Return a log of one's own episodes.

        Parameters
        ----------
        values : float array, shape (episodes, steps + 1, variables)
            Row 0 is natural: nothing was set. Row t + 1 came of action t.
        actions : int array, shape (episodes, steps)
            0 sets nothing, 1 + 2v sets variable v to minus `value`, 2 + 2v to plus `value`.
        goals : int array, shape (episodes,)
            The variable that was to become as large as possible.
        labels : int array, shape (episodes, steps), optional
            What was to be done, where it differs from what was done.
        n_explore : int, optional
            So many steps come first, whose outcome does not count, from none to all; two for each
            variable but the goal where left out.
        value : float, optional
            What variables are set to, up or down; that of the environment, or 2, where left out.
        environment : CausalEnvironment, optional
            What the episodes are from, with this number of variables and this value. Where left
            out, one that holds nothing out.
        expert : str
            Who acted.
        knows_model : bool, optional
            Whether it chose by something that the arrays do not hold.
        explores : bool
            Whether what was set while exploring was chosen whatever the model.

        Raises
        ------
        PassiveError
            As the class does, and where these are no arrays of numbers.
        OptionError
            Where another option is outside what it can be.
        """
        if environment is not None:
            check_kind("a CausalEnvironment", environment, CausalEnvironment)
        if value is None:
            value = 2.0 if environment is None else environment.value
        check_positive("value", value)
        if n_explore is not None:
            check_count("n_explore", n_explore, least=0)
        with np.errstate(over="ignore"):
            rows = _array("values", values, "numbers").astype(np.float32)
        acted = Episodes(rows, _whole("actions", actions), _whole("goals", goals), 0, value)
        check_episodes(acted)
        size, steps = acted.n_variables, acted.n_steps
        explore = min(2 * (size - 1), steps) if n_explore is None else n_explore
        if environment is None:
            count = max(1, steps - explore)
            environment = CausalEnvironment(size, held_out=None, n_exploit=count, value=value)
        acted = Episodes(acted.values, acted.actions, acted.goals, explore, value)
        known = None if labels is None else _whole("labels", labels)
        return cls(acted, known, expert, environment, knows_model=knows_model, explores=explores)

    def __repr__(self) -> str:
        return (
            f"<InterventionLog of {self.expert}: {self.episodes.n_episodes:,} episodes of "
            f"{self.episodes.n_steps} steps, {self.episodes.n_variables} variables>\n"
            f"{self.contents!r}"
        )

    def _repr_html_(self) -> str:
        return self.contents._repr_html_()

    @property
    def imitated(self) -> Integers:
        """What a learner is to do at each step, shape (episodes, steps): labels, or actions."""
        return self.episodes.actions if self.labels is None else self.labels

    @property
    def contents(self) -> LogContents:
        """What was set how often, and what can be learned from it."""
        return contents_of(self)

    def to_frame(self) -> Any:
        """Return a data frame with a row for each row of the log.

        Columns are ``episode``, ``step`` (0 is natural), ``phase``, ``goal``, ``action`` in words,
        ``label`` where there are labels, and the variables.
        """
        episodes = self.episodes
        words = np.array(action_names(self.contents.names, episodes.value))
        shape = episodes.values.shape[:2]
        steps = np.broadcast_to(np.arange(shape[1]), shape)
        columns: dict[str, Any] = {
            "episode": np.repeat(np.arange(shape[0]), shape[1]),
            "step": steps.reshape(-1),
            "phase": np.where(steps <= episodes.n_explore, "explore", "exploit").reshape(-1),
            "goal": np.repeat(np.array(self.contents.names)[episodes.goals], shape[1]),
            "action": words[_after_nothing(episodes.actions)],
        }
        if self.labels is not None:
            columns["label"] = words[_after_nothing(self.labels)]
        for place, name in enumerate(self.contents.names):
            columns[name] = episodes.values[:, :, place].reshape(-1)
        return new_frame(columns)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the log to a file.

        Raises
        ------
        StorageError
            Where it cannot be written; what stood there before stays.
        """
        from causal_magics.passive.log_storage import save_log

        save_log(self, path)

    @staticmethod
    def load(path: str | PathLike[str], link: Link | None = None) -> InterventionLog:
        """Read what `save` wrote.

        Parameters
        ----------
        path : str or path
        link : callable, optional
            The link of the environment where that is a function, which files do not hold.

        Raises
        ------
        StorageError
            Where there is no file, or it is none of a log, or of another version.
        PassiveError
            Where the link is a function and none is given, or the other way round.
        """
        from causal_magics.passive.log_storage import load_log

        return load_log(path, link)


def record_log(
    environment: CausalEnvironment | None = None,
    expert: str | Actor = "explore-then-exploit",
    episodes: int = 20_000,
    *,
    seed: int = 0,
    actor: str | Actor | None = None,
    slip: float = 0.0,
    watch_only: bool = False,
    variables: int | None = None,
) -> InterventionLog:
    """Let an expert act in tasks of training, and write down what it does.

    Here the expert itself acts where no actor is given. The log of which `train` learns unless told
    otherwise has another one: ``record_log(environment, actor="empirical-best")``.

    Parameters
    ----------
    environment : CausalEnvironment, optional
        ``CausalEnvironment()`` where left out.
    expert : str or Actor
        The name of an expert, or somebody who acts.
    episodes : int
    seed : int
    actor : str or Actor, optional
        Who acts, where it is somebody else than the expert, who then says what it would have done.
        An expert that knows the model gives the best action away by taking it; where another acts,
        the log shows what comes of actions and no more.
    slip : float
        At so many of the steps, as a share, what is done is drawn at random, and the expert says
        what it would have done: so the log holds states that the expert never comes to.
    watch_only : bool
        Whether nothing is set while exploring.
    variables : int, optional
        Where the environment has several numbers of them: a log has one; the first where left out.

    Raises
    ------
    OptionError
        Where an option is outside what it can be.
    PassiveError
        Where somebody chooses what is no action, or sets the goal.
    """
    environment = CausalEnvironment() if environment is None else environment
    check_kind("a CausalEnvironment", environment, CausalEnvironment)
    check_count("episodes", episodes)
    check_count("seed", seed, least=0)
    check_flag("watch_only", watch_only)
    if (
        isinstance(slip, bool)
        or not isinstance(slip, int | float | np.floating)
        or not 0 <= slip < 1
    ):
        raise OptionError(
            f"Expected slip to be a share from 0 to below 1, got {shorten(str(slip))}."
        )
    teacher = _who_acts(expert)
    doer = None if actor is None else _who_acts(actor)
    tasks = environment.tasks(episodes, seed=seed, variables=variables)
    labelled = _Labelled(
        CheckedActor(teacher, may_watch=True),
        None if doer is None else CheckedActor(doer, may_watch=True),
        float(slip),
    )
    is_labelled = bool(slip) or doer is not None
    acted = run(
        tasks,
        labelled if is_labelled else labelled.expert,
        np.random.default_rng([seed, episodes]),
        n_exploit=environment.n_exploit,
        watch_only=watch_only,
    )
    labels = None
    if is_labelled:
        watched = acted.actions[:, : acted.n_steps - len(labelled.labels)]
        labels = np.concatenate([watched, np.stack(labelled.labels, axis=1)], axis=1)
    return InterventionLog(
        acted,
        labels,
        teacher.name,
        environment,
        seed,
        float(slip),
        getattr(doer or teacher, "knows_model", None),
        bool(getattr(doer or teacher, "explores", False)),
    )


def _who_acts(actor: str | Actor) -> Actor:
    """Return the expert of that name, or who is given."""
    found = expert_named(actor) if isinstance(actor, str) else actor
    if isinstance(found, type) or not callable(getattr(found, "choose", None)):
        raise OptionError(
            "Expected the name of an expert, or an object that chooses actions (Actor), got "
            f"{shorten(str(found))}."
        )
    if not isinstance(getattr(found, "name", None), str):
        raise OptionError(
            f"Expected an actor with a name, got {type(found).__name__} without. Give it one, a "
            'str: name = "mine".'
        )
    return found


@dataclass
class _Labelled:
    """Acts; notes what the expert would have done.

    Parameters
    ----------
    expert : Actor
    actor : Actor, optional
        Who acts, where it is not the expert.
    slip : float
        The share of steps at which what is done is drawn at random.
    """

    expert: Actor
    actor: Actor | None
    slip: float
    labels: list[Integers] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.expert.name

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        label = self.expert.choose(episodes, tasks, rng)
        self.labels.append(label)
        done = label if self.actor is None else self.actor.choose(episodes, tasks, rng)
        if not self.slip:
            return done
        slips = rng.random(len(label)) < self.slip
        return np.where(slips, random_action(episodes, rng), done)


def _whole(name: str, given: ArrayLike) -> Integers:
    """Return whole numbers as they are counted here."""
    array = _array(name, given, "whole numbers")
    if array.dtype.kind not in "iu":
        raise PassiveError(f"Expected {name} as whole numbers, got {array.dtype}.")
    return array.astype(np.int64)


def _array(name: str, given: ArrayLike, what: str) -> NDArray[Any]:
    """Return an array of numbers."""
    try:
        array = np.asarray(given)
        with np.errstate(all="ignore"):
            return array if array.dtype.kind in "iub" else array.astype(np.float64)
    except (TypeError, ValueError):
        raise PassiveError(
            f"Expected {name} as an array of {what}, got {shorten(str(given))}."
        ) from None


def _after_nothing(actions: Integers) -> Integers:
    """Return the action before each row, laid flat: nothing before the first."""
    return np.pad(actions, ((0, 0), (1, 0))).reshape(-1)

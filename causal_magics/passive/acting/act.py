"""`act`: a trained policy experiments on a graph of the user, of which it sees rows alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import OptionError, PassiveError, shorten
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.network import HasGraph
from causal_magics.options import (
    check_count,
    check_flag,
    check_kind,
    check_option,
    check_positive,
)
from causal_magics.passive.acting.assembly import Told, assembled
from causal_magics.passive.acting.experiments import Experiments
from causal_magics.passive.acting.own_models import (
    GivesStructuralModel,
    Mechanisms,
    OwnModels,
    check_scales,
    drawn,
    fitted,
    given,
)
from causal_magics.passive.acting.policy_answers import checked_beliefs, checked_preferences
from causal_magics.passive.acting.question import check_graph, goal_of, graph_of
from causal_magics.passive.acting.unlike_training import notes_on
from causal_magics.passive.worlds.environment import (
    CausalEnvironment,
    Tasks,
    expected_goals,
    natural_rows,
)
from causal_magics.passive.worlds.episodes import Episodes, run
from causal_magics.passive.worlds.scm_batch import Link
from causal_magics.passive.worlds.structural_models import Integers, StructuralModels

__all__ = ["ActingPolicy", "act"]

Floats = NDArray[np.float64]

_ROWS = 4_096
"""Rows behind natural means, standard deviations and expected outcomes."""
_MOST = 1e6
"""Natural means and standard deviations beyond which nothing can be read of a row."""
_UNMOVED = 1e-3
"""Natural standard deviations by which the best action has to differ from a random one."""
_LEARNED = (
    "Mechanisms are drawn at random. Those that were learned with the graph are used where the "
    "Discovery is given as mechanisms too."
)


@runtime_checkable
class ActingPolicy(Protocol):
    """What `act` asks of a policy."""

    @property
    def environment(self) -> CausalEnvironment:
        """What it was trained on."""
        ...

    def preferences(self, episodes: Episodes) -> Floats:
        """Return log-probabilities of the next action, -inf where not allowed."""
        ...

    def beliefs(self, episodes: Episodes) -> Floats:
        """Return probabilities of edges; raises `PassiveError` or is left out where it has none."""
        ...


def act(
    policy: ActingPolicy | str | PathLike[str],
    graph: CausalGraph | HasGraph,
    goal: str | None = None,
    *,
    data: Any = None,
    mechanisms: Mechanisms | None = None,
    link: str | Callable[[Any], Any] | None = None,
    noise: float | None = None,
    standardise: bool | None = None,
    exploit: int | None = None,
    seed: int = 0,
) -> Experiments:
    """Let a trained policy experiment on a graph.

    It sees the rows that come of what it sets, and neither the graph nor its mechanisms. First it
    explores, two steps for each variable but the goal; then it is to make the goal large.

    Parameters
    ----------
    policy : Policy, str or path
        A policy, the name of one that comes with the package ("axial"), or where one was saved.
    graph : CausalGraph
        A DAG of 2 to 20 nodes, all of which can be seen and set; or what carries one.
    goal : str, optional
        What is to become large. Where left out, the node with the role `outcome`, else the only
        effect without effects of its own.
    data
        A data frame with a numeric column for each node, to which mechanisms are fitted: smooth
        functions of the parents, and residuals as noise. Variables are then in standard deviations
        from the mean, so that a setting of +2 means two of them above it.
    mechanisms : mapping of str to callable, StructuralModel or Discovery, optional
        A function of the parents' arrays for each node with parents; or what a `Discovery` learned,
        whose variables are then in standard deviations too. Where neither these nor data are given,
        mechanisms are drawn as in training.
    link : {"linear", "leaky-relu"} or callable, optional
        What is done to weighted sums of parents, where mechanisms are drawn; as in training where
        left out.
    noise : float, optional
        Multiplies the standard deviation of each noise: drawn ones have variances from .3 to .7,
        those of given functions are 1. Where left out, as in training where mechanisms are drawn,
        else 1.
    standardise : bool, optional
        Of `mechanisms`: whether variables are measured in natural standard deviations from their
        natural mean. Where left out, those that a `Discovery` learned are.
    exploit : int, optional
        Steps whose outcome counts; as in training where left out.
    seed : int
        Of drawn mechanisms and of noise.

    Returns
    -------
    Experiments

    Raises
    ------
    PassiveError
        Where the graph or the goal cannot be asked about, nothing moves the goal, or the policy
        answers with what are no probabilities.
    UnknownNodeError
        Where the goal is no node.
    DataError
        Where the table lacks a column, or one has gaps, is constant or holds no numbers.
    OptionError
        Where mechanisms do not fit the graph, a mechanism or a link fails or returns no finite
        numbers, or an option is outside what it can be.
    StorageError
        Where there is no such policy, or it is of another version.

    Examples
    --------
    >>> act("axial", CausalGraph.parse("Smoking -> Tar -> Cancer"))  # doctest: +SKIP
    <Experiments: 3 variables, 8 steps, Tar = +2 for Cancer, score 1.00>
    """
    _check_options(noise, standardise, exploit, seed, data, mechanisms, link)
    asked = graph_of(graph)
    check_graph(asked)
    goal = goal_of(asked, goal)
    acting = _policy_of(policy)
    rng = np.random.default_rng(seed)
    if data is not None:
        own = fitted(asked, data, noise or 1.0)
    elif mechanisms is not None:
        own = given(asked, mechanisms, noise or 1.0, standardise)
    else:
        prior = acting.environment.prior
        chosen = prior.link if link is None else cast("Link", link)
        own = drawn(asked, replace(prior, link=chosen, noise=noise or prior.noise), rng)
    found = _experiments(acting, asked, goal, own, exploit, rng)
    if own.origin == "drawn" and isinstance(graph, GivesStructuralModel):
        return replace(found, notes=(*found.notes, _LEARNED))
    return found


def _check_options(
    noise: float | None,
    standardise: bool | None,
    exploit: int | None,
    seed: int,
    data: Any,
    mechanisms: Mechanisms | None,
    link: str | Callable[[Any], Any] | None,
) -> None:
    """Refuse options outside what they can be, and those that do not go together."""
    check_count("seed", seed, least=0)
    if noise is not None:
        check_positive("noise", noise)
    if exploit is not None:
        check_count("exploit", exploit)
    if data is not None and mechanisms is not None:
        raise OptionError("Expected data or mechanisms, got both. Leave one of them out.")
    if standardise is not None:
        check_flag("standardise", standardise)
        if mechanisms is None:
            raise OptionError(
                "Expected standardise together with mechanisms. Drawn ones are as in training, and "
                "those that are fitted to data are standardised: leave it out."
            )
    if link is not None:
        if not callable(link):
            check_option("link", link, ("linear", "leaky-relu"))
        if data is not None or mechanisms is not None:
            raise OptionError(
                "Expected link where mechanisms are drawn, got it beside "
                f"{'data' if mechanisms is None else 'mechanisms'}. Leave it out."
            )


def _policy_of(policy: ActingPolicy | str | PathLike[str]) -> ActingPolicy:
    """Return a policy, or read it."""
    check_policy(policy)
    if not isinstance(policy, str | PathLike):
        return policy
    from causal_magics.passive.learner.policy_storage import load_policy

    return load_policy(policy)


def check_policy(policy: ActingPolicy | str | PathLike[str]) -> None:
    """Raise a `CausalMagicsError` where it is no policy, nor the name of one that is there."""
    if isinstance(policy, str | PathLike):
        from causal_magics.passive.learner.policy_storage import expect_policy

        expect_policy(policy)
        return
    is_policy = callable(getattr(policy, "preferences", None)) and hasattr(policy, "environment")
    if not is_policy or isinstance(policy, type):
        raise OptionError(
            f"Expected a policy, the name of one or a file, got {type(policy).__name__}. Give "
            '"axial", or what train() returned.'
        )
    check_kind(
        f"the environment of {_name(policy)} to be a CausalEnvironment",
        policy.environment, CausalEnvironment, "Give it one, such as CausalEnvironment().",
    )  # fmt: skip


def _name(policy: ActingPolicy) -> str:
    """Return what a policy is called in messages."""
    return shorten(type(policy).__name__)[1:-1]


def _experiments(
    policy: ActingPolicy,
    graph: CausalGraph,
    goal: str,
    own: OwnModels,
    exploit: int | None,
    rng: np.random.Generator,
) -> Experiments:
    """Act, and tell all of it by name."""
    environment, goals = policy.environment, np.array([own.names.index(goal)], dtype=np.int64)
    natural = _natural(own, rng)
    expected = _expected(own.models, goals, environment.value)
    _check_moved(own, goal, expected, natural[goals[0], 1])
    actor = _Noted(policy, [])
    episode = run(
        Tasks(own.models, goals, environment.value),
        actor,
        rng,
        n_exploit=environment.n_exploit if exploit is None else exploit,
    )
    told = Told(
        graph,
        own.names,
        np.array(actor.preferences),
        _beliefs(policy, episode),
        natural,
        expected,
        own.origin,
        own.units,
        tuple(notes_on(environment, graph, own.names, natural)),
    )
    return assembled(episode, told)


@dataclass(frozen=True)
class _Noted:
    """An actor that takes a policy's most probable action and notes how probable each was."""

    policy: ActingPolicy
    preferences: list[Floats]
    name: str = "policy"

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        del tasks, rng
        given = self.policy.preferences(episodes)
        preferences = checked_preferences(given, episodes, _name(self.policy))
        self.preferences.append(np.exp(preferences[0]))
        return np.asarray(preferences.argmax(axis=1))


def _natural(own: OwnModels, rng: np.random.Generator) -> Floats:
    """Return mean and standard deviation of each variable, shape (variables, 2).

    Raises
    ------
    PassiveError
        Where one does not vary, or is too large to be read.
    """
    with np.errstate(all="ignore"):
        rows = natural_rows(own.models.take(np.zeros(_ROWS, dtype=np.int64)), 1, rng)[:, 0]
        natural = np.column_stack((rows.mean(axis=0), rows.std(axis=0))).astype(np.float64)
    check_scales(own.names, natural[:, 0], natural[:, 1], _MOST)
    return natural


def _expected(models: StructuralModels, goals: Integers, value: float) -> Floats:
    """Return what is to be expected of the goal after each action, shape (actions,)."""
    copies = 1 if models.is_linear else _ROWS
    several = models.take(np.zeros(copies, dtype=np.int64))
    return np.asarray(
        expected_goals(several, np.repeat(goals, copies), value, draws=1).mean(axis=0)
    )


def _check_moved(own: OwnModels, goal: str, expected: Floats, spread: float) -> None:
    """Raise `PassiveError` where all actions come to the same."""
    if np.nanmax(expected[1:]) - np.nanmean(expected[1:]) <= _UNMOVED * spread:
        raise PassiveError(
            f"Expected mechanisms by which something moves {shorten(goal)}, got {own.origin} ones "
            "under which it is the same whatever is set. Look at its mechanism, or give another "
            "goal."
        )


def _beliefs(policy: ActingPolicy, episode: Episodes) -> Floats | None:
    """Return the probability of each edge after each step; None of a policy that tells none."""
    told: list[Floats] = []
    for step in range(episode.n_steps if hasattr(policy, "beliefs") else 0):
        try:
            given = policy.beliefs(episode.until(step + 1))
        except PassiveError:
            return None
        told.append(checked_beliefs(given, episode.n_variables, _name(policy)))
    return np.array(told) if told else None

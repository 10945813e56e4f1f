"""`Experimenter`: a trained policy that experiments on whatever graph an editor shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from os import PathLike
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from causal_magics.errors import CausalMagicsError, EditorError, shorten
from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.document import JsonObject
from causal_magics.widgets.experiments_view import experiments_view
from causal_magics.widgets.overlay import meaning
from causal_magics.widgets.session import State

if TYPE_CHECKING:
    from causal_magics.passive.acting.experiments import Experiments
    from causal_magics.passive.learner.policy import Policy

Experiment = Callable[[CausalGraph, str | None], "Experiments"]
"""Experiments on a graph, for a goal or for the one that the graph names."""


class Experimenter:
    """Experiments on each state of one editor, once for each graph.

    Parameters
    ----------
    experiment : callable
        Called with a graph and the goal; raises `CausalMagicsError` where there can be none.
    goal : str, optional
        The node that is to be made large. It keeps to the node, whatever its name becomes, until
        the node goes or the outcomes of the graph become others.
    latest : Experiments, optional
        What was found on the first graph already.
    """

    def __init__(
        self, experiment: Experiment, goal: str | None = None, latest: Experiments | None = None
    ) -> None:
        self._experiment = experiment
        self._goal = goal
        self._first: tuple[str | None, frozenset[str]] | None = None
        self._given = latest
        self._found: _Found | None = None
        self._lock = Lock()

    @property
    def latest(self) -> Experiments | None:
        """What was found last; None where nothing was, or the graph allows no experiments."""
        return self._given if self._found is None else self._found.experiments

    def told(self, state: State) -> JsonObject:
        """Experiment on what is shown, and return what came of it, or why nothing did, as JSON.

        `rev` is the revision of the state.
        """
        with self._lock:
            meant = meaning(state.document)
            if self._found is None or meant != self._found.meant:
                self._found = self._try(state, meant)
            return self._found.to_json(state)

    def known(self, state: State) -> JsonObject | None:
        """Return as JSON what was found on what is shown; None where that is still to be found."""
        found = self._of(state)
        return None if found is None else found.to_json(state)

    def current(self, state: State) -> Experiments | None:
        """Return what was found on what is shown; None where nothing was, or it is to be found."""
        found = self._of(state)
        return None if found is None else found.experiments

    def _of(self, state: State) -> _Found | None:
        found = self._found
        return found if found is not None and found.meant == meaning(state.document) else None

    def _try(self, state: State, meant: object) -> _Found:
        goal = self._goal_of(state)
        if self._given is not None and self._given.graph is state.graph:
            return _Found(meant, self._given)
        try:
            return _Found(meant, self._experiment(state.graph, goal))
        except CausalMagicsError as error:
            return _Found(meant, None, str(error))

    def _goal_of(self, state: State) -> str | None:
        """Return the goal that was given, while nothing in the graph says another."""
        nodes, outcomes = state.document.nodes, frozenset(state.graph.outcomes)
        if self._first is None:
            named = (key for key, node in nodes.items() if node.name == self._goal)
            self._first = next(named, None), outcomes
        key, first_outcomes = self._first
        if outcomes != first_outcomes:
            return None
        if key is None:
            return self._goal
        return nodes[key].name if key in nodes else None


def experimenter_of(
    policy: Policy | str | PathLike[str],
    goal: str | None = None,
    *,
    options: Mapping[str, Any] = MappingProxyType({}),
    latest: Experiments | None = None,
) -> Experimenter:
    """Return what experiments as a policy does.

    Parameters
    ----------
    policy : Policy, str or path
        As `act` takes it; read when it is first asked.
    goal : str, optional
    options : mapping of str to object
        What `act` is told besides.
    latest : Experiments, optional
        What was found on the first graph already.
    """
    from causal_magics.passive.acting.act import act

    @cache
    def acting() -> Policy:
        if not isinstance(policy, str | PathLike):
            return policy
        from causal_magics.passive.learner.policy_storage import load_policy

        return load_policy(policy)

    def experiment(graph: CausalGraph, goal: str | None) -> Experiments:
        return act(acting(), graph, goal, **options)

    return Experimenter(experiment, goal, latest)


def attached(policy: Policy | str | None, goal: str | None) -> Experimenter | None:
    """Return what experiments as a policy does; None where there is none.

    Raises
    ------
    EditorError
        Where there is a goal, and none who reaches for it.
    CausalMagicsError
        Where the policy is none, or there is none of that name.
    """
    if policy is not None:
        from causal_magics.passive.acting.act import check_policy

        check_policy(policy)
        return experimenter_of(policy, goal)
    if goal is not None:
        raise EditorError(
            f'Expected a policy that makes the goal {shorten(goal)} large. Give policy="axial", '
            "or leave goal out."
        )
    return None


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found on a graph, told by what it means, or why nothing was."""

    meant: object
    experiments: Experiments | None
    problem: str = ""

    def to_json(self, state: State) -> JsonObject:
        if self.experiments is None:
            return {"rev": state.revision, "problem": self.problem}
        return {"rev": state.revision, **experiments_view(self.experiments, state.document)}

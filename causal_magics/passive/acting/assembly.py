"""From what an episode holds, all in arrays, to experiments, all by name; and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import GraphError
from causal_magics.graph.model import CausalGraph
from causal_magics.passive.acting.experiments import (
    Action,
    Experiments,
    ExperimentStep,
    Origin,
    Phase,
)
from causal_magics.passive.worlds.episodes import WATCH, Episodes

__all__ = ["BELIEVED", "Told", "assembled", "belief_graph", "taken_apart"]

Floats = NDArray[np.float64]

BELIEVED = 0.5
"""Probability from which an edge is believed."""


@dataclass(frozen=True, eq=False)
class Told:
    """What is known of experiments besides the episode.

    Parameters
    ----------
    graph : CausalGraph
    names : tuple of str
        Of the variables, in the order of the arrays.
    preferences : array, shape (steps, 2 × variables + 1)
        Probabilities of actions.
    beliefs : array, shape (steps, variables, variables), or None
        Probabilities of edges, ``[t, i, j]`` of i → j; None of a policy that tells none.
    natural : array, shape (variables, 2)
        Means and standard deviations.
    expected : array, shape (2 × variables + 1,)
        Of the goal after each action, NaN where it is set itself.
    origin : {"drawn", "given", "fitted"}
    units : mapping of str to (float, float), optional
    notes : tuple of str
    """

    graph: CausalGraph
    names: tuple[str, ...]
    preferences: Floats
    beliefs: Floats | None
    natural: Floats
    expected: Floats
    origin: Origin
    units: Mapping[str, tuple[float, float]] | None = None
    notes: tuple[str, ...] = ()


def assembled(episode: Episodes, told: Told) -> Experiments:
    """Return experiments from one episode and what is known besides."""
    names, every = told.names, _every_action(told.names, episode.value)
    actions = episode.actions[0]
    values = episode.values[0].astype(np.float64)
    deviations = (values - told.natural[:, 0]) / told.natural[:, 1]
    steps = []
    for place, action in enumerate(actions.tolist()):
        target, setting = every[action - 1] if action != WATCH else (None, None)
        phase: Phase = "explore" if place < episode.n_explore else "exploit"
        steps.append(
            ExperimentStep(
                target,
                setting,
                phase,
                _by_name(names, values[place + 1]),
                _by_name(names, deviations[place + 1]),
                dict(zip(every, told.preferences[place, 1:].tolist(), strict=True)),
                {} if told.beliefs is None else _by_pair(names, told.beliefs[place]),
            )
        )
    counted = actions[episode.n_explore :]
    expected = told.expected
    chance, most = float(np.nanmean(expected[1:])), float(np.nanmax(expected[1:]))
    return Experiments(
        graph=told.graph,
        goal=names[int(episode.goals[0])],
        start=_by_name(names, values[0]),
        steps=tuple(steps),
        natural={
            name: (row[0], row[1]) for name, row in zip(names, told.natural.tolist(), strict=True)
        },
        belief=belief_graph(told.graph, steps[-1].beliefs),
        choice=every[int(np.bincount(counted).argmax()) - 1],
        best=every[int(np.nanargmax(expected[1:]))],
        expected={
            action: value
            for action, value in zip(every, expected[1:].tolist(), strict=True)
            if not np.isnan(value)
        },
        score=float((expected[counted].mean() - chance) / (most - chance)),
        mechanisms=told.origin,
        value=episode.value,
        units=told.units,
        notes=told.notes,
    )


def belief_graph(graph: CausalGraph, beliefs: Mapping[tuple[str, str], float]) -> CausalGraph:
    """Return the graph of what is believed.

    Parameters
    ----------
    graph : CausalGraph
        Whose nodes it has.
    beliefs : mapping of (str, str) to float
        Probability of each edge.

    Returns
    -------
    CausalGraph
        Edges of `BELIEVED` or more, the surest first; one that would close a cycle of those before
        it is left out.
    """
    believed = CausalGraph(graph.node_table.values())
    for (cause, effect), probability in sorted(beliefs.items(), key=lambda each: -each[1]):
        if probability < BELIEVED:
            break
        try:
            believed = believed.add_edge(cause, effect, confidence=min(1.0, probability))
        except GraphError:
            continue
    return believed


def taken_apart(experiments: Experiments) -> tuple[Episodes, Told]:
    """Return what `assembled` makes the same experiments of."""
    names = tuple(experiments.start)
    every = _every_action(names, experiments.value)
    codes: dict[Action | None, int] = {None: WATCH}
    codes |= {action: code for code, action in enumerate(every, start=1)}
    steps = experiments.steps
    rows = [experiments.start, *(step.values for step in steps)]
    preferences = np.zeros((len(steps), len(every) + 1))
    for place, step in enumerate(steps):
        preferences[place, 1:] = [step.preferences[action] for action in every]
    preferences[:, WATCH] = 1.0 - preferences.sum(axis=1)
    beliefs = np.array(
        [[[step.beliefs.get((i, j), 0.0) for j in names] for i in names] for step in steps]
    )
    episode = Episodes(
        np.array([[[row[name] for name in names] for row in rows]], dtype=np.float32),
        np.array([[codes[step.action] for step in steps]], dtype=np.int64),
        np.array([names.index(experiments.goal)], dtype=np.int64),
        sum(step.phase == "explore" for step in steps),
        experiments.value,
    )
    told = Told(
        experiments.graph,
        names,
        preferences,
        beliefs if steps[0].beliefs else None,
        np.array([experiments.natural[name] for name in names]),
        np.array([np.nan, *(experiments.expected.get(action, np.nan) for action in every)]),
        experiments.mechanisms,
        experiments.units,
        experiments.notes,
    )
    return episode, told


def _every_action(names: Sequence[str], value: float) -> list[Action]:
    """Return the actions that set something, in the order of their codes, which begin at 1."""
    return [(name, sign * value) for name in names for sign in (-1.0, 1.0)]


def _by_name(names: Sequence[str], values: Floats) -> dict[str, float]:
    return dict(zip(names, values.tolist(), strict=True))


def _by_pair(names: Sequence[str], matrix: Floats) -> dict[tuple[str, str], float]:
    return {
        (cause, effect): float(matrix[i, j])
        for i, cause in enumerate(names)
        for j, effect in enumerate(names)
        if i != j
    }

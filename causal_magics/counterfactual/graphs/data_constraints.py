"""What observations and experiments fix of a canonical model, as linear constraints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.graphs.c_factors import c_factors
from causal_magics.counterfactual.graphs.canonical_model import (
    CanonicalModel,
    Event,
    checked_joint,
)
from causal_magics.counterfactual.graphs.counterfactual_queries import PotentialOutcome
from causal_magics.counterfactual.graphs.query_polynomial import Polynomial, expand
from causal_magics.errors import CounterfactualError, UnknownNodeError

__all__ = ["Constraints", "Experiment", "constraints_of"]

NOTABLE = 1e-6
"""Distance from the graph's independences from which it is told."""


@dataclass(frozen=True, eq=False)
class Experiment:
    """The joint distribution of some nodes where others are set.

    Attributes
    ----------
    do : mapping of str to int
        What is set to which level, such as ``{"X": 1}``.
    joint : array, one axis for each node
        P(nodes | do), levels as in the observations.
    nodes : sequence of str
        None of those that are set.
    """

    do: Mapping[str, int]
    joint: Floats
    nodes: Sequence[str]


@dataclass
class Constraints:
    """What the data fix.

    Attributes
    ----------
    rows : list of (Event, float)
        Probabilities of events of one district.
    sums : list of (Polynomial, float, str)
        Probabilities of events of several districts, and what they are.
    notes : list of str
    distance : float
        Total variation between the data and what the independences of the graph make of them.
    """

    rows: list[tuple[Event, float]] = field(default_factory=list)
    sums: list[tuple[Polynomial, float, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    distance: float = 0.0


def constraints_of(
    model: CanonicalModel,
    joint: Floats,
    nodes: Sequence[str],
    experiments: Iterable[Experiment],
) -> Constraints:
    """Return what a joint distribution of all nodes and those of experiments fix.

    Raises
    ------
    CounterfactualError
        Where an experiment does not fit the graph or the observations.
    UnknownNodeError
        Where an experiment measures a node that is not observed.
    """
    found = Constraints()
    _add_factors(found, model, _ordered(joint, nodes, model.order), model.order, {}, "the data")
    for experiment in experiments:
        for name in experiment.nodes:
            if name not in nodes:
                raise UnknownNodeError(name, nodes)
        _add_experiment(found, model, experiment)
    return found


def _ordered(joint: Floats, nodes: Sequence[str], order: Sequence[str]) -> Floats:
    """Return the distribution of some of the nodes, in another order."""
    gone = tuple(axis for axis, name in enumerate(nodes) if name not in order)
    left = [name for name in nodes if name in order]
    ordered: Floats = joint.sum(axis=gone).transpose([left.index(name) for name in order])
    return ordered


def _add_factors(
    found: Constraints,
    model: CanonicalModel,
    joint: Floats,
    order: Sequence[str],
    do: Mapping[str, int],
    source: str,
) -> None:
    factors = c_factors(model, joint, order, do)
    found.rows += factors.rows
    if factors.unseen:
        found.notes.append(
            f"In {source} no unit has some levels of what comes before "
            f"{', '.join(factors.unseen)}: what happens there is left open."
        )
    found.distance = max(found.distance, factors.distance)
    if factors.distance > NOTABLE:
        found.notes.append(
            f"The graph's independences do not hold exactly in {source}: the distribution that is "
            f"bounded differs by {factors.distance:.2g} (total variation)."
        )


def _add_experiment(found: Constraints, model: CanonicalModel, experiment: Experiment) -> None:
    text = ", ".join(f"{name}={level}" for name, level in experiment.do.items())
    source = f"the experiment with {text}"
    joint = checked_joint(experiment.joint, experiment.nodes, source)
    _check_fit(model, experiment, joint, source)
    do = dict(experiment.do)
    known = [name for name in model.order if name in experiment.nodes]
    if not known:
        return
    joint = _ordered(joint, experiment.nodes, known)
    missing = {parent for name in known for parent in model.parents[name]} - {*known, *do}
    if not missing:
        _add_factors(found, model, joint, known, do, source)
        return
    for index, value in np.ndenumerate(joint):
        events = [
            PotentialOutcome.of(name, level, do) for name, level in zip(known, index, strict=True)
        ]
        name = f"P({', '.join(map(str, events))})"
        found.sums.append((expand(model, [(1.0, events)]), float(value), name))


def _check_fit(model: CanonicalModel, experiment: Experiment, joint: Floats, source: str) -> None:
    both = set(experiment.do) & set(experiment.nodes)
    if both or not experiment.do:
        what = f"{min(both)!r} is both set and measured" if both else "nothing is set"
        raise CounterfactualError(
            f"Expected an experiment that sets some nodes and measures others, but {what}. "
            "Give the distribution of the nodes that are not set."
        )
    for name, level in experiment.do.items():
        if not 0 <= level < model.levels[name]:
            raise CounterfactualError(
                f"Expected a level of {name} from 0 to {model.levels[name] - 1} in {source}, got "
                f"{level}. Levels are places on the node's axis."
            )
    for name, size in zip(experiment.nodes, joint.shape, strict=True):
        if model.levels.get(name, size) != size:
            raise CounterfactualError(
                f"Expected {model.levels[name]} levels of {name} in {source}, as in the "
                f"observations, got {size}. Give a probability for each level, 0 where unseen."
            )

"""All that a small graph says together: bounds over all its models, by `graph_bounds`."""

from __future__ import annotations

from collections.abc import Collection
from math import prod

from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.graphs.canonical_model import CanonicalModel, canonical_model
from causal_magics.counterfactual.graphs.counterfactual_queries import CounterfactualQuery
from causal_magics.counterfactual.graphs.covariates import FEWEST_UNITS
from causal_magics.counterfactual.graphs.discrete_graphs import (
    Experiment,
    GraphBounds,
    graph_bounds,
)
from causal_magics.counterfactual.graphs.narrowing_question import Question
from causal_magics.errors import ContradictionError, CounterfactualError
from causal_magics.graph.do_calculus import districts

__all__ = ["whole_graph_bounds"]

MOST_CELLS = 64
"""Combinations of levels of the nodes that matter: with the limits below mostly under 50 ms."""
MOST_RESPONSES = 40
"""Levels of all nodes at all levels of their parents."""
MOST_TYPES = 2_000
"""Combinations of response types of the districts that the treatment affects."""


def whole_graph_bounds(question: Question, experiment: Distributions | None) -> GraphBounds | None:
    """Return the bounds on what is asked over all models of the graph.

    Parameters
    ----------
    question : Question
    experiment : Distributions, optional
        What an experiment told beside the observations.

    Returns
    -------
    GraphBounds or None
        None where the graph is no DAG or ADMG, selects or has functional nodes, where it is not
        small, or where the units are too few for all combinations of levels.

    Raises
    ------
    ContradictionError
        Where no model of the graph has the data.
    """
    graph, x, y = question.whole, question.treatment, question.outcome
    if not graph.is_admg or question.selected or graph.with_role("functional"):
        return None
    joint = question.joint
    levels = {name: len(joint.levels_of(name)) for name in graph.nodes if name in joint.names}
    model = canonical_model(graph, levels, (x, y))
    if not _is_small(model, question.affected):
        return None
    combinations = prod(model.levels.values()) // levels[y]
    if joint.rows is not None and joint.rows < FEWEST_UNITS * combinations:
        return None
    told = [] if experiment is None or experiment.experimental is None else [
        Experiment({x: arm}, shares, [y]) for arm, shares in enumerate(experiment.experimental[0])
    ]  # fmt: skip
    query = CounterfactualQuery.benefit(x, y, question.payoff)
    try:
        return graph_bounds(
            graph, joint.dense(model.order), model.order, query, experiments=told, effort=0
        )
    except ContradictionError:
        raise
    except CounterfactualError:  # too many response types
        return None


def _is_small(model: CanonicalModel, affected: Collection[str]) -> bool:
    levels = model.levels
    if min(levels.values()) < 2 or prod(levels.values()) > MOST_CELLS:
        return False
    worlds = {name: prod(levels[p] for p in model.parents[name]) for name in model.order}
    if sum(levels[name] * worlds[name] for name in model.order) > MOST_RESPONSES:
        return False
    open_ones = [d for d in districts(model.graph, set(model.order)) if not d.isdisjoint(affected)]
    types = prod(levels[name] ** worlds[name] for district in open_ones for name in district)
    return bool(types <= MOST_TYPES)

"""Conditional instruments: van der Zander, Textor & Liśkiewicz (2015).

"Efficiently finding conditional instruments for causal inference", IJCAI. Whether any set makes a
node an instrument is NP-hard to tell. It is enough to look for ancestral instruments, whose set
is the separator nearest to the outcome: an effect that has an instrument has one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from causal_magics.errors import GraphError
from causal_magics.graph.adjustment import AdjustmentProblem
from causal_magics.graph.canonical import CanonicalDag
from causal_magics.graph.effect import EffectQuery
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.queries import Names
from causal_magics.graph.separation import separated
from causal_magics.graph.separators import nearest_separator

__all__ = ["Instrument", "instruments", "is_instrument"]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A node that is an instrument given a set of covariates."""

    name: str
    given: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.name} | {', '.join(sorted(self.given))}" if self.given else self.name


def instruments(
    graph: CausalGraph, exposure: Names | None = None, outcome: Names | None = None
) -> tuple[Instrument, ...]:
    """Return the observed nodes that are instruments, each with covariates where it needs them.

    Given its covariates an instrument is joined to the exposure, and separated from the outcome
    once the causal paths from exposure to outcome are cut. In a linear model it then identifies
    the total effect.

    Parameters
    ----------
    graph : CausalGraph
        A DAG or ADMG without selection nodes. Latent nodes are neither instruments nor covariates.
    exposure, outcome : str, optional
        One node each; by default those with that role.

    Returns
    -------
    tuple of Instrument
        Those without covariates first. Other sets of covariates may do as well.

    Raises
    ------
    GraphError
        Where there are several exposures or outcomes, where the graph stands for a class or has
        selection nodes.
    """
    problem, x, y = _problem(graph, exposure, outcome)
    dag, whole = problem.dag, CanonicalDag.of(graph)
    barred = problem.forbidden | x | y
    hidden = dag.mask(graph.latents)
    found = []
    for name in graph.nodes:
        z = dag.mask(name)
        if z & (barred | hidden):
            continue
        given = nearest_separator(dag, y, z, allowed=~(barred | hidden))
        if given is not None and not separated(whole, x, z, given):
            found.append(Instrument(name, dag.names_of(given)))
    return tuple(sorted(found, key=lambda i: len(i.given)))


def is_instrument(
    graph: CausalGraph,
    name: str,
    given: Names = (),
    exposure: Names | None = None,
    outcome: Names | None = None,
) -> bool:
    """Whether a node is an instrument given a set of covariates.

    Parameters and errors are those of `instruments`.
    """
    problem, x, y = _problem(graph, exposure, outcome)
    dag = problem.dag
    z, covariates = dag.mask(name), dag.mask(given)
    if (z | covariates) & (problem.forbidden | x | y) or z & covariates:
        return False
    if separated(CanonicalDag.of(graph), x, z, covariates):
        return False
    return separated(dag, y, z, covariates)


def _problem(
    graph: CausalGraph, exposure: Names | None, outcome: Names | None
) -> tuple[AdjustmentProblem, int, int]:
    query = EffectQuery.of(graph, exposure, outcome)
    if len(query.exposure) > 1 or len(query.outcome) > 1:
        raise GraphError(
            f"Expected one exposure and one outcome for an instrument, got {len(query.exposure)} "
            f"and {len(query.outcome)}. Name one of each."
        )
    if not graph.is_admg or graph.selections:
        raise GraphError(
            "Expected a DAG or ADMG without selection nodes for instruments, got another graph. "
            "Direct its edges, or take the role away."
        )
    problem = AdjustmentProblem.of(graph, query)
    return problem, problem.exposure, problem.outcome

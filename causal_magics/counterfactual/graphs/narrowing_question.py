"""What is asked of a graph and data: which nodes are observed, and what the sample is of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.payoff_lines import payoff_of
from causal_magics.counterfactual.bounding.transport import MOST_LEVELS
from causal_magics.counterfactual.frames.stratum_check import affected_by
from causal_magics.counterfactual.graphs.discrete_table import DiscreteData, JointTable
from causal_magics.data.wording import count
from causal_magics.errors import CounterfactualError, shorten
from causal_magics.graph.effect import EffectQuery
from causal_magics.graph.functional_elimination import functional_elimination
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.projection import latent_projection

__all__ = ["Question", "ask", "relevant_nodes"]

MOST_NODES = 40
"""Nodes up to which those are looked at too that cause neither treatment nor outcome."""

MOST_RELEVANT = 60


@dataclass(frozen=True, eq=False, slots=True)
class Question:
    """What treating a unit is worth, in a graph and a joint distribution.

    Attributes
    ----------
    graph : CausalGraph
        Without roles of selection. Of a DAG or ADMG its projection on the nodes that are observed
        or select.
    joint : JointTable
        Of the observed nodes.
    treatment, outcome : str
    payoff : Payoff
    selected : tuple of str
        Nodes by which the sample was selected: they are given in every statement.
    affected : frozenset of str
        What the treatment affects, or may affect.
    whole : CausalGraph
        The graph before projection.
    notes : tuple of str
        What a reader should know of the data.
    """

    graph: CausalGraph
    joint: JointTable
    treatment: str
    outcome: str
    payoff: Payoff
    selected: tuple[str, ...]
    affected: frozenset[str]
    whole: CausalGraph
    notes: tuple[str, ...] = ()

    @property
    def observed(self) -> tuple[str, ...]:
        """The observed nodes besides treatment and outcome, in the graph's order."""
        ends = {self.treatment, self.outcome, *self.selected}
        return tuple(n for n in self.graph.nodes if n in self.joint.names and n not in ends)

    @property
    def unaffected(self) -> tuple[str, ...]:
        """The observed nodes that the treatment does not affect."""
        return tuple(name for name in self.observed if name not in self.affected)

    def cells(self, given: Collection[str]) -> Floats:
        """Return P(given, x, y), shape (strata, arms, levels)."""
        return self.joint.table(tuple(given), (self.treatment,), (self.outcome,))

    def without(self, functional: Collection[str]) -> Question:
        """Return the question without hidden nodes that are functions of their parents.

        To put a function in the place of its value leaves every unit's outcomes as they are, so
        that all that holds by the new graph holds.
        """
        graph = functional_elimination(self.whole, functional)
        plain = _projected(graph, {*self.joint.names, *self.selected} & set(graph.nodes))
        affected = frozenset(affected_by(plain, self.treatment))
        return replace(self, graph=plain, affected=affected, whole=graph)


def relevant_nodes(graph: CausalGraph, treatment: str, outcome: str) -> tuple[str, ...]:
    """Return the nodes that can say something of an effect, in the graph's order.

    Without a hidden cause in common, what causes neither end says nothing; in large graphs it is
    left out in any case.
    """
    if len(graph.nodes) <= MOST_NODES or not graph.is_admg:
        return graph.nodes
    ends = {treatment, outcome, *graph.selections}
    kept = ends | graph.ancestors(ends)
    return tuple(name for name in graph.nodes if name in kept)


def ask(
    graph: CausalGraph,
    data: Any,
    treatment: str | None = None,
    outcome: str | None = None,
    payoff: object = None,
) -> Question:
    """Return the question, with what is not observed projected out; see `narrow`."""
    x, y = _ends(graph, treatment, outcome)
    relevant = relevant_nodes(graph, x, y)
    if len(relevant) > MOST_RELEVANT:
        raise CounterfactualError(
            f"Expected at most {MOST_RELEVANT} nodes that cause {shorten(x)} or {shorten(y)}, got "
            f"{len(relevant)}. Take the subgraph that matters."
        )
    out = {*graph.latents, *graph.selections} - {x, y}
    wanted = [name for name in relevant if name not in out]
    for end in (x, y):
        if end in graph.latents:
            raise CounterfactualError(
                f"Expected a treatment and an outcome that are observed, got {shorten(end)}, which "
                "is latent. Take the role away, or choose another node."
            )
    told = {x, y, *graph.ancestors((x, y))} if graph.is_admg else set(relevant)
    joint, notes = _joint(data, wanted, (x, y), told)
    selected = tuple(name for name in graph.selections if name in relevant)
    kept = {*joint.names, *selected} & set(relevant)
    whole = _marked(graph.subgraph(relevant), kept)
    plain = _projected(whole, kept)
    return Question(
        plain, joint, x, y, _fitting(joint, x, y, payoff), selected,
        frozenset(affected_by(plain, x)), whole, tuple(notes),
    )  # fmt: skip


def _ends(graph: CausalGraph, treatment: str | None, outcome: str | None) -> tuple[str, str]:
    query = EffectQuery.of(graph, treatment, outcome)
    for names, what in ((query.exposure, "treatment"), (query.outcome, "outcome")):
        if len(names) > 1:
            raise CounterfactualError(
                f"Expected one {what}, got {', '.join(map(shorten, names))}. "
                f"Name it: {what}={names[0]!r}."
            )
    return query.exposure[0], query.outcome[0]


def _joint(
    data: Any, wanted: list[str], ends: tuple[str, str], told: set[str]
) -> tuple[JointTable, list[str]]:
    """Return the joint distribution of the nodes that are in the data, and which of `told` are not.

    What causes neither treatment nor outcome is not missed.
    """
    if isinstance(data, JointTable):
        missing = [name for name in ends if name not in data.names]
        if missing:
            raise CounterfactualError(
                f"Expected a distribution of treatment and outcome, but it lacks "
                f"{', '.join(map(shorten, missing))}. Give these an axis."
            )
        return data, []
    table = data if isinstance(data, DiscreteData) else DiscreteData(data)
    for end, what in zip(ends, ("treatment", "outcome"), strict=True):
        if table.problem(end):
            raise CounterfactualError(f"The {what} cannot be counted: {table.problem(end)}")
    missed = [name for name in wanted if name in told and table.problem(name)]
    absent = [name for name in missed if name not in table.names]
    coarse = [name for name in missed if name in table.names]
    notes = []
    if absent:
        notes.append(f"Not in the data, so taken as hidden: {_listed(absent)}.")
    if coarse:
        notes.append(f"Not discrete, so taken as hidden: {_listed(coarse)}.")
    joint = table.joint([name for name in wanted if not table.problem(name)])
    if joint.dropped:
        notes.append(f"{count(joint.dropped, 'row')} with gaps left out.")
    return joint, notes


def _listed(names: list[str]) -> str:
    return ", ".join(shorten(name)[1:-1] for name in names)


def _fitting(joint: JointTable, treatment: str, outcome: str, payoff: object) -> Payoff:
    """Return the payoff, where treatment and outcome have the levels for it."""
    arms, levels = len(joint.levels_of(treatment)), len(joint.levels_of(outcome))
    if arms != 2:
        raise CounterfactualError(
            f"Expected a treatment with two levels, got {arms} in {shorten(treatment)}. "
            "Keep the rows of the two levels to compare."
        )
    if levels > MOST_LEVELS:
        raise CounterfactualError(
            f"Expected an outcome with at most {MOST_LEVELS} levels, got {levels} in "
            f"{shorten(outcome)}. Merge levels."
        )
    if payoff is None and levels != 2:
        raise CounterfactualError(
            f"Expected an outcome with 2 levels for the PNS, got {levels} in {shorten(outcome)}. "
            "Merge levels, or give a payoff with a row for each."
        )
    found = payoff_of(payoff, joint.levels_of(outcome), outcome)
    found.check_tells_apart()
    return found


def _marked(graph: CausalGraph, kept: set[str]) -> CausalGraph:
    """Return the graph in which just what is not observed is latent."""
    for name in graph.nodes:
        roles = graph.node(name).roles - {"latent"} if name in kept else {
            *graph.node(name).roles, "latent"
        }  # fmt: skip
        graph = graph.set_roles(name, roles)
    return graph


def _projected(graph: CausalGraph, kept: set[str]) -> CausalGraph:
    """Return the graph without roles of selection, and without hidden nodes where it is an ADMG."""
    for name in graph.selections:
        graph = graph.set_roles(name, graph.node(name).roles - {"selection"})
    return latent_projection(graph, kept) if graph.is_admg else graph

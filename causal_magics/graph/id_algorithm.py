"""The estimand of an effect, by the ID algorithm: Shpitser & Pearl (2006), figure 3.

"Identification of joint interventional distributions in recursive semi-Markovian causal models",
AAAI. The algorithm is complete: where it fails, two models that agree on the observed distribution
differ in the effect. `do_calculus` decides the same question by the algorithm of Tian & Pearl.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from causal_magics.errors import NotIdentifiedError, shorten
from causal_magics.graph.distribution_estimand import DistributionEstimand, distribution_estimand
from causal_magics.graph.distribution_simplification import simplified
from causal_magics.graph.distribution_terms import (
    Term,
    conditional,
    product,
    ratio,
    sum_out,
)
from causal_magics.graph.do_calculus import district, districts, expect_observed, find_hedge
from causal_magics.graph.effect import EffectQuery
from causal_magics.graph.elements import each_name
from causal_magics.graph.functional_elimination import functional_elimination, hidden_functional
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.projection import latent_projection
from causal_magics.graph.queries import Names

__all__ = ["identify_distribution"]

Set = frozenset[str]


def identify_distribution(
    graph: CausalGraph,
    exposure: Names | None = None,
    outcome: Names | None = None,
    *,
    functional: Names | None = None,
) -> DistributionEstimand:
    """Return the formula of ``P(outcome | do(exposure))`` in what is observed.

    Parameters
    ----------
    graph : CausalGraph
        A DAG or ADMG without selection nodes. Latent nodes are projected out.
    exposure, outcome : str or iterable of str, optional
        By default the nodes with that role.
    functional : str or iterable of str, optional
        Hidden nodes that are functions of their parents; by default those with both roles,
        `functional` and `latent`. They are eliminated (see `functional_elimination`, also for the
        positivity that this needs) where the effect is not identified without.

    Returns
    -------
    DistributionEstimand
        Its `evaluate` computes the distribution from an observed joint one.

    Raises
    ------
    NotIdentifiedError
        Where the graph does not identify the effect.
    GraphError
        Where the graph stands for a class, has selection nodes, where exposure or outcome are
        latent, or where a functional node is observed.

    Examples
    --------
    >>> graph = CausalGraph.parse("x -> m -> y; x <-> y")
    >>> print(identify_distribution(graph, "x", "y"))
    P(y | do(x)) = Σ_{m} P(m | x) Σ_{x'} P(y | x', m) P(x')
    """
    query = EffectQuery.of(graph, exposure, outcome)
    named = hidden_functional(graph) if functional is None else tuple(each_name(functional))
    eliminated = functional_elimination(graph, named)
    if named and find_hedge(graph, query.exposure, query.outcome) is not None:
        return _in_observed(eliminated, query, tuple(n for n in graph.nodes if n in named))
    expect_observed(graph, query)
    return _in_observed(graph, query, ())


def _in_observed(
    graph: CausalGraph, query: EffectQuery, functional: tuple[str, ...]
) -> DistributionEstimand:
    observed = latent_projection(graph)
    law = _Law(observed, frozenset(observed.nodes))
    term = _identified(frozenset(query.outcome), frozenset(query.exposure), law)
    return distribution_estimand(observed, query, simplified(term, observed), functional)


@dataclass(frozen=True, slots=True)
class _Law:
    """A distribution over some nodes of the graph, which obeys the graph on them.

    `term` is None for the observed distribution itself.
    """

    graph: CausalGraph
    nodes: Set
    term: Term | None = None

    def joint(self, names: Set) -> Term:
        """Return the distribution of some of the nodes."""
        if self.term is None:
            return conditional(names)
        return sum_out(self.term, self.nodes - names)

    def marginal(self, names: Set) -> _Law:
        """Return the law of a set that has all its ancestors."""
        return replace(self, nodes=names, term=self.term and self.joint(names))

    def factor(self, members: Set) -> Term:
        """Return the product of ``P(v | the nodes before v)`` over a district."""
        order = [name for name in self.graph.topological_order() if name in self.nodes]
        before = {name: frozenset(order[:i]) for i, name in enumerate(order)}
        return product(self._given_before(name, before[name]) for name in sorted(members))

    def _given_before(self, name: str, before: Set) -> Term:
        if self.term is None:
            # Tian & Pearl (2002): a node depends on its district before it, and on what causes
            # that.
            near = district(self.graph, name, before | {name})
            causes = frozenset().union(*map(self.graph.parents, near)) & before
            return conditional({name}, (near | causes) - {name})
        joint = self.joint(before | {name})
        return ratio(joint, sum_out(joint, {name}))


def _identified(ys: Set, xs: Set, law: _Law) -> Term:
    """Return ``P(ys | do(xs))``, where `law` is the distribution under no intervention.

    The numbers are the lines of the paper; V are the nodes of the law, G the graph on them.
    """
    graph, nodes = law.graph, law.nodes
    # 1. Nothing is set.
    if not xs:
        return law.joint(ys)
    # 2. What is no ancestor of the outcome plays no part.
    causes = _ancestral(graph, ys, nodes)
    if causes != nodes:
        return _identified(ys, xs & causes, law.marginal(causes))
    # 3. What acts on the outcome through the exposure alone may be set as well.
    idle = nodes - xs - _ancestral(graph, ys, nodes - xs)
    if idle:
        return _identified(ys, xs | idle, law)
    # 4. Each district of what is not set is identified apart.
    inner = districts(graph, nodes - xs)
    if len(inner) > 1:
        parts = product(_identified(part, nodes - part, law) for part in inner)
        return sum_out(parts, nodes - ys - xs)
    # 5. A district that is all of V cannot be told apart from the exposure.
    (part,) = inner
    outer = next(each for each in districts(graph, nodes) if part <= each)
    if outer == nodes:
        raise NotIdentifiedError(_hedge_message(part, outer))
    # 6. A district of G is identified as it stands.
    if outer == part:
        return sum_out(law.factor(part), part - ys)
    # 7. The search goes on within the district of G that is around it.
    return _identified(ys, xs & outer, _Law(graph, outer, law.factor(outer)))


def _ancestral(graph: CausalGraph, names: Set, within: Set) -> Set:
    """Return the names and their ancestors in the graph on some nodes."""
    seen, stack = set(names), list(names)
    while stack:
        fresh = graph.parents(stack.pop()) & within - seen
        seen |= fresh
        stack.extend(fresh)
    return frozenset(seen)


def _hedge_message(inner: Set, outer: Set) -> str:
    return (
        f"Expected an effect that the graph identifies, but hidden common causes join "
        f"{_listed(inner)} to {_listed(outer - inner)}, and no observed node tells them apart. "
        "Measure one of these causes, or a mediator that they leave alone."
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(shorten(name)[1:-1] for name in sorted(names))

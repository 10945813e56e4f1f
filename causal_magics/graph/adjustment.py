"""Adjustment sets: van der Zander, Liśkiewicz & Textor (2019); Perković et al. (2018).

The adjustment criterion as separation: with forbidden nodes left out, a set is valid where it
separates exposure and outcome in the proper back-door graph, which lacks the first edge of every
proper causal path. Minimal sets are then minimal separators, listed with polynomial delay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import get_args

from causal_magics.errors import GraphError, shorten
from causal_magics.graph.amenability import read_effect
from causal_magics.graph.canonical import CanonicalDag, bits
from causal_magics.graph.effect import Effect, EffectQuery, smallest_first
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.queries import Names
from causal_magics.graph.separation import separated
from causal_magics.graph.separators import minimal_separators

__all__ = [
    "AdjustmentProblem",
    "adjustment_sets",
    "forbidden_nodes",
    "is_adjustment_set",
    "iterate_adjustment_sets",
]

DEFAULT_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class AdjustmentProblem:
    """The separation to which the question for adjustment sets is reduced.

    Parameters
    ----------
    dag : CanonicalDag
        The proper back-door graph (for direct effects: without edges from exposure to outcome).
    exposure, outcome, forbidden, selected : int
        Bit sets. Forbidden are the nodes on proper causal paths behind the exposure, and what
        they cause.
    doubtful : (str, str) or None
        The edge for which the graph is not amenable.
    """

    dag: CanonicalDag
    exposure: int
    outcome: int
    forbidden: int
    selected: int
    doubtful: tuple[str, str] | None

    @classmethod
    def of(
        cls, graph: CausalGraph, query: EffectQuery, effect: Effect = "total", *, mag: bool = False
    ) -> AdjustmentProblem:
        """Reduce the question for one effect."""
        if effect not in get_args(Effect):
            raise GraphError(
                f"Expected the effect 'total' or 'direct', got {shorten(str(effect))}."
            )
        if effect == "direct":
            return cls._direct(graph, query, mag)
        reading = read_effect(graph, query, mag=mag)
        dag = CanonicalDag.of(reading.member)
        x, y = dag.mask(query.exposure), dag.mask(query.outcome)
        # 1. Nodes on proper causal paths: behind x and before y, without passing x again.
        cut = dag.without((p, v) for v in bits(x) for p in bits(dag.parents[v]))
        before_y = dag.without_outgoing(x).ancestors_of(y)
        on_path = cut.descendants_of(x) & before_y & ~x
        # 2. These and all they cause are forbidden.
        forbidden = dag.descendants_of(on_path)
        # 3. The proper back-door graph has no edge from x to them.
        first = ((v, c) for v in bits(x) for c in bits(dag.children[v] & on_path))
        return cls(dag.without(first), x, y, forbidden, dag.selected, reading.doubtful)

    @classmethod
    def _direct(cls, graph: CausalGraph, query: EffectQuery, mag: bool) -> AdjustmentProblem:
        if not graph.is_admg or mag:
            raise GraphError(
                "Expected a DAG or ADMG for a direct effect, got a graph that stands for a class. "
                "Ask for the total effect, or direct all edges."
            )
        dag = CanonicalDag.of(graph)
        x, y = dag.mask(query.exposure), dag.mask(query.outcome)
        between = ((v, c) for v in bits(x) for c in bits(dag.children[v] & y))
        forbidden = dag.descendants_of(y & dag.descendants_of(x))
        return cls(dag.without(between), x, y, forbidden, dag.selected, None)

    @property
    def selection_harms(self) -> bool:
        """Whether the selection changes the outcome's distribution, whatever is adjusted for.

        Correa, Tian & Bareinboim (2018): adjustment within the selected sample is right for the
        whole population where selection is neither forbidden nor joined to the outcome in the
        proper back-door graph.
        """
        selected = self.selected
        if not selected:
            return False
        barred = self.forbidden | self.exposure | self.outcome
        return bool(selected & barred) or not separated(self.dag, self.outcome, selected, 0)

    def holds(self, given: int) -> bool:
        """Whether a bit set is an adjustment set."""
        if self.doubtful or given & (self.forbidden | self.exposure | self.outcome):
            return False
        if self.selection_harms:
            return False
        return separated(self.dag, self.exposure, self.outcome, given | self.selected)

    def minimal_sets(self, forced: int, allowed: int) -> Iterator[int]:
        """Yield the minimal adjustment sets that hold `forced` and else only `allowed`."""
        barred = self.forbidden | self.exposure | self.outcome
        if self.doubtful or forced & barred or self.selection_harms:
            return
        include = forced | self.selected
        for found in minimal_separators(
            self.dag, self.exposure, self.outcome, include, allowed & ~barred
        ):
            yield found & ~(self.selected & ~forced)


def is_adjustment_set(
    graph: CausalGraph,
    given: Names,
    exposure: Names | None = None,
    outcome: Names | None = None,
    *,
    effect: Effect = "total",
    mag: bool = False,
) -> bool:
    """Whether adjusting for `given` identifies the effect in every graph that is meant.

    Parameters
    ----------
    graph : CausalGraph
        A DAG, ADMG, CPDAG (with background knowledge or not), MAG or PAG.
    given : str or iterable of str
        The set. Whether its nodes are observed is not asked.
    exposure, outcome : str or iterable of str, optional
        By default the nodes with that role.
    effect : {"total", "direct"}
        Direct: the coefficient of ``exposure -> outcome`` in a linear model.
    mag : bool
        Read arrows as those of a MAG, behind which a hidden common cause may lie.

    Notes
    -----
    The generalised adjustment criterion of Perković et al. (2018), definition 4. Nodes with the
    role `selection` select the sample, and the effect is that in the whole population.
    """
    query = EffectQuery.of(graph, exposure, outcome)
    problem = AdjustmentProblem.of(graph, query, effect, mag=mag)
    return problem.holds(problem.dag.mask(given))


def forbidden_nodes(
    graph: CausalGraph,
    exposure: Names | None = None,
    outcome: Names | None = None,
    *,
    effect: Effect = "total",
    mag: bool = False,
) -> frozenset[str]:
    """Return the nodes that no adjustment set may hold, besides exposure and outcome.

    These are the nodes on causal paths behind the exposure, and all that they cause.
    """
    query = EffectQuery.of(graph, exposure, outcome)
    problem = AdjustmentProblem.of(graph, query, effect, mag=mag)
    return problem.dag.names_of(problem.forbidden) - {*query.exposure, *query.outcome}


def iterate_adjustment_sets(
    graph: CausalGraph,
    exposure: Names | None = None,
    outcome: Names | None = None,
    *,
    effect: Effect = "total",
    forced: Names | None = None,
    excluded: Names = (),
    mag: bool = False,
) -> Iterator[frozenset[str]]:
    """Yield the minimal adjustment sets one by one, with polynomial delay.

    Parameters are those of `adjustment_sets`.
    """
    query = EffectQuery.of(graph, exposure, outcome)
    problem = AdjustmentProblem.of(graph, query, effect, mag=mag)
    dag = problem.dag
    ends = problem.exposure | problem.outcome
    must = dag.mask(graph.adjusted) & ~ends if forced is None else dag.mask(forced)
    hidden = dag.mask(graph.latents) | dag.mask(excluded)
    return map(dag.names_of, problem.minimal_sets(must, ~hidden))


def adjustment_sets(
    graph: CausalGraph,
    exposure: Names | None = None,
    outcome: Names | None = None,
    *,
    effect: Effect = "total",
    forced: Names | None = None,
    excluded: Names = (),
    limit: int | None = DEFAULT_LIMIT,
    mag: bool = False,
) -> tuple[frozenset[str], ...]:
    """Return the minimal sets whose adjustment identifies the effect.

    Parameters
    ----------
    graph : CausalGraph
        A DAG, ADMG, CPDAG (with background knowledge or not), MAG or PAG.
    exposure, outcome : str or iterable of str, optional
        By default the nodes with that role.
    effect : {"total", "direct"}
        Direct: the coefficient of ``exposure -> outcome`` in a linear model.
    forced : str or iterable of str, optional
        Nodes that every set holds; sets are minimal beside them. By default the nodes with the
        role `adjusted`; ``()`` for none.
    excluded : str or iterable of str
        Nodes that no set holds, as latent ones.
    limit : int or None
        Stop after so many: there may be exponentially many sets.
    mag : bool
        Read arrows as those of a MAG, behind which a hidden common cause may lie.

    Returns
    -------
    tuple of frozenset of str
        The smallest first. Empty where no set will do; ``(frozenset(),)`` where none is needed.

    Raises
    ------
    GraphError
        Where exposure or outcome is missing or the criterion does not cover the graph.
    """
    found = iterate_adjustment_sets(
        graph, exposure, outcome, effect=effect, forced=forced, excluded=excluded, mag=mag
    )
    return smallest_first(islice(found, limit))

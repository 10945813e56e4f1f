"""Shorter terms for the same value, where the graph's independences allow it."""

from __future__ import annotations

from causal_magics.graph.canonical import CanonicalDag
from causal_magics.graph.distribution_terms import (
    Conditional,
    Product,
    Ratio,
    Sum,
    Term,
    conditional,
    factors_of,
    free_names,
    product,
    ratio,
    sum_out,
)
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.separation import separated

__all__ = ["simplified"]

Set = frozenset[str]


def simplified(term: Term, graph: CausalGraph) -> Term:
    """Return a term with fewer sums and factors that has the same value.

    Parameters
    ----------
    term : Term
    graph : CausalGraph
        The ADMG over the observed nodes, whose independences the observed distribution has.

    Returns
    -------
    Term
        It conditions on nothing that has probability 0 unless the first term does, too.
    """
    return _Simplification(graph).of(term)


class _Simplification:
    def __init__(self, graph: CausalGraph) -> None:
        self.dag = CanonicalDag.of(graph)
        self.place = {name: i for i, name in enumerate(graph.topological_order())}

    def of(self, term: Term) -> Term:
        match term:
            case Conditional():
                return term
            case Product(factors):
                return _chained(product(self.of(factor) for factor in factors))
            case Sum(over, inner):
                return _chained(self._summed(self.of(inner), over))
            case Ratio(above, below):
                return ratio(self.of(above), self.of(below))

    def _summed(self, term: Term, over: Set) -> Term:
        """Eliminate the variables one by one, as long as a conditional takes their place."""
        factors, left = list(factors_of(term)), set(over)
        tried = True
        while tried:
            tried = False
            for name in sorted(left, key=self.place.__getitem__):
                fewer = self._eliminated(factors, name)
                if fewer is not None:
                    factors, tried = fewer, True
                    left.discard(name)
        return sum_out(product(factors), left)

    def _eliminated(self, factors: list[Term], name: str) -> list[Term] | None:
        """Return the factors with those that have the name joined, and the name summed out."""
        holders = [factor for factor in factors if name in free_names(factor)]
        conditionals = [factor for factor in holders if isinstance(factor, Conditional)]
        if len(conditionals) < len(holders):
            return None
        conditionals.sort(key=lambda each: (name not in each.of, self._last(each.of)))
        joint = conditionals[0]
        for other in conditionals[1:]:
            both = self._joined(joint, other)
            if both is None:
                return None
            joint = both
        if name not in joint.of:
            return None
        rest = [factor for factor in factors if factor not in holders]
        return [*rest, *factors_of(self._shrunk(joint.of - {name}, joint.given))]

    def _last(self, names: Set) -> int:
        return max(self.place[name] for name in names)

    def _joined(self, first: Conditional, second: Conditional) -> Conditional | None:
        """Return P(a, b | c) for P(a | d) P(b | a, e) where c is d or e and both take it.

        Another c could have probability 0 where d and e have none.
        """
        given = first.given | (second.given - first.of)
        if given not in (first.given, second.given - first.of) or second.of & given:
            return None
        if first.of & second.of or not self._same(first.of, first.given, given):
            return None
        if not self._same(second.of, second.given, given | first.of):
            return None
        return Conditional(first.of | second.of, given)

    def _same(self, of: Set, given: Set, more: Set) -> bool:
        """Whether P(of | given) is P(of | more), where `more` holds `given`."""
        extra = more - given
        mask = self.dag.mask
        return not extra or separated(self.dag, mask(of), mask(extra), mask(given))

    def _shrunk(self, of: Set, given: Set) -> Term:
        for name in sorted(given):
            if of and self._same(of, given - {name}, given):
                given -= {name}
        return conditional(of, given)


def _chained(term: Term) -> Term:
    """Return a product with P(a | b, c) P(b | c) written as P(a, b | c)."""
    factors = [
        Sum(factor.over, _chained(factor.term)) if isinstance(factor, Sum) else factor
        for factor in factors_of(term)
    ]
    while (pair := _chain_link(factors)) is not None:
        first, second = pair
        factors = [each for each in factors if each is not first and each is not second]
        factors.append(Conditional(first.of | second.of, second.given))
    return product(factors)


def _chain_link(factors: list[Term]) -> tuple[Conditional, Conditional] | None:
    conditionals = [factor for factor in factors if isinstance(factor, Conditional)]
    for a in conditionals:
        for b in conditionals:
            if a.given == b.given | b.of:
                return a, b
    return None

"""Terms over an observed joint distribution: conditionals, products, sums and ratios.

A name in a term stands for a value of that variable: that of the nearest sum around it which runs
over the name, else one that is given from outside. So no name needs to be renamed for the algebra.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Union

__all__ = [
    "ONE", "Conditional", "Product", "Ratio", "Sum", "Term",
    "all_names", "conditional", "factors_of", "free_names", "product", "ratio", "sum_out",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conditional:
    """``P(of | given)`` in the observed distribution."""

    of: frozenset[str]
    given: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Product:
    """The product of terms of other kinds, in one fixed order; 1 where there are none."""

    factors: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of a term over all values of some variables."""

    over: frozenset[str]
    term: Term


@dataclass(frozen=True, slots=True)
class Ratio:
    """One term divided by another."""

    above: Term
    below: Term


Term = Union[Conditional, Product, Sum, Ratio]  # noqa: UP007  (the alias refers to itself)

ONE = Product()


def free_names(term: Term) -> frozenset[str]:
    """Return the names whose value is given from outside the term."""
    match term:
        case Conditional(of, given):
            return of | given
        case Product(factors):
            return frozenset().union(*map(free_names, factors))
        case Sum(over, inner):
            return free_names(inner) - over
        case Ratio(above, below):
            return free_names(above) | free_names(below)


def all_names(term: Term) -> frozenset[str]:
    """Return the names of all variables in a term, also of those that a sum runs over."""
    match term:
        case Conditional(of, given):
            return of | given
        case Product(factors):
            return frozenset().union(*map(all_names, factors))
        case Sum(over, inner):
            return all_names(inner) | over
        case Ratio(above, below):
            return all_names(above) | all_names(below)


def factors_of(term: Term) -> tuple[Term, ...]:
    """Return the factors of a term: itself where it is no product."""
    return term.factors if isinstance(term, Product) else (term,)


def conditional(of: Iterable[str], given: Iterable[str] = ()) -> Term:
    """Return ``P(of | given)``, which is 1 for no variable."""
    names = frozenset(of)
    return Conditional(names, frozenset(given) - names) if names else ONE


def product(terms: Iterable[Term]) -> Term:
    """Return the product of terms, those that are products themselves taken apart."""
    flat = [factor for term in terms for factor in factors_of(term)]
    return flat[0] if len(flat) == 1 else Product(tuple(sorted(flat, key=_rank)))


def sum_out(term: Term, names: Iterable[str]) -> Term:
    """Return the sum of a term over some of its variables.

    A variable that one factor alone has, as a conditional's first part, sums to 1 and is dropped;
    factors without any of the variables stand outside the sum.
    """
    factors, left = list(factors_of(term)), set(names)
    while (found := _absorbable(factors, left)) is not None:
        name, index, less = found
        factors[index : index + 1] = factors_of(less)
        left.discard(name)
    if not left:
        return product(factors)
    inner = [factor for factor in factors if free_names(factor) & left]
    outer = [factor for factor in factors if not free_names(factor) & left]
    return product([*outer, Sum(frozenset(left), product(inner))])


def _absorbable(factors: list[Term], names: set[str]) -> tuple[str, int, Term] | None:
    """Return a name that one factor alone has, with the factor's place and its sum over it."""
    for name in sorted(names):
        places = [i for i, factor in enumerate(factors) if name in free_names(factor)]
        if len(places) == 1:
            less = _absorbed(factors[places[0]], name)
            if less is not None:
                return name, places[0], less
    return None


def _absorbed(factor: Term, name: str) -> Term | None:
    match factor:
        case Conditional(of, given) if name in of:
            return conditional(of - {name}, given)
        case Sum(over, inner):
            return sum_out(inner, over | {name})
        case Ratio(above, below) if name not in free_names(below):
            return ratio(sum_out(above, {name}), below)
    return None


def ratio(above: Term, below: Term) -> Term:
    """Return one term divided by another, common factors cancelled.

    ``P(a, b | c) / P(b | c)`` is ``P(a | b, c)``.
    """
    tops, bottoms = list(factors_of(above)), []
    for factor in factors_of(below):
        if factor in tops:
            tops.remove(factor)
            continue
        joint = next((top for top in tops if _extends(top, factor)), None)
        if isinstance(joint, Conditional) and isinstance(factor, Conditional):
            tops.remove(joint)
            tops.append(Conditional(joint.of - factor.of, joint.given | factor.of))
        else:
            bottoms.append(factor)
    return Ratio(product(tops), product(bottoms)) if bottoms else product(tops)


def _extends(joint: Term, part: Term) -> bool:
    return (
        isinstance(joint, Conditional)
        and isinstance(part, Conditional)
        and joint.given == part.given
        and part.of < joint.of
    )


def _rank(term: Term) -> tuple[object, ...]:
    """Return what puts factors in one order: conditionals, ratios, sums, each by its names."""
    match term:
        case Conditional(of, given):
            return 0, sorted(of), sorted(given)
        case Ratio(above, below):
            return 1, _rank(above), _rank(below)
        case Sum(over, inner):
            return 2, sorted(over), _rank(inner)
        case Product(factors):
            return 3, [_rank(factor) for factor in factors]

"""Terms over an observed joint distribution in words, LaTeX and MathML.

A variable that a sum runs over while its value is spoken of outside is marked: ``x'``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from causal_magics.graph.distribution_terms import (
    Conditional,
    Product,
    Ratio,
    Sum,
    Term,
    factors_of,
    free_names,
)
from causal_magics.graph.formulas import PLAIN, Formula, Writer

__all__ = ["Hand"]

Marks = Mapping[str, str]


@dataclass(frozen=True)
class Hand:
    """In which order names and factors are written.

    Parameters
    ----------
    order : tuple of str
        Causes before their effects.
    exposure : tuple of str
        They stand first in every condition.
    """

    order: tuple[str, ...]
    exposure: tuple[str, ...]

    def text(self, term: Term) -> str:
        """Return a term as plain text."""
        return str(self.write(PLAIN, term, dict.fromkeys(free_names(term), "")))

    def sorted(self, names: Iterable[str]) -> list[str]:
        """Return names as they are listed: exposures first, then by name."""
        return sorted(names, key=lambda name: (name not in self.exposure, name))

    def write(self, w: Writer, term: Term, marks: Marks) -> Formula:
        """Write a term; `marks` has the mark of each variable that is spoken of outside it."""
        match term:
            case Conditional(of, given):
                return w.p(self._names(w, of, marks), self._names(w, given, marks))
            case Product():
                return w.times(*self._factors(w, term, marks))
            case Sum(over, inner):
                within = dict(marks)
                for name in over:
                    within[name] = f"{marks[name]}'" if name in marks else ""
                terms = self._factors(w, inner, within)
                return w.total(self._names(w, over, within), *terms)
            case Ratio(above, below):
                return w.ratio(*(self._operand(w, part, marks) for part in (above, below)))

    def _names(self, w: Writer, names: Iterable[str], marks: Marks) -> Formula:
        return w.marked((name, marks.get(name, "")) for name in self.sorted(names))

    def _operand(self, w: Writer, part: Term, marks: Marks) -> Formula:
        written = self.write(w, part, marks)
        return written if isinstance(part, Conditional) else w.operand(written)

    def _factors(self, w: Writer, term: Term, marks: Marks) -> list[Formula]:
        """Write effects before causes and sums last; only a sum at the end is not enclosed."""
        factors = sorted(factors_of(term), key=self._place)
        written = [self.write(w, factor, marks) for factor in factors]
        for i, factor in enumerate(factors):
            if isinstance(factor, Sum) and i < len(factors) - 1:
                written[i] = w.enclosed(written[i])
            if isinstance(factor, Ratio) and len(factors) > 1:
                written[i] = w.operand(written[i])
        return written or [w.sign("1")]

    def _place(self, factor: Term) -> tuple[int, int, list[str]]:
        if isinstance(factor, Conditional):
            return (0, -self._last(factor.of), []) if factor.given else (1, 0, sorted(factor.of))
        return 3 if isinstance(factor, Sum) else 2, -self._last(free_names(factor)), []

    def _last(self, names: Iterable[str]) -> int:
        return max((self.order.index(name) for name in names), default=0)

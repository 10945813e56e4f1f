"""Formulas in three scripts: plain text, LaTeX, and a tree of MathML's elements.

A formula is written once against a `Writer`, so that the three cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict, Union

__all__ = ["PLAIN", "TEX", "TREE", "Element", "Formula", "Writer"]


class Element(TypedDict):
    """A MathML element: mrow, mi, mo, mtext, munder or mfrac."""

    tag: str
    children: list[Formula]


Formula = Union[str, Element]  # noqa: UP007  (the alias refers to itself)

_LATEX = str.maketrans(
    {
        "\\": r"\backslash ", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
        "%": r"\%", "_": r"\_", "^": r"\hat{}", "~": r"\sim ",
    }
)  # fmt: skip


class Writer:
    """Writes the terms of a formula as plain text; other scripts override how each looks."""

    bar = " | "

    def row(self, *parts: Formula) -> Formula:
        """Set parts one after the other."""
        return "".join(str(part) for part in parts)

    def words(self, text: str) -> Formula:
        """Write words."""
        return text

    def sign(self, text: str) -> Formula:
        """Write an operator."""
        return text

    def name(self, name: str) -> Formula:
        """Write the name of a variable."""
        return name

    def function(self, name: str) -> Formula:
        """Write the name of a function of several letters."""
        return name

    def sum_over(self, over: Formula) -> Formula:
        """Write the sign of a sum."""
        return f"Σ_{{{over}}} "

    def ratio(self, above: Formula, below: Formula) -> Formula:
        """Write a fraction."""
        return f"{above} / {below}"

    def names(self, names: Iterable[str], mark: str = "") -> Formula:
        """Write variables, each with a mark behind it; nothing where there are none."""
        return self.marked((name, mark) for name in names)

    def marked(self, names: Iterable[tuple[str, str]]) -> Formula:
        """Write variables, each with its own mark behind it; nothing where there are none."""
        parts: list[Formula] = []
        for name, mark in names:
            ending = [self.sign(mark)] if mark else []
            parts += [*([self.sign(", ")] if parts else []), self.name(name), *ending]
        return self.row(*parts) if parts else ""

    def enclosed(self, part: Formula) -> Formula:
        """Write a part in parentheses."""
        return self.row(self.sign("("), part, self.sign(")"))

    def operand(self, part: Formula) -> Formula:
        """Write a part of a fraction: in parentheses where the fraction stands on one line."""
        return self.enclosed(part)

    def do(self, names: Iterable[str]) -> Formula:
        """Write an intervention."""
        return self.row(self.function("do"), self.sign("("), self.names(names), self.sign(")"))

    def p(self, of: Formula, *conditions: Formula) -> Formula:
        """Write a probability."""
        return self._applied(self.name_of_law("P"), "(", [of], conditions, ")")

    def cov(self, a: Formula, b: Formula, given: Formula) -> Formula:
        """Write a covariance."""
        return self._applied(self.function("Cov"), "(", [a, b], [given], ")")

    def expected(self, of: Formula, *conditions: Formula) -> Formula:
        """Write an expectation."""
        return self._applied(self.function("E"), "[", [of], conditions, "]")

    def total(self, over: Formula, *terms: Formula) -> Formula:
        """Write a sum of products."""
        return self.row(self.sum_over(over), *self._joined(terms, self.sign(" ")))

    def times(self, *terms: Formula) -> Formula:
        """Write a product."""
        return self.row(*self._joined(terms, self.sign(" ")))

    def equal(self, left: Formula, right: Formula) -> Formula:
        """Write an equation."""
        return self.row(left, self.sign(" = "), right)

    def name_of_law(self, letter: str) -> Formula:
        """Write the letter of a distribution."""
        return letter

    def _applied(
        self,
        function: Formula,
        opening: str,
        of: Sequence[Formula],
        conditions: Sequence[Formula],
        closing: str,
    ) -> Formula:
        comma = self.sign(", ")
        given = [condition for condition in conditions if condition]
        bar = [self.sign(self.bar)] if given else []
        inner = [*self._joined(of, comma), *bar, *self._joined(given, comma)]
        return self.row(function, self.sign(opening), *inner, self.sign(closing))

    @staticmethod
    def _joined(parts: Sequence[Formula], between: Formula) -> list[Formula]:
        joined: list[Formula] = []
        for part in parts:
            joined += [between, part] if joined else [part]
        return joined


class _TexWriter(Writer):
    bar = r" \mid "

    def words(self, text: str) -> Formula:
        return rf"\text{{{text}}}"

    def name(self, name: str) -> Formula:
        return rf"\text{{{name.translate(_LATEX)}}}"

    def function(self, name: str) -> Formula:
        return rf"\operatorname{{{name}}}"

    def sum_over(self, over: Formula) -> Formula:
        return rf"\sum_{{{over}}} "

    def operand(self, part: Formula) -> Formula:
        return part

    def ratio(self, above: Formula, below: Formula) -> Formula:
        return rf"\frac{{{above}}}{{{below}}}"


class _TreeWriter(Writer):
    def row(self, *parts: Formula) -> Formula:
        return _element("mrow", *(part for part in parts if part))

    def words(self, text: str) -> Formula:
        return _element("mtext", text.replace(" ", "\u00a0"))  # others are dropped at both ends

    def sign(self, text: str) -> Formula:
        return _element("mo", text.strip() or "\u2062")

    def name(self, name: str) -> Formula:
        return _element("mi", name)

    def function(self, name: str) -> Formula:
        return _element("mi", name)

    def name_of_law(self, letter: str) -> Formula:
        return _element("mi", letter)

    def sum_over(self, over: Formula) -> Formula:
        return _element("munder", _element("mo", "∑"), over)

    def operand(self, part: Formula) -> Formula:
        return part

    def ratio(self, above: Formula, below: Formula) -> Formula:
        return _element("mfrac", above, below)


def _element(tag: str, *children: Formula) -> Formula:
    return {"tag": tag, "children": list(children)}


PLAIN, TEX, TREE = Writer(), _TexWriter(), _TreeWriter()

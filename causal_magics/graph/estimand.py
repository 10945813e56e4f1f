"""Estimands: the effect written in terms of what can be observed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from causal_magics.graph.formulas import PLAIN, TEX, TREE, Formula, Writer
from causal_magics.graph.instruments import Instrument

__all__ = [
    "Estimand",
    "adjustment_estimand",
    "direct_estimand",
    "front_door_estimand",
    "instrument_estimand",
    "null_estimand",
]

Method = Literal["no effect", "adjustment", "regression", "front-door", "do-calculus", "instrument"]


@dataclass(frozen=True, slots=True)
class Estimand:
    """A formula for an effect.

    Parameters
    ----------
    method : str
        How the effect is identified.
    text, latex : str
        The formula, e.g. ``P(y | do(x)) = Σ_z P(y | x, z) P(z)``.
    assumption : str
        What the formula takes for granted besides the graph; empty where nothing.
    formula : Formula
        The same as a tree of MathML's elements.
    functional : tuple of str
        Hidden nodes that the formula takes to be functions of their parents, as the graph says.
    """

    method: Method
    text: str
    latex: str
    assumption: str = ""
    formula: Formula = field(default="", compare=False, repr=False)
    functional: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text


def _estimand(method: Method, write: Callable[[Writer], Formula], assumption: str = "") -> Estimand:
    text, latex = write(PLAIN), write(TEX)
    return Estimand(method, str(text), str(latex), assumption, write(TREE))


def null_estimand(xs: tuple[str, ...], ys: tuple[str, ...]) -> Estimand:
    """Return the formula of an effect that is none: no causal path."""

    def write(w: Writer) -> Formula:
        return w.equal(w.p(w.names(ys), w.do(xs)), w.p(w.names(ys)))

    return _estimand("no effect", write)


def adjustment_estimand(
    xs: tuple[str, ...], ys: tuple[str, ...], given: frozenset[str], selected: tuple[str, ...] = ()
) -> Estimand:
    """Return the adjustment formula; selected nodes are conditioned on in every term."""

    def write(w: Writer) -> Formula:
        x, y, z, s = w.names(xs), w.names(ys), w.names(sorted(given)), w.names(selected, " = 1")
        effect = w.p(y, w.do(xs))
        if not given:
            return w.equal(effect, w.p(y, x, s))
        return w.equal(effect, w.total(z, w.p(y, x, z, s), w.p(z, s)))

    return _estimand("adjustment", write)


def front_door_estimand(
    xs: tuple[str, ...], ys: tuple[str, ...], mediators: frozenset[str]
) -> Estimand:
    """Return the front-door formula (Pearl 1995)."""

    def write(w: Writer) -> Formula:
        m, x, y = w.names(sorted(mediators)), w.names(xs), w.names(ys)
        other = w.names(xs, "'")
        inner = w.total(other, w.p(y, other, m), w.p(other))
        return w.equal(w.p(y, w.do(xs)), w.total(m, w.p(m, x), inner))

    return _estimand("front-door", write)


def instrument_estimand(x: str, y: str, instrument: Instrument) -> Estimand:
    """Return the ratio of covariances by which an instrument identifies a linear effect."""

    def write(w: Writer) -> Formula:
        z, given = w.names([instrument.name]), w.names(sorted(instrument.given))
        above, below = (w.cov(w.names([name]), z, given) for name in (y, x))
        return w.equal(w.words("effect"), w.ratio(above, below))

    return _estimand("instrument", write, "a linear model")


def direct_estimand(xs: tuple[str, ...], ys: tuple[str, ...], given: frozenset[str]) -> Estimand:
    """Return the regression whose coefficient is the direct effect (Wright 1921, Pearl 2009)."""

    def write(w: Writer) -> Formula:
        expected = w.expected(w.names(ys), w.names(xs), w.names(sorted(given)))
        coefficient = w.row(
            w.words("coefficient of "), w.names(xs), w.words(" in "), expected
        )  # fmt: skip
        return w.equal(w.words("direct effect"), coefficient)

    return _estimand("regression", write, "a linear model")

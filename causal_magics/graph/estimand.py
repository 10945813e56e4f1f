"""Estimands: the effect written in terms of what can be observed, as text and as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from causal_magics.graph.instruments import Instrument

__all__ = [
    "Estimand",
    "adjustment_estimand",
    "direct_estimand",
    "front_door_estimand",
    "instrument_estimand",
    "null_estimand",
]

Method = Literal["no effect", "adjustment", "regression", "front-door", "instrument"]

_LATEX = str.maketrans(
    {
        "\\": r"\backslash ", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
        "%": r"\%", "_": r"\_", "^": r"\hat{}", "~": r"\sim ",
    }
)  # fmt: skip


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
    """

    method: Method
    text: str
    latex: str
    assumption: str = ""

    def __str__(self) -> str:
        return self.text


class _Writer:
    """Writes a formula twice: in plain text and in LaTeX."""

    def __init__(self, *, latex: bool) -> None:
        self.latex = latex
        self.bar = r" \mid " if latex else " | "

    def names(self, names: Iterable[str], mark: str = "") -> str:
        if self.latex:
            return ", ".join(rf"\text{{{n.translate(_LATEX)}}}{mark}" for n in names)
        return ", ".join(f"{name}{mark}" for name in names)

    def do(self, names: Iterable[str]) -> str:
        return rf"\operatorname{{do}}({self.names(names)})" if self.latex else (
            f"do({self.names(names)})"
        )  # fmt: skip

    def p(self, of: str, *conditions: str) -> str:
        given = ", ".join(c for c in conditions if c)
        return f"P({of}{self.bar}{given})" if given else f"P({of})"

    def total(self, over: str) -> str:
        return rf"\sum_{{{over}}} " if self.latex else f"Σ_{{{over}}} "

    def cov(self, a: str, b: str, given: str) -> str:
        head = r"\operatorname{Cov}" if self.latex else "Cov"
        return f"{head}({a}, {b}{self.bar}{given})" if given else f"{head}({a}, {b})"

    def ratio(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}" if self.latex else f"{above} / {below}"


_PLAIN, _TEX = _Writer(latex=False), _Writer(latex=True)


def null_estimand(xs: tuple[str, ...], ys: tuple[str, ...]) -> Estimand:
    """Return the formula of an effect that is none: no causal path."""

    def write(w: _Writer) -> str:
        return f"{w.p(w.names(ys), w.do(xs))} = {w.p(w.names(ys))}"

    return Estimand("no effect", write(_PLAIN), write(_TEX))


def adjustment_estimand(
    xs: tuple[str, ...], ys: tuple[str, ...], given: frozenset[str], selected: tuple[str, ...] = ()
) -> Estimand:
    """Return the adjustment formula; selected nodes are conditioned on in every term."""

    def write(w: _Writer) -> str:
        z, s = w.names(sorted(given)), w.names(selected, " = 1")
        left = w.p(w.names(ys), w.do(xs))
        if not given:
            return f"{left} = {w.p(w.names(ys), w.names(xs), s)}"
        inner = w.p(w.names(ys), w.names(xs), z, s)
        return f"{left} = {w.total(z)}{inner} {w.p(z, s)}"

    return Estimand("adjustment", write(_PLAIN), write(_TEX))


def front_door_estimand(
    xs: tuple[str, ...], ys: tuple[str, ...], mediators: frozenset[str]
) -> Estimand:
    """Return the front-door formula (Pearl 1995)."""

    def write(w: _Writer) -> str:
        m, x, y = w.names(sorted(mediators)), w.names(xs), w.names(ys)
        other = w.names(xs, "'")
        return (
            f"{w.p(y, w.do(xs))} = {w.total(m)}{w.p(m, x)} "
            f"{w.total(other)}{w.p(y, other, m)} {w.p(other)}"
        )

    return Estimand("front-door", write(_PLAIN), write(_TEX))


def instrument_estimand(x: str, y: str, instrument: Instrument) -> Estimand:
    """Return the ratio of covariances by which an instrument identifies a linear effect."""

    def write(w: _Writer) -> str:
        z, given = w.names([instrument.name]), w.names(sorted(instrument.given))
        above = w.cov(w.names([y]), z, given)
        return f"effect = {w.ratio(above, w.cov(w.names([x]), z, given))}"

    return Estimand(
        "instrument",
        write(_PLAIN),
        write(_TEX).replace("effect", r"\text{effect}", 1),
        "a linear model",
    )


def direct_estimand(xs: tuple[str, ...], ys: tuple[str, ...], given: frozenset[str]) -> Estimand:
    """Return the regression whose coefficient is the direct effect (Wright 1921, Pearl 2009)."""

    def write(w: _Writer) -> str:
        covariates = ", ".join(part for part in (w.names(xs), w.names(sorted(given))) if part)
        head, expected = (
            (r"\text{direct effect} = \text{coefficient of }", r"\operatorname{E}")
            if w.latex
            else ("direct effect = coefficient of ", "E")
        )
        link = r"\text{ in }" if w.latex else " in "
        return f"{head}{w.names(xs)}{link}{expected}[{w.names(ys)}{w.bar}{covariates}]"

    return Estimand("regression", write(_PLAIN), write(_TEX), "a linear model")

"""What selection would have to be for a measured curve, and what the population would be under it.

Bayes' rule, for a condition w and a group g:
P(g | w, S = 1) = P(g | w) P(S = 1 | w, g) / P(S = 1 | w). Two of the three tell the third:

- P(g | w) known (from the groups' marginal where the graph has the two independent in the
  population) and the curve: selection, up to a factor for each w (`selection_strength`);
- selection known up to such factors and the curve: the population (`unselected`);
- selection without interaction, P(S = 1 | w, g) = a(w) b(g), and both marginals known: the
  population keeps the odds ratios of the curve (`raked`; Deming & Stephan 1940).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.errors import PromptError, shorten
from causal_magics.probing.findings import Finding
from causal_magics.probing.slopes import Slope, slope

__all__ = ["SelectionStrength", "raked", "selection_strength", "unselected"]

Floats = NDArray[np.float64]

_ROUNDS = 10_000


@dataclass(frozen=True, eq=False, repr=False)
class SelectionStrength:
    """The selection that a curve implies, where the population is as it is said to be.

    Parameters
    ----------
    condition, response : str
    values, groups : tuple of str
    reference : str
        The group that the others are set against.
    population : array, shape (values, groups)
        P(g | w), as given.
    odds_ratios, low, high : array, shape (values, groups)
        Odds of a group against the reference in selected texts, over those in the population: the
        ratio of the two probabilities to be selected. The interval is over templates.
    log_slopes : tuple of Slope
        By how much the natural logarithm of the odds ratio of each group but the reference grows a
        step: zero where selection has no interaction. Where P(g | w) is the same for all w, this
        needs no number of the population.
    kept : array or None, shape (values, groups)
        P(S = 1 | w, g) / P(S = 1), where both marginals of the condition were given.
    assumptions : tuple of str
        What makes this so.
    """

    condition: str
    response: str
    values: tuple[str, ...]
    groups: tuple[str, ...]
    reference: str
    population: Floats
    odds_ratios: Floats
    low: Floats
    high: Floats
    log_slopes: tuple[Slope, ...]
    kept: Floats | None
    assumptions: tuple[str, ...]

    def __repr__(self) -> str:
        told = ", ".join(
            f"{each.group} against {self.reference} from {first:.3g} to {last:.3g}"
            for each, first, last in zip(
                self.log_slopes, *self._but_reference()[[0, -1]], strict=True
            )
        )
        return f"<SelectionStrength over {self.condition}: odds ratio of {told}>"

    def _but_reference(self) -> Floats:
        others = [i for i, group in enumerate(self.groups) if group != self.reference]
        return self.odds_ratios[:, others]

    def _repr_html_(self) -> str:
        rows = [
            [value, group, f"{self.odds_ratios[i, j]:.3g}",
             f"{self.low[i, j]:.3g} to {self.high[i, j]:.3g}"]
            for i, value in enumerate(self.values)
            for j, group in enumerate(self.groups) if group != self.reference
        ]  # fmt: skip
        head = [self.condition, self.response, "odds ratio of selection", "interval"]
        notes = " ".join(self.assumptions)
        return html_table(head, rows, f"{repr(self)[1:-1]}. {notes}")

    def to_frame(self) -> Any:
        """Return one row per value and group.

        Columns `value`, `group`, `population`, `odds_ratio`, `low`, `high`, and `kept` where it is
        known.
        """
        count = len(self.groups)
        columns: dict[str, Any] = {
            "value": [value for value in self.values for _ in range(count)],
            "group": [*self.groups] * len(self.values),
            "population": self.population.ravel(),
            "odds_ratio": self.odds_ratios.ravel(),
            "low": self.low.ravel(),
            "high": self.high.ravel(),
        }
        if self.kept is not None:
            columns["kept"] = self.kept.ravel()
        return new_frame(columns)


def selection_strength(
    finding: Finding,
    population: Mapping[str, float] | ArrayLike,
    *,
    condition_population: Sequence[float] | None = None,
    condition_selected: Sequence[float] | None = None,
    reference: str | None = None,
    level: float = 0.95,
) -> SelectionStrength:
    """Return the selection which a measured curve implies.

    Parameters
    ----------
    finding : Finding
        With probabilities that are shared out among the groups (`measure` not ``"mass"``).
    population : mapping of group to P(g), or array of shape (values, groups)
        P(g) where the graph has the two nodes independent in the population, otherwise P(g | w).
    condition_population, condition_selected : sequence of float, optional
        P(w) and P(w | S = 1), by value. With both, selection is known up to one factor.
    reference : str, optional
        The group that the others are set against; the last where left out.
    level : float

    Returns
    -------
    SelectionStrength

    Raises
    ------
    PromptError
        Where probabilities do not fit, or where P(g) is given although the graph has the two nodes
        dependent in the population.
    """
    groups = finding.groups
    expected = _population(finding, population)
    base = len(groups) - 1 if reference is None else _index(reference, groups)
    curves = finding.curves
    _check_shares(curves, finding.response)
    told = curves.mean(axis=0)
    logs = np.log(told / expected)
    logs -= logs[:, [base]]
    each = np.log(curves / expected)
    each -= each[..., [base]]
    reach = _reach(each, level)
    others = [i for i in range(len(groups)) if i != base]
    slopes = tuple(slope(groups[i], each[..., i], finding.scale, level) for i in others)
    kept = None
    if condition_population is not None and condition_selected is not None:
        before = _marginal(condition_population, finding.values, f"P({finding.condition})")
        after = _marginal(condition_selected, finding.values, f"P({finding.condition} | S = 1)")
        kept = told / expected * (after / before)[:, None]
    return SelectionStrength(
        finding.condition, finding.response, finding.values, groups, groups[base], expected,
        np.exp(logs), np.exp(logs - reach), np.exp(logs + reach), slopes, kept,
        _assumptions(finding, population),
    )  # fmt: skip


def unselected(selected: ArrayLike, selection: ArrayLike) -> Floats:
    """Return P(g | w) in the population from P(g | w, S = 1) and the selection.

    Parameters
    ----------
    selected : array, shape (..., groups)
        P(g | w, S = 1); any number of conditions before the groups.
    selection : array, shape (..., groups)
        P(S = 1 | w, g), or any multiple of it for each w, such as odds ratios of selection. All
        above zero: what is never selected tells nothing.

    Raises
    ------
    PromptError
        Where selection is not above zero, or has another shape.
    """
    shares, weights = np.asarray(selected, dtype=float), np.asarray(selection, dtype=float)
    if not (np.isfinite(weights).all() and (weights > 0.0).all()):
        raise PromptError(
            "Expected a selection above zero everywhere, since of what is never selected nothing "
            "is known. Leave such groups out."
        )
    try:
        odds = shares / weights
    except ValueError:
        raise PromptError(
            f"Expected a selection of shape {shares.shape}, got {weights.shape}. Give one number "
            "for each value and group."
        ) from None
    population: Floats = odds / odds.sum(axis=-1, keepdims=True)
    return population


def raked(selected: ArrayLike, condition: Sequence[float], groups: Sequence[float]) -> Floats:
    """Return P(g | w) in the population from P(g | w, S = 1) and both marginals.

    Right where selection has no interaction, P(S = 1 | w, g) = a(w) b(g): the odds ratios of the
    population are then those of the selected texts, and the marginals tell the rest. Where
    selection does interact, as it does where it opens a pair that is independent in the
    population, use `unselected`.

    Parameters
    ----------
    selected : array, shape (values, groups)
        All above zero.
    condition, groups : sequence of float
        P(w) and P(g) in the population.

    Returns
    -------
    array, shape (values, groups)

    Raises
    ------
    PromptError
    """
    table = np.array(selected, dtype=float)
    if table.ndim != 2 or not (np.isfinite(table).all() and (table > 0.0).all()):
        raise PromptError(
            "Expected probabilities above zero, one row a value and one column a group."
        )
    rows = _marginal(condition, [""] * table.shape[0], "the condition's marginal")
    columns = _marginal(groups, [""] * table.shape[1], "the groups' marginal")
    for _ in range(_ROUNDS):
        table *= (rows / table.sum(axis=1))[:, None]
        factors = columns / table.sum(axis=0)
        table *= factors
        if np.abs(factors - 1.0).max() < 1e-13:
            break
    population: Floats = table / table.sum(axis=1, keepdims=True)
    return population


def _population(finding: Finding, population: Mapping[str, float] | ArrayLike) -> Floats:
    shape = (len(finding.values), len(finding.groups))
    if isinstance(population, Mapping):
        if finding.entailment.in_population:
            raise PromptError(
                f"The graph has {finding.condition} and {finding.response} dependent in the "
                f"population, so that one P({finding.response}) for all values is not enough. Give "
                f"an array of P({finding.response} | {finding.condition}) of shape {shape}."
            )
        for name in population:
            _index(name, finding.groups)
        listed = [population.get(group, 0.0) for group in finding.groups]
        row = _marginal(listed, finding.groups, f"P({finding.response})")
        return np.tile(row, (shape[0], 1))
    table = _numbers(population, f"P({finding.response} | {finding.condition})")
    if table.shape != shape:
        raise PromptError(
            f"Expected P({finding.response} | {finding.condition}) of shape {shape}, got "
            f"{table.shape}."
        )
    return np.stack([
        _marginal(row, finding.groups, f"P({finding.response} | {value})")
        for row, value in zip(table, finding.values, strict=True)
    ])  # fmt: skip


def _numbers(given: object, what: str) -> Floats:
    try:
        return np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        raise PromptError(
            f"Expected numbers as {what}, got {shorten(repr(given))[1:-1]}."
        ) from None


def _marginal(given: Sequence[float] | Floats, names: Sequence[str], what: str) -> Floats:
    shares = _numbers(given, what)
    if shares.shape != (len(names),):
        raise PromptError(f"Expected {len(names)} probabilities as {what}, got {shares.size}.")
    if not (np.isfinite(shares).all() and (shares > 0.0).all() and abs(shares.sum() - 1) < 1e-6):
        raise PromptError(
            f"Expected probabilities above zero that sum to 1 as {what}, got "
            f"{', '.join(f'{share:g}' for share in shares[:8])}."
        )
    return shares


def _index(group: str, groups: Sequence[str]) -> int:
    if group not in groups:
        raise PromptError(
            f"Expected a group among {', '.join(groups)}, got {shorten(group)}. Choose one of them."
        )
    return list(groups).index(group)


def _check_shares(curves: Floats, response: str) -> None:
    if abs(curves.sum(axis=-1) - 1.0).max() > 1e-6:
        raise PromptError(
            f"Expected probabilities of {response} that sum to 1 over its groups. Probe with "
            "measure='sentence' or 'next'."
        )
    if not (curves > 0.0).all():
        raise PromptError(
            f"Expected every group of {response} to have some probability, got zero. "
            "Zero tells no odds: leave that group or value out."
        )


def _reach(logs: Floats, level: float) -> Floats:
    from scipy.stats import t

    templates = len(logs)
    if templates < 2:
        return np.full(logs.shape[1:], math.nan)
    wide = float(t.ppf(0.5 + level / 2, templates - 1))
    spread: Floats = logs.std(axis=0, ddof=1) / math.sqrt(templates)
    return wide * spread


def _assumptions(finding: Finding, population: object) -> tuple[str, ...]:
    same = isinstance(population, Mapping)
    given = f" given {', '.join(finding.given)}" if finding.given else ""
    return (
        f"{finding.condition} and {finding.response} are independent in the population{given}, as "
        "the graph says."
        if same
        else f"P({finding.response} | {finding.condition}) in the population is as given.",
        "The model says what selected texts say, and a mention is what it mentions.",
        "Selection is then known up to a factor for each value.",
    )

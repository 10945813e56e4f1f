"""The polynomial program of a query: polytopes of responses, and what is asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NoReturn

import numpy as np
from scipy.optimize import brentq

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.graphs.canonical_model import CanonicalModel, Event, Response
from causal_magics.counterfactual.graphs.data_constraints import Constraints
from causal_magics.counterfactual.graphs.multilinear import Extremum, Monomial, MultilinearProgram
from causal_magics.counterfactual.graphs.polytope_program import Infeasible, check_consistent
from causal_magics.counterfactual.graphs.query_polynomial import Polynomial
from causal_magics.counterfactual.graphs.response_polytope import (
    Polytope,
    components,
    determined,
    polytope_of,
    side_by_side,
    with_row,
)
from causal_magics.errors import ContradictionError, CounterfactualError

__all__ = ["GraphProgram"]

POSITIVE = 1e-9
"""Probabilities up to this one count as 0."""
Folded = dict[Monomial, float]


class GraphProgram:
    """Minimises and maximises a query, or the ratio of two, over all models with the data.

    Parameters
    ----------
    model : CanonicalModel
    data : Constraints
    polynomials : sequence of Polynomial
        The query; followed by the probability of what is conditioned on.
    effort : int
        How often the search may branch.

    Attributes
    ----------
    notes : list of str
    is_exact : bool
        Whether the polytopes are those of the graph: False where several hidden causes act within
        a district, or where data are left out.
    n_types : int
    """

    def __init__(
        self,
        model: CanonicalModel,
        data: Constraints,
        polynomials: Sequence[Polynomial],
        effort: int,
    ) -> None:
        self.notes: list[str] = []
        self.is_exact = True
        self._model = model
        self._polytopes: list[Polytope] = []
        self._place: dict[Event, tuple[int, int]] = {}
        self._fixed: dict[Event, float] = {}
        everything = [*polynomials, *(polynomial for polynomial, _, _ in data.sums)]
        self._build(data, {event for p in everything for monomial in p for event in monomial})
        self.n_types = sum(polytope.n_types for polytope in self._polytopes)
        folded = [self._fold(polynomial) for polynomial in polynomials]
        self._judge({key[0] for terms in folded for monomial in terms for key in monomial})
        sums = [(self._fold(p), value, name) for p, value, name in data.sums]
        folded = self._couple(folded, sums)
        self._monomials = sorted({m for terms in folded for m in terms})
        self._weights = [np.array([f.get(m, 0.0) for m in self._monomials]) for f in folded]
        self._program = MultilinearProgram(self._polytopes, self._monomials, effort)

    # ------------------------------------------------------------------ setting up

    def _build(self, data: Constraints, asked: set[Event]) -> None:
        """Build one polytope for each set of responses that events join."""
        root = components([*(event for event, _ in data.rows), *asked])
        rows: dict[Response, list[tuple[Event, float]]] = {}
        wanted: dict[Response, list[Event]] = {}
        for event, value in data.rows:
            rows.setdefault(root[next(iter(event))[0]], []).append((event, value))
        for event in sorted(asked, key=sorted):
            wanted.setdefault(root[next(iter(event))[0]], []).append(event)
        for key, events in list(wanted.items()):
            told = dict(rows.get(key, []))
            agree = all(abs(told[event] - value) < POSITIVE for event, value in rows.get(key, []))
            if agree and told.keys() >= set(events):
                self._fixed |= {event: told[event] for event in events}
                del wanted[key]
        self._parts = [(rows.get(key, []), events) for key, events in wanted.items()]
        for place, (known, events) in enumerate(self._parts):
            polytope = polytope_of(self._model.levels, known, events)
            self._polytopes.append(polytope)
            self._place |= {event: (place, row) for event, row in polytope.places.items()}
            self._fixed |= {events[row]: p for row, p in determined(polytope).items()}

    def _fold(self, polynomial: Polynomial) -> Folded:
        """Return a polynomial in what the data leave open."""
        folded: Folded = {}
        for events, weight in polynomial.items():
            for event in events:
                weight *= self._fixed.get(event, 1.0)
            if weight:
                key = tuple(sorted(self._place[e] for e in events if e not in self._fixed))
                folded[key] = folded.get(key, 0.0) + weight
        return folded

    def _judge(self, places: set[int]) -> None:
        """Tell whether what is left open lies in districts with one hidden cause each."""
        mixed = set()
        for place in places:
            known, events = self._parts[place]
            for event in [*(event for event, _ in known), *events]:
                mixed |= {node for (node, _), _ in event} - self._model.shared
        loose = {
            node
            for place in places
            if not self._polytopes[place].is_exact
            for event in self._parts[place][1]
            for (node, _), _ in event
        }
        if loose:
            self.is_exact = False
            self.notes.append(
                f"The responses of {', '.join(sorted(loose))} are too many to be looked at "
                "together; only those that are asked together agree. Merge levels of parents for "
                "sharp bounds."
            )
        if mixed:
            self.is_exact = False
            self.notes.append(
                f"Several hidden causes act among {', '.join(sorted(mixed))}, which is more than "
                "the bounds make use of. Where one hidden cause of all of them is meant, draw it "
                "as a latent node; the bounds are then sharp."
            )

    def _couple(
        self, folded: list[Folded], sums: Sequence[tuple[Folded, float, str]]
    ) -> list[Folded]:
        """Add what is known of sums over several polytopes, where it is linear in them."""
        pairs = {(a, b) for f in folded for m in f for (a, _), (b, _) in combinations(m, 2)}
        group = list(range(len(self._polytopes)))
        accepted, dropped = [], []
        for terms, value, name in sums:
            joined = {group[p] for monomial in terms for p, _ in monomial}
            trial = [min(joined) if g in joined else g for g in group]
            if not joined:
                _check_sum(terms.get((), 0.0), value, name)
            elif max(map(len, terms)) > 1 or any(trial[a] == trial[b] for a, b in pairs):
                dropped.append(name)
            else:
                group = trial
                accepted.append((terms, value, name))
        if dropped:
            self.is_exact = False
            self.notes.append(
                f"{dropped[0]}{' and others are' if len(dropped) > 1 else ' is'} no linear "
                "function of what is left open, and not made use of."
            )
        self._polytopes, moved = side_by_side(self._polytopes, group)
        folded, accepted_terms = (
            [_moved(f, moved) for f in parts] for parts in (folded, [t for t, _, _ in accepted])
        )
        for terms, (_, value, name) in zip(accepted_terms, accepted, strict=True):
            place = next(m[0][0] for m in terms if m)
            weights = {m[0][1]: weight for m, weight in terms.items() if m}
            right = value - terms.get((), 0.0)
            self._polytopes[place] = with_row(self._polytopes[place], weights, right, name)
        return folded

    # ------------------------------------------------------------------ solving

    def bounds(self, largest: float) -> tuple[Extremum, Extremum]:
        """Return the least and the greatest value; of both, `outer` and what a model has.

        Parameters
        ----------
        largest : float
            No value of the query is further from 0.

        Raises
        ------
        ContradictionError
        CounterfactualError
            Where what is conditioned on has probability 0.
        """
        try:
            if len(self._weights) == 1:
                low = self._program.minimise(self._weights[0])
                high = self._program.minimise(-self._weights[0])
            else:
                least = self._least_condition()
                low = self._least_ratio(self._weights[0], largest, least)
                high = self._least_ratio(-self._weights[0], largest, least)
        except Infeasible:
            self._explain()
        return low, Extremum(-high.outer, -high.inner)

    def _least_condition(self) -> float:
        """Return the least probability of what is conditioned on."""
        bottom = self._weights[1]
        if -self._program.minimise(-bottom).outer <= POSITIVE:
            raise CounterfactualError(
                "Expected a condition that can happen, but in all models of the graph with these "
                "data its probability is 0. Condition on something else."
            )
        least = self._program.minimise(bottom).outer
        if least <= POSITIVE:
            self.notes.append("In some models with these data, the condition never happens.")
        return least

    def _least_ratio(self, top: Floats, largest: float, least: float) -> Extremum:
        """Return the least ratio: up to it, ``top - ratio * bottom`` is nowhere below 0.

        Dinkelbach (1967), "On nonlinear fractional programming".
        """
        bottom = self._weights[1]
        if set(np.flatnonzero(bottom)) <= {k for k, m in enumerate(self._monomials) if not m}:
            return self._program.minimise(top / bottom.sum())
        shift = 0.0 if least > POSITIVE else POSITIVE
        found = []
        for side in ("outer", "inner"):

            def excess(ratio: float, side: str = side) -> float:
                return float(getattr(self._program.minimise(top - ratio * bottom), side)) + shift

            found.append(float(brentq(excess, -largest - 1, largest + 1, xtol=1e-12)))
        return Extremum(*found)

    def _explain(self) -> NoReturn:
        """Name what contradicts the graph.

        Raises
        ------
        ContradictionError
        """
        for known, events in self._parts:
            check_consistent(polytope_of(self._model.levels, known, events, merge=False))
        for polytope in self._polytopes:
            check_consistent(polytope)
        raise ContradictionError(
            "Expected data that a model of the graph has, but there is none. Observations and "
            "experiments are of different populations, or the graph lacks an edge.",
            "",
            0.0,
        )


def _check_sum(determined_value: float, value: float, name: str) -> None:
    excess = abs(value - determined_value)
    if excess > 1e-6:
        raise ContradictionError(
            f"Expected {name} = {determined_value:.4g}, as the observations and the graph "
            f"determine it, got {value:.4g}: it differs by {excess:.4g}. Use one source alone, or "
            "draw a hidden common cause.",
            f"{name} = {determined_value:.4g}",
            excess,
        )


def _moved(folded: Folded, moved: dict[tuple[int, int], tuple[int, int]]) -> Folded:
    return {tuple(sorted(moved[key] for key in m)): weight for m, weight in folded.items()}

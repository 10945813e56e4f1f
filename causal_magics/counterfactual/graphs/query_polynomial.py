"""A query as a polynomial in the probabilities of events of responses.

A counterfactual variable is a node in a world; where what is set does not reach it, worlds share
it. Summing over the levels of all ancestors in all worlds leaves, for each choice, one event of
responses in each district, and districts are independent: a monomial.

Shpitser & Pearl (2008), "Complete identification methods for the causal hierarchy", for the sharing
of variables between worlds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from causal_magics.counterfactual.graphs.canonical_model import CanonicalModel, Event, Response
from causal_magics.counterfactual.graphs.counterfactual_queries import PotentialOutcome
from causal_magics.errors import CounterfactualError

__all__ = ["Polynomial", "expand"]

Polynomial = dict[frozenset[Event], float]
"""Monomials (events of different districts) and their weights."""
Variable = tuple[str, tuple[tuple[str, int], ...]]
"""A node and what of the things that are set reaches it."""
MOST_TERMS = 200_000
"""Monomials above which a query is refused."""


def expand(
    model: CanonicalModel,
    terms: Iterable[tuple[float, Iterable[PotentialOutcome]]],
) -> Polynomial:
    """Return the polynomial of a weighted sum of probabilities of conjunctions.

    Raises
    ------
    CounterfactualError
        Where an event has a level that its node does not have, or where there are more than
        `MOST_TERMS` monomials.
    """
    total: Polynomial = {}
    for weight, events in terms:
        for monomial, count in _Conjunction(model).expand(events).items():
            total[monomial] = total.get(monomial, 0.0) + weight * count
    return {monomial: weight for monomial, weight in total.items() if weight != 0}


@dataclass
class _Conjunction:
    """The worlds of one conjunction, and the walk through the levels of their variables."""

    model: CanonicalModel
    variables: dict[Variable, dict[str, Variable | int]] = field(default_factory=dict)
    met: dict[Variable, Variable] = field(default_factory=dict)
    found: Polynomial = field(default_factory=dict)

    def expand(self, events: Iterable[PotentialOutcome]) -> Polynomial:
        wanted: dict[Variable, int] = {}
        for event in events:
            do = dict(event.do)
            for name, level in (*event.do, (event.node, event.level)):
                _check_level(self.model, name, level)
            if event.node in do:
                if do[event.node] != event.level:
                    return {}
                continue
            variable = self.add(event.node, do)
            if wanted.setdefault(variable, event.level) != event.level:
                return {}
        self.walk(list(self.variables), 0, wanted, {}, {})
        return self.found

    def add(self, node: str, do: Mapping[str, int]) -> Variable:
        """Add a variable after its parents, and return it."""
        key = (node, tuple(sorted(do.items())))
        if key in self.met:
            return self.met[key]
        parents: dict[str, Variable | int] = {}
        reaching: set[tuple[str, int]] = set()
        for parent in self.model.parents[node]:
            if parent in do:
                parents[parent] = do[parent]
                reaching.add((parent, do[parent]))
            else:
                parents[parent] = self.add(parent, do)
                reaching |= set(parents[parent][1])  # type: ignore[index]
        variable = self.met[key] = (node, tuple(sorted(reaching)))
        self.variables.setdefault(variable, parents)
        return variable

    def walk(
        self,
        variables: list[Variable],
        place: int,
        wanted: Mapping[Variable, int],
        levels: dict[Variable, int],
        responses: dict[Response, int],
    ) -> None:
        """Give the variables from `place` on all their levels, in depth first order."""
        if place == len(variables):
            self.collect(responses)
            return
        variable = variables[place]
        held = {
            parent: at if isinstance(at, int) else levels[at]
            for parent, at in self.variables[variable].items()
        }
        response = self.model.response(variable[0], held)
        known = responses.get(response)
        only = wanted.get(variable)
        if known is not None:
            if only in {None, known}:
                levels[variable] = known
                self.walk(variables, place + 1, wanted, levels, responses)
            return
        for level in range(self.model.levels[variable[0]]) if only is None else (only,):
            levels[variable] = responses[response] = level
            self.walk(variables, place + 1, wanted, levels, responses)
        del responses[response]

    def collect(self, responses: Mapping[Response, int]) -> None:
        """Add the monomial of one choice of levels."""
        parts: dict[int, set[tuple[Response, int]]] = {}
        for response, level in responses.items():
            parts.setdefault(self.model.district_of[response[0]], set()).add((response, level))
        monomial = frozenset(frozenset(part) for part in parts.values())
        self.found[monomial] = self.found.get(monomial, 0.0) + 1.0
        if len(self.found) > MOST_TERMS:
            raise CounterfactualError(
                f"Expected a query of at most {MOST_TERMS:,} combinations of levels of its "
                "ancestors, got more. Leave out ancestors (they count as hidden), or merge levels."
            )


def _check_level(model: CanonicalModel, name: str, level: int) -> None:
    count = model.levels[name]
    if not 0 <= level < count:
        raise CounterfactualError(
            f"Expected a level of {name} from 0 to {count - 1}, got {level}. "
            "Levels are places on the node's axis."
        )

"""Queries about potential outcomes: events in several worlds at once, weighted and conditioned.

Levels are places on an axis of the joint distribution: 0 is the lowest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Integral, Real

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.errors import CounterfactualError, shorten

__all__ = ["CounterfactualQuery", "PotentialOutcome", "natural_direct_effect"]


@dataclass(frozen=True)
class PotentialOutcome:
    """The event that a node has a level, in the world where other nodes are set.

    Attributes
    ----------
    node : str
    level : int
    do : tuple of (str, int)
        What is set there, sorted by name; empty for the world as it is.
    """

    node: str
    level: int
    do: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        named: list[tuple[object, object]] = [(self.node, self.level), *self.do]
        for node, level in named:
            if not isinstance(node, str) or not isinstance(level, Integral):
                raise CounterfactualError(
                    "Expected a node and its level, a whole number from 0, got "
                    f"{shorten(f'{node!r} = {level!r}')[1:-1]}. Levels are places on the node's "
                    "axis."
                )
        object.__setattr__(self, "level", int(self.level))
        object.__setattr__(self, "do", tuple((name, int(level)) for name, level in self.do))

    @classmethod
    def of(cls, node: str, level: int, do: Mapping[str, int] | None = None) -> PotentialOutcome:
        """Return the event ``node = level`` where `do` is set."""
        return cls(node, level, tuple(sorted((do or {}).items())))

    def __str__(self) -> str:
        world = ", ".join(f"{name}={level}" for name, level in self.do)
        return f"{self.node}{f'[{world}]' if world else ''}={self.level}"


Conjunction = tuple[PotentialOutcome, ...]


@dataclass(frozen=True)
class CounterfactualQuery:
    """A weighted sum of probabilities of conjunctions, given another conjunction or not.

    Attributes
    ----------
    terms : tuple of (float, conjunction)
        The query is ``sum(weight * P(events | given))``.
    given : conjunction
        Events that are conditioned on, in any worlds; empty where there are none.
    name : str
        How the result is labelled, such as ``PNS``.

    Raises
    ------
    CounterfactualError
        Where there is no term, or a term is no weight with a conjunction.

    Notes
    -----
    The constructors `pns`, `pn`, `ps`, `effect`, `ate` and `benefit` follow Pearl (1999) and
    Tian & Pearl (2000), "Probabilities of causation: bounds and identification".
    """

    terms: tuple[tuple[float, Conjunction], ...]
    given: Conjunction = ()
    name: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.terms, tuple) or not all(map(_is_term, self.terms)):
            raise CounterfactualError(
                "Expected the terms of a query as a tuple of (weight, (PotentialOutcome, …)), got "
                f"{shorten(repr(self.terms))[1:-1]}. CounterfactualQuery.probability and .pns "
                "write them."
            )
        if not self.terms:
            raise CounterfactualError(
                "Expected a query of at least one term, got none: it is 0 whatever the data say. "
                "Give some event a weight."
            )
        if not _is_conjunction(self.given):
            raise CounterfactualError(
                "Expected what is given as a tuple of PotentialOutcome, got "
                f"{shorten(repr(self.given))[1:-1]}. Leave it out where nothing is."
            )

    @classmethod
    def probability(
        cls, events: Iterable[PotentialOutcome], given: Iterable[PotentialOutcome] = ()
    ) -> CounterfactualQuery:
        """Return the query P(events | given)."""
        events, given = tuple(events), tuple(given)
        behind = f" | {', '.join(map(str, given))}" if given else ""
        return cls(((1.0, events),), given, f"P({', '.join(map(str, events))}{behind})")

    @classmethod
    def pns(cls, treatment: str, outcome: str) -> CounterfactualQuery:
        """Return the probability of necessity and sufficiency, P(Y_1 = 1, Y_0 = 0)."""
        events = (_under(treatment, outcome, 1, 1), _under(treatment, outcome, 0, 0))
        return cls(((1.0, events),), name="PNS")

    @classmethod
    def pn(cls, treatment: str, outcome: str) -> CounterfactualQuery:
        """Return the probability of necessity, P(Y_0 = 0 | X = 1, Y = 1)."""
        given = (PotentialOutcome(treatment, 1), PotentialOutcome(outcome, 1))
        return cls(((1.0, (_under(treatment, outcome, 0, 0),)),), given, "PN")

    @classmethod
    def ps(cls, treatment: str, outcome: str) -> CounterfactualQuery:
        """Return the probability of sufficiency, P(Y_1 = 1 | X = 0, Y = 0)."""
        given = (PotentialOutcome(treatment, 0), PotentialOutcome(outcome, 0))
        return cls(((1.0, (_under(treatment, outcome, 1, 1),)),), given, "PS")

    @classmethod
    def effect(cls, treatment: str, outcome: str, *, arm: int, level: int) -> CounterfactualQuery:
        """Return P(Y_arm = level)."""
        return cls.probability((_under(treatment, outcome, arm, level),))

    @classmethod
    def ate(
        cls,
        treatment: str,
        outcome: str,
        *,
        contrast: tuple[int, int] = (0, 1),
        values: Iterable[float] = (0.0, 1.0),
    ) -> CounterfactualQuery:
        """Return the average treatment effect E[Y_treated - Y_untreated].

        Parameters
        ----------
        treatment, outcome : str
        contrast : (int, int)
            The untreated and the treated arm.
        values : iterable of float
            What each level of the outcome is worth.
        """
        untreated, treated = contrast
        terms = [
            (sign * float(value), (_under(treatment, outcome, arm, level),))
            for arm, sign in ((treated, 1.0), (untreated, -1.0))
            for level, value in enumerate(values)
            if value
        ]
        return cls(tuple(terms), name="ATE")

    @classmethod
    def benefit(
        cls,
        treatment: str,
        outcome: str,
        payoff: Payoff | Floats,
        *,
        contrast: tuple[int, int] = (0, 1),
        given: Iterable[PotentialOutcome] = (),
    ) -> CounterfactualQuery:
        """Return the mean payoff of treating, sum of ``payoff[i, k] * P(Y_0 = i, Y_1 = k)``."""
        values = Payoff.of(payoff).values
        untreated, treated = contrast
        terms = [
            (
                float(values[i, k]),
                (_under(treatment, outcome, untreated, i), _under(treatment, outcome, treated, k)),
            )
            for i in range(len(values))
            for k in range(len(values))
            if values[i, k]
        ]
        return cls(tuple(terms), tuple(given), "benefit")

    def events(self) -> tuple[PotentialOutcome, ...]:
        """Return all events that occur, each once."""
        found = [event for _, events in self.terms for event in events]
        return tuple(dict.fromkeys([*found, *self.given]))

    def __str__(self) -> str:
        return self.name or f"a query of {len(self.terms)} terms"


def natural_direct_effect(
    treatment: str, mediator: str, outcome: str, *, mediator_levels: int = 2
) -> CounterfactualQuery:
    """Return E[Y_{1, M_0} - Y_{0, M_0}] of a binary outcome (Pearl 2001).

    The nested counterfactual is a sum over the levels which the mediator has untreated.
    """
    terms = []
    for level in range(mediator_levels):
        untreated = PotentialOutcome.of(mediator, level, {treatment: 0})
        for arm, sign in ((1, 1.0), (0, -1.0)):
            event = PotentialOutcome.of(outcome, 1, {treatment: arm, mediator: level})
            terms.append((sign, (event, untreated)))
    return CounterfactualQuery(tuple(terms), name="natural direct effect")


def _is_conjunction(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(e, PotentialOutcome) for e in value)


def _is_term(value: object) -> bool:
    if not isinstance(value, tuple) or len(value) != 2 or not isinstance(value[0], Real):
        return False
    return _is_conjunction(value[1])


def _under(treatment: str, outcome: str, arm: int, level: int) -> PotentialOutcome:
    if treatment == outcome:
        raise CounterfactualError(
            f"Expected two different nodes as treatment and outcome, got {treatment!r} twice. "
            "Choose another node for one of them."
        )
    return PotentialOutcome.of(outcome, level, {treatment: arm})

"""Instruments in a graph: what moves the treatment and is no cause of how the outcome responds.

Balke & Pearl (1997), "Bounds on treatment effects from studies with imperfect compliance": their
bounds need that the outcomes under each arm do not depend on the instrument. In a graph without the
edges that leave the treatment the instrument is then separated from the outcome.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.instruments import instrumental_bounds
from causal_magics.counterfactual.bounding.payoff_terms import payoff_bounds
from causal_magics.counterfactual.graphs.narrowing_question import Question
from causal_magics.errors import ContradictionError, CounterfactualError
from causal_magics.graph.canonical import CanonicalDag
from causal_magics.graph.separation import is_d_separated, separated

__all__ = ["Instrumented", "best_instrument"]

MOST_VALUES = 6
"""Combinations of values of instruments that are used."""
MOST_STRATA = 100


@dataclass(frozen=True, slots=True)
class Instrumented:
    """Bounds from instruments.

    Attributes
    ----------
    instruments, given : tuple of str
    lower, upper : float or None
        None where the data contradict that these are instruments: `problem` says how.
    problem : str
    """

    instruments: tuple[str, ...]
    given: tuple[str, ...]
    lower: float | None = None
    upper: float | None = None
    problem: str = ""


def best_instrument(question: Question) -> Instrumented | None:
    """Return the narrowest bounds of all instruments; None where the graph has none."""
    best: Instrumented | None = None
    for instruments, given in _candidates(question):
        found = _bounded(question, instruments, given)
        if found is None:
            continue
        if best is None or _width(found) < _width(best) - 1e-12:
            best = found
    return best


def _width(found: Instrumented) -> float:
    if found.lower is None or found.upper is None:
        return np.inf
    return found.upper - found.lower


def _candidates(question: Question) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield single instruments, with and without covariates, and all together that need none."""
    graph, x, y = question.graph, question.treatment, question.outcome
    dag = CanonicalDag.of(graph)
    cut = dag.without_outgoing(dag.mask(x))
    causes = graph.ancestors((x, y))
    alone = []
    for name in question.unaffected:
        others = tuple(n for n in question.unaffected if n != name and n in causes)
        for given in dict.fromkeys(((), others)):
            z = {*given, *question.selected}
            moves = not is_d_separated(graph, name, x, z)
            if moves and separated(cut, dag.mask(name), dag.mask(y), dag.mask(z)):
                alone += [name] if not given else []
                yield (name,), given
    together = dag.mask(alone), dag.mask(y), dag.mask(question.selected)
    if len(alone) > 1 and separated(cut, *together):
        yield tuple(alone), ()


def _bounded(
    question: Question, instruments: tuple[str, ...], given: tuple[str, ...]
) -> Instrumented | None:
    """Return the bounds averaged over strata; None where there are too many values or strata.

    In each stratum those values of the instruments are used that units have there.
    """
    joint = question.joint
    if len(joint.seen(instruments)) > MOST_VALUES or len(joint.seen(given)) > MOST_STRATA:
        return None
    cells = joint.table(given, instruments, (question.treatment,), (question.outcome,))
    cells = cells[cells.sum(axis=(1, 2, 3)) > 0]
    share = cells.sum(axis=(1, 2, 3))
    seen = cells.sum(axis=1) / share[:, None, None]
    lower, upper = payoff_bounds(Distributions(None, seen), question.payoff)
    values = cells.sum(axis=(2, 3))
    for has in np.unique(values > 0, axis=0):
        strata = ((values > 0) == has).all(axis=1)
        told = cells[strata][:, has] / values[strata][:, has, None, None]
        try:
            found = instrumental_bounds(told, question.payoff)
        except ContradictionError as error:
            problem = (
                f"The data are of no instrument: {error.inequality} fails by {error.excess:.3g}."
            )
            return Instrumented(instruments, given, problem=problem)
        except CounterfactualError:  # too many types of units
            return None
        lower[strata] = np.maximum(lower[strata], found.lower)
        upper[strata] = np.minimum(upper[strata], found.upper)
    return Instrumented(instruments, given, float(share @ lower), float(share @ upper))

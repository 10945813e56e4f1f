"""What the data say to the independences that a graph implies, as far as there was time to ask."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from causal_magics.graph.independence_tests import holm
from causal_magics.graph.independences import Independence
from causal_magics.widgets.evidence import IndependenceTester

LEVEL = 0.05
PAUSE = 0.25
"""Seconds after which slow tests show what they have so far."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A statement and what the data say to it.

    Parameters
    ----------
    statement : Independence
    statistic, p : float or None
        None where it was not tested.
    adjusted : float or None
        The p-value after Holm's correction; None until all statements are tested.
    note : str
        Why it cannot be tested.
    """

    statement: Independence
    statistic: float | None = None
    p: float | None = None
    adjusted: float | None = None
    note: str = ""

    @property
    def is_rejected(self) -> bool:
        """Whether the data contradict the statement."""
        return self.adjusted is not None and self.adjusted < LEVEL


def verdicts(
    tester: IndependenceTester,
    statements: Sequence[Independence],
    step: Callable[[], object] = lambda: None,
) -> Iterator[tuple[list[Verdict], int]]:
    """Yield all verdicts and how many are still to come: now and then, and at the end.

    The columns of all nodes were prepared. `step` is called before each test; what it raises ends
    the testing.
    """
    found = [Verdict(statement, note=_problem(tester, statement)) for statement in statements]
    waiting = [place for place, verdict in enumerate(found) if not verdict.note]
    since = time.monotonic()
    for count, place in enumerate(waiting):
        if time.monotonic() - since > PAUSE:
            yield list(found), len(waiting) - count
            since = time.monotonic()
        step()
        statistic, p = tester(found[place].statement)
        found[place] = Verdict(found[place].statement, statistic, p)
    adjusted = holm([math.nan if each.p is None else each.p for each in found])
    yield (
        [
            each if each.p is None else Verdict(each.statement, each.statistic, each.p, after)
            for each, after in zip(found, adjusted, strict=True)
        ],
        0,
    )


def _problem(tester: IndependenceTester, statement: Independence) -> str:
    if tester.covers(statement):
        return ""
    names = (statement.a, statement.b, *sorted(statement.given))
    return next(filter(None, map(tester.columns.problem, names)))

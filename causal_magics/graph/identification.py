"""What a graph says about one effect: `identify` asks every question of this room at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeVar

from narwhals.typing import IntoFrame

from causal_magics.errors import GraphError, NotIdentifiedError, shorten
from causal_magics.graph.adjustment import AdjustmentProblem, iterate_adjustment_sets
from causal_magics.graph.conditional_tests import TestName
from causal_magics.graph.effect import Effect, EffectQuery, smallest_first
from causal_magics.graph.equivalence import meek_closure
from causal_magics.graph.estimand import (
    Estimand,
    adjustment_estimand,
    direct_estimand,
    front_door_estimand,
    instrument_estimand,
    null_estimand,
)
from causal_magics.graph.front_door import iterate_front_door_sets
from causal_magics.graph.id_algorithm import identify_distribution
from causal_magics.graph.independence_tests import IndependenceTest, independence_tests
from causal_magics.graph.independences import Independence, iterate_independences
from causal_magics.graph.instruments import Instrument, instruments
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.obstacles import (
    Obstacle,
    explain,
    needlessly_adjusted,
    wrongly_adjusted,
)
from causal_magics.graph.paths import CausalPath, iterate_paths
from causal_magics.graph.queries import Names

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Identification", "identify"]

Found = TypeVar("Found")
Table = Literal["independences", "adjustment_sets", "paths"]


@dataclass(frozen=True, repr=False)
class Identification:
    """What a graph says about the effect of exposure on outcome.

    Parameters
    ----------
    graph : CausalGraph
    exposure, outcome : tuple of str
    effect : {"total", "direct"}
    adjustment_sets, front_door_sets : tuple of frozenset of str
        Minimal sets, the smallest first.
    instruments : tuple of Instrument
    paths : tuple of CausalPath
        The shortest paths, open or blocked by what is adjusted for. In a class of graphs edges are
        directed where all its members agree.
    independences : tuple of Independence
        What the graph implies about observed nodes.
    tests : tuple of IndependenceTest or None
        The same against data, where data were given.
    estimand : Estimand or None
        The formula of the effect; None where no method identifies it with what is adjusted for.
        One by the do-calculus can also be computed, see `DistributionEstimand.evaluate`.
    obstacle : Obstacle or None
        Why the graph alone gives no formula, or what is adjusted for wrongly, and what would
        help; None where nothing is in the way.
    truncated : frozenset of str
        Which of `adjustment_sets`, `front_door_sets`, `paths`, `independences` stop at the limit.
    """

    graph: CausalGraph
    exposure: tuple[str, ...]
    outcome: tuple[str, ...]
    effect: Effect
    adjustment_sets: tuple[frozenset[str], ...]
    front_door_sets: tuple[frozenset[str], ...]
    instruments: tuple[Instrument, ...]
    paths: tuple[CausalPath, ...]
    independences: tuple[Independence, ...]
    tests: tuple[IndependenceTest, ...] | None
    estimand: Estimand | None
    obstacle: Obstacle | None = None
    truncated: frozenset[str] = frozenset()

    @property
    def is_identified(self) -> bool:
        """Whether there is a formula that needs no more than the graph and its roles."""
        if self.estimand is None:
            return False
        return not self.estimand.assumption or bool(self.estimand.functional)

    @property
    def causal_paths(self) -> tuple[CausalPath, ...]:
        """The paths along which the exposure acts, or may act."""
        return tuple(path for path in self.paths if path.kind != "biasing")

    @property
    def open_biasing_paths(self) -> tuple[CausalPath, ...]:
        """The other paths, where they are open as things are adjusted now."""
        return tuple(path for path in self.paths if path.kind == "biasing" and path.is_open)

    @property
    def blocked_biasing_paths(self) -> tuple[CausalPath, ...]:
        """The other paths, where something blocks them."""
        return tuple(path for path in self.paths if path.kind == "biasing" and not path.is_open)

    @property
    def rejected(self) -> tuple[IndependenceTest, ...]:
        """The tests with an adjusted p-value below 0.05: the data contradict the graph there."""
        return tuple(test for test in self.tests or () if test.adjusted_p_value < 0.05)

    @property
    def summary(self) -> str:
        """The result in one sentence."""
        from causal_magics.graph.identification_view import summary

        return summary(self)

    def expect_identified(self) -> Estimand:
        """Return the estimand.

        Raises
        ------
        NotIdentifiedError
            Where there is none, with the reason.
        """
        if self.estimand is None:
            raise NotIdentifiedError(self.summary)
        return self.estimand

    def __repr__(self) -> str:
        from causal_magics.graph.identification_view import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from causal_magics.graph.identification_view import as_html

        return as_html(self)

    def to_frame(self, table: Table = "independences") -> pd.DataFrame:
        """Return one of the tables as a pandas data frame.

        Parameters
        ----------
        table : {"independences", "adjustment_sets", "paths"}

        Raises
        ------
        MissingDependencyError
            Without pandas.
        """
        from causal_magics.graph.identification_view import as_frame

        return as_frame(self, table)


def identify(
    graph: CausalGraph,
    exposure: Names | None = None,
    outcome: Names | None = None,
    data: IntoFrame | None = None,
    *,
    effect: Effect = "total",
    test: TestName = "partial correlation",
    limit: int = 100,
) -> Identification:
    """Say how the effect of exposure on outcome can be computed from what is observed.

    Parameters
    ----------
    graph : CausalGraph
        Of any kind; what a criterion does not cover is left empty.
    exposure, outcome : str or iterable of str, optional
        By default the nodes with that role.
    data : data frame, optional
        Any that narwhals reads, one numeric column a node: implied independences are tested.
    effect : {"total", "direct"}
        Direct: the coefficient of ``exposure -> outcome`` in a linear model.
    test : {"partial correlation", "kernel", "gradient boosting"}
        How the data are asked.
    limit : int
        Most sets, paths and independences to list, each.

    Returns
    -------
    Identification

    Raises
    ------
    GraphError
        Where exposure or outcome is missing, the graph has no reading, or the limit is negative.
    DataError
        Where the data lack a column, or a column cannot be tested.
    """
    if not isinstance(graph, CausalGraph):
        raise GraphError(
            f"Expected a CausalGraph, got a value of type {type(graph).__name__}. "
            "Use its .graph, or CausalGraph.parse(text)."
        )
    if not isinstance(limit, int) or limit < 0:
        got = shorten(repr(limit))[1:-1]
        raise GraphError(f"Expected a limit from 0, got {got}. Leave it out for 100.")
    question = _Question(graph, EffectQuery.of(graph, exposure, outcome), effect, limit)
    return question.answer(data, test)


class _Question:
    """One call of `identify`: asks each algorithm in turn and notes where it was cut short."""

    def __init__(self, graph: CausalGraph, query: EffectQuery, effect: Effect, limit: int) -> None:
        self.graph = graph
        self.query = query
        self.effect = effect
        self.limit = limit
        self.problem = AdjustmentProblem.of(graph, query, effect)
        self.truncated: set[str] = set()

    def answer(self, data: IntoFrame | None, test: TestName) -> Identification:
        graph, xs, ys = self.graph, self.query.exposure, self.query.outcome
        no_effect = self.effect == "total" and not (self.problem.forbidden or self.problem.doubtful)
        adjusting = self._first(
            "adjustment_sets", iterate_adjustment_sets(graph, xs, ys, effect=self.effect)
        )
        adjusting = smallest_first(adjusting)
        plain = self._is_plain
        fronts: tuple[frozenset[str], ...] = ()
        found: tuple[Instrument, ...] = ()
        if plain and not no_effect:
            fronts = self._first("front_door_sets", iterate_front_door_sets(graph, xs, ys))
            fronts = smallest_first(fronts)
        if plain and not no_effect and len(xs) == len(ys) == 1:
            found = instruments(graph, xs, ys)
        implied = self._first("independences", iterate_independences(graph))
        directed = meek_closure(graph) if graph.undirected_edges else graph
        estimand = null_estimand(xs, ys) if no_effect else self._formula(adjusting, fronts, found)
        return Identification(
            graph, xs, ys, self.effect, adjusting, fronts, found,
            self._first("paths", iterate_paths(directed, xs, ys)), implied,
            None if data is None else independence_tests(implied, data, test),
            estimand, self._obstacle(estimand), frozenset(self.truncated),
        )  # fmt: skip

    def _first(self, name: str, found: Iterable[Found]) -> tuple[Found, ...]:
        some = tuple(islice(found, self.limit + 1))
        if len(some) > self.limit:
            self.truncated.add(name)
        return some[: self.limit]

    def _formula(
        self,
        adjusting: tuple[frozenset[str], ...],
        fronts: tuple[frozenset[str], ...],
        found: tuple[Instrument, ...],
    ) -> Estimand | None:
        """Return the first formula there is, the one with the fewest assumptions first."""
        xs, ys = self.query.exposure, self.query.outcome
        if set(self.graph.latents) & {*xs, *ys}:
            return None
        if adjusting and self.effect == "direct":
            return direct_estimand(xs, ys, adjusting[0])
        if adjusting:
            return adjustment_estimand(xs, ys, adjusting[0], self.graph.selections)
        if fronts:
            return front_door_estimand(xs, ys, fronts[0])
        general = self._general()
        if general is None and found:
            return instrument_estimand(xs[0], ys[0], found[0])
        return general

    @property
    def _is_plain(self) -> bool:
        """Whether the methods for the whole population of one DAG or ADMG apply."""
        return self.graph.is_admg and not self.graph.selections and self.effect == "total"

    def _general(self) -> Estimand | None:
        """Return the formula that the do-calculus gives, unless what is adjusted for is to blame.

        There the advice is worth more: with other nodes adjusted for, a simpler formula will do.
        """
        wrongly = wrongly_adjusted(self.graph, self.query, self.problem)
        if not self._is_plain or wrongly or needlessly_adjusted(self.graph, self.problem):
            return None
        try:
            return identify_distribution(self.graph, self.query.exposure, self.query.outcome)
        except NotIdentifiedError:
            return None

    def _obstacle(self, estimand: Estimand | None) -> Obstacle | None:
        unaided = estimand is not None and estimand.method != "instrument"
        if unaided and not wrongly_adjusted(self.graph, self.query, self.problem):
            return None
        return explain(self.graph, self.query, self.problem, self.effect)

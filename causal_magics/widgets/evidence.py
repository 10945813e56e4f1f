"""What the graph of an editor is held against: data, another graph, what a model believes."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, get_args

from causal_magics.errors import CausalMagicsError, EditorError
from causal_magics.graph.conditional_tests import ConditionalTest, TestName, conditional_test
from causal_magics.graph.independence_tests import read_columns
from causal_magics.graph.independences import Independence
from causal_magics.graph.interchange.results import network_of
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.network import Comparable
from causal_magics.graph.prior import EdgePrior
from causal_magics.options import check_option
from causal_magics.widgets.columns import Columns
from causal_magics.widgets.narrowed_bounds import NarrowedBounds
from causal_magics.widgets.opinions import Opinions

if TYPE_CHECKING:
    from causal_magics.discovery.discover import Discovery
    from causal_magics.discovery.evidence import EdgeEvidence
    from causal_magics.language.protocol import LanguageModel

MOST_PRICED = 100
"""Columns up to which all of a data set are priced, whether or not they are nodes."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What edges cost, and of what data; and why all or some of them have no price."""

    edges: EdgeEvidence | None
    source: str = ""
    problem: str = ""


class IndependenceTester:
    """Tests statements on one data set; each statement once, whatever the graph becomes.

    All tests are made on the rows that are complete in all columns of the nodes, so that a new node
    may change earlier answers.
    """

    def __init__(self, columns: Columns, test: TestName) -> None:
        self.columns = columns
        self.test: TestName = test
        self._names: tuple[str, ...] = ()
        self._tester: ConditionalTest | None = None
        self._failed: tuple[tuple[str, ...], CausalMagicsError] | None = None
        self._answers: dict[Independence, tuple[float, float]] = {}

    @property
    def rows(self) -> int:
        """Rows that are tested on."""
        return 0 if self._tester is None else self._tester.rows

    @property
    def symbol(self) -> str:
        """What the statistic is called."""
        return "" if self._tester is None else self._tester.symbol

    def prepare(self, names: Iterable[str]) -> None:
        """Read the columns of these names, as far as they can be used.

        Raises
        ------
        CausalMagicsError
            Where they cannot be tested together.
        """
        wanted = self.columns.usable(names)
        if not self.is_prepared(wanted):
            try:
                tester = conditional_test(self.test, read_columns(self.columns.frame, wanted))
            except CausalMagicsError as error:
                self._failed = wanted, error
            else:
                self._names, self._tester, self._failed = wanted, tester, None
                self._answers.clear()
        if self._failed is not None and self._failed[0] == wanted:
            raise self._failed[1]

    def is_prepared(self, names: Iterable[str]) -> bool:
        """Whether the columns of these names were read, as far as they can be used."""
        wanted = self.columns.usable(names)
        known = self._failed is not None and self._failed[0] == wanted
        return known or set(wanted) <= set(self._names)

    def covers(self, statement: Independence) -> bool:
        """Whether all names of a statement were prepared."""
        return {statement.a, statement.b, *statement.given} <= set(self._names)

    def __call__(self, statement: Independence) -> tuple[float, float]:
        """Return the statistic and the p-value of a statement that is covered."""
        assert self._tester is not None
        if statement not in self._answers:
            a, b, *given = (
                self._names.index(n) for n in (statement.a, statement.b, *sorted(statement.given))
            )
            self._answers[statement] = self._tester(a, b, given)
        return self._answers[statement]


class Evidence:
    """All that answers the edits of one editor; what is costly is computed once.

    Parameters
    ----------
    data
        A data frame, one column a node; None where there is none.
    discovery : Discovery, optional
        Whose statistic prices the edges; taken from the data where left out.
    test : str
        How implied independences are tested.
    reference : CausalGraph, PublishedNetwork, or a result of ours or another package, optional
        What the graph is compared with.
    opinions : Opinions, optional
        What a language model or a prior says of pairs.
    data_name, reference_name : str
        What they are called on the screen.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        discovery: Discovery | None = None,
        test: TestName = "partial correlation",
        reference: Comparable | None = None,
        opinions: Opinions | None = None,
        data_name: str = "",
        reference_name: str = "",
    ) -> None:
        _check(discovery, test)
        self.test: TestName = test
        self.columns = None if data is None else Columns(data)
        self.tester = None if self.columns is None else IndependenceTester(self.columns, test)
        self.bounds = None if self.columns is None else NarrowedBounds(self.columns.frame)
        self.discovery = discovery
        self.opinions = Opinions() if opinions is None else opinions
        self.reference = None if reference is None else network_of(reference, self.column_names)
        self.data_name = data_name
        self.reference_name = reference_name or "the reference"
        self._lock = Lock()
        self._measured: tuple[frozenset[str], Prices] | None = None

    def also(
        self,
        data: Any = None,
        *,
        discovery: Discovery | None = None,
        test: TestName | None = None,
        reference: Comparable | None = None,
        model: LanguageModel | str | Path | None = None,
        prior: EdgePrior | None = None,
        descriptions: Mapping[str, str] | None = None,
        domain: str = "",
    ) -> Evidence:
        """Return this with what is given in place of what was; what was read is not read again."""
        _check(discovery, test)
        other = copy(self)
        other.test = self.test if test is None else test
        if data is not None:
            other = Evidence(data, test=other.test)
            other.reference, other.reference_name = self.reference, self.reference_name
            other.discovery = other.discovery_if_of_data(self.discovery)
        elif self.columns is not None and test is not None:
            other.tester = IndependenceTester(self.columns, test)
        if discovery is not None:
            other.discovery = discovery
        if reference is not None:
            other.reference = network_of(reference, other.column_names)
            other.reference_name = "the reference"
        other.opinions = self.opinions.also(model, prior, descriptions, domain)
        return other

    def discovery_if_of_data(self, discovery: Discovery | None) -> Discovery | None:
        """Return a discovery that may price edges beside the data; None where it is of others."""
        columns = self.columns
        if discovery is None or columns is None or discovery.n_rows != columns.rows:
            return None
        return discovery if set(discovery.columns) <= set(columns.names) else None

    @property
    def has_data(self) -> bool:
        """Whether edges can have a price."""
        return self.columns is not None or self.discovery is not None

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names that nodes may take."""
        if self.columns is not None:
            return self.columns.names
        return () if self.discovery is None else self.discovery.columns

    def prices(self, graph: CausalGraph) -> Prices | None:
        """Return what edges of a graph cost; None where there are no data."""
        from causal_magics.discovery.evidence import evidence_of

        with self._lock:
            if self.discovery is not None:
                rows = f"{self.discovery.n_rows:,} rows"
                source = f"{self.data_name}, {rows}" if self.data_name else rows
                return Prices(evidence_of(self.discovery), source)
            if self.columns is None:
                return None
            prices = self._measure(self.columns, graph)
            left = self.columns.not_priced(n for n in graph.nodes if n not in graph.latents)
            return replace(prices, problem=f"{prices.problem} {left}".strip())

    def is_at_hand(self, graph: CausalGraph) -> bool:
        """Whether a graph is answered without a pass over the data."""
        if self.tester is None:
            return True
        if not self.tester.is_prepared(graph.nodes):
            return False
        if self.bounds is not None and not self.bounds.is_at_hand(graph):
            return False
        measured = self._measured
        return self.discovery is not None or (
            measured is not None
            and measured[0].issuperset(self.tester.columns.priceable(graph.nodes))
        )

    def take(self, graph: CausalGraph) -> None:
        """Pass over the data, so that a graph is answered without it from then on."""
        self.prices(graph)
        if self.bounds is not None:
            self.bounds.take(graph)
        if self.tester is not None:
            with suppress(CausalMagicsError):  # told where the answer is put together
                self.tester.prepare(graph.nodes)

    def _measure(self, columns: Columns, graph: CausalGraph) -> Prices:
        """Price the nodes, and all complete columns where they are few."""
        nodes = columns.priceable(graph.nodes)
        if self._measured is None or not self._measured[0].issuperset(nodes):
            few = len(columns.names) <= MOST_PRICED
            others = columns.complete(columns.names) if few else ()
            every = tuple(name for name in columns.names if name in {*nodes, *others})
            prices = self._priced(columns, every, graph)
            if prices.edges is None and len(nodes) < len(every):
                every, prices = nodes, self._priced(columns, nodes, graph)
            self._measured = frozenset(every), prices
        return self._measured[1]

    def _priced(self, columns: Columns, wanted: tuple[str, ...], graph: CausalGraph) -> Prices:
        from causal_magics.discovery.evidence import measure

        if len(wanted) < 2:
            return Prices(None, problem="Fewer than two columns can be priced.")
        try:
            values = columns.priced_rows(wanted)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                priced = measure(values, graph=graph)
        except CausalMagicsError as error:
            return Prices(None, problem=f"Edges have no price in bits: {error}")
        rows = counted_rows(len(values[wanted[0]]), columns.rows)
        return Prices(priced, f"{self.data_name}, {rows}" if self.data_name else rows)


def _check(discovery: object, test: object) -> None:
    if test is not None:
        check_option("test", test, get_args(TestName))
    if discovery is None:
        return
    from causal_magics.discovery.discover import Discovery

    if not isinstance(discovery, Discovery):
        raise EditorError(
            f"Expected a Discovery as discovery, got {type(discovery).__name__}. discover() gives "
            "one."
        )


def expect_evidence(*given: object) -> None:
    """Raise `EditorError` where nothing is given that a graph can be held against."""
    if all(each is None for each in given):
        raise EditorError(
            "Expected something to attach, got nothing. Give data, discovery, test, reference, "
            "model, prior, descriptions, domain, effect or policy."
        )


def counted_rows(used: int, every: int) -> str:
    """Return "900 rows", or "557 of 800 rows" where not all are used."""
    return f"{used:,} rows" if used == every else f"{used:,} of {every:,} rows"

"""What an editor's graph says, and what the data say of it, in the ids of its document.

The screen draws what stands here and computes nothing of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from causal_magics.errors import CausalMagicsError
from causal_magics.graph.comparison import Comparable, PublishedNetwork, compare
from causal_magics.graph.elements import Edge
from causal_magics.graph.identification import Identification, identify
from causal_magics.graph.independence_tests import holm
from causal_magics.graph.independences import Independence, iterate_independences
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.paths import CausalPath
from causal_magics.widgets.document import Document, JsonObject
from causal_magics.widgets.evidence import Evidence, IndependenceTester
from causal_magics.widgets.session import State

MOST_NODES = 1_500
LIMIT = 60
"""Sets, paths and independences that are listed, each."""
LEVEL = 0.05

_KINDS: Final = {"causal": "causal", "possibly causal": "possible", "biasing": "biasing"}
EMPTY: Final[JsonObject] = {
    "effect": None, "independences": [], "tests": None, "bits": None, "comparison": None,
    "columns": None, "truncated": [], "error": None,
}  # fmt: skip


def overlay(state: State, evidence: Evidence) -> JsonObject:
    """Return everything that can be said of what an editor shows.

    Parameters
    ----------
    state : State
    evidence : Evidence

    Returns
    -------
    dict
        JSON; `rev` is the revision of the state. What cannot be said is null or empty, and
        `error` says why in one line.
    """
    found: JsonObject = {"rev": state.revision, **EMPTY}
    if len(state.document.nodes) > MOST_NODES:
        return {**found, "error": f"Above {MOST_NODES:,} nodes nothing is computed of a graph."}
    answer = _Answer(state.graph, _Ids(state.document), evidence)
    found.update(answer.reading())
    for part in (answer.bits, answer.comparison, answer.missing_columns):
        found.update(part())
    problem = " ".join(answer.problems) or None
    return {**found, "truncated": sorted(answer.truncated), "error": problem}


def meaning(document: Document) -> object:
    """Return what an overlay depends on: all of a document but its places."""
    nodes = tuple((node.id, node.name, node.roles) for node in document.nodes.values())
    return nodes, tuple(document.edges.values()), document.tiers


class _Ids:
    """The ids of a document by what they stand for in the value."""

    def __init__(self, document: Document) -> None:
        self._nodes = {node.name: node.id for node in document.nodes.values()}
        self._edges: dict[tuple[str, str, str], str] = {}
        for edge in document.edges.values():
            if edge.knowledge != "forbidden":
                self._edges[edge.source, edge.target, edge.mark] = edge.id
                if edge.mark in ("<->", "--", "@-@"):
                    self._edges[edge.target, edge.source, edge.mark] = edge.id

    def node(self, name: str) -> str:
        return self._nodes[name]

    def nodes(self, names: Iterable[str]) -> list[str]:
        """Return ids in the order of the names' alphabet."""
        return [self._nodes[name] for name in sorted(names)]

    def edge(self, edge: Edge) -> str:
        return self._edges[self._nodes[edge.source], self._nodes[edge.target], edge.mark]

    def between(self, a: str, b: str) -> list[str]:
        ends = {self._nodes[a], self._nodes[b]}
        return [key for (x, y, _), key in self._edges.items() if {x, y} == ends]


@dataclass(slots=True)
class _Told:
    """A statement and what the test said."""

    statement: Independence
    outcome: tuple[float, float] | None
    note: str = ""


class _Answer:
    """One computation: notes what was cut short and what could not be said."""

    def __init__(self, graph: CausalGraph, ids: _Ids, evidence: Evidence) -> None:
        self.graph = graph
        self.ids = ids
        self.evidence = evidence
        self.truncated: set[str] = set()
        self.problems: list[str] = []

    # ------------------------------------------------------------------ what the graph says

    def reading(self) -> JsonObject:
        graph = self.graph
        if not (graph.exposures and graph.outcomes):
            return {"effect": None, **self._independences(self._implied())}
        try:
            found = identify(graph, limit=LIMIT)
        except CausalMagicsError as error:
            self.problems.append(str(error))
            return {"effect": None, **self._independences(self._implied())}
        self.truncated |= found.truncated
        return {"effect": self._effect(found), **self._independences(found.independences)}

    def _implied(self) -> Sequence[Independence]:
        try:
            some = tuple(islice(iterate_independences(self.graph), LIMIT + 1))
        except CausalMagicsError as error:
            self.problems.append(str(error))
            return ()
        if len(some) > LIMIT:
            self.truncated.add("independences")
        return some[:LIMIT]

    def _effect(self, found: Identification) -> JsonObject:
        ids, estimand = self.ids, found.estimand
        adjusted = frozenset(self.graph.adjusted)
        return {
            "exposure": ids.nodes(found.exposure),
            "outcome": ids.nodes(found.outcome),
            "paths": [self._path(path) for path in found.paths],
            "adjustment_sets": [
                {"nodes": ids.nodes(names), "current": names == adjusted}
                for names in found.adjustment_sets
            ],
            "front_door_sets": [ids.nodes(names) for names in found.front_door_sets],
            "instruments": [
                {"node": ids.node(each.name), "given": ids.nodes(each.given)}
                for each in found.instruments
            ],
            "estimand": None if estimand is None else {
                "text": estimand.text, "method": estimand.method,
                "assumption": estimand.assumption, "formula": estimand.formula,
            },
            "identified": found.is_identified,
            "summary": found.summary,
            "obstacle": None if found.obstacle is None else str(found.obstacle),
        }  # fmt: skip

    def _path(self, path: CausalPath) -> JsonObject:
        return {
            "nodes": [self.ids.node(name) for name in path.nodes],
            "edges": [self.ids.edge(edge) for edge in path.edges],
            "kind": _KINDS[path.kind],
            "open": path.is_open,
            "blockers": [
                {"node": self.ids.node(b.node), "reason": b.reason} for b in path.blockers
            ],
        }

    # ------------------------------------------------------------------ what the data say

    def _independences(self, statements: Sequence[Independence]) -> JsonObject:
        tester = self.evidence.tester
        told = [_Told(statement, None) for statement in statements]
        if tester is not None and statements:
            try:
                told = _tested(tester, statements)
            except CausalMagicsError as error:
                self.problems.append(str(error))
                tester = None
        adjusted = holm([math.nan if t.outcome is None else t.outcome[1] for t in told])
        return {
            "independences": [
                self._statement(each, p) for each, p in zip(told, adjusted, strict=True)
            ],
            "tests": None if tester is None or not told else _about(tester, told),
        }

    def _statement(self, told: _Told, adjusted: float) -> JsonObject:
        statement, test = told.statement, None
        if told.outcome is not None:
            statistic, p = told.outcome
            test = {
                "statistic": _number(statistic), "p": _number(p), "p_adjusted": _number(adjusted),
                "rejected": adjusted < LEVEL,
            }  # fmt: skip
        return {
            "x": [self.ids.node(statement.a)],
            "y": [self.ids.node(statement.b)],
            "given": self.ids.nodes(statement.given),
            "test": test,
            "note": told.note,
        }

    def bits(self) -> JsonObject:
        """Return what each directed edge saves of the code of the data."""
        prices = self.evidence.prices(self.graph)
        if prices is None or prices.edges is None:
            self.problems += [prices.problem] if prices else []
            return {}
        by_pair = prices.edges.edge_bits(self.graph)
        edges = {
            self.ids.edge(edge): _number(by_pair[edge.source, edge.target])
            for edge in self.graph.edges
            if edge.mark == "->" and (edge.source, edge.target) in by_pair
        }
        saved = _number(prices.edges.bits_saved(self.graph))
        return {"bits": {"source": prices.source, "saved": saved, "edges": edges}}

    def missing_columns(self) -> JsonObject:
        """Return the observed nodes that the data know nothing of."""
        columns = self.evidence.columns
        if columns is None:
            return {}
        observed = (name for name in self.graph.nodes if name not in self.graph.latents)
        return {"columns": {"missing": [self.ids.node(n) for n in observed if n not in columns]}}

    # ------------------------------------------------------------------ what another graph says

    def comparison(self) -> JsonObject:
        """Return the differences from the reference."""
        reference = self.evidence.reference
        if reference is None:
            return {}
        try:
            return {"comparison": self._compared(reference)}
        except CausalMagicsError as error:
            self.problems.append(str(error))
            return {}

    def _compared(self, reference: Comparable) -> JsonObject:
        truth = _network(reference)
        strangers = [name for name in truth.graph.nodes if name not in self.graph.node_table]
        found = compare(
            _with_nodes(self.graph, truth.graph.nodes),
            PublishedNetwork(_with_nodes(truth.graph, self.graph.nodes), truth.feedback_edges),
        )
        edges, missing = {}, []
        for pair, status in found.edge_statuses().items():
            if status == "missing":
                missing += self._missing(truth, pair)
            else:
                edges.update(dict.fromkeys(self.ids.between(*pair), status))
        return {
            "reference": self.evidence.reference_name,
            "shd": found.shd, "sid": found.sid, "precision": found.precision,
            "recall": found.recall, "f1": found.f1, "note": found.note,
            "edges": edges, "missing": missing, "missing_nodes": strangers,
        }  # fmt: skip

    def _missing(self, truth: PublishedNetwork, pair: tuple[str, str]) -> list[JsonObject]:
        if not set(pair) <= set(self.graph.nodes):
            return []
        source, target = (self.ids.node(name) for name in pair)
        edges = [e for e in truth.graph.edges_between(*pair) if (e.source, e.target) == pair]
        marks = [edge.mark for edge in edges] or ["->"]
        return [{"source": source, "target": target, "mark": mark} for mark in marks]


def _network(reference: Comparable) -> PublishedNetwork:
    if isinstance(reference, PublishedNetwork):
        return reference
    graph = reference if isinstance(reference, CausalGraph) else reference.graph
    return PublishedNetwork(graph)


def _with_nodes(graph: CausalGraph, names: Iterable[str]) -> CausalGraph:
    new = [name for name in names if name not in graph.node_table]
    if not new:
        return graph
    return CausalGraph([*graph.node_table.values(), *new], graph.edges, graph.knowledge)


def _tested(tester: IndependenceTester, statements: Sequence[Independence]) -> list[_Told]:
    names = dict.fromkeys(n for s in statements for n in (s.a, s.b, *sorted(s.given)))
    tester.prepare(names)
    told = []
    for statement in statements:
        if tester.covers(statement):
            told.append(_Told(statement, tester(statement)))
            continue
        parts = (statement.a, statement.b, *sorted(statement.given))
        told.append(_Told(statement, None, next(filter(None, map(tester.columns.problem, parts)))))
    return told


def _about(tester: IndependenceTester, told: Sequence[_Told]) -> JsonObject:
    count = sum(each.outcome is not None for each in told)
    tests = "1 test" if count == 1 else f"{count} tests"
    return {
        "method": tester.test,
        "symbol": tester.symbol,
        "rows": tester.rows,
        "note": f"Holm's correction over {tests}; ✗ below {LEVEL}",
    }


def _number(value: float) -> float | None:
    """Return a number as JSON has it."""
    return float(f"{value:.6g}") if math.isfinite(value) else None

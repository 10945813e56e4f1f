"""What an editor's graph says, and what the data say of it, in the ids of its document.

The screen draws what stands here and computes nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from causal_magics.errors import CausalMagicsError
from causal_magics.graph.adjustment import is_adjustment_set, iterate_adjustment_sets
from causal_magics.graph.comparison import Comparison, compare
from causal_magics.graph.effect import smallest_first
from causal_magics.graph.identification import Identification, identify
from causal_magics.graph.independences import Independence, iterate_independences
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.network import PublishedNetwork
from causal_magics.graph.paths import CausalPath
from causal_magics.widgets.changes import Answered, Drawn, change
from causal_magics.widgets.document import Document, JsonObject, json_number
from causal_magics.widgets.evidence import Evidence, IndependenceTester, counted_rows
from causal_magics.widgets.ids import Ids
from causal_magics.widgets.session import State
from causal_magics.widgets.verdicts import LEVEL, Verdict, verdicts

if TYPE_CHECKING:
    from causal_magics.discovery.evidence import EdgeEvidence

MOST_NODES = 1_500
LIMIT = 60
"""Sets, paths and independences that are listed, each."""

_KINDS: Final = {"causal": "causal", "possibly causal": "possible", "biasing": "biasing"}
EMPTY: Final[JsonObject] = {
    "effect": None, "independences": [], "tests": None, "bounds": None, "bits": None,
    "comparison": None, "columns": None, "change": None, "truncated": [], "waiting": None,
    "error": None,
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
    *_, complete = overlays(state, evidence)
    return complete


def overlays(
    state: State,
    evidence: Evidence,
    before: Answered | None = None,
    step: Callable[[], object] = lambda: None,
) -> Iterator[JsonObject]:
    """Yield what is known so far: what the graph says, then what the data say; the last is all.

    Parameters
    ----------
    state : State
    evidence : Evidence
    before : Answered, optional
        What the change that is told of began with.
    step : callable
        Called before each part of the work; what it raises ends it.

    Yields
    ------
    dict
        In the form of `overlay`; `waiting` says what is still to come. Where the data answer at
        once, only the last is yielded.
    """
    found: JsonObject = {"rev": state.revision, **EMPTY}
    if len(state.document.nodes) > MOST_NODES:
        yield {**found, "error": f"Above {MOST_NODES:,} nodes nothing is computed of a graph."}
        return
    answer = _Answer(state, evidence, before)
    for part in (answer.reading, answer.comparison, answer.missing_columns):
        step()
        found.update(part())
    if not evidence.is_at_hand(state.graph):
        yield {**found, **answer.changed(found), **answer.footnotes("reading the data")}
    for priced in (answer.bits, lambda: answer.changed(found), answer.bounds):
        step()
        found.update(priced())
    for tested, waiting in answer.tested(step):
        found.update(tested)
        if waiting:
            yield {**found, **answer.footnotes(waiting)}
    yield {**found, **answer.footnotes()}


def comparison_of(graph: CausalGraph, evidence: Evidence) -> Comparison | None:
    """Return the comparison with the reference; None where there is none, or it has no answer."""
    if evidence.reference is None:
        return None
    try:
        return compare(graph, evidence.reference)
    except CausalMagicsError:
        return None


def compared(state: State, evidence: Evidence) -> JsonObject | None:
    """Return the differences from the reference alone; None where there are none to tell."""
    return _Answer(state, evidence).differences()


def meaning(document: Document) -> object:
    """Return what an overlay depends on: all of a document but its places."""
    nodes = tuple((node.id, node.name, node.roles) for node in document.nodes.values())
    return nodes, tuple(document.edges.values()), document.tiers


class _Answer:
    """One computation: notes what was cut short and what could not be said."""

    def __init__(self, state: State, evidence: Evidence, before: Answered | None = None) -> None:
        self.graph = state.graph
        self.drawn = Drawn(state.document, state.graph)
        self.ids = Ids(state.document)
        self.evidence = evidence
        self.before = before
        self.prices: EdgeEvidence | None = None
        self.statements: Sequence[Independence] = ()
        self.fresh: frozenset[Independence] = frozenset()
        self.truncated: set[str] = set()
        self.problems: list[str] = []

    def footnotes(self, waiting: str | None = None) -> JsonObject:
        problem = " ".join(self.problems) or None
        return {"truncated": sorted(self.truncated), "waiting": waiting, "error": problem}

    # ------------------------------------------------------------------ what the graph says

    def reading(self) -> JsonObject:
        effect = self._identified() if self.graph.exposures and self.graph.outcomes else None
        if effect is None:
            self.statements = self._implied()
        if self.before is not None:
            earlier = self.before.drawn
            self.fresh = frozenset(
                each for each in self.statements if earlier.implies(self._ends(each)) is False
            )
        return {
            "effect": effect,
            "independences": [self._statement(Verdict(each)) for each in self.statements],
        }

    def _identified(self) -> JsonObject | None:
        try:
            found = identify(self.graph, limit=LIMIT)
            self.truncated |= found.truncated
            self.statements = found.independences
            return self._effect(found)
        except CausalMagicsError as error:
            self.problems.append(str(error))
            return None

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
        return {
            "exposure": ids.nodes(found.exposure),
            "outcome": ids.nodes(found.outcome),
            "paths": [self._path(path) for path in found.paths],
            **self._adjustment(found),
            "front_door_sets": [ids.nodes(names) for names in found.front_door_sets],
            "instruments": [
                {"node": ids.node(each.name), "given": ids.nodes(each.given)}
                for each in found.instruments
            ],
            "estimand": None if estimand is None else {
                "text": estimand.text, "latex": estimand.latex, "method": estimand.method,
                "assumption": estimand.assumption, "formula": estimand.formula,
            },
            "identified": found.is_identified,
            "summary": found.summary,
            "obstacle": None if found.obstacle is None else str(found.obstacle),
        }  # fmt: skip

    def _adjustment(self, found: Identification) -> JsonObject:
        """Return all minimal sets, and how what is adjusted for now stands to them."""
        graph, ids = self.graph, self.ids
        ends = {*found.exposure, *found.outcome}
        adjusted = frozenset(graph.adjusted) - ends
        sets = extended = found.adjustment_sets
        if adjusted:
            some = tuple(islice(iterate_adjustment_sets(graph, forced=()), LIMIT + 1))
            self.truncated -= {"adjustment_sets"}
            if len(some) > LIMIT:
                self.truncated.add("adjustment_sets")
            sets = smallest_first(some[:LIMIT])
        suffices = is_adjustment_set(graph, adjusted)
        return {
            "adjustment_sets": [self._set(names, adjusted) for names in sets],
            "direct_sets": self._direct_sets(found, adjusted),
            "adjusted": {
                "nodes": ids.nodes(adjusted),
                "suffices": suffices,
                "minimal": adjusted in sets,
                "lacks": [] if suffices or not extended else ids.nodes(extended[0] - adjusted),
            },
        }

    def _set(self, names: frozenset[str], adjusted: frozenset[str]) -> JsonObject:
        return {"nodes": self.ids.nodes(names), "current": names == adjusted}

    def _direct_sets(
        self, found: Identification, adjusted: frozenset[str]
    ) -> list[JsonObject] | None:
        """Return the sets for the direct effect; None where it is the total one, or undefined."""
        if not self.graph.is_admg or not any(
            path.kind != "biasing" and len(path.edges) > 1 for path in found.paths
        ):
            return None
        sets = iterate_adjustment_sets(self.graph, effect="direct", forced=())
        return [self._set(names, adjusted) for names in smallest_first(tuple(islice(sets, LIMIT)))]

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

    def tested(self, step: Callable[[], object]) -> Iterator[tuple[JsonObject, str]]:
        """Yield the independences as far as they are tested, and what is still to come."""
        tester = self.evidence.tester
        if tester is None or not self.statements:
            return
        try:
            tester.prepare(self.graph.nodes)
            for told, left in verdicts(tester, self.statements, step):
                count = sum(not each.note for each in told)
                yield (
                    {
                        "independences": [self._statement(each) for each in told],
                        "tests": _about(tester, count),
                    },
                    f"{count - left} of {count} tested" if left else "",
                )
        except CausalMagicsError as error:
            self.problems.append(str(error))

    def _statement(self, told: Verdict) -> JsonObject:
        statement, test = told.statement, None
        if told.p is not None and told.statistic is not None:
            test = {
                "statistic": json_number(told.statistic), "p": json_number(told.p),
                "p_adjusted": None if told.adjusted is None else json_number(told.adjusted),
                "rejected": told.is_rejected,
            }  # fmt: skip
        return {
            **self._ends(statement),
            "new": statement in self.fresh,
            "test": test,
            "note": told.note,
        }

    def _ends(self, statement: Independence) -> JsonObject:
        ids = self.ids
        x, y, given = ids.node(statement.a), ids.node(statement.b), ids.nodes(statement.given)
        return {"x": [x], "y": [y], "given": given}

    def bounds(self) -> JsonObject:
        """Return the bounds on the PNS, and what the graph gains."""
        bounds = self.evidence.bounds
        return {} if bounds is None else {"bounds": bounds.told(self.graph)}

    def bits(self) -> JsonObject:
        """Return what each directed edge saves of the code of the data."""
        prices = self.evidence.prices(self.graph)
        self.problems += [prices.problem] if prices and prices.problem else []
        if prices is None or prices.edges is None:
            return {}
        self.prices = prices.edges
        by_pair = prices.edges.edge_bits(self.graph)
        edges = {
            self.ids.edge(edge): json_number(by_pair[edge.source, edge.target])
            for edge in self.graph.edges
            if edge.mark == "->" and (edge.source, edge.target) in by_pair
        }
        saved = json_number(prices.edges.bits_saved(self.graph))
        return {"bits": {"source": prices.source, "saved": saved, "edges": edges}}

    def changed(self, found: JsonObject) -> JsonObject:
        """Return what the last change changed."""
        if self.before is None:
            return {}
        told = {**found, **self.footnotes()}
        return {"change": change(self.before, self.drawn, told, self.prices)}

    def missing_columns(self) -> JsonObject:
        """Return the observed nodes that the data know nothing of."""
        columns = self.evidence.columns
        if columns is None:
            return {}
        observed = (name for name in self.graph.nodes if name not in self.graph.latents)
        return {"columns": {"missing": [self.ids.node(n) for n in observed if n not in columns]}}

    # ------------------------------------------------------------------ what another graph says

    def comparison(self) -> JsonObject:
        return {"comparison": self.differences()}

    def differences(self) -> JsonObject | None:
        """Return the differences from the reference, where there is one."""
        reference = self.evidence.reference
        if reference is None:
            return None
        try:
            return self._compared(reference)
        except CausalMagicsError as error:
            self.problems.append(str(error))
            return None

    def _compared(self, truth: PublishedNetwork) -> JsonObject:
        found = compare(self.graph, truth)
        edges, missing = {}, []
        elsewhere: list[list[str]] = []
        for pair, status in found.edge_statuses().items():
            if status != "missing":
                edges.update(dict.fromkeys(self.ids.between(*pair), status))
            elif set(pair) <= set(self.graph.nodes):
                missing += self._missing(truth, pair)
            else:
                elsewhere.append(list(pair))
        return {
            "reference": self.evidence.reference_name,
            "shd": found.shd, "sid": found.sid, "precision": found.precision,
            "recall": found.recall, "f1": found.f1, "note": found.note,
            "edges": edges, "missing": missing, "missing_elsewhere": elsewhere,
        }  # fmt: skip

    def _missing(self, truth: PublishedNetwork, pair: tuple[str, str]) -> list[JsonObject]:
        source, target = (self.ids.node(name) for name in pair)
        edges = [e for e in truth.graph.edges_between(*pair) if (e.source, e.target) == pair]
        marks = [edge.mark for edge in edges] or ["->"]
        return [{"source": source, "target": target, "mark": mark} for mark in marks]


def _about(tester: IndependenceTester, count: int) -> JsonObject:
    tests = "1 test" if count == 1 else f"{count} tests"
    return {
        "method": tester.test,
        "symbol": tester.symbol,
        "rows": counted_rows(tester.rows, tester.columns.rows),
        "note": f"Holm's correction over {tests}; ✗ where the corrected p is below {LEVEL}",
    }

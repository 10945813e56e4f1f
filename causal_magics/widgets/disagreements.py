"""What data and language model say of pairs of nodes, where they disagree, and taking a side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from causal_magics.errors import EditorError, GraphError, UnknownNodeError, shorten
from causal_magics.graph.elements import Edge
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.prior import PairVerdict
from causal_magics.widgets.document import Document, JsonObject

if TYPE_CHECKING:
    from causal_magics.discovery.evidence import PairBits
    from causal_magics.widgets.opinions import Opinion

Side = Literal["data", "model"]
Ends = tuple[str, str]
"""The ids of two nodes, the first in the order of the document first."""

MOST_SHOWN = 400
"""Pairs of which is told, each."""


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """All that is known of one pair.

    Parameters
    ----------
    opinion : Opinion or None
        What the model says, seen from the first node.
    bits : PairBits or None
        What the data say.
    settled : bool
        Whether an edge of the pair is required or forbidden.
    problem : str
        Why the model has no opinion; empty where it has one, or was not asked.
    """

    opinion: Opinion | None
    bits: PairBits | None
    settled: bool
    problem: str = ""

    @property
    def model_says(self) -> PairVerdict | None:
        """The verdict of the model."""
        return None if self.opinion is None else self.opinion.verdict

    @property
    def data_says(self) -> PairVerdict | None:
        """The verdict of the data."""
        return None if self.bits is None else self.bits.verdict

    @property
    def disagree(self) -> bool:
        """Whether both are decided, say what cannot be at once, and nobody has settled it."""
        return not self.settled and incompatible(self.model_says, self.data_says)

    def to_json(self, ends: Ends) -> JsonObject:
        """Return the form in which screens read it."""
        return {
            "a": ends[0], "b": ends[1], "model": _opinion(self.opinion), "data": _bits(self.bits),
            "disagree": self.disagree, "settled": self.settled,
        }  # fmt: skip


def incompatible(one: PairVerdict | None, other: PairVerdict | None) -> bool:
    """Whether two verdicts contradict each other; an edge of no direction fits either one."""
    if one is None or other is None or one == other:
        return False
    return "none" in (one, other) or "--" not in (one, other)


def pairs_of(document: Document, others: Iterable[Iterable[str]]) -> list[Ends]:
    """Return the pairs of which is told: those that are joined, the newest first, and others.

    Pairs with a latent node, or one that is gone, are left out.
    """
    place = {key: number for number, key in enumerate(document.nodes)}
    joined = (edge.pair for edge in reversed(tuple(document.edges.values())))
    found = dict.fromkeys([*map(frozenset, others), *joined])
    return [ends for pair in found if (ends := _ordered(pair, document, place))][:MOST_SHOWN]


def ordered(pair: Iterable[str], document: Document) -> Ends | None:
    """Return a pair in the order of the document; None where nobody is to be asked of it."""
    place = {key: number for number, key in enumerate(document.nodes)}
    return _ordered(frozenset(pair), document, place)


def settled_pairs(document: Document) -> set[frozenset[str]]:
    """Return the pairs of which an edge is required or forbidden."""
    return {edge.pair for edge in document.edges.values() if edge.knowledge is not None}


def taken(
    graph: CausalGraph, cause: str, effect: str, side: Side, known: PairEvidence
) -> CausalGraph:
    """Return the graph that has what one side says of a pair as knowledge.

    Parameters
    ----------
    graph : CausalGraph
    cause, effect : str
        The pair as `known` sees it.
    side : {"data", "model"}
    known : PairEvidence

    Raises
    ------
    EditorError
        Where that side says nothing of the pair.
    """
    says = known.data_says if side == "data" else known.model_says
    if says is None and side == "model" and known.problem:
        raise EditorError(f"The model says nothing: {known.problem}")
    if says is None:
        raise EditorError(
            f"The {side} {'say' if side == 'data' else 'says'} nothing decided of "
            f"{shorten(cause)} and {shorten(effect)}. Use require or forbid of the graph."
        )
    without = _without(graph, cause, effect)
    if says == "none":
        return without.forbid(cause, effect).forbid(effect, cause)
    drawn = [(e.source, e.target) for e in graph.edges_between(cause, effect) if e.mark == "->"]
    ways = [(cause, effect), (effect, cause)]
    if says == "--":
        ways = drawn or _likelier_first(ways, side, known)
    elif says == "<-":
        ways.reverse()
    for stands in ways[: 2 if says == "--" else 1]:
        with suppress(GraphError):
            return _required(graph, without, stands)
    return _required(graph, without, ways[0])


def _required(graph: CausalGraph, without: CausalGraph, stands: tuple[str, str]) -> CausalGraph:
    """Return a graph with an edge that must be; one that was drawn keeps what it carries."""
    edge = next((e for e in graph.edges_between(*stands) if e.key == Edge(*stands).key), None)
    if edge is not None:
        without = without.add_edge(*stands, confidence=edge.confidence, bits=edge.bits)
    return without.require(*stands)


def evidence_rows(graph: CausalGraph, known: Mapping[Ends, PairEvidence]) -> dict[str, list[Any]]:
    """Return the columns of `GraphEditor.evidence_frame`; `known` is by names."""
    rows: list[dict[str, Any]] = []
    for (first, second), each in known.items():
        edges = graph.edges_between(first, second)
        turned = any(e.mark == "->" and (e.source, e.target) == (second, first) for e in edges)
        rows.append(_row(graph, (second, first) if turned else (first, second), each, turned))
    return {name: [row[name] for row in rows] for name in _COLUMNS}


_COLUMNS = (
    "cause", "effect", "drawn", "bits", "bits_reversed", "data_says", "log_odds", "log_odds_edge",
    "agreement", "model_says", "disagree",
)  # fmt: skip
_TURNED: Mapping[PairVerdict, PairVerdict] = {"->": "<-", "<-": "->", "--": "--", "none": "none"}


def _row(
    graph: CausalGraph, ends: tuple[str, str], known: PairEvidence, turned: bool
) -> dict[str, Any]:
    bits, opinion = known.bits, known.opinion
    along, against = (None, None) if bits is None else (bits.forward, bits.backward)
    if turned:
        along, against = against, along
    sign = -1.0 if turned else 1.0
    says = [
        each and (_TURNED[each] if turned else each) for each in (known.data_says, known.model_says)
    ]
    return {
        "cause": ends[0], "effect": ends[1], "drawn": _drawn(graph, *ends),
        "bits": _or_nan(along), "bits_reversed": _or_nan(against), "data_says": says[0] or "",
        "log_odds": sign * _or_nan(None if opinion is None else opinion.log_odds),
        "log_odds_edge": _or_nan(None if opinion is None else opinion.log_odds_edge),
        "agreement": _or_nan(None if opinion is None else opinion.agreement),
        "model_says": says[1] or "",
        "disagree": known.disagree,
    }  # fmt: skip


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _drawn(graph: CausalGraph, cause: str, effect: str) -> str:
    edges = graph.edges_between(cause, effect)
    return " ".join(edge.mark for edge in edges) or "none"


def _ordered(pair: frozenset[str], document: Document, place: Mapping[str, int]) -> Ends | None:
    nodes = document.nodes
    if len(pair) != 2 or not pair <= place.keys():
        return None
    if any("latent" in nodes[key].roles for key in pair):
        return None
    first, second = sorted(pair, key=place.__getitem__)
    return first, second


def _without(graph: CausalGraph, a: str, b: str) -> CausalGraph:
    """Return the graph without edges and knowledge of a pair."""
    for name in (a, b):
        if name not in graph:
            raise UnknownNodeError(name, graph.nodes)
    for edge in graph.edges_between(a, b):
        graph = graph.remove_edge(edge.source, edge.target, edge.mark)
    return graph.forget(a, b).forget(b, a)


def _likelier_first(
    ways: list[tuple[str, str]], side: Side, known: PairEvidence
) -> list[tuple[str, str]]:
    if side == "data":
        assert known.bits is not None
        lowest = float("-inf")
        along, against = (
            lowest if bits is None else bits for bits in (known.bits.forward, known.bits.backward)
        )
    else:
        assert known.opinion is not None
        along, against = known.opinion.belief.forward, known.opinion.belief.backward
    return ways if along >= against else ways[::-1]


def _opinion(opinion: Opinion | None) -> JsonObject | None:
    if opinion is None:
        return None
    belief = opinion.belief
    agreement = opinion.agreement
    return {
        "verdict": opinion.verdict, "forward": round(belief.forward, 6),
        "backward": round(belief.backward, 6), "absent": round(belief.absent, 6),
        "log_odds": round(opinion.log_odds, 4), "log_odds_edge": round(opinion.log_odds_edge, 4),
        "agreement": None if agreement is None else round(agreement, 4),
    }  # fmt: skip


def _bits(bits: PairBits | None) -> JsonObject | None:
    if bits is None:
        return None
    ways = {"forward": bits.forward, "backward": bits.backward}
    told = {way: None if saved is None else round(saved, 3) for way, saved in ways.items()}
    return {"verdict": bits.verdict, **told}

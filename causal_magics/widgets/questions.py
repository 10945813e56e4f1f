"""What a screen may ask the kernel besides the log of edits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from causal_magics.errors import CausalMagicsError, OperationError
from causal_magics.widgets.disagreements import Ends, PairEvidence, ordered, settled_pairs
from causal_magics.widgets.document import JsonObject
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.operations import read_id
from causal_magics.widgets.session import State
from causal_magics.widgets.views import view


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the parts of the message that say about what."""

    id: str
    name: str
    parts: Mapping[str, object]


def read_question(raw: object) -> Question | None:
    """Return the question that a message asks; None where it is no question."""
    if not isinstance(raw, dict) or raw.get("kind") != "ask":
        return None
    try:
        key = read_id(raw.get("id"))
    except OperationError:
        return None
    name = raw.get("question")
    return Question(key, name if isinstance(name, str) else "", MappingProxyType(raw))


def answer(question: Question, state: State, evidence: Evidence) -> JsonObject:
    """Return the message that answers a question; what cannot be answered says why."""
    result, problem = None, None
    ask = QUESTIONS.get(question.name)
    try:
        if ask is None:
            raise OperationError(f"Expected a question among {', '.join(QUESTIONS)}.")
        result = ask(question.parts, state, evidence)
    except CausalMagicsError as error:
        problem = str(error)
    return {
        "kind": "answer", "id": question.id, "rev": state.revision, "result": result,
        "error": problem,
    }  # fmt: skip


def _candidate_bits(parts: Mapping[str, object], state: State, evidence: Evidence) -> JsonObject:
    """Return how the code changes with an edge from one node to each other one, in bits."""
    source = parts.get("source")
    node = state.document.nodes.get(source) if isinstance(source, str) else None
    if node is None:
        raise OperationError("Expected the id of a node as source.")
    prices = evidence.prices(state.graph)
    if prices is None:
        raise OperationError("No data are attached to this editor.")
    if prices.edges is None:
        raise OperationError(prices.problem)
    by_name = prices.edges.candidate_bits(state.graph, node.name)
    ids = {each.name: each.id for each in state.document.nodes.values()}
    return {
        "bits": {ids[name]: round(bits, 3) for name, bits in by_name.items()},
        "source": prices.source,
    }


def pair_of(question: Question, state: State) -> Ends:
    """Return the pair of nodes that a question is about.

    Raises
    ------
    OperationError
        Where it names no two nodes that can be asked about.
    """
    keys = [question.parts.get(side) for side in ("a", "b")]
    ends = ordered([key for key in keys if isinstance(key, str)], state.document)
    if ends is None:
        raise OperationError("Expected the ids of two nodes, neither of them latent, as a and b.")
    return ends


def _opinion(parts: Mapping[str, object], state: State, evidence: Evidence) -> JsonObject:
    """Return what is known of a pair of nodes now."""
    a, b = pair_of(Question("", "opinion", parts), state)
    names = state.document.nodes[a].name, state.document.nodes[b].name
    prices = evidence.prices(state.graph)
    priced = None if prices is None else prices.edges
    bits = None if priced is None else priced.pair_bits(state.graph, [names]).get(names)
    settled = frozenset((a, b)) in settled_pairs(state.document)
    return PairEvidence(evidence.opinions.of(*names), bits, settled).to_json((a, b))


def _view(parts: Mapping[str, object], state: State, _evidence: Evidence) -> JsonObject:
    return view(parts.get("view"), state)


QUESTIONS: Final[Mapping[str, Callable[[Mapping[str, object], State, Evidence], Any]]] = (
    MappingProxyType({"candidate_bits": _candidate_bits, "opinion": _opinion, "view": _view})
)

"""Versioned JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from causal_magics.errors import GraphError, excerpt, shorten
from causal_magics.graph.elements import ROLES, Edge, Knowledge, Node
from causal_magics.graph.model import CausalGraph

FORMAT = "causal_magics.graph"
VERSION = 1


def to_json(graph: CausalGraph, *, indent: int | None = None) -> str:
    """Write JSON, which carries everything.

    ::

        {"format": "causal_magics.graph", "version": 1,
         "nodes": [{"name": "Age", "roles": ["adjusted"], "position": [1.2, 0.4]}],
         "edges": [{"source": "Age", "target": "Tar", "mark": "->",
                    "confidence": 0.9, "bits": 12.5}],
         "knowledge": {"required": [["Age", "Tar"]], "forbidden": [], "tiers": [["Age"], ["Tar"]]}}
    """
    knowledge = graph.knowledge
    document = {
        "format": FORMAT,
        "version": VERSION,
        "nodes": [
            {
                "name": node.name,
                "roles": [role for role in ROLES if role in node.roles],
                "position": None if node.position is None else list(node.position),
            }
            for node in graph.node_table.values()
        ],
        "edges": [
            {
                "source": edge.source,
                "target": edge.target,
                "mark": edge.mark,
                "confidence": edge.confidence,
                "bits": edge.bits,
            }
            for edge in graph.edges
        ],
        "knowledge": {
            "required": [list(pair) for pair in sorted(knowledge.required)],
            "forbidden": [list(pair) for pair in sorted(knowledge.forbidden)],
            "tiers": [list(tier) for tier in knowledge.tiers],
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=indent, allow_nan=False)


def from_json(text: str) -> CausalGraph:
    """Read what `to_json` wrote.

    Raises
    ------
    GraphError
        Where the text is no such JSON, is of a later version, or says no valid graph.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise GraphError(
            f"Expected a graph in JSON, got text that is none ({excerpt(str(error), 0, 200)})."
        ) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise GraphError(f'Expected JSON with "format": "{FORMAT}", got {shorten(text)}.')
    if document.get("version") != VERSION:
        raise GraphError(
            f"Expected version {VERSION} of the graph's JSON, got {document.get('version')!r}. "
            "Update causal_magics."
        )
    try:
        return _graph(document)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise GraphError(
            f"Expected the graph's JSON in the shape that to_json writes, got another ({error!r})."
        ) from error


def _graph(document: Mapping[str, Any]) -> CausalGraph:
    nodes = [
        Node(node["name"], frozenset(node.get("roles", ())), _position(node.get("position")))
        for node in document["nodes"]
    ]
    edges = [
        Edge(edge["source"], edge["target"], edge["mark"], edge.get("confidence"), edge.get("bits"))
        for edge in document["edges"]
    ]
    said = document.get("knowledge", {})
    knowledge = Knowledge(
        frozenset((cause, effect) for cause, effect in said.get("required", ())),
        frozenset((cause, effect) for cause, effect in said.get("forbidden", ())),
        tuple(tuple(tier) for tier in said.get("tiers", ())),
    )
    return CausalGraph(nodes, edges, knowledge)


def _position(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    x, y = value
    return float(x), float(y)

"""Random graphs, documents and edits, all from a seed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from causal_magics.graph.model import MARKS, ROLES, CausalGraph, Edge, Knowledge, Node
from causal_magics.widgets.document import Document

NAMES = ("Age", "blood pressure", "<b>x</b>", 'a "b"', "Überlänge", "因果", "z", "_", "0", "⊘")


def _random_graph(rng: Random) -> CausalGraph:
    names = rng.sample(NAMES, rng.randint(0, len(NAMES)))
    nodes = [
        Node(
            name,
            frozenset(role for role in ROLES if rng.random() < 0.2),
            (rng.randint(-9, 9) / 2, rng.randint(-9, 9) / 2) if rng.random() < 0.5 else None,
        )
        for name in names
    ]
    edges, required, forbidden = [], set(), set()
    for index, cause in enumerate(names):
        for effect in names[index + 1 :]:
            chance = rng.random()
            if chance < 0.25:
                edges.append(
                    Edge(cause, effect, "->", rng.choice([None, 0.5]), rng.choice([None, 3]))
                )
                if rng.random() < 0.3:
                    required.add((cause, effect))
                if rng.random() < 0.2:
                    edges.append(Edge(cause, effect, "<->"))
            elif chance < 0.4:
                edges.append(Edge(cause, effect, rng.choice(MARKS[1:])))
            if rng.random() < 0.1:
                forbidden.add((effect, cause))
    cut = rng.randint(0, len(names))
    tiers = (names[:cut], names[cut:]) if rng.random() < 0.3 else ()
    knowledge = Knowledge(frozenset(required), frozenset(forbidden), tuple(map(tuple, tiers)))
    return CausalGraph(nodes, edges, knowledge)


def _random_operation(rng: Random, document: Document, fresh: str) -> dict[str, Any]:
    nodes = [*document.nodes, fresh]
    edges = [*document.edges, fresh]
    node, edge = rng.choice(nodes), rng.choice(edges)
    knowledge = rng.choice([None, None, None, "required", "forbidden"])
    mark = rng.choice(["->", "->", "->", *MARKS])
    roles = [role for role in ROLES if rng.random() < 0.2]
    x, y = rng.randint(-400, 400), rng.randint(-400, 400)
    evidence = {"knowledge": knowledge, "confidence": rng.choice([None, 0.25]), "bits": None}
    plain = {"mark": "->", "knowledge": None, "confidence": None, "bits": None}
    name, other = rng.choice(NAMES), rng.choice(nodes)
    some = rng.sample(nodes, rng.randint(0, len(nodes)))
    return rng.choice(
        [
            {"op": "add_node", "id": fresh, "name": name, "roles": roles, "x": x, "y": y},
            {"op": "set_node", "id": node, "name": name},
            {"op": "set_node", "id": node, "roles": roles},
            {"op": "delete_node", "id": node},
            {"op": "add_edge", "id": fresh, "source": node, "target": other, **evidence}
            | {"mark": mark},
            {"op": "add_edge", "id": fresh, "source": other, "target": node, **plain},
            {"op": "set_edge", "id": edge, "mark": mark},
            {"op": "set_edge", "id": edge, **evidence},
            {"op": "delete_edge", "id": edge},
            {"op": "move", "positions": {node: [x, y]}},
            {"op": "set_tiers", "tiers": [some[::2], some[1::2]]},
        ]
    )


@pytest.fixture
def random_graph() -> Callable[[Random], CausalGraph]:
    """A graph of up to ten nodes with roles, all marks, evidence and knowledge."""
    return _random_graph


@pytest.fixture
def random_operation() -> Callable[[Random, Document, str], dict[str, Any]]:
    """An operation that may or may not fit the document; `fresh` is an id for what it adds."""
    return _random_operation

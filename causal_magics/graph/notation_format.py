"""Writes graphs in the notation: one text for each graph."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from causal_magics.graph.elements import ROLES, Edge, Knowledge, Node
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.notation_scanner import WORD
from causal_magics.graph.notation_words import RESERVED, ROLE_NAMES

_ESCAPED = re.compile(r"\"|\\(?=[\"\\{]|$)|(?<=\{)\{")


def format_graph(graph: CausalGraph, *, wrap: bool = False) -> str:
    """Return the canonical text of a graph, one statement a line.

    Node statements come first, then edges and forbidden edges, both sorted by name, then the
    tiers. Nodes without roles or position are listed only where nothing else mentions them.
    Equal graphs have equal texts, and `parse_graph` gives an equal graph back.

    Parameters
    ----------
    graph : CausalGraph
    wrap : bool
        Whether to put the statements between ``dag {`` (or ``pdag``, ``mag``, ``pag``, after the
        marks that occur) and ``}``.
    """
    lines = _lines(graph.node_table.values(), graph.edges, graph.knowledge)
    return _wrapped(graph, lines) if wrap else "\n".join(lines)


def format_dagitty(graph: CausalGraph) -> str:
    """Return the text that dagitty.net and the R package read.

    Roles, positions, edges, and required, bits and confidence as attributes of edges are kept.
    Forbidden edges and tiers are left out: DAGitty has no word for them.
    """
    knowledge = Knowledge(required=graph.knowledge.required)
    return _wrapped(graph, _lines(graph.node_table.values(), graph.edges, knowledge))


def _wrapped(graph: CausalGraph, lines: list[str]) -> str:
    return "\n".join([f"{graph_kind(graph)} {{", *(f"  {line}" for line in lines), "}"])


def graph_kind(graph: CausalGraph) -> str:
    """Return DAGitty's word for the kind of graph: dag, pdag, mag or pag."""
    if graph.has_circles:
        return "pag"
    if graph.is_admg:
        return "dag"
    return "pdag" if graph.is_cpdag_like else "mag"


def format_name(name: str) -> str:
    """Return a name as the notation writes it: bare, or in quotes where it needs them.

    A brace after another one is escaped, so that no name is taken for a cell's ``{{expression}}``.
    """
    if WORD.fullmatch(name) and name.lower() not in RESERVED:
        return name
    return '"' + _ESCAPED.sub(r"\\\g<0>", name) + '"'


def number_text(value: float) -> str:
    """Return the shortest text of a number, as JavaScript writes it."""
    if value == 0:
        return "0"
    decimal = Decimal(repr(value)).normalize()
    if -7 < decimal.adjusted() < 21:
        return format(decimal, "f")
    return re.sub(r"e([+-])0", r"e\1", repr(value))


def _lines(nodes: Iterable[Node], edges: Iterable[Edge], knowledge: Knowledge) -> list[str]:
    edges = tuple(edges)
    mentioned = {name for edge in edges for name in edge.pair}.union(knowledge.names())
    described = [
        node for node in nodes if node.roles or node.position or node.name not in mentioned
    ]
    connections = [(edge.key, _edge(edge, knowledge)) for edge in edges]
    connections += [
        ((a, b, "->"), f"{format_name(a)} -> {format_name(b)} [forbidden]")
        for a, b in knowledge.forbidden
    ]
    lines = [_node(node) for node in sorted(described, key=lambda node: node.name)]
    lines += [line for _, line in sorted(connections)]
    if knowledge.tiers:
        lines.append("tiers: " + " | ".join(" ".join(map(format_name, t)) for t in knowledge.tiers))
    return lines


def _with_attributes(statement: str, attributes: list[str]) -> str:
    return f"{statement} [{', '.join(attributes)}]" if attributes else statement


def _node(node: Node) -> str:
    attributes = [ROLE_NAMES[role] for role in ROLES if role in node.roles]
    if node.position is not None:
        attributes.append(f'pos="{",".join(map(number_text, node.position))}"')
    return _with_attributes(format_name(node.name), attributes)


def _edge(edge: Edge, knowledge: Knowledge) -> str:
    attributes = ["required"] if (edge.source, edge.target) in knowledge.required else []
    attributes = attributes if edge.mark == "->" else []
    if edge.confidence is not None:
        attributes.append(f"confidence={_value(edge.confidence)}")
    if edge.bits is not None:
        attributes.append(f"bits={_value(edge.bits)}")
    return _with_attributes(
        f"{format_name(edge.source)} {edge.mark} {format_name(edge.target)}", attributes
    )


def _value(number: float) -> str:
    """Return the text of a number; DAGitty reads exponents only in quotes."""
    text = number_text(number)
    return f'"{text}"' if "e" in text else text

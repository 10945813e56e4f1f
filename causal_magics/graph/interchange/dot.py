"""Graphviz DOT: our own writer, and pydot for reading."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from contextlib import redirect_stdout
from typing import Any

from causal_magics.errors import GraphError, excerpt
from causal_magics.graph.elements import Mark
from causal_magics.graph.interchange.parts import (
    Gathered,
    evidence_texts,
    knowledge_text,
    load,
    node_texts,
    read_knowledge,
    read_mark,
    read_node,
)
from causal_magics.graph.model import CausalGraph

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+")
_KEYWORDS = frozenset({"node", "edge", "graph", "digraph", "subgraph", "strict"})
_DRAWN_AS: dict[Mark, dict[str, str]] = {
    "->": {},
    "<->": {"dir": "both", "style": "dashed"},
    "--": {"dir": "none"},
    "@->": {"dir": "both", "arrowtail": "odot"},
    "@-@": {"dir": "both", "arrowtail": "odot", "arrowhead": "odot"},
    "@--": {"dir": "both", "arrowtail": "odot", "arrowhead": "none"},
}
_ENDS = {"none": "-", "odot": "@"}
_MARK_OF_ENDS = {
    "->": "->", ">-": "<-", ">>": "<->", "--": "--",
    "@>": "@->", ">@": "<-@", "@@": "@-@", "@-": "@--", "-@": "--@",
}  # fmt: skip


def to_dot(graph: CausalGraph) -> str:
    """Write DOT, which carries everything.

    Marks are drawn with `dir`, `arrowhead` and `arrowtail`. Nodes carry `roles` and `position`,
    edges `confidence`, `bits` and `required`, the graph `knowledge` (forbidden edges and tiers),
    which Graphviz passes over.
    """
    lines = ["digraph {"]
    if knowledge := knowledge_text(graph.knowledge):
        lines.append(f"  knowledge={_quoted(knowledge)};")
    for node in graph.node_table.values():
        latent = {"style": "dashed"} if "latent" in node.roles else {}
        lines.append(f"  {_id(node.name)}{_attributes(latent | node_texts(node))};")
    for edge in graph.edges:
        said = _DRAWN_AS[edge.mark] | evidence_texts(edge, graph.knowledge)
        lines.append(f"  {_id(edge.source)} -> {_id(edge.target)}{_attributes(said)};")
    return "\n".join([*lines, "}"])


def _id(name: str) -> str:
    bare = _BARE.fullmatch(name) and name.lower() not in _KEYWORDS
    return name if bare else _quoted(name)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _attributes(said: Mapping[str, str]) -> str:
    texts = [f"{key}={_quoted(value)}" for key, value in said.items()]
    return f" [{', '.join(texts)}]" if texts else ""


def from_dot(text: str) -> CausalGraph:
    """Read DOT, with subgraphs; needs pydot.

    Edges of a `digraph` are ``->`` unless `dir`, `arrowhead` or `arrowtail` say otherwise, those
    of a `graph` are ``--``. Ports, and attributes other than those of `to_dot`, are left aside.

    Raises
    ------
    GraphError
        Where the text is not DOT or says no valid graph.
    MissingDependencyError
    """
    pydot = load("pydot", "reading DOT")
    said = io.StringIO()
    with redirect_stdout(said):
        found = pydot.graph_from_dot_data(text)
    if not found or len(found) != 1:
        reason = said.getvalue().strip().split("\n")[-1]
        raise GraphError(
            f"Expected one graph in DOT, got {f'{len(found)} graphs' if found else 'none'}"
            + (f" ({excerpt(reason, 0, 200)})." if reason else ".")
        )
    gathered = Gathered()
    _gather(found[0], gathered, directed=found[0].get_type() == "digraph")
    return gathered.graph(read_knowledge(_text(found[0].get_attributes().get("knowledge", ""))))


def _gather(part: Any, gathered: Gathered, *, directed: bool) -> None:
    for node in part.get_node_list():
        if node.get_name() not in _KEYWORDS:
            gathered.add_node(read_node(_name(node.get_name()), _texts(node.get_attributes())))
    for inner in part.get_subgraph_list():
        _gather(inner, gathered, directed=directed)
    for edge in part.get_edge_list():
        said = _texts(edge.get_attributes())
        mark = _mark(said, directed=directed)
        for source in _ends(edge.get_source()):
            for target in _ends(edge.get_destination()):
                gathered.add_node(read_node(source, {}))
                gathered.add_node(read_node(target, {}))
                gathered.add_edge(source, target, mark, said)


def _ends(end: Any) -> Iterable[str]:
    """Return the names at one end of an edge, which may be a subgraph."""
    if not isinstance(end, Mapping):
        return [_name(end)]
    inner = [name for part in end["subgraphs"].values() for p in part for name in _ends(p)]
    return dict.fromkeys([*map(_name, end["nodes"]), *inner])


def _mark(said: Mapping[str, str], *, directed: bool) -> Mark:
    direction = said.get("dir", "forward" if directed else "none")
    head = said.get("arrowhead", "normal") if direction in ("forward", "both") else "none"
    tail = said.get("arrowtail", "normal") if direction in ("back", "both") else "none"
    return read_mark(_MARK_OF_ENDS[_ENDS.get(tail, ">") + _ENDS.get(head, ">")])


def _texts(attributes: Mapping[str, Any]) -> dict[str, str]:
    return {str(key): _text(value) for key, value in attributes.items()}


def _text(value: object) -> str:
    text = str(value)
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r'\\(["\\])', r"\1", text[1:-1])
    return text


def _name(written: str) -> str:
    return _text(written) if written.startswith('"') else written.split(":", maxsplit=1)[0]

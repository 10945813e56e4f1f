"""Mermaid flowcharts, which GitHub and JupyterLab draw in Markdown."""

from __future__ import annotations

from causal_magics.graph.elements import Mark, Role
from causal_magics.graph.model import CausalGraph

_ARROWS: dict[Mark, str] = {
    "->": "-->",
    "<->": "<-.->",
    "--": "---",
    "@->": '-- "∘→" -->',
    "@-@": "o--o",
    "@--": '-- "∘—" ---',
}
_STYLES: dict[Role, str] = {
    "exposure": "stroke:#007A5A,stroke-width:3px",
    "outcome": "stroke:#0072B2,stroke-width:3px",
    "adjusted": "stroke:#9A6700,stroke-width:3px",
    "latent": "stroke-dasharray:4 3",
    "selection": "stroke:#A33C78,stroke-width:3px",
    "functional": "font-style:italic",
}


def to_mermaid(graph: CausalGraph) -> str:
    """Write a mermaid flowchart.

    Drawn are names, roles (as classes) and the edges of the graph; ``@->`` and ``@--`` are plain
    edges with the circle in their label, since mermaid draws a circle at both ends or at none.
    Positions, evidence and knowledge are not drawn. Nothing in a name is taken for markup.
    """
    ids = {name: f"v{i}" for i, name in enumerate(graph.nodes)}
    lines = ["flowchart TD"]
    lines += [f'  {ids[name]}["{_escaped(name)}"]' for name in graph.nodes]
    lines += [f"  {ids[e.source]} {_ARROWS[e.mark]} {ids[e.target]}" for e in graph.edges]
    for role, style in _STYLES.items():
        if names := graph.with_role(role):
            lines.append(f"  classDef {role} {style}")
            lines.append(f"  class {','.join(ids[name] for name in names)} {role}")
    return "\n".join(lines)


def _escaped(name: str) -> str:
    """Return a name with everything but letters, digits and blanks as character codes."""
    return "".join(c if c.isalnum() or c in " .,-" else f"#{ord(c)};" for c in name)

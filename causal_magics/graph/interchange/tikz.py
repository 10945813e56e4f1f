"""TikZ, for LaTeX."""

from __future__ import annotations

from causal_magics.graph.canvas import CANVAS_SCALE, canvas_positions
from causal_magics.graph.elements import Mark, Node
from causal_magics.graph.model import CausalGraph

_ESCAPES = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "^": r"\textasciicircum{}", "_": r"\_", "~": r"\textasciitilde{}", "%": r"\%",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"{\char34}",
    "-": "{-}", "`": r"\textasciigrave{}",
})  # fmt: skip
_ARROWS: dict[Mark, str] = {
    "->": "-{Stealth}",
    "<->": "{Stealth}-{Stealth}, dashed, bend left",
    "--": "-",
    "@->": "{Circle[open]}-{Stealth}",
    "@-@": "{Circle[open]}-{Circle[open]}",
    "@--": "{Circle[open]}-",
}
_UNITS_PER_PIXEL = 2 / CANVAS_SCALE


def to_tikz(graph: CausalGraph) -> str:
    r"""Write a `tikzpicture`; its document needs ``\usetikzlibrary{arrows.meta}``.

    Nodes stand where the canvas has them. Drawn are names, latent nodes (dashed), exposures and
    outcomes (thick), adjusted nodes (filled), selection nodes (double), functional ones (italic)
    and the edges of the graph; evidence and knowledge are not drawn. Nothing in a name is taken
    for LaTeX.
    """
    lines = [
        r"\begin{tikzpicture}[",
        "  every node/.style={draw, rounded corners, inner sep=4pt},",
        "  latent/.style={dashed}, exposure/.style={very thick}, outcome/.style={very thick},",
        "  adjusted/.style={fill=black!10}, selected/.style={double},",
        r"  functional/.style={font=\itshape},",
        "]",
    ]
    ids = {name: f"v{i}" for i, name in enumerate(graph.nodes)}
    for name, (x, y) in canvas_positions(graph).items():
        place = f"({x * _UNITS_PER_PIXEL:.2f},{-y * _UNITS_PER_PIXEL + 0.0:.2f})"
        text = name.translate(_ESCAPES)
        lines.append(rf"  \node{_styles(graph.node(name))} ({ids[name]}) at {place} {{{text}}};")
    for edge in graph.edges:
        ends = f"({ids[edge.source]}) to ({ids[edge.target]})"
        lines.append(rf"  \draw[{_ARROWS[edge.mark]}] {ends};")
    return "\n".join([*lines, r"\end{tikzpicture}"])


def _styles(node: Node) -> str:
    words = {"selection": "selected"}
    styles = [words.get(role, role) for role in sorted(node.roles)]
    return f"[{', '.join(styles)}]" if styles else ""

"""The vocabulary of the notation."""

from __future__ import annotations

import re

from causal_magics.graph.elements import Role
from causal_magics.graph.notation_scanner import WORD_CHARACTERS

MAX_DEPTH = 32
MAX_GROUP_EDGES = 100_000

WRAPPERS = frozenset({"dag", "pdag", "mag", "pag", "graph", "digraph"})
RESERVED = WRAPPERS | {"node", "edge"}

OPERATORS = ("->", "<-", "<->", "--", "@->", "<-@", "@-@", "@--", "--@")
MISTAKEN_OPERATORS = {
    "=>": "->", "-->": "->", "==>": "->", ">": "->", "~>": "->", "→": "->", "⇒": "->", "⟶": "->",
    "<=": "<-", "<--": "<-", "<==": "<-", "<": "<-", "~": "<-", "←": "<-", "⇐": "<-", "⟵": "<-",
    "<=>": "<->", "<-->": "<->", "<>": "<->", "~~": "<->", "<~>": "<->",
    "↔": "<->", "⇔": "<->", "⟷": "<->",
    "-": "--", "---": "--", "==": "--", "—": "--", "–": "--", "−": "--",
    "o->": "@->", "<-o": "<-@", "o-o": "@-@", "o--": "@--", "--o": "--@", "o-": "@--", "-o": "--@",
    "@>": "@->", "<@": "<-@", "@@": "@-@", "@-": "@--", "-@": "--@", "@": "@-@",
    "@-->": "@->", "<--@": "<-@", "@--@": "@-@",
}  # fmt: skip
# Tetrad and causal-learn print circles as the letter o, which would be read as a node's name.
TETRAD_LEADING_CIRCLE = re.compile(r"o(?:->|--?o|--)")
TETRAD_TRAILING_CIRCLE = re.compile(rf"o(?=[ \t]+[{WORD_CHARACTERS}\"{{])")

ROLE_WORDS: dict[str, Role] = {
    "exposure": "exposure", "e": "exposure", "source": "exposure",
    "outcome": "outcome", "o": "outcome", "target": "outcome",
    "adjusted": "adjusted", "a": "adjusted",
    "latent": "latent", "l": "latent", "unobserved": "latent", "u": "latent",
    "selected": "selection", "selection": "selection", "s": "selection",
    "functional": "functional",
}  # fmt: skip
ROLE_NAMES: dict[Role, str] = {
    "exposure": "exposure",
    "outcome": "outcome",
    "adjusted": "adjusted",
    "latent": "latent",
    "selection": "selected",
    "functional": "functional",
}

NODE_ATTRIBUTES = ("exposure", "outcome", "adjusted", "latent", "selected", "functional", "pos")
EDGE_ATTRIBUTES = ("required", "forbidden", "bits", "confidence")
# Read over: DAGitty's for simulation and labels, DOT's for drawing.
DRAWING_ATTRIBUTES = frozenset({
    "bb", "beta", "eps", "label", "weight", "pos", "distribution", "form", "tags",
    "arrowhead", "arrowsize", "arrowtail", "bgcolor", "center", "color", "compound",
    "concentrate", "constraint", "dir", "dpi", "fillcolor", "fixedsize", "fontcolor", "fontname",
    "fontsize", "headport", "height", "id", "layout", "lp", "margin", "minlen", "nodesep",
    "ordering", "overlap", "pad", "penwidth", "rank", "rankdir", "ranksep", "ratio", "shape",
    "sides", "size", "splines", "style", "tailport", "tooltip", "url", "width", "xlabel",
})  # fmt: skip

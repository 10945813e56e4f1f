"""Texts of other formats for fuzzing: written from random graphs, then mutated."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Protocol

from hardening.fuzz_texts import NAMES, ODD, Texts, read_corpus

from causal_magics.errors import CausalMagicsError
from causal_magics.graph.interchange import to_dot, to_gml, to_json
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.notation import parse_cell

HEADERS = (
    "graph -o g", "g << discover frame --episodes day", 'identify g --x "a b" -o h;', "ask --n=3",
    "edit {{f(1)}} --data {frame}", "discover d a,b --tiers=x,'y z' # c", "--help", "a --flag b",
)  # fmt: skip
PIECES: dict[str, tuple[str, ...]] = {
    "json": ('"nodes"', '"edges"', "null", "[]", "{}", "1e999", "NaN", "-0", '"->"', '"mark"',
        "true",
             '"name"', '"knowledge"', '"tiers"', "[[", "]]", '"\\ud800"', "1" * 400, '"roles"',
             '"latent"'),
    "gml": ("node [", "edge [", "]", "id 0", 'label "a"', "source 0", "target 1", "id 1e9",
        "graph [",
            "directed 1", 'mark "<->"', "multigraph 1", 'knowledge "tiers: a"', 'position "1,2"',
            "&#0;"),
    "dot": ("digraph {", "graph {", "}", "a -> b", "a -- b", "[dir=both]", "subgraph {", "->",
        ";", "[",
            '"a', "a:b:c", "/* c */", "<b>", "[arrowhead=odot]", "strict ",
            'knowledge="tiers: a"', "{a b}"),
    "header": ("<<", "--", "-o", "{{", "}}", "'", '"', ",", "=", ";", "#", "-x", "--flag", "\\",
        "\t"),
}  # fmt: skip


class Numbered(Protocol):
    """Texts by number."""

    def __getitem__(self, number: int) -> str: ...


def _graphs() -> list[CausalGraph]:
    found = []
    for text in read_corpus():
        try:
            found.append(parse_cell(text).graph)
        except CausalMagicsError:
            continue
    return found


class MutatedTexts:
    """Texts in a format, most of them with a few changes."""

    def __init__(self, seed: int, valid: list[str], pieces: tuple[str, ...]) -> None:
        self.seed, self.valid = seed, valid
        self.tokens = (*pieces, *pieces, *ODD, *NAMES, " ", "\n")

    def __getitem__(self, number: int) -> str:
        """Return a text by its number."""
        rng = Random(self.seed * 1_000_003 + number)
        if number % 997 == 0:
            return rng.choice(self.tokens) * rng.randint(100, 3_000)
        if rng.random() < 0.1:
            return "".join(rng.choice(self.tokens) for _ in range(rng.randrange(20)))
        text = rng.choice(self.valid)
        for _ in range(rng.choice((0, 1, 1, 2, 4))):
            text = self._changed(text, rng)
        return text

    def _changed(self, text: str, rng: Random) -> str:
        start = rng.randint(0, len(text))
        end = min(len(text), start + rng.choice((0, 1, 2, 5, 20)))
        other = rng.choice(self.valid)
        at = rng.randint(0, len(other))
        pieces = (
            "", text[start:end] * 3, rng.choice(self.tokens), other[at : at + 30],
            chr(rng.randrange(0x250)), str(rng.choice((-1, 0, 1, 2, 10**6, 1e308, 0.5))),
        )  # fmt: skip
        return text[:start] + rng.choice(pieces) + text[end:]


def texts_of(reader: str, seed: int) -> Numbered:
    """Return the texts that a reader is given."""
    if reader == "notation":
        return Texts(seed)
    writers: dict[str, Callable[[CausalGraph], str]] = {
        "json": to_json, "gml": to_gml, "dot": to_dot
    }  # fmt: skip
    if reader in writers:
        valid = [writers[reader](graph) for graph in _graphs()]
        return MutatedTexts(seed, valid, PIECES[reader])
    if reader == "header":
        lines = [
            text.split("\n", 1)[0].partition("causal ")[2]
            for text in read_corpus()
            if "%causal" in text
        ]
        return MutatedTexts(seed, [*HEADERS, *lines], PIECES[reader])
    valid = [write(graph) for graph in _graphs() for write in writers.values()]
    pieces = tuple(piece for each in ("json", "gml", "dot") for piece in PIECES[each])
    return MutatedTexts(seed, [*valid, *read_corpus()], pieces)

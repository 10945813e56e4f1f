"""Texts of the notation for fuzzing: from its grammar, from mutated valid texts, and from noise.

Text number n of a seed is always the same, whichever texts were made before it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[2]

OPERATORS = ("->", "<-", "<->", "--", "@->", "<-@", "@-@", "@--", "--@")
MISTAKEN = ("=>", "-->", "→", "↔", "o->", "<-o", "o-o", "-", "~", "=", "==", "@", "<", ">", "<=>")
NAMES = (
    "a", "b", "c", "d", "A", "B", "x1", "Age", "Tar", "年齢", "Größe", "dag", "PAG", "node", "edge",
    "graph", "tiers", "o", "e", "bb", "pos", "1", "1.5", "_", "...", "𝒳", "a.b", "key",
)  # fmt: skip
QUOTED = (
    '"blood pressure"', '"a -> b"', '""', '" "', '"\\""', '"\\\\"', '"{{x}}"', '"\\{\\{x}}"',
    '"a\\', '"', '"<script>"', '"\u202e"', '"\ufeff"', '"x\u200d"', '"tiers"', '"a:"', "'a'", "“a”",
)  # fmt: skip
ATTRIBUTES = (
    "exposure", "outcome", "adjusted", "latent", "selected", "functional", "e", "o", "a", "l", "u",
    "s", "source", "target", "required", "forbidden", 'pos="1,2"', 'pos="-1e3,.5"', 'pos="1"',
    "pos=1", "bits=3", "bits=-.5", 'bits="1e300"', "bits=1e400", "bits=nan", "confidence=.5",
    "confidence=1", "confidence=2", "confidence=", "color=red", 'label="x"', "weight=2", "exposre",
    "required=1", "bits", "beta", "=", '"e"', "latent,", ";", "[",
)  # fmt: skip
SETTINGS = (
    "key: value", 'key: "v # w"', "tiers: a | b", "tiers: a b | c, d |", "tiers:", "tiers: | a",
    "k-v: 1 # c", '"two words": x', ":", "a:", "payoff: 1 -> 2 = 3", "tiers: a |\n b",
)  # fmt: skip
SPACES = (
    " ",
    " ",
    " ",
    "\n",
    "\n",
    "; ",
    ",",
    "\t",
    "\r\n",
    "\r",
    "",
    "  # c\n",
    " // c\n",
    "\xa0",
)
ODD = (
    "\x00", "\ud800", "\udfff", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\x85", "\u2028",
    "\u2029", "\v", "\f", "\x1b[0m", "e\u0301", "𝒳", "\U0010ffff", "\x7f", "\xad", "\U000e0001",
    "#",
    "//", "/", "{", "}", "[", "]", '"', "\\", "|", ":", "=", "{{", "}}", "`", "%", "$", "<", "&",
    "*",
)  # fmt: skip
TOKENS = (*OPERATORS, *MISTAKEN, *NAMES, *QUOTED, *SETTINGS, *SPACES, *ODD, "dag {", "pag{",
    "{a b}",
          "[required]", "[forbidden]", "[exposure]", '[pos="1,2"]', "graph [",
          "digraph g {")  # fmt: skip
LARGE = (
    "{", "}", "[", "]", '"', '""', "\\", "->", "a->", "a,", "a ", "#", "//", "# \n", "k: v\n", ";",
    "{a", "{}", "a[", "dag ", "dag{", "-", "\x00", "\ud800", "|", "tiers: a\n", "x", "é", "𝒳", " ",
    "\r", "a:\n", '"\n', "o", "@", "=", '\\"', "a-", "{{", "/", "\u202e",
)  # fmt: skip


def read_corpus() -> list[str]:
    """Return the valid and invalid texts that the project has already."""
    golden = json.loads((ROOT / "tests" / "golden" / "notation.json").read_text("utf-8"))
    texts = [case["text"] for kind in ("valid", "errors") for case in golden[kind]]
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    for path in documents:
        blocks = re.findall(r"```\w*\n(.*?)```", path.read_text("utf-8"), re.DOTALL)
        texts += [block for block in blocks if "causal" in block]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        texts += [source for cell in cells if "%causal" in (source := "".join(cell["source"]))]
    bodies = [
        text.split("\n", 1)[1] for text in texts if text.startswith("%%causal") and "\n" in text
    ]
    return list(dict.fromkeys(text for text in (*texts, *bodies) if len(text) < 2_000))


class Texts:
    """An endless row of texts.

    Parameters
    ----------
    seed : int
    largest : int
        How long the few long ones become.
    """

    def __init__(self, seed: int = 0, largest: int = 20_000) -> None:
        self.seed, self.largest = seed, largest
        self.corpus = read_corpus()
        self._rng = Random()
        ways: list[tuple[int, Callable[[], str]]] = [
            (38, self._grammar), (40, self._mutated), (14, self._soup), (7, self._noise),
        ]  # fmt: skip
        self._ways = [way for weight, way in ways for _ in range(weight)]

    def __getitem__(self, number: int) -> str:
        """Return a text by its number."""
        self._rng.seed(self.seed * 1_000_003 + number)
        if number % 1_009 == 0:
            return self._large()
        return self._rng.choice(self._ways)()

    # ------------------------------------------------------------------ the grammar

    def _grammar(self) -> str:
        rng = self._rng
        lines = [self._statement(0) for _ in range(rng.choice((1, 2, 3, 5, 8)))]
        body = "".join(line + rng.choice(SPACES[:6]) for line in lines)
        way = rng.randrange(12)
        if way == 0:
            return f"{rng.choice(('dag', 'pdag', 'mag', 'PAG', 'graph', 'digraph g'))} {{ {body} }}"
        return f"dag {{{body}}}\n{self._statement(0)}" if way == 1 else body

    def _statement(self, depth: int) -> str:
        rng = self._rng
        way = rng.randrange(10)
        if way == 0:
            return rng.choice(SETTINGS)
        if way == 1:
            return self._name() + self._brackets(1)
        ends = [self._end(depth)]
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            operator = rng.choice(OPERATORS if rng.random() < 0.95 else MISTAKEN)
            ends += [self._gap(), operator, self._gap(), self._end(depth)]
        return "".join(ends) + self._brackets(0.3)

    def _end(self, depth: int) -> str:
        rng = self._rng
        if depth > 3 or rng.random() < 0.8:
            return self._name()
        inner = [self._statement(depth + 1) if rng.random() < 0.2 else self._name()
                 for _ in range(rng.randrange(4))]  # fmt: skip
        return "{" + rng.choice((" ", ", ", "; ")).join(inner) + "}"

    def _name(self) -> str:
        rng = self._rng
        way = rng.random()
        if way < 0.7:
            return rng.choice(NAMES[:10])
        return rng.choice(NAMES if way < 0.93 else QUOTED)

    def _brackets(self, chance: float) -> str:
        rng = self._rng
        if rng.random() > chance:
            return ""
        said = [rng.choice(ATTRIBUTES) for _ in range(rng.choice((0, 1, 1, 1, 2, 3)))]
        return f" [{rng.choice((', ', ' ', ';')).join(said)}]"

    def _gap(self) -> str:
        return " " if self._rng.random() < 0.9 else self._rng.choice(SPACES)

    # ------------------------------------------------------------------ mutations and noise

    def _mutated(self) -> str:
        rng = self._rng
        text = rng.choice(self.corpus)
        for _ in range(rng.choice((0, 1, 1, 2, 3, 6))):
            text = self._changed(text)
        return text

    def _changed(self, text: str) -> str:
        rng = self._rng
        start = rng.randint(0, len(text))
        end = min(len(text), start + rng.choice((0, 1, 1, 2, 4, 10, 40)))
        piece = text[start:end]
        match rng.randrange(7):
            case 0:
                piece = ""
            case 1:
                piece = piece * rng.choice((2, 3, 9))
            case 2:
                piece = rng.choice(TOKENS)
            case 3:
                piece += rng.choice(TOKENS)
            case 4:
                other = rng.choice(self.corpus)
                at = rng.randint(0, len(other))
                piece = other[at : at + rng.choice((1, 5, 30, 200))]
            case 5:
                piece = piece[::-1]
            case _:
                piece = chr(
                    rng.choice((rng.randrange(128), rng.randrange(0x3000), rng.randrange(0x110000)))
                )
        return text[:start] + piece + text[end:]

    def _soup(self) -> str:
        rng = self._rng
        return "".join(rng.choice(TOKENS) for _ in range(rng.choice((1, 2, 4, 8, 16, 40))))

    def _noise(self) -> str:
        rng = self._rng
        raw = rng.randbytes(rng.choice((1, 4, 16, 64)))
        encoding, errors = rng.choice((
            ("latin-1", "strict"), ("utf-8", "replace"), ("utf-8", "surrogateescape"),
            ("utf-16-le", "surrogatepass"), ("utf-16-le", "replace"),
        ))  # fmt: skip
        return (raw * 2).decode(encoding, errors)

    def _large(self) -> str:
        rng = self._rng
        length = rng.randint(self.largest // 2, self.largest)
        pieces = [rng.choice(LARGE) for _ in range(rng.choice((1, 1, 2, 3)))]
        body = "".join(pieces)
        text = body * (length // len(body))
        front, back = (
            rng.choice(("", "", rng.choice(TOKENS), rng.choice(LARGE))) for _ in range(2)
        )
        return front + text + back


def minimised(text: str, fails: Callable[[str], bool]) -> str:
    """Return a shortest piece of a text that still fails, as far as leaving parts out finds it."""
    size = max(1, len(text) // 2)
    while True:
        at, shorter = 0, False
        while at < len(text):
            rest = text[:at] + text[at + size :]
            if fails(rest):
                text, shorter = rest, True
            else:
                at += size
        if size == 1 and not shorter:
            return text
        size = max(1, size // 2)

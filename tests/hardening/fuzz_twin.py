"""Lets the notation's two parsers, of Python and of TypeScript, read the same texts.

Run ``python tests/hardening/fuzz_twin.py --inputs 100000``; both must say the same graph, or refuse
the text for the same kind of reason at the same place. Their words may differ.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from hardening.fuzz_texts import Texts, minimised
from widgets.screen_process import HARNESS, ScreenProcess

from causal_magics.errors import CycleError, EdgeError, GraphError, KnowledgeError, NotationError
from causal_magics.graph.notation import Cell, format_graph, parse_cell, parse_graph

BATCH = 200
SHOWN = 12
KINDS = {CycleError: "cycle", EdgeError: "edge", KnowledgeError: "knowledge"}
_PLACE = re.compile(r"Line (\d+), column (\d+): ")


def harness() -> list[str] | None:
    """Return the command that runs the TypeScript parser; None where node is not here."""
    node = shutil.which("node")
    return None if node is None else [node, str(HARNESS), "notation"]


def by_code_points(text: str) -> str:
    """Return a text as JavaScript has it, where two halves of a character are one."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def in_python(text: str) -> Any:
    """Return what Python's parser says, in the form of tests/ts/harness/notation.ts."""
    try:
        cell = parse_cell(text)
    except NotationError as error:
        return {"kind": "notation", "line": error.line, "column": error.column}
    except GraphError as error:
        place = _PLACE.match(error.__notes__[0])
        assert place is not None
        return {"kind": KINDS[type(error)], "line": int(place[1]), "column": int(place[2])}
    written = format_graph(cell.graph)
    return {**_told(cell), "written": written, "again": format_graph(parse_graph(written))}


def _told(cell: Cell) -> dict[str, Any]:
    graph = cell.graph
    knowledge = graph.knowledge
    return {
        "nodes": [
            {"name": node.name, "roles": sorted(node.roles), "position": node.position}
            for node in graph.node_table.values()
        ],
        "edges": [
            {"source": e.source, "target": e.target, "mark": e.mark, "confidence": e.confidence,
             "bits": e.bits}
            for e in graph.edges
        ],
        "required": sorted(knowledge.required),
        "forbidden": sorted(knowledge.forbidden),
        "tiers": knowledge.tiers,
        "settings": {
            f":{key}": {"values": setting.values, "line": setting.line}
            for key, setting in cell.settings.items()
        },
        "places": [(name, *place) for name, place in cell.places.items()],
    }  # fmt: skip


class Twin:
    """Both parsers; `differs` says where they disagree."""

    def __init__(self, process: ScreenProcess) -> None:
        self._process = process
        self.outcomes: Counter[str] = Counter()

    def differs(self, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield the texts that the two read differently, and how."""
        joined = [by_code_points(text) for text in texts]
        for text, answer in zip(joined, self.answers(joined), strict=True):
            told = json.loads(json.dumps(in_python(text)))
            self.outcomes["refused" if "kind" in told else "read"] += 1
            for key in ("required", "forbidden"):
                if key in answer:
                    answer[key] = sorted(answer[key])
            if told != answer:
                keys = [key for key in (*told, *answer) if told.get(key) != answer.get(key)]
                yield text, f"{keys[0]}: {told.get(keys[0])!r} but {answer.get(keys[0])!r}"[:600]

    def answers(self, texts: list[str]) -> list[Any]:
        """Return what TypeScript's parser says."""
        return [reply["answer"] for reply in self._process.ask(texts)]  # type: ignore[arg-type]

    def tell(self, text: str, why: str) -> None:
        """Print a difference, and the shortest text that has it in the same part of the answer."""
        part = why.split(":", maxsplit=1)[0] + ":"

        def fails(shorter: str) -> bool:
            return any(told.startswith(part) for _, told in self.differs([shorter]))

        print(f"{why}\n    {minimised(text, fails)[:300]!a}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=2)
    chosen = parser.parse_args()
    command = harness()
    if command is None:
        print("needs node")
        return 2
    texts = Texts(chosen.seed, largest=4_000)
    found: dict[str, tuple[str, str]] = {}
    failed = 0
    with ScreenProcess(command) as process:
        twin = Twin(process)
        numbers = iter(range(chosen.inputs))
        while some := list(islice(numbers, BATCH)):
            for text, why in twin.differs(texts[number] for number in some):
                failed += 1
                found.setdefault(why[:25], (text, why))
        outcomes = dict(twin.outcomes)
        print(f"{chosen.inputs:,} texts: {outcomes}, {failed} read differently")
        for text, why in list(found.values())[:SHOWN]:
            twin.tell(text, why)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

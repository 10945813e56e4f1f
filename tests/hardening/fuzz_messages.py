"""Sends very many messages to an editor, as screens send them and as nobody would.

Run ``python tests/hardening/fuzz_messages.py --inputs 100000``; it prints what became of them. Of
each it is checked that nothing is raised, that the graph stays valid, that the revision counts what
was accepted, and that each group is answered, a refusal in one line.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import reprlib
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from hardening.fuzz_texts import ODD as ODD_CHARACTERS
from widgets.conftest import _random_graph, _random_operation
from widgets.mutations import ODD, Mutator, places

from causal_magics.widgets.document import Document
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.graph_editor import GraphEditor
from causal_magics.widgets.messages import gid_of
from causal_magics.widgets.operations import MAX_GROUP_LENGTH
from causal_magics.widgets.questions import answer, read_question

LONGEST_REASON = 1_000
MOST_NODES = 60
NUMBERS = (
    0, -0.0, 1, -1, 0.5, 1e6, 1e6 + 1, 1e308, -1e308, 5e-324, float("nan"), float("inf"),
    float("-inf"), 2**53, 10**400, True, False, None, "1", [],
)  # fmt: skip
NAMES = (
    "<img src=x onerror=alert(1)>", "</script>", "\u202eabc", "\u2066x\u2069", "a\0b", "x" * 300,
    "x" * 301, "x" * 1_000_000, "", " ", "\n", "\ud800", "e\u0301", "__proto__", "a -> b", '"',
    "{{x}}",
    *(f"n{character}" for character in ODD_CHARACTERS),
)  # fmt: skip
_BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


class Messages:
    """Messages for the document of an editor, by chance."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self._count = 0
        self._gids: list[str] = ["g0"]
        self._mutator = Mutator(self.rng, longest=2_000)
        ways: list[tuple[int, Callable[[Document, int], Any]]] = [
            (42, self._group), (34, self._mutated), (8, self._hostile), (4, self._nonsense),
            (5, self._other_revision), (4, self._again), (3, self._question),
        ]  # fmt: skip
        self._ways = [way for weight, way in ways for _ in range(weight)]

    def __call__(self, document: Document, revision: int) -> Any:
        """Return one more message; a few are of a length that nobody sends."""
        self._count += 1
        if self._count % 2_003 == 0:
            return self._huge(document, revision)
        return self.rng.choice(self._ways)(document, revision)

    def _group(self, document: Document, revision: int) -> Any:
        rng, gid = self.rng, f"g{self._count}"
        self._gids = [*self._gids[-50:], gid]
        count = rng.choice((1, 1, 1, 2, 3, 6))
        operations = [_random_operation(rng, document, f"i{self._count}-{i}") for i in range(count)]
        if len(document.nodes) > MOST_NODES:
            some = rng.sample([*document.nodes], MOST_NODES // 2)
            operations = [{"op": "delete_node", "id": key} for key in some]
        for operation in operations:
            if "name" in operation and rng.random() < 0.6:
                operation["name"] = f"v{rng.randrange(200)}"
        return {
            "kind": "ops", "gid": gid, "base_rev": rng.randint(max(0, revision - 5), revision),
            "origin": rng.choice("abc"), "ops": operations,
        }  # fmt: skip

    def _mutated(self, document: Document, revision: int) -> Any:
        message = self._group(document, revision)
        for _ in range(self.rng.choice((1, 1, 2, 4))):
            message = self._mutator.mutated(message, places(message))
        return message

    def _hostile(self, document: Document, revision: int) -> Any:
        rng, message = self.rng, self._group(document, revision)
        operation = rng.choice(message["ops"])
        key = rng.choice([*operation])
        if key in ("name", "id", "source", "target"):
            operation[key] = rng.choice(NAMES)
        elif key in ("x", "y", "confidence", "bits"):
            operation[key] = rng.choice(NUMBERS)
        elif key == "positions":
            operation[key] = {rng.choice([*document.nodes, "?"]): [rng.choice(NUMBERS), 1]}
        else:
            message[rng.choice(("gid", "origin", "base_rev"))] = rng.choice((*NAMES, *NUMBERS))
        return message

    def _nonsense(self, _document: Document, _revision: int) -> Any:
        return self._value(0)

    def _value(self, depth: int) -> Any:
        rng = self.rng
        way = rng.randrange(6 if depth < 4 else 3)
        if way < 3:
            return rng.choice(ODD)
        if way < 5:
            keys = ("kind", "ops", "gid", "base_rev", "origin", "op", "id", "name", "x")
            return {rng.choice(keys): self._value(depth + 1) for _ in range(rng.randrange(6))}
        return [self._value(depth + 1) for _ in range(rng.randrange(5))]

    def _other_revision(self, document: Document, revision: int) -> Any:
        odd = (revision + 1, revision + 10**9, -1, 10**400, 1.0, 0.5, "0", None, True, -revision)
        return {**self._group(document, revision), "base_rev": self.rng.choice(odd)}

    def _again(self, document: Document, revision: int) -> Any:
        message = self._group(document, revision)
        return {**message, "gid": self.rng.choice(self._gids[:-1])}

    def _question(self, document: Document, _revision: int) -> Any:
        rng = self.rng
        message = {
            "kind": "ask", "id": f"q{self._count}", "question": rng.choice(("candidate_bits",
            "view")),
            "source": rng.choice([*document.nodes, "?", None]),
            "view": rng.choice(("equivalence class", "dependences", "moral graph", 1, [])),
        }  # fmt: skip
        return self._mutator.mutated(message, places(message)) if rng.random() < 0.5 else message

    def _huge(self, document: Document, revision: int) -> Any:
        message = self._group(document, revision)
        delete = {"op": "delete_node", "id": "?"}
        add = {"op": "add_node", "id": "h", "name": "h", "roles": [], "x": 0, "y": 0}
        many = [{**add, "id": f"h{i}", "name": f"h{i}"} for i in range(MAX_GROUP_LENGTH)]
        groups = (
            [delete] * (MAX_GROUP_LENGTH + 1),
            [delete] * MAX_GROUP_LENGTH,
            [*many[1:], delete],
            [{**add, "name": "x" * 1_000_000}],
            [{**add, "roles": ["latent"] * 10**6}],
        )
        return {**message, "ops": self.rng.choice(groups)}


class Bench:
    """An editor, and all that it says."""

    def __init__(self, seed: int) -> None:
        self.said: list[Any] = []
        self.outcomes: Counter[str] = Counter()
        self.editor = GraphEditor(_random_graph(Random(seed)))
        self.session = self.editor.session
        self.session._send = self.said.append

    def receive(self, message: Any) -> None:
        """Send a message and check what becomes of it."""
        before = self.session.state
        question = read_question(message)
        if question is None:
            self.editor._receive(self.editor, message, None)
        else:
            self.said.append(answer(question, before, Evidence()))
        after, said = self.session.state, self.said[:]
        self.said.clear()
        accepted = [told for told in said if told["kind"] == "commit"]
        if after is before:
            self._check_nothing_new(message, said)
        else:
            assert len(said) == len(accepted) == 1
            assert after.revision == before.revision + 1 == accepted[0]["rev"]
            assert accepted[0]["gid"] == message["gid"]
            self.outcomes["accepted"] += 1
            self._check_document()
        for told in said:
            self._check_words(told)

    def _check_nothing_new(self, message: Any, said: list[Any]) -> None:
        kinds = sorted(told["kind"] for told in said)
        name = "+".join(kinds) or "ignored"
        gid = gid_of(message)
        is_group = isinstance(message, dict) and message.get("kind") == "ops"
        if is_group and gid is not None:
            told = [each.get("gid") for each in said] + [
                g for each in said for g in each.get("gids", ())
            ]
            assert gid in told, f"no answer to {gid}: {kinds}"
        else:
            assert kinds in ([], ["snapshot"], ["answer"], ["reject"]), kinds
        self.outcomes[{"commit": "told again", "reject": "refused"}.get(name, name)] += 1

    def _check_document(self) -> None:
        state = self.session.state
        assert Document.from_json(state.document.to_json(state.revision)) == state.document
        assert {node.name for node in state.document.nodes.values()} == set(state.graph.nodes)
        state.graph.topological_order()

    def _check_words(self, told: Any) -> None:
        words = told.get("reason") or told.get("error") or ""
        assert len(words) <= LONGEST_REASON, words[:200]
        assert not _BREAKS.search(words), words
        assert "Traceback" not in words
        assert words or told["kind"] != "reject"
        json.dumps(told, allow_nan=False, ensure_ascii=False).encode()

    def close(self) -> None:
        self.editor.close()


def fuzzed(seed: int, inputs: int) -> tuple[Counter[str], list[str]]:
    """Return what became of messages, and what was wrong."""
    bench, messages = Bench(seed), Messages(seed)
    failures: list[str] = []
    for number in range(inputs):
        state = bench.session.state
        message = messages(state.document, state.revision)
        try:
            bench.receive(message)
        except Exception as error:  # noqa: BLE001  (what is sought)
            bench.said.clear()
            shown = reprlib.repr(message)
            failures.append(f"message {number}: {type(error).__name__}: {error}\n    {shown}"[:700])
    assert bench.session.state.revision == bench.outcomes["accepted"]
    bench.close()
    return bench.outcomes, failures


def kept_bytes(seed: int, inputs: int) -> list[int]:
    """Return the bytes that an editor holds after each quarter of the messages."""
    bench, messages, held = Bench(seed), Messages(seed), []
    tracemalloc.start()
    for number in range(inputs):
        state = bench.session.state
        bench.receive(messages(state.document, state.revision))
        if number % (inputs // 4) == inputs // 4 - 1:
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    bench.close()
    return held


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    outcomes, failures = fuzzed(chosen.seed, chosen.inputs)
    print(f"{chosen.inputs:,} messages, {len(failures)} failures")
    for name, count in outcomes.most_common():
        print(f"{count:>9,} {name}")
    print("\n".join(failures[:10]))
    held = kept_bytes(chosen.seed, chosen.inputs // 5)
    print("held, MB, after each quarter:", " ".join(f"{each / 1e6:.2f}" for each in held))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

"""Well-formed messages with odd things put in their places."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import Any


class Unhashable:
    """Equal to nothing, not hashable, and no type that JSON has."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return False


def deep(depth: int) -> Any:
    """Return lists, or objects, one in the other."""
    nested: Any = []
    for _ in range(depth):
        nested = [nested] if depth % 2 else {"op": nested}
    return nested


JSON_ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 0.5, 2**63, 10**400, -(10**400), 1e308, -1e308, 5e-324, "",
    "x" * 101, "x" * 10_000, "\0", "\ud800", "\u202e", "a\nb", "__proto__", "constructor",
    "__class__", "toString", "<script>", "python", "python-1", [], {}, [[]],
    {"__proto__": {"polluted": 1}}, deep(50), deep(501), ["n1"] * 500, "ops", "hello", "ask",
    "n1", "e1", "add_node", "commit", "reject", "snapshot", "stale", "->",
)  # fmt: skip
ODD: tuple[Any, ...] = (
    *JSON_ODD, float("nan"), float("inf"), float("-inf"), "x" * 100_000, {1: 2}, {None: None},
    {(1, 2): 3}, b"bytes", memoryview(b"x"), {"a", "b"}, (1, 2), 1 + 2j, object(), Unhashable(),
    [Unhashable()], deep(20_000), ["n1"] * 5_000,
)  # fmt: skip
JSON_KEYS: tuple[Any, ...] = (
    "__proto__", "constructor", "prototype", "__class__", "op", "id", "kind", "ops", "gid", "rev",
    "base_rev", "origin", "name", "source", "document", "", "x" * 1_000, "\ud800",
)  # fmt: skip
KEYS: tuple[Any, ...] = (*JSON_KEYS, 7, None, (1, 2))

Path = tuple[Any, ...]


def places(value: Any, path: Path = ()) -> list[Path]:
    """Return the paths of what is in a message, the message itself first, but for its depths."""
    found = [path]
    if len(path) < 6 and isinstance(value, dict | list):
        keys: Iterable[Any] = value if isinstance(value, dict) else range(min(len(value), 9))
        for key in keys:
            found += places(value[key], (*path, key))
    return found


class Mutator:
    """Puts odd values and odd keys into messages, by chance.

    Parameters
    ----------
    rng : Random
    odd, keys : sequence
        What is put there.
    longest : int
        How often something in a list may be doubled.
    """

    def __init__(
        self,
        rng: Random,
        odd: Sequence[Any] = ODD,
        keys: Sequence[Any] = KEYS,
        longest: int = 30_000,
    ) -> None:
        self.rng, self.odd, self.keys, self.longest = rng, odd, keys, longest

    def mutated(self, message: Any, paths: list[Path]) -> Any:
        """Return a message with one thing in it replaced, dropped, doubled or added."""
        rng = self.rng
        path, odd = rng.choice(paths), rng.choice(self.odd)
        if not path:
            return odd
        message = parent = copy.copy(message)
        for key in path[:-1]:
            parent[key] = copy.copy(parent[key])
            parent = parent[key]
        way = rng.randrange(4)
        if way == 0:
            parent[path[-1]] = odd
        elif way == 1:
            del parent[path[-1]]
        elif way == 2 and isinstance(parent, list):
            parent.extend([parent[path[-1]]] * rng.choice([1, 1, self.longest]))
        elif isinstance(parent, dict):
            parent[rng.choice(self.keys)] = odd
        else:
            parent.insert(0, odd)
        return message

    def messages(
        self, templates: Sequence[Any], is_well_formed: Callable[[Any], bool]
    ) -> Iterator[Any]:
        """Yield mutated messages without end, but for those that are still well-formed."""
        pool = [(message, places(message)) for message in templates]
        while True:
            message, paths = self.rng.choice(pool)
            for _ in range(self.rng.choice([1, 1, 2, 4])):
                message = self.mutated(message, paths)
                paths = places(message)
            if not is_well_formed(message):
                yield message

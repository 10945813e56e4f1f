"""What is alive of one kind, and who is told when that changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

Kind = TypeVar("Kind")


class LiveObjects(Generic[Kind]):
    """Objects in the order in which they came, none of which is kept alive by this."""

    def __init__(self) -> None:
        self._objects: WeakValueDictionary[int, Kind] = WeakValueDictionary()
        self._numbers = count()
        self._listeners: set[Callable[[], object]] = set()

    def __iter__(self) -> Iterator[Kind]:
        return (each for _, each in sorted(self._objects.items()))

    def add(self, thing: Kind) -> None:
        """Take in what came to life."""
        self._objects[next(self._numbers)] = thing
        self.tell()

    def on_change(self, callback: Callable[[], object], *, remove: bool = False) -> None:
        """Call back after each change from now on, or no longer."""
        if remove:
            self._listeners.discard(callback)
        else:
            self._listeners.add(callback)

    def tell(self) -> None:
        """Say that something came, went, or is another now."""
        for listener in tuple(self._listeners):
            listener()

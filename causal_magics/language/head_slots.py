"""Which heads a layer keeps and where they stand in it: the smallest layers that can hold them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

__all__ = ["Shape", "Slots", "padded_slots", "smallest_slots", "zeroed_slots"]

Shape = tuple[int, int]
"""How many heads of keys and values, and how many query heads share each."""


@dataclass(frozen=True)
class Slots:
    """Which heads of a layer stand where in a new one.

    Parameters
    ----------
    queries : tuple of (int or None)
        For each new query head the one whose parameters it gets, None for zeros.
    groups : tuple of (int or None)
        The same for the heads of keys and values; each serves as many query heads.
    """

    queries: tuple[int | None, ...]
    groups: tuple[int | None, ...]

    @classmethod
    def zeros(cls, shape: Shape) -> Slots:
        """Return the slots of a layer in which nothing stands yet."""
        return cls((), ()).filled(shape)

    @property
    def shape(self) -> Shape:
        """Heads of keys and values, and query heads for each; zeros where there are none."""
        return len(self.groups), len(self.queries) // max(1, len(self.groups))

    @property
    def cost(self) -> int:
        """How many blocks of parameters that makes: of queries, outputs, keys and values."""
        return 2 * (len(self.queries) + len(self.groups))

    def filled(self, shape: Shape) -> Slots:
        """Return these slots and empty ones behind them, up to a shape."""
        n_groups, size = shape
        return Slots(
            self.queries + (None,) * (n_groups * size - len(self.queries)),
            self.groups + (None,) * (n_groups - len(self.groups)),
        )


def zeroed_slots(kept: Sequence[int], shape: Shape) -> Slots:
    """Return the slots of a layer of the same shape, in which only the kept heads stand.

    Parameters
    ----------
    kept : sequence of int
        Query heads, in order.
    shape : (heads of keys and values, query heads for each)
        Of the layer as it is.
    """
    n_groups, size = shape
    needed = {head // size for head in kept}
    return Slots(
        tuple(head if head in kept else None for head in range(n_groups * size)),
        tuple(group if group in needed else None for group in range(n_groups)),
    )


def smallest_slots(kept: Sequence[int], shape: Shape) -> Slots:
    """Return the slots of the layer with the fewest parameters that holds the kept heads.

    It is never larger than the layer was. See `zeroed_slots` for the parameters.
    """
    found = (_grouped(kept, shape[1], size) for size in range(shape[1], 0, -1))
    return min(found, key=lambda slots: slots.cost)


def padded_slots(
    kept: Sequence[Sequence[int]], shape: Shape, allowed: Callable[[Shape], bool]
) -> list[Slots] | None:
    """Return the slots of layers of one shape with the fewest parameters.

    Parameters
    ----------
    kept : sequence of sequences of int
        For each layer its query heads, in order.
    shape : (heads of keys and values, query heads for each)
        Of each layer as it is.
    allowed : callable
        Whether a network can have such layers.

    Returns
    -------
    list of Slots, or None where nothing is smaller than what is there
    """
    best, least = None, Slots.zeros(shape).cost
    for size in range(shape[1], 0, -1):
        found = [_grouped(each, shape[1], size) for each in kept]
        n_groups = max(1, *(len(slots.groups) for slots in found))
        while (cost := Slots.zeros((n_groups, size)).cost) < least:
            if allowed((n_groups, size)):
                best, least = [slots.filled((n_groups, size)) for slots in found], cost
            n_groups += 1
    return best


def _grouped(kept: Sequence[int], old_size: int, size: int) -> Slots:
    """Return slots where keys and values serve `size` query heads each, empty ones among them."""
    queries: list[int | None] = []
    groups: list[int | None] = []
    for group, members in groupby(kept, lambda head: head // old_size):
        heads = tuple(members)
        n_parts = -(-len(heads) // size)
        queries += [*heads, *[None] * (n_parts * size - len(heads))]
        groups += [group] * n_parts
    return Slots(tuple(queries), tuple(groups))

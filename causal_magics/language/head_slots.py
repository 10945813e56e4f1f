"""Which heads a layer keeps, and where they stand in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

__all__ = ["Sizes", "Slots", "kept_slots", "padded_slots", "zeroed_slots"]

Sizes = tuple[int, ...]
"""For each head of keys and values, how many query heads read it."""


@dataclass(frozen=True)
class Slots:
    """Which heads of a layer stand where in a new one.

    Parameters
    ----------
    queries : tuple of (int or None)
        For each new query head the one whose parameters it gets, None for zeros.
    groups : tuple of (int or None)
        The same for the heads of keys and values.
    sizes : tuple of int
        How many of the query heads read each of these.
    """

    queries: tuple[int | None, ...]
    groups: tuple[int | None, ...]
    sizes: Sizes

    @classmethod
    def zeros(cls, sizes: Sizes) -> Slots:
        """Return the slots of a layer in which nothing stands yet."""
        return cls((None,) * sum(sizes), (None,) * len(sizes), sizes)

    @property
    def cost(self) -> int:
        """How many blocks of parameters that makes: of queries, outputs, keys and values."""
        return 2 * (len(self.queries) + len(self.groups))


def kept_slots(kept: Sequence[int], sizes: Sizes) -> Slots:
    """Return the slots of a layer that holds the kept heads and what they read, nothing else.

    Parameters
    ----------
    kept : sequence of int
        Query heads, in order.
    sizes : tuple of int
        Of the layer as it is; they are all the same.
    """
    groups = [(group, len(tuple(heads))) for group, heads in _by_group(kept, sizes)]
    return Slots(tuple(kept), tuple(group for group, _ in groups), tuple(n for _, n in groups))


def zeroed_slots(kept: Sequence[int], sizes: Sizes) -> Slots:
    """Return the slots of a layer as it is, in which only the kept heads stand.

    See `kept_slots` for the parameters.
    """
    needed = {group for group, _ in _by_group(kept, sizes)}
    return Slots(
        tuple(head if head in kept else None for head in range(sum(sizes))),
        tuple(group if group in needed else None for group in range(len(sizes))),
        sizes,
    )


def padded_slots(
    kept: Sequence[Sequence[int]], sizes: Sizes, allowed: Callable[[int, int], bool]
) -> list[Slots] | None:
    """Return the slots of layers that are all of the same shape, with the fewest parameters.

    Where a layer has fewer heads than the shape, empty ones stand among them; where groups are
    smaller than they were, keys and values stand there several times.

    Parameters
    ----------
    kept : sequence of sequences of int
        For each layer its query heads, in order.
    sizes : tuple of int
        Of each layer as it is; they are all the same.
    allowed : callable
        Whether a network can have so many heads of keys and values, each with so many query heads.

    Returns
    -------
    list of Slots, or None where nothing is smaller than what is there
    """
    best, least = None, Slots.zeros(sizes).cost
    for size in range(sizes[0], 0, -1):
        found = [_parts(each, sizes, size) for each in kept]
        n_groups = max(1, *(len(parts) for parts in found))
        while (cost := Slots.zeros((size,) * n_groups).cost) < least:
            if allowed(n_groups, size):
                best, least = [_in_shape(parts, n_groups, size) for parts in found], cost
            n_groups += 1
    return best


def _by_group(kept: Sequence[int], sizes: Sizes) -> list[tuple[int, tuple[int, ...]]]:
    """Return for each head of keys and values that is needed the heads that read it."""
    groups = groupby(kept, lambda head: head // sizes[0])
    return [(group, tuple(heads)) for group, heads in groups]


def _parts(kept: Sequence[int], sizes: Sizes, size: int) -> list[tuple[int, tuple[int, ...]]]:
    """Return the same in parts of at most `size` heads."""
    return [
        (group, heads[start : start + size])
        for group, heads in _by_group(kept, sizes)
        for start in range(0, len(heads), size)
    ]


def _in_shape(parts: Sequence[tuple[int, tuple[int, ...]]], n_groups: int, size: int) -> Slots:
    missing = n_groups - len(parts)
    queries = [(*heads, *[None] * (size - len(heads))) for _, heads in parts]
    return Slots(
        tuple(head for part in queries for head in part) + (None,) * (missing * size),
        tuple(group for group, _ in parts) + (None,) * missing,
        (size,) * n_groups,
    )

"""Components side by side on shelves, tallest first."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["pack_shelves"]

_SHELF_GAP = 48
_PROPORTION = 1.6


def pack_shelves(sizes: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Left top corner of each rectangle (width, height), in the order given."""
    area: float = 0
    for width, height in sizes:
        area += (width + _SHELF_GAP) * (height + _SHELF_GAP)
    widest = max((width for width, _ in sizes), default=0)
    room = max(widest, math.sqrt(area * _PROPORTION))
    corners = [(0.0, 0.0)] * len(sizes)
    left = top = shelf = 0.0
    for index in sorted(range(len(sizes)), key=lambda index: -sizes[index][1]):
        width, height = sizes[index]
        if left > 0 and left + width > room:
            top += shelf + _SHELF_GAP
            left = shelf = 0.0
        corners[index] = (left, top)
        left += width + _SHELF_GAP
        shelf = max(shelf, height)
    return corners

"""How values of a column are written as labels, and which of different types share one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time, timedelta
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["is_gap", "mixed_types", "plain", "times_as_texts", "without_midnights"]


def is_gap(value: Any) -> bool:
    """Whether a cell is None, NaN or the missing value of pandas."""
    if value is None or isinstance(value, str):
        return value is None
    return type(value).__name__ in {"NAType", "NaTType"} or bool(value != value)  # noqa: PLR0124


def plain(value: Any) -> Any:
    """Return a number or truth value as Python's own, anything else as text."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, timedelta):
        return timedelta.__str__(value).removesuffix(", 0:00:00")
    return str(value)


def without_midnights(values: Sequence[Any]) -> Sequence[Any]:
    """Return moments as days where all are midnights, anything else as it is."""
    known = [value for value in values if not is_gap(value)]
    days = all(isinstance(v, datetime) and v.time() == time() and v.tzinfo is None for v in known)
    return [None if is_gap(value) else value.date() for value in values] if days else values


def times_as_texts(values: NDArray[Any]) -> list[str]:
    """Return moments or spans of time of NumPy as people write them."""
    exact = values.astype(f"{values.dtype.kind}8[us]")
    if not (np.isnat(values) | (exact == values)).all():
        return [str(value) for value in values]
    return [str(plain(value)) for value in without_midnights(exact.tolist())]


def mixed_types(cells: Iterable[Any], code_of: Callable[[Any], int]) -> str:
    """Return two values of different types that share a label, such as ``1 and '1'``; or nothing.

    Parameters
    ----------
    cells : iterable
    code_of : callable
        The code of a cell's label, negative for a gap.
    """
    kinds = {type(cell) for cell in cells}
    if len({_family(kind) for kind in kinds}) < 2:
        return ""
    first: dict[int, Any] = {}
    for kind, value in dict.fromkeys((type(cell), cell) for cell in cells):
        code = code_of(value)
        if code < 0:
            continue
        other = first.setdefault(code, value)
        if _family(type(other)) != _family(kind):
            return " and ".join(
                repr(v.item() if isinstance(v, np.generic) else v) for v in (other, value)
            )
    return ""


def _family(kind: type) -> str:
    if issubclass(kind, bool | np.bool_):
        return "truth"
    return "number" if issubclass(kind, Real) else "text"

"""Numbers of attention heads, as the head map shows them: a panel for each quantity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import LanguageModelError, shorten

__all__ = [
    "MOST_CELLS",
    "HasHeadPanels",
    "Head",
    "HeadMark",
    "HeadPanel",
    "checked_heads",
    "checked_marks",
    "head_names",
    "head_panels",
    "marks_of",
    "written",
]  # fmt: skip

Head = tuple[int, int]
"""Layer and head, both from 0."""
HeadMark = Literal["cut", "kept"]
MOST_CELLS: Final = 16_384
"""How many cells all panels of a map have together at most."""

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class HeadPanel:
    """One quantity for each attention head of a model.

    Parameters
    ----------
    name : str
        What it is, in a word or two.
    values : array_like of float, shape (layers, heads)
        `values[layer, head]`. What is not finite is shown as having no value.
    lower, upper : array_like of float, shape (layers, heads), optional
        Ends of the interval of each value; both or neither.
    unit : str
        Written behind numbers, such as ``"nats"``.
    exact : array_like of bool, shape (layers, heads), optional
        Whether each value was computed exactly rather than estimated.
    limit : float, optional
        The size of a value whose colour is full; that of the largest where left out.

    Raises
    ------
    LanguageModelError
        Where an array is of another shape or holds no numbers.
    """

    name: str
    values: _Floats
    lower: _Floats | None = None
    upper: _Floats | None = None
    unit: str = ""
    exact: NDArray[np.bool_] | None = None
    limit: float | None = None

    def __post_init__(self) -> None:
        values = _numbers(self.values, self.name, "values")
        if values.ndim != 2 or 0 in values.shape:
            raise LanguageModelError(
                f"Expected values of shape (layers, heads) for {shorten(self.name)}, "
                f"got an array of shape {_shape(values)}."
            )
        object.__setattr__(self, "values", values)
        for end in ("lower", "upper"):
            if getattr(self, end) is not None:
                array = self._like_values(_numbers(getattr(self, end), self.name, end), end)
                object.__setattr__(self, end, array)
        if (self.lower is None) != (self.upper is None):
            raise LanguageModelError(
                f"Expected both ends of the intervals of {shorten(self.name)}, got one of them. "
                "Give lower and upper."
            )
        if self.exact is not None:
            exact = self._like_values(np.array(self.exact, dtype=bool), "exact")
            exact.setflags(write=False)
            object.__setattr__(self, "exact", exact)
        if self.limit is not None and not 0 < self.limit < np.inf:
            raise LanguageModelError(
                f"Expected a limit above 0 for {shorten(self.name)}, got {self.limit}."
            )

    def _like_values(self, array: NDArray[Any], what: str) -> NDArray[Any]:
        if array.shape != self.values.shape:
            raise LanguageModelError(
                f"Expected {what} of {shorten(self.name)} of the shape of its values, "
                f"{_shape(self.values)}, got {_shape(array)}."
            )
        return array

    @property
    def n_layers(self) -> int:
        """How many layers there are."""
        return int(self.values.shape[0])

    @property
    def n_heads(self) -> int:
        """How many heads each layer has."""
        return int(self.values.shape[1])

    @property
    def full(self) -> float:
        """The size of a value whose colour is full."""
        if self.limit is not None:
            return self.limit
        finite = np.abs(self.values[np.isfinite(self.values)])
        return float(finite.max()) if finite.size and finite.max() > 0 else 1.0

    def largest(self, count: int) -> list[Head]:
        """Return the heads with the largest values by size, the largest first.

        Heads without a value are left out; of equal ones, the first comes first.
        """
        sizes = np.where(np.isfinite(self.values), np.abs(self.values), -1.0).ravel()
        order = np.argsort(-sizes, kind="stable")[: max(0, count)]
        return [divmod(int(place), self.n_heads) for place in order if sizes[place] >= 0]

    def __repr__(self) -> str:
        unit = f" in {self.unit}" if self.unit else ""
        return f"<HeadPanel {self.name}{unit}: {self.n_layers} layers × {self.n_heads} heads>"


@runtime_checkable
class HasHeadPanels(Protocol):
    """A result that has numbers for each attention head."""

    def head_panels(self) -> Sequence[HeadPanel]:
        """Return a panel for each quantity."""
        ...


def head_panels(values: object) -> tuple[HeadPanel, ...]:
    """Return the panels of what can be drawn as a head map.

    Parameters
    ----------
    values : Mediation, HeadPanel, sequence of HeadPanel, or mapping of str to array_like
        A result with `head_panels`; panels; or arrays of shape (layers, heads) by name.

    Raises
    ------
    LanguageModelError
        Where there is no panel, panels differ in shape, or have too many cells together.
    """
    panels = tuple(_listed(values))
    if not panels:
        raise LanguageModelError("Expected at least one quantity of heads, got none.")
    first = panels[0]
    for panel in panels[1:]:
        if panel.values.shape != first.values.shape:
            raise LanguageModelError(
                f"Expected panels of one shape, got {_shape(first.values)} for "
                f"{shorten(first.name)} and {_shape(panel.values)} for {shorten(panel.name)}."
            )
    cells = len(panels) * first.values.size
    if cells > MOST_CELLS:
        raise LanguageModelError(
            f"Expected at most {MOST_CELLS:,} cells over all panels, got {cells:,}. "
            "Show fewer quantities, or some of the layers."
        )
    return panels


def _listed(values: object) -> Sequence[HeadPanel]:
    if isinstance(values, HeadPanel):
        return [values]
    if isinstance(values, HasHeadPanels):
        return values.head_panels()
    if isinstance(values, Mapping):
        return [
            value if isinstance(value, HeadPanel) else HeadPanel(str(name), value)
            for name, value in values.items()
        ]
    if isinstance(values, list | tuple) and all(isinstance(each, HeadPanel) for each in values):
        return values
    raise LanguageModelError(
        "Expected a result with numbers of heads, or a mapping of names to arrays of shape "
        f"(layers, heads), got a value of type {type(values).__name__}."
    )


def head_names(heads: Iterable[Head]) -> str:
    """Return heads as text: ``L3H1 L5H0``."""
    return " ".join(f"L{layer}H{head}" for layer, head in heads)


def marks_of(heads: Iterable[Head], kept: Iterable[Head]) -> dict[Head, HeadMark]:
    """Return the marks of heads that are cut and of those that are kept, in their order."""
    marks: dict[Head, HeadMark] = dict.fromkeys(kept, "kept")
    return dict(sorted((marks | dict.fromkeys(heads, "cut")).items()))


def checked_heads(heads: object, panels: Sequence[HeadPanel]) -> tuple[Head, ...]:
    """Return heads that the panels have, in order and each once.

    Parameters
    ----------
    heads : iterable of (layer, head)
    panels : sequence of HeadPanel

    Raises
    ------
    LanguageModelError
        Where one is not a pair of whole numbers, or is not in the model.
    """
    if isinstance(heads, str) or not isinstance(heads, Iterable):
        raise LanguageModelError(
            f"Expected pairs (layer, head), got a value of type {type(heads).__name__}."
        )
    return tuple(sorted({_head(item, panels[0]) for item in heads}))


def checked_marks(marks: object, panels: Sequence[HeadPanel]) -> dict[Head, HeadMark]:
    """Return the marks of heads that the panels have, in the order of the heads.

    Raises
    ------
    LanguageModelError
        Where a head is not in the model, or a mark is neither ``"cut"`` nor ``"kept"``.
    """
    if not isinstance(marks, Mapping):
        raise LanguageModelError(
            f"Expected marks by head, as in {{(0, 3): 'cut'}}, got {type(marks).__name__}."
        )
    found: dict[Head, HeadMark] = {}
    for head, mark in marks.items():
        if mark not in ("cut", "kept"):
            raise LanguageModelError(f"Expected 'cut' or 'kept' as a mark, got {mark!r}.")
        found[_head(head, panels[0])] = mark
    return dict(sorted(found.items()))


def _head(item: object, panel: HeadPanel) -> Head:
    pair = tuple(item) if isinstance(item, tuple | list | np.ndarray) else ()
    if len(pair) != 2 or not all(_is_whole(number) for number in pair):
        raise LanguageModelError(f"Expected a pair (layer, head), got {shorten(repr(item))}.")
    layer, head = int(pair[0]), int(pair[1])
    if not (0 <= layer < panel.n_layers and 0 <= head < panel.n_heads):
        raise LanguageModelError(
            f"Expected a head of {panel.n_layers} layers × {panel.n_heads} heads, both from 0; "
            f"got ({layer}, {head})."
        )
    return layer, head


def _is_whole(number: object) -> bool:
    return isinstance(number, int | np.integer) and not isinstance(number, bool)


def _numbers(raw: object, name: str, what: str) -> _Floats:
    try:
        array = np.array(raw, dtype=np.float64)
    except (TypeError, ValueError):
        raise LanguageModelError(
            f"Expected numbers as {what} of {shorten(name)}, got a value of type "
            f"{type(raw).__name__} that does not hold an array of them."
        ) from None
    array.setflags(write=False)
    return array


def _shape(array: NDArray[Any]) -> str:
    return "(" + ", ".join(str(size) for size in array.shape) + ")"


def written(value: float) -> str:
    """Write a number with three digits that count, and a true minus."""
    return f"{float(f'{value:.3g}'):g}".replace("-", "−")

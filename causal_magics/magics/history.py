"""What cells have bound: the Python behind each name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a name of the notebook comes from.

    Parameters
    ----------
    python : str
        The Python that does what the cell did.
    value : object
        What the cell bound.
    """

    python: str
    value: object


@dataclass(slots=True)
class History:
    """The names that cells have bound, and the values that they hold now.

    Parameters
    ----------
    namespace : mapping of str to object
        The notebook's names.
    """

    namespace: Mapping[str, object]
    _origins: dict[str, Origin] = field(default_factory=dict)

    def record(self, name: str, origin: Origin) -> None:
        """Remember what bound a name."""
        self._origins[name] = origin

    def origin(self, name: str) -> Origin | None:
        """Return what last bound the name, or None where no cell did."""
        return self._origins.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._origins)

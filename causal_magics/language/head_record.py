"""What a configuration tells of the heads that were taken from its network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from causal_magics.errors import LanguageModelError, shorten
from causal_magics.language.head_panels import Head
from causal_magics.language.head_slots import Shape

__all__ = ["HeadRecord", "Removal"]

Removal = Literal["zeroed", "padded", "removed"]
"""Parameters set to zero; as many heads in every layer as the fullest has; or none of them kept."""

NAME = "causal_magics_heads"


@dataclass(frozen=True)
class HeadRecord:
    """Which heads a network has lost, and how; it is saved in ``config.json``.

    Parameters
    ----------
    how : {"zeroed", "padded", "removed"}
    heads : tuple of (layer, head)
        As they were counted in the network from which they were taken.
    shapes : tuple of (heads of keys and values, query heads for each), optional
        Of each layer, where they are not those of the configuration.
    """

    how: Removal
    heads: tuple[Head, ...]
    shapes: tuple[Shape, ...] | None = None

    @classmethod
    def of(cls, config: Any) -> HeadRecord | None:
        """Read the record of a configuration, None where no heads were taken.

        Raises
        ------
        LanguageModelError
            Where it cannot be read.
        """
        told = getattr(config, NAME, None)
        if told is None:
            return None
        try:
            record = cls(
                told["how"],
                tuple((int(layer), int(head)) for layer, head in told["heads"]),
                tuple((int(groups), int(size)) for groups, size in told["shapes"])
                if "shapes" in told
                else None,
            )
        except (TypeError, ValueError, KeyError):
            record = None
        if record is None or not _fits(record, config.num_hidden_layers):
            raise LanguageModelError(
                f"Expected {NAME} in config.json to tell how heads were taken, which, and the "
                f"shapes of the layers that are left, got {shorten(str(told))}."
            )
        return record

    def write(self, config: Any) -> None:
        """Put the record into a configuration."""
        told: dict[str, Any] = {"how": self.how, "heads": [list(head) for head in self.heads]}
        if self.shapes is not None:
            told["shapes"] = [list(shape) for shape in self.shapes]
        setattr(config, NAME, told)


def _fits(record: HeadRecord, n_layers: int) -> bool:
    """Return whether a record can be one of a network of so many layers."""
    if record.shapes is None:
        return record.how in ("zeroed", "padded")
    return (
        record.how == "removed"
        and len(record.shapes) == n_layers
        and all(min(shape) > 0 or shape == (0, 0) for shape in record.shapes)
    )

"""What a configuration tells of the heads that were taken from its network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from causal_magics.errors import LanguageModelError, shorten
from causal_magics.language.head_panels import Head
from causal_magics.language.head_slots import Sizes

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
    sizes : tuple of tuple of int, optional
        For each layer and each of its heads of keys and values, how many query heads read it;
        None where the layers are those of the configuration.
    """

    how: Removal
    heads: tuple[Head, ...]
    sizes: tuple[Sizes, ...] | None = None

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
                tuple(tuple(int(size) for size in sizes) for sizes in told["sizes"])
                if "sizes" in told
                else None,
            )
        except (TypeError, ValueError, KeyError):
            record = None
        if record is None or not _fits(record, config.num_hidden_layers):
            raise LanguageModelError(
                f"Expected {NAME} in config.json to tell how heads were taken, which, and how many "
                f"are left in each layer, got {shorten(str(told))}."
            )
        return record

    def write(self, config: Any) -> None:
        """Put the record into a configuration."""
        told: dict[str, Any] = {"how": self.how, "heads": [list(head) for head in self.heads]}
        if self.sizes is not None:
            told["sizes"] = [list(sizes) for sizes in self.sizes]
        setattr(config, NAME, told)


def _fits(record: HeadRecord, n_layers: int) -> bool:
    """Return whether a record can be one of a network of so many layers."""
    if record.sizes is None:
        return record.how in ("zeroed", "padded")
    return (
        record.how == "removed"
        and len(record.sizes) == n_layers
        and all(size > 0 for sizes in record.sizes for size in sizes)
    )

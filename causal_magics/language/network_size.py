"""How large a network is, and how long it took to load."""

from __future__ import annotations

from html import escape
from typing import Any

__all__ = ["SizedNetwork"]


class SizedNetwork:
    """Tells the size of `network`, for models that have one."""

    network: Any
    model_id: str
    load_seconds: float | None

    @property
    def n_parameters(self) -> int:
        """How many parameters the network has."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    @property
    def megabytes(self) -> float:
        """How much memory the parameters take, in units of a million bytes."""
        sizes = (p.numel() * p.element_size() for p in self.network.parameters())
        return float(sum(sizes)) / 1e6

    def describe(self) -> str:
        """Return one line: the model, its size, where it is, and how long it took to load."""
        loaded = "" if self.load_seconds is None else f", loaded in {self.load_seconds:.1f} s"
        return (
            f"{self.model_id}: {self.n_parameters:,} parameters, {self.megabytes:,.0f} MB "
            f"on {self.network.device}{loaded}"
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.model_id!r}, {self.n_parameters:,} parameters)"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.describe())}</p>"

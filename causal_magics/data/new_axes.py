"""Axes of a new figure, for results that draw themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causal_magics.errors import MissingDependencyError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["new_axes"]


def new_axes(width: float = 6.4, height: float = 4.8, method: str = "plot()") -> Axes:
    """Return the axes of a new figure.

    Parameters
    ----------
    width, height : float
        In inches.
    method : str
        What needs them.

    Raises
    ------
    MissingDependencyError
        Without matplotlib.
    """
    try:
        from matplotlib.pyplot import figure
    except ImportError:
        raise MissingDependencyError("matplotlib", "plot", method) from None
    return figure(figsize=(width, height), layout="constrained").add_subplot()

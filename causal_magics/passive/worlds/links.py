"""Functions of the user as links: what is done to weighted sums of parents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from causal_magics.data.mechanism_calls import BoundMechanism

__all__ = ["checked_link"]

_TRIED: Final = np.array([-4.0, -1.0, -0.1, 0.0, 0.1, 1.0, 4.0])
"""Sums that a link is tried on."""


def checked_link(link: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a link, once it has been tried on a few sums.

    Parameters
    ----------
    link : callable
        Takes an array of NumPy, and goes element by element.

    Raises
    ------
    OptionError
        Where it fails, or returns anything else than finite numbers, one for each that it is given.
    """
    BoundMechanism("the link", link, (0,))([_TRIED.copy()], len(_TRIED))
    return link

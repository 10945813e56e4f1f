"""Functions of the user as mechanisms: which parent goes where, and what may come back."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.wording import count, enumerate_items
from causal_magics.errors import OptionError, shorten

__all__ = ["BoundMechanism", "Mechanism", "bound_mechanism"]

Floats = NDArray[np.float64]

Mechanism = Callable[..., Any]
"""Takes arrays, one for each parent; returns an array of their shape, or one number."""

_BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True, eq=False, slots=True)
class BoundMechanism:
    """A function of the user, and which array goes where.

    Parameters
    ----------
    called : str
        What messages call it, such as "the mechanism of 'Y'".
    mechanism : callable
    order : tuple of int
        The places of the arrays in the order in which it takes them.
    """

    called: str
    mechanism: Mechanism
    order: tuple[int, ...]

    def __call__(self, arrays: Sequence[Floats], n_rows: int) -> Floats:
        """Return what it makes of arrays, a number for each row.

        Raises
        ------
        OptionError
            Where it fails, or returns anything else than finite numbers, one for each row.
        """
        try:
            with np.errstate(all="ignore"):
                made = self.mechanism(*(arrays[place] for place in self.order))
        except Exception as error:
            reason = " ".join(str(error).split())
            said = f"{type(error).__name__}{f': {shorten(reason, 200)[1:-1]}' if reason else ''}"
            raise OptionError(
                f"T{self.called[1:]} failed: {said}. It is called with arrays of many rows; "
                "choose between values with numpy.where."
            ) from error
        return _checked(self.called, made, n_rows)


def bound_mechanism(name: str, mechanism: Mechanism, parents: Sequence[str]) -> BoundMechanism:
    """Return a mechanism as a function of its parents in their order.

    Parameters
    ----------
    name : str
        Of the node, for messages.
    mechanism : callable
        Where its parameters are called as the parents, each gets the one of its name.
    parents : sequence of str

    Raises
    ------
    OptionError
        Where it takes other parameters than the parents.
    """
    called = f"the mechanism of {shorten(name)}"
    if not callable(mechanism):
        raise OptionError(
            f"Expected {called} to be a function, got {type(mechanism).__name__}. Give one of "
            f"{_listed(parents)}."
        )
    return BoundMechanism(called, mechanism, tuple(_order_of(called, mechanism, parents)))


def _order_of(called: str, mechanism: Mechanism, parents: Sequence[str]) -> list[int]:
    """Return the places of the parents in the order in which the mechanism takes them."""
    every = list(range(len(parents)))
    needed, most = _parameters(mechanism)
    if needed is None or set(needed) == set(parents):
        return every if needed is None else [parents.index(each) for each in needed]
    if set(needed) & set(parents) or not len(needed) <= len(parents) <= most:
        raise OptionError(
            f"Expected {called} to take {_listed(parents)}, got a function of {_listed(needed)}."
        )
    return every


def _parameters(mechanism: Mechanism) -> tuple[list[str] | None, float]:
    """Return the parameters without defaults, and how many arrays it takes at most.

    None where that cannot be known, as of some functions in C.
    """
    if isinstance(mechanism, np.ufunc):
        return [f"x{place + 1}" for place in range(mechanism.nin)], mechanism.nin
    try:
        parameters = inspect.signature(mechanism).parameters.values()
    except (TypeError, ValueError):
        return None, 0
    by_place = [each for each in parameters if each.kind in _BY_PLACE]
    needed = [each.name for each in by_place if each.default is each.empty]
    is_open = any(each.kind is each.VAR_POSITIONAL for each in parameters)
    return needed, np.inf if is_open else len(by_place)


def _checked(called: str, made: Any, n_rows: int) -> Floats:
    """Return what a mechanism returned as numbers, one for each row."""
    try:
        if np.iscomplexobj(made):
            raise OptionError(
                f"Expected real numbers from {called}, got complex ones. Return their real parts."
            )
        numbers = np.asarray(made, dtype=np.float64)
    except (TypeError, ValueError):
        kind = type(made).__name__
        raise OptionError(f"Expected numbers from {called}, got {kind}.") from None
    if numbers.shape not in {(), (n_rows,)}:
        raise OptionError(
            f"Expected {count(n_rows, 'number')} from {called}, one for "
            f"each row, got an array of shape {numbers.shape}."
        )
    if not np.isfinite(numbers).all():
        raise OptionError(
            f"Expected finite numbers from {called}, got NaN or infinity. "
            "Look at what it does to values that are 0, negative or large."
        )
    return np.broadcast_to(numbers, (n_rows,))


def _listed(names: Sequence[str]) -> str:
    return enumerate_items([shorten(name) for name in names]) or "nothing"

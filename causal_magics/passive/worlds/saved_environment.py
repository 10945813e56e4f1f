"""Environments in the headers of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from causal_magics.errors import CausalMagicsError, PassiveError, shorten
from causal_magics.passive.worlds.environment import CausalEnvironment
from causal_magics.passive.worlds.scm_batch import Link

__all__ = ["environment_header", "environment_of"]


def environment_header(environment: CausalEnvironment) -> dict[str, Any]:
    """Return the environment's options as JSON has them.

    A link that is a function is written by its name alone.
    """
    header = {each.name: _plain(getattr(environment, each.name)) for each in fields(environment)}
    if callable(environment.link):
        header["link"] = {"function": getattr(environment.link, "__name__", "function")}
    return header


def _plain(option: Any) -> Any:
    """Return an option as JSON has it."""
    if isinstance(option, tuple):
        return tuple(_plain(each) for each in option)
    return option.item() if isinstance(option, np.generic) else option


def environment_of(header: Mapping[str, Any], link: Link | None = None) -> CausalEnvironment:
    """Return the environment that `environment_header` wrote.

    Parameters
    ----------
    header : mapping
    link : callable, optional
        The function, where it had one.

    Raises
    ------
    PassiveError
        Where it had a function and none is given, or it had none and one is.
    ValueError
        Where these are no options of an environment.
    """
    given = header.get("link")
    if link is not None and not callable(link):
        raise PassiveError(
            f"Expected a function as link, such as np.tanh, got {shorten(str(link))}. Leave it out "
            "where the environment's link has a name."
        )
    if link is not None and isinstance(given, str):
        raise PassiveError(
            f"Expected no link, as that of the environment is {shorten(given)}, got "
            f"{shorten(getattr(link, '__name__', str(link)))}. Leave it out."
        )
    if isinstance(given, dict) and link is None:
        raise PassiveError(
            "Expected the function that is the environment's link, which files do not hold: give "
            f"link, it was called {shorten(str(given.get('function')))}."
        )
    options = {**header, "link": link if isinstance(given, dict) else given}
    if isinstance(options.get("variables"), list):
        options["variables"] = tuple(options["variables"])
    if set(options) != {each.name for each in fields(CausalEnvironment)}:
        raise ValueError("Other options than those of an environment")
    try:
        return CausalEnvironment(**options)
    except (CausalMagicsError, TypeError) as error:
        raise ValueError(str(error)) from error

"""Policies in files: npz arrays and a JSON header, no pickles; and the one that is shipped."""

from __future__ import annotations

from dataclasses import asdict
from importlib.resources import as_file, files
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import Any, get_args

import numpy as np

from causal_magics.data.saved_arrays import expecting, load_with_header, save_with_header
from causal_magics.errors import OptionError, PassiveError, StorageError, closest, shorten
from causal_magics.options import check_option
from causal_magics.passive.learner.policy import Policy, TrainingRecord, filled_network
from causal_magics.passive.learner.settings import Hidden, NetworkSettings
from causal_magics.passive.stored_files import expect_file, without_stop
from causal_magics.passive.worlds.saved_environment import environment_header, environment_of
from causal_magics.passive.worlds.scm_batch import Link

__all__ = ["SHIPPED", "VERSION", "load_policy", "read_policy", "save_policy"]

SHIPPED = ("axial",)
"""The names of the policies that come with the package."""

VERSION = 1
"""Of the networks: weights of another version do not fit."""

_KIND = "causal-magics policy"


def load_policy(name: str | PathLike[str] = "axial", link: Link | None = None) -> Policy:
    """Return a policy that was trained before.

    Parameters
    ----------
    name : str or path
        "axial" is the one that comes with the package, trained on graphs of 4 to 8 variables by
        ``scripts/train_policy.py``; else a file that `Policy.save` wrote.
    link : callable, optional
        The link of its environment where that is a function, which files do not hold.

    Raises
    ------
    PassiveError
        Where there is no such policy, the link is a function and none is given, or the other way
        round.
    StorageError
        Where the file is none of a policy, or of another version.
    """
    expect_policy(name)
    if name in SHIPPED:
        with as_file(files("causal_magics.passive.learner") / "shipped" / f"{name}.npz") as path:
            return read_policy(path, link)
    return read_policy(name, link)


def expect_policy(name: object) -> None:
    """Raise `PassiveError` where there is neither a policy of that name nor a file."""
    if not isinstance(name, str | PathLike):
        raise PassiveError(
            f"Expected the name of a policy or its file, got {type(name).__name__}. Give "
            f'"{SHIPPED[0]}".'
        )
    if name not in SHIPPED and not _is_file(name):
        hint = closest(str(name), SHIPPED)
        advice = f"Did you mean {hint}?" if hint else "Train one: policy = train()."
        raise PassiveError(
            f"Expected a policy among {', '.join(SHIPPED)} or its file, got {shorten(str(name))}. "
            + advice
        )


def _is_file(name: str | PathLike[str]) -> bool:
    try:
        return Path(name).is_file()
    except OSError:
        return False


def save_policy(policy: Policy, path: str | PathLike[str]) -> None:
    """Write a policy to a file.

    Raises
    ------
    StorageError
        Where it cannot be written; what stood there before stays.
    """
    header = {
        "version": VERSION,
        "network": asdict(policy.settings),
        "environment": environment_header(policy.environment),
        "record": asdict(policy.record),
        "hidden": policy.hidden,
    }
    save_with_header(path, _KIND, header, policy.weights)


def read_policy(path: str | PathLike[str], link: Link | None = None) -> Policy:
    """Read what `save_policy` wrote.

    Raises
    ------
    StorageError
        Where there is no file, or it is none of a policy, or of another version.
    PassiveError
        Where the environment's link is a function and none is given, or the other way round.
    """
    told = shorten(str(path))
    shipped = f'load_policy("{path}") returns the one that comes with the package.'
    advice = shipped if path in SHIPPED else "Give one that Policy.save wrote."
    expect_file(path, "a saved policy", advice)
    with expecting("a saved policy", path, "Policy.save"):
        header, weights = load_with_header(path, _KIND)
    if header.get("version") != VERSION:
        raise StorageError(
            f"Expected a policy of version {VERSION}, but {told} is of version "
            f"{shorten(str(header.get('version')))[1:-1]}. Train it anew: its weights do not fit."
        )
    try:
        return _rebuilt(header, weights, link)
    except (LookupError, ValueError, TypeError, AttributeError, OptionError) as error:
        raise StorageError(
            f"Expected a whole policy, but {told} is damaged: {without_stop(error)}. Train it anew."
        ) from None


def _rebuilt(header: dict[str, Any], weights: dict[str, Any], link: Link | None) -> Policy:
    told = dict(header["record"])
    told["losses"] = tuple(tuple(row) for row in told["losses"])
    hidden = header["hidden"]
    if hidden is not None:
        check_option("hidden", hidden, get_args(Hidden))
    policy = Policy(
        NetworkSettings(**header["network"]),
        environment_of(header["environment"], link),
        TrainingRecord(**told),
        {name: np.asarray(array, dtype=np.float32) for name, array in weights.items()},
        hidden,
    )
    if not all(np.isfinite(array).all() for array in policy.weights.values()):
        raise ValueError("weights are not finite")
    if find_spec("torch") is not None:
        _expect_fit(policy)
    return policy


def _expect_fit(policy: Policy) -> None:
    try:
        filled_network(policy.settings, policy.weights)
    except PassiveError:
        raise ValueError("its weights are not those of its network, by name or shape") from None

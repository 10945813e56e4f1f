"""Logs in files: npz arrays and a JSON header, no pickles."""

from __future__ import annotations

from os import PathLike
from typing import Any

import numpy as np

from causal_magics.data.saved_arrays import expecting, load_with_header, save_with_header
from causal_magics.errors import CausalMagicsError, StorageError, shorten
from causal_magics.passive.intervention_log import InterventionLog
from causal_magics.passive.stored_files import expect_file, without_stop
from causal_magics.passive.worlds.environment import CausalEnvironment
from causal_magics.passive.worlds.episodes import Episodes
from causal_magics.passive.worlds.saved_environment import environment_header, environment_of
from causal_magics.passive.worlds.scm_batch import Link

__all__ = ["load_log", "save_log"]

_KIND = "causal-magics intervention log"
_VERSION = 1
_TOLD = "expert", "seed", "slip", "knows_model", "explores"


def save_log(log: InterventionLog, path: str | PathLike[str]) -> None:
    """Write a log to a file.

    Raises
    ------
    StorageError
        Where it cannot be written; what stood there before stays.
    """
    episodes = log.episodes
    header = {
        "version": _VERSION,
        "n_explore": episodes.n_explore,
        "value": episodes.value,
        "environment": environment_header(log.environment),
        **{name: getattr(log, name) for name in _TOLD},
    }
    arrays = {
        "values": episodes.values.astype(np.float32),
        "actions": episodes.actions.astype(np.int8),
        "goals": episodes.goals.astype(np.int8),
    }
    if log.labels is not None:
        arrays["labels"] = log.labels.astype(np.int8)
    save_with_header(path, _KIND, header, arrays)


def load_log(path: str | PathLike[str], link: Link | None = None) -> InterventionLog:
    """Read what `save_log` wrote.

    Raises
    ------
    StorageError
        Where there is no file, or it is none of a log, or of another version.
    PassiveError
        Where the environment's link is a function and none is given, or the other way round.
    """
    told = shorten(str(path))
    expect_file(path, "a saved log", "Give one that InterventionLog.save wrote.")
    with expecting("a saved log", path, "InterventionLog.save"):
        header, arrays = load_with_header(path, _KIND)
    if header.get("version") != _VERSION:
        raise StorageError(
            f"Expected a log of version {_VERSION}, but {told} is of "
            f"{shorten(str(header.get('version')))}. Record it anew."
        )
    environment = _environment(header, link, told)
    try:
        return _rebuilt(header, arrays, environment)
    except (LookupError, ValueError, TypeError, AttributeError, CausalMagicsError) as error:
        raise StorageError(
            f"Expected a whole log, but {told} is damaged: {without_stop(error)}. Record it anew."
        ) from None


def _environment(header: dict[str, Any], link: Link | None, told: str) -> CausalEnvironment:
    try:
        return environment_of(header["environment"], link)
    except (LookupError, ValueError, TypeError, AttributeError):
        raise StorageError(
            f"Expected a whole log, but {told} has no environment. Record it anew."
        ) from None


def _rebuilt(
    header: dict[str, Any], arrays: dict[str, Any], environment: CausalEnvironment
) -> InterventionLog:
    actions, goals = (arrays[name].astype(np.int64) for name in ("actions", "goals"))
    acted = Episodes(arrays["values"], actions, goals, header["n_explore"], header["value"])
    labels = arrays["labels"].astype(np.int64) if "labels" in arrays else None
    return InterventionLog(
        acted, labels, environment=environment, **{name: header[name] for name in _TOLD}
    )

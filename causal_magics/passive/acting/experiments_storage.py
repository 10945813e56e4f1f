"""Experiments in files: what was seen and told as arrays, the rest as a header."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

import numpy as np

from causal_magics.data.saved_arrays import expecting, load_with_header, save_with_header
from causal_magics.graph.interchange.json_text import from_json, to_json
from causal_magics.passive.acting.assembly import Told, assembled, taken_apart
from causal_magics.passive.acting.experiments import Experiments
from causal_magics.passive.worlds.episodes import Episodes

__all__ = ["load_experiments", "save_experiments"]

_KIND = "causal-magics experiments 1"


def save_experiments(experiments: Experiments, path: str | PathLike[str]) -> None:
    """Write experiments to a file.

    Raises
    ------
    StorageError
        Where it cannot be written; what stood there before stays.
    """
    episode, told = taken_apart(experiments)
    header = {
        "graph": to_json(told.graph),
        "names": told.names,
        "goal": experiments.goal,
        "n_explore": episode.n_explore,
        "value": episode.value,
        "origin": told.origin,
        "units": None if told.units is None else {name: [*own] for name, own in told.units.items()},
        "notes": told.notes,
    }
    arrays = {
        "values": episode.values[0],
        "actions": episode.actions[0],
        "preferences": told.preferences,
        "natural": told.natural,
        "expected": told.expected,
    }
    if told.beliefs is not None:
        arrays["beliefs"] = told.beliefs
    save_with_header(path, _KIND, header, arrays)


def load_experiments(path: str | PathLike[str]) -> Experiments:
    """Read what `save_experiments` wrote.

    Raises
    ------
    StorageError
        Where the file is none of that kind, or cannot be read.
    """
    with expecting("saved experiments", path, "Experiments.save"):
        return _rebuilt(*load_with_header(path, _KIND))


def _rebuilt(header: Mapping[str, Any], arrays: Mapping[str, Any]) -> Experiments:
    names, units = tuple(header["names"]), header["units"]
    episode = Episodes(
        arrays["values"][None],
        arrays["actions"][None],
        np.array([names.index(header["goal"])], dtype=np.int64),
        header["n_explore"],
        header["value"],
    )
    told = Told(
        from_json(header["graph"]),
        names,
        arrays["preferences"],
        arrays.get("beliefs"),
        arrays["natural"],
        arrays["expected"],
        header["origin"],
        None if units is None else {name: (own[0], own[1]) for name, own in units.items()},
        tuple(header["notes"]),
    )
    return assembled(episode, told)

"""A probe in a file: what was asked and what was measured; the rest follows from it."""

from __future__ import annotations

import json
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_magics.data.saved_arrays import expecting, load_arrays, save_arrays
from causal_magics.errors import PromptError
from causal_magics.graph.model import CausalGraph
from causal_magics.probing.measuring import Measurement
from causal_magics.probing.prompts import NodeValues, Prompts, Template

if TYPE_CHECKING:
    from causal_magics.probing.probe import Probe

__all__ = ["load_probe", "save_probe"]

_FORMAT = "causal-magics probe 1"


def save_probe(probe: Probe, path: str | PathLike[str]) -> None:
    """Write a probe to a file.

    Raises
    ------
    StorageError
        Where it cannot be written; what stood there before stays.
    """
    asked = {
        "format": _FORMAT,
        "graph": str(probe.graph),
        "nodes": probe.graph.nodes,
        "model_id": probe.model_id,
        "options": {
            "measure": probe.measure, "scale": probe.scale, "level": probe.level,
            "low_mass": probe.low_mass,
        },
        "templates": [template.text for template in probe.prompts.templates],
        "values": {
            name: [values.labels, values.words, values.grouped]
            for name, values in probe.prompts.values.items()
        },
        "measurements": [
            [each.response, each.conditions, each.templates] for each in probe.measurements
        ],
    }  # fmt: skip
    arrays: dict[str, Any] = {"asked": np.array(json.dumps(asked))}
    for number, each in enumerate(probe.measurements):
        arrays[f"probabilities_{number}"] = each.probabilities
        arrays[f"mass_{number}"] = each.mass
    save_arrays(path, arrays)


def load_probe(path: str | PathLike[str]) -> Probe:
    """Read what `save_probe` wrote.

    Raises
    ------
    PromptError
        Where the file is no saved probe.
    """
    from causal_magics.probing.probe import Probe

    with expecting("a saved probe", path, "Probe.save", PromptError):
        stored = load_arrays(path)
        asked = json.loads(str(stored["asked"]))
        if asked["format"] != _FORMAT:
            raise ValueError("no probe")
        values = {
            name: NodeValues(tuple(labels), tuple(map(tuple, words)), grouped)
            for name, (labels, words, grouped) in asked["values"].items()
        }
        prompts = Prompts(tuple(map(Template.of, asked["templates"])), values)
        measurements = tuple(
            Measurement(
                response, tuple(conditions), tuple(templates),
                stored[f"probabilities_{number}"], stored[f"mass_{number}"],
            )
            for number, (response, conditions, templates) in enumerate(asked["measurements"])
        )  # fmt: skip
        read = CausalGraph.parse(asked["graph"])
        graph = CausalGraph(map(read.node, asked["nodes"]), read.edges, read.knowledge)
        return Probe.of(graph, prompts, asked["model_id"], measurements, **asked["options"])

"""Results of discovery on disk: one npz file of arrays and a JSON header, no pickles."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_magics.discovery.basis import Basis, ColumnBasis, Floats, Scale
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.errors import DiscoveryError
from causal_magics.graph.elements import Edge, Knowledge, Node
from causal_magics.graph.model import CausalGraph

if TYPE_CHECKING:
    from causal_magics.discovery.discover import Discovery

FORMAT = "causal_magics.discovery"
VERSION = 1


def save_discovery(discovery: Discovery, path: str | PathLike[str]) -> None:
    """Write a result; the file is replaced in one step."""
    target = Path(path)
    arrays: dict[str, Any] = {"gram": discovery.statistic.gram}
    for index, column in enumerate(discovery.basis.columns):
        arrays[f"breaks_{index}"] = column.breaks
        arrays[f"coefficients_{index}"] = column.coefficients
    header = np.array(json.dumps(_header(discovery)))
    partial = target.with_name(f"{target.name}.part")
    with partial.open("wb") as file:
        np.savez_compressed(file, header=header, **arrays)
    partial.replace(target)


def load_discovery(path: str | PathLike[str]) -> Discovery:
    """Read what `save_discovery` wrote.

    Raises
    ------
    DiscoveryError
        Where the file is no saved result, or is of another version.
    """
    from causal_magics.discovery.discover import Discovery

    header, arrays = _read(Path(path))
    basis = Basis(
        tuple(
            ColumnBasis(Scale(**scale), arrays[f"breaks_{i}"], arrays[f"coefficients_{i}"])
            for i, scale in enumerate(header["scales"])
        ),
        header["size"],
    )
    graph = _graph(header["graph"])
    return Discovery(
        graph=graph,
        bits=header["bits"],
        bits_saved=header["bits_saved"],
        node_bits=MappingProxyType(dict(zip(graph.nodes, header["node_bits"], strict=True))),
        n_rows=header["rows"],
        interrupted=header["interrupted"],
        edge_floor=header["edge_floor"],
        basis=basis,
        statistic=GramStatistic(header["rows"], arrays["gram"], header["size"]),
    )


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Floats]]:
    advice = "Give a file that Discovery.save wrote."
    other = DiscoveryError(f"{path.name} is no saved result of discovery. {advice}")
    if not path.exists():
        raise DiscoveryError(f"There is no file {path.name}. {advice}")
    if not zipfile.is_zipfile(path):
        raise other
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        header = json.loads(str(arrays.pop("header")))
    except (KeyError, ValueError, zipfile.BadZipFile):
        raise other from None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise other
    if header["version"] != VERSION:
        raise DiscoveryError(
            f"{path.name} was saved in version {header['version']} of the format, this package "
            f"reads version {VERSION}. Save it again, or use the package that wrote it."
        )
    return header, arrays


def _header(discovery: Discovery) -> dict[str, Any]:
    graph, known = discovery.graph, discovery.knowledge
    return {
        "format": FORMAT,
        "version": VERSION,
        "size": discovery.basis.size,
        "rows": discovery.n_rows,
        "bits": discovery.bits,
        "bits_saved": discovery.bits_saved,
        "node_bits": [discovery.node_bits[name] for name in graph.nodes],
        "interrupted": discovery.interrupted,
        "edge_floor": discovery.edge_floor,
        "scales": [asdict(column.scale) for column in discovery.basis.columns],
        "graph": {
            "nodes": [
                [node.name, sorted(node.roles), node.position] for node in graph.node_table.values()
            ],
            "edges": [[e.source, e.target, e.mark, e.confidence, e.bits] for e in graph.edges],
            "required": sorted(known.required),
            "forbidden": sorted(known.forbidden),
            "tiers": known.tiers,
        },
    }


def _graph(stored: dict[str, Any]) -> CausalGraph:
    knowledge = Knowledge(
        frozenset((a, b) for a, b in stored["required"]),
        frozenset((a, b) for a, b in stored["forbidden"]),
        tuple(tuple(tier) for tier in stored["tiers"]),
    )
    nodes = [
        Node(name, frozenset(roles), None if position is None else (position[0], position[1]))
        for name, roles, position in stored["nodes"]
    ]
    return CausalGraph(nodes, [Edge(*edge) for edge in stored["edges"]], knowledge)

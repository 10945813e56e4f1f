"""Results of discovery on disk: one npz file of arrays and a JSON header, no pickles."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_magics.discovery.alternatives import EdgeAlternative
from causal_magics.discovery.basis import Basis, ColumnBasis, NominalBasis, SplineBasis
from causal_magics.discovery.confidence import Resamples
from causal_magics.discovery.layout import Floats
from causal_magics.discovery.regimes import Alternative, Batch, Regime
from causal_magics.discovery.scale import Scale
from causal_magics.discovery.statistics import GramStatistic
from causal_magics.discovery.worlds import Member, Memory, World
from causal_magics.errors import DiscoveryError
from causal_magics.graph.elements import Edge, Knowledge, Node
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.prior import EdgePrior, PairBelief
from causal_magics.whole_files import telling_why, whole_file

if TYPE_CHECKING:
    from causal_magics.discovery.result import Discovery

FORMAT = "causal_magics.discovery"
VERSION = 2

Header = dict[str, Any]


def save_discovery(discovery: Discovery, path: str | PathLike[str]) -> None:
    """Write a result; the file is replaced in one step.

    Raises
    ------
    DiscoveryError
        Where it cannot be written; what stood there before stays.
    """
    writer = _Writer()
    header = {
        "format": FORMAT,
        "version": VERSION,
        "bits": discovery.bits,
        "bits_saved": discovery.bits_saved,
        "node_bits": list(discovery.node_bits.items()),
        "interrupted": discovery.interrupted,
        "edge_floor": discovery.edge_floor,
        "direction_bits": discovery.direction_bits,
        "prior": _stored_prior(discovery.prior),
        "alternatives": [
            [*ends, other.kind, other.bits] for ends, other in discovery.alternatives.items()
        ],
        "resamples": _stored_resamples(discovery.resamples),
        "levels": discovery.levels,
        "graph": _stored_graph(discovery.graph),
        "knowledge": _stored_knowledge(discovery.knowledge),
        "batches": [_stored_batch(batch) for batch in discovery.batches],
        "regimes": [_stored_regime(regime) for regime in discovery.regimes],
        "columns": [writer.column(column) for column in discovery.basis.columns],
        "products": discovery.basis.products,
        "statistic": writer.statistic(discovery.statistic),
        "worlds": [writer.world(world) for world in discovery.memory.worlds],
        "spread": discovery.memory.spread.tolist(),
        "kept": [[k, writer.statistic(s)] for k, s in discovery.memory.kept.items()],
        "rows": writer.rows,
    }
    with telling_why(path, DiscoveryError), whole_file(path) as file:
        np.savez_compressed(file, header=np.array(json.dumps(header)), **writer.arrays)


def load_discovery(path: str | PathLike[str]) -> Discovery:
    """Read what `save_discovery` wrote.

    Raises
    ------
    DiscoveryError
        Where the file is no saved result, or is of another version.
    """
    from causal_magics.discovery.result import Discovery

    header, arrays = _read(Path(path))
    columns = tuple(_column(stored, arrays) for stored in header["columns"])
    basis = Basis(columns, tuple((i, j) for i, j in header["products"]))
    statistics = [
        GramStatistic(rows, arrays[f"gram_{k}"], arrays[f"observed_{k}"], basis.layout)
        for k, rows in enumerate(header["rows"])
    ]
    knowledge = _knowledge(header["knowledge"])
    return Discovery(
        graph=_graph(header["graph"], knowledge),
        bits=header["bits"],
        bits_saved=header["bits_saved"],
        node_bits=MappingProxyType(dict(header["node_bits"])),
        n_rows=statistics[header["statistic"]].rows,
        interrupted=header["interrupted"],
        edge_floor=header["edge_floor"],
        direction_bits=header["direction_bits"],
        prior=_prior(header["prior"]),
        alternatives=MappingProxyType(
            {(a, b): EdgeAlternative(kind, bits) for a, b, kind, bits in header["alternatives"]}
        ),
        batches=tuple(map(_batch, header["batches"])),
        regimes=tuple(_regime(stored, knowledge) for stored in header["regimes"]),
        levels=tuple(None if names is None else tuple(names) for names in header["levels"]),
        basis=basis,
        statistic=statistics[header["statistic"]],
        memory=Memory(
            tuple(_world(stored, arrays, statistics) for stored in header["worlds"]),
            {batch: statistics[number] for batch, number in header["kept"]},
            np.array(header["spread"]),
        ),
        resamples=_resamples(header["resamples"]),
    )


def _stored_resamples(resamples: Resamples | None) -> Header | None:
    return None if resamples is None else {**asdict(resamples), "counts": resamples.counts.tolist()}


def _resamples(stored: Header | None) -> Resamples | None:
    return None if stored is None else Resamples(**{**stored, "counts": np.array(stored["counts"])})


def _stored_prior(prior: EdgePrior | None) -> Header | None:
    return None if prior is None else asdict(prior)


def _prior(stored: Header | None) -> EdgePrior | None:
    if stored is None:
        return None
    beliefs = tuple(PairBelief(**each) for each in stored["beliefs"])
    return EdgePrior(beliefs, tuple(stored["names"]))


class _Writer:
    """Arrays of a file, and statistics in it, each once."""

    def __init__(self) -> None:
        self.arrays: dict[str, Any] = {}
        self.rows: list[int] = []
        self._numbers: dict[int, int] = {}

    def array(self, array: Any) -> str:
        """Keep an array; its name."""
        name = f"array_{len(self.arrays)}"
        self.arrays[name] = array
        return name

    def statistic(self, statistic: GramStatistic) -> int:
        """Keep a statistic; its number."""
        known = self._numbers.get(id(statistic))
        if known is not None:
            return known
        number = self._numbers[id(statistic)] = len(self.rows)
        self.rows.append(statistic.rows)
        self.arrays[f"gram_{number}"] = statistic.gram
        self.arrays[f"observed_{number}"] = statistic.observed
        return number

    def column(self, column: ColumnBasis) -> Header:
        """Keep the functions of a column."""
        if isinstance(column, NominalBasis):
            return {
                "kind": "nominal",
                "values": self.array(column.values),
                "contrasts": self.array(column.contrasts),
            }
        return {
            "kind": "splines",
            "scale": asdict(column.scale),
            "plain": column.plain,
            "breaks": self.array(column.breaks),
            "coefficients": self.array(column.coefficients),
        }

    def world(self, world: World) -> Header:
        """Keep a world."""
        return {
            "adjacency": self.array(world.adjacency),
            "labels": self.array(world.labels),
            "searched": world.searched,
            "members": [
                [self.statistic(member.statistic), member.batches] for member in world.members
            ],
        }


def _read(path: Path) -> tuple[Header, dict[str, Floats]]:
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
            f"reads version {VERSION}. Learn it again, or use the package that wrote it."
        )
    return header, arrays


def _column(stored: Header, arrays: Mapping[str, Floats]) -> ColumnBasis:
    if stored["kind"] == "nominal":
        return NominalBasis(arrays[stored["values"]], arrays[stored["contrasts"]])
    return SplineBasis(
        Scale(**stored["scale"]),
        arrays[stored["breaks"]],
        arrays[stored["coefficients"]],
        stored["plain"],
    )


def _world(stored: Header, arrays: Mapping[str, Any], statistics: list[GramStatistic]) -> World:
    members = tuple(
        Member(statistics[number], tuple(batches)) for number, batches in stored["members"]
    )
    return World(arrays[stored["adjacency"]], members, arrays[stored["labels"]], stored["searched"])


def _stored_batch(batch: Batch) -> Header:
    alternatives = [[each.placement, each.number, each.bits] for each in batch.alternatives]
    return {
        "label": batch.label,
        "n_rows": batch.n_rows,
        "regime": batch.regime,
        "bits": batch.bits,
        "alternatives": alternatives,
        "changed": batch.changed,
        "extrapolated": list(batch.extrapolated.items()),
    }


def _batch(stored: Header) -> Batch:
    return Batch(
        label=stored["label"],
        n_rows=stored["n_rows"],
        regime=stored["regime"],
        bits=stored["bits"],
        alternatives=tuple(Alternative(*each) for each in stored["alternatives"]),
        changed=tuple(stored["changed"]),
        extrapolated=MappingProxyType(dict(stored["extrapolated"])),
    )


def _stored_regime(regime: Regime) -> Header:
    return {
        "world": regime.world,
        "graph": _stored_graph(regime.graph),
        "n_rows": regime.n_rows,
        "batches": regime.batches,
        "changed": regime.changed,
        "node_bits": list(regime.node_bits.items()),
    }


def _regime(stored: Header, knowledge: Knowledge) -> Regime:
    return Regime(
        world=stored["world"],
        graph=_graph(stored["graph"], knowledge),
        n_rows=stored["n_rows"],
        batches=tuple(stored["batches"]),
        changed=tuple(stored["changed"]),
        node_bits=MappingProxyType(dict(stored["node_bits"])),
    )


def _stored_graph(graph: CausalGraph) -> Header:
    nodes = graph.node_table.values()
    return {
        "nodes": [[node.name, sorted(node.roles), node.position] for node in nodes],
        "edges": [[e.source, e.target, e.mark, e.confidence, e.bits] for e in graph.edges],
    }


def _graph(stored: Header, knowledge: Knowledge) -> CausalGraph:
    nodes = [
        Node(name, frozenset(roles), None if position is None else (position[0], position[1]))
        for name, roles, position in stored["nodes"]
    ]
    return CausalGraph(nodes, [Edge(*edge) for edge in stored["edges"]], knowledge)


def _stored_knowledge(known: Knowledge) -> Header:
    return {
        "required": sorted(known.required),
        "forbidden": sorted(known.forbidden),
        "tiers": known.tiers,
    }


def _knowledge(stored: Header) -> Knowledge:
    return Knowledge(
        frozenset((a, b) for a, b in stored["required"]),
        frozenset((a, b) for a, b in stored["forbidden"]),
        tuple(tuple(tier) for tier in stored["tiers"]),
    )

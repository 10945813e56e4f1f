"""Results of other packages, told by their classes, as networks that `compare` takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from causal_magics.errors import GraphError
from causal_magics.graph.interchange.causallearn_graphs import gather_causallearn, general_graph
from causal_magics.graph.interchange.gcastle_matrices import gather_gcastle
from causal_magics.graph.interchange.lingam_models import gather_lingam
from causal_magics.graph.interchange.networkx_graphs import gather_networkx
from causal_magics.graph.interchange.parts import Gathered
from causal_magics.graph.interchange.pgmpy_models import gather_pgmpy
from causal_magics.graph.interchange.tigramite_graphs import (
    TigramiteGraph,
    gather_tigramite,
    links_and_names,
)
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.network import Comparable, PublishedNetwork

Package = Literal["causallearn", "gcastle", "lingam", "networkx", "pgmpy", "tigramite"]
Naming = Literal["own", "numbers", "none"]

_NUMBERED = re.compile(r"([A-Za-z]?)(\d+)")
_LAG = re.compile(r"(?:\[t-\d+\])?$")


@dataclass(frozen=True)
class Result:
    """A result of another package.

    Parameters
    ----------
    network : PublishedNetwork
        Edges that close cycles are set apart as feedback.
    package : Package
    label : str
        What it is called in a message.
    names : {"own", "numbers", "none"}
        Whether its variables have names of their own; numbers that the package gives where it is
        told no names, such as ``X1``; or places only, as the rows of lingam's matrices.
    """

    network: PublishedNetwork
    package: Package
    label: str
    names: Naming

    @property
    def variables(self) -> list[str]:
        """Names without lags, in the order of their numbers where they are numbered."""
        found = list(dict.fromkeys(_LAG.sub("", name) for name in self.network.graph.nodes))
        return found if self.names == "own" else sorted(found, key=_number)

    def is_placed_on(self, names: Sequence[str]) -> bool:
        """Whether variables are told by their places alone, and `names` say what stands there."""
        if self.names == "none":
            return True
        strange = set(self.variables).isdisjoint(names)
        return self.names == "numbers" and strange and len(self.variables) == len(names)

    def with_names(self, names: Sequence[str]) -> PublishedNetwork:
        """Return the network with names for its variables, in their order."""
        variables = self.variables
        if len(variables) != len(names):
            raise GraphError(
                f"Expected names for the {len(variables)} variables of {self.label}, which tells "
                f"them by their places, got {len(names) or 'none'}. Give names=list(frame.columns) "
                f"to compare, or to from_{self.package} of causal_magics.graph.interchange."
            )
        new = dict(zip(variables, names, strict=True))

        def name(old: str) -> str:
            variable = _LAG.sub("", old)
            return new[variable] + old[len(variable) :]

        graph = self.network.graph
        renamed = CausalGraph(
            [replace(node, name=name(node.name)) for node in graph.node_table.values()],
            [replace(e, source=name(e.source), target=name(e.target)) for e in graph.edges],
        )
        feedback = {(name(cause), name(effect)) for cause, effect in self.network.feedback_edges}
        return PublishedNetwork(renamed, frozenset(feedback))


def package_of(source: Any) -> Package | None:
    """Return which package a result is of, by its class; None where it is of none of them."""
    if general_graph(source) is not None:
        return "causallearn"
    if isinstance(source, Mapping | TigramiteGraph):
        links, _ = links_and_names(source)
        return "tigramite" if links.dtype.kind == "U" and links.ndim else None
    roots = {kind.__module__.split(".", maxsplit=1)[0] for kind in type(source).__mro__}
    has_matrix = hasattr(source, "adjacency_matrix_") or hasattr(source, "adjacency_matrices_")
    if has_matrix and roots & {"lingam", "causallearn"}:
        return "lingam"
    if getattr(getattr(source, "dtype", None), "kind", "") == "U":
        return "tigramite"
    known: dict[str, Package] = {"castle": "gcastle", "pgmpy": "pgmpy", "networkx": "networkx"}
    return next((package for root, package in known.items() if root in roots), None)


def read_result(source: Any) -> Result | None:
    """Read a result of another package; None where its class is of none that is known.

    Raises
    ------
    GraphError
        Where it says no valid graph.
    """
    package = package_of(source)
    if package is None:
        return None
    if package == "networkx":
        gathered, knowledge = gather_networkx(source)
        network = gathered.network(knowledge)
    else:
        network = _GATHER[package](source).network()
    told = package == "lingam" or (package == "tigramite" and links_and_names(source)[1] is None)
    numbered = _is_numbered(network.graph.nodes)
    names: Naming = "none" if told else "numbers" if numbered else "own"
    own_class = type(source).__module__.split(".", maxsplit=1)[0] not in ("builtins", "numpy")
    label = type(source).__name__ if own_class else f"the result of {package}"
    return Result(network, package, label, names)


_GATHER: dict[Package, Callable[[Any], Gathered]] = {
    "causallearn": gather_causallearn,
    "gcastle": gather_gcastle,
    "lingam": gather_lingam,
    "pgmpy": gather_pgmpy,
    "tigramite": gather_tigramite,
}


def _is_numbered(names: Sequence[str]) -> bool:
    """Whether names are ``X1``, ``X2``, …, from 0 or 1, with one prefix or none."""
    found = [_NUMBERED.fullmatch(_LAG.sub("", name)) for name in names]
    numbers = {int(match[2]) for match in found if match}
    prefixes = {match[1] if match else None for match in found}
    complete = numbers == set(range(min(numbers, default=0), max(numbers, default=-1) + 1))
    return len(prefixes) == 1 and None not in prefixes and complete and min(numbers) <= 1


def _number(name: str) -> int:
    found = _NUMBERED.fullmatch(name)
    return int(found[2]) if found else 0


# ---------------------------------------------------------------------- what is compared


def network_of(value: Comparable, names: Sequence[str] = ()) -> PublishedNetwork:
    """Return the network of anything that can be compared.

    Parameters
    ----------
    value : CausalGraph, PublishedNetwork, a result with a graph, or another package's result
    names : sequence of str
        Of the columns, for a result that tells variables by their places alone.

    Raises
    ------
    GraphError
        Where it is none of these, or there are no names for its places.
    """
    found = _network_or_result(value)
    if isinstance(found, PublishedNetwork):
        return found
    return found.with_names(names) if found.is_placed_on(names) else found.network


def networks_of(
    first: Comparable, second: Comparable, names: Sequence[str] | None = None
) -> tuple[PublishedNetwork, PublishedNetwork, str]:
    """Return both networks with the same names, and what is to be known of these.

    Variables that a result tells by their places alone get `names`, else the other's where that is
    a result too: a graph's nodes stand in any order.
    """
    one, other = _network_or_result(first), _network_or_result(second)
    notes: list[str] = []
    if names is None and isinstance(one, Result) and isinstance(other, Result):
        names = None if "own" in (one.names, other.names) else one.variables
    return (
        _placed(one, names or _columns(second), notes),
        _placed(other, names or _columns(first), notes),
        " ".join(notes),
    )


def _columns(value: Any) -> Sequence[str]:
    """Return the columns that a result of ours or of another package was learned from."""
    if isinstance(value, CausalGraph | PublishedNetwork):
        return ()
    if isinstance(getattr(value, "graph", None), CausalGraph):
        return tuple(getattr(value, "columns", ()))
    return ()


def _placed(
    found: PublishedNetwork | Result, names: Sequence[str], notes: list[str]
) -> PublishedNetwork:
    if isinstance(found, PublishedNetwork):
        return found
    if not found.is_placed_on(names):
        return found.network
    shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    notes.append(f"{found.label} tells variables by their places: taken as {shown}.")
    return found.with_names(names)


def _network_or_result(value: Any) -> PublishedNetwork | Result:
    if isinstance(value, PublishedNetwork):
        return value
    graph = value if isinstance(value, CausalGraph) else getattr(value, "graph", None)
    if isinstance(graph, CausalGraph):
        return PublishedNetwork(graph)
    network = getattr(value, "network", None)
    if isinstance(network, PublishedNetwork):
        return network
    result = read_result(value)
    if result is None:
        hint = (
            "Say what its rows are: from_adjacency_matrix (i -> j), from_lingam (j -> i) or "
            "from_causallearn (end marks) of causal_magics.graph.interchange."
            if hasattr(value, "__array__") or hasattr(value, "columns")
            else "Convert it with CausalGraph.parse or CausalGraph.load."
        )
        raise GraphError(
            "Expected a CausalGraph, a PublishedNetwork, a result with a graph or one of "
            "causal-learn, gCastle, lingam, pgmpy, tigramite or networkx, got "
            f"{type(value).__name__}. {hint}"
        )
    return result

"""tigramite's link graphs, both ways, with lagged causes as nodes of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import EdgeError, GraphError, shorten
from causal_magics.graph.elements import SYMMETRIC_MARKS, Edge, Node
from causal_magics.graph.interchange.parts import Gathered, lagged, names_of, read_mark
from causal_magics.graph.model import CausalGraph

_LAG = re.compile(r"(.*)\[t-([1-9]\d*)\]", re.DOTALL)
_END_MARKS = {"-": "-", "<": "<", ">": ">", "o": "@", "x": "@"}
_LINKS = {"->": "-->", "<->": "<->", "@->": "o->", "@-@": "o-o", "@--": "o--"}
_FLIPPED = {"<": ">", ">": "<"}


class TigramiteGraph(NamedTuple):
    """What ``tigramite.plotting.plot_graph(**written._asdict())`` draws.

    Attributes
    ----------
    graph : array of str, shape (N, N, tau_max + 1)
    var_names : list of str
    """

    graph: NDArray[np.str_]
    var_names: list[str]


def from_tigramite(
    results: Any, names: Sequence[str] | None = None, *, latent: bool | None = None
) -> CausalGraph:
    """Read the links that PCMCI, PCMCI+, LPCMCI and their kin found.

    Parameters
    ----------
    results : mapping with "graph", `TigramiteGraph` or array of str
        ``graph[i, j, tau]`` is the link from variable i, `tau` steps before, to variable j:
        ``-->``, ``<->``, ``o->``, ``o-o``, ``+->`` (``->`` beside ``<->``), …. What LPCMCI writes
        in the middle of a link that it has not settled is left aside.
    names : sequence of str, optional
        Of the variables; ``X0``, ``X1``, … where left out. At time t they are nodes of that name,
        `tau` steps before of the name ``X0[t-tau]``.
    latent : bool, optional
        Whether the method allowed for hidden common causes: then ``o`` is a circle, and so is the
        ``x`` of a conflict; else ``o-o`` and ``x-x`` are the undirected edges of an equivalence
        class. Where left out, results of PCMCI+ are known by their `ambiguous_triples`; in all
        others they are circles.

    Raises
    ------
    GraphError
        Where it is no such graph.
    """
    return gather_tigramite(results, names, latent=latent).graph()


def gather_tigramite(
    results: Any, names: Sequence[str] | None = None, *, latent: bool | None = None
) -> Gathered:
    """Return the parts of a result of tigramite, cyclic or not."""
    links, own = links_and_names(results)
    if links.ndim == 2:
        links = links[:, :, np.newaxis]
    if links.dtype.kind != "U" or links.ndim != 3 or links.shape[0] != links.shape[1]:
        raise GraphError(
            "Expected tigramite's links as texts of shape (N, N, tau_max + 1), got "
            f"{links.dtype} of shape {links.shape}. Give results['graph']."
        )
    if latent is None:
        latent = not (isinstance(results, Mapping) and "ambiguous_triples" in results)
    given = names if names is not None else own or [f"X{i}" for i in range(len(links))]
    order = names_of(len(links), given, "tigramite's variables")
    gathered = Gathered()
    for name in order:
        gathered.add_node(Node(name))
    for i, j, lag in np.argwhere(links != "").tolist():
        if lag == 0 and i >= j:
            if links[j, i, 0] != _turned(links[i, j, 0]):
                raise GraphError(
                    f"Expected the link between {shorten(order[i])} and {shorten(order[j])} at "
                    f"lag 0 both ways, got {links[i, j, 0]} and {links[j, i, 0] or 'none'}."
                )
            continue
        for mark in _marks(str(links[i, j, lag]), latent=latent):
            gathered.add_edge(lagged(order[i], lag), order[j], read_mark(mark))
    return gathered


def links_and_names(results: Any) -> tuple[NDArray[Any], list[str] | None]:
    """Return the array of links in a result, and the names that come with it."""
    if isinstance(results, Mapping):
        return np.asarray(results.get("graph")), results.get("var_names")
    if isinstance(results, TigramiteGraph):
        return results.graph, results.var_names
    return np.asarray(results), None


def _turned(link: str) -> str:
    return "".join(_FLIPPED.get(char, char) for char in reversed(link))


def _marks(link: str, *, latent: bool) -> tuple[str, ...]:
    if link in ("+->", "<-+"):
        return ("->" if link == "+->" else "<-", "<->")
    if len(link) != 3 or link[0] not in "-<ox" or link[2] not in "->ox":
        raise GraphError(
            f"Expected a link such as -->, <--, <->, o->, o-o or x-x, got {shorten(link)}."
        )
    if not latent and {link[0], link[2]} <= {"o", "x"}:
        return ("--",)
    first, last = _END_MARKS[link[0]], _END_MARKS[link[2]]
    return ({"-->": "->", "<--": "<-", "---": "--"}.get(mark := f"{first}-{last}", mark),)


def to_tigramite(graph: CausalGraph) -> TigramiteGraph:
    """Write tigramite's array of links.

    A node such as ``X[t-2]`` is the variable ``X`` two steps before; all others are at time t.
    ``a -- b`` is written ``o-o`` where the graph has only ``->`` and ``--``, as PCMCI+ does, and
    ``---`` else. Names and edges are carried.

    Raises
    ------
    EdgeError
        Where an edge does not end at time t, or points to the past.
    """
    places = {name: _place(name) for name in graph.nodes}
    variables = list(dict.fromkeys(variable for variable, _ in places.values()))
    index = {variable: i for i, variable in enumerate(variables)}
    depth = max((lag for _, lag in places.values()), default=0)
    links = np.full((len(index), len(index), depth + 1), "", dtype="<U3")
    for edge in sorted(graph.edges, key=lambda edge: edge.mark == "<->"):
        (first, past), (second, now) = places[edge.source], places[edge.target]
        link = "o-o" if graph.is_cpdag_like else "---"
        link = _LINKS.get(edge.mark, link)
        if now and not past and edge.mark in SYMMETRIC_MARKS:
            first, past, second, now = second, now, first, past
        if now:
            raise _not_now(edge)
        i, j = index[first], index[second]
        before = str(links[i, j, past])
        if before:  # -> beside <->, whose ends may be the other way round
            link = "+->" if before == "-->" else "<-+"
        links[i, j, past] = link
        if past == 0:
            links[j, i, 0] = _turned(link)
    return TigramiteGraph(links, variables)


def _place(name: str) -> tuple[str, int]:
    found = _LAG.fullmatch(name)
    return (found[1], int(found[2])) if found else (name, 0)


def _not_now(edge: Edge) -> EdgeError:
    return EdgeError(
        f"Expected edges that end at time t for tigramite, got {shorten(edge.source)} {edge.mark} "
        f"{shorten(edge.target)}. Move both ends forward in time."
    )

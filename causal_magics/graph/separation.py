"""Separation in causal graphs: d-separation, m-separation and what follows from them.

Geiger, Verma & Pearl (1990) and Shachter (1998) for reachability, Lauritzen et al. (1990) for
moral ancestral graphs, Richardson & Spirtes (2002) for bidirected and undirected edges.
"""

from __future__ import annotations

from collections.abc import Iterable

from causal_magics.errors import GraphError, shorten
from causal_magics.graph.canonical import CanonicalDag, bits, separation_graph
from causal_magics.graph.elements import Edge
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.queries import Names

__all__ = ["d_connected", "is_d_separated", "markov_blanket", "moral_graph"]


def is_d_separated(
    graph: CausalGraph, xs: Names, ys: Names, given: Names = (), *, selection: bool = True
) -> bool:
    """Whether every path between `xs` and `ys` is blocked by `given`.

    This is d-separation in DAGs and m-separation in graphs with ``<->``, ``--`` or circle marks.
    The graph is indexed at the first question; later ones reuse the index.

    Parameters
    ----------
    graph : CausalGraph
    xs, ys, given : str or iterable of str
        Disjoint sets of nodes.
    selection : bool
        Condition on nodes with the role `selection` as well: the data are a selected sample.

    Raises
    ------
    UnknownNodeError
    GraphError
        Where the sets overlap, or where the graph has no reading (see `separation_graph`).
    """
    dag = CanonicalDag.of(graph)
    x, y, z = dag.mask(xs), dag.mask(ys), dag.mask(given)
    _expect_disjoint(dag, x, y, z)
    if selection:
        z |= dag.selected & ~(x | y)
    return separated(dag, x, y, z)


def d_connected(
    graph: CausalGraph, xs: Names, given: Names = (), *, selection: bool = True
) -> frozenset[str]:
    """Return the nodes that an open path joins to `xs`, without `xs` and `given`.

    Parameters are those of `is_d_separated`.
    """
    dag = CanonicalDag.of(graph)
    x, z = dag.mask(xs), dag.mask(given)
    _expect_disjoint(dag, x, 0, z)
    if selection:
        z |= dag.selected & ~x
    return dag.names_of(reachable(dag, x, z) & ~x)


def separated(dag: CanonicalDag, x: int, y: int, z: int) -> bool:
    """Whether bit sets are d-separated: no path avoids z in the moral graph on their ancestors.

    The moral graph is not built: neighbours are read off parents and children while the search
    grows from both sides at once, always on the smaller front.
    """
    if x & y:
        return False
    z |= dag.conditioned
    parents, children = dag.parents, dag.children
    within = dag.ancestors_of(x | y | z)
    free = within & ~z
    seen, front, unmarried = [x, y], [x, y], [within, within]
    while front[0] and front[1]:
        side = 0 if front[0].bit_count() <= front[1].bit_count() else 1
        todo, near, fresh = front[side], 0, unmarried[side]
        while todo:
            low = todo & -todo
            todo ^= low
            node = low.bit_length() - 1
            near |= parents[node]
            brood = children[node] & fresh
            fresh &= ~brood
            near |= brood
            while brood:
                low = brood & -brood
                brood ^= low
                near |= parents[low.bit_length() - 1]
        unmarried[side] = fresh
        near &= free & ~seen[side]
        if near & seen[1 - side]:
            return False
        seen[side] |= near
        front[side] = near
    return True


def reachable(dag: CanonicalDag, x: int, z: int) -> int:
    """Return the bit set of nodes outside z that are d-connected to x given z, x included.

    Bayes-ball: `risen` are the nodes that a path has reached from a child, `fallen` those reached
    from a parent; each node is taken up once in each way.
    """
    z |= dag.conditioned
    parents, children = dag.parents, dag.children
    opened = dag.ancestors_of(z)
    risen = fallen = 0
    up, down = x, 0
    while up or down:
        risen |= up
        fallen |= down
        next_up = next_down = 0
        for node in bits(up):
            next_up |= parents[node]
            next_down |= children[node]
        for node in bits(down & ~z):
            next_down |= children[node]
        for node in bits(down & opened):
            next_up |= parents[node]
        up = next_up & ~z & ~risen
        down = next_down & ~fallen
    return (risen | fallen) & ~z


def markov_blanket(graph: CausalGraph, name: str) -> frozenset[str]:
    """Return the smallest set given which a node is independent of all others.

    In a DAG: parents, children and the children's other parents. With bidirected edges also the
    nodes that are joined to it by a path of colliders. Roles play no part.
    """
    graph.node(name)
    return frozenset(_augmented(graph, [name])[name])


def moral_graph(graph: CausalGraph) -> CausalGraph:
    """Return the undirected graph in which each node is joined to its Markov blanket.

    For a DAG this is the moral graph, for a graph with bidirected edges the augmented graph
    (Richardson & Spirtes 2002): nodes are joined where they are adjacent or the ends of a path of
    colliders. Nodes keep roles and positions; evidence and knowledge are left out.
    """
    near = _augmented(graph, graph.nodes)
    pairs = sorted({(min(a, b), max(a, b)) for a, others in near.items() for b in others})
    return CausalGraph(graph.node_table.values(), [Edge(a, b, "--") for a, b in pairs])


def _augmented(graph: CausalGraph, names: Iterable[str]) -> dict[str, set[str]]:
    """Return for each name the nodes that are adjacent or joined by a path of colliders."""
    plain = separation_graph(graph)
    spouses: dict[str, set[str]] = {}
    for a, b in plain.bidirected_edges:
        spouses.setdefault(a, set()).add(b)
        spouses.setdefault(b, set()).add(a)
    undirected: dict[str, set[str]] = {}
    for a, b in plain.undirected_edges:
        undirected.setdefault(a, set()).add(b)
        undirected.setdefault(b, set()).add(a)
    families: dict[str, frozenset[str]] = {}
    for node in plain.nodes:
        if node in families:
            continue
        district, stack = {node}, [node]
        while stack:
            for other in spouses.get(stack.pop(), ()):
                if other not in district:
                    district.add(other)
                    stack.append(other)
        family = frozenset(district.union(*(plain.parents(member) for member in district)))
        families.update(dict.fromkeys(district, family))
    return {
        name: {name}.union(
            undirected.get(name, ()),
            families[name],
            *(families[child] for child in plain.children(name)),
        )
        - {name}
        for name in names
    }


def _expect_disjoint(dag: CanonicalDag, x: int, y: int, z: int) -> None:
    shared = dag.names_of((x & y) | (x & z) | (y & z))
    if shared:
        raise GraphError(
            f"Expected sets of nodes that do not overlap, but {shorten(min(shared))} is in two "
            "of them. Name it once."
        )

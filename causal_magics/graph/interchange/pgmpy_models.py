"""pgmpy's graphs and Bayesian networks, both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from causal_magics.errors import EdgeError, GraphError
from causal_magics.graph.elements import Mark, Role
from causal_magics.graph.interchange.parts import (
    Gathered,
    load,
    read_mark,
    read_names,
    read_node,
)
from causal_magics.graph.model import CausalGraph

if TYPE_CHECKING:
    from pgmpy.base import ADMG, DAG, PDAG
    from pgmpy.models import DiscreteBayesianNetwork

_ROLE_KEYS: dict[Role, str] = {
    "exposure": "exposures",
    "outcome": "outcomes",
    "latent": "latents",
    "adjusted": "adjustment",
    "selection": "selection",
    "functional": "functional",
}
_ROLE_OF = {key: role for role, key in _ROLE_KEYS.items()} | {
    "exposure": "exposure", "outcome": "outcome", "latent": "latent", "adjusted": "adjusted",
}  # fmt: skip

_KINDS = ("DAG", "PDAG", "ADMG", "AncestralBase")
_MARK_OF_ENDS = {
    ("-", ">"): "->", (">", "-"): "<-", (">", ">"): "<->", ("-", "-"): "--", ("o", ">"): "@->",
    (">", "o"): "<-@", ("o", "o"): "@-@", ("o", "-"): "@--", ("-", "o"): "--@",
}  # fmt: skip


def to_pgmpy(graph: CausalGraph) -> DAG | ADMG | PDAG:
    """Write a pgmpy graph.

    Returns
    -------
    pgmpy.base.DAG, pgmpy.base.ADMG or pgmpy.base.PDAG
        After the marks that occur: ``->`` alone, with ``<->``, with ``--``. Names, edges and roles
        (as pgmpy's `exposures`, `outcomes`, `latents`, `adjustment`, `selection`,
        `functional`) are carried;
        positions, evidence and knowledge are not.

    Raises
    ------
    EdgeError
        Where the graph mixes ``<->`` with ``--``, or has circles.
    MissingDependencyError
    """
    base = load("pgmpy.base", "pgmpy's graphs")
    directed = [(e.source, e.target) for e in graph.edges if e.mark == "->"]
    if graph.is_dag:
        model = base.DAG(directed)
    elif graph.is_admg:
        model = base.ADMG(directed, sorted(graph.bidirected_edges))
    elif graph.is_cpdag_like:
        model = base.PDAG(directed, sorted(graph.undirected_edges))
    else:
        raise EdgeError(
            "Expected a graph with edges ->, <-> or ->, -- for pgmpy, got "
            f"{' '.join(sorted(graph.marks))}. pgmpy has no graph for these."
        )
    _name_nodes(model, graph)
    return cast("DAG | ADMG | PDAG", model)


def to_bayesian_network(graph: CausalGraph) -> DiscreteBayesianNetwork:
    """Write a pgmpy `DiscreteBayesianNetwork` without tables; what it carries is as in `to_pgmpy`.

    Raises
    ------
    EdgeError
        Where not all edges are directed.
    MissingDependencyError
    """
    models = load("pgmpy.models", "Bayesian networks")
    if not graph.is_dag:
        raise EdgeError(
            "Expected a graph with edges -> alone for a Bayesian network, got "
            f"{' '.join(sorted(graph.marks))}. Direct or remove the others."
        )
    model = models.DiscreteBayesianNetwork([(e.source, e.target) for e in graph.edges])
    _name_nodes(model, graph)
    return cast("DiscreteBayesianNetwork", model)


def _name_nodes(model: Any, graph: CausalGraph) -> None:
    for name in graph.nodes:
        if name not in model:
            model.add_node(name)
    for role, key in _ROLE_KEYS.items():
        if names := graph.with_role(role):
            model.with_role(role=key, variables=set(names), inplace=True)


def from_pgmpy(model: Any) -> CausalGraph:
    """Read a graph or Bayesian network of pgmpy, or what one of its searches learned.

    Parameters
    ----------
    model : DAG, PDAG, ADMG, AncestralBase, or a search with `causal_graph_`
        Bayesian networks of all kinds are DAGs; tables and coefficients are left aside.

    Raises
    ------
    GraphError
        Where it is no such model or says no valid graph.
    """
    return gather_pgmpy(model).graph()


def gather_pgmpy(model: Any) -> Gathered:
    """Return the parts of a pgmpy graph, cyclic or not."""
    base = load("pgmpy.base", "pgmpy's graphs")
    model = getattr(model, "causal_graph_", model)
    kinds: Any = tuple(getattr(base, kind) for kind in _KINDS if hasattr(base, kind))
    if not isinstance(model, kinds):
        raise GraphError(
            f"Expected a DAG, ADMG, PDAG or Bayesian network of pgmpy, got {type(model).__name__}."
        )
    names = read_names(model.nodes)
    gathered = Gathered()
    for key, said in model.nodes(data=True):
        roles = [_ROLE_OF[role] for role in said.get("roles", ()) if role in _ROLE_OF]
        latent = key in getattr(model, "latents", ())
        gathered.add_node(read_node(names[key], {"roles": roles, "latent": latent}))
    for source, target, mark in _edges(model, base):
        gathered.add_edge(names[source], names[target], mark)
    return gathered


def _edges(model: Any, base: Any) -> list[tuple[object, object, Mark]]:
    if isinstance(model, base.PDAG):
        found: list[tuple[object, object, Mark]] = [(a, b, "->") for a, b in model.directed_edges]
        return found + [(a, b, "--") for a, b in model.undirected_edges]
    if isinstance(model, base.ADMG):
        kinds: dict[str, Mark] = {"directed": "->", "bidirected": "<->"}
        return [(a, b, kinds[said["type"]]) for a, b, said in model.edges(data=True)]
    if isinstance(model, base.DAG):
        return [(a, b, "->") for a, b in model.edges]
    return [
        (a, b, read_mark(_MARK_OF_ENDS[said["marks"][a], said["marks"][b]]))
        for a, b, said in model.edges(data=True)
    ]

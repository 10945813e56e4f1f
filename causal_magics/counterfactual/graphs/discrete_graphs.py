"""Bounds on any counterfactual query in a graph whose nodes have finitely many levels.

The responses of each district have one joint distribution, districts are independent. What the
data fix is linear in each of these distributions, the query is multilinear: a linear program where
it asks for one of them, else a polynomial program over a product of polytopes.

Balke & Pearl (1994), "Counterfactual probabilities: computational methods, bounds and
applications"; Duarte, Finkelstein, Knox, Mummolo & Shpitser (2023), "An automated approach to
causal inference in discrete settings", for general graphs; Sachs, Jonzon, Sjölander & Gabriel
(2023), "A general method for deriving tight symbolic bounds on causal effects", for linear ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Bounds, Floats
from causal_magics.counterfactual.graphs.canonical_model import canonical_model, checked_joint
from causal_magics.counterfactual.graphs.counterfactual_queries import CounterfactualQuery
from causal_magics.counterfactual.graphs.data_constraints import Experiment, constraints_of
from causal_magics.counterfactual.graphs.graph_program import GraphProgram
from causal_magics.counterfactual.graphs.query_polynomial import expand
from causal_magics.data.html_table import html_table
from causal_magics.graph.elements import each_name
from causal_magics.graph.model import CausalGraph
from causal_magics.options import check_count, check_kind

__all__ = ["Experiment", "GraphBounds", "graph_bounds"]

AGREE = 1e-6
"""Outer and inner bounds this close are sharp."""
POINT = 1e-9
"""Bounds this close determine the answer, whatever they leave out."""


@dataclass(frozen=True, eq=False, repr=False)
class GraphBounds(Bounds):
    """Bounds on a counterfactual query in a graph.

    Attributes
    ----------
    lower, upper, quantity, kind
        As in `Bounds`. Outer where the search for the optimum stopped early, or where several
        hidden causes act within one district, which is more than the bounds make use of.
    inner : Bounds or None
        What some model of the graph has, where the search stopped early.
    notes : tuple of str
        What a reader should know of the data and the method.
    n_types : int
        Response types of what the data leave open, before any were merged.
    distance : float
        Total variation between the data and what the independences of the graph make of them.
    """

    inner: Bounds | None = None
    notes: tuple[str, ...] = ()
    n_types: int = 0
    distance: float = 0.0

    def _repr_html_(self) -> str:
        row = [self.quantity, f"{self.lower:.4g}", f"{self.upper:.4g}", self.kind]
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return html_table(["bounds on", "at least", "at most", "kind"], [row]) + notes


def graph_bounds(
    graph: CausalGraph,
    joint: Floats,
    nodes: Sequence[str],
    query: CounterfactualQuery,
    *,
    experiments: Iterable[Experiment] = (),
    effort: int = 200,
) -> GraphBounds:
    """Return bounds on a counterfactual query, given a graph and the distribution of its nodes.

    Parameters
    ----------
    graph : CausalGraph
        A DAG or ADMG. Nodes that are not among `nodes` are hidden.
    joint : ndarray, one axis for each node
        The joint distribution of the observed nodes.
    nodes : sequence of str
        The observed nodes, in the order of the axes.
    query : CounterfactualQuery
    experiments : iterable of Experiment
        Distributions where some nodes are set, each of all other nodes or of some.
    effort : int
        How often the search may branch where a query multiplies the responses of several districts
        that have many vertices, less often the more there are; with 0 it is bounded at once, from
        outside and from inside.

    Returns
    -------
    GraphBounds
        Sharp, or outer with what is missing in `notes`.

    Raises
    ------
    ContradictionError
        Where no model of the graph has these data; with the inequality that fails.
    CounterfactualError
        Where graph, data and query do not fit, or there are too many response types.
    UnknownNodeError
        Where a node is not in the graph or not observed.

    Examples
    --------
    >>> graph = CausalGraph(edges=[("X", "Y"), ("X", "Y", "<->")])
    >>> joint = np.array([[0.4, 0.1], [0.2, 0.3]])
    >>> graph_bounds(graph, joint, ["X", "Y"], CounterfactualQuery.pns("X", "Y"))
    <Bounds: PNS in [0, 0.7], sharp>
    """
    check_kind("a CausalGraph", graph, CausalGraph)
    check_kind("a CounterfactualQuery", query, CounterfactualQuery)
    check_count("effort", effort, least=0)
    check_kind("several experiments", experiments, Iterable, "Put it in a list.")
    check_kind("the names of nodes", nodes, Iterable, "Give them in the order of the axes.")
    nodes, experiments = list(each_name(list(nodes))), list(experiments)
    for experiment in experiments:
        check_kind("an Experiment", experiment, Experiment)
    joint = checked_joint(joint, nodes)
    levels = dict(zip(nodes, joint.shape, strict=True))
    asked = {name for event in query.events() for name in (event.node, *dict(event.do))}
    held = {name for experiment in experiments for name in experiment.do}
    model = canonical_model(graph, levels, asked, held)
    data = constraints_of(model, joint, nodes, experiments)
    top = expand(model, [(w, (*events, *query.given)) for w, events in query.terms])
    bottom = expand(model, [(1.0, query.given)]) if query.given else None
    program = GraphProgram(model, data, [top] if bottom is None else [top, bottom], effort)
    largest = sum(abs(weight) for weight, _ in query.terms)
    low, high = program.bounds(largest)
    notes = (*data.notes, *program.notes)
    sharp = max(abs(low.inner - low.outer), abs(high.inner - high.outer)) <= AGREE
    lower, upper = (low.inner, high.inner) if sharp else (low.outer, high.outer)
    least, most = (float(sum(f(w, 0.0) for w, _ in query.terms)) for f in (min, max))
    lower, upper = (float(np.clip(end, least, most)) for end in (lower, upper))
    exact = program.is_exact or upper - lower <= POINT
    return GraphBounds(
        lower,
        max(lower, upper),
        query.name,
        "sharp" if sharp and exact else "outer",
        Bounds(low.inner, high.inner, query.name, "inner") if exact and not sharp else None,
        notes,
        program.n_types,
        data.distance,
    )

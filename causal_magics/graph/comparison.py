"""Comparing a learned graph with the truth, and reading a user's edits as knowledge.

SHD: Tsamardinos, Brown and Aliferis, "The max-min hill-climbing Bayesian network structure learning
algorithm", 2006. SID: Peters and Bühlmann, "Structural intervention distance", 2015, computed by
gadjid (Henckel, Würtzen and Weichwald, "Adjustment identification distance", UAI 2024).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Literal

from causal_magics.errors import GraphError, MissingDependencyError, shorten
from causal_magics.graph.elements import Edge, Knowledge, Mark, Pair, ordered_pair
from causal_magics.graph.equivalence import consistent_extension, cpdag
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.network import Comparable

if TYPE_CHECKING:
    import pandas as pd

Status = Literal["shared", "reversed", "changed", "added", "missing"]
_Key = tuple[str, str, Mark]


@dataclass(frozen=True, repr=False)
class Comparison:
    """How a learned graph differs from the truth.

    Attributes
    ----------
    learned, truth : CausalGraph
        What was compared.
    shared, reversed, changed, added, missing : set of (source, target)
        Edges that agree; that point the other way; that join the same nodes with another mark; that
        only `learned` has; that only `truth` has. As they stand in `learned`, save for `missing`.
    shd : int
        Pairs of nodes that are joined differently.
    sid : int or None
        Ordered pairs whose effect is computed wrongly by adjusting for the parents in `learned`;
        None where it is not defined.
    precision, recall, f1 : float
        Of edges with their direction.
    skeleton_f1 : float
        Of edges without it.
    note : str
        What is to be known about `sid` and about nodes that one graph lacks; empty where there is
        nothing.
    """

    learned: CausalGraph = field(compare=False)
    truth: CausalGraph = field(compare=False)
    shared: frozenset[Pair]
    reversed: frozenset[Pair]
    changed: frozenset[Pair]
    added: frozenset[Pair]
    missing: frozenset[Pair]
    shd: int
    sid: int | None
    note: str = ""

    @property
    def _n_adjacent(self) -> int:
        return len(self.shared) + len(self.reversed) + len(self.changed)

    @property
    def precision(self) -> float:
        """Share of the learned edges that are true."""
        return _share(len(self.shared), self._n_adjacent + len(self.added))

    @property
    def recall(self) -> float:
        """Share of the true edges that were learned."""
        return _share(len(self.shared), self._n_adjacent + len(self.missing))

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return self._f1(len(self.shared))

    @property
    def skeleton_f1(self) -> float:
        """F1 of the pairs that are joined, whatever the direction."""
        return self._f1(self._n_adjacent)

    def _f1(self, hits: int) -> float:
        edges = 2 * self._n_adjacent + len(self.added) + len(self.missing)
        return _share(2 * hits, edges)

    def edge_statuses(self) -> dict[Pair, Status]:
        """Return what became of every edge of either graph, sorted by name."""
        groups: tuple[tuple[Status, frozenset[Pair]], ...] = (
            ("shared", self.shared), ("reversed", self.reversed), ("changed", self.changed),
            ("added", self.added), ("missing", self.missing),
        )  # fmt: skip
        return dict(sorted((pair, status) for status, pairs in groups for pair in pairs))

    def __repr__(self) -> str:
        sid = "undefined" if self.sid is None else str(self.sid)
        return (
            f"<Comparison: SHD {self.shd}, SID {sid}, F1 {self.f1:.3f} "
            f"(precision {self.precision:.3f}, recall {self.recall:.3f}, "
            f"skeleton {self.skeleton_f1:.3f}); {len(self.shared)} shared, "
            f"{len(self.reversed)} reversed, {len(self.changed)} changed, {len(self.added)} added, "
            f"{len(self.missing)} missing>" + (f"\n{self.note}" if self.note else "")
        )

    def _repr_html_(self) -> str:
        sid = "–" if self.sid is None else str(self.sid)
        figures = {
            "SHD": str(self.shd), "SID": sid, "F1": f"{self.f1:.3f}",
            "precision": f"{self.precision:.3f}", "recall": f"{self.recall:.3f}",
            "skeleton F1": f"{self.skeleton_f1:.3f}",
        }  # fmt: skip
        head = "".join(f"<th>{name}</th>" for name in figures)
        body = "".join(f"<td>{value}</td>" for value in figures.values())
        rows = "".join(
            f"<tr><th>{status}</th><td>{len(pairs)}</td><td style='text-align:left'>"
            f"{_edge_list(pairs)}</td></tr>"
            for status, pairs in (
                ("shared", self.shared), ("reversed", self.reversed), ("changed", self.changed),
                ("added", self.added), ("missing", self.missing),
            )
        )  # fmt: skip
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return (
            f"<table><thead><tr>{head}</tr></thead><tbody><tr>{body}</tr></tbody></table>"
            f"<div>{self.to_svg(figures=False)}</div><table><thead><tr><th>edges</th><th>number</th><th></th></tr></thead>"
            f"<tbody>{rows}</tbody></table>{note}"
        )

    def to_svg(
        self,
        *,
        theme: Literal["light", "dark", "auto"] = "auto",
        title: str | None = None,
        figures: bool = True,
    ) -> str:
        """Draw both on one canvas: the learned graph, with what it has wrong and what it lacks.

        Parameters
        ----------
        theme : {"auto", "light", "dark"}
        title : str, optional
            The picture's accessible name.
        figures : bool
            Write SHD, SID and F1 below.
        """
        from causal_magics.graph.drawing import to_svg

        sid = "" if self.sid is None else f" · SID {self.sid}"
        caption = f"SHD {self.shd}{sid} · F1 {self.f1:.2f}" if figures else ""
        every = _with_nodes(self.learned, self.truth.nodes)
        return to_svg(every, theme=theme, title=title, comparison=self, caption=caption)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per edge: source, target, status.

        Raises
        ------
        MissingDependencyError
            Without pandas.
        """
        try:
            import pandas as pd
        except ImportError:
            raise MissingDependencyError("pandas", purpose="to_frame()") from None
        rows = [(source, target, status) for (source, target), status in
                self.edge_statuses().items()]  # fmt: skip
        return pd.DataFrame(rows, columns=["source", "target", "status"])


def compare(
    learned: Comparable, truth: Comparable, *, names: Sequence[str] | None = None
) -> Comparison:
    """Compare a learned graph with the truth.

    Parameters
    ----------
    learned, truth : CausalGraph, PublishedNetwork, what has either, or another package's
        What causal-learn, gCastle, lingam, pgmpy, tigramite and networkx return is known by its
        class. A plain matrix is refused: it does not say what its rows are. Undirected edges match
        undirected edges only. A node that one of them lacks is joined to nothing there; `note`
        names such nodes.
    names : sequence of str, optional
        Of the columns, for a result that tells variables by their places alone, as lingam does. A
        `Discovery` on the other side has them too.

    Raises
    ------
    GraphError
        Where they are no graphs, or places have no names.

    Examples
    --------
    >>> compare(CausalGraph.parse("a -> b -> c"), CausalGraph.parse("a -> b <- c")).shd
    1
    """
    from causal_magics.graph.interchange.results import networks_of

    network, true_network, about_names = networks_of(learned, truth, names)
    ours, theirs = network.graph, true_network.graph
    feedback, true_feedback = network.feedback_edges, true_network.feedback_edges
    strangers = _strangers(ours, theirs)
    our_edges = _joined([*ours.edges, *(Edge(*pair) for pair in feedback)])
    true_edges = _joined([*theirs.edges, *(Edge(*pair) for pair in true_feedback)])
    groups: dict[Status, set[Pair]] = {
        "shared": set(), "reversed": set(), "changed": set(), "added": set(), "missing": set(),
    }  # fmt: skip
    different = 0
    for pair in our_edges.keys() | true_edges.keys():
        ends, true_ends = our_edges.get(pair, set()), true_edges.get(pair, set())
        different += ends != true_ends
        agree = ends & true_ends
        for edge in ends:
            groups[_status(edge, true_ends, others_agree=bool(agree))].add(edge[:2])
        if agree or not ends:
            groups["missing"] |= {edge[:2] for edge in true_ends - agree}
    sid, about_sid = _intervention_distance(
        _with_nodes(ours, theirs.nodes), _with_nodes(theirs, ours.nodes)
    )
    note = " ".join(part for part in (about_names, strangers, about_sid) if part)
    if loops := sorted(feedback | true_feedback):
        without = ", ".join(f"{cause} -> {effect}" for cause, effect in loops)
        feedback_note = f"SID is taken without {without}, which closes a cycle."
        note = f"{note} {feedback_note}".strip()
    return Comparison(
        ours, theirs, **{status: frozenset(pairs) for status, pairs in groups.items()},
        shd=different, sid=sid, note=note,
    )  # fmt: skip


def edits(before: Comparable, after: Comparable) -> Knowledge:
    """Read what a user changed in a graph as background knowledge.

    Directed edges that were drawn become required, in their new direction where they were reversed;
    those that were deleted become forbidden. The knowledge that `after` carries is kept.

    Parameters
    ----------
    before, after : CausalGraph, PublishedNetwork, a result with a `graph`, or another package's

    Examples
    --------
    >>> learned = CausalGraph.parse("a -> b -> c")
    >>> print(edits(learned, learned.reverse_edge("b", "c")).required)
    frozenset({('c', 'b')})
    """
    from causal_magics.graph.interchange.results import networks_of

    old, new = (network.graph for network in networks_of(before, after)[:2])
    drawn = new.directed_edges - old.directed_edges
    still_there = set(new.nodes)
    deleted = {
        (cause, effect)
        for cause, effect in old.directed_edges - new.directed_edges
        if (effect, cause) not in drawn and {cause, effect} <= still_there
    }
    return new.knowledge.merged(Knowledge(required=drawn, forbidden=frozenset(deleted)))


def _with_nodes(graph: CausalGraph, names: Iterable[str]) -> CausalGraph:
    """Return a graph with more nodes, which are joined to nothing."""
    new = [name for name in names if name not in graph.node_table]
    if not new:
        return graph
    return CausalGraph([*graph.node_table.values(), *new], graph.edges, graph.knowledge)


def _strangers(learned: CausalGraph, truth: CausalGraph) -> str:
    """Say which nodes only one graph has; nothing where both have all."""
    ours, theirs = set(learned.nodes), set(truth.nodes)
    parts = [
        f"only {which} has {', '.join(shorten(name) for name in sorted(names)[:5])}"
        + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        for which, names in (("the first", ours - theirs), ("the second", theirs - ours))
        if names
    ]
    return f"The nodes differ: {'; '.join(parts)}." if parts else ""


def _joined(edges: Iterable[Edge]) -> dict[Pair, set[_Key]]:
    joined: dict[Pair, set[_Key]] = {}
    for edge in edges:
        joined.setdefault(ordered_pair(edge.source, edge.target), set()).add(edge.key)
    return joined


def _status(edge: _Key, true_ends: set[_Key], *, others_agree: bool) -> Status:
    source, target, mark = edge
    if edge in true_ends:
        return "shared"
    if others_agree or not true_ends:
        return "added"
    return "reversed" if mark == "->" and (target, source, mark) in true_ends else "changed"


def _intervention_distance(learned: CausalGraph, truth: CausalGraph) -> tuple[int | None, str]:
    """Return the SID, or None and why there is none."""
    import gadjid
    import numpy as np

    for which, graph in (("first", learned), ("second", truth)):
        if not graph.is_dag and not _is_cpdag(graph):
            return None, f"SID is defined for DAGs and CPDAGs; the {which} graph is neither."
    if len(learned) < 2:
        return 0, ""
    position = {name: index for index, name in enumerate(sorted(learned.nodes))}
    matrices = []
    for graph in (truth, learned):
        matrix = np.zeros((len(position), len(position)), dtype=np.int8)
        for edge in graph.edges:
            value = 1 if edge.mark == "->" else 2
            matrix[position[edge.source], position[edge.target]] = value
        matrices.append(matrix)
    both_dags = learned.is_dag and truth.is_dag
    distance = gadjid.sid if both_dags else gadjid.parent_aid
    note = "" if both_dags else "SID of a CPDAG: effects that it does not identify count as wrong."
    return int(distance(*matrices, edge_direction="from row to column")[1]), note


def _is_cpdag(graph: CausalGraph) -> bool:
    if not graph.is_cpdag_like:
        return False
    try:
        member = consistent_extension(graph)
    except GraphError:
        return False
    return {edge.key for edge in cpdag(member).edges} == {edge.key for edge in graph.edges}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _edge_list(pairs: frozenset[Pair], limit: int = 40) -> str:
    shown = [f"{escape(a)} → {escape(b)}" for a, b in sorted(pairs)[:limit]]
    more = [f"and {len(pairs) - limit} more"] if len(pairs) > limit else []
    return ", ".join(shown + more)

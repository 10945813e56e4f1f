"""What the tables of discovery report: F1, SHD, SID, seconds, undirected and wrong edges."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from engines import Answer, Engine

from causal_magics.errors import GraphError, shorten
from causal_magics.graph.comparison import compare
from causal_magics.graph.equivalence import consistent_extension, cpdag
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.network import PublishedNetwork

COLUMNS = (
    "data", "nodes", "method", "runs", "F1", "skeleton F1", "SHD", "SID", "edges", "undirected",
    "wrong", "s",
)  # fmt: skip
LEGEND = (
    "± is the sample standard deviation over seeds; SID is over the runs where it is defined. "
    "undirected: edges without a direction. wrong: "
    "edges that are directed the wrong way, of the true pairs that were found."
)
Case = tuple[pd.DataFrame, CausalGraph]


@dataclass(frozen=True)
class Outcome:
    """The measures of one run."""

    f1: float
    skeleton: float
    shd: float
    sid: float
    edges: float
    undirected: float
    wrong: float
    seconds: float


def outcome(answer: Answer, truth: CausalGraph | PublishedNetwork, *, classes: bool) -> Outcome:
    """Measure what a method gave; with `classes`, equivalence classes are compared."""
    assert answer.network is not None
    learned = answer.network
    found = compare(learned, truth)
    joined = len(found.shared) + len(found.reversed) + len(found.changed)
    if classes and not learned.feedback_edges and isinstance(truth, CausalGraph):
        found = compare(class_of(learned.graph), cpdag(truth))
        wrong = float("nan")
    else:
        wrong = len(found.reversed) / joined if joined else 0.0
    return Outcome(
        found.f1,
        found.skeleton_f1,
        found.shd,
        float("nan") if found.sid is None else found.sid,
        len(learned.graph.edges) + len(learned.feedback_edges),
        len(learned.graph.undirected_edges),
        wrong,
        answer.seconds,
    )


def class_of(graph: CausalGraph) -> CausalGraph:
    """Return the equivalence class of a DAG or of what can be extended to one."""
    try:
        return cpdag(consistent_extension(graph))
    except GraphError:
        return graph


class Table:
    """A table that is printed row by row; a method that is over its limit is left out later on.

    Parameters
    ----------
    engines : list of Engine
    """

    def __init__(self, engines: list[Engine]) -> None:
        self.engines = engines
        self.left_out: dict[tuple[str, str], str] = {}
        print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}", flush=True)

    def rows(
        self, kind: str, nodes: int, cases: Callable[[], Iterable[Case]], *, classes: bool = False
    ) -> None:
        """Run every method on all seeds of one kind of data and size."""
        every = list(cases())
        for engine in self.engines:
            if (engine.label, kind) in self.left_out or not all(engine.takes(f) for f, _ in every):
                continue
            outcomes, problem = [], ""
            for frame, truth in every:
                answer = engine.run(frame)
                if answer.network is None:
                    problem = answer.problem
                    break
                outcomes.append(outcome(answer, truth, classes=classes))
            if problem:
                self.left_out[engine.label, kind] = f"{problem} at {nodes} nodes"
                said = shorten(problem, 80)[1:-1]
                print(f"| {kind} | {nodes} | {engine.label} | {said} |{' |' * 8}", flush=True)
            else:
                print(row(kind, nodes, engine.label, outcomes), flush=True)

    def close(self) -> None:
        """End all processes and say what was left out."""
        for engine in self.engines:
            engine.close()
        print(f"\n{LEGEND}")
        for (label, kind), problem in self.left_out.items():
            print(f"Left out: {label} on {kind} ({shorten(problem, 80)[1:-1]}).")


def row(kind: str, nodes: int, label: str, outcomes: list[Outcome]) -> str:
    """Return one line of the table."""

    def told(name: str, digits: int, *, spread: bool = False) -> str:
        values = np.array([getattr(one, name) for one in outcomes], dtype=float)
        values = values[~np.isnan(values)]
        if not len(values):
            return "–"
        deviation = f" ± {values.std(ddof=1):.{digits}f}" if spread and len(values) > 1 else ""
        return f"{values.mean():.{digits}f}{deviation}"

    cells = (
        kind, str(nodes), label, str(len(outcomes)), told("f1", 3, spread=True),
        told("skeleton", 3), told("shd", 1, spread=True), told("sid", 1, spread=True),
        told("edges", 1), told("undirected", 1), told("wrong", 3),
        told("seconds", 3, spread=True),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"

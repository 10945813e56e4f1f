"""How long an edit waits for each of its answers, alone and while a language model is asked.

Edits are random: edges come, go, turn, become required or forbidden. Edits of roles, which may need
a pass over the data, are told of apart. Parts are in time of the processor. "All" is from the
message of a screen to the last part of the overlay, or to all opinions that are kept: on the clock,
with the 20 ms for which more edits are awaited, and in time of the processor, of all threads.

Run ``OMP_NUM_THREADS=1 python tests/benchmarks/bench_answers.py [edits]``.
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import comm
import numpy as np
import pandas as pd
from bench_overlay import data_of, random_graph
from comm.base_comm import BaseComm

from causal_magics.errors import CausalMagicsError
from causal_magics.graph.model import CausalGraph
from causal_magics.language.loading import load_model
from causal_magics.language.protocol import Pair, PairScorer
from causal_magics.widgets.changes import Answered, Drawn
from causal_magics.widgets.conversion import difference, from_graph
from causal_magics.widgets.disagreements import pairs_of
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.graph_editor import GraphEditor
from causal_magics.widgets.opinion_stream import bits_of
from causal_magics.widgets.overlay import overlays
from causal_magics.widgets.session import EditorSession, State

PARTS = "reading", "comparison", "columns", "bits", "change", "bounds", "tests"
SHOWN = {
    "commit": "commit", "reading": "graph reading", "bits": "bits", "change": "change",
    "bounds": "bounds on the PNS", "tests": "tests", "pairs": "verdicts on pairs",
    "parts": "all parts", "all": "all, from message to overlay",
    "processor": "all, processor", "opinions": "all, with opinions kept",
}  # fmt: skip
NUMBERS = count()
Times = dict[str, list[float]]


class SilentComm(BaseComm):
    """A wire at whose end nobody is."""

    def publish_msg(self, msg_type: str, data: Any = None, **_: Any) -> None:
        pass


class BusyModel(PairScorer):
    """Answers by chance, and keeps a core busy as a network does."""

    model_id = "busy"

    def score(self, pairs: list[Pair]) -> np.ndarray:
        rng = np.random.default_rng(len(pairs))
        matrix = rng.normal(size=(400, 400))
        due = time.perf_counter() + 0.1
        while time.perf_counter() < due:
            matrix = np.tanh(matrix @ matrix / 400)
        return -rng.random(len(pairs)) - 1.0


def discrete(frame: pd.DataFrame) -> pd.DataFrame:
    return (frame > frame.median()).astype(int)


def edge_edit(graph: CausalGraph, rng: random.Random) -> CausalGraph:
    """Another graph that differs by one edit of an edge."""
    while True:
        a, b = rng.sample(graph.nodes, 2)
        way = rng.choice(["add", "remove", "reverse", "require", "forbid"])
        edges = sorted(graph.directed_edges)
        try:
            if way == "add" and b not in graph.neighbors(a):
                return graph.add_edge(a, b)
            if way == "forbid" and b not in graph.neighbors(a):
                return graph.forbid(a, b)
            if way == "remove":
                return graph.remove_edge(*rng.choice(edges))
            if way == "reverse":
                return graph.reverse_edge(*rng.choice(edges))
            if way == "require":
                return graph.require(*rng.choice(edges))
        except CausalMagicsError:
            continue


def other_edit(graph: CausalGraph, rng: random.Random) -> CausalGraph:
    """Another graph that differs by the question: its exposure, outcome, or what is adjusted."""
    name = rng.choice([n for n in graph.nodes if not graph.node(n).roles])
    role = rng.choice(["exposure", "adjusted"])
    if role == "exposure":
        for old in graph.exposures:
            graph = graph.set_roles(old, ())
    return graph.set_roles(name, (role,))


def walk(graph: CausalGraph, edits: int, seed: int, edit: Any) -> Iterator[CausalGraph]:
    """Graphs, each by one edit from that before; not far from the first, as hands go back too."""
    rng, first = random.Random(seed), graph
    for number in range(edits):
        graph = edit(first if number % 8 == 0 else graph, rng)
        yield graph


def parts_of(state: State, evidence: Evidence, before: Answered | None, times: Times) -> Answered:
    """Answer a state, and note how long each part took."""
    stamps: list[float] = []
    *_, found = overlays(state, evidence, before, lambda: stamps.append(time.thread_time()))
    stamps.append(time.thread_time())
    marks = [*stamps[:6], stamps[6] if len(stamps) > 6 else stamps[-1], stamps[-1]]
    for part, start, end in zip(PARTS, marks, marks[1:], strict=False):
        times[part].append(1e3 * (end - start))
    start = time.thread_time()
    bits_of(pairs_of(state.document, []), state, evidence)
    times["pairs"].append(1e3 * (time.thread_time() - start))
    times["parts"].append(sum(times[part][-1] for part in (*PARTS, "pairs")))
    return Answered(Drawn(state.document, state.graph), evidence, found)


def parts(graph: CausalGraph, frame: pd.DataFrame, edits: int, edit: Any) -> Times:
    times: Times = defaultdict(list)
    evidence, session = Evidence(frame), EditorSession(graph)
    before = parts_of(session.state, evidence, None, defaultdict(list))
    for after in walk(graph, edits, 1, edit):
        session.set_graph(after)
        evidence.is_at_hand(after) or evidence.take(after)
        before = parts_of(session.state, evidence, before, times)
    return times


@contextmanager
def open_editor(graph: CausalGraph, **attached: Any) -> Iterator[GraphEditor]:
    comm.create_comm = SilentComm
    editor = GraphEditor(graph)
    editor.attach(**attached)
    editor.evidence.take(graph)
    editor.answer_now()
    yield editor
    editor.close()


def whole(editor: GraphEditor, edits: int, edit: Any, *, wait_for_opinions: bool = False) -> Times:
    """Times from the message of a screen to its commit, to the whole overlay, and to opinions."""
    times: Times = defaultdict(list)
    for after in walk(editor.graph, edits, 1, edit):
        state = editor.session.state
        document, _ = from_graph(after, state.document, state.graph, count(10_000))
        group = difference(state.document, document)
        if not group:
            continue
        message = {
            "kind": "ops", "gid": f"g{next(NUMBERS)}", "base_rev": state.revision, "origin": "s",
            "ops": group,
        }  # fmt: skip
        start, worked = time.perf_counter(), time.process_time()
        editor._receive(editor, message, None)
        times["commit"].append(1e3 * (time.perf_counter() - start))
        revision = editor.session.state.revision
        while editor.overlay["rev"] != revision or editor.overlay["waiting"]:
            time.sleep(0.0005)
        times["all"].append(1e3 * (time.perf_counter() - start))
        times["processor"].append(1e3 * (time.process_time() - worked))
        if wait_for_opinions:
            while editor.opinion["rev"] != revision:
                time.sleep(0.0005)
            times["opinions"].append(1e3 * (time.perf_counter() - start))
            while editor.opinion["waiting"]:
                time.sleep(0.01)
    return times


def table(head: str, times: Times) -> None:
    for part, name in SHOWN.items():
        if times.get(part):
            found = times[part]
            numbers = f"{np.median(found):>8.1f} {np.quantile(found, 0.95):>8.1f}"
            print(f"{head:<26} {name:<30} {numbers} {len(found):>6}", flush=True)


def asking(graph: CausalGraph, data: pd.DataFrame, edits: int, head: str) -> None:
    """Edits while a model streams; the same once it has answered every pair of the graph."""
    for name, model in (("busy model", BusyModel()), ("smollm2", load_model("smollm2"))):
        with open_editor(graph, data=data, model=model, domain=f"{head} {time.time()}") as editor:
            table(f"{head}, {name}", whole(editor, edits, edge_edit))
            while editor.opinion["waiting"]:
                time.sleep(0.1)
            table(f"{head}, {name} kept", whole(editor, 20, edge_edit, wait_for_opinions=True))


def main(edits: int = 200) -> None:
    print(f"{'':<26} {'answer':<30} {'p50, ms':>8} {'p95, ms':>8} {'edits':>6}")
    for nodes in (20, 50):
        graph = random_graph(nodes, 0)
        frame = data_of(graph, 0)
        for kind, data in (("continuous", frame), ("discrete", discrete(frame))):
            head = f"{nodes} {kind}"
            table(head, parts(graph, data, edits, edge_edit))
            table(f"{head}, roles", parts(graph, data, edits // 4, other_edit))
            with open_editor(graph, data=data) as editor:
                table(head, whole(editor, edits, edge_edit))
            asking(graph, data, edits // 2, head)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

"""Messages are handled on other threads while a cell runs: nothing is lost or out of order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.binding import NameBinding, check
from causal_magics.widgets.document import Document
from causal_magics.widgets.session import EditorSession


def _run_together(*tasks: Callable[[], None]) -> None:
    with ThreadPoolExecutor(len(tasks)) as pool:
        for future in [pool.submit(task) for task in tasks]:
            future.result(timeout=60)


def _screen(session: EditorSession, origin: str, random_operation: Any) -> Callable[[], None]:
    def hammer() -> None:
        rng = Random(origin)
        for number in range(150):
            state = session.state
            key = f"{origin}{number}"
            operation = random_operation(rng, state.document, key)
            session.submit(
                {"kind": "ops", "gid": key, "base_rev": state.revision, "origin": origin,
                 "ops": [operation]}
            )  # fmt: skip

    return hammer


def test_screens_python_and_undo_at_once(random_graph: Any, random_operation: Any) -> None:
    said: list[Any] = []
    seen: list[CausalGraph] = []
    session = EditorSession(random_graph(Random(1)), said.append)
    session.observers.add(seen.append)
    start = session.state.document
    names: dict[str, Any] = {}
    binding = NameBinding(session, names, "g")

    def python() -> None:
        rng = Random(2)
        for _ in range(60):
            session.set_graph(random_graph(rng))
            session.undo()

    def cells() -> None:
        for _ in range(60):
            graph = names["g"]
            names["g"] = graph.remove_node(graph.nodes[0]) if graph.nodes else CausalGraph(["A"])
            check()

    screens = [_screen(session, origin, random_operation) for origin in ("a", "b", "c")]
    _run_together(*screens, python, cells)
    check()
    commits = [message for message in said if message["kind"] == "commit"]
    assert [commit["rev"] for commit in commits] == list(range(1, len(commits) + 1))
    document: Document = start
    for commit in commits:
        document = document.apply(commit["ops"])
    assert document == session.state.document
    assert len(seen) == len(commits)
    assert seen[-1] is session.graph
    assert names["g"] is session.graph
    assert binding.name == "g"


def test_two_editors_of_one_name_cannot_block_each_other() -> None:
    names: dict[str, Any] = {}
    sessions = [EditorSession(CausalGraph()) for _ in range(2)]
    bindings = [NameBinding(session, names, "g") for session in sessions]

    def draw(session: EditorSession, origin: str) -> Callable[[], None]:
        def task() -> None:
            for number in range(80):
                key = f"{origin}{number}"
                node = {"op": "add_node", "id": key, "name": key, "roles": [], "x": 0, "y": 0}
                session.submit(
                    {"kind": "ops", "gid": key, "base_rev": 0, "origin": origin, "ops": [node]}
                )

        return task

    _run_together(draw(sessions[0], "a"), draw(sessions[1], "b"))
    check()
    check()
    assert len(bindings) == 2
    assert sessions[0].graph == sessions[1].graph == names["g"]

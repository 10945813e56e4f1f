"""Calls that are interrupted in a kernel, each given as new, and the locks that they take."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hardening.kill_jobs import JOBS, NAMES
from probing.asked_models import Knowing

from causal_magics.data.simulation import simulate
from causal_magics.graph.model import CausalGraph
from causal_magics.language.answer_cache import AnswerCache, CachedModel
from causal_magics.probing.asking import ask
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.opening import edit

FRAME = simulate("joint", 5, 4000, seed=0).frame
GRAPH = CausalGraph(edges=[("x1", "x2"), ("x2", "x3"), ("x3", "x4")])
EVIDENCE = Evidence(FRAME)
ANSWERS = AnswerCache(Path(mkdtemp()) / "answers.sqlite")
EDITOR = edit(GRAPH, "g")
LOCKS = type(threading.Lock()), type(threading.RLock())


def _priced() -> str:
    EVIDENCE._measured = None
    EVIDENCE.take(GRAPH)
    return repr(EVIDENCE.prices(GRAPH))[:0] + str(EVIDENCE.is_at_hand(GRAPH))


def _asked() -> str:
    return repr(ask(NAMES, CachedModel(Knowing(NAMES, {("rain", "mud")}), ANSWERS)).beliefs)


def _edited() -> str:
    for number in range(300):
        EDITOR.set_graph(GRAPH.add_node(f"n{number}"))
    EDITOR.set_graph(GRAPH)
    return str(EDITOR.graph)


def _job(name: str) -> Callable[[], str]:
    return lambda: JOBS[name].run(Path(mkdtemp()))


CALLS: dict[str, Callable[[], str]] = {
    "price": _priced,
    "ask": _asked,
    "edit": _edited,
    **{name: _job(name) for name in ("learn batch by batch", "mediate", "prune", "train")},
}


def held_locks() -> list[str]:
    """Return which of our objects have a lock that somebody holds."""
    found = []
    for each in gc.get_objects():
        try:
            if not type(each).__module__.startswith("causal_magics"):
                continue
            known: dict[str, Any] = vars(each)
        except Exception:  # noqa: BLE001  (objects of others may refuse anything)
            continue
        for name, lock in known.items():
            if isinstance(lock, LOCKS) and _is_held(lock):
                found.append(f"{type(each).__name__}.{name}")
    return found


def _is_held(lock: Any) -> bool:
    """Return whether another thread, which has no more work to do, would wait for a lock."""
    taken: list[bool] = []

    def take() -> None:
        taken.append(lock.acquire(timeout=2.0))
        if taken[0]:
            lock.release()

    asking = threading.Thread(target=take)
    asking.start()
    asking.join()
    return not taken[0]

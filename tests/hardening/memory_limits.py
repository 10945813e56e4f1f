"""Calls that need more memory than there is: a readable error or a result, and the session lives.

Run ``python tests/hardening/memory_limits.py``. Each call runs in a process of its own whose
address space may grow by 200 MB: first a small call, then one that is too large, then the small
one again, whose result has to be the same.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

TESTS = Path(__file__).parents[1]
ROOM = 200 << 20
LARGE = 3_000_000


@dataclass(frozen=True)
class Call:
    """What is called: `prepare` makes what it takes, `call` is given that."""

    prepare: Callable[[bool], Any]
    call: Callable[[Any], object]


def _rows(large: bool) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    first = rng.standard_normal(LARGE if large else 300)
    columns = {"a": first}
    for name in "bcdef":
        first = 0.7 * first + rng.standard_normal(len(first)).astype(np.float32)
        columns[name] = first
    return pd.DataFrame(columns)


def _wide(large: bool) -> pd.DataFrame:
    size = 2500 if large else 6
    return pd.DataFrame(np.random.default_rng(0).standard_normal((200, size))).add_prefix("x")


def _learn(frame: pd.DataFrame) -> object:
    from causal_magics.discovery.discover import discover

    found = discover(frame, progress=False)
    return round(found.bits, 6), str(found.graph)


def _units(large: bool) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    size = LARGE if large else 400
    columns = {"t": rng.integers(2, size=size), "y": rng.integers(2, size=size)}
    return pd.DataFrame(columns | {name: rng.integers(4, size=size) for name in "uvwx"})


def _bounds(frame: pd.DataFrame) -> object:
    from causal_magics.counterfactual.frames.bounds_of_frame import bounds

    return repr(bounds(frame, "t", "y", by=["u", "v", "w", "x"] if len(frame) > 400 else ["u"]))


def _graph(large: bool) -> Any:
    from causal_magics.graph.model import CausalGraph

    size = 1500 if large else 12
    rng = np.random.default_rng(0)
    edges = [
        (f"n{cause}", f"n{effect}")
        for effect in range(1, size) for cause in {*rng.integers(effect, size=3).tolist()}
    ]  # fmt: skip
    return CausalGraph(edges=edges)


def _read_graph(graph: Any) -> object:
    from causal_magics.graph.drawing import to_svg
    from causal_magics.graph.notation import format_graph, parse_graph

    last = graph.nodes[-1]
    apart = graph.is_d_separated("n0", last, graph.parents(last) - {"n0"})
    return apart, len(to_svg(graph)), parse_graph(format_graph(graph)) == graph


def _task_count(large: bool) -> int:
    return 400_000 if large else 50


def _evaluate(n_tasks: int) -> object:
    from passive.learner.small_policies import drawn_policy

    from causal_magics.passive.evaluation.evaluate_policy import evaluate_policy
    from causal_magics.passive.worlds.environment import CausalEnvironment

    world = CausalEnvironment(3, held_out=None)
    options: dict[str, Any] = {"baselines": False, "progress": False}
    return repr(evaluate_policy(drawn_policy("axial", 3), world, n_tasks=n_tasks, **options))


def _prompt_count(large: bool) -> int:
    return 4000 if large else 1


def _mediate(repeats: int) -> object:
    from probing.test_mediation_effects import PAIRS
    from pruning.tiny_workloads import tiny_model

    from causal_magics.probing.mediation import mediate
    from causal_magics.probing.prompt_pairs import aligned_pairs

    pairs = aligned_pairs(PAIRS, tiny_model())
    found = mediate(pairs * repeats, tiny_model(), mediators="neurons", screen=60)
    return round(float(found.log_odds_indirect.sum()), 6)


CALLS = {
    "discover, many rows": Call(_rows, _learn),
    "discover, many columns": Call(_wide, _learn),
    "bounds, many units": Call(_units, _bounds),
    "a graph of 1,500 nodes": Call(_graph, _read_graph),
    "evaluate, many tasks": Call(_task_count, _evaluate),
    "mediate, many pairs": Call(_prompt_count, _mediate),
}


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def _outcome(call: Call) -> str:
    """Run a call small, large within the limit, and small again; say what happened."""
    small, large = call.prepare(False), call.prepare(True)
    before = call.call(small)
    limit = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + ROOM, limit))
    try:
        call.call(large)
        told = "done"
    except Exception as error:  # noqa: BLE001  (which error it is, is what is asked)
        told = f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"
    if call.call(small) != before:
        return f"another result afterwards, {told}"
    left = [each.name for each in threading.enumerate() if each.name == "causal-magics"]
    return f"lives, {told}" + (f", threads left: {left}" if left else "")


def outcome(name: str, seconds: int = 300) -> str:
    """Return what becomes of a call in a process of its own."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(seconds)
        try:
            os.write(write, _outcome(CALLS[name]).encode())
        except BaseException:  # noqa: BLE001  (told on the screen, whatever it is)
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        told = answer.read()
    _, status = os.waitpid(pid, 0)
    return told or f"ended with {status}"


def main() -> int:
    """Print what becomes of each call."""
    import torch

    from causal_magics.data.simulation import simulate
    from causal_magics.discovery.discover import discover

    torch.set_num_threads(1)
    discover(simulate("joint", 3, 60).frame, progress=False)
    found = {}
    for name in sys.argv[1:] or CALLS:
        found[name] = outcome(name)
        print(f"{name:24} {found[name]}", flush=True)
    return int(not all(told.startswith("lives") for told in found.values()))


if __name__ == "__main__":
    sys.path.insert(0, str(TESTS))
    sys.exit(main())

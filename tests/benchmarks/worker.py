"""A process that runs one method of discovery on tables that it is told of, one JSON line each.

`engines.Engine` starts it; ``python worker.py METHOD OPTIONS`` is not run by hand.
"""

from __future__ import annotations

import os

os.environ.update(
    OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", NUMBA_NUM_THREADS="1"
)

import json
import random
import resource
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

Run = Callable[[pd.DataFrame], Any]


def ours(options: dict[str, Any]) -> Run:
    from causal_magics.discovery.discover import discover

    return lambda frame: discover(frame, progress=False, **options)


def pc(options: dict[str, Any]) -> Run:
    from causallearn.search.ConstraintBased.PC import pc as run

    def learn(frame: pd.DataFrame) -> Any:
        test = "fisherz" if _is_numeric(frame) else "chisq"
        return run(_codes(frame), show_progress=False, **{"indep_test": test} | options).G

    return learn


def ges(options: dict[str, Any]) -> Run:
    from causallearn.search.ScoreBased.GES import ges as run

    return lambda frame: run(_codes(frame), score_func=_score(frame), **options)["G"]


def boss(options: dict[str, Any]) -> Run:
    from causallearn.search.PermutationBased.BOSS import boss as run

    return lambda frame: run(
        _codes(frame), score_func=_score(frame, "_from_cov"), verbose=False, **options
    )


def grasp(options: dict[str, Any]) -> Run:
    from causallearn.search.PermutationBased.GRaSP import grasp as run

    return lambda frame: run(
        _codes(frame), score_func=_score(frame, "_from_cov"), verbose=False, **options
    )


def topic(options: dict[str, Any]) -> Run:
    from causalchange import Topic

    def learn(frame: pd.DataFrame) -> Any:
        model = Topic(**options)
        model.fit(frame.to_numpy())
        return model.graph_

    return learn


def camuv(options: dict[str, Any]) -> Run:
    import lingam

    return lambda frame: lingam.CAMUV(**options).fit(frame.to_numpy())


def lingam_direct(options: dict[str, Any]) -> Run:
    import lingam

    return lambda frame: lingam.DirectLiNGAM(**options).fit(frame.to_numpy())


def hill_climb_bic(options: dict[str, Any]) -> Run:
    from pgmpy.estimators import HillClimbSearch

    return lambda frame: HillClimbSearch(frame).estimate(
        scoring_method="bic-cg" if any(d.kind in "fiu" for d in frame.dtypes) else "bic-d",
        show_progress=False, **options,
    )  # fmt: skip


def hill_climb_bdeu(options: dict[str, Any]) -> Run:
    from pgmpy.estimators import HillClimbSearch

    return lambda frame: HillClimbSearch(frame).estimate(
        scoring_method="bdeu", show_progress=False, **options
    )


def globe(options: dict[str, Any]) -> Run:
    """Our score under the search of GLOBE: edges by how much their directions differ, then pruned.

    Mian, Marx and Vreeken, AAAI 2021.
    """
    from causal_magics.discovery import moves
    from causal_magics.discovery.basis import Basis
    from causal_magics.discovery.learning import Terms
    from causal_magics.discovery.statistics import GramStatistic
    from causal_magics.graph.elements import Knowledge
    from causal_magics.graph.model import CausalGraph

    def learn(frame: pd.DataFrame) -> Any:
        names, values = list(frame.columns), frame.to_numpy(dtype=float)
        basis = Basis.fit(values)
        score = Terms.of(names, Knowledge(), 0.0, None).score(
            GramStatistic.from_values(basis, values)
        )
        count = len(names)
        graph = np.zeros((count, count), dtype=bool)

        def gains(effect: int) -> Any:
            causes = np.flatnonzero(~graph[:, effect] & (np.arange(count) != effect))
            found = np.full(count, -np.inf)
            found[causes] = score.add_gains(effect, np.flatnonzero(graph[:, effect]), causes)
            return found

        table = np.column_stack([gains(effect) for effect in range(count)])
        while True:
            legal = (table > 0.0) & ~moves.closure(graph).T
            if not legal.any():
                break
            rank = np.where(legal, table - table.T, -np.inf)
            cause, effect = np.unravel_index(np.argmax(rank), rank.shape)
            graph[cause, effect] = True
            table[effect, cause] = -np.inf
            table[:, effect] = gains(int(effect))
        for effect in range(count):
            parents = score.grow_shrink(
                effect, np.empty(0, np.int64), np.flatnonzero(graph[:, effect])
            )
            graph[:, effect] = np.isin(np.arange(count), parents)
        return CausalGraph(names, [(names[i], names[j]) for i, j in np.argwhere(graph).tolist()])

    return learn


METHODS: dict[str, Callable[[dict[str, Any]], Run]] = {
    "ours": ours, "globe": globe, "pc": pc, "ges": ges, "boss": boss, "grasp": grasp,
    "topic": topic, "camuv": camuv, "lingam": lingam_direct, "hc-bic": hill_climb_bic,
    "hc-bdeu": hill_climb_bdeu,
}  # fmt: skip


def _is_numeric(frame: pd.DataFrame) -> bool:
    return all(dtype.kind in "fiu" for dtype in frame.dtypes)


def _codes(frame: pd.DataFrame) -> Any:
    """Return numbers; labels are numbered."""
    if _is_numeric(frame):
        return frame.to_numpy(dtype=float)
    return np.column_stack([pd.factorize(frame[name], sort=True)[0] for name in frame.columns])


def _score(frame: pd.DataFrame, variant: str = "") -> str:
    return f"local_score_BIC{variant}" if _is_numeric(frame) else "local_score_BDeu"


def edges_of(result: Any, names: list[str]) -> list[tuple[str, str, str]]:
    """Return the edges of a result, those that close cycles too."""
    graph = result if type(result).__name__ == "CausalGraph" else getattr(result, "graph", None)
    if type(graph).__name__ == "CausalGraph":
        return [edge.key for edge in graph.edges]
    from causal_magics.graph.interchange.results import network_of

    network = network_of(result, names)
    return [e.key for e in network.graph.edges] + [(*p, "->") for p in network.feedback_edges]


def read_frame(path: str) -> pd.DataFrame:
    with np.load(path) as stored:
        names = stored["names"].tolist()
        columns = {name: stored[f"c{i}"] for i, name in enumerate(names)}
    return pd.DataFrame({n: pd.Categorical(v) if v.dtype.kind == "U" else v
                         for n, v in columns.items()})  # fmt: skip


def answer(run: Run, path: str) -> dict[str, Any]:
    frame = read_frame(path)
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  the packages draw from it
    start = time.perf_counter()
    try:
        result = run(frame)
    except Exception as error:  # noqa: BLE001  what a method cannot do is part of the table
        traceback.print_exc()
        return {"error": f"{type(error).__name__}: {error}".split("\n")[0][:200]}
    seconds = time.perf_counter() - start
    return {
        "edges": edges_of(result, list(frame.columns)),
        "seconds": seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what packages print is not the answer
    warnings.simplefilter("ignore")
    run = METHODS[sys.argv[1]](json.loads(sys.argv[2]))
    for line in sys.stdin:
        print(json.dumps(answer(run, json.loads(line))), file=replies, flush=True)


if __name__ == "__main__":
    main()

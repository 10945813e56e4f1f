"""Data with known graphs: the additive-noise yardstick, and the kinds of data that are hard.

Of ``../shared/yardsticks/anm.py`` where that file is, else of `causal_magics.data.simulation`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from causal_magics.data.simulation import simulate
from causal_magics.data.table import read_table
from causal_magics.errors import DataError
from causal_magics.graph.model import CausalGraph

YARDSTICK = Path(__file__).parents[3] / "shared" / "yardsticks" / "anm.py"
SOURCE = "anm.py" if YARDSTICK.exists() else "causal_magics.data.simulation"
KINDS = {"gp": "gp", "sigmoid": "sig", "joint": "gpjoint", "polynomial": "poly", "linear": "lin"}
Case = tuple[pd.DataFrame, CausalGraph]


@cache
def yardstick() -> Any:
    """Return the module of the yardstick."""
    spec = importlib.util.spec_from_file_location("anm", YARDSTICK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def standard(kind: str, nodes: int, rows: int, seed: int, degree: float = 2.0, **how: Any) -> Case:
    """Return standardised data of one kind of mechanism, and their graph.

    Parameters
    ----------
    kind : a key of `KINDS`
    how
        `noise` ("gauss", "unif", "laplace") and `hetero` of the yardstick.
    """
    if YARDSTICK.exists():
        values, adjacency = yardstick().dataset(KINDS[kind], nodes, rows, seed, degree, **how)
        return case(values, adjacency)
    names = {"unif": "uniform", "gauss": "gaussian"}
    noise = names.get(how.pop("noise", "gauss"), "laplace")
    if how:
        raise SystemExit(f"Expected {YARDSTICK} for data with {', '.join(how)}.")
    found = simulate(kind, nodes, rows, seed, degree=degree, noise=noise)  # type: ignore[arg-type]
    return pd.DataFrame(found.values, columns=list(found.graph.nodes)), found.graph


def case(values: Any, adjacency: Any) -> Case:
    """Return a table and its graph; ``adjacency[i, j]`` is ``i -> j``."""
    names = [f"x{index + 1}" for index in range(len(adjacency))]
    edges = [(names[i], names[j]) for i, j in np.argwhere(adjacency).tolist()]
    return pd.DataFrame(values, columns=names), CausalGraph(names, edges)


def usable(cases: Iterator[Case]) -> Iterator[Case]:
    """Leave out tables that cannot be learned from, as where cubics left one outlier a column."""
    for frame, truth in cases:
        try:
            if all(dtype.kind == "f" for dtype in frame.dtypes) and not frame.isna().any(axis=None):
                read_table(frame)
        except DataError:
            continue
        if all(frame[name].nunique() > 1 for name in frame.columns):
            yield frame, truth

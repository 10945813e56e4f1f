"""Data on which discovery is hard: each function returns a table and its graph for a seed."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from yardstick import Case, case, standard, yardstick

from causal_magics.graph.model import CausalGraph

NODES = 20
LEVELS = (2, 3, 4)  # of the discrete columns of mixed tables
Values = NDArray[np.float64]


def joint_dense(rows: int, seed: int) -> Case:
    """One draw of a Gaussian process over all parents, four edges expected at a node."""
    return standard("joint", NODES, rows, seed, degree=4.0)


def products(rows: int, seed: int) -> Case:
    """Parents act as products of two, ``x1 x2 + x3 x4``; one that is left over acts alone."""
    rng = np.random.default_rng([seed, NODES, 6])
    adjacency = yardstick().er_dag(NODES, 2.0, rng)
    model = yardstick().SCM(adjacency, "gp", rng)
    for node in range(NODES):
        if adjacency[:, node].sum() >= 2:
            model.f[node] = _product(int(adjacency[:, node].sum()), rng)
    model._calibrate(rng)
    return case(_standardised(model.sample(rows, rng)), adjacency)


def _product(parents: int, rng: np.random.Generator) -> Callable[[Values], Values]:
    alone = yardstick().rand_fun("gp", 1, rng) if parents % 2 else None

    def act(values: Values) -> Values:
        pairs = sum(values[:, k] * values[:, k + 1] for k in range(0, parents - 1, 2))
        return pairs if alone is None else pairs + alone(values[:, -1:])

    return act


def missing(share: float) -> Callable[[int, int], Case]:
    """Additive Gaussian processes; cells are lost at random, whatever stood there."""

    def make(rows: int, seed: int) -> Case:
        frame, truth = standard("gp", NODES, rows, seed)
        lost = np.random.default_rng([seed, 7]).random(frame.shape) < share
        return frame.mask(lost), truth

    return make


def latent(rows: int, seed: int) -> Case:
    """Additive Gaussian processes over 25 variables, of which 5 are hidden.

    The graph is the one among the others: arrows between observed variables, as they are.
    """
    frame, truth = standard("gp", NODES * 5 // 4, rows, seed)
    rng = np.random.default_rng([seed, 8])
    seen = sorted(rng.choice(len(truth), NODES, replace=False).tolist())
    names = [truth.nodes[index] for index in seen]
    kept = [(e.source, e.target) for e in truth.edges if {e.source, e.target} <= set(names)]
    return frame[names], CausalGraph(names, kept)


def mixed(rows: int, seed: int) -> Case:
    """Additive Gaussian processes; a third of the columns is cut into labels, which act on others.

    The effects of a column with labels are functions of the label's number, standardised.
    """
    rng = np.random.default_rng([seed, NODES, 9])
    adjacency = yardstick().er_dag(NODES, 2.0, rng)
    model = yardstick().SCM(adjacency, "gp", rng)
    levels = {
        int(node): int(rng.choice(LEVELS)) for node in rng.choice(NODES, NODES // 3, replace=False)
    }
    values, labels = np.zeros((rows, NODES)), {}
    for node in model.order:
        parents = np.flatnonzero(adjacency[:, node])
        column = rng.normal(size=rows)
        if len(parents):
            signal = _standardised(model.f[node](values[:, parents])[:, None])[:, 0]
            column = np.sqrt(1 - model.h[node]) * signal + np.sqrt(model.h[node]) * column
        if node in levels:
            cuts = np.quantile(column, np.arange(1, levels[node]) / levels[node])
            numbers = np.searchsorted(cuts, column)
            labels[node] = np.array([f"level {n}" for n in range(levels[node])])[numbers]
            column = _standardised(numbers[:, None].astype(float))[:, 0]
        values[:, node] = column
    frame, truth = case(values, adjacency)
    for node, column in labels.items():
        frame[frame.columns[node]] = pd.Categorical(column)
    return frame, truth


def network(name: str) -> Callable[[int, int], Case]:
    """Rows drawn from a Bayesian network that pgmpy carries; every column has labels."""

    def make(rows: int, seed: int) -> Case:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pgmpy.utils import get_example_model

            model = get_example_model(name)
        nodes = sorted(model.nodes)
        frame = model.simulate(rows, seed=seed, show_progress=False)[nodes]
        return frame.astype(str).astype("category"), CausalGraph(nodes, list(model.edges))

    return make


def _standardised(values: Any) -> Any:
    return (values - values.mean(0)) / (values.std(0) + 1e-12)


def _plain(kind: str, **how: Any) -> Callable[[int, int], Case]:
    return lambda rows, seed: standard(kind, NODES, rows, seed, **how)


CONTINUOUS: dict[str, Callable[[int, int], Case]] = {
    "joint, degree 4": joint_dense,
    "products": products,
    "cubics": _plain("polynomial"),
    "gp, heteroscedastic": _plain("gp", hetero=True),
    "sigmoid, heteroscedastic": _plain("sigmoid", hetero=True),
    "linear": _plain("linear"),
    "linear, uniform noise": _plain("linear", noise="unif"),
    "linear, Laplace noise": _plain("linear", noise="laplace"),
    "gp, 10 % missing": missing(0.1),
    "gp, 20 % missing": missing(0.2),
    "gp, 20 % latent": latent,
    "gp, mixed": mixed,
}
NETWORKS = ("asia", "sachs", "child", "alarm")

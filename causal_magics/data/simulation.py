"""Simulators with a known truth: sparse additive-noise models on random graphs.

Every variable is brought to unit variance as it is generated, and the share of noise is drawn for
each, so that neither variances nor explained variance give the order away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.frames import new_frame
from causal_magics.errors import DataError
from causal_magics.graph.model import CausalGraph

Floats = NDArray[np.float64]
Mechanism = Literal["gp", "joint", "sigmoid", "polynomial", "linear"]
Noise = Literal["gaussian", "uniform", "laplace"]

_FEATURES = 200
_NOISE_SHARE = (0.2, 0.6)
_CALIBRATION_ROWS = 4000


@dataclass(frozen=True, eq=False, repr=False)
class Simulation:
    """Simulated data and the graph they came from.

    Attributes
    ----------
    frame
        A data frame (pandas where it is installed).
    graph : CausalGraph
        The truth; its nodes are the columns of `frame`.
    values : array, shape (rows, nodes)
        The same data.
    """

    frame: Any = field(hash=False)
    graph: CausalGraph
    values: Floats = field(hash=False)

    def __repr__(self) -> str:
        rows, columns = self.values.shape
        edges = len(self.graph.edges)
        return f"<Simulation: {rows:,} rows, {columns} columns, {edges} edges>"


def simulate(
    mechanism: Mechanism = "gp",
    nodes: int = 10,
    rows: int = 1000,
    seed: int = 0,
    *,
    degree: float = 2.0,
    noise: Noise = "gaussian",
) -> Simulation:
    """Draw a random graph and data from it.

    Parameters
    ----------
    mechanism
        How parents act: "gp" is a sum of draws of a Gaussian process per parent, "joint" one draw
        over all parents (not additive), "sigmoid" a sum of mostly monotone curves, "polynomial" of
        cubics (with heavy tails), "linear" a weighted sum.
    nodes, rows
        Size of the table.
    seed
        The same seed gives the same data.
    degree
        Expected number of edges at a node.
    noise
        Distribution of what is added.

    Raises
    ------
    DataError
        Where a size is not positive or a mechanism or noise unknown.
    """
    if nodes < 1 or rows < 2 or degree < 0:
        raise DataError(
            "Expected at least 1 node, 2 rows and a degree from 0, "
            f"got {nodes} nodes, {rows} rows and degree {degree}."
        )
    for given, known in ((mechanism, _MECHANISMS), (noise, _NOISES)):
        if given not in known:
            raise DataError(f"Expected one of {', '.join(known)}, got {given!r}.")
    rng = np.random.default_rng([seed, nodes, list(_MECHANISMS).index(mechanism)])
    adjacency = _random_dag(nodes, degree, rng)
    values = _generate(adjacency, rows, _MECHANISMS[mechanism], _NOISES[noise], rng)
    names = [f"x{index + 1}" for index in range(nodes)]
    edges = [(names[i], names[j]) for i, j in np.argwhere(adjacency).tolist()]
    frame = new_frame(dict(zip(names, values.T, strict=True)))
    return Simulation(frame, CausalGraph(names, edges), values)


def _random_dag(nodes: int, degree: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Erdős-Rényi graph along a random order; ``A[i, j]`` where ``i -> j``."""
    share = min(1.0, degree / max(1, nodes - 1))
    upper = np.triu(rng.random((nodes, nodes)) < share, 1)
    order = rng.permutation(nodes)
    adjacency = np.zeros((nodes, nodes), dtype=bool)
    adjacency[np.ix_(order, order)] = upper
    return adjacency


def _generate(
    adjacency: NDArray[np.bool_],
    rows: int,
    draw: Callable[[int, np.random.Generator], Callable[[Floats], Floats]],
    noise: Callable[[np.random.Generator, int], Floats],
    rng: np.random.Generator,
) -> Floats:
    """Ancestral sampling; rows beyond `rows` calibrate the variances and are dropped."""
    total = rows + _CALIBRATION_ROWS
    values = np.zeros((total, len(adjacency)))
    missing = adjacency.sum(axis=0)
    free = np.flatnonzero(missing == 0).tolist()
    while free:
        node = free.pop()
        parents = np.flatnonzero(adjacency[:, node])
        values[:, node] = noise(rng, total)
        if len(parents):
            signal = draw(len(parents), rng)(values[:, parents])
            rest = signal[rows:]
            signal = (signal - rest.mean()) / (rest.std() + 1e-12)
            share = rng.uniform(*_NOISE_SHARE)
            values[:, node] = np.sqrt(1 - share) * signal + np.sqrt(share) * values[:, node]
        for child in np.flatnonzero(adjacency[node]).tolist():
            missing[child] -= 1
            if missing[child] == 0:
                free.append(child)
    drawn = values[:rows]
    scaled: Floats = (drawn - drawn.mean(axis=0)) / drawn.std(axis=0)
    return scaled


def _gaussian_process(parents: int, rng: np.random.Generator) -> Callable[[Floats], Floats]:
    """One function of all parents with a squared-exponential kernel, by random features."""
    weights = rng.normal(size=(parents, _FEATURES))
    phases = rng.uniform(0, 2 * np.pi, _FEATURES)
    heights = rng.normal(size=_FEATURES) * np.sqrt(2 / _FEATURES)
    return lambda x: np.cos(x @ weights + phases) @ heights


def _additive_processes(parents: int, rng: np.random.Generator) -> Callable[[Floats], Floats]:
    parts = [_gaussian_process(1, rng) for _ in range(parents)]
    return lambda x: sum(
        (part(x[:, [index]]) for index, part in enumerate(parts)), start=np.zeros(len(x))
    )


def _sigmoids(parents: int, rng: np.random.Generator) -> Callable[[Floats], Floats]:
    height = rng.exponential(0.25, parents) + 1
    slope = rng.choice([-1, 1], parents) * rng.uniform(0.5, 2, parents)
    shift = rng.uniform(-2, 2, parents)

    def signal(x: Floats) -> Floats:
        bent = slope * (x + shift)
        total: Floats = (height * bent / (1 + np.abs(bent))).sum(axis=1)
        return total

    return signal


def _polynomials(parents: int, rng: np.random.Generator) -> Callable[[Floats], Floats]:
    """Hermite polynomials of degree one to three with random weights."""
    first, second, third = rng.uniform(-1, 1, (3, parents))

    def signal(x: Floats) -> Floats:
        total: Floats = (first * x + second * (x**2 - 1) + third * (x**3 - 3 * x) / np.sqrt(6)).sum(
            axis=1
        )
        return total

    return signal


def _weighted_sum(parents: int, rng: np.random.Generator) -> Callable[[Floats], Floats]:
    weights = rng.choice([-1, 1], parents) * rng.uniform(0.5, 1.5, parents)
    return lambda x: x @ weights


def _gaussian(rng: np.random.Generator, rows: int) -> Floats:
    return rng.normal(size=rows)


def _uniform(rng: np.random.Generator, rows: int) -> Floats:
    return rng.uniform(-np.sqrt(3), np.sqrt(3), rows)


def _laplace(rng: np.random.Generator, rows: int) -> Floats:
    return rng.laplace(scale=np.sqrt(0.5), size=rows)


_MECHANISMS: dict[str, Callable[[int, np.random.Generator], Callable[[Floats], Floats]]] = {
    "gp": _additive_processes,
    "joint": _gaussian_process,
    "sigmoid": _sigmoids,
    "polynomial": _polynomials,
    "linear": _weighted_sum,
}
_NOISES: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "gaussian": _gaussian,
    "uniform": _uniform,
    "laplace": _laplace,
}

"""Structural causal models: a graph, what makes each variable from its parents, and noise.

Pearl, *Causality* (2009), chapter 7.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.frames import new_frame
from causal_magics.data.mechanism_calls import BoundMechanism, Mechanism, bound_mechanism
from causal_magics.data.wording import enumerate_items
from causal_magics.errors import GraphError, OptionError, shorten
from causal_magics.graph.model import CausalGraph
from causal_magics.options import check_count, check_kind

__all__ = ["Mechanism", "StructuralModel", "check_observed_dag"]

Floats = NDArray[np.float64]
Noise = float | Sequence[float] | Floats

_TRIED_ROWS = 4
"""Rows that are made of a new model, so that what fails does so where it was given."""


@dataclass(frozen=True, eq=False, repr=False)
class StructuralModel:
    """What makes each variable of a graph.

    A variable is ``mechanism(parents) + noise``; noises of variables are independent.

    Parameters
    ----------
    graph : CausalGraph
        A DAG whose nodes are all there is: no common cause is hidden.
    mechanisms : mapping of str to callable
        For each node with parents, a function of arrays, one for each parent, that returns an array
        of their shape. Parameters that are called as the parents get these; otherwise parents come
        in the order of the graph's nodes. A node without parents may have one of no parameters.
    noise : float, array, or mapping of str to either
        Standard deviations of Gaussian noise, or numbers that noise is drawn from with replacement,
        such as residuals. A mapping may leave nodes out: theirs is 1. Functional nodes with parents
        have none.
    units : mapping of str to (float, float), optional
        Mean and standard deviation of each column, where the model was fitted to data.

    Raises
    ------
    GraphError
        Where the graph has edges other than ``->``, latent or selection nodes.
    OptionError
        Where a mechanism is missing, does not fit its parents, fails on some rows or returns
        something else than finite numbers in their shape; or where noise is no noise.
    UnknownNodeError

    Examples
    --------
    >>> model = StructuralModel(CausalGraph.parse("x -> y"), {"y": lambda x: 2 * x}, noise=0.5)
    >>> model
    <StructuralModel: 2 variables, 1 edge>
    >>> round(float(model.rows(100_000, {"x": 3.0})[:, 1].mean()))
    6
    """

    graph: CausalGraph
    mechanisms: Mapping[str, Mechanism] = field(default_factory=dict)
    noise: Noise | Mapping[str, Noise] = 1.0
    units: Mapping[str, tuple[float, float]] | None = None

    def __post_init__(self) -> None:
        check_observed_dag(self.graph)
        if not isinstance(self.mechanisms, Mapping):
            raise OptionError(
                "Expected mechanisms by the names of nodes, got "
                f"{type(self.mechanisms).__name__}. Give a mapping, such as "
                '{"y": lambda x: 2 * x}.'
            )
        for name in self.mechanisms:
            self.graph.node(name)
        without = [
            name
            for name in self.graph.nodes
            if self.graph.parents(name) and self.mechanisms.get(name) is None
        ]
        if without:
            others = f" and {len(without) - 1} more" if len(without) > 1 else ""
            parents = enumerate_items([shorten(name) for name in self._parents_of(without[0])])
            raise OptionError(
                "Expected a mechanism for each node with parents, got none for "
                f"{shorten(without[0])}{others}. Give a function of {parents}."
            )
        if self.units is not None:
            _check_units(self.graph, self.units)
        self.rows(_TRIED_ROWS)

    def __repr__(self) -> str:
        edges = len(self.graph.edges)
        fitted = "" if self.units is None else ", fitted"
        return (
            f"<StructuralModel: {len(self.graph)} variables, "
            f"{edges} edge{'' if edges == 1 else 's'}{fitted}>"
        )

    def sample(self, n: int, do: Mapping[str, float] | None = None, seed: int = 0) -> Any:
        """Return rows as a data frame.

        Parameters
        ----------
        n : int
        do : mapping of str to float, optional
            What nodes are set to, whatever their parents are.
        seed : int

        Raises
        ------
        OptionError
            Where a mechanism fails, or returns something else than finite numbers in their shape.
        UnknownNodeError
        """
        rows = self.rows(n, do, seed)
        return new_frame(dict(zip(self.graph.nodes, rows.T, strict=True)))

    def rows(self, n: int, do: Mapping[str, float] | None = None, seed: int = 0) -> Floats:
        """Return rows as an array, shape (n, nodes): see `sample`."""
        check_count("n", n)
        check_count("seed", seed, least=0)
        check_kind(
            "do by the names of nodes", {} if do is None else do, Mapping,
            'Give a mapping, such as do={"x": 1.0}.',
        )  # fmt: skip
        fixed = np.full((n, len(self.graph)), np.nan)
        for name, value in (do or {}).items():
            self.graph.node(name)
            if not _is_finite(value):
                raise OptionError(
                    f"Expected a finite number that {shorten(name)} is set to, got "
                    f"{shorten(repr(value))[1:-1]}. Give one, as in do={{{shorten(name)}: 1.0}}."
                )
            fixed[:, self.graph.nodes.index(name)] = value
        return self.respond(self.draw_noise(n, np.random.default_rng(seed)), fixed)

    def with_noise_times(self, factor: float) -> StructuralModel:
        """Return the model whose noise is so many times as large.

        Raises
        ------
        OptionError
            Where the factor is no finite number from 0.
        """
        if not _is_finite(factor) or factor < 0:
            raise OptionError(
                "Expected a finite number from 0 that noise is multiplied by, got "
                f"{shorten(repr(factor))[1:-1]}."
            )
        louder = {
            name: factor * noise for name, noise in zip(self.graph.nodes, self._noises, strict=True)
        }
        return replace(self, noise=louder)

    def draw_noise(self, n: int, rng: np.random.Generator) -> Floats:
        """Draw the noise of rows, shape (n, nodes)."""
        noise = np.empty((n, len(self.graph)))
        for place, given in enumerate(self._noises):
            if isinstance(given, np.ndarray):
                noise[:, place] = rng.choice(given, n)
            else:
                noise[:, place] = given * rng.standard_normal(n)
        return noise

    def respond(self, noise: Floats, fixed: Floats) -> Floats:
        """Return the rows that come of noise and of what is set.

        Parameters
        ----------
        noise, fixed : array, shape (rows, nodes)
            In `fixed`, NaN where nothing is set.

        Raises
        ------
        OptionError
            As `sample` does.
        """
        values = np.empty_like(noise)
        for place, parents, mechanism in self._bound:
            made = noise[:, place]
            if mechanism is not None:
                made = made + mechanism([values[:, parent] for parent in parents], len(noise))
            values[:, place] = np.where(np.isnan(fixed[:, place]), made, fixed[:, place])
        return values

    def _parents_of(self, name: str) -> tuple[str, ...]:
        parents = self.graph.parents(name)
        return tuple(parent for parent in self.graph.nodes if parent in parents)

    @cached_property
    def _noises(self) -> list[float | Floats]:
        """Standard deviation of the noise of each node, or numbers to draw it from."""
        return list(_each_noise(self.graph, self.noise))

    @cached_property
    def _bound(self) -> list[tuple[int, list[int], BoundMechanism | None]]:
        """Place, places of the parents and mechanism of each node, causes first."""
        places = {name: place for place, name in enumerate(self.graph.nodes)}
        return [
            (
                places[name],
                [places[parent] for parent in parents],
                None if mechanism is None else bound_mechanism(name, mechanism, parents),
            )
            for name in self.graph.topological_order()
            for parents, mechanism in [(self._parents_of(name), self.mechanisms.get(name))]
        ]


def check_observed_dag(graph: CausalGraph) -> None:
    """Raise `GraphError` where a graph is no DAG over variables that all rows show."""
    if not isinstance(graph, CausalGraph):
        raise GraphError(f"Expected a CausalGraph, got {type(graph).__name__}.")
    if not graph.nodes:
        raise GraphError("Expected a graph with nodes, got none.")
    if not graph.is_dag:
        marks = " ".join(sorted(graph.marks - {"->"}))
        raise GraphError(
            f"Expected a DAG (edges -> only), got a graph with {marks}. Draw a common cause <-> as "
            "a node, and direct all other edges."
        )
    for role, names in (("latent", graph.latents), ("selection", graph.selections)):
        if names:
            raise GraphError(
                f"Expected variables that all rows show, got the {role} node {shorten(names[0])}. "
                "Take the role from it, or leave the node out."
            )


def _each_noise(graph: CausalGraph, noise: Noise | Mapping[str, Noise]) -> Iterator[float | Floats]:
    """Yield the noise of each node: a standard deviation, or numbers to draw from."""
    for name in noise if isinstance(noise, Mapping) else ():
        graph.node(name)
    for name in graph.nodes:
        if "functional" in graph.node(name).roles and graph.parents(name):
            yield 0.0
        else:
            given = noise.get(name, 1.0) if isinstance(noise, Mapping) else noise
            yield _one_noise(name, given)


def _one_noise(name: str, given: Any) -> float | Floats:
    numbers = _finite_numbers(given)
    is_scale = numbers.ndim == 0
    if numbers.ndim > 1 or not numbers.size or (is_scale and numbers < 0):
        advice = ""
        if callable(given):
            advice = " Draw the numbers from it: rng.laplace(size=10_000)."
        raise OptionError(
            f"Expected noise of {shorten(name)} as a standard deviation from 0, or as finite "
            f"numbers to draw from, got {shorten(repr(given))[1:-1]}.{advice}"
        )
    return float(numbers) if is_scale else numbers


def _check_units(graph: CausalGraph, units: Mapping[str, tuple[float, float]]) -> None:
    """Raise `OptionError` where a node has no mean and standard deviation."""
    check_kind(
        "units by the names of nodes", units, Mapping,
        'Give a mean and a standard deviation of each, such as {"x": (0.0, 1.0)}.',
    )  # fmt: skip
    for name in graph.nodes:
        numbers = _finite_numbers(units.get(name))
        if numbers.shape != (2,) or not numbers[1] > 0:
            raise OptionError(
                f"Expected units of {shorten(name)} as its mean and a standard deviation above 0, "
                f"got {shorten(repr(units.get(name)))[1:-1]}. Give a pair for each node, or leave "
                "units out."
            )


def _finite_numbers(given: Any) -> Floats:
    """Return finite numbers as an array; an empty one where they are none."""
    try:
        numbers = np.asarray(given)
    except (TypeError, ValueError):
        return np.empty(0)
    is_finite = numbers.dtype.kind in "fiu" and bool(np.isfinite(numbers).all())
    return numbers.astype(np.float64) if is_finite else np.empty(0)


def _is_finite(value: Any) -> bool:
    """Whether a value is a number that an array of floats can hold."""
    return isinstance(value, Real) and abs(value) <= sys.float_info.max  # type: ignore[operator]

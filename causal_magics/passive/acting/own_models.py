"""The models that a policy meets on a graph of the user: drawn, given, or fitted to data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.structural_fit import fit_structural_model
from causal_magics.data.structural_model import Mechanism, StructuralModel
from causal_magics.errors import OptionError, PassiveError, shorten
from causal_magics.graph.model import CausalGraph
from causal_magics.passive.acting.experiments import Origin
from causal_magics.passive.worlds.graph_models import GraphModels, drawn_models
from causal_magics.passive.worlds.graph_prior import ScmPrior
from causal_magics.passive.worlds.structural_models import StructuralModels

__all__ = [
    "GivesStructuralModel",
    "Mechanisms",
    "OwnModels",
    "check_scales",
    "drawn",
    "fitted",
    "given",
]

Floats = NDArray[np.float64]

_ROWS = 4_096
"""Rows by which given mechanisms are standardised."""
_CONSTANT = 1e-9
"""Standard deviation, as a share of the mean or of 1, up to which a variable varies too little."""
_EXACT = 1e-15
"""Standard deviation, as a share of the mean, that comes of rounding alone."""


@runtime_checkable
class GivesStructuralModel(Protocol):
    """What has learned mechanisms from data, as a `Discovery` has."""

    def structural_model(self, graph: CausalGraph) -> StructuralModel:
        """Return the mechanisms along a graph."""
        ...


Mechanisms = Mapping[str, Mechanism] | StructuralModel | GivesStructuralModel


@dataclass(frozen=True, eq=False)
class OwnModels:
    """One model of a graph, ready to be acted on.

    Parameters
    ----------
    names : tuple of str
        Of the variables.
    models : StructuralModels
        Just one.
    origin : {"drawn", "given", "fitted"}
    units : mapping of str to (float, float), optional
        Where rows are standardised, mean and standard deviation of each variable.
    """

    names: tuple[str, ...]
    models: StructuralModels
    origin: Origin
    units: Mapping[str, tuple[float, float]] | None = None


def drawn(graph: CausalGraph, prior: ScmPrior, rng: np.random.Generator) -> OwnModels:
    """Return mechanisms as a prior draws them."""
    return OwnModels(graph.nodes, drawn_models(graph, prior, rng), "drawn")


def fitted(graph: CausalGraph, data: Any, noise: float) -> OwnModels:
    """Return mechanisms fitted to data, in standard deviations of the columns."""
    return _standardised(_louder(fit_structural_model(graph, data), noise), "fitted")


def given(
    graph: CausalGraph, mechanisms: Mechanisms, noise: float, standardise: bool | None
) -> OwnModels:
    """Return mechanisms of the user, or of what has learned them.

    Parameters
    ----------
    graph : CausalGraph
    mechanisms : mapping of str to callable, StructuralModel, or what gives one
    noise : float
        Multiplies the standard deviation of each noise, which is 1 where a mapping is given.
    standardise : bool, optional
        Whether variables are in natural standard deviations from their mean; where left out, those
        that were fitted to data are.

    Raises
    ------
    PassiveError
        Where the model is one of another graph.
    OptionError
        Where mechanisms are none, or do not fit the graph.
    """
    if isinstance(mechanisms, StructuralModel):
        model = mechanisms
        same = model.graph.directed_edges == graph.directed_edges
        if not same or set(model.graph.nodes) != set(graph.nodes):
            raise PassiveError(
                f"Expected mechanisms of the graph that is acted on, got those of another one "
                f"({model.graph!r} for {graph!r}). Give its own: act(policy, model.graph, "
                "mechanisms=model)."
            )
    elif isinstance(mechanisms, GivesStructuralModel):
        model = mechanisms.structural_model(graph)
    elif isinstance(mechanisms, Mapping):
        model = StructuralModel(graph, mechanisms)
    else:
        raise OptionError(
            "Expected mechanisms as functions by node, a StructuralModel or a Discovery, got "
            f"{type(mechanisms).__name__}. Give "
            'mechanisms={"Y": lambda X: 2 * X}, or a table as data.'
        )
    model = _louder(model, noise)
    origin: Origin = "given" if model.units is None else "fitted"
    if standardise is None:
        standardise = origin == "fitted"
    if standardise:
        return _standardised(model, origin)
    ones = np.ones(len(model.graph))
    return OwnModels(model.graph.nodes, GraphModels(model, 0.0 * ones, ones), origin)


def check_scales(names: Sequence[str], means: Floats, spreads: Floats, most: float) -> None:
    """Raise `PassiveError` where a variable is not finite, hardly varies, or is beyond `most`."""
    for name, mean, spread in zip(names, means.tolist(), spreads.tolist(), strict=True):
        if not (math.isfinite(mean) and math.isfinite(spread)):
            raise PassiveError(
                f"Expected variables that are finite, got {shorten(name)}, which is not where "
                "nothing is set. Look at what makes it, or at the link: where is it NaN or "
                "infinite?"
            )
        if not spread > _EXACT * abs(mean):
            raise PassiveError(
                f"Expected variables that vary, got {shorten(name)}, which does not. Give it "
                "noise, or leave it out of the graph."
            )
        if not spread > _CONSTANT * max(1.0, abs(mean)):
            raise PassiveError(
                f"Expected variables that vary, got {shorten(name)} around {mean:.3g} ± "
                f"{spread:.3g}, which varies too little for its size. Subtract its mean, or "
                "give it in smaller units."
            )
        if max(abs(mean), spread) > most:
            raise PassiveError(
                f"Expected variables that policies can read, got {shorten(name)} around "
                f"{mean:.3g} ± {spread:.3g}. Give mechanisms with standardise=True, or mechanisms "
                "that grow less."
            )


def _louder(model: StructuralModel, factor: float) -> StructuralModel:
    """Return a model whose noise is so many times as large."""
    return model if factor == 1.0 else model.with_noise_times(factor)


def _standardised(model: StructuralModel, origin: Origin) -> OwnModels:
    """Return a model in standard deviations: of its data, else of what it makes itself."""
    names, units = model.graph.nodes, model.units
    if units is None:
        rows = model.rows(_ROWS)
        moments = zip(rows.mean(axis=0).tolist(), rows.std(axis=0).tolist(), strict=True)
        units = dict(zip(names, moments, strict=True))
    centres, spreads = np.array([units[name] for name in names]).T
    check_scales(names, centres, spreads, math.inf)
    return OwnModels(names, GraphModels(model, centres, spreads), origin, units)

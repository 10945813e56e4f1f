"""Structural causal models in batches, on NumPy or torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import ModuleType
from typing import Any, Literal

import numpy as np

from causal_magics.errors import MissingDependencyError, PassiveError
from causal_magics.options import check_option
from causal_magics.passive.worlds.structural_models import NOTHING, Booleans, Integers

__all__ = ["LEAK", "NAMED_LINKS", "Link", "ScmBatch"]

Link = Literal["linear", "leaky-relu"] | Callable[[Any], Any]
"""What is done to the weighted sum of the parents; a function takes and returns an array."""

NAMED_LINKS = "linear", "leaky-relu"

LEAK = 0.1
"""The slope of a leaky ReLU below zero."""


@dataclass(frozen=True, eq=False, repr=False)
class ScmBatch:
    """Structural causal models over the same number of variables.

    Each variable is ``link(sum of weight × parent) + noise``, with Gaussian noise. An action sets a
    variable to a value whatever its parents are (Pearl's do). All arrays are of NumPy, or all of
    torch on one device; rows are then made there.

    Parameters
    ----------
    weights : float array, shape (models, variables, variables)
        ``weights[b, i, j]`` is not zero where i → j.
    noise_scales : float array, shape (models, variables)
        Standard deviations.
    order : int array, shape (models, variables)
        The variables of each model, causes first.
    link : {"linear", "leaky-relu"} or callable
        A callable goes element by element: ``np.tanh``.

    Raises
    ------
    PassiveError
        Where shapes do not go together, numbers are not finite, or scales are below 0; and at the
        first row, where the order is none or an edge runs against it.
    """

    weights: Any
    noise_scales: Any
    order: Any
    link: Link = "leaky-relu"

    def __post_init__(self) -> None:
        if not callable(self.link):
            check_option("link", self.link, NAMED_LINKS)
        shape = tuple(self.weights.shape)
        if len(shape) != 3 or shape[1] != shape[2] or shape[1] < 2:
            raise PassiveError(
                "Expected weights of shape (models, variables, variables) with two variables or "
                f"more, got {shape}."
            )
        for name, array in (("noise scales", self.noise_scales), ("an order", self.order)):
            if tuple(array.shape) != shape[:2]:
                raise PassiveError(
                    f"Expected {name} of shape {shape[:2]}, got {tuple(array.shape)}."
                )
        for name, array in (("weights", self.weights), ("noise scales", self.noise_scales)):
            if "float" not in str(array.dtype):
                raise PassiveError(f"Expected {name} as floating-point numbers, got {array.dtype}.")
            if not bool(self._xp.isfinite(array).all()):
                raise PassiveError(
                    f"Expected {name} that are finite, got NaN or infinity among them."
                )
        if bool((self.noise_scales < 0).any()):
            raise PassiveError("Expected noise scales from 0, got one below.")

    def __repr__(self) -> str:
        link = self.link if isinstance(self.link, str) else getattr(self.link, "__name__", "given")
        return f"<ScmBatch: {self.n_models:,} models, {self.n_variables} variables, {link}>"

    @property
    def n_models(self) -> int:
        """How many models there are."""
        return int(self.weights.shape[0])

    @property
    def n_variables(self) -> int:
        """How many variables each has."""
        return int(self.weights.shape[1])

    @property
    def parents(self) -> Booleans:
        """Of shape (models, variables, variables); ``parents[b, i, j]`` where i → j."""
        weights = self.weights.cpu() if self._is_torch else self.weights
        return np.asarray(np.asarray(weights) != 0)

    @property
    def is_linear(self) -> bool:
        """Whether expected outcomes are those without noise."""
        return self.link == "linear"

    def to_torch(self, device: str = "cpu") -> ScmBatch:
        """Return the same models as tensors on a device.

        Raises
        ------
        MissingDependencyError
            Without torch.
        """
        try:
            import torch
        except ImportError:
            raise MissingDependencyError("torch", "language", "models on torch") from None
        weights, scales, order = (
            torch.as_tensor(array, device=device)
            for array in (self.weights, self.noise_scales, self.order)
        )
        return replace(self, weights=weights, noise_scales=scales, order=order)

    def take(self, which: Sequence[int] | Integers) -> ScmBatch:
        """Return some of the models, in that order; the same one may come again."""
        return replace(
            self,
            weights=self.weights[which],
            noise_scales=self.noise_scales[which],
            order=self.order[which],
        )

    def noise(self, rng: Any) -> Any:
        """Draw standard normal noise of one row of each model.

        Parameters
        ----------
        rng : numpy.random.Generator, or torch.Generator or None for models on torch

        Returns
        -------
        float array, shape (variables, models)
            Along the causal order.
        """
        shape = (self.n_variables, self.n_models)
        if self._is_torch:
            return self._xp.randn(shape, generator=rng, device=self.weights.device)
        return rng.standard_normal(shape, dtype=np.float32)

    def respond(self, noise: Any, targets: Any, settings: Any) -> Any:
        """Return the row of each model, given its noise and what is set.

        Parameters
        ----------
        noise : float array, shape (variables, models)
            Of `noise`.
        targets : int array, shape (models,)
            The variable that is set in each, -1 where none is.
        settings : float array, shape (models,)
            What it is set to.

        Returns
        -------
        float array, shape (models, variables)
        """
        xp, weights = self._xp, self._ordered_weights
        values = noise * self._ordered_scales
        places = xp.where(targets == NOTHING, NOTHING, self._ranks[self._models, targets])
        for place in range(self.n_variables):
            if place:
                total = weights[0, place] * values[0]
                for cause in range(1, place):
                    total += weights[cause, place] * values[cause]
                values[place] += self._linked(total)
            values[place] = xp.where(places == place, settings, values[place])
        rows = xp.empty_like(self._ordered_scales)
        rows.reshape(-1)[self._flat_places] = values
        return rows.reshape(self.n_models, self.n_variables)

    def step(self, targets: Any, settings: Any, rng: Any) -> Any:
        """Return one new row of each model: `respond` to fresh noise."""
        return self.respond(self.noise(rng), targets, settings)

    def _linked(self, total: Any) -> Any:
        if callable(self.link):
            return self.link(total)
        if self.link == "linear":
            return total
        return self._xp.maximum(total, LEAK * total)

    @property
    def _is_torch(self) -> bool:
        return not isinstance(self.weights, np.ndarray)

    @property
    def _xp(self) -> ModuleType:
        """NumPy or torch, whose functions that are used here have the same names."""
        if not self._is_torch:
            return np
        import torch

        return torch

    @cached_property
    def _models(self) -> Any:
        if not self._is_torch:
            return np.arange(self.n_models)
        return self._xp.arange(self.n_models, device=self.weights.device)

    @cached_property
    def _ranks(self) -> Any:
        """The place of each variable in the order, shape (models, variables)."""
        return self.order.argsort(1)

    @cached_property
    def _flat_places(self) -> Any:
        """Where values along the order go in rows laid flat, shape (variables, models)."""
        places = self.order + self.n_variables * self._models[:, None]
        return self._contiguous(places.T)

    @cached_property
    def _ordered_scales(self) -> Any:
        return self._contiguous(self.noise_scales[self._models[:, None], self.order].T)

    @cached_property
    def _ordered_weights(self) -> Any:
        """Weights along the order, shape (causes, effects, models), so that a step runs through."""
        places = self.order[self._models[:, None], self._ranks]
        if bool((places[:, 0] != 0).any() or (places[:, 1:] - places[:, :-1] != 1).any()):
            raise PassiveError(
                "Expected an order that has each variable of a model once, got another."
            )
        models = self._models[:, None, None]
        ordered = self.weights[models, self.order[:, :, None], self.order[:, None, :]]
        against = self._xp.tril(ordered != 0)
        if bool(against.any()):
            raise PassiveError(
                "Expected an order in which causes come before their effects, got an edge against "
                "it. Order the variables of each model causes first."
            )
        moved = ordered.permute(1, 2, 0) if self._is_torch else ordered.transpose(1, 2, 0)
        return self._contiguous(moved)

    def _contiguous(self, array: Any) -> Any:
        return array.contiguous() if self._is_torch else np.ascontiguousarray(array)

"""The environment: what tasks are drawn from, and which are kept for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from numbers import Real
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import OptionError, PassiveError, shorten
from causal_magics.options import check_count, check_option, check_positive
from causal_magics.passive.worlds.graph_prior import ScmPrior, is_held_out_class
from causal_magics.passive.worlds.scm_batch import NAMED_LINKS, Link
from causal_magics.passive.worlds.structural_models import (
    NOTHING,
    Booleans,
    Floats,
    Integers,
    StructuralModels,
    ancestors,
)  # fmt: skip

__all__ = ["MAX_VARIABLES", "CausalEnvironment", "HeldOut", "Split", "Tasks", "natural_rows",
           "targets_and_settings"]  # fmt: skip

HeldOut = Literal["classes", "relation"]
"""What training never has.

classes
    A fifth of the unlabelled classes of graphs.
relation
    The fourth variable as an ancestor of the fifth; tests ask for the fifth, and setting the fourth
    is best.
"""

Split = Literal["train", "held-out", "trap"]
"""Which tasks.

train
    As in training; fresh ones are a test without a change of distribution.
held-out
    What training never has.
trap
    Those of them in which what goes most with the goal in nature is none of its causes.
"""

MAX_VARIABLES = 20
DRAWS = 64
"""Rows behind each expected outcome of a model that is not linear."""

_CAUSE, _EFFECT = 3, 4
_NATURAL_ROWS = 300
_TRIES = 200
_AT_ONCE = 1 << 16
_DRAWN_PER_KEPT: dict[Split, int] = {"train": 2, "held-out": 8, "trap": 64}


@dataclass(frozen=True, eq=False, repr=False)
class Tasks:
    """Models, each with a goal: the variable that is to become as large as possible.

    Parameters
    ----------
    models : StructuralModels
    goals : int array, shape (tasks,)
    value : float
        What variables can be set to, up or down.
    """

    models: StructuralModels
    goals: Integers
    value: float = 2.0

    def __repr__(self) -> str:
        return f"<Tasks: {len(self.goals):,}, {self.models.n_variables} variables>"

    def __len__(self) -> int:
        return len(self.goals)

    @cached_property
    def expected(self) -> NDArray[np.float64]:
        """What is to be expected of the goal after each action, shape (tasks, actions).

        NaN where an action sets the goal itself. All actions of a task meet the same noise.
        """
        return expected_goals(self.models, self.goals, self.value)

    @cached_property
    def best(self) -> Integers:
        """The best action that sets something, shape (tasks,)."""
        return np.asarray(np.nanargmax(self.expected[:, 1:], axis=1) + 1)

    @property
    def random_reward(self) -> NDArray[np.float64]:
        """What is to be expected where the action is drawn at random, shape (tasks,)."""
        return np.asarray(np.nanmean(self.expected[:, 1:], axis=1))

    @property
    def best_reward(self) -> NDArray[np.float64]:
        """What is to be expected of the best action, shape (tasks,)."""
        return np.asarray(np.nanmax(self.expected[:, 1:], axis=1))

    def rewards(self, actions: Integers) -> NDArray[np.float64]:
        """Return what is to be expected, actions of shape (tasks,) or (tasks, steps)."""
        columns = actions if actions.ndim > 1 else actions[:, None]
        return np.take_along_axis(self.expected, columns, axis=1).reshape(actions.shape)

    def score(self, actions: Integers) -> float:
        """Return the normalised reward: 0 as of random actions, 1 as of the best.

        Parameters
        ----------
        actions : int array, shape (tasks,) or (tasks, steps)
        """
        chance = self.random_reward.mean()
        gain = self.rewards(actions).mean() - chance
        return float(gain / (self.best_reward.mean() - chance))

    def take(self, which: Sequence[int] | Integers | Booleans) -> Tasks:
        """Return some of the tasks."""
        rows = np.arange(len(self))[which]
        taken = replace(self, models=self.models.take(rows), goals=self.goals[rows])
        if "expected" in self.__dict__:
            taken.__dict__["expected"] = self.expected[rows]
        return taken


@dataclass(frozen=True)
class CausalEnvironment:
    """What tasks are drawn from.

    A task is a random structural causal model and a variable of it with a cause. An episode starts
    with a natural row; then each step sets one variable to minus or plus `value`, or nothing. The
    first 2 (variables - 1) steps explore, in the last `n_exploit` the goal's value is the reward.

    Parameters
    ----------
    variables : int, or tuple or list of int
        Between 2 and 20; where there are several numbers, each batch has one of them.
    link : {"linear", "leaky-relu"} or callable
        What is done to the weighted sum of the parents.
    noise : float
        Multiplies the standard deviations of noise.
    held_out : {"classes", "relation"}, optional
        What is kept from training.
    n_exploit : int
    value : float
    max_roots : int
    max_weight : float

    Raises
    ------
    PassiveError
        Where there are fewer than two variables or more than twenty, or a relation is held out
        that is not there.
    OptionError
        Where another option is outside what it can be.
    """

    variables: int | tuple[int, ...] | list[int] | range = 5
    link: Link = "leaky-relu"
    noise: float = 1.0
    held_out: HeldOut | None = "classes"
    n_exploit: int = 4
    value: float = 2.0
    max_roots: int = 4
    max_weight: float = 2.0

    def __post_init__(self) -> None:
        if isinstance(self.variables, list | range):
            object.__setattr__(self, "variables", tuple(self.variables))
        if not self.sizes:
            raise PassiveError("Expected a number of variables, got none. Give variables=5.")
        for size in self.sizes:
            if isinstance(size, bool) or not isinstance(size, int | np.integer) or not (
                2 <= size <= MAX_VARIABLES
            ):  # fmt: skip
                raise PassiveError(
                    f"Expected between 2 and {MAX_VARIABLES} variables, got {size!r}: one to set, "
                    "and one that may follow."
                )
        if self.held_out is not None:
            check_option("held_out", self.held_out, get_args(HeldOut))
        if self.held_out == "relation" and min(self.sizes) <= _EFFECT:
            raise PassiveError(
                "Expected five variables or more where a relation between the fourth and the fifth "
                f'is held out, got {min(self.sizes)}. Give held_out="classes".'
            )
        if not callable(self.link):
            check_option("link", self.link, NAMED_LINKS)
        check_count("n_exploit", self.n_exploit)
        check_count("max_roots", self.max_roots)
        for name in ("noise", "value", "max_weight"):
            _check_number(name, getattr(self, name))
            check_positive(name, getattr(self, name))

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of variables that tasks have."""
        given = self.variables
        return tuple(given) if isinstance(given, tuple | list | range) else (given,)

    @property
    def prior(self) -> ScmPrior:
        """What models are drawn from."""
        return ScmPrior(self.link, self.noise, self.max_roots, self.max_weight)

    def tasks(
        self, n: int, split: Split = "train", *, seed: int = 0, variables: int | None = None
    ) -> Tasks:
        """Draw tasks.

        Parameters
        ----------
        n : int
        split : {"train", "held-out", "trap"}
        seed : int
        variables : int, optional
            Where the environment has several numbers of them; the first where left out.

        Raises
        ------
        PassiveError
            Where nothing is held out, no such task is found, or the number of variables is none.
        OptionError
            Where another option is outside what it can be.
        """
        check_option("split", split, get_args(Split))
        check_count("n", n)
        check_count("seed", seed, least=0)
        if split != "train" and self.held_out is None:
            raise PassiveError(
                f"Expected an environment that holds something out for the split {split}, got one "
                'without. Give held_out="classes".'
            )
        size = self.sizes[0] if variables is None else replace(self, variables=variables).sizes[0]
        rng = np.random.default_rng([seed, size, get_args(Split).index(split)])
        found: list[Tasks] = []
        missing = n
        for _ in range(_TRIES):
            drawn = self._draw(min(_AT_ONCE, max(64, _DRAWN_PER_KEPT[split] * missing)), size, rng)
            kept = self._of_split(drawn, split, rng)
            found.append(kept.take(np.arange(min(len(kept), missing))))
            missing -= len(found[-1])
            if not missing:
                return _joined([tasks for tasks in found if len(tasks)])
        advice = (
            "Ask for fewer, or for more variables."
            if size >= 4
            else 'With so few nothing can be held out: give splits="train", or variables=4 or more.'
        )
        raise PassiveError(
            f"Expected {n:,} tasks of the split {split} with {size} variables, found "
            f"{n - missing:,}. {advice}"
        )

    def _draw(self, n: int, size: int, rng: np.random.Generator) -> Tasks:
        """Draw tasks of any kind."""
        models = self.prior.draw(n, size, rng)
        has_cause = models.parents.any(axis=1)
        goals = (rng.random(has_cause.shape) * has_cause).argmax(axis=1)
        return Tasks(models, goals, self.value)

    def _of_split(self, tasks: Tasks, split: Split, rng: np.random.Generator) -> Tasks:
        """Return those of the tasks that are of a split."""
        parents = tasks.models.parents
        if self.held_out is None:
            return tasks
        if self.held_out == "classes":
            apart = is_held_out_class(parents)
        else:
            apart = ancestors(parents)[:, _CAUSE, _EFFECT]
        if split == "train":
            return tasks.take(~apart)
        if self.held_out == "classes":
            kept = tasks.take(apart)
        else:
            kept = tasks.take(apart & (tasks.goals == _EFFECT))
            kept = kept.take((kept.best - 1) // 2 == _CAUSE)
        return kept.take(_is_trap(kept, rng)) if split == "trap" else kept


def _check_number(name: str, value: object) -> None:
    """Raise `OptionError` where `value` is no finite number."""
    if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
        raise OptionError(
            f"Expected {name} as a finite number above 0, got {shorten(repr(value))[1:-1]}. Give "
            f"{name}=1.0."
        )


def natural_rows(models: StructuralModels, n_rows: int, rng: np.random.Generator) -> Floats:
    """Return rows in which nothing is set, shape (models, rows, variables)."""
    targets = np.full(models.n_models, NOTHING)
    settings = np.zeros(models.n_models, dtype=np.float32)
    rows = [models.step(targets, settings, rng) for _ in range(n_rows)]
    return np.stack(rows, axis=1)


def targets_and_settings(actions: Integers, value: float) -> tuple[Integers, Floats]:
    """Return what actions set, -1 where nothing, and to what, both of the actions' shape."""
    targets = (actions + 1) // 2 - 1
    signs = np.where(actions == 0, 0, 1 - 2 * (actions % 2))
    return targets, (signs * value).astype(np.float32)


def expected_goals(
    models: StructuralModels, goals: Integers, value: float, draws: int = DRAWS, seed: int = 0
) -> NDArray[np.float64]:
    """Return E[goal | action] of each model and action, shape (models, 2 × variables + 1).

    Rows are averaged over draws of noise that all actions share; models that are linear need none.

    Raises
    ------
    PassiveError
        Where a value is not finite.
    """
    every = np.arange(models.n_models)
    totals = np.zeros((models.n_models, 2 * models.n_variables + 1))
    rng = np.random.default_rng([seed, models.n_models])
    rounds = 1 if models.is_linear else draws
    for _ in range(rounds):
        noise = models.noise(rng) * (not models.is_linear)
        for action in range(totals.shape[1]):
            acted = targets_and_settings(np.full(models.n_models, action), value)
            totals[:, action] += models.respond(noise, *acted)[every, goals]
    totals /= rounds
    if not np.isfinite(totals).all():
        raise PassiveError(
            "Expected a link and weights that keep values finite, got NaN or infinity. Give "
            "smaller weights, or a link that is bounded, such as np.tanh."
        )
    totals[every, 1 + 2 * goals] = totals[every, 2 + 2 * goals] = np.nan
    return totals


def _is_trap(tasks: Tasks, rng: np.random.Generator) -> Booleans:
    """Return in which tasks the variable that goes most with the goal is none of its causes."""
    if not len(tasks):
        return np.zeros(0, dtype=bool)
    every = np.arange(len(tasks))
    correlations = goal_correlations(natural_rows(tasks.models, _NATURAL_ROWS, rng), tasks.goals)
    most = np.abs(correlations).argmax(axis=1)
    return np.asarray(~ancestors(tasks.models.parents)[every, most, tasks.goals])


def goal_correlations(rows: Floats, goals: Integers) -> NDArray[np.float64]:
    """Return the correlation of each variable with the goal, 0 for the goal itself.

    Parameters
    ----------
    rows : float array, shape (tasks, rows, variables)
    goals : int array, shape (tasks,)

    Returns
    -------
    array, shape (tasks, variables)
    """
    every = np.arange(len(goals))
    centred = rows - rows.mean(axis=1, keepdims=True)
    goal = centred[every, :, goals]
    products = np.einsum("brv,br->bv", centred, goal)
    scales = np.sqrt(np.square(centred).sum(axis=1) * np.square(goal).sum(axis=1)[:, None])
    correlations = np.divide(products, scales, out=np.zeros_like(products), where=scales > 0)
    correlations[every, goals] = 0.0
    return np.asarray(correlations, dtype=np.float64)


def _joined(parts: list[Tasks]) -> Tasks:
    """Return tasks after tasks."""
    if len(parts) == 1:
        return parts[0]
    from causal_magics.passive.worlds.scm_batch import ScmBatch

    models = [part.models for part in parts if isinstance(part.models, ScmBatch)]
    weights, scales, order = (
        np.concatenate([getattr(model, name) for model in models])
        for name in ("weights", "noise_scales", "order")
    )
    joined = replace(models[0], weights=weights, noise_scales=scales, order=order)
    goals = np.concatenate([part.goals for part in parts])
    tasks = Tasks(joined, goals, parts[0].value)
    if all("expected" in part.__dict__ for part in parts):
        tasks.__dict__["expected"] = np.concatenate([part.expected for part in parts])
    return tasks

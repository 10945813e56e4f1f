"""The environment as Gymnasium has them, one task at a time and many at once."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import MissingDependencyError, PassiveError, shorten
from causal_magics.options import check_count, check_kind
from causal_magics.passive.worlds.environment import (
    CausalEnvironment,
    Split,
    Tasks,
    targets_and_settings,
)
from causal_magics.passive.worlds.episodes import WATCH, allowed_actions
from causal_magics.passive.worlds.structural_models import Booleans, Floats, Integers

try:
    import gymnasium
    from gymnasium import spaces
    from gymnasium.vector import AutoresetMode, VectorEnv
    from gymnasium.vector.utils import batch_space
except ImportError:
    raise MissingDependencyError("gymnasium", "gymnasium", "environments of Gymnasium") from None

__all__ = ["ENVIRONMENT_ID", "CausalEnv", "CausalVectorEnv", "register_environments"]

ENVIRONMENT_ID = "causal_magics/Causal-v0"

Observation = dict[str, NDArray[Any]]


class CausalEnv(gymnasium.Env[Observation, np.int64]):
    """One task after another, for Gymnasium.

    Each `reset` draws a task. An episode has 2 (variables - 1) steps that explore, then `n_exploit`
    that count; its length belongs to the task, so that it is terminated and never truncated.

    Observations are a `Dict`: ``values`` of the last row, the ``goal`` as zeros and a one, and
    ``steps_left``, how many of each kind are to come. Actions are a `Discrete`: 0 sets nothing,
    1 + 2v sets variable v down, 2 + 2v up. The reward is the goal's value at the steps that count,
    0 before.

    What may be done is in ``info["action_mask"]``, which ``action_space.sample(mask)`` takes.
    Setting the goal sets nothing; nor can watching at a step that counts do more than that.

    Parameters
    ----------
    environment : CausalEnvironment, optional
        ``CausalEnvironment()`` where left out.
    split : {"train", "held-out", "trap"}
    variables : int, optional
        Where the environment has several numbers of them; the first where left out.

    Raises
    ------
    PassiveError
        Where there are no such tasks; on a step after the last, or an action that is none.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": []}  # type: ignore[misc]

    def __init__(
        self,
        environment: CausalEnvironment | None = None,
        split: Split = "train",
        variables: int | None = None,
    ) -> None:
        self._played = _Played(environment, split, variables, 1)
        self.observation_space = self._played.observation_space
        self.action_space = self._played.action_space

    @property
    def tasks(self) -> Tasks:
        """The task that is played, a batch of one; `Tasks.score` compares with its best action."""
        return self._played.tasks

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Draw a task and watch a natural row of it."""
        super().reset(seed=_checked_seed(seed), options=options)
        self._played.begin(self.np_random)
        return self._seen()

    def step(self, action: np.int64) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Act once."""
        rewards = self._played.act(np.asarray([action]), self.np_random)
        observation, told = self._seen()
        return observation, float(rewards[0]), self._played.is_over, False, told

    def _seen(self) -> tuple[Observation, dict[str, Any]]:
        observation = {name: array[0] for name, array in self._played.observations().items()}
        return observation, {"action_mask": self._played.allowed()[0].astype(np.int8)}


class CausalVectorEnv(VectorEnv[Observation, Integers, NDArray[Any]]):
    """Many tasks at once, for Gymnasium: `CausalEnv` on arrays.

    All tasks begin and end together. After the last step the next one, whatever its actions, draws
    new tasks (Gymnasium's autoreset mode "next step").

    Parameters
    ----------
    num_envs : int
    environment : CausalEnvironment, optional
        ``CausalEnvironment()`` where left out.
    split : {"train", "held-out", "trap"}
    variables : int, optional
        Where the environment has several numbers of them; the first where left out.

    Raises
    ------
    PassiveError
        Where there are no such tasks, actions are none, or only some tasks are to be reset.
    """

    metadata: ClassVar[dict[str, Any]] = {  # type: ignore[misc]
        "render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP,
    }  # fmt: skip

    def __init__(
        self,
        num_envs: int = 1,
        environment: CausalEnvironment | None = None,
        split: Split = "train",
        variables: int | None = None,
    ) -> None:
        check_count("num_envs", num_envs)
        self.num_envs = num_envs
        self._played = _Played(environment, split, variables, num_envs)
        self.single_observation_space = self._played.observation_space
        self.single_action_space = self._played.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

    @property
    def tasks(self) -> Tasks:
        """The tasks that are played; `Tasks.score` compares with their best actions."""
        return self._played.tasks

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Draw tasks and watch a natural row of each."""
        if options is not None and "reset_mask" in options:
            raise PassiveError(
                "Expected a reset of all tasks, which begin and end together, got a reset_mask. "
                "Leave it out."
            )
        super().reset(seed=_checked_seed(seed), options=options)
        self._played.begin(self.np_random)
        return self._played.observations(), self._told()

    def step(
        self, actions: Integers
    ) -> tuple[Observation, NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """Act once in each task."""
        if self._played.is_over:
            self._played.begin(self.np_random)
            rewards = np.zeros(self.num_envs)
        else:
            rewards = self._played.act(np.asarray(actions), self.np_random)
        terminated = np.full(self.num_envs, self._played.is_over)
        truncated = np.zeros(self.num_envs, dtype=bool)
        return self._played.observations(), rewards, terminated, truncated, self._told()

    def _told(self) -> dict[str, Any]:
        mask = self._played.allowed().astype(np.int8)
        return {"action_mask": mask, "_action_mask": np.ones(self.num_envs, dtype=bool)}


def register_environments() -> None:
    """Let ``gymnasium.make("causal_magics/Causal-v0")`` and `gymnasium.make_vec` find them."""
    if ENVIRONMENT_ID not in gymnasium.registry:
        gymnasium.register(
            id=ENVIRONMENT_ID,
            entry_point=f"{__name__}:CausalEnv",
            vector_entry_point=f"{__name__}:CausalVectorEnv",
        )


def _checked_seed(seed: int | None) -> int | None:
    """Return a seed as Gymnasium takes it."""
    if seed is None:
        return None
    check_count("seed", seed, least=0)
    return int(seed)


class _Played:
    """Tasks that are played, all at the same step.

    Parameters
    ----------
    environment : CausalEnvironment, optional
    split : str
    variables : int, optional
    n_tasks : int
    """

    def __init__(
        self,
        environment: CausalEnvironment | None,
        split: Split,
        variables: int | None,
        n_tasks: int,
    ) -> None:
        self._environment = CausalEnvironment() if environment is None else environment
        check_kind("a CausalEnvironment", self._environment, CausalEnvironment)
        self._split, self._n_tasks = split, n_tasks
        self._size = size = self._environment.sizes[0] if variables is None else variables
        self._n_explore, self._n_exploit = 2 * (size - 1), self._environment.n_exploit
        self._tasks = self._environment.tasks(1, split, variables=size).take([])
        self._step = self._n_explore + self._n_exploit
        self._rows: Floats = np.zeros((n_tasks, size), dtype=np.float32)
        most = np.array([self._n_explore, self._n_exploit], dtype=np.float32)
        self.action_space = spaces.Discrete(2 * size + 1)
        seen = {
            "goal": spaces.MultiBinary(size),
            "steps_left": spaces.Box(np.zeros_like(most), most, dtype=np.float32),
            "values": spaces.Box(-np.inf, np.inf, (size,), np.float32),
        }
        self.observation_space = cast("spaces.Space[Observation]", spaces.Dict(seen))

    @property
    def tasks(self) -> Tasks:
        return self._tasks

    @property
    def is_over(self) -> bool:
        """Whether the last step was taken, or none can be before tasks are drawn."""
        return self._step == self._n_explore + self._n_exploit

    def begin(self, rng: np.random.Generator) -> None:
        """Draw tasks, and a natural row of each."""
        self._tasks = self._environment.tasks(
            self._n_tasks, self._split, seed=int(rng.integers(1 << 62)), variables=self._size
        )
        self._step = 0
        self._draw(np.zeros(self._n_tasks, dtype=np.int64), rng)

    def act(self, actions: Integers, rng: np.random.Generator) -> NDArray[np.float64]:
        """Act in each task and return rewards."""
        if self.is_over:
            raise PassiveError(
                f"Expected a reset, as an episode has {self._step} steps, got another step. Call "
                "reset()."
            )
        n_actions = 2 * self._size + 1
        fits = actions.shape == (self._n_tasks,) and actions.dtype.kind in "iu"
        if not fits or not ((actions >= 0) & (actions < n_actions)).all():
            raise PassiveError(
                f"Expected {self._n_tasks} whole numbers from 0 to {n_actions - 1} as actions, got "
                f"{shorten(str(actions.tolist()))}."
            )
        aimed = (actions + 1) // 2 - 1 == self._tasks.goals
        self._draw(np.where(aimed, WATCH, actions), rng)
        counts = self._step >= self._n_explore
        self._step += 1
        goals = self._rows[np.arange(self._n_tasks), self._tasks.goals]
        return goals.astype(np.float64) if counts else np.zeros(self._n_tasks)

    def observations(self) -> Observation:
        """Return what is seen, new arrays each time."""
        goals = np.zeros((self._n_tasks, self._size), dtype=np.int8)
        goals[np.arange(self._n_tasks), self._tasks.goals] = 1
        left = np.empty((self._n_tasks, 2), dtype=np.float32)
        left[:, 0] = max(0, self._n_explore - self._step)
        left[:, 1] = min(self._n_exploit, self._n_explore + self._n_exploit - self._step)
        return {"goal": goals, "steps_left": left, "values": self._rows.copy()}

    def allowed(self) -> Booleans:
        """Return which actions may come next, shape (tasks, actions)."""
        is_exploring = self._step < self._n_explore
        return allowed_actions(self._tasks.goals, self._size, is_exploring=is_exploring)

    def _draw(self, actions: Integers, rng: np.random.Generator) -> None:
        acted = targets_and_settings(actions, self._tasks.value)
        self._rows = self._tasks.models.step(*acted, rng)

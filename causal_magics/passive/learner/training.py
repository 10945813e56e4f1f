"""The loop of training: batches of a log, three losses, a checkpoint now and then."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from math import cos, pi
from os import PathLike
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional, utils
from tqdm.auto import tqdm

from causal_magics.data.bars import bars_are_off
from causal_magics.data.checkpoint import Checkpoint
from causal_magics.data.warning import warn
from causal_magics.errors import PassiveError, StorageError, shorten
from causal_magics.language.torch_threads import torch_threads
from causal_magics.passive.intervention_log import InterventionLog
from causal_magics.passive.learner.features import GOAL, GOAL_VALUE, IS_SET, VALUE, features
from causal_magics.passive.learner.networks import PolicyNetwork, network_of
from causal_magics.passive.learner.policy import Policy, TrainingRecord
from causal_magics.passive.learner.settings import NetworkSettings, TrainingSettings
from causal_magics.passive.worlds.environment import CausalEnvironment
from causal_magics.passive.worlds.structural_models import Booleans

__all__ = ["Training"]

_TOKENS_TO_AN_EPISODE = 65
"""Rows × variables of an episode of five variables; batches have as many tokens for any size."""

_STATE = "state"
_SAVED_EVERY = 100
_TOLD_EVERY = 50
_ROWS_OF_BELIEFS = 3
_WARM_UP = 20
_SHARPEST = 1.0
_OUTCOME_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class _Part:
    """A log, and the graphs behind it where they are known."""

    log: InterventionLog
    parents: Booleans | None

    @classmethod
    def of(cls, log: InterventionLog) -> _Part:
        if log.seed is None:
            return cls(log, None)
        episodes = log.episodes
        tasks = log.environment.tasks(
            episodes.n_episodes, seed=log.seed, variables=episodes.n_variables
        )
        if not np.array_equal(tasks.goals, episodes.goals):
            raise PassiveError(
                f"Expected a log whose tasks are those of its seed, {log.seed}, got others. Give "
                "dataclasses.replace(log, seed=None): its edges are then unknown."
            )
        return cls(log, tasks.models.parents)

    @cached_property
    def is_observational(self) -> bool:
        """Whether nothing was set."""
        return not self.log.episodes.actions.any()


@dataclass(eq=False)
class Training:
    """A network that is being trained.

    Attributes
    ----------
    parts : tuple
    settings : NetworkSettings
    training : TrainingSettings
    network : PolicyNetwork
    step : int
        So many were done.
    losses : list
        As in `TrainingRecord`.
    """

    parts: tuple[_Part, ...]
    settings: NetworkSettings
    training: TrainingSettings
    network: PolicyNetwork
    optimizer: torch.optim.AdamW
    step: int = 0
    cpu_seconds: float = 0.0
    losses: list[tuple[int, float, float, float]] = field(default_factory=list)

    @classmethod
    def of(
        cls, logs: Sequence[InterventionLog], settings: NetworkSettings, training: TrainingSettings
    ) -> Training:
        """Draw first weights."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(training.seed)
            network = network_of(settings)
        optimizer = torch.optim.AdamW(
            network.parameters(), lr=training.learning_rate, betas=(0.9, 0.98), weight_decay=0.01,
            fused=True,
        )  # fmt: skip
        for parameter in network.parameters():
            optimizer.state[parameter] = {
                "step": torch.zeros(()),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }
        return cls(tuple(map(_Part.of, logs)), settings, training, network, optimizer)

    def run(
        self, threads: int | None, folder: str | PathLike[str] | None, *, progress: bool
    ) -> Policy:
        """Train to the last step, or until interrupted."""
        checkpoint = Checkpoint.at(folder, self._identity() if folder is not None else {})
        if not self._go_on_from(checkpoint.get(_STATE)) and checkpoint.holds(_STATE):
            warn(
                f"The state in the checkpoint {shorten(str(checkpoint.folder))} is damaged: "
                "training starts again from its first step."
            )
        steps, interrupted = self.training.steps, False
        shown = tqdm(
            total=steps, initial=self.step, desc="train", delay=1.0, leave=False,
            disable=not progress or bars_are_off(),
        )  # fmt: skip
        with torch_threads(threads), shown:
            try:
                while self.step < steps:
                    self._advance()
                    shown.update()
                    if self.step % _SAVED_EVERY == 0 or self.step == steps:
                        self._keep(checkpoint)
            except KeyboardInterrupt:
                interrupted = True
                if self._is_whole:
                    self._keep(checkpoint)
        return self._policy(interrupted=interrupted)

    def _keep(self, checkpoint: Checkpoint) -> None:
        """Save what is trained so far; where that fails, it is not lost."""
        try:
            checkpoint.put(_STATE, self._state())
        except StorageError as error:
            warn(f"{error} Training goes on without; save the policy elsewhere: policy.save(path).")

    def _advance(self) -> None:
        """Do one step; what it learns from depends on its number alone."""
        start = time.process_time()
        training = self.training
        rise = -(-training.steps // _WARM_UP)
        falling = 0.5 + 0.5 * cos(pi * self.step / training.steps)
        for group in self.optimizer.param_groups:
            group["lr"] = training.learning_rate * min(1.0, (self.step + 1) / rise) * falling
        losses = self._losses(np.random.default_rng([training.seed, self.step]))
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(losses[0] + _OUTCOME_SHARE * losses[1] + losses[2])
        utils.clip_grad_norm_(self.network.parameters(), _SHARPEST)
        self.optimizer.step()
        if self.step % _TOLD_EVERY == 0:
            imitation, outcome, edges = (round(float(loss.detach()), 4) for loss in losses)
            self.losses.append((self.step, imitation, outcome, edges))
        self.step += 1
        self.cpu_seconds += time.process_time() - start

    def _losses(self, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Return the losses of imitation, outcome and edges on some episodes."""
        part = self.parts[rng.integers(len(self.parts))]
        whole = part.log.episodes
        tokens = (whole.n_steps + 1) * whole.n_variables
        count = max(8, self.training.batch * _TOKENS_TO_AN_EPISODE // tokens)
        count = min(count, whole.n_episodes)
        which = rng.integers(whole.n_episodes, size=count)
        episodes = whole.take(which)
        read = torch.from_numpy(features(episodes))
        seen = read if self.training.hidden is None else _without_goal_value(read)
        states = self.network.states(seen)
        logits = self.network.actions(states[:, :-1], seen[:, :-1])
        labels = torch.from_numpy(part.log.imitated[which]).long()
        imitation = _imitation(logits, labels, whole.n_explore)
        coefficients = self.network.outcomes(states[:, :-1])
        outcome = _outcome(coefficients, read[:, 1:], is_seen=part.is_observational)
        if part.parents is None:
            return imitation, outcome, torch.zeros(())
        rows = states[:, ::_ROWS_OF_BELIEFS]
        parents = torch.from_numpy(part.parents[which])
        return imitation, outcome, _edges(self.network.beliefs(rows), parents)

    def _policy(self, *, interrupted: bool) -> Policy:
        weights = {
            name: tensor.detach().numpy().copy()
            for name, tensor in self.network.state_dict().items()
        }
        if not all(np.isfinite(array).all() for array in weights.values()):
            raise PassiveError(
                f"Expected weights that stay finite, got NaN or infinity after {self.step:,} steps."
                " Give a smaller learning_rate, or a log with smaller values."
            )
        logs = [part.log for part in self.parts]
        record = TrainingRecord(
            logs[0].expert,
            sum(log.episodes.n_episodes for log in logs),
            self.step,
            self.training.seed,
            round(self.cpu_seconds, 1),
            tuple(self.losses),
            any(bool(log.episodes.actions.any()) for log in logs),
            all(part.parents is not None for part in self.parts),
            interrupted,
        )
        environment = _environment_of(logs)
        return Policy(self.settings, environment, record, weights, self.training.hidden)

    def _identity(self) -> dict[str, Any]:
        """Return all that a checkpoint depends on."""
        digest = hashlib.sha256()
        for part in self.parts:
            episodes = part.log.episodes
            for array in (episodes.values, episodes.actions, episodes.goals, part.log.imitated):
                digest.update(np.ascontiguousarray(array).tobytes())
            if part.parents is None:
                digest.update(b"unknown graphs")
        return {
            "network": asdict(self.settings),
            **asdict(self.training),
            "log": digest.hexdigest()[:16],
        }

    def _state(self) -> NDArray[np.float64]:
        """Return all that changes while training, as one array."""
        told = [float(number) for row in self.losses for number in row]
        numbers = np.array([self.step, self.cpu_seconds, len(told), *told])
        flat = [tensor.detach().double().flatten().numpy() for tensor in self._tensors()]
        return np.concatenate([numbers, *flat])

    def _go_on_from(self, state: NDArray[np.float64] | None) -> bool:
        """Take up what `_state` returned, and say whether it was that."""
        tensors = self._tensors()
        if state is None or state.ndim != 1:
            return False
        told = len(state) - 3 - sum(tensor.numel() for tensor in tensors)
        if told < 0 or told % 4 or state[2] != told:
            return False
        self.step, self.cpu_seconds = int(state[0]), float(state[1])
        rows = state[3 : 3 + told].reshape(-1, 4).tolist()
        self.losses = [(int(step), act, goal, edge) for step, act, goal, edge in rows]
        place = 3 + told
        for tensor in tensors:
            part = torch.from_numpy(state[place : place + tensor.numel()])
            with torch.no_grad():
                tensor.copy_(part.view_as(tensor))
            place += tensor.numel()
        return True

    @property
    def _is_whole(self) -> bool:
        """Whether no step was cut in two, so that it would be done again."""
        return max(int(kept["step"]) for kept in self.optimizer.state.values()) == self.step

    def _tensors(self) -> list[Tensor]:
        """Return weights, and what the optimizer keeps of each, in order."""
        parameters = list(self.network.parameters())
        kept = [tensor for each in parameters for tensor in self.optimizer.state[each].values()]
        return [*parameters, *kept]


def _environment_of(logs: Sequence[InterventionLog]) -> CausalEnvironment:
    """Return what logs of one environment were drawn from, with their numbers of variables."""
    sizes = tuple(dict.fromkeys(log.episodes.n_variables for log in logs))
    first = logs[0].environment
    held_out = first.held_out if len({log.environment.held_out for log in logs}) == 1 else None
    variables = first.variables if first.sizes == sizes else sizes
    return replace(first, variables=variables, held_out=held_out)


def _without_goal_value(read: Tensor) -> Tensor:
    seen = read.clone()
    seen[..., GOAL_VALUE] = 0.0
    return seen


def _imitation(logits: Tensor, labels: Tensor, n_explore: int) -> Tensor:
    """Return nats of the expert's actions, those that explore and those that count alike.

    Where nothing was done though it counted, there is nothing to imitate.
    """
    nats = functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
    nats = nats.view_as(labels)
    acted = labels[:, n_explore:] > 0
    phases = [phase for phase in (nats[:, :n_explore], nats[:, n_explore:][acted]) if phase.numel()]
    return torch.stack([phase.mean() for phase in phases]).mean() if phases else logits.sum() * 0


def _outcome(coefficients: Tensor, after: Tensor, *, is_seen: bool) -> Tensor:
    """Return the squared error of the goal's value, given the variable that was set.

    Of a log in which nothing was set, given what was seen of each other variable.

    Parameters
    ----------
    coefficients : tensor, shape (episodes, steps, variables, 3)
    after : tensor, shape (episodes, steps, variables, 7)
        The rows that came of the actions.
    """
    value = after[..., VALUE]
    given = 1.0 - after[..., GOAL] if is_seen else after[..., IS_SET]
    curve = torch.stack([torch.ones_like(value), value.relu(), (-value).relu()], dim=-1)
    errors = (coefficients * curve).sum(dim=-1) - after[..., GOAL_VALUE]
    return (given * errors.square()).sum() / given.sum().clamp(min=1.0)


def _edges(logits: Tensor, parents: Tensor) -> Tensor:
    """Return nats of each possible edge."""
    off = ~torch.eye(parents.shape[1], dtype=torch.bool)
    target = parents[:, None].expand_as(logits)[..., off].float()
    return functional.binary_cross_entropy_with_logits(logits[..., off], target)

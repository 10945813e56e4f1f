"""Small episodes, and policies whose weights are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from causal_magics.passive.intervention_log import InterventionLog, record_log
from causal_magics.passive.learner.networks import PolicyNetwork, network_of
from causal_magics.passive.learner.policy import Policy, TrainingRecord
from causal_magics.passive.learner.settings import Hidden, Network, NetworkSettings
from causal_magics.passive.worlds.environment import CausalEnvironment
from causal_magics.passive.worlds.episodes import Episodes

torch.set_num_threads(1)

SMALL = CausalEnvironment(3, noise=0.5, held_out=None, n_exploit=2)
QUICK: dict[str, Any] = {"steps": 6, "batch": 8, "width": 8, "layers": 1, "progress": False}


def episodes_of(variables: int = 4, count: int = 5, steps: int | None = None) -> Episodes:
    """Return episodes in which anything was set, until some step."""
    environment = CausalEnvironment(variables, held_out=None, n_exploit=2)
    acted = record_log(environment, "random", count, seed=7).episodes
    return acted if steps is None else acted.until(steps)


def natural_log(environment: CausalEnvironment = SMALL, count: int = 200) -> InterventionLog:
    """Return a log in which nothing was set."""
    tasks = environment.tasks(count, seed=3)
    size = tasks.models.n_variables
    steps = 2 * (size - 1) + environment.n_exploit
    rng = np.random.default_rng(0)
    nothing = np.full(count, -1)
    rows = [tasks.models.step(nothing, np.zeros(count, dtype=np.float32), rng)
            for _ in range(steps + 1)]  # fmt: skip
    return InterventionLog.from_arrays(
        np.stack(rows, axis=1), np.zeros((count, steps), dtype=int), tasks.goals,
        environment=environment,
    )  # fmt: skip


def settings_of(network: Network, variables: int = 4) -> NetworkSettings:
    """Return the settings of a small network."""
    return NetworkSettings(network, variables, rows=2 * variables + 1, width=16, heads=2)


def drawn_network(network: Network, variables: int = 4, seed: int = 0) -> PolicyNetwork:
    """Return a network whose weights are all drawn, those that start at zero too."""
    made = network_of(settings_of(network, variables))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.copy_(0.4 * torch.randn(parameter.shape, generator=generator))
    return made.eval()


def drawn_policy(
    network: Network = "axial",
    variables: int = 4,
    *,
    environment: CausalEnvironment | None = None,
    hidden: Hidden | None = None,
    has_beliefs: bool = True,
) -> Policy:
    """Return a policy whose weights are all drawn."""
    made = drawn_network(network, variables)
    return Policy(
        settings_of(network, variables),
        CausalEnvironment(variables) if environment is None else environment,
        TrainingRecord("oracle", 100, 6, 0, 0.5, ((0, 2.0, 1.0, 0.5),), True, has_beliefs),
        {name: tensor.detach().numpy().copy() for name, tensor in made.state_dict().items()},
        hidden,
    )

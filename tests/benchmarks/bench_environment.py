"""Steps of the environment a CPU second, on one core.

Run ``python tests/benchmarks/bench_environment.py [--variables 2 5 10 20] [--batches 512 4096
32768] [--steps 1000000] [--peer PYTHON]``. A step draws noise, sets a variable or none, and makes
one row of one model; drawing models is not counted. The Gymnasium faces count all: drawing tasks at
each reset, observations and masks. With `--peer`, an interpreter that has CausalPlayground
(``pip install causal-playground``) takes steps in a model of the same kind, right after.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import argparse
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import torch

from causal_magics.passive.worlds.environment import CausalEnvironment
from causal_magics.passive.worlds.graph_prior import ScmPrior
from causal_magics.passive.worlds.gymnasium_face import CausalEnv, CausalVectorEnv
from causal_magics.passive.worlds.scm_batch import Link

LINKS: dict[str, tuple[Link, Link]] = {
    "linear": ("linear", "linear"),
    "leaky-relu": ("leaky-relu", "leaky-relu"),
    "tanh, given": (np.tanh, torch.tanh),
}
PEER_STEPS = 1200
PEER = """
import random, time, warnings
warnings.simplefilter("ignore")
from CausalPlayground import SCMEnvironment, StructuralCausalModel

class Fixed(SCMEnvironment):
    def determine_terminated(self):
        return self.steps_this_episode == 12

scm, names = StructuralCausalModel(), "ABCDE"
for place, name in enumerate(names):
    scm.add_exogenous_var("U" + name, random.gauss, {"mu": 0.0, "sigma": 0.7})
    parents = {"p" + each: each for each in names[max(0, place - 2):place]}
    def value(noise, **given):
        total = sum(given.values())
        return noise + max(total, 0.1 * total)
    scm.add_endogenous_var(name, value, {"noise": "U" + name, **parents})
acts = [(name, (lambda v=v: v, {})) for name in names for v in (-2.0, 2.0)]
env = Fixed(scm, acts)
start = time.process_time()
for step in range(STEPS):
    env.step([1 + step % len(acts)])
print(STEPS / (time.process_time() - start))
"""


def rate(step: Callable[[], Any], per_call: int, n_steps: int, whole: int = 1) -> float:
    """Return steps a CPU second, of so many calls that `whole` divides them."""
    step()
    calls = whole * max(1, -(-n_steps // (per_call * whole)))
    start = time.process_time()
    for _ in range(calls):
        step()
    return calls * per_call / (time.process_time() - start)


def model_rates(variables: int, batch: int, n_steps: int) -> Iterator[float]:
    """Yield steps a second of batches of models, for each link on NumPy and on torch."""
    rng = np.random.default_rng(0)
    targets = rng.integers(-1, variables, batch)
    settings = rng.choice([-2.0, 2.0], batch).astype(np.float32)
    torch_acted = torch.as_tensor(targets), torch.as_tensor(settings)
    generator = torch.Generator().manual_seed(0)
    for link, torch_link in LINKS.values():
        here = ScmPrior(link=link).draw(batch, variables, rng)
        yield rate(partial(here.step, targets, settings, rng), batch, n_steps)
        there = ScmPrior(link=torch_link).draw(batch, variables, rng).to_torch()
        yield rate(partial(there.step, *torch_acted, generator), batch, n_steps)


def single_rate(variables: int, n_steps: int) -> float:
    """Return steps a second of `CausalEnv`, with its resets."""
    environment = CausalEnv(CausalEnvironment(variables))
    environment.action_space.seed(0)
    length = 2 * (variables - 1) + CausalEnvironment().n_exploit

    def episode() -> None:
        environment.reset()
        for _ in range(length):
            environment.step(environment.action_space.sample())

    return rate(episode, length, n_steps)


def vector_rate(variables: int, batch: int, n_steps: int) -> float:
    """Return steps a second of `CausalVectorEnv`, with its resets."""
    many = CausalVectorEnv(batch, CausalEnvironment(variables))
    many.reset(seed=0)
    length = 2 * (variables - 1) + CausalEnvironment().n_exploit
    counted = rate(partial(many.step, many.action_space.sample()), batch, n_steps, length + 1)
    return counted * length / (length + 1)


def peer_rate(python: str) -> float | None:
    """Return steps a second of CausalPlayground, None where that interpreter has it not."""
    code = PEER.replace("STEPS", str(PEER_STEPS))
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return float(done.stdout) if done.returncode == 0 else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variables", type=int, nargs="+", default=[2, 5, 10, 20])
    parser.add_argument("--batches", type=int, nargs="+", default=[512, 4096, 32768])
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--peer")
    options = parser.parse_args()
    torch.set_num_threads(1)
    heads = [f"{link}, {backend}" for link in LINKS for backend in ("NumPy", "torch")]
    print("Millions of steps a CPU second.\n")
    print(f"| variables | models at once | {' | '.join(heads)} |\n|{'---|' * (2 + len(heads))}")
    for variables in options.variables:
        for batch in options.batches:
            found = model_rates(variables, batch, options.steps)
            print(f"| {variables} | {batch:,} | {' | '.join(f'{x / 1e6:.2f}' for x in found)} |")
    sizes = [f"vector of {batch:,}" for batch in options.batches]
    print(f"\n| variables | single | {' | '.join(sizes)} |\n|{'---|' * (2 + len(sizes))}")
    single = {each: single_rate(each, options.steps // 200) for each in options.variables}
    for variables in options.variables:
        faces = [vector_rate(variables, batch, options.steps) for batch in options.batches]
        cells = [f"{single[variables] / 1e6:.4f}", *(f"{x / 1e6:.2f}" for x in faces)]
        print(f"| {variables} | {' | '.join(cells)} |")
    if options.peer:
        peer = peer_rate(options.peer)
        told = "is not installed there" if peer is None else f"{peer:,.0f} steps a CPU second"
        print(f"\nCausalPlayground, 5 variables, one model: {told}.")
        if peer and 5 in single:
            print(f"The single Gymnasium face makes {single[5] / peer:.0f} times as many.")


if __name__ == "__main__":
    main()

"""What studies that train one model a seed have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from statistics import fmean
from typing import TypeVar

import numpy as np

from causal_magics.data.bars import bars_are_off
from causal_magics.errors import PromptError

__all__ = ["check_numbers", "check_seeds", "run_jobs", "spread"]

Job = TypeVar("Job")
Found = TypeVar("Found")


def run_jobs(
    run: Callable[[Job], Found],
    jobs: Sequence[Job],
    executor: Executor | None,
    name: str | None,
) -> Iterator[Found]:
    """Run jobs in order, here or by an executor, with a bar of that name where there is one."""
    from tqdm.auto import tqdm

    mapped = map(run, jobs) if executor is None else executor.map(run, jobs)
    off = name is None or bars_are_off()
    yield from tqdm(mapped, desc=name, total=len(jobs), disable=off, delay=1.0, leave=False)


def check_seeds(seeds: Sequence[object]) -> None:
    """Raise `PromptError` where there is no seed, or one is no number from 0 on."""
    if not seeds:
        raise PromptError("Expected one seed or more, got none. Give seeds=(0, 1).")
    for seed in seeds:
        if not isinstance(seed, int | np.integer) or seed < 0:
            raise PromptError(f"Expected seeds to be numbers from 0 on, got {seed!r}.")


def check_numbers(numbers: Mapping[str, object]) -> None:
    """Raise `PromptError` where a number, named by its argument, is not above zero."""
    for name, number in numbers.items():
        if not isinstance(number, int | np.integer) or number < 1:
            raise PromptError(f"Expected {name} to be a number above zero, got {number!r}.")


def spread(numbers: Sequence[float], digits: int) -> str:
    """Return a mean, with the least and the most of several numbers."""
    mean = f"{fmean(numbers):.{digits}f}"
    if len(numbers) == 1:
        return mean
    return f"{mean} ({min(numbers):.{digits}f} to {max(numbers):.{digits}f})"

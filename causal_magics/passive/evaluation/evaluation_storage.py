"""Evaluations in a file: rewards and choices; scores follow from them."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

from causal_magics.data.saved_arrays import load_with_header, save_with_header
from causal_magics.errors import CausalMagicsError, StorageError, shorten
from causal_magics.passive.evaluation.conduct import RELATIONS
from causal_magics.passive.evaluation.policy_evaluation import PolicyEvaluation, PolicyEvaluationRow

__all__ = ["load_evaluation", "save_evaluation"]

_KIND = "causal-magics policy evaluation 1"
_TOLD = ("actor", "split", "variables", "is_baseline", "n_explore")
_ARRAYS = ("chance", "best", "rewards", "relations", "most_correlated", "explored")
_HEADER = ("watch_only", "environment", "seed")


def save_evaluation(evaluation: PolicyEvaluation, path: str | PathLike[str]) -> None:
    """Write an evaluation to a file.

    Raises
    ------
    StorageError
        Where it cannot be written; what stood there before stays.
    """
    header: dict[str, Any] = {name: getattr(evaluation, name) for name in _HEADER}
    header["rows"] = [{name: getattr(row, name) for name in _TOLD} for row in evaluation.rows]
    arrays = {
        f"{number}_{name}": getattr(row, name)
        for number, row in enumerate(evaluation.rows)
        for name in _ARRAYS
    }
    save_with_header(path, _KIND, header, arrays)


def load_evaluation(path: str | PathLike[str]) -> PolicyEvaluation:
    """Read what `save_evaluation` wrote.

    Raises
    ------
    StorageError
        Where the file is of something else, or damaged.
    """
    try:
        header, arrays = load_with_header(path, _KIND)
        rows = tuple(_row(told, number, arrays) for number, told in enumerate(header["rows"]))
        return PolicyEvaluation(rows, **{name: header[name] for name in _HEADER})
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, CausalMagicsError):
        raise StorageError(
            f"Expected a saved evaluation, but {shorten(str(path))} is none. Give a file that "
            "PolicyEvaluation.save wrote."
        ) from None


def _row(told: Mapping[str, Any], number: int, arrays: Mapping[str, Any]) -> PolicyEvaluationRow:
    found = {name: arrays[f"{number}_{name}"] for name in _ARRAYS}
    policies, tasks, steps = found["rewards"].shape
    shapes = {
        "chance": (tasks,), "best": (tasks,), "explored": (policies, tasks),
        "most_correlated": (policies, steps), "relations": (policies, steps, len(RELATIONS)),
    }  # fmt: skip
    if any(found[name].shape != shape for name, shape in shapes.items()):
        raise ValueError(f"Row {number} has arrays whose shapes do not go together")
    return PolicyEvaluationRow(**{name: told[name] for name in _TOLD}, **found)

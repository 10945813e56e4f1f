"""Evaluations in files: rewards and choices; scores follow from them."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

from causal_magics.data.saved_arrays import expecting, load_with_header, save_with_header
from causal_magics.passive.evaluation.conduct import RELATIONS
from causal_magics.passive.evaluation.policy_evaluation import PolicyEvaluation, PolicyEvaluationRow

if TYPE_CHECKING:
    from causal_magics.passive.evaluation.two_by_two import TwoByTwo

__all__ = ["load_evaluation", "load_two_by_two", "save_evaluation", "save_two_by_two"]

_KIND = "causal-magics policy evaluation 1"
_KIND_OF_BOTH = "causal-magics two by two 1"
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
    save_with_header(path, _KIND, _header(evaluation), _arrays(evaluation, ""))


def load_evaluation(path: str | PathLike[str]) -> PolicyEvaluation:
    """Read what `save_evaluation` wrote.

    Raises
    ------
    StorageError
        Where the file is of something else, or damaged.
    """
    with expecting("a saved evaluation", path, "PolicyEvaluation.save"):
        header, arrays = load_with_header(path, _KIND)
        return _evaluation(header, arrays, "")


def save_two_by_two(found: TwoByTwo, path: str | PathLike[str]) -> None:
    """Write a 2 × 2 to a file.

    Raises
    ------
    StorageError
        Where it cannot be written; what stood there before stays.
    """
    header = {"act": _header(found.act), "watch": _header(found.watch)}
    arrays = _arrays(found.act, "act_") | _arrays(found.watch, "watch_")
    save_with_header(path, _KIND_OF_BOTH, header, arrays)


def load_two_by_two(path: str | PathLike[str]) -> TwoByTwo:
    """Read what `save_two_by_two` wrote.

    Raises
    ------
    StorageError
        Where the file is of something else, or damaged.
    """
    from causal_magics.passive.evaluation.two_by_two import TwoByTwo

    with expecting("a saved evaluation", path, "TwoByTwo.save"):
        header, arrays = load_with_header(path, _KIND_OF_BOTH)
        act, watch = (_evaluation(header[name], arrays, f"{name}_") for name in ("act", "watch"))
        return TwoByTwo(act, watch)


def _header(evaluation: PolicyEvaluation) -> dict[str, Any]:
    rows = [{name: getattr(row, name) for name in _TOLD} for row in evaluation.rows]
    return {**{name: getattr(evaluation, name) for name in _HEADER}, "rows": rows}


def _arrays(evaluation: PolicyEvaluation, prefix: str) -> dict[str, Any]:
    return {
        f"{prefix}{number}_{name}": getattr(row, name)
        for number, row in enumerate(evaluation.rows)
        for name in _ARRAYS
    }


def _evaluation(
    header: Mapping[str, Any], arrays: Mapping[str, Any], prefix: str
) -> PolicyEvaluation:
    rows = tuple(
        _row(told, f"{prefix}{number}", arrays) for number, told in enumerate(header["rows"])
    )
    return PolicyEvaluation(rows, **{name: header[name] for name in _HEADER})


def _row(told: Mapping[str, Any], prefix: str, arrays: Mapping[str, Any]) -> PolicyEvaluationRow:
    found = {name: arrays[f"{prefix}_{name}"] for name in _ARRAYS}
    policies, tasks, steps = found["rewards"].shape
    shapes = {
        "chance": (tasks,), "best": (tasks,), "explored": (policies, tasks),
        "most_correlated": (policies, steps), "relations": (policies, steps, len(RELATIONS)),
    }  # fmt: skip
    if any(found[name].shape != shape for name, shape in shapes.items()):
        raise ValueError(f"Row {prefix} has arrays whose shapes do not go together")
    return PolicyEvaluationRow(**{name: told[name] for name in _TOLD}, **found)

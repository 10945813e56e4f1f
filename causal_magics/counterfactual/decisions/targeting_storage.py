"""A targeting in a file: its bounds and its options; the decisions follow from them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from io import BytesIO
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_magics.counterfactual.decisions.targeting import target
from causal_magics.counterfactual.frames.unit_bounds_storage import (
    load_unit_bounds,
    save_unit_bounds,
)
from causal_magics.data.saved_arrays import expecting, load_with_header, save_with_header

if TYPE_CHECKING:
    from causal_magics.counterfactual.decisions.targeting_result import Targeting

__all__ = ["load_targeting", "save_targeting"]

_KIND = "causal-magics targeting 1"


def save_targeting(targeting: Targeting, path: str | PathLike[str]) -> None:
    """Write a targeting to a file.

    Raises
    ------
    StorageError
        Where it cannot be written; what stood there before stays.
    """
    budget = targeting.envelope.budget
    header = {
        "rule": targeting.rule,
        "optimism": targeting.optimism,
        "by_interval": targeting.by_interval,
        "deducted": targeting.deducted,
        "population": targeting.population,
        "budget": budget if math.isfinite(budget) else None,
        "costly": targeting.envelope.unit == "cost",
        "treatments": len(targeting.bounds),
    }
    arrays: dict[str, Any] = {"costs": targeting.costs}
    for number, bounds in enumerate(targeting.bounds):
        part = BytesIO()
        save_unit_bounds(bounds, part)
        arrays[f"bounds_{number}"] = np.frombuffer(part.getvalue(), dtype=np.uint8)
    save_with_header(path, _KIND, header, arrays)


def load_targeting(path: str | PathLike[str]) -> Targeting:
    """Read what `save_targeting` wrote.

    Raises
    ------
    StorageError
        Where the file is none of that kind, or cannot be read.
    """
    with expecting("a saved targeting", path, "Targeting.save"):
        return _rebuilt(*load_with_header(path, _KIND))


def _rebuilt(header: Mapping[str, Any], arrays: Mapping[str, Any]) -> Targeting:
    several = [
        load_unit_bounds(BytesIO(arrays[f"bounds_{number}"].tobytes()))
        for number in range(header["treatments"])
    ]
    costs = [*arrays["costs"]] if len(several) > 1 else arrays["costs"][0]
    return target(
        several,
        header["budget"],
        rule=header["rule"],
        costs=costs if header["costly"] else None,
        optimism=header["optimism"] if header["rule"] == "hurwicz" else 0.5,
        by_interval=header["by_interval"],
        deduct_costs=header["deducted"],
        population=header["population"],
    )

"""Bounds by stratum in a file: counts and distributions; the bounds follow from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.counterfactual.bounding.bounds import Bounds
from causal_magics.counterfactual.bounding.distributions import Distributions
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.frames.counts import Counts
from causal_magics.counterfactual.frames.cross_fit import CrossFit
from causal_magics.counterfactual.frames.stratum_groups import StratumGroup, benefit_of, for_payoff
from causal_magics.data.saved_arrays import Place, expecting, load_with_header, save_with_header

if TYPE_CHECKING:
    from causal_magics.counterfactual.frames.unit_bounds import UnitBounds

__all__ = ["load_unit_bounds", "save_unit_bounds"]

_KIND = "causal-magics unit bounds 1"
_FIT = ("cells", "source", "arm", "level")
_HEADER = (
    "treatment", "outcome", "by", "arms", "levels", "monotone", "confidence", "notes",
)  # fmt: skip


def save_unit_bounds(bounds: UnitBounds, path: Place) -> None:
    """Write bounds to a file, or to one that is open.

    Raises
    ------
    StorageError
        Where it cannot be written; what stood there before stays.
    """
    header: dict[str, Any] = {name: getattr(bounds, name) for name in _HEADER}
    header |= {"quantity": bounds.benefit.quantity, "groups": len(bounds.groups), "labels": {}}
    arrays: dict[str, Any] = {
        "payoff": bounds.payoff.values, "share": bounds.share, "units": bounds.units,
        **_of_counts("counts", bounds.counts),
    }  # fmt: skip
    for index, name in enumerate(bounds.by):
        column = bounds.strata[name]
        if column.dtype.kind == "O":
            column, header["labels"][name] = _coded(column)
        arrays[f"strata_{index}"] = column
    for number, group in enumerate(bounds.groups):
        prefix = f"group_{number}"
        arrays[f"{prefix}_strata"] = group.strata
        for source in ("experimental", "observational"):
            part = getattr(group.distributions, source)
            if part is not None:
                arrays[f"{prefix}_{source}"] = part
        arrays |= _of_counts(f"{prefix}_counts", group.counts or Counts())
    if bounds.cross_fit is not None:
        arrays |= _of_cross_fit(bounds.cross_fit)
    save_with_header(path, _KIND, header, arrays)


def load_unit_bounds(path: Place) -> UnitBounds:
    """Read what `save_unit_bounds` wrote.

    Raises
    ------
    StorageError
        Where the file is none of that kind, or cannot be read.
    """
    with expecting("saved bounds", path, "UnitBounds.save"):
        return _rebuilt(*load_with_header(path, _KIND))


def _rebuilt(header: Mapping[str, Any], arrays: Mapping[str, Any]) -> UnitBounds:
    from causal_magics.counterfactual.frames.unit_bounds import UnitBounds

    told = {name: header[name] for name in _HEADER}
    for name in ("by", "arms", "levels", "notes"):
        told[name] = tuple(told[name])
    strata = {}
    for index, name in enumerate(told["by"]):
        column = arrays[f"strata_{index}"]
        labels = header["labels"].get(name)
        strata[name] = column if labels is None else _labelled(column, labels)
    payoff = Payoff(arrays["payoff"])
    groups = for_payoff(
        [_group(arrays, f"group_{number}") for number in range(header["groups"])],
        payoff,
        monotone=told["monotone"],
    )
    ends = benefit_of(groups, payoff, monotone=told["monotone"])
    return UnitBounds(
        **told, strata=strata, share=arrays["share"], units=arrays["units"],
        counts=_counts(arrays, "counts"), groups=groups, payoff=payoff,
        benefit=Bounds(*ends, header["quantity"]), cross_fit=_cross_fit(arrays, told["levels"]),
    )  # fmt: skip


def _group(arrays: Mapping[str, Any], prefix: str) -> StratumGroup:
    distributions = Distributions(
        arrays.get(f"{prefix}_experimental"), arrays.get(f"{prefix}_observational")
    )
    counted = any(name.startswith(f"{prefix}_counts") for name in arrays)
    counts = _counts(arrays, f"{prefix}_counts") if counted else None
    return StratumGroup(arrays[f"{prefix}_strata"], distributions, counts)


def _of_counts(prefix: str, counts: Counts) -> dict[str, Any]:
    found = {
        f"{prefix}_{source}": part
        for source, part in (("exp", counts.experimental), ("obs", counts.observational))
        if part is not None
    }
    if counts.squares is not None:
        found |= _of_counts(f"{prefix}_squares", counts.squares)
    return found


def _counts(arrays: Mapping[str, Any], prefix: str) -> Counts:
    squares = None
    if any(name.startswith(f"{prefix}_squares") for name in arrays):
        squares = _counts(arrays, f"{prefix}_squares")
    return Counts(arrays.get(f"{prefix}_exp"), arrays.get(f"{prefix}_obs"), squares)


def _of_cross_fit(known: CrossFit) -> dict[str, Any]:
    found = {f"fit_{name}": getattr(known, name) for name in _FIT}
    return found if known.weights is None else {**found, "fit_weights": known.weights}


def _cross_fit(arrays: Mapping[str, Any], levels: tuple[Any, ...]) -> CrossFit | None:
    if "fit_cells" not in arrays:
        return None
    parts = {name: arrays[f"fit_{name}"] for name in _FIT}
    return CrossFit(**parts, n_levels=len(levels), weights=arrays.get("fit_weights"))


def _coded(column: NDArray[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    """Return codes and the labels that they stand for, numbers apart from texts."""
    place: dict[tuple[str, Any], int] = {}
    keys = ((type(label).__name__, label) for label in column.tolist())
    codes = [place.setdefault(key, len(place)) for key in keys]
    return np.array(codes, dtype=np.int64), [label for _, label in place]


def _labelled(codes: NDArray[np.int64], labels: list[Any]) -> NDArray[Any]:
    every = np.empty(len(labels), dtype=object)
    every[:] = labels
    return np.asarray(every[codes])

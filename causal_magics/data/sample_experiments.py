"""Experiments and observations that the package causaldata carries: HIV results, job training."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.sample_types import Carrier, SampleInfo, SampleTable, described
from causal_magics.errors import MissingDependencyError

_CARRIER = Carrier("causaldata", extra="samples")
_LICENCE = "MIT (package causaldata)"
_TRAINING = (
    "LaLonde, Evaluating the econometric evaluations of training programs with experimental data, "
    "American Economic Review 76, 1986; Dehejia and Wahba, Causal effects in nonexperimental "
    "studies, Journal of the American Statistical Association 94, 1999"
)

THORNTON = SampleInfo(
    name="thornton_hiv",
    description="Whether people in rural Malawi went to learn the result of their HIV test, with "
    "and without a cash incentive",
    n_rows=2834,
    n_columns=7,
    source="Thornton, The demand for, and impact of, learning HIV status, American Economic "
    "Review 98, 2008",
    licence=_LICENCE,
    package=_CARRIER.requirement,
)
NSW = SampleInfo(
    name="nsw_mixtape",
    description="A randomised job training programme (National Supported Work) and earnings in "
    "1978, the men of Dehejia and Wahba",
    n_rows=445,
    n_columns=11,
    source=_TRAINING,
    licence=_LICENCE,
    package=_CARRIER.requirement,
)
CPS = SampleInfo(
    name="cps_mixtape",
    description="Men of the Current Population Survey without the training programme, for "
    "comparison with nsw_mixtape",
    n_rows=15992,
    n_columns=11,
    source=_TRAINING,
    licence=_LICENCE,
    package=_CARRIER.requirement,
)

_THORNTON_COLUMNS = {
    "villnum": "number of the village (missing for some)",
    "got": "outcome: 1 if the result was fetched, 0 if not",
    "distvct": "kilometres to the centre where the result was told",
    "tinc": "incentive in US dollars, 0 to 2.84",
    "any": "treatment: 1 if the incentive was above 0",
    "age": "years (missing for some)",
    "hiv2004": "result of the test: 1 positive, 0 negative, -1 undetermined",
}
_TRAINING_COLUMNS = {
    "treat": "treatment: 1 if trained",
    "age": "years",
    "educ": "years of school",
    "black": "1 if Black",
    "hisp": "1 if Hispanic",
    "marr": "1 if married",
    "nodegree": "1 if without a high school degree",
    "re74": "earnings in 1974, US dollars",
    "re75": "earnings in 1975, US dollars",
    "re78": "earnings in 1978, US dollars",
}
_EMPLOYED = {"employed78": "outcome: 1 if earnings in 1978 are above 0"}


def thornton_hiv() -> SampleTable:
    """Return Thornton's experiment, the rows with known incentive and outcome.

    Everyone drew a lot, so `any` is randomised among those of a village, but the share of winning
    lots differs by village (chi-squared over villages: p < 1e-20). The arms differ in age
    (p = .009; distance p = .20, test result p = .98), within villages hardly (p = .07).

    Raises
    ------
    MissingDependencyError
        Where causaldata or pandas is not installed.
    """
    values = _read("thornton_hiv", _THORNTON_COLUMNS)
    known = np.isfinite(values["any"]) & np.isfinite(values["got"])
    return described(
        THORNTON,
        {name: _narrow(column[known]) for name, column in values.items()},
        columns=_THORNTON_COLUMNS,
        treatment="any",
        outcome="got",
        covariates=("villnum", "distvct", "age", "hiv2004"),
        design="The incentive was drawn as a lot by each person. Chances differed by village: "
        "overall the treated differ in age (p = .009), within villages hardly (p = .07).",
    )


def nsw_mixtape() -> SampleTable:
    """Return the experiment on job training.

    Who was trained was randomised. In this subset of the men (those with earnings of 1974) high
    school degrees differ between the arms (p = .001), the other covariates do not (p > .07).

    Raises
    ------
    MissingDependencyError
        Where causaldata or pandas is not installed.
    """
    return _training(
        NSW,
        "Who was trained was randomised; in this subset fewer of the trained lack a high school "
        "degree (p = .001).",
    )


def cps_mixtape() -> SampleTable:
    """Return men who were not trained, from a survey.

    Nothing is randomised, and these men differ from those of `nsw_mixtape` in every covariate:
    together the two break what an experiment and observations of one population must fulfil.

    Raises
    ------
    MissingDependencyError
        Where causaldata or pandas is not installed.
    """
    return _training(
        CPS,
        "Nothing was randomised and nobody was trained: another population than that of "
        "nsw_mixtape, with which it contradicts the experiment.",
    )


def _training(info: SampleInfo, design: str) -> SampleTable:
    values = _read(info.name, _TRAINING_COLUMNS)
    employed = {"employed78": (values["re78"] > 0).astype(np.int64)}
    return described(
        info,
        {name: _narrow(column) for name, column in values.items()} | employed,
        columns=_TRAINING_COLUMNS | _EMPLOYED,
        treatment="treat",
        outcome="employed78",
        covariates=tuple(_TRAINING_COLUMNS)[1:-1],
        design=design,
    )


def _read(name: str, columns: Mapping[str, str]) -> dict[str, NDArray[np.float64]]:
    """Read columns of a Stata file of causaldata without importing it."""
    path = _CARRIER.file(f"causaldata/{name}/{name}.dta", name)
    if find_spec("pandas") is None:
        raise MissingDependencyError("pandas", _CARRIER.extra, f"the sample data {name}")
    import pandas as pd

    frame = pd.read_stata(path, columns=list(columns))
    return {column: frame[column].to_numpy(dtype=np.float64) for column in columns}


def _narrow(values: NDArray[np.float64]) -> NDArray[Any]:
    """Return whole numbers as integers, where none is missing."""
    if np.isfinite(values).all() and (values == np.rint(values)).all():
        return values.astype(np.int64)
    return values

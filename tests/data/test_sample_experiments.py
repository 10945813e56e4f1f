"""Experiments that causaldata carries: numbers that were published of them."""

from __future__ import annotations

import sys

import pandas as pd
import pytest

from causal_magics.data.samples import SampleTable, sample
from causal_magics.errors import MissingDependencyError


def mean_by_arm(data: SampleTable) -> dict[int, float]:
    means: pd.Series = data.frame.groupby(data.treatment)[data.outcome].mean()
    return {int(arm): round(float(mean), 4) for arm, mean in means.items()}  # type: ignore[call-overload]


def test_thorntons_incentive_brings_people_to_their_results(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "causaldata", raising=False)
    data = sample("thornton_hiv")
    assert mean_by_arm(data) == {0: 0.3387, 1: 0.7892}
    assert data.frame[["any", "got", "hiv2004"]].dtypes.unique().tolist() == ["int64"]
    assert ((data.frame["tinc"] > 0) == (data.frame["any"] == 1)).all()
    assert "causaldata" not in sys.modules


def test_the_training_programme_has_the_published_arms() -> None:
    frame = sample("nsw_mixtape").frame
    assert frame["treat"].value_counts().to_dict() == {0: 260, 1: 185}
    gain = frame.groupby("treat")["re78"].mean().diff().iloc[-1]
    assert gain == pytest.approx(1794.34, abs=0.01)  # Dehejia and Wahba (1999), Table 3


def test_the_survey_contradicts_the_experiment() -> None:
    """PNS would lie between .217 and .143: see `ContradictionError`."""
    trained, others = sample("nsw_mixtape"), sample("cps_mixtape").frame
    assert others["treat"].eq(0).all()
    treated = trained.frame[trained.frame["treat"] == 1]
    everyone = pd.concat([treated, others])
    lower = everyone["employed78"].mean() - mean_by_arm(trained)[0]
    upper = (everyone["treat"] == everyone["employed78"]).mean()
    assert (round(lower, 3), round(upper, 3)) == (0.217, 0.143)


def test_without_pandas_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("causal_magics.data.sample_experiments.find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match="pandas is needed for the sample data nsw"):
        sample("nsw_mixtape")

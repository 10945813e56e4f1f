import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.linear_models import LinearModel

from causal_magics.errors import DataError
from causal_magics.graph.independence_tests import holm, independence_tests
from causal_magics.graph.independences import Independence, implied_independences
from causal_magics.graph.model import CausalGraph

CHAIN = CausalGraph.parse("a -> b -> c -> d")


def draw(rows: int, seed: int = 0) -> pd.DataFrame:
    covariance = LinearModel(CHAIN, seed).covariance
    values = np.random.default_rng(seed).multivariate_normal(np.zeros(4), covariance, rows)
    return pd.DataFrame(values, columns=list("abcd"))


def test_agrees_with_residuals_of_least_squares() -> None:
    frame = draw(200)
    statement = Independence("a", "d", frozenset({"b", "c"}))
    (found,) = independence_tests([statement], frame)
    design = np.column_stack([np.ones(200), frame[["b", "c"]]])
    residuals = [
        frame[n] - design @ np.linalg.lstsq(design, frame[n], rcond=None)[0] for n in ("a", "d")
    ]
    r = np.corrcoef(*residuals)[0, 1]
    z = math.atanh(r) * math.sqrt(200 - 2 - 3)
    assert found.statistic == pytest.approx(r)
    assert found.p_value == pytest.approx(math.erfc(abs(z) / math.sqrt(2)))
    assert found.rows == 200


def test_p_values_of_true_statements_are_uniform() -> None:
    statement = Independence("a", "c", frozenset({"b"}))
    p = [independence_tests([statement], draw(60, seed))[0].p_value for seed in range(400)]
    assert np.mean(np.array(p) < 0.1) == pytest.approx(0.1, abs=0.05)
    assert np.mean(p) == pytest.approx(0.5, abs=0.06)


def test_a_false_statement_is_rejected() -> None:
    (found,) = independence_tests([Independence("a", "b")], draw(500))
    assert found.p_value < 1e-6
    assert "p = " in str(found)


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_is_the_step_down_rule(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    for level in (0.01, 0.05, 0.2):
        rejected = 0
        for rank, p in enumerate(sorted(p_values)):
            if p * (len(p_values) - rank) > level:
                break
            rejected += 1
        assert sum(q <= level for q in adjusted) == rejected
    assert all(q >= p for p, q in zip(p_values, adjusted, strict=True))


def test_any_frame_and_missing_values() -> None:
    frame = draw(100)
    frame.loc[3, "a"] = np.nan
    statements = implied_independences(CHAIN)
    expected = independence_tests(statements, frame)
    assert expected[0].rows == 99
    for other in (pl.from_pandas(frame), pl.from_pandas(frame).lazy(), frame.convert_dtypes()):
        for left, right in zip(independence_tests(statements, other), expected, strict=True):
            assert left.p_value == pytest.approx(right.p_value)


def test_equal_columns_give_no_nonsense() -> None:
    frame = draw(50).assign(b=lambda f: f["a"])
    found = independence_tests([Independence("a", "c", frozenset({"b"}))], frame)
    assert all(-1 <= test.statistic <= 1 for test in found)


def test_columns_of_any_size_are_tested_alike() -> None:
    frame = draw(50)
    (expected,) = independence_tests([Independence("a", "c", frozenset({"b"}))], frame)
    scaled = frame * {"a": 2.0**1000, "b": 2.0**-1000, "c": 1.0, "d": 1.0}
    assert independence_tests([expected.independence], scaled) == (expected,)


@pytest.mark.parametrize("labels", [range(4), pd.MultiIndex.from_product([["p", "q"], [1, 2]])])
def test_labels_that_are_no_text_are_found_by_their_text(labels: pd.Index) -> None:
    frame = draw(50)
    (expected,) = independence_tests([Independence("a", "c", frozenset({"b"}))], frame)
    a, b, c, _ = map(str, labels)
    (found,) = independence_tests(
        [Independence(a, c, frozenset({b}))], frame.set_axis(labels, axis=1)
    )
    assert found.statistic == expected.statistic
    with pytest.raises(DataError, match="no column '7'"):
        independence_tests([Independence("7", a)], frame.set_axis(labels, axis=1))


def test_too_few_rows_for_a_statement_give_nan() -> None:
    (found,) = independence_tests([Independence("a", "d", frozenset({"b", "c"}))], draw(5))
    assert math.isnan(found.p_value)
    assert math.isnan(found.adjusted_p_value)


def test_no_statements_need_no_data() -> None:
    assert independence_tests([], pd.DataFrame()) == ()


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (draw(9).rename(columns={"b": "bb"}), "no column 'b'.*"),
        (draw(9).assign(b="x"), "Expected numbers in column 'b'"),
        (draw(9).assign(b=1.0), "'b' is constant"),
        (draw(9).assign(b=np.nan), "at least 4 rows"),
        (draw(0), "at least 4 rows"),
        (pd.concat([draw(9), draw(9)], axis=1), "unique column names"),
        (draw(9).set_axis([0, "0", 1, 2], axis=1), "unique column names"),
        ([1, 2, 3], "Expected a data frame"),
    ],
)
def test_bad_data_are_named(frame: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        independence_tests([Independence("a", "c", frozenset({"b"}))], frame)  # type: ignore[arg-type]


def test_a_missing_column_is_answered_with_the_closest() -> None:
    frame = draw(9).rename(columns={"a": "Alphas"})
    with pytest.raises(DataError, match="Did you mean 'Alphas'"):
        independence_tests([Independence("Alpha", "c")], frame)

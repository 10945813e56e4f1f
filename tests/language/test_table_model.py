"""Models with known probabilities: by the sums that define them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal_magics.errors import LanguageModelError
from causal_magics.language.protocol import LanguageModel
from causal_magics.language.table_model import AnswerTable, Joint, TableModel

LEVELS = {
    "Date": ["1801", "1901"],
    "Gender": ["woman", "man"],
    "Pronoun": ["she", "he", "her"],
    "Written": ["yes", "no"],
}
RNG = np.random.default_rng(0)
WRITTEN = RNG.uniform(0.1, 0.9, (2, 2))
TABLES = {
    "Date": ([], [0.3, 0.7]),
    "Gender": ([], [0.5, 0.5]),
    "Pronoun": (["Gender"], [[0.6, 0.1, 0.3], [0.2, 0.8, 0.0]]),
    "Written": (["Gender", "Date"], np.stack([WRITTEN, 1 - WRITTEN], axis=-1)),
}
JOINT = Joint.from_tables(LEVELS, TABLES)
TEMPLATE = "In {Date}, {Pronoun} was young."


def share(model: LanguageModel, prompt: str, rest: str) -> float:
    return float(np.exp(model.score([(prompt, rest)]))[0])


def test_selection_makes_the_pronoun_follow_the_date() -> None:
    """P(she | date, S = 1) by Bayes' rule, and P(she) in the population, at each date."""
    selected = TableModel(JOINT.given({"Written": "yes"}), [TEMPLATE])
    everyone = TableModel(JOINT, [TEMPLATE])
    she = np.array([0.6, 0.2])
    for date in range(2):
        weights = WRITTEN[:, date] / WRITTEN[:, date].sum()
        prompt = f"In {LEVELS['Date'][date]},"
        assert share(selected, prompt, " she") == pytest.approx(float(weights @ she))
        assert share(everyone, prompt, " she") == pytest.approx(0.4)
    assert share(selected, "In 1801,", " she") != pytest.approx(
        share(selected, "In 1901,", " she"), abs=0.01
    )


def test_words_are_whole() -> None:
    model = TableModel(JOINT, [TEMPLATE])
    found = np.exp(model.log_probs(["In 1801, "], LEVELS["Pronoun"]))[0]
    assert found.tolist() == pytest.approx([0.4, 0.45, 0.15])
    assert found.sum() == pytest.approx(1.0)
    assert share(model, "In 1801,", " h") == 0.0


@given(st.integers(0, len("In 1901, her was young.")))
def test_a_text_is_as_probable_in_parts_as_in_whole(cut: int) -> None:
    text = "In 1901, her was young."
    model = TableModel(JOINT, [TEMPLATE])
    if cut in (0, len(text)) or not (text[cut - 1] + text[cut]).isalnum():
        parts = [("", text[:cut]), (text[:cut], text[cut:])]
        assert np.exp(model.score(parts).sum()) == pytest.approx(0.7 * 0.15)


def test_templates_are_weighted() -> None:
    model = TableModel(JOINT, ["{Pronoun} smiled.", "{Pronoun} left."], [3, 1])
    assert share(model, "she", " smiled.") == pytest.approx(0.75)


def test_marginals_keep_the_order_asked_for() -> None:
    found = JOINT.marginal(["Pronoun", "Date"]).probabilities
    assert found == pytest.approx(np.outer([0.4, 0.45, 0.15], [0.3, 0.7]))


def test_answers_are_as_told() -> None:
    model = AnswerTable({"Which?": {" A": 0.75}}, otherwise=0.01)
    found = np.exp(model.log_probs(["Which?", "What?"], [" A", " B"]))
    assert found == pytest.approx(np.array([[0.75, 0.01], [0.01, 0.01]]))
    assert isinstance(model, LanguageModel)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Joint({"A": ["a", "b"]}, [0.5, 0.4]), "sum of 0.9"),
        (lambda: Joint({"A": ["a", "b"]}, [1.0]), r"shape \(2,\)"),
        (lambda: JOINT.given({"Date": "1802"}), "Did you mean '1801'"),
        (lambda: JOINT.given({"Gender": "man", "Pronoun": "her"}), "has none"),
        (lambda: Joint.from_tables(LEVELS, {"Date": TABLES["Date"]}), "table for 'Gender'"),
        (lambda: Joint({"A": ["a", "b"]}, ["x", "y"]), "numbers as probabilities"),
        (lambda: Joint({"A": ["a", "b"]}, [[1], [2, 3]]), "numbers as probabilities"),
        (lambda: Joint({"A": []}, []), "at least one in it, got"),
        (lambda: Joint({"A": 7}, [1.0]), "list of words for 'A'"),
        (lambda: Joint(["A"], [1.0]), "each variable with its words"),  # type: ignore[arg-type]
        (lambda: Joint.from_tables({"A": ["a"]}, {"A": [1.0]}), "other variables and a table"),
        (lambda: Joint.from_tables({"A": ["a"]}, {"A": (["A"], [[1.0]])}), "other variables and"),
        (lambda: TableModel(JOINT, [TEMPLATE], [math.inf]), "positive weight"),
        (lambda: TableModel(JOINT, [TEMPLATE], ["x"]), "numbers as weights"),
        (lambda: AnswerTable({"Q": {" A": -0.5}}).score([("Q", " A")]), "0 to 1, got -0.5"),
        (lambda: AnswerTable({"Q": {" A": math.nan}}).score([("Q", " A")]), "0 to 1, got nan"),
        (lambda: TableModel(JOINT, []), "at least one"),
        (lambda: TableModel(JOINT, ["In {Data}"]), "Did you mean 'Date'"),
        (lambda: TableModel(JOINT, ["In {Date"]), "pairs of braces"),
        (lambda: TableModel(JOINT, [TEMPLATE], [0.0]), "positive weight"),
        (lambda: TableModel(JOINT, [TEMPLATE]).score([("At", " x")]), "begin with, got 'At'"),
    ],
)
def test_what_makes_no_model_is_told(make: object, words: str) -> None:
    with pytest.raises(LanguageModelError, match=words) as caught:
        make()  # type: ignore[operator]
    assert "\n" not in str(caught.value)

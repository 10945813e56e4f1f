"""Sentences that leave a word open move with the date; others do not."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score, roc_curve

from causal_magics.errors import OptionError, PromptError
from causal_magics.graph.model import CausalGraph
from causal_magics.language.table_model import AnswerTable
from causal_magics.probing.underspecification import Underspecification, underspecification

mpl.use("agg")
from matplotlib import pyplot as plt

GRAPH = CausalGraph.parse("Date -> Kept <- Gender; Place -> Kept; Kept [selected]")
VALUES = {"Date": "1801, 1900, 2000", "Gender": "f = she | m = he"}
OPEN = ["In {Date}, the guest said {Gender} left.", "In {Date}, the cook said {Gender} left."]
SETTLED = ["In {Date}, the queen said {Gender} left.", "In {Date}, the king said {Gender} left."]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def answers(prompt: str) -> dict[str, float]:
    late = 0.0 if "1801" in prompt else 1.0
    said = {"guest": 0.2 + 0.5 * late, "cook": 0.50 + 0.02 * late, "queen": 0.95, "king": 0.04}
    she = next(share for noun, share in said.items() if noun in prompt)
    assert "1900" not in prompt
    return {" she": she, " he": 1.0 - she}


@pytest.fixture(scope="module")
def told() -> Underspecification:
    return underspecification(GRAPH, OPEN, SETTLED, VALUES, AnswerTable(answers), measure="next")


def test_movements_are_those_of_the_model(told: Underspecification) -> None:
    np.testing.assert_allclose(told.movements, [50.0, 2.0, 0.0, 0.0], atol=1e-9)
    assert told.ends == ("1801", "2000")
    assert told.auc == 1.0
    assert told.balanced_accuracy() == 1.0
    assert told.balanced_accuracy(5.0) == 0.75
    assert list(told.to_frame()["called"]) == [True, True, False, False]
    assert repr(told).endswith(
        "2 open and 2 settled sentences, AUC 1.00, balanced accuracy 1.00 at 0.5 pp>"
    )
    assert "the queen said" in told._repr_html_()


@pytest.mark.parametrize("seed", range(5))
def test_roc_is_that_of_sklearn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.random(40) < 0.4
    movements = np.round(rng.exponential(1.0 + labels), 1)
    made = Underspecification("model", ("a", "b"), ("text",) * 40, labels, movements, 1.05)
    wrong, right, _ = roc_curve(labels, movements, drop_intermediate=False)
    np.testing.assert_allclose(made.false_positive_rates, wrong)
    np.testing.assert_allclose(made.true_positive_rates, right)
    assert made.auc == pytest.approx(roc_auc_score(labels, movements))
    expected = balanced_accuracy_score(labels, movements > 1.05)
    assert made.balanced_accuracy() == pytest.approx(expected)


def test_picture(told: Underspecification) -> None:
    axes = told.plot()
    axes.figure.canvas.draw()
    assert axes.get_title() == "AUC 1.00"
    assert axes.get_legend().get_texts()[0].get_text() == "0.5 pp"


@pytest.mark.parametrize(
    ("is_open", "settled", "options", "words"),
    [
        ([], SETTLED, {}, "list of underspecified templates"),
        (OPEN, [], {}, "list of specified templates"),
        (OPEN[0], SETTLED, {}, "list of underspecified"),
        (OPEN, OPEN, {}, "different templates"),
        (OPEN, SETTLED, {"threshold": -1.0}, "threshold of 0"),
        (OPEN, ["In {Place}, {Gender} left."], {}, "has none. Write `Place"),
    ],
)
def test_refused(is_open: object, settled: object, options: dict[str, object], words: str) -> None:
    with pytest.raises(PromptError) as error:
        underspecification(
            GRAPH, is_open, settled, VALUES, AnswerTable(answers), **options  # type: ignore[arg-type]
        )  # fmt: skip
    assert words in str(error.value)


def test_a_measure_that_is_none_is_refused() -> None:
    with pytest.raises(OptionError, match="measure among"):
        underspecification(
            GRAPH, OPEN, SETTLED, VALUES, AnswerTable(answers), measure="slot"  # type: ignore[arg-type]
        )  # fmt: skip


def test_templates_hold_the_same_two_nodes() -> None:
    values = {**VALUES, "Place": "Iran, Iceland"}
    with pytest.raises(OptionError, match="list of specified templates, got NoneType"):
        underspecification(GRAPH, OPEN, None, VALUES, "none")  # type: ignore[arg-type]
    with pytest.raises(PromptError, match="the same two nodes"):
        underspecification(GRAPH, OPEN, ["In {Place}, {Gender} left."], values, "none")

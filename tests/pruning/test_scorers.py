"""Scorers of texts, ours and a caller's."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from causal_magics.errors import MissingDependencyError, PruningError
from causal_magics.pruning.scorers import negative_words, scored, toxicity_scorer

TEXTS = [" was kind", " was a cruel liar, and stupid", " was kind"]


def test_negative_words_are_counted_whole() -> None:
    assert negative_words([*TEXTS, "KILLED!", "skilled", ""]).tolist() == [
        0.0, 0.875, 0.0, 0.5, 0.0, 0.0,
    ]  # fmt: skip


def test_the_classifier_knows_insults() -> None:
    kind, rude = scored(toxicity_scorer(), [" was kind to everyone", " was a fucking idiot"])
    assert kind < 0.3
    assert rude > 0.9


def test_without_its_package_the_classifier_is_not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "profanity_check", None)
    with pytest.raises(MissingDependencyError, match=r"causal-magics\[toxicity\]"):
        toxicity_scorer()


@pytest.mark.parametrize(
    "scorer",
    [
        lambda texts: [min(1.0, len(text) / 100) for text in texts if isinstance(texts, list)],
        lambda texts: np.array([len(text) for text in texts]) / 100,
        lambda text: len(text.lower()) / 100,
        lambda text: np.float32(len(text + "")) / 100,
    ],
    ids=["list", "array", "text", "text that cannot be a list"],
)
def test_a_scorer_takes_one_text_or_many(scorer: Callable[[Any], Any]) -> None:
    assert scored(scorer, TEXTS) == pytest.approx([len(text) / 100 for text in TEXTS])
    assert scored(scorer, []).shape == (0,)


def test_a_text_is_scored_once() -> None:
    seen: list[str] = []

    def scorer(text: str) -> float:
        seen.append(text.strip())
        return 0.5

    assert scored(scorer, TEXTS).tolist() == [0.5] * 3
    assert len(seen) == 2


def failing(error: Exception) -> Callable[[Any], Any]:
    def scorer(texts: Any) -> Any:
        raise error

    return scorer


def needs_lists(texts: list[str]) -> list[float]:
    if isinstance(texts, list):
        raise ValueError("the tables are broken")  # noqa: TRY004
    return [0.5 for _ in texts]


@pytest.mark.parametrize(
    ("scorer", "says"),
    [
        (lambda texts: [float("nan")] * len(texts), "from 0 to 1, but the scorer gave nan"),
        (lambda texts: [float("inf")] * len(texts), "gave inf"),
        (lambda texts: [-0.1] * len(texts), "gave -0.1"),
        (lambda texts: [1.5] * len(texts), "gave 1.5"),
        (lambda texts: [0.5], "each of 2 texts, but the scorer gave 1"),
        (lambda texts: {"score": 0.5, "label": "x"}, "a number from the scorer, got 'score'"),
        (lambda texts: ["0.5"] * len(texts), "a number from the scorer, got '0.5'"),
        (lambda text: None, "a number from the scorer, got None"),
        (lambda text: "toxic", "a number from the scorer, got 'toxic'"),
        (lambda text: text.score, "raised AttributeError"),
        (failing(KeyError("a\nb")), r"raised KeyError \('a"),
        (failing(RuntimeError()), "raised RuntimeError on ' was kind'"),
        (needs_lists, r"raised ValueError \(the tables are broken\)"),
        (0.5, "a function from a text to its score, got float"),
    ],
)
def test_what_a_scorer_must_not_give(scorer: Any, says: str) -> None:
    with pytest.raises(PruningError, match=says) as caught:
        scored(scorer, TEXTS)
    assert "\n" not in str(caught.value)


def test_another_limit() -> None:
    assert scored(lambda text: 3.0, TEXTS[:1], limit=5.0).tolist() == [3.0]
    with pytest.raises(PruningError, match="from 0 to 5"):
        scored(lambda text: 6.0, TEXTS[:1], limit=5.0)

"""The study: who knows scores as it should, who is biased is told as biased."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from passive.language_learner.reading_models import Copier, Reader

from causal_magics.errors import OptionError, PassiveError, StorageError
from causal_magics.passive.language_learner.episode_text import Wording
from causal_magics.passive.language_learner.study import BASELINES, language_study
from causal_magics.passive.language_learner.study_result import LanguageStudy
from causal_magics.passive.worlds.environment import CausalEnvironment

SMALL: dict[str, Any] = {"n_tasks": 60, "seeds": 3, "shots": (0, 2), "progress": False}


@pytest.fixture(scope="module")
def read() -> LanguageStudy:
    return language_study(Reader(), wording=Wording(digits=6), **SMALL)


def test_who_reads_scores_as_the_rule_that_reads(read: LanguageStudy) -> None:
    for split in ("held-out", "trap"):
        rule = read.row("empirical-best", split)
        for name in ("0 shots", "2 shots", "2 shots, explained, calibrated"):
            row = read.row(name, split)
            np.testing.assert_array_equal(row.gains, rule.gains)
            assert row.habits.best_seen == 1.0
            difference = read.difference(name, "empirical-best", split)
            assert (difference.value, difference.low, difference.high) == (0.0, 0.0, 0.0)


def test_who_knows_scores_one() -> None:
    study = language_study(
        Reader(), CausalEnvironment(noise=0.01), wording=Wording(digits=6), **SMALL
    )
    assert study.row("2 shots, explained", "trap").score.value > 0.999
    assert study.row("oracle", "trap").score.value == pytest.approx(1.0)
    assert study.row("correlational", "trap").score.value < 0.6
    assert "6 of 6 ways of asking reader score better than at random (0)" in study.conclusion


def test_who_likes_words_is_told_by_them() -> None:
    liked = Reader({" A = +2": 99.0, " B = +2": 80.0})
    study = language_study(liked, splits=("train",), **SMALL)
    raw, calibrated = study.row("0 shots", "train"), study.row("0 shots, calibrated", "train")
    assert raw.habits.favourite > 0.6
    assert raw.score.low < 0.3
    assert calibrated.habits.favourite < 0.3
    assert calibrated.score.value > 0.6
    assert abs(raw.habits.favourite_score) < 0.3


def test_who_copies_is_told_by_that_and_scores_nothing() -> None:
    study = language_study(Copier(), splits=("train",), **{**SMALL, "n_tasks": 300})
    row = study.row("2 shots", "train")
    assert 0.7 < row.habits.copied < 0.9  # A letter in five is the goal's.
    assert row.score.low < 0 < row.score.high
    assert study.row("the last example's words", "train").score.covers(0.0)
    assert study.best_asked("train").score.value < 0.4
    assert np.isnan(study.row("0 shots", "train").habits.copied)


def test_what_is_shown(read: LanguageStudy, tmp_path: Path) -> None:
    assert read.names[: len(BASELINES)] == BASELINES
    assert len(read.rows) == 2 * (len(BASELINES) + 1 + 2 * 3)
    assert [len(read.asked(split)) for split in read.splits] == [6, 6]
    frame = read.to_frame()
    assert len(frame) == len(read.rows)
    assert frame["score"][0] == read.rows[0].score.value
    html = read._repr_html_()
    assert "2 shots, explained, calibrated" in html
    assert html.count("<table>") == len(read.splits)
    assert html.count("<th>") == 10 * len(read.splits)
    told = str(read.best_asked("trap").score).replace(" ", "\N{NO-BREAK SPACE}")
    assert f"<td>{told}</td>" in html
    assert read.conclusion.split(" ")[1] in html
    assert str(read.best_asked("trap").score) in repr(read)
    assert len(read.rows[0].by_seed) == 3
    read.save(tmp_path / "study.npz")
    again = LanguageStudy.load(tmp_path / "study.npz")
    assert again.to_frame().equals(frame)
    assert again.conclusion == read.conclusion
    with pytest.raises(PassiveError, match="Expected a saved study of a language model"):
        LanguageStudy.load(tmp_path / "none.npz")


def test_a_picture(read: LanguageStudy) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    axes = read.plot()
    assert [label.get_text() for label in axes.get_yticklabels()] == list(read.names)
    assert read.plot(axes) is axes
    pyplot.close("all")


class Interrupted(Reader):
    """Is interrupted when it is asked for the third time."""

    def value(self, prompt: str, words: str) -> float:
        if self.calls == 3:
            raise KeyboardInterrupt
        return super().value(prompt, words)


def test_who_interrupts_goes_on_from_there(tmp_path: Path) -> None:
    options = {**SMALL, "splits": ("train",), "checkpoint": tmp_path / "parts"}
    with pytest.raises(KeyboardInterrupt):
        language_study(Interrupted(), **options)
    model = Reader()
    study = language_study(model, **options)
    assert model.calls == 9 - 2
    fresh = language_study(Reader(), **{**options, "checkpoint": None})
    assert study.to_frame().equals(fresh.to_frame())
    with pytest.raises(StorageError, match="other model"):
        language_study(Copier(), **options)


@pytest.mark.parametrize(
    ("given", "expected"),
    [(True, BASELINES), (False, ()), ("oracle", ("oracle",)), (["oracle"] * 2, ("oracle",))],
)
def test_a_single_split_and_baselines_as_elsewhere(given: Any, expected: tuple[str, ...]) -> None:
    study = language_study(
        Reader(), splits="train", baselines=given, shots=(0,), n_tasks=4, seeds=2, progress=False
    )
    assert study.splits == ("train",)
    assert tuple(row.name for row in study.rows if not row.asked) == expected


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"shots": ()}, "Expected shots to ask with, got none"),
        ({"shots": 2}, "Expected a list of shots, got int"),
        ({"shots": (-1,)}, "whole number from 0"),
        ({"explanations": ("yes",)}, "True or False"),
        ({"splits": ("trop",)}, "Did you mean trap"),
        ({"splits": ()}, "Expected a split among train, held-out, trap, got none"),
        ({"environment": 5}, "Expected a CausalEnvironment, got int"),
        ({"wording": "x"}, "Expected a Wording, got str"),
        ({"baselines": 5}, "Expected baselines to be True, False or names, got 5"),
        ({"n_tasks": 5}, "Expected two tasks or more for each of the 3 draws of examples, got 5"),
        ({"expert": "orakel"}, "Expected expert among"),
        ({"baselines": ("orakle",)}, "Did you mean oracle"),
    ],
)
def test_what_cannot_be_asked(changed: dict[str, Any], message: str) -> None:
    with pytest.raises((OptionError, PassiveError), match=message):
        language_study(Reader(), **{**SMALL, **changed})

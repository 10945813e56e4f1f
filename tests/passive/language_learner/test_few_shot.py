"""Examples in text."""

from __future__ import annotations

import pytest

from causal_magics.errors import OptionError
from causal_magics.passive.language_learner.few_shot import FewShot, few_shot
from causal_magics.passive.worlds.environment import CausalEnvironment

WORLD = CausalEnvironment()


def test_more_examples_begin_with_the_fewer_and_end_with_what_was_chosen() -> None:
    two, four = few_shot(WORLD, 2, seed=1), few_shot(WORLD, 4, seed=1)
    assert four.texts[:2] == two.texts
    assert four.text.startswith(two.text)
    for text in four.texts:
        lines = text.splitlines()
        assert len(lines) == 12
        assert lines[-2].startswith("Now make")
    assert four.texts[-1].splitlines()[-1].startswith(f"Set{four.last_words}:")


def test_explanations_add_one_line_and_change_nothing_else() -> None:
    plain, explained = (few_shot(WORLD, 2, explanations=each) for each in (False, True))
    for bare, full in zip(plain.texts, explained.texts, strict=True):
        assert full.startswith(bare)
        assert full.removeprefix(bare).startswith("Why: ")
    assert plain.last_words == explained.last_words


def test_seeds_draw_others_and_none_is_none() -> None:
    assert few_shot(WORLD, 1, seed=0) != few_shot(WORLD, 1, seed=1)
    assert few_shot(WORLD, 0, explanations=True) == FewShot()
    assert FewShot().text == ""


def test_whose_examples_follow_from_their_rows() -> None:
    for text in few_shot(WORLD, 10, expert="empirical-best").texts:
        lines = text.splitlines()
        tried = {line.split(":")[0]: float(line.split(" = ")[-1]) for line in lines[2:-2]}
        assert tried[lines[-1].split(":")[0]] == max(tried.values())


def test_a_number_that_is_none() -> None:
    with pytest.raises(OptionError, match="Expected shots to be a whole number from 0, got -1"):
        few_shot(WORLD, -1)

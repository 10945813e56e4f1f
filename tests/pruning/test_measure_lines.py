"""Measures by name, and from lines of one's own."""

from __future__ import annotations

from typing import Any

import pytest
from pruning.tiny_workloads import PRONOUNS

from causal_magics.errors import CausalMagicsError, PruningError
from causal_magics.pruning.measure_catalogue import bias_measure
from causal_magics.pruning.measure_lines import groups_of_lines, measure_of, words_of_lines
from causal_magics.pruning.word_odds import WordOdds


def test_a_measure_or_its_name_is_taken_as_it_is() -> None:
    assert measure_of(PRONOUNS) is PRONOUNS
    assert measure_of(["gender"]) == measure_of("gender") == bias_measure("gender")


def test_lines_replace_what_they_name() -> None:
    found = measure_of("age", "own", ["young: teenager / student", " old:pensioner "],
                       ["The {} was", "", "A {} is"], ["kind / cruel"])  # fmt: skip
    assert isinstance(found, WordOdds)
    assert found.name == "age: own prompts"
    assert dict(found.subjects) == {"young": ("teenager", "student"), "old": ("pensioner",)}
    assert tuple(found.templates) == ("The {} was", "A {} is")
    assert (found.for_words, found.against_words) == (("kind",), ("cruel",))
    assert found.groups == ("young", "old")


def test_what_is_left_out_stays() -> None:
    found = measure_of(PRONOUNS, templates="The {} sang and\nThe {} slept and")
    assert isinstance(found, WordOdds)
    assert tuple(found.templates) == ("The {} sang and", "The {} slept and")
    assert (found.subjects, found.between) == (PRONOUNS.subjects, PRONOUNS.between)
    mapped = measure_of(PRONOUNS, groups={"female": ["queen"], "male": ["king"]})
    assert isinstance(mapped, WordOdds)
    assert dict(mapped.subjects) == {"female": ("queen",), "male": ("king",)}
    assert mapped.between == PRONOUNS.between


def test_own_groups_of_a_named_measure_are_judged_by_words_about_them() -> None:
    found = measure_of("gender", groups=["women: woman / girl", "men: man / boy"])
    assert isinstance(found, WordOdds)
    assert found.between is None
    assert found.groups == ("women", "men")


def test_lines_are_read() -> None:
    assert words_of_lines("kind / cruel\nwise/dull") == (("kind", "wise"), ("cruel", "dull"))
    assert groups_of_lines(["a: x / / y"]) == {"a": ("x", "y")}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": ["young"]}, "Expected a group once, as name: word / word, got 'young'"),
        ({"groups": ["a: x", "a: y"]}, "Expected a group once"),
        ({"groups": [": x", "b: y"]}, "Expected a group once"),
        ({"words": ["kind"]}, "word for / word against, got 'kind'"),
        ({"words": ["kind /"]}, "word for / word against"),
        ({"templates": ["The man was"]}, "{}"),
        ({"templates": [" "]}, "Expected lines of text, got none"),
        ({"templates": 3}, "Expected lines of text, got 3"),
        ({"measure": ["gender", "age"]}, "Expected one measure to prune by, got 2"),
        ({"measure": 3}, "Expected a measure of bias, or the name of one"),
        ({"measure": "<script>"}, "script"),
        ({"source": "nowhere", "measure": "gender"}, "nowhere"),
    ],
)
def test_bad_lines_are_told(options: dict[str, Any], message: str) -> None:
    with pytest.raises(CausalMagicsError) as error:
        measure_of(**{"measure": PRONOUNS, **options})
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_only_odds_of_words_have_words_to_replace() -> None:
    class Other:
        name, dimension, groups, unit = "other", "gender", ("a", "b"), "nats"

        def items(self, model: Any) -> Any:
            return model

        def split(self, share: float = 0.5, seed: int = 0) -> Any:
            return share, seed

    with pytest.raises(PruningError, match="whose groups, templates and words can be replaced"):
        measure_of(Other(), templates=["The {} was"])

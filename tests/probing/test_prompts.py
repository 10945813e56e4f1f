"""Templates and values: what is read, and what is refused in one line."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal_magics.errors import OptionError, PromptError
from causal_magics.graph.model import CausalGraph
from causal_magics.probing.mcmilin import date_study, open_study, place_study
from causal_magics.probing.prompts import NodeValues, Prompts, Template, values_from_text

Read = TypeVar("Read")
GRAPH = CausalGraph.parse(
    "Date <- Time -> Written <- Gender -> Pronoun; Place -> Written\n"
    "Written [selected]\n{Time Gender} [latent]"
)
DATES = "1801, 1901"
WORDS = "female = she, her | male = he, him"


def refused(templates: object, values: object, graph: CausalGraph = GRAPH) -> str:
    with pytest.raises(PromptError) as error:
        Prompts.of(graph, templates, values)  # type: ignore[arg-type]
    message = str(error.value)
    assert "\n" not in message
    assert len(message) < 400
    return message


def read_or_refusal(read: Callable[[str], Read], text: str) -> Read | str:
    try:
        return read(text)
    except PromptError as error:
        return str(error)


def test_values_in_rank_order() -> None:
    values = values_from_text(" 1801, 1811 ,2016.5")
    assert values.labels == ("1801", "1811", "2016.5")
    assert values.scale == (1801.0, 1811.0, 2016.5)
    assert not values.grouped
    assert values_from_text("Iran, Iceland").scale is None
    assert values_from_text("1, inf").scale is None


def test_groups_of_words() -> None:
    values = values_from_text(WORDS)
    assert values.labels == ("female", "male")
    assert values.words == (("she", "her"), ("he", "him"))
    assert values.grouped
    assert NodeValues.of({"female": ["she", "her"], "male": ("he", "him")}) == values


def test_quotes_keep_signs() -> None:
    values = values_from_text('"Washington, D.C.", "a = b | c", {x}')
    assert values.labels == ("Washington, D.C.", "a = b | c", "{x}")


PLAIN = st.text(st.characters(exclude_characters='"\0'), min_size=1).map(str.strip).filter(bool)


@given(st.lists(PLAIN, min_size=2, max_size=6, unique=True), st.booleans())
def test_values_are_read_as_they_are_written(words: list[str], grouped: bool) -> None:
    if grouped:
        values = NodeValues.of({"first": words[:1], "second": words[1:]})
    else:
        values = NodeValues.of(words)
    assert values_from_text(str(values)) == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "blank text"),
        ("  ", "blank text"),
        ("1801", "at least two values, got '1801' alone"),
        ("female = she, her", "at least two groups of words, got 'female' alone"),
        ("female = she | male", "`group = word, word`, got 'male'"),
        ("female = she | male = he = him", "group = word"),
        ("female = she | male = ", "word of the group 'male', got blank"),
        (" = she | male = he", "a group's name, got blank"),
        ("female = she, it | male = he, it", "'it' twice"),
        ("she = she | she = he", "'she' twice"),
        ("1801, 1811, 1801", "different values, found '1801' twice"),
        ("1801,, 1811", "a value, got blank"),
        ('"1801, 1811', "closing quote"),
        ("a\0b, c", "null character"),
    ],
)
def test_values_refused(text: str, words: str) -> None:
    with pytest.raises(PromptError, match=re.escape(words)) as error:
        values_from_text(text)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("graph", "templates", "values", "kind", "words"),
    [
        (None, [], {}, OptionError, "Expected a CausalGraph, got NoneType"),
        ("a -> b", [], {}, OptionError, "Expected a CausalGraph, got str"),
        (GRAPH, None, {}, OptionError, "Expected a list of templates, got NoneType"),
        (GRAPH, 7, {}, OptionError, "Expected a list of templates, got int"),
        (GRAPH, ["x"], None, OptionError, "Expected values by node, got NoneType"),
        (GRAPH, ["x"], ["1801"], OptionError, "Expected values by node, got list"),
        (GRAPH, ["x"], {"Date": b"12"}, PromptError, "got bytes"),
        (GRAPH, ["x"], {"Date": {"f": None, "m": "he"}}, PromptError, "of the group 'f' as text"),
        (GRAPH, ["x"], {"Date": {"f": 7, "m": "he"}}, PromptError, "of the group 'f' as text"),
    ],
)
def test_arguments_of_a_wrong_kind_are_refused(
    graph: Any, templates: Any, values: Any, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words) as error:
        Prompts.of(graph, templates, values)
    assert "\n" not in str(error.value)


def test_values_of_a_wrong_kind_are_refused() -> None:
    with pytest.raises(PromptError, match="got int"):
        NodeValues.of(3)
    with pytest.raises(PromptError, match="as text, got int"):
        NodeValues.of({"a": [1], "b": ["c"]})
    with pytest.raises(PromptError, match="words in the group 'a', got none"):
        NodeValues.of({"a": [], "b": ["c"]})


def test_templates_are_filled_around_the_response() -> None:
    template = Template.of("In {Date}, {Pronoun} saw {{it}} in { Date }.")
    assert template.nodes == ("Date", "Pronoun")
    filled = template.fill({"Date": "{Pronoun}"}, "Pronoun")
    assert filled == ("In {Pronoun}, ", " saw {it} in {Pronoun}.")
    assert not template.opens_with("Pronoun")
    assert Template.of(" {Pronoun} was, in {Date}").opens_with("Pronoun")


@given(st.text())
def test_any_text_is_a_template_or_refused_in_one_line(text: str) -> None:
    template = read_or_refusal(Template.of, text)
    if isinstance(template, str):
        assert "\n" not in template
    else:
        literal = "".join(part for part, is_node in template.parts if not is_node)
        assert len(literal) <= len(text)


@given(st.text('ab,|="\n {}\0'))
def test_any_text_is_values_or_refused_in_one_line(text: str) -> None:
    values = read_or_refusal(values_from_text, text)
    if isinstance(values, str):
        assert "\n" not in values
    else:
        assert len(set(values.labels)) >= 2
        assert not values.grouped or "=" in text


def test_what_templates_lack() -> None:
    values = {"Date": DATES, "Pronoun": WORDS}
    good = "In {Date}, {Pronoun} slept."
    assert "blank text" in refused([""], values)
    assert "got none" in refused([], values)
    assert "Did you mean 'Pronoun'?" in refused(["In {Date}, {Pronuon} slept."], values)
    assert "has no node ''" in refused(["In {Date}, {} slept."], values)
    assert "lone }" in refused(["In {Date}}, {Pronoun} slept."], values)
    assert "lone {" in refused(["In {Date, {Pronoun} slept."], values)
    assert "different templates" in refused([good, good], values)
    assert "has none. Write `Date: first, second`" in refused([good], {"Pronoun": WORDS})
    assert "groups of words" in refused(["In {Date} it rained."], values)
    assert "nodes in braces" in refused(["It rained."], values)
    assert "found it twice" in refused(["In {Date}, {Pronoun} saw {Pronoun}."], values)
    assert "'Pronoun' alone" in refused(["Then {Pronoun} slept."], {"Pronoun": WORDS})
    assert "stands in none" in refused([good], {**values, "Place": "Iran, Iceland"})
    assert "at most 20,000" in refused(["x" * 30_000], values)
    assert "as text, got int" in refused([3], values)


def test_nodes_that_no_text_shows() -> None:
    values = {"Date": DATES, "Pronoun": WORDS}
    assert "not observed" in refused(["In {Time}, {Pronoun} slept."], {**values, "Time": DATES})
    message = refused(["{Written} {Date} {Pronoun}"], values)
    assert "the same in all texts" in message
    assert "Did you mean 'Date'?" in refused(["In {Date}, {Pronoun} slept."], {"Dat": DATES})
    assert refused(["In {Date}, {Pronoun} slept."], {"Date": "1801"}).startswith("Date: ")


def test_the_studies_hold_what_they_say() -> None:
    for study, count in ((date_study(), 30), (place_study(), 20)):
        prompts = study.prompts
        assert study.templates == tuple(each.text for each in prompts.templates)
        condition = next(name for name in prompts.values if name != "Pronoun")
        assert len(prompts.templates) == 60
        assert len(prompts.values[condition]) == count
    dates = date_study().values["Date"].scale
    assert dates is not None
    assert (dates[0], dates[-1]) == (1801.0, 2016.0)
    assert len(open_study().underspecified) == len(open_study().specified) == 32

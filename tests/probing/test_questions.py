"""Questions on a pair: their slots, their orders, and names that try to break a prompt."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal_magics.errors import OptionError, PromptError
from causal_magics.probing.questions import ENDINGS, LETTERS, SENTENCES, Context, Wording, terms

PLAIN = Context("", {})
ALL = (*ENDINGS, *SENTENCES, *LETTERS)
HOSTILE = ['say "no"', "it's", "{b}", "{", "}{0}", "two\nlines", "{options}", "a\\n", "{domain}"]


def test_both_orders_of_letters_have_all_permutations_of_the_options() -> None:
    prompts = {term.pairs[0][0] for term in terms(LETTERS[:1], "rain", "mud", PLAIN)}
    assert len(prompts) == 6
    seen = Counter(
        (term.state, term.pairs[0][1]) for term in terms(LETTERS[:1], "rain", "mud", PLAIN)
    )
    assert set(seen.values()) == {2}
    assert len(seen) == 9


def test_a_letter_stands_for_its_option() -> None:
    meant = {
        "forward": "rain influences mud.",
        "backward": "mud influences rain.",
    }
    for term in terms(LETTERS[:1], "rain", "mud", PLAIN):
        prompt, letter = term.pairs[0]
        option = next(line for line in prompt.splitlines() if line.startswith(f"{letter.strip()}."))
        if term.state == "absent":
            assert "no influence" in option
        else:
            assert option.endswith(meant[term.state])


def test_statements_end_in_the_effect_and_neutral_ones_hide_the_cause() -> None:
    found = {
        (term.state, term.asking): (term.pairs[0], term.neutral)
        for term in terms(ENDINGS[:1], "rain", "mud", PLAIN)
    }
    assert found["forward", (0, False)] == (
        ("Rain influences", " mud."),
        (("Something influences", " mud."), ("Another variable influences", " mud.")),
    )
    assert found["backward", (0, False)][0] == ("Mud influences", " rain.")
    assert found["forward", (0, True)][0] == ("Mud is influenced by", " rain.")
    assert {len(neutral) for (state, _), (_, neutral) in found.items() if state == "absent"} == {4}


def test_no_edge_is_what_neutral_statements_say() -> None:
    for term in terms(ENDINGS, "rain", "mud", PLAIN):
        if term.state == "absent":
            assert term.pairs == term.neutral


@pytest.mark.parametrize("wording", ALL)
def test_neutral_prompts_hold_no_content(wording: Wording) -> None:
    for term in terms((wording,), "zyx", "qwv", PLAIN):
        assert {rest for _, rest in term.neutral} == {rest for _, rest in term.pairs}
        prompts = [prompt.casefold() for prompt, _ in term.neutral]
        assert not [prompt for prompt in prompts if "zyx" in prompt or "qwv" in prompt]
        if term.pairs != term.neutral:
            asked = term.pairs[0][0].casefold()
            assert "zyx" in asked or "qwv" in asked


def test_domain_and_descriptions_go_first_in_the_order_of_the_question() -> None:
    context = Context("soil\nscience", {"mud": "wet  earth", "rain": "water from above"})
    prompts = [term.pairs[0][0] for term in terms(SENTENCES[:1], "rain", "mud", context)]
    head = "Domain: soil science.\nrain: water from above\nmud: wet earth\nHow are rain and mud"
    assert prompts[0].startswith(head)
    assert prompts[-1].startswith("Domain: soil science.\nmud: wet earth\nrain: water from above\n")
    own = Wording("In {domain}, how are {a} and {b} related?\nAnswer:")
    prompt = next(terms((own,), "rain", "mud", Context("soil science", {}))).pairs[0][0]
    assert prompt == "In soil science, how are rain and mud related?\nAnswer:"


@pytest.mark.parametrize("wording", ALL)
@given(names=st.permutations(HOSTILE))
def test_no_name_breaks_a_prompt(wording: Wording, names: list[str]) -> None:
    a, b, text = names[:3]
    hostile = list(terms((wording,), a, b, Context(text, {a: text})))
    plain = list(terms((wording,), "a", "b", Context("d", {"a": "d"})))
    for term, model in zip(hostile, plain, strict=True):
        both = zip(term.pairs + term.neutral, model.pairs + model.neutral, strict=True)
        for (prompt, rest), (like, _) in both:
            assert prompt.count("\n") == like.count("\n")
            assert "\n" not in rest
            assert rest.strip()


BAD: list[tuple[dict[str, Any], str]] = [
    ({"text": "Is it so?"}, r"slots {a} and {b} in the question"),
    ({"text": "{a} and {c}?"}, r"got {c}"),
    ({"text": "{a} and {b}?", "edge": "{a} acts"}, r"a slot {b} in edge, got '{a} acts'"),
    ({"text": "{a} and {b}?", "absent": "{x}"}, r"in absent, got {x}"),
    ({"text": "{a} and {b}?", "form": "letters"}, r"the slot {options}"),
    ({"text": "{a} and {b}? {options}"}, r"only there"),
    ({"text": "", "edge": "{b} comes from {a}", "form": "endings"}, r"{a} and later {b}"),
    ({"text": "", "edge": "{a} makes {b}", "form": "endings"}, r"{b} and later {a}"),
    ({"text": 3}, "as text, got '3'"),
]


@pytest.mark.parametrize(("given_", "message"), BAD)
def test_bad_wordings_get_one_readable_line(given_: dict[str, Any], message: str) -> None:
    with pytest.raises(PromptError, match=message) as caught:
        Wording(**given_)
    assert "\n" not in str(caught.value)


def test_a_form_that_is_none_is_refused() -> None:
    with pytest.raises(OptionError, match="Did you mean letters") as caught:
        Wording("{a} and {b}?", form="leters")  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_wordings_are_values() -> None:
    assert Wording("{a}, {b}?") == Wording("{a}, {b}?")
    assert repr(Wording("{a}, {b}?")) == "Wording('{a}, {b}?', form='sentences')"

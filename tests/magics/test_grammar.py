"""The first line of a cell, and ``{{expression}}``."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal_magics.errors import CellError
from causal_magics.magics.grammar import Header, Word, expand, read_header, split_list, split_words


def header(line: str, *flags: str) -> Header:
    return read_header(line, lambda verb: flags)


def test_a_verb_with_names_options_and_output() -> None:
    found = header('discover protein --bootstrap 20 --prior=p --exposure "blood pressure" -o g')
    assert found == Header(
        verb="discover",
        names=(Word("protein"),),
        options=(
            ("bootstrap", Word("20")),
            ("prior", Word("p")),
            ("exposure", Word("blood pressure", "quoted")),
        ),
        output="g",
    )


def test_the_target_stands_before_the_arrows() -> None:
    found = header("learned << discover protein -o g")
    assert (found.target, found.verb, found.output) == ("learned", "discover", "g")


def test_flags_take_no_value() -> None:
    assert header("discover --progress protein", "progress").names == (Word("protein"),)
    assert header("discover --bootstrap protein").names == ()


def test_help_and_debug_are_everywhere() -> None:
    assert header("--help").help
    assert header("discover -h").help
    assert header("--debug discover x").debug
    assert header("--debug discover x").verb == "discover"


@pytest.mark.parametrize("line", ["", "   ", "# only a comment"])
def test_an_empty_line_has_no_verb(line: str) -> None:
    assert header(line) == Header()


def test_a_comment_ends_the_line() -> None:
    assert header("edit g # the first").names == (Word("g"),)
    assert header('edit "a # b"').names == (Word("a # b", "quoted"),)


def test_a_semicolon_at_the_end_silences() -> None:
    assert header("edit g;").silent
    assert header("edit g;").names == (Word("g"),)
    assert header("edit g ; # quiet").silent
    assert header("identify g --exposure a;b").options == (("exposure", Word("a;b")),)


def test_expressions_are_one_word() -> None:
    found = header("discover {{frame[['a', 'b']]}} --prior={{priors[0]}} --given {{ xs }}")
    assert found.names == (Word("frame[['a', 'b']]", "expression"),)
    assert found.options == (
        ("prior", Word("priors[0]", "expression")),
        ("given", Word("xs", "expression")),
    )


def test_negative_numbers_are_values() -> None:
    assert header("discover x --penalty -1.5").options == (("penalty", Word("-1.5")),)


def test_a_list_of_names_is_one_word() -> None:
    found = header("""identify g --exposure A,"b c",'d,e' --outcome='x y',z w,""")
    assert [name for name, _ in found.options] == ["exposure", "outcome"]
    lists = [split_list(value.text) for _, value in found.options if value]
    assert lists == [["A", "b c", "d,e"], ["x y", "z"]]
    assert found.names[-1] == Word("w,")


def test_quotes_keep_what_is_escaped() -> None:
    words = [word for word, _ in split_words(r'"a \"b\"" ' + r"'it\'s'")]
    assert words == [Word('a "b"', "quoted"), Word("it's", "quoted")]


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ('edit "open', "closing"),
        ("edit {{open", "closing"),
        ("edit g -o", "name after -o"),
        ("edit g -o 3d", "Python name after -o"),
        ("edit g -o class", "keyword"),
        ("3d << edit g", "Python name before <<"),
        ("a b << edit g", "one name before <<"),
        ('"edit" g', "verb first"),
    ],
)
def test_a_line_that_cannot_be_read_says_what_was_expected(line: str, part: str) -> None:
    with pytest.raises(CellError, match=part) as caught:
        header(line)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=60))
def test_any_line_is_read_or_refused(line: str) -> None:
    with contextlib.suppress(CellError):
        assert isinstance(header(line.replace("\n", " ")), Header)


def test_expressions_in_the_body_are_notation() -> None:
    names = {"x": "Age", "xs": ["Age", "blood pressure"], "n": 3}
    text = expand("dag { {{x}} -> {A B} } {{xs}} -> Y  n: {{ n }}", names.__getitem__)
    assert text == 'dag { Age -> {A B} } {Age "blood pressure"} -> Y  n: 3'


def test_what_an_expression_gives_is_not_expanded_again() -> None:
    assert expand("{{x}}", {"x": "{{y}}"}.__getitem__) == "{{y}}"


def test_braces_that_never_close_are_left_alone_at_once() -> None:
    text = "{{" * 500_000
    assert expand(text, lambda _: "never") == text
    assert expand("a {{x}} {{", lambda name: name.upper()) == "a X {{"

"""A few thousand of the texts and messages that the fuzzers of this folder make."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator

import pytest
from hardening import fuzz_messages, fuzz_traits
from hardening.fuzz_formats import texts_of
from hardening.fuzz_growth import FAMILIES
from hardening.fuzz_properties import PROPERTIES, failure
from hardening.fuzz_texts import Texts, minimised
from hardening.fuzz_twin import Twin, harness
from widgets.screen_process import ROOT, ScreenProcess

from causal_magics.errors import CausalMagicsError
from causal_magics.graph.notation import format_graph, parse_cell, parse_graph

SHORT, DOUBLED = 2_000, 4_000
LINEAR = 2.2


def failures(reader: str, seed: int, numbers: range) -> dict[int, str]:
    """Return what is wrong with texts of a seed, by number."""
    check, texts = PROPERTIES[reader], texts_of(reader, seed)
    found = ((number, failure(check, texts[number])) for number in numbers)
    return {number: why for number, why in found if why is not None}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what pydot reads with
@pytest.mark.parametrize(("reader", "count"), [
    ("notation", 3_000), ("header", 2_000), ("json", 800), ("gml", 800), ("dot", 80),
    ("guessed", 100),
])  # fmt: skip
def test_any_text_is_read_or_refused_in_one_line(reader: str, count: int) -> None:
    assert failures(reader, 3, range(1, count)) == {}


@pytest.fixture
def twin() -> Iterator[Twin]:
    command = harness()
    if command is None or not (ROOT / "node_modules" / "esbuild").is_dir():
        pytest.skip("needs node and the packages of `jlpm install`")
    with ScreenProcess(command) as process:
        yield Twin(process)


def test_both_languages_read_a_text_alike(twin: Twin) -> None:
    texts = Texts(4, largest=2_000)
    assert list(twin.differs(texts[number] for number in range(1, 2_000))) == []
    assert min(twin.outcomes[kind] for kind in ("read", "refused")) > 200


def steps(text: str) -> int:
    """Return how many functions are called until a text is read, written and read again."""
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        parse_graph(format_graph(parse_cell(text).graph))
    except CausalMagicsError:
        pass
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", FAMILIES)
def test_a_text_of_twice_the_length_takes_twice_the_steps(name: str) -> None:
    make: Callable[[int], str] = FAMILIES[name]
    once, twice = steps(make(SHORT)), steps(make(DOUBLED))
    assert twice <= LINEAR * once + 100


def test_messages_of_any_kind_are_answered() -> None:
    outcomes, failed = fuzz_messages.fuzzed(5, 2_500)
    assert failed == []
    assert min(outcomes[kind] for kind in ("accepted", "refused", "ignored", "answer")) > 20


@pytest.mark.parametrize("name", fuzz_traits.TARGETS)
def test_a_screen_writes_its_choices_and_nothing_else(name: str) -> None:
    outcomes, failed = fuzz_traits.fuzzed(name, 6, 300)
    assert failed == []
    assert outcomes["taken"] > 0


def test_a_failing_text_is_made_as_short_as_it_can_be() -> None:
    assert minimised("a -> b; x [required", lambda text: "[r" in text) == "[r"


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_twin_sees_a_difference(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hardening.fuzz_twin.in_python", lambda text: {"kind": "notation"})
    assert [text for text, _ in twin.differs(["a -> b", "a ->"])] == ["a -> b", "a ->"]

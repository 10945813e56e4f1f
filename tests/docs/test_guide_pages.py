"""The guide to verbs has every verb, with options that there are; the pages name files that are."""

from __future__ import annotations

import re
from operator import attrgetter

import pytest
from docs.pages import missing_files, page

import causal_magics
from causal_magics.magics.grammar import read_header
from causal_magics.magics.magic import flags_of
from causal_magics.magics.verbs import VERBS

GUIDE = page("verbs-guide.md")
METHODS = page("methods.md")
CELL = re.compile(r"`%{1,2}causal ([^`]*)`")
NAME = re.compile(r"`(\w+(?:\.\w+)?)(?:\(\w*=?\))?`")


def test_every_verb_has_its_question() -> None:
    headers = [read_header(line, flags_of) for line in CELL.findall(GUIDE) if "--debug" not in line]
    assert {header.verb for header in headers} == set(VERBS)
    for header in headers:
        assert header.verb is not None
        verb = VERBS[header.verb]
        known = {parameter.option for parameter in verb.options}
        assert {option for option, _ in header.options} <= known, header
        assert len(header.names) <= len([p for p in verb.options if p.required]), header


def test_the_python_beside_a_question_is_public() -> None:
    rows = [line.split(" | ") for line in GUIDE.splitlines() if line.count(" | ") == 3]
    named = [name for row in rows for name in NAME.findall(row[2])]
    assert len(named) >= 30
    for name in named:
        attrgetter(name)(causal_magics)


@pytest.mark.parametrize("name", ["methods.md", "verbs-guide.md", "errors.md"])
def test_the_files_that_a_page_names_are_there(name: str) -> None:
    assert missing_files(page(name)) == []


def test_every_method_says_the_same_three_things() -> None:
    entries = re.split(r"^### ", METHODS, flags=re.MULTILINE)[1:]
    assert len(entries) >= 27
    for entry in entries:
        for heading in ("Assumes", "Checked against", "Fails where"):
            assert entry.count(f"- **{heading}**") == 1, entry[:60]
        assert "`tests/" in entry, entry[:60]

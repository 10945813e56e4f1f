"""Texts before and after pruning, with the place where they part."""

from __future__ import annotations

import re

import pytest
from pruning.word_models import word_model

from causal_magics.errors import LanguageModelError, PruningError
from causal_magics.language.sampling import sample_continuations
from causal_magics.pruning.sentences import Sentence, Sentences, sentences

MODEL = word_model()
PROMPTS = ("the women were", "all boys")


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        (" was kind", " was kind", (" was kind", "", "")),
        (" was kind", " was king", (" was ", "kind", "king")),
        (" was kind", " was kind to", (" was kind", "", " to")),
        (" was kind", " was kindly", (" was ", "kind", "kindly")),
        (" was", "", ("", " was", "")),
        ("ly was", "led", ("", "ly was", "led")),
        (" was  a", " was b", (" was ", " a", "b")),
    ],
)
def test_texts_part_between_words(before: str, after: str, parts: tuple[str, str, str]) -> None:
    assert Sentence("The woman", before, after).parts == parts


def test_both_are_what_the_model_writes_from_one_seed() -> None:
    found = sentences(MODEL, [(1, 1), (0, 0)], PROMPTS, n_tokens=5, n_samples=3, seed=4)
    assert found.heads == ((0, 0), (1, 1))
    assert [row.prompt for row in found.rows] == [PROMPTS[0]] * 3 + [PROMPTS[1]] * 3
    whole = sample_continuations(MODEL, PROMPTS, n_tokens=5, n_samples=3, seed=4)
    assert [row.before for row in found.rows] == [text for texts in whole for text in texts]
    assert 0 < found.n_changed == sum(row.before != row.after for row in found.rows)
    assert any(row.shared for row in found.rows if row.differs)
    again = sentences(MODEL, [(1, 1), (0, 0)], PROMPTS, n_tokens=5, n_samples=3, seed=4)
    assert again == found
    once = sentences(MODEL, iter(found.heads), iter(PROMPTS), n_tokens=5, n_samples=3, seed=4)
    assert once == found
    assert [*found.to_frame().columns] == ["prompt", "before", "after", "shared"]


def test_without_heads_to_cut_nothing_changes() -> None:
    found = sentences(MODEL, [], PROMPTS)
    assert found.n_changed == 0
    assert "without none, seed 0: 0 of 2 texts changed" in str(found)
    assert "<mark" not in found._repr_html_()


def test_tables_show_what_differs() -> None:
    rows = (
        Sentence("The <b>", " was a & b\nand", " was a & c"),
        Sentence("He", " ran", ""),
        Sentence("She", " left", " left"),
    )
    found = Sentences(rows, "a model", tuple((0, head) for head in range(8)), 3)
    html = re.sub(' style="[^"]*"', "", found._repr_html_())
    assert "<td>The &lt;b&gt;</td>" in html
    assert "<td> was a &amp; <mark>b⏎and</mark></td><td> was a &amp; <mark>c</mark></td>" in html
    assert "<td><mark> ran</mark></td><td><mark>(ends)</mark></td>" in html
    assert "<td> left</td><td> left</td>" in html
    assert str(found).splitlines()[1:] == [
        "The <b> was a & ", "    before: b⏎and", "    after:  c",
        "He", "    before:  ran", "    after:  (ends)",
        "She left",
    ]  # fmt: skip
    assert repr(found) == (
        "<Sentences: a model with all heads and without L0H0 L0H1 L0H2 L0H3 L0H4 "
        "L0H5 and 2 more, seed 3: 2 of 3 texts changed>"
    )


def test_what_cannot_be_written() -> None:
    with pytest.raises(PruningError, match="3 layers × 4 heads"):
        sentences(MODEL, [(3, 0)], PROMPTS)
    with pytest.raises(LanguageModelError, match="language model"):
        sentences(object(), [(0, 0)], PROMPTS)  # type: ignore[arg-type]
    with pytest.raises(LanguageModelError, match="list of prompts"):
        sentences(MODEL, [], "The woman")
    with pytest.raises(LanguageModelError, match="list of prompts, got NoneType"):
        sentences(MODEL, [], None)  # type: ignore[arg-type]
    with pytest.raises(LanguageModelError, match="Expected prompts as text, got 3 among them"):
        sentences(MODEL, [], ["all boys", 3])  # type: ignore[list-item]

"""Text for perplexity: windows, halves, and what is no text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from language.tiny_models import CORPUS
from pruning.tiny_workloads import tiny_model, tiny_workload

from causal_magics.errors import CausalMagicsError, OptionError, PruningError
from causal_magics.pruning.perplexity import PerplexityText, perplexity_text

MODEL = tiny_model()
TOKENS = MODEL.tokenizer(CORPUS, add_special_tokens=False)["input_ids"]


def test_windows_are_full_and_spread_over_the_text() -> None:
    n_full = len(TOKENS) // 8
    every = PerplexityText((CORPUS,), window=8).windows(MODEL)
    joined = [token for ((first, rest),) in every for token in (*first, *rest)]
    assert joined == TOKENS[: n_full * 8]
    assert all(len(first) == 1 and len(rest) == 7 for ((first, rest),) in every)
    some = PerplexityText((CORPUS,), window=8, n_windows=3).windows(MODEL)
    assert some[0] == every[0]
    assert some[-1] == every[-1]
    assert len(set(some)) == 3
    assert PerplexityText((CORPUS,), window=8, n_windows=500).windows(MODEL) == every


def test_perplexity_is_that_of_the_networks_own_loss() -> None:
    import torch

    workload = tiny_workload()
    losses = []
    for ((first, rest),) in workload.windows:
        tokens = torch.tensor([[*first, *rest]])
        with torch.no_grad():
            losses.append(float(MODEL.network(input_ids=tokens, labels=tokens).loss))
    # All windows have as many tokens.
    assert workload.base.perplexity == pytest.approx(np.exp(np.mean(losses)), rel=1e-4)


def test_parts_have_no_paragraph_in_common() -> None:
    paragraphs = tuple(f"Paragraph {place}." for place in range(10))
    text = PerplexityText(paragraphs, window=16, n_windows=2, name="ten")
    first, second = text.split(0.3)
    assert (len(first.paragraphs), len(second.paragraphs)) == (3, 7)
    assert sorted(first.paragraphs + second.paragraphs) == sorted(paragraphs)
    assert (first.window, first.n_windows, first.name) == (16, 2, "ten")
    assert text.split(0.3) == (first, second)
    assert text.split(0.3, seed=1) != (first, second)


def test_text_is_read_from_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_bytes(b"One\nline.\r\n\r\n\r\n\r\nTwo.\n")
    found = perplexity_text(tmp_path / "text.txt", window=4)
    assert (found.paragraphs, found.name, found.window) == (("One\nline.", "Two."), "text.txt", 4)
    assert perplexity_text("One.\n\nTwo.").paragraphs == ("One.", "Two.")
    assert perplexity_text(iter(["One.", "Two."])).paragraphs == ("One.", "Two.")
    own = perplexity_text()
    assert own.name == "own"
    assert len(own.paragraphs) > 20
    own = replace(own, window=5)
    assert perplexity_text(own, n_windows=1) is own
    assert perplexity_text(str(tmp_path / "text.txt")).paragraphs == ("One\nline.", "Two.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (Path("missing.txt"), "Expected a text file that can be read, got 'missing.txt'"),
        (Path(), "Expected a text file that can be read"),
        (3, "Expected text for perplexity, its file as a Path, own or bold, got 3"),
        (["One.", 2], "Expected paragraphs of text for perplexity"),
        ("", "got 0 paragraphs"),
        ([" "], "Expected text for perplexity and windows of two tokens or more"),
    ],
)
def test_what_is_no_text_is_told(text: Any, message: str) -> None:
    with pytest.raises(PruningError) as error:
        perplexity_text(text)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_other_mistakes_are_told(tmp_path: Path) -> None:
    (tmp_path / "picture.txt").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(PruningError, match="it is no UTF-8 text"):
        perplexity_text(tmp_path / "picture.txt")
    with pytest.raises(PruningError, match="at least one window, 128 tokens, got"):
        perplexity_text("Too short.").windows(MODEL)
    with pytest.raises(PruningError, match=r"a window of at most \d+ tokens, which"):
        PerplexityText(("Some words. " * 9999,), window=5000).windows(MODEL)
    with pytest.raises(PruningError, match="windows of 1"):
        PerplexityText((CORPUS,), window=1)
    for options in ({"window": 0}, {"n_windows": 0}, {"window": 2.5}):
        with pytest.raises(OptionError, match="whole number"):
            PerplexityText((CORPUS,), **options)  # type: ignore[arg-type]
    with pytest.raises(PruningError, match="can be split into two, got 1 paragraphs"):
        PerplexityText((CORPUS,)).split()
    for share in (0.0, 1.5, "half"):
        with pytest.raises(CausalMagicsError, match="share"):
            PerplexityText((CORPUS, CORPUS)).split(share)  # type: ignore[arg-type]

"""Pseudo-log-likelihoods, against one forward pass for each masked token."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from language.tiny_models import masked_tokenizer, tiny_network

from causal_magics.errors import LanguageModelError
from causal_magics.language.masked_lm import MaskedLM, Masking
from causal_magics.language.protocol import score_slots
from causal_magics.language.table_model import Joint, TableModel

PAIRS = [("The doctor said that", " she was tired"), ("In 1801,", " he"), ("", "France")]


@pytest.fixture(scope="module")
def network() -> Any:
    return tiny_network("bert")


def one_by_one(network: Any, prompt: str, rest: str, masking: Masking) -> float:
    """Mask the tokens after the prompt's, one pass each."""
    import torch

    tokenizer = masked_tokenizer()
    ids = tokenizer(prompt + rest)["input_ids"]
    first = len(tokenizer(prompt)["input_ids"]) - 1
    pieces = tokenizer.convert_ids_to_tokens(ids)
    total = 0.0
    for place in range(first, len(ids) - 1):
        masked = list(ids)
        masked[place] = tokenizer.mask_token_id
        right = place + 1
        while masking == "within word" and pieces[right].startswith("##"):
            masked[right] = tokenizer.mask_token_id
            right += 1
        with torch.no_grad():
            logits = network(input_ids=torch.tensor([masked])).logits[0, place]
        total += float(logits.log_softmax(-1)[ids[place]])
    return total


@pytest.mark.parametrize("masking", ["within word", "one token"])
def test_scores_are_those_of_one_pass_a_token(network: Any, masking: Masking) -> None:
    model = MaskedLM(network, masked_tokenizer(), "bert", masking=masking)
    expected = [one_by_one(network, *pair, masking) for pair in PAIRS]
    assert model.score(PAIRS) == pytest.approx(np.array(expected), abs=1e-4)
    assert model.score([]).shape == (0,)


def test_words_of_several_pieces_differ_by_masking(network: Any) -> None:
    scores = [
        MaskedLM(network, masked_tokenizer(), "bert", masking=masking).score(PAIRS[:1])[0]
        for masking in ("within word", "one token")
    ]
    assert abs(scores[0] - scores[1]) > 1e-3


def test_slots_are_told_by_both_sides(network: Any) -> None:
    model = MaskedLM(network, masked_tokenizer(), "bert")
    words = ["she", "he"]
    found = score_slots(model, [("The doctor said that ", word, " was tired") for word in words])
    ids = masked_tokenizer()("The doctor said that [MASK] was tired", return_tensors="pt")
    place = ids["input_ids"][0].tolist().index(masked_tokenizer().mask_token_id)
    logits = network(input_ids=ids["input_ids"]).logits[0, place].log_softmax(-1).detach()
    wanted = [float(logits[masked_tokenizer().convert_tokens_to_ids(word)]) for word in words]
    assert found == pytest.approx(np.array(wanted), abs=1e-4)


def test_slots_of_a_causal_model_are_bayes() -> None:
    joint = Joint({"Who": ["she", "he"], "How": ["well", "ill"]}, [[0.1, 0.4], [0.3, 0.2]])
    model = TableModel(joint, ["Today {Who} is {How}."])
    scores = np.exp(score_slots(model, [("Today ", word, " is ill.") for word in ("she", "he")]))
    assert scores / scores.sum() == pytest.approx([4 / 6, 2 / 6])


def test_what_cannot_be_scored_is_told(network: Any, tiny_folder: Callable[[str], Path]) -> None:
    model = MaskedLM(network, masked_tokenizer(), "bert")
    for pairs, words in (
        ([("The " * 200, "doctor")], "at most 128 tokens"),
        ([("The", " ")], "tokens of its own"),
        ([("The", 1)], "two texts, as pair 0"),
        (["The"], "two texts, as pair 0"),
    ):
        with pytest.raises(LanguageModelError, match=words) as caught:
            model.score(pairs)  # type: ignore[arg-type]
        assert "\n" not in str(caught.value)
    from language.tiny_models import causal_tokenizer

    with pytest.raises(LanguageModelError, match="tokenizer with a mask"):
        MaskedLM(network, causal_tokenizer(), "bert")
    with pytest.raises(LanguageModelError, match="Expected masking"):
        MaskedLM(network, masked_tokenizer(), "bert", masking="all")  # type: ignore[arg-type]


def test_a_network_without_numbers_is_told() -> None:
    import torch

    network = tiny_network("bert", seed=3)
    with torch.no_grad():
        network.cls.predictions.bias.fill_(float("nan"))
    with pytest.raises(LanguageModelError, match="gives NaN"):
        MaskedLM(network, masked_tokenizer(), "bert").score(PAIRS)

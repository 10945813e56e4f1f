"""Packed and padded passes give what one pass a pair gives, on many architectures."""

from __future__ import annotations

from functools import cache, wraps
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from language.tiny_models import CAUSAL_FAMILIES
from language.token_pairs import odd_network, token_pairs

from causal_magics.language.naive import TokenPair, score_one_by_one
from causal_magics.language.packing import Limits
from causal_magics.language.scorers import Scorer, chosen_scorer, packed_length, score_tokens

network_of = cache(odd_network)
NARROW = Limits(pass_tokens=16, heavy=4, trunk=2)
PACKED = (*CAUSAL_FAMILIES, "qwen3", "gemma2")


def apart(network: Any, pairs: list[TokenPair], scorer: Scorer, limits: Limits | None) -> float:
    """Return the largest difference from one pass a pair."""
    scores = score_tokens(network, pairs, scorer, limits)
    return float(np.abs(scores - score_one_by_one(network, pairs)).max(initial=0.0))


@pytest.mark.parametrize("family", PACKED)
@given(pairs=token_pairs())
@settings(max_examples=12)
def test_packed_scores_are_those_of_one_pass_a_pair(family: str, pairs: list[TokenPair]) -> None:
    short = [(prompt[:8], after[:6]) for prompt, after in pairs]
    for limits in (None, NARROW):
        assert apart(network_of(family), short, "packed", limits) < 2e-5


@pytest.mark.parametrize("family", ["llama", "bloom", "mamba", "rwkv"])
@given(pairs=token_pairs())
@settings(max_examples=6)
def test_padded_scores_are_those_of_one_pass_a_pair(family: str, pairs: list[TokenPair]) -> None:
    for limits in (None, NARROW):
        assert apart(network_of(family), pairs, "padded", limits) < 2e-5


@pytest.mark.parametrize("family", PACKED)
def test_common_architectures_are_packed(family: str) -> None:
    assert chosen_scorer(network_of(family)) == "packed"


@pytest.mark.parametrize("family", ["bloom", "mamba", "rwkv"])
def test_what_does_not_know_positions_is_padded(family: str) -> None:
    assert chosen_scorer(network_of(family)) == "padded"


def test_a_network_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    network = odd_network("llama")
    assert chosen_scorer(network) == "packed"
    monkeypatch.setattr(network, "forward", None)
    assert chosen_scorer(network) == "packed"


def test_eager_attention_is_packed_too() -> None:
    network = odd_network("llama")
    network.set_attn_implementation("eager")
    assert chosen_scorer(network) == "packed"
    assert apart(network, [([1, 2], [3, 4]), ([1, 5], [6]), ([7], [8, 9])], "packed", None) < 2e-5


def test_a_network_that_ignores_the_mask_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    network = odd_network("llama")
    forward = network.forward

    @wraps(forward)
    def without_mask(**inputs: Any) -> Any:
        return forward(**{**inputs, "attention_mask": None})

    monkeypatch.setattr(network, "forward", without_mask)
    assert chosen_scorer(network) == "padded"


def test_a_network_that_takes_only_one_text_is_scored_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = odd_network("llama")
    forward = network.forward

    def only_one(input_ids: Any, use_cache: bool = False) -> Any:
        if len(input_ids) > 1:
            raise ValueError("one text at a time")
        return forward(input_ids=input_ids, use_cache=use_cache)

    monkeypatch.setattr(network, "forward", only_one)
    assert chosen_scorer(network) == "one by one"
    assert score_tokens(network, [([1], [2])], "one by one").shape == (1,)


@pytest.mark.parametrize(("family", "length"), [("mistral", 8), ("gemma2", 16), ("dynamic", 12)])
def test_packing_is_exact_up_to_a_length(family: str, length: int) -> None:
    assert packed_length(network_of(family)) == length
    fits = [([1, 2, 3], list(range(10, 10 + length - 3))), ([1, 2, 4], [5, 6])]
    assert apart(network_of(family), fits, "packed", NARROW) < 2e-5


@pytest.mark.parametrize("family", ["mistral", "gemma2"])
def test_longer_texts_would_be_wrong(family: str) -> None:
    """A window counts places in a row, so that texts beyond it must not be packed."""
    long = [([1, 2, 3, *range(50, 80)], [5]), ([1, 2, 4, *range(90, 110)], [5, 6])]
    assert apart(network_of(family), long, "packed", NARROW) > 1e-3
    assert apart(network_of(family), long, "padded", NARROW) < 2e-5


@pytest.mark.parametrize("family", ["llama", "gpt2", "neox", "qwen2", "qwen3"])
def test_most_networks_are_packed_at_any_length(family: str) -> None:
    assert packed_length(network_of(family)) == float("inf")


def test_a_long_shared_text_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    network = odd_network("llama")
    forward, tokens = network.forward, []

    @wraps(forward)
    def counted(**inputs: Any) -> Any:
        tokens.append(inputs["input_ids"].numel())
        return forward(**inputs)

    shared = list(range(60))
    pairs = [([*shared, 100 + k, 300 + k % 90], [1, 2]) for k in range(200)]
    expected = score_one_by_one(network, pairs)
    monkeypatch.setattr(network, "forward", counted)
    scores = score_tokens(network, pairs, "packed", Limits(pass_tokens=64))
    assert np.abs(scores - expected).max() < 2e-5
    assert sum(tokens) < 60 + 3 * 200 + 64

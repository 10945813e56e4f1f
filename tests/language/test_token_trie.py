"""The trie of tokens: what is in it, and what it adds up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from language.token_pairs import token_pairs

from causal_magics.language import token_trie
from causal_magics.language.naive import TokenPair
from causal_magics.language.token_trie import TokenTrie, token_tries


def texts_before(trie: TokenTrie) -> list[tuple[int, ...]]:
    """Return the tokens from the root to each node."""
    return [tuple(trie.tokens[trie.path(node)].tolist()) for node in range(trie.size)]


@given(token_pairs())
def test_each_beginning_is_one_node(pairs: list[TokenPair]) -> None:
    texts = {(*prompt, *after[:-1]) for prompt, after in pairs if after}
    beginnings = {text[:end] for text in texts for end in range(1, len(text) + 1)}
    nodes = [text for trie in token_tries(pairs) for text in texts_before(trie)]
    assert sorted(nodes) == sorted(beginnings)
    assert len(nodes) == len(beginnings)


@given(token_pairs())
def test_terms_of_a_pair_are_the_tokens_of_its_continuation(pairs: list[TokenPair]) -> None:
    asked: list[list[tuple[tuple[int, ...], int]]] = [[] for _ in pairs]
    for trie in token_tries(pairs):
        texts = texts_before(trie)
        for pair, question in zip(trie.term_pairs, trie.term_questions, strict=True):
            node, token = trie.asked_nodes[question], trie.asked_tokens[question]
            asked[pair].append((texts[node], int(token)))
    for (prompt, after), terms in zip(pairs, asked, strict=True):
        assert terms == [((*prompt, *after[:end]), token) for end, token in enumerate(after)]


@given(token_pairs())
def test_a_subtree_is_an_interval(pairs: list[TokenPair]) -> None:
    for trie in token_tries(pairs):
        texts = texts_before(trie)
        for node, text in enumerate(texts):
            below = [other[: len(text)] == text for other in texts]
            assert below == [node <= other < trie.ends[node] for other in range(trie.size)]


@given(token_pairs())
def test_questions_are_asked_once_and_in_order(pairs: list[TokenPair]) -> None:
    for trie in token_tries(pairs):
        questions = list(zip(trie.asked_nodes, trie.asked_tokens, strict=True))
        assert questions == sorted(set(questions))


def test_sums_of_what_is_shared() -> None:
    (trie,) = token_tries([([1], [2, 3]), ([1], []), ([1, 2], [3]), ([1], [2, 3])])
    answers = np.array([10.0, 1.0])
    assert trie.tokens.tolist() == [1, 2]
    assert trie.sums(answers, 4).tolist() == [11.0, 0.0, 1.0, 11.0]


def test_no_continuation_no_trie() -> None:
    assert list(token_tries([([1, 2], []), ([], [])])) == []


def test_what_takes_too_much_memory_comes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [([1, 2, number % 7, number], [5, 6]) for number in range(50)]
    (whole,) = token_tries(pairs)
    monkeypatch.setattr(token_trie, "CELLS", 60)
    parts = list(token_tries(pairs))
    assert len(parts) == 5
    sums = sum(part.sums(np.ones(len(part.asked_nodes)), 50) for part in parts)
    assert np.array_equal(sums, whole.sums(np.ones(len(whole.asked_nodes)), 50))

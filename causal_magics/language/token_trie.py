"""Pairs of texts as one trie of tokens, so that what they share is computed once.

A row of the trie is a text without its last token: nothing is predicted after that. Rows are
sorted, and a node is new where a row leaves the one before it, so nodes come out in preorder: a
subtree is an interval, and whatever a node follows is earlier.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from causal_magics.language.naive import TokenPair

Indices = NDArray[np.int64]
CELLS = 2**22


@dataclass(frozen=True)
class TokenTrie:
    """Tokens in preorder, and the next tokens whose probabilities are wanted.

    Attributes
    ----------
    tokens, parents, depths, ends : array, shape (nodes,)
        Token of a node, its parent (-1 at a root), its position in the text, and the first node
        after its subtree.
    asked_nodes, asked_tokens : array, shape (questions,)
        What is wanted: the probability of a token after a node, each once, by node.
    term_pairs, term_questions : array, shape (terms,)
        Which pair each token of a continuation belongs to, and which question answers it.
    """

    tokens: Indices
    parents: Indices
    depths: Indices
    ends: Indices
    asked_nodes: Indices
    asked_tokens: Indices
    term_pairs: Indices
    term_questions: Indices

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return len(self.tokens)

    def path(self, node: int, above: int = -1) -> list[int]:
        """Return the nodes from below `above`, an ancestor or -1, down to `node`."""
        nodes = []
        while node != above:
            nodes.append(node)
            node = int(self.parents[node])
        return nodes[::-1]

    def sums(self, answers: NDArray[np.float64], pairs: int) -> NDArray[np.float64]:
        """Return for each pair the sum of the answers to its questions."""
        return np.bincount(
            self.term_pairs, weights=answers[self.term_questions], minlength=pairs
        ).astype(np.float64)


def token_tries(pairs: Sequence[TokenPair]) -> Iterator[TokenTrie]:
    """Return tries of all pairs: one, or several where one would take too much memory.

    Parameters
    ----------
    pairs : sequence of (tokens, tokens)
        Pairs without a continuation are in no trie.
    """
    order = [index for index, (_, continuation) in enumerate(pairs) if len(continuation)]
    texts = {index: (*pairs[index][0], *pairs[index][1][:-1]) for index in order}
    order.sort(key=texts.__getitem__)
    start = 0
    while start < len(order):
        stop, widest = start, 0
        while stop < len(order):
            widest = max(widest, len(texts[order[stop]]))
            if stop > start and widest * (stop + 1 - start) > CELLS:
                break
            stop += 1
        chosen = order[start:stop]
        yield _trie(pairs, chosen, [texts[index] for index in chosen])
        start = stop


def _trie(pairs: Sequence[TokenPair], chosen: list[int], texts: list[tuple[int, ...]]) -> TokenTrie:
    """Return the trie of the chosen pairs, whose texts are sorted."""
    lengths = np.array([len(text) for text in texts])
    columns = np.arange(lengths.max())
    inside = columns < lengths[:, None]
    tokens = np.full(inside.shape, -1, dtype=np.int64)
    tokens[inside] = np.fromiter(chain.from_iterable(texts), dtype=np.int64)
    # As far as a row equals the one before it, its nodes are that row's.
    new = inside.copy()
    new[1:] &= ~np.logical_and.accumulate(tokens[1:] == tokens[:-1], axis=1)
    ids = np.zeros(inside.shape, dtype=np.int64)
    ids[new] = np.arange(np.count_nonzero(new))
    np.maximum.accumulate(ids, axis=0, out=ids)

    row_of, depths = np.nonzero(new)
    parents = np.where(depths > 0, ids[row_of, depths - 1], -1)
    asked, answers, term_pairs, questions = _questions(pairs, chosen, ids)
    return TokenTrie(
        tokens[new], parents, depths, _ends(depths), asked, answers, term_pairs, questions
    )


def _ends(depths: Indices) -> Indices:
    """Return the first node after each node's subtree: the next that is no deeper."""
    ends = np.full(len(depths), len(depths))
    open_nodes: list[int] = []
    for node, depth in enumerate(depths.tolist()):
        while len(open_nodes) > depth:
            ends[open_nodes.pop()] = node
        open_nodes.append(node)
    return ends


def _questions(
    pairs: Sequence[TokenPair], chosen: list[int], ids: Indices
) -> tuple[Indices, Indices, Indices, Indices]:
    """Return nodes and tokens of the questions, and pairs and questions of the terms."""
    prompt_lengths = np.array([len(pairs[index][0]) for index in chosen])
    counts = np.array([len(pairs[index][1]) for index in chosen])
    wanted = np.fromiter(chain.from_iterable(pairs[index][1] for index in chosen), dtype=np.int64)
    rows = np.repeat(np.arange(len(chosen)), counts)
    steps = np.arange(len(wanted)) - np.repeat(np.cumsum(counts) - counts, counts)
    nodes = ids[rows, prompt_lengths[rows] - 1 + steps]
    vocabulary = int(wanted.max()) + 1
    keys, questions = np.unique(nodes * vocabulary + wanted, return_inverse=True)
    return keys // vocabulary, keys % vocabulary, np.array(chosen)[rows], questions

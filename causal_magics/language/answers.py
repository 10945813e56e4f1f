"""Answers to the questions of a trie, noted as logits come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from causal_magics.language.token_trie import Indices, TokenTrie

if TYPE_CHECKING:
    import torch

LOGITS = 2**23
"""So many logits are normalized at once."""


class Answers:
    """ln P of each question of a trie; a node's logits are wanted once.

    Parameters
    ----------
    trie : TokenTrie

    Attributes
    ----------
    values : array, shape (questions,)
        NaN where there is no answer yet.
    """

    def __init__(self, trie: TokenTrie) -> None:
        self.values = np.full(len(trie.asked_nodes), np.nan)
        self._trie = trie
        self._done = np.zeros(trie.size, dtype=bool)
        self._asked = np.zeros(trie.size, dtype=bool)
        self._asked[trie.asked_nodes] = True

    def take(self, nodes: Indices) -> tuple[NDArray[np.bool_], int]:
        """Return at which of the nodes logits are wanted now, and how many nodes are new."""
        fresh = np.zeros(len(nodes), dtype=bool)
        fresh[np.unique(nodes, return_index=True)[1]] = True
        fresh &= ~self._done[nodes]
        self._done[nodes] = True
        return fresh & self._asked[nodes], int(np.count_nonzero(fresh))

    def note(self, logits: torch.Tensor, nodes: Indices) -> None:
        """Note the answers at nodes, whose logits are given in their order."""
        import torch

        if not len(nodes):
            return
        first = np.searchsorted(self._trie.asked_nodes, nodes, side="left")
        counts = np.searchsorted(self._trie.asked_nodes, nodes, side="right") - first
        ends = np.cumsum(counts)
        questions = np.arange(ends[-1]) + np.repeat(first - ends + counts, counts)
        parts = torch.split(logits, max(1, LOGITS // logits.shape[-1]))
        normalizers = torch.cat([part.float().logsumexp(-1) for part in parts])
        rows = torch.from_numpy(np.repeat(np.arange(len(nodes)), counts)).to(logits.device)
        tokens = torch.from_numpy(self._trie.asked_tokens[questions]).to(logits.device)
        values = logits[rows, tokens].float() - normalizers[rows]
        self.values[questions] = values.double().cpu().numpy()

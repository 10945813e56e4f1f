"""Texts that branch: several continuations of one beginning, each token of which is run once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_magics.language.interventions import Wanted
from causal_magics.language.naive import TokenPair
from causal_magics.language.token_trie import TokenTrie, token_tries
from causal_magics.language.tracing import MASKED, Texts

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Branches", "Bundle", "branches", "bundle_trie"]

Bundle = Sequence[TokenPair]
"""Tokens of prompts and continuations that are run together."""


@dataclass(frozen=True, eq=False)
class Branches(Texts):
    """Tries of tokens, one a row, in which a token sees those on its path alone.

    Parameters
    ----------
    depths : Tensor, shape (tries, nodes)
        The place of each node in its texts.
    seen : Tensor of bool, shape (tries, nodes, nodes)
        Which nodes are on the path to each, itself included.
    """

    depths: Tensor
    seen: Tensor

    @cached_property
    def positions(self) -> Tensor:
        """The place of each token in its text; zero for filling."""
        return self.depths

    def bias(self, start: int) -> Tensor:
        """Return what is added to scores, for the nodes from `start`: shape (tries, open, all)."""
        import torch

        return torch.where(self.seen[:, start:], 0.0, MASKED)


def bundle_trie(bundle: Bundle) -> TokenTrie:
    """Return the trie of a bundle.

    Raises
    ------
    ValueError
        Where it is too large for one.
    """
    (trie,) = token_tries(bundle)
    return trie


def branches(
    tries: Sequence[TokenTrie], n_pairs: Sequence[int], device: Any
) -> tuple[Branches, Wanted]:
    """Return tries side by side, and the log-probability of each of their pairs as what is wanted.

    Parameters
    ----------
    tries : sequence of TokenTrie
    n_pairs : sequence of int
        How many pairs each has.
    device
        Where tensors go.

    Returns
    -------
    Branches, Wanted
        Sums are of the shape (tries, rows, most pairs of a trie).
    """
    import torch

    n_nodes = max(trie.size for trie in tries)
    n_terms = max(len(trie.term_pairs) for trie in tries)
    tokens = np.zeros((len(tries), n_nodes), dtype=np.int64)
    depths = tokens.copy()
    seen = np.zeros((len(tries), n_nodes, n_nodes), dtype=bool)
    seen[:, np.arange(n_nodes), np.arange(n_nodes)] = True
    columns = np.zeros((len(tries), n_terms), dtype=np.int64)
    asked = columns.copy()
    weights = np.zeros((len(tries), n_terms, max(n_pairs)))
    for row, trie in enumerate(tries):
        size, count = trie.size, len(trie.term_pairs)
        tokens[row, :size], depths[row, :size] = trie.tokens, trie.depths
        places = np.arange(size)
        seen[row, :size, :size] = (places[None] <= places[:, None]) & (
            places[:, None] < trie.ends[None]
        )
        columns[row, :count] = trie.asked_nodes[trie.term_questions]
        asked[row, :count] = trie.asked_tokens[trie.term_questions]
        weights[row, np.arange(count), trie.term_pairs] = 1.0
    pads = np.zeros(len(tries), dtype=np.int64)
    on = [
        torch.from_numpy(array).to(device)
        for array in (tokens, pads, depths, seen, columns, asked, weights)
    ]
    return Branches(on[0], on[1], 0, on[2], on[3]), Wanted(on[4], on[5], on[6])

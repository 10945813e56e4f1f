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


def branches(bundle: Bundle, device: Any) -> tuple[Branches, Wanted]:
    """Return the trie of a bundle as one row, and each of its pairs as what is wanted.

    Parameters
    ----------
    bundle : sequence of TokenPair
    device
        Where tensors go.

    Returns
    -------
    Branches, Wanted
        Sums, the log-probabilities of pairs, are of the shape (1, rows, pairs).
    """
    import torch

    trie = bundle_trie(bundle)
    places = np.arange(trie.size)
    seen = (places[None] <= places[:, None]) & (places[:, None] < trie.ends[None])
    columns = trie.asked_nodes[trie.term_questions]
    asked = trie.asked_tokens[trie.term_questions]
    weights = np.zeros((len(columns), len(bundle)))
    weights[np.arange(len(columns)), trie.term_pairs] = 1.0
    tokens, pads, depths, seen_by, *terms = (
        torch.from_numpy(array[None]).to(device)
        for array in (trie.tokens, np.array(0), trie.depths, seen, columns, asked, weights)
    )
    return Branches(tokens, pads, 0, depths, seen_by), Wanted(*terms)

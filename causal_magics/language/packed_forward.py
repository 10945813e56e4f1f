"""Answers to the questions of a trie by forward passes that hold many texts each.

Nodes of different texts stand side by side in one pass: a 4-D mask lets each see only what it
follows, and explicit positions say where in its text it stands. Logits are computed only at
nodes whose next token is wanted. Only the network's own `forward` is called.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.language.answers import Answers
from causal_magics.language.packing import Limits, Trunk, batches, plan
from causal_magics.language.token_trie import Indices, TokenTrie

if TYPE_CHECKING:
    import torch


def packed_answers(
    network: Any, trie: TokenTrie, limits: Limits, advance: Callable[[int], object]
) -> NDArray[np.float64]:
    """Return ln P of each question of a trie.

    Parameters
    ----------
    network : transformers.PreTrainedModel
    trie : TokenTrie
    limits : Limits
    advance : callable
        Told after each pass how many nodes are new.
    """
    import torch

    passes = _Passes(network, trie, limits, advance)
    with torch.inference_mode():
        passes.follow(plan(trie, limits), None)
    return passes.answers.values


def cache_name(network: Any) -> str:
    """Return what a network's forward pass calls the keys and values that it is given."""
    known = inspect.signature(network.forward).parameters
    return "cache" if "cache" in known else "past_key_values"


class _Passes:
    """The forward passes over one trie."""

    def __init__(
        self, network: Any, trie: TokenTrie, limits: Limits, advance: Callable[[int], object]
    ) -> None:
        self.network = network
        self.trie = trie
        self.limits = limits
        self.advance = advance
        self.answers = Answers(trie)
        self._cache_name = cache_name(network)

    def follow(self, trunk: Trunk, cache: Any) -> None:
        """Compute what follows a trunk, whose keys and values are in `cache`."""
        for batch in batches(trunk.packs, self.limits, trunk.length):
            copied = None if cache is None else _cache(cache, len(batch))
            self._compute(batch, copied, trunk.length)
        for below in trunk.trunks:
            extended = _cache(cache, 1)
            step = self.limits.pass_tokens
            for start in range(0, len(below.nodes), step):
                part = np.array(below.nodes[start : start + step])
                self._compute([part], extended, trunk.length + start)
            self.follow(below, extended)

    def _compute(self, batch: list[Indices], cache: Any, length: int) -> None:
        """Run one pass of packs that all follow the cached text of so many tokens."""
        import torch

        width = max(len(pack) for pack in batch)
        # What fills a row up is a node of its own, so that it sees itself and nothing sees it.
        nodes = np.arange(self.trie.size, self.trie.size + width) + np.zeros((len(batch), 1), int)
        inside = np.arange(width) < np.array([len(pack) for pack in batch])[:, None]
        nodes[inside] = np.concatenate(batch)
        fresh = inside.copy()
        fresh[inside], count = self.answers.take(nodes[inside])

        device = self.network.device
        tokens, depths = np.zeros((2, *nodes.shape), dtype=np.int64)
        tokens[inside] = self.trie.tokens[nodes[inside]]
        depths[inside] = self.trie.depths[nodes[inside]]
        settings = {} if cache is None else {self._cache_name: cache}
        output = self.network(
            input_ids=torch.from_numpy(tokens).to(device),
            position_ids=torch.from_numpy(depths).to(device),
            attention_mask=self._mask(nodes, inside, length),
            use_cache=cache is not None,
            logits_to_keep=torch.from_numpy(fresh).to(device),
            **settings,
        )
        self.answers.note(output.logits, nodes[fresh])
        self.advance(count)

    def _mask(self, nodes: Indices, inside: NDArray[np.bool_], length: int) -> torch.Tensor:
        """Return the additive mask, shape (rows, 1, width, length + width)."""
        import torch

        ends = nodes + 1
        ends[inside] = self.trie.ends[nodes[inside]]
        queries, keys = nodes[:, :, None], nodes[:, None, :]
        seen = np.ones((*nodes.shape, length + nodes.shape[1]), dtype=bool)
        seen[:, :, length:] = (keys <= queries) & (queries < ends[:, None, :])
        dtype = self.network.dtype
        mask = torch.zeros(seen.shape, dtype=dtype).masked_fill_(
            torch.from_numpy(~seen), torch.finfo(dtype).min
        )
        return mask[:, None].to(self.network.device)


def _cache(kept: Any, rows: int) -> Any:
    """Return a cache of transformers that begins with the kept keys and values, in every row."""
    from transformers import DynamicCache

    if kept is None:
        return DynamicCache()
    return DynamicCache(
        [
            (layer.keys.expand(rows, -1, -1, -1), layer.values.expand(rows, -1, -1, -1))
            for layer in kept.layers
        ]
    )

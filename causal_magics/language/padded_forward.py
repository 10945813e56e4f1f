"""Answers to the questions of a trie by batches of whole texts, filled up on the right.

For networks that cannot take many texts in one row: a causal network sees nothing on the right,
so what fills a row up changes nothing, whatever the network does with positions and states.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.language.answers import Answers
from causal_magics.language.packing import Limits, batches
from causal_magics.language.token_trie import TokenTrie


def padded_answers(
    network: Any, trie: TokenTrie, limits: Limits, advance: Callable[[int], object]
) -> NDArray[np.float64]:
    """Return ln P of each question of a trie, texts of like length in one batch.

    Parameters
    ----------
    network : transformers.PreTrainedModel
    trie : TokenTrie
    limits : Limits
        Only `pass_tokens` matters.
    advance : callable
        Told after each pass how many nodes are new.
    """
    import torch

    answers = Answers(trie)
    leaves = np.flatnonzero(trie.ends == np.arange(trie.size) + 1)
    texts = [np.array(trie.path(leaf)) for leaf in leaves.tolist()]
    with torch.inference_mode():
        for batch in batches(texts, limits):
            inside = np.arange(len(batch[0])) < np.array([len(text) for text in batch])[:, None]
            nodes = np.full(inside.shape, -1)
            nodes[inside] = np.concatenate(batch)
            fresh = inside.copy()
            fresh[inside], count = answers.take(nodes[inside])
            tokens = np.where(inside, trie.tokens[nodes], 0)
            logits = network(
                input_ids=torch.from_numpy(tokens).to(network.device),
                attention_mask=torch.ones(tokens.shape, dtype=torch.int64, device=network.device),
                use_cache=False,
                logits_to_keep=torch.from_numpy(fresh).to(network.device),
            ).logits
            answers.note(logits, nodes[fresh])
            advance(count)
    return answers.values

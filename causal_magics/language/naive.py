"""One forward pass a pair: slow, and the measure of every faster way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

TokenPair = tuple[Sequence[int], Sequence[int]]
"""Tokens of a prompt, at least one, and of its continuation."""


def score_one_by_one(network: Any, pairs: Sequence[TokenPair]) -> NDArray[np.float64]:
    """Return ln P(continuation | prompt) of each pair of tokens, one forward pass for each.

    Parameters
    ----------
    network : transformers.PreTrainedModel
        A causal language model.
    pairs : sequence of (tokens, tokens)

    Returns
    -------
    array, shape (pairs,)
    """
    import torch

    scores = np.zeros(len(pairs))
    with torch.inference_mode():
        for row, (prompt, continuation) in enumerate(pairs):
            ids = torch.tensor([[*prompt, *continuation]], device=network.device)
            logits = network(input_ids=ids, use_cache=False).logits[0, len(prompt) - 1 : -1]
            log_probs = logits.float().log_softmax(dim=-1)
            wanted = torch.tensor(list(continuation), device=network.device)
            scores[row] = log_probs.gather(1, wanted[:, None]).double().sum().item()
    return scores

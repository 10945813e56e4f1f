"""Causal language models of the transformers library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.language.naive import score_one_by_one
from causal_magics.language.protocol import Pair, PairScorer


class CausalLM(PairScorer):
    """A causal language model of transformers, with its tokenizer.

    Parameters
    ----------
    network : transformers.PreTrainedModel
    tokenizer : transformers.PreTrainedTokenizerBase
    model_id : str
    """

    def __init__(self, network: Any, tokenizer: Any, model_id: str) -> None:
        self.network = network.eval()
        self.tokenizer = tokenizer
        self.model_id = model_id

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        """Return ln P(continuation | prompt) of each pair."""
        ids = [
            (
                self.tokenizer.encode(prompt, add_special_tokens=False),
                self.tokenizer.encode(continuation, add_special_tokens=False),
            )
            for prompt, continuation in pairs
        ]
        return score_one_by_one(self.network, ids)

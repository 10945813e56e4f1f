"""Causal language models of the transformers library."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import LanguageModelError, shorten
from causal_magics.language.naive import TokenPair
from causal_magics.language.network_size import SizedNetwork
from causal_magics.language.protocol import Pair, PairScorer
from causal_magics.language.scorers import (
    Scorer,
    chosen_scorer,
    context_length,
    long_scorer,
    packed_length,
    score_tokens,
)
from causal_magics.language.tokens import Leading, PairEncoder


class ScoringWarning(UserWarning):
    """Texts are scored in a slower way than packed."""


class CausalLM(PairScorer, SizedNetwork):
    """A causal language model of transformers, with its tokenizer.

    Pairs are scored together: what their texts share is computed once, and many texts stand in
    one forward pass. In float32, scores equal those of one pass a pair to 3e-5 a token; in bfloat16
    and float16 they move with the shape of a pass, so with what else is scored, by some tenths.
    Beside the weights, memory holds the logits of one pass, at most some 500 tokens times the
    vocabulary on a CPU, and the keys and values of the text that is being continued.

    Parameters
    ----------
    network : transformers.PreTrainedModel
    tokenizer : transformers.PreTrainedTokenizerBase
    model_id : str
        What names the network's weights.
    leading : {"none", "bos", "newline"}
        What stands before each prompt. Probabilities depend on it, often by half.
    load_seconds : float, optional
        How long loading took.
    """

    def __init__(
        self,
        network: Any,
        tokenizer: Any,
        model_id: str,
        *,
        leading: Leading = "none",
        load_seconds: float | None = None,
    ) -> None:
        self.network = network.eval()
        self.tokenizer = tokenizer
        self.leading = leading
        self.load_seconds = load_seconds
        dtype = str(network.dtype).removeprefix("torch.")
        self.model_id = f"{model_id} ({dtype}, leading {leading})"
        self._encoder = PairEncoder(tokenizer, leading, context_length(network))
        self._scorer: Scorer | None = None
        self._told = False

    @property
    def scorer(self) -> Scorer:
        """How texts are scored: ``"packed"``, or slower where the network cannot take that."""
        if self._scorer is None:
            self._scorer = chosen_scorer(self.network)
            if self._scorer != "packed":
                self._warn(f"{self.model_id} cannot take many texts in one row")
        return self._scorer

    def encode(self, pairs: Sequence[Pair]) -> list[TokenPair]:
        """Return the tokens of prompt and continuation of each pair, as `score` takes them."""
        return self._encoder.encode(pairs)

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        """Return ln P(continuation | prompt) of each pair.

        Parameters
        ----------
        pairs : sequence of (str, str)

        Returns
        -------
        array, shape (pairs,)
            Natural logarithms; 0 for an empty continuation.

        Raises
        ------
        LanguageModelError
            Where a continuation follows no token, a text is longer than the network's context,
            or the network gives no number.

        Warns
        -----
        ScoringWarning
            Where texts are not scored packed; once a model.
        """
        scores = self.score_encoded(self.encode(pairs))
        failed = np.flatnonzero(np.isnan(scores))
        if len(failed):
            prompt, continuation = pairs[failed[0]]
            raise LanguageModelError(
                f"Expected log-probabilities, but {self.model_id} gives NaN for "
                f"{shorten(prompt + continuation)}. Load it with dtype float32."
            )
        return scores

    def score_encoded(self, tokens: Sequence[TokenPair]) -> NDArray[np.float64]:
        """Return what `score` does, from what `encode` gave; NaN where the network gives it."""
        scores = np.zeros(len(tokens))
        taken, others = self._divided(tokens)
        if taken:
            chosen = [tokens[row] for row in taken]
            scores[taken] = score_tokens(self.network, chosen, self.scorer)
        if others:
            chosen = [tokens[row] for row in others]
            scores[others] = score_tokens(self.network, chosen, long_scorer(self.network))
        return scores

    def _divided(self, tokens: Sequence[TokenPair]) -> tuple[list[int], list[int]]:
        """Return which pairs the scorer takes, and which are too long for being packed."""
        rows = [row for row, (_, continuation) in enumerate(tokens) if continuation]
        longest = packed_length(self.network)
        if longest == inf or self.scorer != "packed":
            return rows, []
        long = {row for row in rows if len(tokens[row][0]) + len(tokens[row][1]) - 1 > longest}
        if long and not self._told:
            self._told = True
            self._warn(f"{self.model_id} cannot have texts over {longest:.0f} tokens packed")
        return [row for row in rows if row not in long], sorted(long)

    @staticmethod
    def _warn(reason: str) -> None:
        message = f"{reason}: they are scored text by text, with the same results but slower."
        warnings.warn(message, ScoringWarning, stacklevel=4)

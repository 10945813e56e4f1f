"""What a language model is to the other rooms: something that scores text after text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Pair = tuple[str, str]
"""A prompt and what comes after it."""


@runtime_checkable
class LanguageModel(Protocol):
    """Scores continuations of prompts."""

    @property
    def model_id(self) -> str:
        """What names the model and every setting that its scores depend on."""
        ...

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        """Return ln P(continuation | prompt) of each pair.

        Parameters
        ----------
        pairs : sequence of (str, str)
            Prompts and continuations. Spaces count: most models know ``" she"`` and ``"she"`` as
            different words.

        Returns
        -------
        array, shape (pairs,)
            Natural logarithms, of all tokens of a continuation together.

        Raises
        ------
        LanguageModelError
            Where a pair cannot be scored.
        """
        ...

    def log_probs(
        self, prompts: Sequence[str], continuations: Sequence[str]
    ) -> NDArray[np.float64]:
        """Return ln P(continuation | prompt) of every continuation after every prompt.

        Returns
        -------
        array, shape (prompts, continuations)
        """
        ...


class PairScorer:
    """Gives `log_probs` to a model that has `score`."""

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        """Return ln P(continuation | prompt) of each pair."""
        raise NotImplementedError

    def log_probs(
        self, prompts: Sequence[str], continuations: Sequence[str]
    ) -> NDArray[np.float64]:
        """Return ln P(continuation | prompt) of every continuation after every prompt.

        Parameters
        ----------
        prompts, continuations : sequence of str

        Returns
        -------
        array, shape (prompts, continuations)
            Natural logarithms.
        """
        pairs = [(prompt, continuation) for prompt in prompts for continuation in continuations]
        return self.score(pairs).reshape(len(prompts), len(continuations))

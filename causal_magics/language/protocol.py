"""What a language model is to the other rooms: something that scores text after text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import LanguageModelError, shorten

Pair = tuple[str, str]
"""A prompt and what comes after it."""

Slot = tuple[str, str, str]
"""What stands before a word, the word, and what stands after it."""


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
        for name, texts in (("prompts", prompts), ("continuations", continuations)):
            if isinstance(texts, str) or not isinstance(texts, Iterable):
                raise LanguageModelError(
                    f"Expected a list of {name}, got {type(texts).__name__}. Put it in brackets."
                )
        prompts, continuations = list(prompts), list(continuations)
        pairs = [(prompt, continuation) for prompt in prompts for continuation in continuations]
        return self.score(pairs).reshape(len(prompts), len(continuations))


def checked_pairs(pairs: object) -> list[Pair]:
    """Return pairs of texts.

    Raises
    ------
    LanguageModelError
        Where one is not two texts, or holds half a character.
    """
    if isinstance(pairs, str) or not isinstance(pairs, Iterable):
        raise LanguageModelError(
            "Expected a list of pairs, each a prompt and a continuation, got "
            f"{type(pairs).__name__}."
        )
    return [_checked(pair, index) for index, pair in enumerate(pairs)]


def _checked(pair: object, index: int) -> Pair:
    match pair:
        case (str() as prompt, str() as rest):
            check_characters(prompt + rest)
            return prompt, rest
    raise LanguageModelError(
        f"Expected a prompt and a continuation, two texts, as pair {index}, "
        f"got {shorten(repr(pair))[1:-1]}."
    )


def check_characters(text: str) -> None:
    """Raise `LanguageModelError` where a text has a surrogate alone, which no text can hold."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise LanguageModelError(
            f"Expected text, got half a character ({text[error.start]!r}) at place {error.start} "
            f"of {shorten(text)}. Remove it, or read its file with the right encoding."
        ) from None


@runtime_checkable
class SlotScorer(Protocol):
    """Scores words by what stands on both sides, as masked models do."""

    def score_slots(self, slots: Sequence[Slot]) -> NDArray[np.float64]:
        """Return ln P(word | before, after) of each slot, or what differs from it by a constant.

        The constant is the same for all words between the same texts.

        Parameters
        ----------
        slots : sequence of (before, word, after)

        Returns
        -------
        array, shape (slots,)
        """
        ...


def score_slots(model: LanguageModel, slots: Sequence[Slot]) -> NDArray[np.float64]:
    """Score words by what stands on both sides, with any model.

    A model that reads from left to right gives ln P(word and after | before): by Bayes' rule this
    is ln P(word | before, after) but for a constant, so that softmax over the words of a slot gives
    their shares. Blanks at the end of `before` are taken as part of the word.

    Parameters
    ----------
    model : LanguageModel
    slots : sequence of (before, word, after)

    Returns
    -------
    array, shape (slots,)
        Comparable among words between the same texts.
    """
    if isinstance(model, SlotScorer):
        return model.score_slots(slots)
    cut = [len(before.rstrip()) for before, _, _ in slots]
    return model.score([
        (before[:end], before[end:] + word + after)
        for end, (before, word, after) in zip(cut, slots, strict=True)
    ])  # fmt: skip

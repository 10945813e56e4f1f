"""From texts to tokens: where a prompt ends and its continuation begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

from causal_magics.errors import LanguageModelError, shorten
from causal_magics.language.naive import TokenPair
from causal_magics.language.protocol import Pair, checked_pairs

Leading = Literal["none", "bos", "newline"]


class PairEncoder:
    """Encodes prompts and what comes after them.

    The text of a pair is encoded as a whole. Its tokens belong to the prompt as far as they
    equal those of the prompt alone, and the rest is the continuation. So where the last letters
    of a prompt and the first of a continuation make one token, as the space in ``"The "`` and
    ``"she"`` do, that token is part of what is scored.

    Special tokens written in a text, such as ``<|endoftext|>``, are special tokens, so that a
    chat's format can be spelled out. None are added but the leading one.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerBase
    leading : {"none", "bos", "newline"}
        What stands before each prompt: nothing, the tokenizer's token for the beginning of a
        text, or a line break.
    limit : int, optional
        The most tokens that the network takes.

    Raises
    ------
    LanguageModelError
        Where `leading` is none of these, or the tokenizer has no such token.
    """

    def __init__(self, tokenizer: Any, leading: Leading = "none", limit: int | None = None) -> None:
        self.tokenizer = tokenizer
        self.leading = leading
        self.limit = limit
        self._before = self._leading_tokens()

    def encode(self, pairs: Sequence[Pair]) -> list[TokenPair]:
        """Return the tokens of prompt and continuation of each pair.

        Raises
        ------
        LanguageModelError
            Where there is no token before a continuation, a text is longer than the network
            takes, or a continuation has no token of its own.
        """
        pairs = checked_pairs(pairs)
        texts = list(dict.fromkeys(text for p, c in pairs for text in (p, p + c)))
        tokens = dict(zip(texts, self._encode_texts(texts), strict=True))
        return [self._cut(pair, tokens[pair[0]], tokens[pair[0] + pair[1]]) for pair in pairs]

    def _encode_texts(self, texts: list[str]) -> list[list[int]]:
        if not texts:
            return []
        # The tokenizer warns of texts over the limit; `_cut` raises instead.
        ids: list[list[int]] = self.tokenizer(
            texts, add_special_tokens=False, return_attention_mask=False, verbose=False
        )["input_ids"]
        return ids

    def _cut(self, pair: Pair, prompt: list[int], whole: list[int]) -> TokenPair:
        shared = 0
        for a, b in zip(prompt, whole, strict=False):
            if a != b:
                break
            shared += 1
        before, after = (*self._before, *whole[:shared]), tuple(whole[shared:])
        if pair[1] and not after:
            raise LanguageModelError(
                f"Expected a continuation with tokens of its own, but {shorten(pair[1])} adds "
                f"none to {shorten(pair[0])} for this tokenizer. Change where the prompt ends."
            )
        if after and not before:
            raise LanguageModelError(
                f"Expected a token before {shorten(whole_text(pair))} to condition on, found "
                'none. Write a longer prompt, or give leading="bos" or "newline".'
            )
        length = len(before) + len(after)
        if self.limit is not None and length > self.limit:
            raise LanguageModelError(
                f"Expected at most {self.limit} tokens, the context of this model, but "
                f"{shorten(whole_text(pair))} has {length}. Shorten it."
            )
        return before, after

    def _leading_tokens(self) -> tuple[int, ...]:
        if self.leading == "none":
            return ()
        if self.leading == "bos":
            token = self.tokenizer.bos_token_id
            if token is None:
                raise LanguageModelError(
                    "Expected a tokenizer with a token for the beginning of a text, this one has "
                    'none. Give leading="newline" or "none".'
                )
            return (int(token),)
        if self.leading == "newline":
            return tuple(self.tokenizer.encode("\n", add_special_tokens=False))
        raise LanguageModelError(
            f"Expected leading to be one of {', '.join(get_args(Leading))}, got {self.leading!r}."
        )


def whole_text(pair: Pair) -> str:
    """Return a pair's prompt and continuation as one text."""
    return pair[0] + pair[1]

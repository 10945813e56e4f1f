"""Masked language models: pseudo-log-likelihoods.

Salazar et al., "Masked language model scoring" (2020): the sum of ln P(token | all others). Kauf &
Ivanova, "A better way to do masked language model scoring" (2023): of a word in several tokens,
those to the right are masked too, since a token is otherwise told by the rest of its word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import LanguageModelError, shorten
from causal_magics.language.network_size import SizedNetwork
from causal_magics.language.protocol import Pair, PairScorer, Slot, check_characters, checked_pairs
from causal_magics.language.scorers import context_length

__all__ = ["MaskedLM", "Masking"]

Masking = Literal["within word", "one token"]

_LOGITS = 2**26


class _Question(NamedTuple):
    """A text with masks in it, and the place and the token that are asked for."""

    ids: tuple[int, ...]
    place: int
    token: int


class MaskedLM(PairScorer, SizedNetwork):
    """A masked language model of transformers, with its tokenizer.

    Scores are pseudo-log-probabilities: sums of ln P(token | what stands left and right of it).
    They do not sum to one over continuations.

    Parameters
    ----------
    network : transformers.PreTrainedModel
    tokenizer : transformers.PreTrainedTokenizerFast
    model_id : str
        What names the network's weights.
    masking : {"within word", "one token"}
        What is masked with a token: the tokens to its right in the same word (Kauf & Ivanova 2023),
        or nothing else (Salazar et al. 2020).
    load_seconds : float, optional
        How long loading took.

    Raises
    ------
    LanguageModelError
        Where the tokenizer has no mask or does not tell where tokens stand in a text.
    """

    leading = "bos"

    def __init__(
        self,
        network: Any,
        tokenizer: Any,
        model_id: str,
        *,
        masking: Masking = "within word",
        load_seconds: float | None = None,
    ) -> None:
        if tokenizer.mask_token_id is None or not tokenizer.is_fast:
            raise LanguageModelError(
                f"Expected a fast tokenizer with a mask, {model_id} has none. Load the model with "
                "kind='causal', or another one."
            )
        if masking not in get_args(Masking):
            raise LanguageModelError(
                f"Expected masking among {', '.join(get_args(Masking))}, got {masking!r}."
            )
        self.network = network.eval()
        self.tokenizer = tokenizer
        self.masking = masking
        self.load_seconds = load_seconds
        dtype = str(network.dtype).removeprefix("torch.")
        self.model_id = f"{model_id} ({dtype}, masked {masking})"
        self._limit = _limit(network, tokenizer)

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        """Return the pseudo-log-probability of each continuation, given all of prompt and text.

        Parameters
        ----------
        pairs : sequence of (str, str)

        Returns
        -------
        array, shape (pairs,)

        Raises
        ------
        LanguageModelError
            Where a text is longer than the network's context, a continuation has no token of its
            own, or the network gives no number.
        """
        return self._scores([(*pair, "") for pair in checked_pairs(pairs)])

    def score_slots(self, slots: Sequence[Slot]) -> NDArray[np.float64]:
        """Return the pseudo-log-probability of words, given what stands on both sides.

        Parameters
        ----------
        slots : sequence of (before, word, after)

        Returns
        -------
        array, shape (slots,)

        Raises
        ------
        LanguageModelError
            As for `score`.
        """
        return self._scores([_checked(slot) for slot in slots])

    def _scores(self, slots: Sequence[tuple[str, ...]]) -> NDArray[np.float64]:
        asked = [self._questions(slot) for slot in slots]
        texts = dict.fromkeys((q.ids, q.place) for questions in asked for q in questions)
        unique = {text: number for number, text in enumerate(texts)}
        tokens: list[set[int]] = [set() for _ in unique]
        for questions in asked:
            for q in questions:
                tokens[unique[q.ids, q.place]].add(q.token)
        answers = self._answers(list(texts), tokens)
        scores = np.array([
            sum(answers[unique[q.ids, q.place]][q.token] for q in questions) for questions in asked
        ], dtype=float)  # fmt: skip
        failed = np.flatnonzero(np.isnan(scores))
        if len(failed):
            raise LanguageModelError(
                f"Expected log-probabilities, but {self.model_id} gives NaN for "
                f"{shorten(''.join(slots[failed[0]]))}. Load it with dtype float32."
            )
        return scores

    def _questions(self, slot: tuple[str, ...]) -> list[_Question]:
        """Return what is asked to score a word: one masked text for each of its tokens."""
        before, word, _ = slot
        text = "".join(slot)
        encoded = self.tokenizer(text, return_offsets_mapping=True, verbose=False)
        ids: list[int] = encoded["input_ids"]
        if self._limit is not None and len(ids) > self._limit:
            raise LanguageModelError(
                f"Expected at most {self._limit} tokens, the context of this model, but "
                f"{shorten(text)} has {len(ids)}. Shorten it."
            )
        first, last = len(before), len(before) + len(word)
        places = [
            place
            for place, (start, end) in enumerate(encoded["offset_mapping"])
            if start < end and end > first and start < last
        ]
        if word and not places:
            raise LanguageModelError(
                f"Expected a continuation with tokens of its own, but {shorten(word)} adds none to "
                f"{shorten(before)} for this tokenizer. Give another word."
            )
        words = encoded.word_ids()
        questions = []
        for place in places:
            masked = {place}
            if self.masking == "within word":
                masked |= {p for p in places if p > place and words[p] == words[place]}
            filled = tuple(
                self.tokenizer.mask_token_id if p in masked else token
                for p, token in enumerate(ids)
            )
            questions.append(_Question(filled, place, ids[place]))
        return questions

    def _answers(
        self, texts: list[tuple[tuple[int, ...], int]], tokens: list[set[int]]
    ) -> list[dict[int, float]]:
        """Return ln P of the wanted tokens at a place of each text; texts of a length together."""
        import torch

        answers: list[dict[int, float]] = [{} for _ in texts]
        order = sorted(range(len(texts)), key=lambda row: len(texts[row][0]))
        words = self.network.get_input_embeddings().num_embeddings
        start = 0
        while start < len(order):
            length = len(texts[order[start]][0])
            most = max(1, _LOGITS // (words * length))
            rows = [row for row in order[start : start + most] if len(texts[row][0]) == length]
            start += len(rows)
            ids = torch.tensor([texts[row][0] for row in rows], device=self.network.device)
            with torch.inference_mode():
                logits = self.network(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
                places = torch.tensor([texts[row][1] for row in rows], device=logits.device)
                at = logits[torch.arange(len(rows), device=logits.device), places]
                log_probs = at.float().log_softmax(-1).cpu()
            for row, values in zip(rows, log_probs, strict=True):
                answers[row] = {token: float(values[token]) for token in tokens[row]}
        return answers


def _limit(network: Any, tokenizer: Any) -> int | None:
    """Return how many tokens fit: RoBERTa's positions begin after its padding token."""
    positions = context_length(network)
    lengths = [] if positions is None else [positions]
    if tokenizer.model_max_length < 10**9:
        lengths.append(int(tokenizer.model_max_length))
    return min(lengths, default=None)


def _checked(slot: Slot) -> Slot:
    match slot:
        case (str() as before, str() as word, str() as after):
            check_characters(before + word + after)
            return before, word, after
    raise LanguageModelError(f"Expected 3 texts, got {shorten(repr(slot))[1:-1]}.")

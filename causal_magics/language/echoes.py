"""What an endpoint's completion says of a text, checked before it is believed."""

from __future__ import annotations

from itertools import accumulate
from math import isfinite
from typing import Any

__all__ = ["EchoFault", "continuation_log_prob", "top_log_prob"]

_ROUNDING = 1e-6


class EchoFault(Exception):  # noqa: N818 - tells `Endpoint` to ask in another way
    """An echo that does not tell the log-probability of a continuation."""


def continuation_log_prob(choice: Any, prompt: str, rest: str) -> float:
    """Return ln P(rest | prompt) from a completion that echoes both.

    Parameters
    ----------
    choice
        With `logprobs`: tokens of the echo, one that was generated, and their log-probabilities.
    prompt, rest : str

    Raises
    ------
    EchoFault
        Where it is no such completion.
    """
    if not rest:
        return 0.0
    told = choice.logprobs
    if told is None or not told.tokens or told.token_logprobs is None:
        raise EchoFault("it sends no log-probabilities")
    tokens, values = list(told.tokens), list(told.token_logprobs)
    if len(values) != len(tokens):
        raise EchoFault(f"it sends {len(values)} log-probabilities for {len(tokens)} tokens")
    whole = prompt + rest
    spans = _spans(tokens, told.text_offset, whole)
    echoed = [row for row, (start, _) in enumerate(spans) if start < len(whole)]
    if not echoed or spans[echoed[-1]][1] < len(whole):
        raise EchoFault("it does not send the text back")
    if all(values[row] in (None, 0) for row in echoed):
        raise EchoFault("it sends zeros as log-probabilities")
    wanted = [row for row in echoed if spans[row][1] > len(prompt)]
    numbers = [values[row] for row in wanted]
    for number in numbers:
        if number is None or not isfinite(number) or number > _ROUNDING:
            raise EchoFault(f"it sends {number} as a log-probability")
    return float(sum(numbers))


def _spans(tokens: list[str], offsets: list[int] | None, whole: str) -> list[tuple[int, int]]:
    """Return where each token stands in the text, by the tokens themselves or by their offsets."""
    for skipped in (0, 1):  # some servers put a token for the beginning first
        ends = list(accumulate(map(len, tokens[skipped:])))
        if "".join(tokens[skipped:]).startswith(whole):
            starts = [end - len(token) for end, token in zip(ends, tokens[skipped:], strict=True)]
            return [(0, 0)] * skipped + list(zip(starts, ends, strict=True))
    if offsets is None or len(offsets) != len(tokens) or list(offsets) != sorted(offsets):
        raise EchoFault("it does not send the text back")
    shift = offsets[0]
    starts = [offset - shift for offset in offsets]
    if starts[-1] != len(whole):
        raise EchoFault("it does not send the text back")
    return list(zip(starts, [*starts[1:], len(whole) + 1], strict=True))


def top_log_prob(choice: Any, word: str) -> float | None:
    """Return ln P of a word that is one token among the most probable next ones, else None."""
    told = choice.logprobs
    listed = told.top_logprobs if told is not None else None
    top = listed[0] if listed else None
    if not top:
        return None
    plain = {token.replace("Ġ", " ").replace("▁", " "): value for token, value in top.items()}
    value = plain.get(word)
    if value is None or not isfinite(value) or value > _ROUNDING:
        return None
    if len(plain) > 1 and set(plain.values()) == {0}:
        return None
    return float(value)

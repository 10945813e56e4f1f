"""Continuations drawn from a causal model, with random numbers that other models share.

Each token is the one of the largest ln p + noise, with noise from a Gumbel distribution: so it is
drawn with probability p (the Gumbel-max trick). The noise depends on the seed, the place of the
prompt, the number of the sample and the step, and on nothing else. With these common random numbers
two models, such as one before and after pruning, write the same text until their probabilities
really differ: Oberst and Sontag, "Counterfactual off-policy evaluation with Gumbel-max structural
causal models" (ICML 2019); for language models Ravfogel et al., "Gumbel counterfactual generation
from language models" (ICLR 2025).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.bars import bars_are_off
from causal_magics.errors import LanguageModelError, OptionError, shorten
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.scorers import context_length
from causal_magics.options import check_count

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["gumbel_noise", "sample_continuations", "sample_tokens", "text_after"]

BATCH_ROWS = 64
"""Texts that are continued together on a CPU: noise and logits of one step are rows × words."""
DEVICE_BATCH_ROWS = 512

Tokens = tuple[int, ...]


def sample_continuations(
    model: CausalLM,
    prompts: Sequence[str],
    *,
    n_tokens: int = 20,
    n_samples: int = 1,
    temperature: float = 1.0,
    top_p: float = 1.0,
    seed: int = 0,
) -> tuple[tuple[str, ...], ...]:
    """Draw continuations of prompts.

    The same seed gives the same texts, whatever else is drawn with them, but for rounding: it
    changes a text where two tokens come within some 1e-5 of each other. Heads that are cut by
    `without_heads` are cut here too.

    Parameters
    ----------
    model : CausalLM
    prompts : sequence of str
    n_tokens : int
        The most tokens of a continuation; it is shorter where the model ends the text.
    n_samples : int
        Continuations of each prompt.
    temperature : float
        By which log-probabilities are divided; 0 takes the likeliest token each time.
    top_p : float
        Tokens are drawn among the likeliest that have this probability together.
    seed : int

    Returns
    -------
    tuple of tuple of str
        For each prompt its continuations, without special tokens.

    Raises
    ------
    LanguageModelError
        Where a prompt has no tokens, or would be longer than the model's context with its
        continuation, or the model gives NaN.
    OptionError
        Where an option is outside what it can be.
    """
    drawn = sample_tokens(
        model, prompts, n_tokens=n_tokens, n_samples=n_samples, temperature=temperature,
        top_p=top_p, seed=seed,
    )  # fmt: skip
    starts = [before for before, _ in model.encode([(prompt, "") for prompt in prompts])]
    return tuple(
        tuple(text_after(model.tokenizer, start, after) for after in samples)
        for start, samples in zip(starts, drawn, strict=True)
    )


def sample_tokens(
    model: CausalLM,
    prompts: Sequence[str],
    *,
    n_tokens: int = 20,
    n_samples: int = 1,
    temperature: float = 1.0,
    top_p: float = 1.0,
    seed: int = 0,
) -> tuple[tuple[Tokens, ...], ...]:
    """Draw continuations as `sample_continuations` does, and return their tokens.

    Returns
    -------
    tuple of tuple of tuple of int
        For each prompt its continuations; one that the model ended has the ending token at last.
    """
    from tqdm.auto import tqdm

    check_count("n_tokens", n_tokens)
    check_count("n_samples", n_samples)
    _check_draw(temperature, top_p, seed)
    starts = _encoded(model, prompts, n_tokens)
    rows = [(prompt, sample) for prompt in range(len(starts)) for sample in range(n_samples)]
    rows.sort(key=lambda row: len(starts[row[0]]))
    drawn: dict[tuple[int, int], Tokens] = {}
    size = BATCH_ROWS if model.network.device.type == "cpu" else DEVICE_BATCH_ROWS
    with (
        tqdm(
            total=len(rows) * n_tokens, unit="token", desc="Writing", delay=1.0, leave=False,
            disable=bars_are_off(),
        ) as progress,
        _plain_generation(model) as ends,
    ):  # fmt: skip
        for first in range(0, len(rows), size):
            batch = rows[first : first + size]
            texts = [starts[prompt] for prompt, _ in batch]
            draw = _Draw(batch, max(map(len, texts)), float(temperature), float(top_p), int(seed))
            after = _continued(model, texts, n_tokens, draw)
            drawn.update(
                (row, _until(tokens, ends)) for row, tokens in zip(batch, after, strict=True)
            )
            progress.update(len(batch) * n_tokens)
    return tuple(
        tuple(drawn[prompt, sample] for sample in range(n_samples)) for prompt in range(len(starts))
    )


def text_after(
    tokenizer: Any, before: Sequence[int], after: Sequence[int], *, special: bool = False
) -> str:
    """Return the text that tokens add to those before them.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerBase
    before, after : sequence of int
    special : bool
        Whether special tokens, such as the one that ends a text, are spelled out.
    """
    start, whole, alone = (
        str(
            tokenizer.decode(
                list(tokens), skip_special_tokens=not special, clean_up_tokenization_spaces=False
            )
        )
        for tokens in (before, (*before, *after), after)
    )
    return whole[len(start) :] if whole.startswith(start) else alone


def gumbel_noise(seed: int, prompt: int, sample: int, step: int, size: int) -> NDArray[np.float64]:
    """Return standard Gumbel noise, shape (size,), that depends on these numbers alone.

    The bits are those of a counter-based generator at a place of its own for each prompt, sample
    and step, so that no noise has to be drawn before other noise. More of it begins the same way.

    Parameters
    ----------
    seed, prompt, sample, step : int
    size : int
        Of the vocabulary.
    """
    bits = np.random.Philox(key=seed, counter=[0, step, sample, prompt]).random_raw(size)
    uniform = (bits >> np.uint64(11)) + 0.5
    uniform *= 2.0**-53
    return np.asarray(-np.log(-np.log(uniform)))


@dataclass(frozen=True, eq=False)
class _Draw:
    """Turns logits into scores whose largest is the token that is drawn, as generation asks for."""

    rows: Sequence[tuple[int, int]]
    width: int
    temperature: float
    top_p: float
    seed: int

    def __call__(self, tokens: Tensor, logits: Tensor) -> Tensor:
        import torch

        if bool(logits.isnan().any()):
            raise LanguageModelError(
                "Expected log-probabilities, but the model gives NaN. Load it with dtype float32."
            )
        if self.temperature == 0:
            return logits
        step, size = tokens.shape[1] - self.width, logits.shape[1]
        scores = logits.double() / self.temperature
        if self.top_p < 1:
            scores = _likeliest(scores, self.top_p)
        for row, (prompt, sample) in enumerate(self.rows):
            noise = gumbel_noise(self.seed, prompt, sample, step, size)
            scores[row] += torch.from_numpy(noise).to(scores.device)
        return scores


def _likeliest(scores: Tensor, top_p: float) -> Tensor:
    """Return scores, −inf but for the likeliest tokens that have a probability together."""
    ordered, places = scores.softmax(dim=-1).sort(dim=-1, descending=True)
    out = ordered.cumsum(dim=-1) - ordered >= top_p
    return scores.masked_fill(out.scatter(1, places, out), -np.inf)


def _continued(
    model: CausalLM, texts: Sequence[Sequence[int]], n_tokens: int, draw: _Draw
) -> list[list[int]]:
    """Return the tokens after each text, filled up on the left to one length meanwhile."""
    import torch

    network = model.network
    pad = network.generation_config.pad_token_id
    ids = [[pad] * (draw.width - len(text)) + list(text) for text in texts]
    mask = [[0] * (draw.width - len(text)) + [1] * len(text) for text in texts]
    found = network.generate(
        torch.tensor(ids, device=network.device),
        attention_mask=torch.tensor(mask, device=network.device),
        max_new_tokens=n_tokens,
        do_sample=False,
        logits_processor=[draw],
    )
    tokens: list[list[int]] = found[:, draw.width :].tolist()
    return tokens


@contextmanager
def _plain_generation(model: CausalLM) -> Iterator[frozenset[int]]:
    """Put the network's own settings of generation aside, and give the tokens that end a text."""
    import transformers

    settings: Any = transformers.GenerationConfig
    own, tokenizer = model.network.generation_config, model.tokenizer
    told = own.eos_token_id
    ends = {*(told if isinstance(told, list) else [told]), tokenizer.eos_token_id} - {None}
    pad = tokenizer.pad_token_id
    model.network.generation_config = settings(
        eos_token_id=sorted(ends) or None, pad_token_id=0 if pad is None else pad
    )
    try:
        yield frozenset(ends)
    finally:
        model.network.generation_config = own


def _until(tokens: Sequence[int], ends: frozenset[int]) -> Tokens:
    """Return tokens up to the first that ends the text, with it."""
    for place, token in enumerate(tokens):
        if token in ends:
            return tuple(tokens[: place + 1])
    return tuple(tokens)


def _encoded(model: CausalLM, prompts: Sequence[str], n_tokens: int) -> list[Sequence[int]]:
    if isinstance(prompts, str) or not isinstance(prompts, Iterable):
        raise LanguageModelError(
            f"Expected a list of prompts, got {type(prompts).__name__}. Put it in brackets."
        )
    starts = [before for before, _ in model.encode([(prompt, "") for prompt in prompts])]
    limit = context_length(model.network)
    for prompt, start in zip(prompts, starts, strict=True):
        if not start:
            raise LanguageModelError(
                "Expected prompts with a token to go on from, got an empty one. Write a longer "
                'prompt, or load the model with leading="bos" or "newline".'
            )
        if limit is not None and len(start) + n_tokens > limit:
            raise LanguageModelError(
                f"Expected at most {limit} tokens, the context of this model, but "
                f"{shorten(prompt)} has {len(start)}, and {n_tokens} are to follow. Shorten it, "
                "or draw fewer tokens."
            )
    return starts


def _check_draw(temperature: object, top_p: object, seed: object) -> None:
    hot = float(temperature) if isinstance(temperature, Real) else -1.0
    if not (isfinite(hot) and hot >= 0):
        raise OptionError(f"Expected temperature to be a number from 0, got {temperature!r}.")
    if not (isinstance(top_p, Real) and 0 < float(top_p) <= 1):
        raise OptionError(f"Expected top_p above 0 and at most 1, got {top_p!r}.")
    if isinstance(seed, bool) or not (isinstance(seed, Integral) and 0 <= int(seed) < 2**128):
        raise OptionError(f"Expected seed to be a whole number from 0, got {seed!r}.")

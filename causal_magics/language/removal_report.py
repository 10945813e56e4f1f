"""What taking heads away saved, and how far the new network is from the masked one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from causal_magics.errors import LanguageModelError, PromptError, shorten
from causal_magics.language.head_masks import without_heads
from causal_magics.language.head_panels import Head
from causal_magics.language.head_record import HeadRecord, Removal
from causal_magics.language.packed_forward import cache_name
from causal_magics.language.scorers import context_length

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["RemovalReport", "removal_report", "tokens_per_second"]

SAMPLE_TEXTS = (
    "The nurse said that she would be back in the morning, and the doctor said that he would not.",
    "In 1801 there were three houses on the hill; a century later, more than nine hundred.",
    "Heat the oven, mix the flour with the butter, and leave the dough to rest for an hour.",
)
"""On which a new network is compared with the masked one."""


@dataclass(frozen=True)
class RemovalReport:
    """A network before and after heads were taken from it.

    Parameters
    ----------
    how : {"zeroed", "padded", "removed"}
    heads : tuple of (layer, head)
    parameters_before, bytes_before, parameters_after, bytes_after : int
        Bytes are those of the weights, in memory as on disk.
    cache_before, cache_after : int
        Bytes that a token takes while text is generated: its keys and values.
    error : float
        The largest difference of a log-probability from the network with the heads masked, in
        nats, over all next tokens in some texts.
    speed_before, speed_after : float, optional
        Tokens a second in one pass, where that was measured.
    """

    how: Removal
    heads: tuple[Head, ...]
    parameters_before: int
    bytes_before: int
    parameters_after: int
    bytes_after: int
    cache_before: int
    cache_after: int
    error: float
    speed_before: float | None = None
    speed_after: float | None = None

    @property
    def saved(self) -> float:
        """Which share of the parameters is gone."""
        return 1.0 - self.parameters_after / self.parameters_before

    def describe(self) -> str:
        """Return one line: heads, parameters, bytes, error, and speed where it was measured."""
        size = (
            f"{self.parameters_before:,} → {self.parameters_after:,} parameters "
            f"({self.bytes_before / 1e6:,.1f} → {self.bytes_after / 1e6:,.1f} MB)"
            if self.parameters_after < self.parameters_before
            else f"{self.parameters_before:,} parameters as before, nothing is saved"
        )
        speed = (
            ""
            if self.speed_before is None or self.speed_after is None
            else f"; {self.speed_before:,.0f} → {self.speed_after:,.0f} tokens/s"
        )
        cache = (
            f"; cache {self.cache_before / 1e3:,.1f} → {self.cache_after / 1e3:,.1f} kB a token"
            if self.cache_after != self.cache_before
            else ""
        )
        heads = "1 head" if len(self.heads) == 1 else f"{len(self.heads)} heads"
        return f"{heads} {self.how}: {size}; error {self.error:.1e}{cache}{speed}"

    def __str__(self) -> str:
        return self.describe()


def removal_report(
    whole: Any,
    new: Any,
    tokenizer: Any,
    *,
    texts: Sequence[str] = SAMPLE_TEXTS,
    speed: bool = False,
) -> RemovalReport:
    """Compare a network that lost heads with the whole one.

    Parameters
    ----------
    whole : transformers.PreTrainedModel
    new : transformers.PreTrainedModel
        What `heads_removed` made of it, or what was loaded from where that was saved.
    tokenizer : transformers.PreTrainedTokenizerBase
    texts : sequence of str
        On which log-probabilities are compared.
    speed : bool
        Whether to measure the speed of both too, which takes some seconds.

    Raises
    ------
    PromptError
        Where the texts have no tokens.
    LanguageModelError
        Where the new network has lost no heads.
    PruningError
        Where it is not the whole network from which they were taken.
    """
    import torch

    record = HeadRecord.of(new.config)
    if record is None:
        raise LanguageModelError("Expected a network from heads_removed(), got one with all heads.")
    rows = [tokenizer(text)["input_ids"] for text in texts]
    if not rows or not all(rows):
        raise PromptError(f"Expected texts with tokens, got {shorten(str(list(texts)))}.")
    error = 0.0
    for row in rows:
        tokens = torch.tensor([row])
        with without_heads(whole, record.heads):
            truth = _log_probs(whole, tokens)
        error = max(error, float((_log_probs(new, tokens) - truth).abs().max()))
    before, after = tokens_per_second(whole, new) if speed else (None, None)
    return RemovalReport(
        record.how,
        record.heads,
        *_size(whole),
        *_size(new),
        _cache(whole),
        _cache(new),
        error,
        before,
        after,
    )


def tokens_per_second(*networks: Any, n_tokens: int = 256, repeats: int = 5) -> tuple[float, ...]:
    """Return how many tokens each network reads in a second.

    Each reads a random text in single passes, the networks by turns, so that other work on the
    machine slows all of them. The fastest pass counts.

    Parameters
    ----------
    *networks : transformers.PreTrainedModel
    n_tokens : int
        Of the text; fewer where a network takes fewer.
    repeats : int
        Passes of each, after one that is not counted.
    """
    import torch

    best = [inf] * len(networks)
    lengths = [min(n_tokens, context_length(network) or n_tokens) for network in networks]
    drawn = torch.Generator().manual_seed(0)
    for turn in range(repeats + 1):
        for place, network in enumerate(networks):
            words = network.get_input_embeddings().num_embeddings
            tokens = torch.randint(0, words, (1, lengths[place]), generator=drawn)
            started = time.perf_counter()
            _logits(network, tokens)[:, -1].cpu()
            seconds = time.perf_counter() - started
            best[place] = min(best[place], seconds if turn else inf)
    return tuple(length / seconds for length, seconds in zip(lengths, best, strict=True))


def _logits(network: Any, tokens: Tensor) -> Tensor:
    import torch

    with torch.inference_mode():
        logits: Tensor = network(input_ids=tokens.to(network.device), use_cache=False).logits
    return logits


def _log_probs(network: Any, tokens: Tensor) -> Tensor:
    return _logits(network, tokens).cpu().double().log_softmax(-1)


def _cache(network: Any) -> int:
    """Return how many bytes the keys and values of one token take."""
    import torch
    from transformers import DynamicCache

    cache: Any = DynamicCache()
    token = torch.zeros(1, 1, dtype=torch.long, device=network.device)
    with torch.inference_mode():
        network(input_ids=token, use_cache=True, **{cache_name(network): cache})
    return sum(each.nbytes for layer in cache.layers for each in (layer.keys, layer.values))


def _size(network: Any) -> tuple[int, int]:
    """Return how many parameters a network has, and how many bytes they take."""
    parameters = list(network.parameters())
    return (
        sum(each.numel() for each in parameters),
        sum(each.numel() * each.element_size() for each in parameters),
    )

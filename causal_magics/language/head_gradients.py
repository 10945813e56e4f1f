"""How log-probabilities change with the strength of each head, all heads in one backward pass.

Each text has a mask of its own, all ones, and the gradient at it says what a head is worth to first
order: Michel, Levy and Neubig, "Are sixteen heads really better than one?" (NeurIPS 2019), Eq. 5,
here with its sign and for each text apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.bars import bars_are_off
from causal_magics.language.branching import Bundle
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.head_masks import HeadSites, masked

__all__ = ["head_gradients"]

BATCH_TOKENS = 512
"""How many tokens are in one pass; their logits take a third of its memory."""


@dataclass(frozen=True, slots=True)
class _Text:
    """Tokens that are read, and the terms of the sum: column, next token and weight."""

    bundle: int
    tokens: tuple[int, ...]
    terms: tuple[tuple[int, int, float], ...]


def head_gradients(
    model: CausalLM, bundles: Sequence[Bundle], weights: Sequence[Sequence[float]]
) -> NDArray[np.float64]:
    """Return the gradient of weighted sums of log-probabilities by the strength of each head.

    Parameters
    ----------
    model : CausalLM
        Of any architecture whose heads can be masked.
    bundles : sequence of sequence of TokenPair
    weights : sequence of sequence of float
        Of each pair in the sum of its bundle.

    Returns
    -------
    array, shape (bundles, layers, heads)
        Without a head, a sum is less by about that much.

    Raises
    ------
    LanguageModelError
        Where the model has no separable heads.
    """
    import torch
    from tqdm.auto import tqdm

    shape = HeadSites.of(model.network).shape
    found = np.zeros((len(bundles), *shape))
    texts = _texts(bundles, weights)
    with (
        torch.inference_mode(mode=False),
        torch.enable_grad(),
        tqdm(
            total=len(texts), unit="text", desc="Gradients", delay=1.0, leave=False,
            disable=bars_are_off(),
        ) as bar,
    ):  # fmt: skip
        for batch in _batches(texts):
            mask = torch.ones(len(batch), *shape, requires_grad=True)
            with masked(model.network, mask):
                total = _total(model.network, batch)
            (slopes,) = torch.autograd.grad(total, mask)
            np.add.at(found, [text.bundle for text in batch], slopes.double().cpu().numpy())
            bar.update(len(batch))
    return found


def _texts(bundles: Sequence[Bundle], weights: Sequence[Sequence[float]]) -> list[_Text]:
    """Return what is read: pairs of a bundle with the same tokens but the last are one text."""
    terms: dict[tuple[int, tuple[int, ...]], list[tuple[int, int, float]]] = {}
    for index, (bundle, factors) in enumerate(zip(bundles, weights, strict=True)):
        for (prompt, continuation), factor in zip(bundle, factors, strict=True):
            if not len(continuation) or not factor:
                continue
            tokens = (*prompt, *continuation[:-1])
            first = len(prompt) - 1
            terms.setdefault((index, tokens), []).extend(
                (first + place, token, factor) for place, token in enumerate(continuation)
            )
    return [_Text(index, tokens, tuple(rows)) for (index, tokens), rows in terms.items()]


def _batches(texts: list[_Text]) -> Iterator[list[_Text]]:
    batch: list[_Text] = []
    for text in sorted(texts, key=lambda each: len(each.tokens)):
        if batch and (len(batch) + 1) * len(text.tokens) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(text)
    if batch:
        yield batch


def _total(network: Any, batch: list[_Text]) -> Any:
    """Return the weighted sum of log-probabilities of all texts."""
    import torch

    width = max(len(text.tokens) for text in batch)
    tokens = torch.zeros(len(batch), width, dtype=torch.long)
    real = torch.zeros_like(tokens)
    for row, text in enumerate(batch):
        tokens[row, : len(text.tokens)] = torch.tensor(text.tokens)
        real[row, : len(text.tokens)] = 1
    logits = network(
        input_ids=tokens.to(network.device), attention_mask=real.to(network.device),
        use_cache=False,
    ).logits  # fmt: skip
    rows, columns, asked, factors = (
        torch.tensor(part, device=network.device)
        for part in zip(
            *(
                (row, column, token, factor)
                for row, text in enumerate(batch)
                for column, token, factor in text.terms
            ),
            strict=True,
        )
    )
    places, terms = torch.unique(rows * width + columns, return_inverse=True)
    chances = logits[places // width, places % width].float().log_softmax(-1)
    return (chances[terms, asked] * factors).sum()

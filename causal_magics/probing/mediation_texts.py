"""From pairs of prompts to texts side by side, in blocks that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import PromptError, shorten
from causal_magics.language.anatomy import Anatomy
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.interventions import Wanted
from causal_magics.language.tracing import Texts
from causal_magics.probing.prompt_pairs import PromptPair

Tokens = Literal["mean", "sum"]
BLOCK_PAIRS = 12
"""How many pairs are run together at most: what is finished when a run is stopped."""
BLOCK_BYTES = 2**28
"""How much memory the hidden states of a block's rows may take."""


@dataclass(frozen=True, slots=True)
class Line:
    """One text of a pair: tokens under both prompts, and the terms that are summed at its end.

    Parameters
    ----------
    pair : int
        Which pair it belongs to.
    base, counterfactual : tuple of int
        As many tokens each.
    terms : tuple of (int, int, float)
        Places from the end (1 is the last token), the token that follows there, its weight.
    """

    pair: int
    base: tuple[int, ...]
    counterfactual: tuple[int, ...]
    terms: tuple[tuple[int, int, float], ...]

    @property
    def n_open(self) -> int:
        """How many tokens there are from the first that differs."""
        differs = [a != b for a, b in zip(self.base, self.counterfactual, strict=True)]
        return len(differs) - differs.index(True)


@dataclass(frozen=True, eq=False)
class Block:
    """Pairs that are run together.

    Parameters
    ----------
    pairs : array of int
        Which.
    owners : array of int, shape (texts,)
        For each text the place of its pair in `pairs`.
    base, counterfactual : Texts
    wanted : Wanted
    """

    pairs: NDArray[np.int64]
    owners: NDArray[np.int64]
    base: Texts
    counterfactual: Texts
    wanted: Wanted

    def by_pair(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sums of texts as sums of pairs, along the first axis."""
        found = np.zeros((len(self.pairs), *values.shape[1:]))
        np.add.at(found, self.owners, values)
        return found


def lines_of(pairs: Sequence[PromptPair], model: CausalLM, tokens: Tokens) -> list[Line]:
    """Return the texts of pairs: one where both words are one token, two elsewhere.

    Raises
    ------
    PromptError
        Where the prompts of a pair have unlike numbers of tokens, or are the same tokens.
    """
    prompts = [(pair.base, pair.counterfactual) for pair in pairs]
    words = [(pair.expected, pair.other) for pair in pairs]
    asked = [
        (prompt, word)
        for both, options in zip(prompts, words, strict=True)
        for prompt in both
        for word in options
    ]
    encoded = model.encode(asked)
    lines = []
    for index, pair in enumerate(pairs):
        four = [(tuple(a), tuple(b)) for a, b in encoded[4 * index : 4 * index + 4]]
        (base, first), (_, second), (other, first_there), (_, second_there) = four
        _check_alike(pair, base, other)
        if (first, second) != (first_there, second_there):
            raise PromptError(
                f"Expected words that are the same tokens after both prompts of "
                f"{shorten(pair.base)}. Begin them with a space."
            )
        if len(first) == len(second) == 1:
            either = ((1, first[0], -1.0), (1, second[0], 1.0))
            lines.append(Line(index, base, other, either))
            continue
        for word, sign in ((first, -1.0), (second, 1.0)):
            weight = sign / len(word) if tokens == "mean" else sign
            terms = tuple((len(word) - k, token, weight) for k, token in enumerate(word))
            lines.append(Line(index, base + word[:-1], other + word[:-1], terms))
    return lines


def _check_alike(pair: PromptPair, base: tuple[int, ...], other: tuple[int, ...]) -> None:
    if len(base) != len(other):
        raise PromptError(
            f"Expected both prompts of a pair to have as many tokens, got {len(base)} and "
            f"{len(other)} for {shorten(pair.base)} and {shorten(pair.counterfactual)}. Choose "
            "other words, or keep what fits with aligned_pairs()."
        )
    if base == other:
        raise PromptError(f"Both prompts of {shorten(pair.base)} are the same to the model.")


def blocks_of(lines: Sequence[Line], anatomy: Anatomy, n_rows: int, device: Any) -> Iterator[Block]:
    """Yield the texts in blocks, pairs with as many open tokens beside each other.

    Parameters
    ----------
    lines : sequence of Line
    anatomy : Anatomy
    n_rows : int
        How many interventions are run on each text.
    device
        Where tensors go.

    Raises
    ------
    PromptError
        Where a text is longer than the model takes.
    """
    by_pair: dict[int, list[Line]] = {}
    for line in lines:
        if len(line.base) > anatomy.longest:
            raise PromptError(
                f"Expected prompts of at most {anatomy.longest:.0f} tokens, got {len(line.base)}."
            )
        by_pair.setdefault(line.pair, []).append(line)
    width = anatomy.head_outputs[0].shape[-1]
    order = sorted(by_pair, key=lambda pair: max(line.n_open for line in by_pair[pair]))
    block: list[Line] = []
    for pair in order:
        grown = [*block, *by_pair[pair]]
        n_open = max(line.n_open for line in grown)
        too_large = len(grown) * n_open * (n_rows + 1) * width * 4 > BLOCK_BYTES
        if block and (too_large or len({line.pair for line in grown}) > BLOCK_PAIRS):
            yield _block(block, device)
            block = by_pair[pair]
        else:
            block = grown
    if block:
        yield _block(block, device)


def _block(lines: Sequence[Line], device: Any) -> Block:
    import torch

    n_open = max(line.n_open for line in lines)
    n_terms = max(len(line.terms) for line in lines)
    columns = np.zeros((len(lines), n_terms), dtype=np.int64)
    tokens, weights = columns.copy(), np.zeros((len(lines), n_terms))
    for row, line in enumerate(lines):
        for k, (from_end, token, weight) in enumerate(line.terms):
            columns[row, k], tokens[row, k] = n_open - from_end, token
            weights[row, k] = weight
        columns[row, len(line.terms) :] = n_open - 1
    pairs, owners = np.unique([line.pair for line in lines], return_inverse=True)
    base = Texts.aligned([line.base for line in lines], n_open, device)
    other = Texts.aligned([line.counterfactual for line in lines], n_open, device)
    wanted = (torch.from_numpy(array).to(device) for array in (columns, tokens, weights))
    return Block(pairs, owners, base, other, Wanted(*wanted))

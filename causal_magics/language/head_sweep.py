"""What a model says without each of its heads, computed exactly, all heads in one growing batch.

Zeros take the place of a head's output at every token. What texts share is run once, whatever
bundle they are of, and a head that is absent is run from its layer on: see `interventions`. Where
an architecture cannot be taken apart, each head is cut in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import LanguageModelError
from causal_magics.language.anatomy import FAMILIES, Anatomy, anatomy_of
from causal_magics.language.branching import Bundle, branches, bundle_trie
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.changes import head_removals
from causal_magics.language.head_masks import HeadSites, without_heads
from causal_magics.language.interventions import swept
from causal_magics.language.naive import TokenPair
from causal_magics.language.tracing import trace

__all__ = ["HeadSweep", "SweepBlock"]

BLOCK_BYTES = 2**28
"""What the states of all rows of a block may take."""
BLOCK_TOKENS = 64
"""How many tokens a block of several bundles may have: attention looks from each at all."""


@dataclass(frozen=True, eq=False)
class SweepBlock:
    """Bundles that are run together.

    Parameters
    ----------
    bundles : array of int
        Which.
    pairs : Bundle
        Their prompts and continuations, one after the other.
    """

    bundles: NDArray[np.int64]
    pairs: Bundle


class HeadSweep:
    """Runs texts without each head of a model in turn.

    Parameters
    ----------
    model : CausalLM
        Heads that a mask cuts meanwhile are absent throughout.

    Raises
    ------
    LanguageModelError
        Where the model has no separable heads.
    """

    def __init__(self, model: CausalLM) -> None:
        self.model = model
        self.shape = HeadSites.of(model.network).shape
        self.anatomy: Anatomy | None = None
        if model.network.config.model_type in FAMILIES:
            self.anatomy = anatomy_of(model.network)

    def blocks(self, bundles: Sequence[Bundle]) -> Iterator[SweepBlock]:
        """Yield bundles in blocks, those of like beginnings beside each other.

        Raises
        ------
        LanguageModelError
            Where a text is longer than the model takes.
        """
        self._check_lengths(bundles)
        width = self.model.network.config.get_text_config().hidden_size
        n_rows = self.shape[0] * self.shape[1] + 1
        most = min(BLOCK_TOKENS, BLOCK_BYTES // (4 * width * n_rows))
        block: list[int] = []
        pairs: list[TokenPair] = []
        for bundle in sorted(range(len(bundles)), key=lambda each: _text(bundles[each])):
            joined = [*pairs, *bundles[bundle]]
            if block and bundle_trie(joined).size > most:
                yield SweepBlock(np.array(block), pairs)
                block, joined = [], [*bundles[bundle]]
            block, pairs = [*block, bundle], joined
        if block:
            yield SweepBlock(np.array(block), pairs)

    def log_probs(self, block: SweepBlock, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the log-probability of each pair of a block without each chosen head.

        Parameters
        ----------
        block : SweepBlock
        chosen : array of bool, shape (layers, heads)

        Returns
        -------
        array, shape (pairs, layers, heads)
            NaN for heads that are not chosen.
        """
        found = np.full((len(block.pairs), *self.shape), np.nan)
        if self.anatomy is None:
            for layer, head in np.argwhere(chosen).tolist():
                with without_heads(self.model.network, [(layer, head)]):
                    found[:, layer, head] = self.model.score_encoded(block.pairs)
            return found
        for layer, sums in enumerate(self._sums(block, chosen)):
            if sums is not None:
                found[:, layer, chosen[layer]] = sums
        return found

    def _sums(
        self, block: SweepBlock, chosen: NDArray[np.bool_]
    ) -> Iterator[NDArray[np.float64] | None]:
        """Yield for each layer log-probabilities, shape (pairs, chosen heads)."""
        import torch

        assert self.anatomy is not None
        texts, wanted = branches(block.pairs, self.model.network.device)
        with torch.inference_mode():
            run = trace(self.anatomy, texts)
            removals = head_removals(self.anatomy, run, chosen)
            answers = swept(self.anatomy, run, wanted, removals, lambda _: None)
        for sums, _ in answers:
            yield None if sums is None else sums[0].T.cpu().numpy()

    def _check_lengths(self, bundles: Sequence[Bundle]) -> None:
        if self.anatomy is None:
            return
        longest = max(len(a) + len(b) - 1 for bundle in bundles for a, b in bundle)
        if longest > self.anatomy.longest:
            raise LanguageModelError(
                f"Expected texts of at most {self.anatomy.longest:.0f} tokens, got one of "
                f"{longest}. Use shorter ones."
            )


def _text(bundle: Bundle) -> tuple[int, ...]:
    prompt, continuation = bundle[0]
    return (*prompt, *continuation)

"""FASP: which heads to prune, from what each does to bias and to perplexity.

Zayed et al., "Fairness-Aware Structured Pruning in Transformers" (AAAI 2024), Algorithm 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import floor
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import OptionError, PruningError, shorten
from causal_magics.language.head_masks import checked_heads_of
from causal_magics.language.head_panels import Head
from causal_magics.options import check_count
from causal_magics.pruning.head_effects import HeadEffects

__all__ = ["Choice", "check_shares", "fasp", "group_size_of", "protected_heads"]

Floats = NDArray[np.float64]
ROUNDING = 1e-9
"""What a share times a number of heads may lack of a whole number: .3 × 10 is 3."""


def fasp(
    effects: HeadEffects,
    *,
    alpha: float,
    gamma: float,
    keep: Iterable[Head] = (),
    helpful_only: bool = False,
    group_size: int = 1,
) -> tuple[Head, ...]:
    """Return the heads that bring most bias, but for those that perplexity needs most.

    Of N heads the ⌊γN⌋ of largest z_perplexity are protected; of the others, the ⌊αN⌋ of largest
    z_bias are pruned. The paper prunes as many whatever the sign of z_bias, and so does this.

    Parameters
    ----------
    effects : HeadEffects
        Heads that were removed in it are neither counted nor chosen.
    alpha, gamma : float
        Shares of all heads.
    keep : iterable of (layer, head)
        Heads that are not pruned, beside those protected.
    helpful_only : bool
        Whether heads are left out whose pruning does not lower bias, so that there may be fewer.
    group_size : int
        How many neighbouring heads are pruned together or not at all, their effects added. With as
        many as share keys and values (`group_size_of`), these are saved too.

    Returns
    -------
    tuple of (layer, head)
        In order.

    Raises
    ------
    OptionError
        Where the shares are below 0, no numbers, or together more than 1.
    PruningError
        Where a head to keep is not in the model, effects are NaN, or too few heads are left.
    """
    check_shares(alpha, gamma)
    choice = Choice.among(effects, keep, group_size)
    protected = choice.largest(effects.z_perplexity, choice.count(gamma), choice.present)
    free = choice.present & ~choice.kept & ~protected
    if helpful_only:
        free &= choice.joined(effects.z_bias) > 0
        wanted = min(choice.count(alpha), int(free.sum()))
    else:
        wanted = choice.count(alpha)
    return choice.heads(choice.largest(effects.z_bias, wanted, free))


def group_size_of(network: Any) -> int:
    """Return how many query heads of a network share keys and values."""
    config = network.config.get_text_config()
    n_heads = config.num_attention_heads
    shared = getattr(config, "num_key_value_heads", None) or n_heads
    return int(n_heads // shared)


def check_shares(
    pruned: object, protected: object, names: tuple[str, str] = ("alpha", "gamma")
) -> None:
    """Raise `OptionError` where two shares of heads are none; they are called by their names."""
    for name, value in zip(names, (pruned, protected), strict=True):
        is_number = isinstance(value, Real) and not isinstance(value, bool)
        if not is_number or not 0 <= value <= 1:  # type: ignore[operator]
            raise OptionError(f"Expected {name} from 0 to 1, got {shorten(str(value))}.")
    if pruned + protected > 1.0 + ROUNDING:  # type: ignore[operator]
        raise OptionError(
            f"Expected {names[0]} (the share pruned) and {names[1]} (the share protected) to be at "
            f"most 1 together, got {pruned} + {protected}. Lower one of them."
        )


def protected_heads(effects: HeadEffects, gamma: float) -> tuple[Head, ...]:
    """Return the ⌊γN⌋ heads that perplexity needs most, of those that are there."""
    choice = Choice.among(effects, (), 1)
    return choice.heads(choice.largest(effects.z_perplexity, choice.count(gamma), choice.present))


class Choice:
    """Heads, or groups of neighbouring heads, that can be chosen.

    Parameters
    ----------
    shape : (int, int)
        Layers and heads.
    group_size : int
    present, kept : array of bool, shape (layers, groups)
        Those that are in the model, and those that must stay.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        group_size: int,
        removed: Iterable[Head] = (),
        keep: Iterable[Head] = (),
    ) -> None:
        check_count("group_size", group_size)
        if shape[1] % group_size:
            raise PruningError(
                f"Expected groups of heads that fill a layer of {shape[1]} heads, got groups of "
                f"{group_size}."
            )
        self.shape = shape
        self.group_size = group_size
        self.removed = checked_heads_of(removed, shape)
        self.present = self._counts(self.removed) < group_size
        self.keep = checked_heads_of(keep, shape)
        self.kept = self._counts(self.keep) > 0

    @classmethod
    def among(cls, effects: HeadEffects, keep: Iterable[Head], group_size: int) -> Choice:
        """Return what can be chosen by effects, which must be numbers."""
        for name, values in (("bias", effects.z_bias), ("perplexity", effects.z_perplexity)):
            if np.isnan(values).any():
                raise PruningError(
                    f"Expected the effect of each head on {name} to be a number, got NaN. Use more "
                    "prompts, or load the model with dtype float32."
                )
        return cls(effects.shape, group_size, effects.removed, keep)

    def count(self, share: float) -> int:
        """Return how many groups a share of all heads is."""
        n_heads = self.shape[0] * self.shape[1]
        return floor(floor(share * n_heads + ROUNDING) / self.group_size)

    def joined(self, values: Floats) -> Floats:
        """Return values of heads summed over groups, (layers, groups)."""
        found: Floats = values.reshape(self.shape[0], -1, self.group_size).sum(axis=-1)
        return found

    def largest(self, values: Floats, count: int, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which groups have the largest values; of equal ones the first are taken.

        Raises
        ------
        PruningError
            Where there are fewer.
        """
        if count > among.sum():
            raise PruningError(
                f"Expected to choose {count} heads or groups of them, but {int(among.sum())} are "
                "free. Choose fewer, keep fewer, or lower gamma."
            )
        order = np.argsort(-np.where(among, self.joined(values), -np.inf), axis=None, kind="stable")
        chosen = np.zeros(among.shape, dtype=bool)
        chosen.flat[order[:count]] = True
        return chosen

    def heads(self, chosen: NDArray[np.bool_]) -> tuple[Head, ...]:
        """Return the heads of chosen groups, but for those that are absent already."""
        found = np.argwhere(np.repeat(chosen, self.group_size, axis=-1)).tolist()
        return tuple((layer, head) for layer, head in found if (layer, head) not in self.removed)

    def _counts(self, heads: tuple[Head, ...]) -> Floats:
        """Return how many of the heads each group has."""
        mask = np.zeros(self.shape)
        for head in heads:
            mask[head] = 1.0
        return self.joined(mask)

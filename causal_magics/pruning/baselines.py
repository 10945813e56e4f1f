"""What FASP is compared with: other ways to choose as many heads.

As in Zayed et al., "Fairness-Aware Structured Pruning in Transformers" (AAAI 2024): at random, by
the magnitude of weights, by that of gradients (Michel, Levy and Neubig, NeurIPS 2019, Eq. 5), and
by each of the two effects alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.language.anatomy import input_weight
from causal_magics.language.head_gradients import head_gradients
from causal_magics.language.head_layouts import FAMILIES, LayerHeads, layers_of
from causal_magics.language.head_masks import HeadSites, without_heads
from causal_magics.language.head_panels import Head
from causal_magics.options import check_option
from causal_magics.pruning.head_effects import HeadEffects
from causal_magics.pruning.selection import Choice, check_shares
from causal_magics.pruning.workload import Workload

__all__ = ["BASELINES", "Baseline", "baseline", "weight_magnitudes"]

Baseline = Literal["random", "magnitude", "gradient magnitude", "bias only", "perplexity only"]
BASELINES: tuple[Baseline, ...] = get_args(Baseline)
Floats = NDArray[np.float64]


def baseline(
    name: Baseline,
    workload: Workload,
    effects: HeadEffects,
    *,
    alpha: float,
    keep: Iterable[Head] = (),
    seed: int = 0,
    group_size: int = 1,
) -> tuple[Head, ...]:
    """Return the ⌊αN⌋ heads that another method would prune.

    Parameters
    ----------
    name : {"random", "magnitude", "gradient magnitude", "bias only", "perplexity only"}
        Heads at random; those of the smallest weights (`weight_magnitudes`); those by whose
        strength the loss of a window changes least, |gradient| averaged over windows; those of
        largest z_bias; those of smallest z_perplexity.
    workload : Workload
    effects : HeadEffects
        Of the workload.
    alpha : float
        Share of all heads.
    keep : iterable of (layer, head)
        Heads that are not pruned.
    seed : int
        Of random heads.
    group_size : int
        See `fasp`.

    Returns
    -------
    tuple of (layer, head)
        In order.

    Raises
    ------
    OptionError
        Where there is no such baseline, or the share is none.
    PruningError
        Where a head to keep is not in the model, or too few are left.
    """
    check_option("baseline", name, BASELINES)
    check_shares(alpha, 0.0)
    rules: dict[Baseline, Callable[[], Floats]] = {
        "random": lambda: np.random.default_rng(seed).random(effects.shape),
        "magnitude": lambda: -weight_magnitudes(workload.model.network),
        "gradient magnitude": lambda: -_gradient_magnitudes(workload, effects.removed),
        "bias only": lambda: effects.z_bias,
        "perplexity only": lambda: -effects.z_perplexity,
    }
    choice = Choice.among(effects, keep, group_size)
    chosen = choice.largest(rules[name](), choice.count(alpha), choice.present & ~choice.kept)
    return choice.heads(chosen)


def weight_magnitudes(network: Any) -> Floats:
    """Return the mean size of the weights of each head, (layers, heads).

    They are its columns of the output projection and its rows of the projections for queries, keys
    and values; those for keys and values count for every head that shares them. In architectures
    of which only the output projection is known, that alone counts.

    Raises
    ------
    LanguageModelError
        Where the model has no separable heads.
    """
    sites = HeadSites.of(network)
    layers = layers_of(network) if network.config.model_type in FAMILIES else ()
    found = np.zeros(sites.shape)
    for place, module in enumerate(sites.modules):
        sums, counts = _by_block(module, sites.head_size, "in")
        if layers:
            for extra, count in _read_by(layers[place], sites.head_size):
                sums, counts = sums + extra, counts + count
        found[place] = sums / counts
    return found


def _read_by(layer: LayerHeads, size: int) -> Iterable[tuple[Floats, Floats]]:
    """Yield for each of queries, keys and values the sums and counts of each head's weights."""
    sizes = layer.sizes
    group_of = np.repeat(np.arange(len(sizes)), sizes)
    totals: dict[tuple[str, int], tuple[float, float]] = {}
    for name, blocks in layer.inputs(sizes).items():
        sums, counts = _by_block(getattr(layer.attention, name), size, "out")
        totals |= dict(zip(blocks, zip(sums, counts, strict=True), strict=True))
    heads = np.arange(len(group_of))
    for role, places in (("query", heads), ("key", group_of), ("value", group_of)):
        both = np.array([totals[role, int(place)] for place in places])
        yield both[:, 0], both[:, 1]


def _by_block(module: Any, size: int, side: Literal["in", "out"]) -> tuple[Floats, Floats]:
    """Return sums of |weight| over blocks of what a projection takes or gives, and their counts."""
    weight = input_weight(module).double().abs()
    parts = (weight if side == "in" else weight.T).unflatten(0, (-1, size))
    sums = parts.sum(dim=(1, 2)).cpu().numpy()
    return sums, np.full(len(sums), float(parts[0].numel()))


def _gradient_magnitudes(workload: Workload, removed: tuple[Head, ...]) -> Floats:
    windows = workload.windows
    with without_heads(workload.model.network, removed):
        slopes = head_gradients(workload.model, windows, [[-1.0]] * len(windows))
    return np.asarray(np.abs(slopes).mean(axis=0))

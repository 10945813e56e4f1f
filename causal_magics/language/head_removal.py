"""Networks without some of their heads: zeroed, padded to a plain network, or really removed."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, get_args

from causal_magics.errors import LanguageModelError, shorten
from causal_magics.language.head_layouts import (
    FAMILIES,
    LayerHeads,
    keep_heads,
    layers_of,
    take_blocks,
)
from causal_magics.language.head_masks import HeadSites, checked_heads_of
from causal_magics.language.head_panels import Head
from causal_magics.language.head_record import HeadRecord, Removal
from causal_magics.language.head_slots import (
    Sizes,
    Slots,
    kept_slots,
    padded_slots,
    zeroed_slots,
)
from causal_magics.options import check_option

__all__ = ["Removal", "RemovalWarning", "heads_removed", "reshape_layers"]


class RemovalWarning(UserWarning):
    """Nothing is saved by taking heads away."""


def heads_removed(network: Any, heads: Iterable[Head], how: Removal = "zeroed") -> Any:
    """Return a new network without some heads; the given one stays as it is.

    Log-probabilities are those of the network with the heads masked: exactly where they are
    zeroed, and to the rounding of sums where matrices become smaller, which is up to 3e-4 nats for
    smollm2 in float32 and nothing in float64.

    ``"zeroed"`` sets the parameters of a head to zero. Nothing gets smaller, and everything that
    reads networks of transformers reads it. ``"padded"`` gives every layer as many heads as the
    one that keeps most needs, so that plain transformers reads it still: the configuration says
    how many. ``"removed"`` gives each layer its own heads only. Such a network generates and is
    saved as any other, but only `load_model` builds it again: ``from_pretrained`` of transformers
    ends in an error about the sizes of parameters.

    Where query heads share keys and values, these go with the last head that reads them. In a
    layer that keeps groups of different sizes parameters are gone, but attention takes as long as
    if all groups were as large as the largest. Padded layers can have keys and values twice, where
    that takes fewer parameters: then the cache of generation grows.

    Parameters
    ----------
    network : transformers.PreTrainedModel
    heads : iterable of (layer, head)
        Both from 0. Heads that were zeroed before stay away.
    how : {"zeroed", "padded", "removed"}
        Zeroed on every architecture whose heads can be masked; padded on llama, mistral, qwen2,
        qwen3 and gemma2; removed on these and on phi, opt, gpt2, gpt_neo, gptj and gpt_neox.

    Returns
    -------
    transformers.PreTrainedModel

    Raises
    ------
    LanguageModelError
        Where the network has no separable heads, or its architecture cannot lose them this way.
    PruningError
        Where a head is not in the network.
    OptionError
        Where `how` is unknown.

    Warns
    -----
    RemovalWarning
        Where padding saves nothing, since a layer keeps too many heads.
    """
    check_option("how", how, get_args(Removal))
    sites = HeadSites.of(network)
    _check_family(network.config.model_type, how)
    taken = checked_heads_of(heads, sites.shape)
    earlier = HeadRecord.of(network.config)
    if earlier is not None and earlier.how == "zeroed":
        taken = checked_heads_of([*taken, *earlier.heads], sites.shape)
    new = copy.deepcopy(network)
    outputs = _copies(sites.modules, network, new)
    for output in outputs:  # a mask that holds at the moment is no part of the new network
        output._forward_pre_hooks.clear()  # noqa: SLF001 - there is no other way to drop them
    kept = [
        [head for head in range(sites.n_heads) if (layer, head) not in taken]
        for layer in range(len(outputs))
    ]
    record = HeadRecord(how, taken)
    if network.config.model_type in FAMILIES:
        slots = _change(new, kept, how)
        if how == "removed":
            record = replace(record, sizes=tuple(each.sizes for each in slots))
    else:
        for output, each in zip(outputs, kept, strict=True):
            blocks = [head if head in each else None for head in range(sites.n_heads)]
            take_blocks(output, blocks, sites.head_size, side="in")
    record.write(new.config)
    return new


def reshape_layers(network: Any, sizes: Sequence[Sizes]) -> None:
    """Give a new network's layers so many heads, in which nothing stands yet.

    Parameters
    ----------
    network : transformers.PreTrainedModel
        Of a family whose heads can be removed; it is changed.
    sizes : sequence of tuple of int
        For each layer and each of its heads of keys and values, how many query heads read it.
    """
    for layer, each in zip(layers_of(network), sizes, strict=True):
        keep_heads(layer, Slots.zeros(each))


def _check_family(model_type: str, how: Removal) -> None:
    possible = {
        "padded": [name for name, family in FAMILIES.items() if family.padded],
        "removed": [name for name, family in FAMILIES.items() if family.removable],
    }
    if how != "zeroed" and model_type not in possible[how]:
        ways = ["zeroed", *(way for way, names in possible.items() if model_type in names)]
        raise LanguageModelError(
            f"Expected a network whose heads can be {how} ({', '.join(possible[how])}), got one of "
            f"the architecture {shorten(model_type)}. Its heads can be {' or '.join(ways)}."
        )


def _copies(modules: Sequence[Any], network: Any, new: Any) -> list[Any]:
    """Return what modules of a network became in its copy."""
    sought = {id(module) for module in modules}
    pairs = zip(network.modules(), new.modules(), strict=True)
    return [copied for module, copied in pairs if id(module) in sought]


def _change(network: Any, kept: Sequence[Sequence[int]], how: Removal) -> list[Slots]:
    """Keep these heads of each layer, and return where they stand."""
    layers = layers_of(network)
    pairs = list(zip(kept, (layer.sizes for layer in layers), strict=True))
    slots = [zeroed_slots(*pair) for pair in pairs]
    if how == "removed":
        slots = [kept_slots(*pair) for pair in pairs]
    elif how == "padded":
        slots = _padded(network.config, kept, layers[0]) or slots
    for layer, each in zip(layers, slots, strict=True):
        keep_heads(layer, each)
    return slots


def _padded(config: Any, kept: Sequence[Sequence[int]], layer: LayerHeads) -> list[Slots] | None:
    """Return slots of one shape, which the configuration is told, or None with a warning."""
    slots = padded_slots(kept, layer.sizes, partial(_is_valid, config, layer.head_size))
    if slots is None:
        most = max(len(each) for each in kept)
        warnings.warn(
            f"Nothing is saved by padding: a layer keeps {most} of its heads, and no smaller "
            "network that plain transformers reads has room for all. Heads are zeroed.",
            RemovalWarning,
            stacklevel=4,
        )
        return None
    _tell(config, len(slots[0].sizes), slots[0].sizes[0], layer.head_size)
    return slots


def _is_valid(config: Any, head_size: int, n_groups: int, size: int) -> bool:
    """Return whether a configuration allows such layers."""
    from huggingface_hub.errors import StrictDataclassError

    config = copy.deepcopy(config)
    _tell(config, n_groups, size, head_size)
    try:
        config.validate()
    except StrictDataclassError:
        return False
    return True


def _tell(config: Any, n_groups: int, size: int, head_size: int) -> None:
    config.head_dim = head_size
    config.num_attention_heads = n_groups * size
    config.num_key_value_heads = n_groups

"""Where the parameters of each head lie, in the families of transformers, and how to take some.

An attention reads the hidden states by one or three projections, whose rows are blocks of one head
each, and writes by an output projection, whose columns are such blocks. A cut network is made of
chosen blocks, by one rule for all families; a block that is asked for and not there is zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from causal_magics.language.anatomy import input_weight
from causal_magics.language.head_slots import Sizes, Slots

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["FAMILIES", "Family", "LayerHeads", "keep_heads", "layers_of", "take_blocks"]

Block = tuple[Literal["query", "key", "value"], int]
"""What a block of rows computes, and for which head."""


@dataclass(frozen=True)
class Family:
    """How an architecture of transformers names the parts of its attention.

    Parameters
    ----------
    layers, attention, output : str
        The list of layers, the attention in a layer, and the output projection in an attention.
    removable : bool
        Whether a layer can have fewer heads than its neighbours.
    padded : bool
        Whether the configuration says how large a head is, so that there can be fewer.
    """

    layers: str
    attention: str
    output: str
    removable: bool = True
    padded: bool = False


_LLAMA = Family("model.layers", "self_attn", "o_proj", padded=True)
FAMILIES: Mapping[str, Family] = MappingProxyType({
    **dict.fromkeys(("llama", "mistral", "qwen2", "qwen3", "gemma2"), _LLAMA),
    "phi": Family("model.layers", "self_attn", "dense"),
    "opt": Family("model.decoder.layers", "self_attn", "out_proj"),
    "gpt2": Family("transformer.h", "attn", "c_proj"),
    "gpt_neo": Family("transformer.h", "attn.attention", "out_proj"),
    "gptj": Family("transformer.h", "attn", "out_proj"),
    "gpt_neox": Family("gpt_neox.layers", "attention", "dense"),
    "bloom": Family("transformer.h", "self_attention", "dense", removable=False),
    "falcon": Family("transformer.h", "self_attention", "dense", removable=False),
})  # fmt: skip
"""The architectures whose heads are known, by their ``model_type``."""


@dataclass(frozen=True, eq=False)
class LayerHeads:
    """The attention of one layer, and how its heads lie in it.

    Parameters
    ----------
    parent : module
        What holds the attention, under `name`.
    name : str
    output_name : str
        What the attention calls its output projection.
    head_size : int
    """

    parent: Any
    name: str
    output_name: str
    head_size: int

    @property
    def attention(self) -> Any:
        """The attention."""
        return getattr(self.parent, self.name)

    @property
    def output(self) -> Any:
        """The output projection."""
        return getattr(self.attention, self.output_name)

    @property
    def sizes(self) -> Sizes:
        """For each head of keys and values, how many query heads read it."""
        attention = self.attention
        n_heads = _ends(self.output)[0] // self.head_size
        if hasattr(attention, "k_proj"):
            n_groups = _ends(attention.k_proj)[1] // self.head_size
        else:
            n_groups = getattr(attention, "num_kv_heads", n_heads)
        return (n_heads // n_groups,) * n_groups

    def inputs(self, sizes: Sizes) -> dict[str, list[Block]]:
        """Return the blocks of each input projection, where the heads are these."""
        attention = self.attention
        queries: list[Block] = [("query", head) for head in range(sum(sizes))]
        keys: list[Block] = [("key", group) for group in range(len(sizes))]
        values: list[Block] = [("value", group) for group in range(len(sizes))]
        if hasattr(attention, "q_proj"):
            return {"q_proj": queries, "k_proj": keys, "v_proj": values}
        if hasattr(attention, "c_attn"):
            return {"c_attn": [*queries, *keys, *values]}
        parts = zip(pairwise(accumulate(sizes, initial=0)), keys, values, strict=True)
        joined = [block for (a, b), key, value in parts for block in (*queries[a:b], key, value)]
        return {"query_key_value": joined}


def layers_of(network: Any) -> tuple[LayerHeads, ...]:
    """Return the attentions of a network of a family in `FAMILIES`."""
    config = network.config
    family = FAMILIES[config.model_type]
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    *path, name = family.attention.split(".")
    return tuple(
        LayerHeads(layer.get_submodule(".".join(path)), name, family.output, size)
        for layer in network.get_submodule(family.layers)
    )


def keep_heads(layer: LayerHeads, slots: Slots) -> None:
    """Change a layer into one that has the heads in these slots.

    Parameters
    ----------
    layer : LayerHeads
    slots : Slots
        Without any, the attention gives way to one that writes its output's bias alone.
    """
    if not slots.sizes:
        setattr(layer.parent, layer.name, _without_heads(layer))
        return
    attention, size = layer.attention, layer.head_size
    old = layer.inputs(layer.sizes)
    new = layer.inputs(slots.sizes)
    sources: dict[str, Sequence[int | None]] = {
        "query": slots.queries, "key": slots.groups, "value": slots.groups
    }  # fmt: skip
    for name, blocks in new.items():
        places: dict[tuple[str, int | None], int] = {
            block: place for place, block in enumerate(old[name])
        }
        chosen = [places.get((role, sources[role][head])) for role, head in blocks]
        take_blocks(getattr(attention, name), chosen, size, side="out")
    take_blocks(layer.output, slots.queries, size, side="in")
    n_heads = len(slots.queries)
    if len(set(slots.sizes)) > 1:
        _level(layer, slots.sizes)
    told = {
        "num_heads": n_heads, "num_attention_heads": n_heads,
        "num_key_value_groups": max(slots.sizes), "split_size": n_heads * size,
    }  # fmt: skip
    for name, value in told.items():
        if hasattr(attention, name):
            setattr(attention, name, value)


def _ends(module: Any) -> tuple[int, int]:
    """Return how many values a projection takes and gives."""
    n_inputs, n_outputs = input_weight(module).shape
    return n_inputs, n_outputs


def take_blocks(
    module: Any, chosen: Sequence[int | None], size: int, *, side: Literal["in", "out"]
) -> None:
    """Change a projection into one of chosen blocks of what it gives or takes.

    Parameters
    ----------
    module : Linear or Conv1D
    chosen : sequence of (int or None)
        Blocks of the old projection, None for zeros.
    size : int
        Of a block.
    side : {"in", "out"}
    """
    n_blocks = _ends(module)[side == "out"] // size
    if list(chosen) == list(range(n_blocks)):
        return
    axis = 0 if (side == "in") == (type(module).__name__ == "Conv1D") else 1
    _replace(module, "weight", _blocks(module.weight, chosen, size, axis))
    if side == "out" and module.bias is not None:
        _replace(module, "bias", _blocks(module.bias, chosen, size, 0))
    n_inputs, n_outputs = _ends(module)
    for name, value in (("in_features", n_inputs), ("out_features", n_outputs),
                        ("nx", n_inputs), ("nf", n_outputs)):  # fmt: skip
        if hasattr(module, name):
            setattr(module, name, value)


def _blocks(values: Tensor, chosen: Sequence[int | None], size: int, axis: int) -> Tensor:
    import torch

    parts = values.detach().unflatten(axis, (-1, size))
    n_blocks = parts.shape[axis]
    nothing = torch.zeros_like(parts.narrow(axis, 0, 1))
    places = [n_blocks if block is None else block for block in chosen]
    index = torch.tensor(places, dtype=torch.long)
    joined = torch.cat([parts, nothing], dim=axis)
    return joined.index_select(axis, index.to(values.device)).flatten(axis, axis + 1)


def _replace(module: Any, name: str, values: Tensor) -> None:
    import torch

    before = getattr(module, name)
    setattr(module, name, torch.nn.Parameter(values.contiguous(), before.requires_grad))


def _level(layer: LayerHeads, sizes: Sizes) -> None:
    """Let the library, which wants groups of one size, see the smaller ones filled up.

    It is given a head of queries again in each place that is left, and of what it returns only
    the heads that were kept are read.
    """
    from causal_magics.language.cut_modules import GatherLinear, SpreadLinear

    largest = max(sizes)
    starts = accumulate(sizes, initial=0)
    given = [start + min(place, size - 1) for start, size in zip(starts, sizes, strict=False)
             for place in range(largest)]  # fmt: skip
    read = [group * largest + place for group, size in enumerate(sizes) for place in range(size)]
    attention, size = layer.attention, layer.head_size
    attention.q_proj = SpreadLinear(attention.q_proj, size, given)
    setattr(attention, layer.output_name, GatherLinear(layer.output, size, read))


def _without_heads(layer: LayerHeads) -> Any:
    """Return an attention that has no heads: what remains is the bias of its output."""
    from causal_magics.language.cut_modules import HeadlessAttention

    take_blocks(layer.output, (), layer.head_size, side="in")
    attention = layer.attention
    number = getattr(attention, "layer_idx", getattr(attention, "layer_id", 0))
    bare = HeadlessAttention(layer.output_name, layer.output, number)
    return bare.train(attention.training)

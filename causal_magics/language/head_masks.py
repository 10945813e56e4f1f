"""Masks of attention heads, on any architecture that keeps its heads apart.

The outputs of all heads stand side by side where the output projection of the attention reads
them, so that a head is cut by zeros there. A mask is a hook on these projections: it holds in the
library's own forward pass, in generation, and in the passes of `interventions`, which call the
same modules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import LanguageModelError, PruningError, shorten
from causal_magics.language.anatomy import input_weight
from causal_magics.language.head_panels import Head

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["HeadSites", "checked_heads_of", "kept_mask", "masked", "without_heads"]

PROJECTIONS = ("o_proj", "c_proj", "out_proj", "dense", "wo", "attn_out")
"""What the output projection of an attention is called."""
CHECK_TOKENS = 6

_CHECKED: WeakKeyDictionary[Any, None] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class HeadSites:
    """Where a network's heads can be reached.

    Parameters
    ----------
    modules : tuple of module
        The output projection of each layer's attention.
    n_heads : int
        Query heads of a layer.
    head_size : int
    """

    modules: tuple[Any, ...]
    n_heads: int
    head_size: int

    @property
    def shape(self) -> tuple[int, int]:
        """Layers and heads."""
        return len(self.modules), self.n_heads

    @classmethod
    def of(cls, network: Any) -> HeadSites:
        """Find the heads of a causal language model.

        Raises
        ------
        LanguageModelError
            Where the model has no attention heads that stand apart, or cutting one changes nothing.
        """
        config = network.config.get_text_config()
        n_layers = getattr(config, "num_hidden_layers", None)
        n_heads = getattr(config, "num_attention_heads", None)
        sites = None
        if n_layers and n_heads:
            size = getattr(config, "head_dim", None) or config.hidden_size // n_heads
            modules = tuple(
                module
                for name, module in network.named_modules()
                if _is_projection(name) and _n_inputs(module) == n_heads * size
            )
            if len(modules) == n_layers:
                sites = cls(modules, n_heads, size)
        if sites is None:
            raise LanguageModelError(
                "Expected a model whose attention heads stand apart, got one of the architecture "
                f"{shorten(network.config.model_type)}, which has none, or not the same number in "
                "each layer. Its texts can be scored, but no head can be cut."
            )
        if network not in _CHECKED:
            _check(network, sites)
            _CHECKED[network] = None
        return sites


def kept_mask(heads: Iterable[Head], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return a mask, (layers, heads), that is False at the heads.

    Raises
    ------
    PruningError
        Where one is not in the model.
    """
    mask = np.ones(shape, dtype=bool)
    for layer, head in checked_heads_of(heads, shape):
        mask[layer, head] = False
    return mask


def checked_heads_of(heads: object, shape: tuple[int, int]) -> tuple[Head, ...]:
    """Return heads that a model has, in order and each once.

    Raises
    ------
    PruningError
        Where one is no pair (layer, head), or not in the model.
    """
    if isinstance(heads, str | bytes) or not isinstance(heads, Iterable):
        raise PruningError(f"Expected heads as pairs (layer, head), got {shorten(repr(heads))}.")
    found = set()
    for each in heads:
        try:
            layer, head = (int(part) for part in each if part == int(part))
        except (TypeError, ValueError, OverflowError):
            raise PruningError(
                f"Expected a head as a pair (layer, head), got {shorten(repr(each))}."
            ) from None
        if not (0 <= layer < shape[0] and 0 <= head < shape[1]):
            raise PruningError(
                f"Expected a head of {shape[0]} layers × {shape[1]} heads, both from 0, got "
                f"({layer}, {head})."
            )
        found.add((layer, head))
    return tuple(sorted(found))


@contextmanager
def masked(network: Any, mask: Tensor | NDArray[Any]) -> Iterator[None]:
    """Multiply the outputs of heads by a mask, until the context ends.

    Masks can be nested; what they do is undone whatever happens.

    Parameters
    ----------
    network : transformers.PreTrainedModel
    mask : Tensor or array, shape (layers, heads) or (texts, layers, heads)
        1 keeps a head and 0 cuts it. Gradients reach a tensor.

    Raises
    ------
    LanguageModelError
        Where the network has no separable heads.
    PruningError
        Where the mask has another shape.
    """
    import torch

    sites = HeadSites.of(network)
    factors = torch.as_tensor(mask).to(network.device, network.dtype)
    if factors.shape[-2:] != sites.shape or factors.ndim not in (2, 3):
        raise PruningError(
            f"Expected a mask of {sites.shape[0]} layers × {sites.shape[1]} heads, got one of "
            f"shape {tuple(factors.shape)}."
        )
    with ExitStack() as stack:
        for layer, module in enumerate(sites.modules):
            factor = factors[..., layer, :]
            if factors.ndim == 2 and not factors.requires_grad and bool((factor == 1).all()):
                continue
            wide = factor.repeat_interleave(sites.head_size, dim=-1)
            hook = _multiplier(wide if factors.ndim == 2 else wide[:, None])
            stack.callback(module.register_forward_pre_hook(hook).remove)
        yield


@contextmanager
def without_heads(network: Any, heads: Iterable[Head]) -> Iterator[None]:
    """Run a network without some heads, until the context ends.

    Parameters
    ----------
    network : transformers.PreTrainedModel
    heads : iterable of (layer, head)
        Where there are none, any network will do.

    Raises
    ------
    LanguageModelError
        Where the network has no separable heads.
    PruningError
        Where a head is not in the model.
    """
    if isinstance(heads, Sequence) and not heads:
        yield
        return
    with masked(network, kept_mask(heads, HeadSites.of(network).shape)):
        yield


def _multiplier(factor: Tensor) -> Callable[[Any, tuple[Any, ...]], tuple[Any, ...]]:
    return lambda _module, args: (args[0] * factor, *args[1:])


def _is_projection(name: str) -> bool:
    *path, last = name.split(".")
    return last in PROJECTIONS and any("attn" in part or "attention" in part for part in path)


def _n_inputs(module: Any) -> int | None:
    weight = getattr(module, "weight", None)
    if weight is None or weight.ndim != 2:
        return None
    return int(input_weight(module).shape[0])


def _check(network: Any, sites: HeadSites) -> None:
    """Raise where cutting the heads of a layer changes nothing: the hooks are passed by."""
    import torch

    words = network.get_input_embeddings().num_embeddings
    drawn = torch.Generator().manual_seed(0)
    tokens = torch.randint(0, words, (1, CHECK_TOKENS), generator=drawn).to(network.device)
    called: set[int] = set()

    def seen(layer: int) -> Callable[[Any, Any], None]:
        return lambda _module, _args: called.add(layer)

    with ExitStack() as stack, torch.inference_mode():
        for layer, module in enumerate(sites.modules):
            stack.callback(module.register_forward_pre_hook(seen(layer)).remove)
        network(input_ids=tokens, use_cache=False)
    if len(called) != len(sites.modules):
        raise LanguageModelError(
            f"Expected the layers of a {network.config.model_type} model to call their output "
            "projections, and some do not. Load it with attn_implementation='eager'."
        )

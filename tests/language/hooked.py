"""Interventions by hooks on the network itself, one forward pass each: slow and plain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch

Heads = Mapping[tuple[int, int], torch.Tensor]
"""From layer and head to what the head gives, shape (texts, tokens, head size)."""


def output_modules(network: Any) -> list[Any]:
    """Return the output projection of each layer's attention."""
    kind = network.config.model_type
    if kind == "gpt2":
        return [layer.attn.c_proj for layer in network.transformer.h]
    if kind == "gpt_neox":
        return [layer.attention.dense for layer in network.gpt_neox.layers]
    return [layer.self_attn.o_proj for layer in network.model.layers]


def down_modules(network: Any) -> list[Any]:
    """Return what the neurons of each layer enter."""
    kind = network.config.model_type
    if kind == "gpt2":
        return [layer.mlp.c_proj for layer in network.transformer.h]
    if kind == "gpt_neox":
        return [layer.mlp.dense_4h_to_h for layer in network.gpt_neox.layers]
    return [layer.mlp.down_proj for layer in network.model.layers]


def layer_modules(network: Any) -> list[Any]:
    """Return the decoder layers."""
    kind = network.config.model_type
    body = {"gpt2": "transformer", "gpt_neox": "gpt_neox"}.get(kind, "model")
    return list(getattr(network, body).h if kind == "gpt2" else getattr(network, body).layers)


@contextmanager
def replaced_inputs(changes: Mapping[Any, Callable[[Any], Any]]) -> Iterator[None]:
    """Replace the input of modules while the block runs."""
    hooks = [
        module.register_forward_pre_hook(lambda _, given, change=change: (change(given[0]),))
        for module, change in changes.items()
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def inputs_of(network: Any, modules: list[Any], tokens: torch.Tensor) -> list[torch.Tensor]:
    """Return what enters each module when a network reads tokens."""
    seen: dict[Any, torch.Tensor] = {}

    def keep(module: Any, given: Any) -> None:
        seen[module] = given[0].clone()

    hooks = [module.register_forward_pre_hook(keep) for module in modules]
    with torch.inference_mode():
        network(input_ids=tokens, use_cache=False)
    for hook in hooks:
        hook.remove()
    return [seen[module] for module in modules]


def with_slices(
    network: Any, modules: list[Any], slices: Heads, size: int, tokens: torch.Tensor
) -> torch.Tensor:
    """Return the log-probabilities after the last token, with slices of inputs replaced."""
    changes = {}
    for layer in {layer for layer, _ in slices}:
        own = {unit: values for (where, unit), values in slices.items() if where == layer}

        def change(given: torch.Tensor, own: dict[int, torch.Tensor] = own) -> torch.Tensor:
            given = given.clone()
            for unit, values in own.items():
                given[..., unit * size : (unit + 1) * size] = values
            return given

        changes[modules[layer]] = change
    with torch.inference_mode(), replaced_inputs(changes):
        return network(input_ids=tokens, use_cache=False).logits[:, -1].log_softmax(-1)

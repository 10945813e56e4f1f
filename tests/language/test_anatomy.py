"""Taking networks apart: every family, and what cannot be taken."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
import transformers as hf
from language.hooked import down_modules, inputs_of, output_modules
from language.tiny_models import SIZES, tiny_network

from causal_magics.errors import LanguageModelError
from causal_magics.language.anatomy import anatomy_of, input_weight
from causal_magics.language.tracing import Texts, trace

FAMILIES = ("llama", "qwen2", "qwen3", "mistral", "gpt2", "neox", "neox in sequence")


def network_of(family: str) -> Any:
    """Return a small random network of a family that can be taken apart."""
    sizes: dict[str, Any] = {**SIZES, "max_position_embeddings": 64, "intermediate_size": 48}
    makes = {
        "qwen3": lambda: hf.Qwen3ForCausalLM(
            hf.Qwen3Config(**sizes, num_key_value_heads=2, head_dim=16)
        ),
        "mistral": lambda: hf.MistralForCausalLM(
            hf.MistralConfig(**sizes, num_key_value_heads=1, sliding_window=8)
        ),
        "neox in sequence": lambda: hf.GPTNeoXForCausalLM(
            hf.GPTNeoXConfig(**sizes, use_parallel_residual=False)
        ),
    }
    if family not in makes:
        return tiny_network(family)
    torch.manual_seed(0)
    network = makes[family]().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0.0, 0.2)
    return network


def tokens_of(length: int = 7, texts: int = 2) -> torch.Tensor:
    return torch.randint(0, 400, (texts, length), generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("family", FAMILIES)
def test_parts_are_those_of_the_network(family: str) -> None:
    network = network_of(family)
    anatomy = anatomy_of(network)
    tokens = tokens_of()
    with torch.inference_mode():
        seen = trace(anatomy, Texts.whole(tokens))
    heads = inputs_of(network, output_modules(network), tokens)
    neurons = inputs_of(network, down_modules(network), tokens)
    assert (anatomy.n_layers, anatomy.n_heads) == (3, 4)
    assert anatomy.n_neurons == neurons[0].shape[-1]
    for layer, (outputs, activations) in enumerate(zip(heads, neurons, strict=True)):
        found = seen.layers[layer]
        torch.testing.assert_close(found.heads.flatten(2), outputs, rtol=0, atol=2e-5)
        torch.testing.assert_close(found.neurons, activations, rtol=0, atol=2e-5)


@pytest.mark.parametrize("family", ["llama", "gpt2", "neox"])
def test_head_outputs_add_up_to_the_output_projection(family: str) -> None:
    anatomy = anatomy_of(network_of(family))
    drawn = torch.randn(4, anatomy.head_size, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        for layer, parts in enumerate(anatomy.layers):
            written = torch.einsum("hd,hdo->o", drawn, anatomy.head_outputs[layer])
            bias = 0 if parts.output.bias is None else parts.output.bias
            torch.testing.assert_close(written + bias, parts.output(drawn.flatten()))


def test_attention_of_a_text_sums_to_one_and_never_looks_ahead() -> None:
    anatomy = anatomy_of(network_of("llama"))
    with torch.inference_mode():
        weights = trace(anatomy, Texts.whole(tokens_of())).layers[1].attention
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 4, 7))
    assert not weights.triu(1).any()


def test_weights_are_read_as_from_in_to_out() -> None:
    for family in ("gpt2", "llama"):
        anatomy = anatomy_of(network_of(family))
        assert input_weight(anatomy.layers[0].down).shape == (anatomy.n_neurons, 32)


def test_a_window_bounds_the_texts() -> None:
    assert anatomy_of(network_of("mistral")).longest == 8
    assert anatomy_of(network_of("gpt2")).longest == 128


def test_other_architectures_are_named() -> None:
    network = hf.OPTForCausalLM(
        hf.OPTConfig(
            vocab_size=50, hidden_size=8, ffn_dim=8, num_hidden_layers=1, num_attention_heads=2
        )
    )
    with pytest.raises(LanguageModelError, match="architecture 'opt'") as told:
        anatomy_of(network)
    assert "\n" not in str(told.value)


def test_a_network_that_gives_nan_is_told_as_such() -> None:
    network: Any = network_of("llama")
    with torch.no_grad():
        network.model.layers[1].mlp.gate_proj.weight.fill_(math.nan)
    with pytest.raises(LanguageModelError, match="this llama model gives NaN") as told:
        anatomy_of(network)
    assert "\n" not in str(told.value)


def test_a_network_that_computes_otherwise_is_refused() -> None:
    network: Any = network_of("llama")
    projection = network.model.layers[1].mlp.gate_proj
    network.model.layers[1].mlp.forward = lambda hidden: hidden + 0 * projection(hidden).sum()
    with pytest.raises(LanguageModelError, match="usual build") as told:
        anatomy_of(network)
    assert "\n" not in str(told.value)

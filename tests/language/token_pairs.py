"""Random pairs of tokens that share beginnings, and networks of less common kinds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

from hypothesis import strategies as st
from language.tiny_models import tiny_network

from causal_magics.language.naive import TokenPair

TOKENS = 400


@st.composite
def token_pairs(draw: st.DrawFn) -> list[TokenPair]:
    """Draw pairs put together from few pieces: they share beginnings, repeat, or are empty."""
    token = st.integers(0, TOKENS - 1)
    pieces = draw(st.lists(st.lists(token, min_size=1, max_size=6), min_size=1, max_size=5))
    some = st.lists(st.sampled_from(pieces), min_size=1, max_size=4)
    prompts = draw(st.lists(some.map(lambda parts: [*chain(*parts)]), min_size=1, max_size=10))
    continuation = st.one_of(st.just([]), st.sampled_from(pieces), st.lists(token, max_size=3))
    return [(prompt, draw(continuation)) for prompt in prompts]


def odd_network(kind: str) -> Any:
    """Return a tiny random network of a kind that is not one of the four common families."""
    import torch
    import transformers as hf

    sizes: dict[str, Any] = {
        "vocab_size": TOKENS,
        "hidden_size": 32,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 128,
    }
    state: dict[str, Any] = {"vocab_size": TOKENS, "hidden_size": 32, "num_hidden_layers": 2}
    makes: dict[str, Callable[[], Any]] = {
        "qwen3": lambda: hf.Qwen3ForCausalLM(hf.Qwen3Config(**sizes, head_dim=8)),
        "gemma2": lambda: hf.Gemma2ForCausalLM(
            hf.Gemma2Config(**sizes, head_dim=8, sliding_window=16)
        ),
        "mistral": lambda: hf.MistralForCausalLM(hf.MistralConfig(**sizes, sliding_window=8)),
        "dynamic": lambda: hf.LlamaForCausalLM(
            hf.LlamaConfig(
                **{**sizes, "max_position_embeddings": 12},
                rope_parameters={"rope_type": "dynamic", "factor": 2.0, "rope_theta": 100.0},
            )
        ),
        "bloom": lambda: hf.BloomForCausalLM(
            hf.BloomConfig(vocab_size=TOKENS, hidden_size=32, n_layer=2, n_head=4)
        ),
        "mamba": lambda: hf.MambaForCausalLM(hf.MambaConfig(**state, state_size=4)),
        "rwkv": lambda: hf.RwkvForCausalLM(hf.RwkvConfig(**state, attention_hidden_size=32)),
    }
    if kind not in makes:
        return tiny_network(kind)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        network = makes[kind]().eval()
        for name, parameter in network.named_parameters():
            if parameter.dim() > 1 and "A_log" not in name:
                parameter.normal_(0.0, 0.2)
    return network

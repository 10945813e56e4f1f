"""Where an architecture keeps its layers, heads, projections and neurons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from causal_magics.errors import LanguageModelError, shorten
from causal_magics.language.head_record import HeadRecord
from causal_magics.language.scorers import context_length, packed_length

if TYPE_CHECKING:
    from torch import Tensor

FAMILIES = ("llama", "mistral", "qwen2", "qwen3", "gpt2", "gpt_neox")
CHECK_TOKENS = 12
CHECK_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Layer:
    """One decoder layer, taken apart.

    Parameters
    ----------
    attention_norm, mlp_norm : module
    project : callable
        From normed hidden states (…, hidden) to queries (…, heads, head size), keys and values
        (…, key-value heads, head size), not yet rotated.
    output : module
        From the outputs of all heads, side by side, to hidden states.
    neurons : callable
        From normed hidden states to the activations that enter `down`.
    down : module
        From activations to hidden states.
    scaling : float
        Of queries times keys.
    parallel : bool
        Whether the MLP reads the layer's input, beside the attention.
    """

    attention_norm: Any
    mlp_norm: Any
    project: Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]
    output: Any
    neurons: Callable[[Tensor], Tensor]
    down: Any
    scaling: float
    parallel: bool = False


@dataclass(frozen=True, eq=False)
class Anatomy:
    """The parts of a causal language model by which its heads are reached.

    Parameters
    ----------
    network : transformers.PreTrainedModel
    layers : tuple of Layer
    n_heads, n_key_value_heads, head_size : int
    embed : callable
        From tokens and positions, both (texts, tokens), to hidden states.
    rotate : callable or None
        From positions to cosines and sines, (texts, tokens, rotated dimensions).
    final_norm, head : module
    """

    network: Any
    layers: tuple[Layer, ...]
    n_heads: int
    n_key_value_heads: int
    head_size: int
    embed: Callable[[Tensor, Tensor], Tensor]
    rotate: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]] | None
    final_norm: Any
    head: Any

    @property
    def n_layers(self) -> int:
        """How many layers there are."""
        return len(self.layers)

    @cached_property
    def n_neurons(self) -> int:
        """How many neurons the MLP of a layer has."""
        return input_weight(self.layers[0].down).shape[0]

    @cached_property
    def head_outputs(self) -> tuple[Tensor, ...]:
        """For each layer the part of the output projection that reads each head.

        Shape (heads, head size, hidden).
        """
        shape = (self.n_heads, self.head_size, -1)
        return tuple(input_weight(layer.output).reshape(shape) for layer in self.layers)

    @cached_property
    def longest(self) -> float:
        """The most tokens that a text can have."""
        return min(packed_length(self.network), context_length(self.network) or float("inf"))


def input_weight(module: Any) -> Tensor:
    """Return a projection's weights as (in, out), whether it is a Linear or a Conv1D."""
    weight: Tensor = module.weight.detach()
    return weight if type(module).__name__ == "Conv1D" else weight.T


def anatomy_of(network: Any) -> Anatomy:
    """Take a causal language model apart.

    Parameters
    ----------
    network : transformers.PreTrainedModel
        Of the families in `FAMILIES`.

    Raises
    ------
    LanguageModelError
        Where the architecture is none of these, heads were removed, or its parts, put together
        again, give other logits than the network.
    """
    family = network.config.model_type
    builders = {"gpt2": _gpt2, "gpt_neox": _neox}
    builders |= dict.fromkeys(("llama", "mistral", "qwen2", "qwen3"), _llama)
    if family not in builders:
        raise LanguageModelError(
            f"Expected a model whose heads can be reached ({', '.join(FAMILIES)}), got one of the "
            f"architecture {shorten(family)}. Its texts can be scored, but not traced."
        )
    record = HeadRecord.of(network.config)
    if record is not None and record.sizes is not None:
        raise LanguageModelError(
            "Expected a model whose layers all have the same heads, got one from which "
            f"{len(record.heads)} were removed. Its texts can be scored, but not traced: zero the "
            "heads instead."
        )
    anatomy = builders[family](network)
    _check(anatomy)
    return anatomy


def _llama(network: Any) -> Anatomy:
    body, config = network.model, network.config
    size = body.layers[0].self_attn.head_dim

    def projection(attention: Any) -> Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]:
        def project(hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            shape = (*hidden.shape[:-1], -1, size)
            query = attention.q_proj(hidden).view(shape)
            key = attention.k_proj(hidden).view(shape)
            if hasattr(attention, "q_norm"):
                query, key = attention.q_norm(query), attention.k_norm(key)
            return query, key, attention.v_proj(hidden).view(shape)

        return project

    def activation(mlp: Any) -> Callable[[Tensor], Tensor]:
        return lambda hidden: mlp.act_fn(mlp.gate_proj(hidden)) * mlp.up_proj(hidden)

    layers = tuple(
        Layer(
            layer.input_layernorm, layer.post_attention_layernorm, projection(layer.self_attn),
            layer.self_attn.o_proj, activation(layer.mlp), layer.mlp.down_proj,
            layer.self_attn.scaling,
        )
        for layer in body.layers
    )  # fmt: skip
    return Anatomy(
        network, layers, config.num_attention_heads, config.num_key_value_heads, size,
        lambda tokens, _: body.embed_tokens(tokens), body.rotary_emb, body.norm, network.lm_head,
    )  # fmt: skip


def _gpt2(network: Any) -> Anatomy:
    body, config = network.transformer, network.config
    size = config.n_embd // config.n_head

    def projection(attention: Any) -> Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]:
        def project(hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            parts = attention.c_attn(hidden).split(config.n_embd, dim=-1)
            query, key, value = (part.unflatten(-1, (-1, size)) for part in parts)
            return query, key, value

        return project

    def activation(mlp: Any) -> Callable[[Tensor], Tensor]:
        return lambda hidden: mlp.act(mlp.c_fc(hidden))

    layers = tuple(
        Layer(
            layer.ln_1, layer.ln_2, projection(layer.attn), layer.attn.c_proj,
            activation(layer.mlp), layer.mlp.c_proj, layer.attn.scaling,
        )
        for layer in body.h
    )  # fmt: skip
    return Anatomy(
        network, layers, config.n_head, config.n_head, size,
        lambda tokens, positions: body.wte(tokens) + body.wpe(positions), None, body.ln_f,
        network.lm_head,
    )  # fmt: skip


def _neox(network: Any) -> Anatomy:
    body, config = network.gpt_neox, network.config
    size = config.hidden_size // config.num_attention_heads

    def projection(attention: Any) -> Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]:
        def project(hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            joined = attention.query_key_value(hidden).unflatten(-1, (-1, 3 * size))
            query, key, value = joined.chunk(3, dim=-1)
            return query, key, value

        return project

    def activation(mlp: Any) -> Callable[[Tensor], Tensor]:
        return lambda hidden: mlp.act(mlp.dense_h_to_4h(hidden))

    layers = tuple(
        Layer(
            layer.input_layernorm, layer.post_attention_layernorm, projection(layer.attention),
            layer.attention.dense, activation(layer.mlp), layer.mlp.dense_4h_to_h,
            layer.attention.scaling, layer.use_parallel_residual,
        )
        for layer in body.layers
    )  # fmt: skip
    return Anatomy(
        network, layers, config.num_attention_heads, config.num_attention_heads, size,
        lambda tokens, _: body.embed_in(tokens), body.rotary_emb, body.final_layer_norm,
        network.lm_head,
    )  # fmt: skip


def _check(anatomy: Anatomy) -> None:
    """Compare the logits of the parts with those of the whole, on one text."""
    import torch

    from causal_magics.language.tracing import Texts, trace

    network = anatomy.network
    words = network.get_input_embeddings().num_embeddings
    drawn = torch.Generator().manual_seed(0)
    length = int(min(CHECK_TOKENS, anatomy.longest))
    tokens = torch.randint(0, words, (1, length), generator=drawn).to(network.device)
    texts = Texts.whole(tokens)
    with torch.inference_mode():
        hidden = trace(anatomy, texts).hidden[-1][:, -1]
        found = anatomy.head(anatomy.final_norm(hidden)).log_softmax(-1)
        truth = network(input_ids=tokens, use_cache=False).logits[:, -1].log_softmax(-1)
    if torch.isnan(truth).any():
        raise LanguageModelError(
            f"Expected log-probabilities, but this {network.config.model_type} model gives NaN. "
            "Load it with dtype float32."
        )
    tolerance = CHECK_TOLERANCE if network.dtype in (torch.float32, torch.float64) else 0.5
    if not torch.allclose(found, truth, rtol=0, atol=tolerance):
        raise LanguageModelError(
            f"Expected a {network.config.model_type} model of the usual build, but its parts, put "
            "together again, give other probabilities. Its texts can be scored, but not traced."
        )

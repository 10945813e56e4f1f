"""Small random models of transformers: every architecture that tests run on, made in milliseconds.

Their parameters are drawn with a large spread, so that heads matter and probabilities differ.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

CAUSAL_FAMILIES = ("llama", "gpt2", "neox", "qwen2")
HEAD_FAMILIES = (
    *CAUSAL_FAMILIES, "mistral", "qwen3", "gemma2", "phi", "opt", "bloom", "falcon", "gptj",
    "gpt_neo",
)  # fmt: skip
CORPUS = (
    "In 1801, she was a doctor. In 1901, he was a nurse. The doctor said that she was tired, "
    "and the nurse said that he would come back in the morning. They lived in Spain and France. "
    "Which is the cause of the other? Altitude causes temperature. The answer is: A or B."
)
SIZES = {"vocab_size": 400, "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4}


@cache
def causal_tokenizer() -> Any:
    """Return a byte-level tokenizer that knows any text, with a token for its beginning."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=SIZES["vocab_size"],
        special_tokens=["<|begin|>", "<|end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([CORPUS], trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|begin|>", eos_token="<|end|>"
    )


@cache
def masked_tokenizer() -> Any:
    """Return a tokenizer of word pieces with the special tokens of BERT."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=120, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator([CORPUS, "abcdefghijklmnopqrstuvwxyz"], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", mask_token="[MASK]",
    )  # fmt: skip


def _makers(context: int) -> dict[str, Callable[[], Any]]:
    """Return what makes a network of each family with names of sizes as Llama has them."""
    import transformers as hf

    sizes: dict[str, Any] = {**SIZES, "max_position_embeddings": context, "intermediate_size": 64}
    grouped = {**sizes, "num_key_value_heads": 2}
    opt = {**sizes, "ffn_dim": 64, "word_embed_proj_dim": 32}
    return {
        "llama": lambda: hf.LlamaForCausalLM(hf.LlamaConfig(**grouped)),
        "qwen2": lambda: hf.Qwen2ForCausalLM(hf.Qwen2Config(**grouped)),
        "qwen3": lambda: hf.Qwen3ForCausalLM(hf.Qwen3Config(**grouped, head_dim=8)),
        "mistral": lambda: hf.MistralForCausalLM(hf.MistralConfig(**grouped, sliding_window=None)),
        "gemma2": lambda: hf.Gemma2ForCausalLM(hf.Gemma2Config(**grouped, head_dim=8)),
        "phi": lambda: hf.PhiForCausalLM(hf.PhiConfig(**sizes, partial_rotary_factor=0.5)),
        "neox": lambda: hf.GPTNeoXForCausalLM(hf.GPTNeoXConfig(**sizes)),
        "opt": lambda: hf.OPTForCausalLM(hf.OPTConfig(**opt)),
        "falcon": lambda: hf.FalconForCausalLM(hf.FalconConfig(**sizes)),
        "bert": lambda: hf.BertForMaskedLM(hf.BertConfig(**sizes)),
    }


def _older_makers(context: int) -> dict[str, Callable[[], Any]]:
    """Return what makes a network of each family with names of sizes as GPT-2 has them."""
    import transformers as hf

    sizes: dict[str, Any] = {
        "vocab_size": 400, "n_embd": 32, "n_layer": 3, "n_head": 4, "n_positions": context,
        "bos_token_id": 0, "eos_token_id": 1,
    }  # fmt: skip
    bloom = {"vocab_size": 400, "hidden_size": 32, "n_layer": 3, "n_head": 4}
    neo = {
        "vocab_size": 400, "hidden_size": 32, "num_layers": 3, "num_heads": 4, "window_size": 16,
        "attention_types": [[["global", "local", "global"], 1]], "max_position_embeddings": context,
    }  # fmt: skip
    return {
        "gpt2": lambda: hf.GPT2LMHeadModel(hf.GPT2Config(**sizes)),
        "gptj": lambda: hf.GPTJForCausalLM(hf.GPTJConfig(**sizes, rotary_dim=4)),
        "bloom": lambda: hf.BloomForCausalLM(hf.BloomConfig(**bloom)),
        "gpt_neo": lambda: hf.GPTNeoForCausalLM(hf.GPTNeoConfig(**neo)),
    }


def tiny_network(family: str, *, context: int = 128, seed: int = 0) -> Any:
    """Return a random network of a family: one of `HEAD_FAMILIES`, or ``"bert"``.

    Three layers of four heads, 32 dimensions, 400 tokens; llama, mistral, gemma2, qwen2 and qwen3
    share keys and values between two heads (grouped-query attention).
    """
    import torch

    makers = {**_makers(context), **_older_makers(context)}
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        network = makers[family]().eval()
        for parameter in network.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0.0, 0.2)
    return network


def save_tiny(family: str, folder: Path, *, seed: int = 0) -> Path:
    """Write a tiny network with its tokenizer, as `from_pretrained` reads them."""
    tokenizer = masked_tokenizer() if family == "bert" else causal_tokenizer()
    tiny_network(family, seed=seed).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder

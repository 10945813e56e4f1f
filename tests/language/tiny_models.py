"""Small random models of transformers: every architecture that tests run on, made in milliseconds.

Their parameters are drawn with a large spread, so that heads matter and probabilities differ.
"""

from __future__ import annotations

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


def tiny_network(family: str, *, context: int = 128, seed: int = 0) -> Any:
    """Return a random network of a family: one of `HEAD_FAMILIES`, or ``"bert"``.

    Three layers of four heads, 32 dimensions, 400 tokens; llama and qwen2 share keys and values
    between two heads (grouped-query attention).
    """
    import torch
    import transformers as hf

    sizes: dict[str, Any] = {**SIZES, "max_position_embeddings": context, "intermediate_size": 64}
    makes: dict[str, Any] = {
        "llama": lambda: hf.LlamaForCausalLM(hf.LlamaConfig(**sizes, num_key_value_heads=2)),
        "qwen2": lambda: hf.Qwen2ForCausalLM(hf.Qwen2Config(**sizes, num_key_value_heads=2)),
        "mistral": lambda: hf.MistralForCausalLM(
            hf.MistralConfig(**sizes, num_key_value_heads=2, sliding_window=None)
        ),
        "qwen3": lambda: hf.Qwen3ForCausalLM(
            hf.Qwen3Config(**sizes, num_key_value_heads=2, head_dim=8)
        ),
        "gemma2": lambda: hf.Gemma2ForCausalLM(
            hf.Gemma2Config(**sizes, num_key_value_heads=2, head_dim=8)
        ),
        "phi": lambda: hf.PhiForCausalLM(hf.PhiConfig(**sizes, partial_rotary_factor=0.5)),
        "neox": lambda: hf.GPTNeoXForCausalLM(hf.GPTNeoXConfig(**sizes)),
        "opt": lambda: hf.OPTForCausalLM(
            hf.OPTConfig(
                vocab_size=400,
                hidden_size=32,
                num_hidden_layers=3,
                num_attention_heads=4,
                ffn_dim=64,
                max_position_embeddings=context,
                word_embed_proj_dim=32,
            )
        ),
        "bloom": lambda: hf.BloomForCausalLM(
            hf.BloomConfig(vocab_size=400, hidden_size=32, n_layer=3, n_head=4)
        ),
        "falcon": lambda: hf.FalconForCausalLM(
            hf.FalconConfig(
                vocab_size=400,
                hidden_size=32,
                num_hidden_layers=3,
                num_attention_heads=4,
                max_position_embeddings=context,
            )
        ),
        "gptj": lambda: hf.GPTJForCausalLM(
            hf.GPTJConfig(
                vocab_size=400, n_embd=32, n_layer=3, n_head=4, n_positions=context, rotary_dim=4
            )
        ),
        "gpt_neo": lambda: hf.GPTNeoForCausalLM(
            hf.GPTNeoConfig(
                vocab_size=400,
                hidden_size=32,
                num_layers=3,
                num_heads=4,
                window_size=16,
                attention_types=[[["global", "local", "global"], 1]],
                max_position_embeddings=context,
            )
        ),
        "gpt2": lambda: hf.GPT2LMHeadModel(
            hf.GPT2Config(
                vocab_size=400,
                n_embd=32,
                n_layer=3,
                n_head=4,
                n_positions=context,
                bos_token_id=0,
                eos_token_id=1,
            )
        ),
        "bert": lambda: hf.BertForMaskedLM(hf.BertConfig(**sizes)),
    }
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        network = makes[family]().eval()
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

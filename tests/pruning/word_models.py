"""A small random model of words, for which what is drawn and what is read are the same tokens."""

from __future__ import annotations

from functools import cache
from typing import Any

from causal_magics.language.causal_lm import CausalLM

PEOPLE = ("women", "girls", "men", "boys")
TRAITS = ("kind", "brave", "clever", "bad", "cruel", "stupid", "lazy", "wise", "calm", "rude")
WORDS = ("the", "all", "these", *PEOPLE, "were", "and", "always", *TRAITS)


@cache
def word_tokenizer() -> Any:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from transformers import PreTrainedTokenizerFast

    places = {word: place for place, word in enumerate(("<end>", *WORDS))}
    inner = Tokenizer(WordLevel(places, unk_token="<end>"))
    inner.pre_tokenizer = WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="<end>")


def word_model(seed: int = 0) -> CausalLM:
    """Return a random GPT-2 of three layers, four heads and the words above."""
    import torch
    import transformers as hf

    config = hf.GPT2Config(
        vocab_size=len(WORDS) + 1, n_embd=32, n_layer=3, n_head=4, n_positions=32,
        bos_token_id=0, eos_token_id=0, tie_word_embeddings=False,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        network = hf.GPT2LMHeadModel(config).eval()
        for parameter in network.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0.0, 0.2)
    return CausalLM(network, word_tokenizer(), f"words-{seed}")

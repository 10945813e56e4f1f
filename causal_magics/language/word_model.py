"""Small transformers that learn from texts of whole words or phrases, in seconds on one core."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from threading import Lock
from typing import Any

from causal_magics.data.bars import bars_are_off
from causal_magics.errors import LanguageModelError, MissingDependencyError, shorten
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.torch_threads import torch_threads

__all__ = ["train_word_model"]

_UNKNOWN = "<unknown>"
_NO_LABEL = -100
_SEEDING = Lock()  # torch draws first weights from one state for all threads


def train_word_model(
    texts: Sequence[str],
    *,
    words: Sequence[str] = (),
    separator: str = " ",
    layers: int = 2,
    width: int = 64,
    heads: int = 4,
    context: int = 16,
    passes: int = 1,
    batch: int = 64,
    learning_rate: float = 4e-3,
    seed: int = 0,
    threads: int | None = None,
    progress: str | None = None,
) -> CausalLM:
    """Train a small GPT-2 on texts whose tokens are the words between blanks, or whole phrases.

    First weights are drawn with a standard deviation of one over the root of the width, so that a
    narrow network starts to learn soon. The learning rate rises over the first twentieth of the
    steps and falls to zero. No token leads a text, so that the first word is given, never
    predicted.

    Parameters
    ----------
    texts : sequence of str
    words : sequence of str
        Words to be known beside those of the texts.
    separator : str
        What stands between tokens: with ``", "`` the text ``A is 1, B is 0`` has two.
    layers, width, heads : int
        Of the network; the width is a multiple of the heads.
    context : int
        The most tokens that the model takes at a time.
    passes : int
        How often each text is read, every time in another order.
    batch : int
        Texts to a step.
    learning_rate : float
        The highest, of AdamW.
    seed : int
        Of first weights and orders. The same seed gives the same model on the same machine.
    threads : int, optional
        How many threads torch may use meanwhile; as it is set where left out.
    progress : str, optional
        What a progress bar is named that shows after a second; none where left out.

    Returns
    -------
    CausalLM

    Raises
    ------
    LanguageModelError
        Where there are no texts, one has fewer than two tokens or more than the context, a setting
        is not above zero, or the separator is empty.
    MissingDependencyError
        Without torch and transformers.
    """
    sizes = {
        "layers": layers, "width": width, "heads": heads, "context": context, "passes": passes,
        "batch": batch, "learning_rate": learning_rate,
    }  # fmt: skip
    for name, size in sizes.items():
        if not size > 0:
            raise LanguageModelError(f"Expected {name} above zero, got {size}.")
    if width % heads:
        raise LanguageModelError(
            f"Expected a width that is a multiple of the {heads} heads, got {width}."
        )
    try:
        import torch
        import transformers
    except ImportError as error:
        raise MissingDependencyError(
            error.name or "torch", "language", "training a language model"
        ) from None
    tokenizer = word_tokenizer(texts, words, separator)
    rows, labels = _rows(tokenizer, texts, context)
    config = transformers.GPT2Config(
        vocab_size=len(tokenizer), n_positions=context, n_embd=width, n_layer=layers,
        n_head=heads, initializer_range=width**-0.5, resid_pdrop=0.0, embd_pdrop=0.0,
        attn_pdrop=0.0, bos_token_id=None, eos_token_id=None,
    )  # fmt: skip
    with _SEEDING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = transformers.GPT2LMHeadModel(config)
    order = torch.Generator().manual_seed(seed)
    orders = [torch.randperm(len(rows), generator=order) for _ in range(passes)]
    with torch_threads(threads):
        _train(network, rows, labels, orders, batch, learning_rate, progress)
    return CausalLM(network, tokenizer, f"word-model-{_digest(network)}")


def word_tokenizer(texts: Sequence[str], words: Sequence[str] = (), separator: str = " ") -> Any:
    """Return a tokenizer of transformers that knows what stands between separators, sorted.

    Blanks as separators are any white space.

    Raises
    ------
    LanguageModelError
        Where there are no texts, a text has fewer than two words, or the separator is empty.
    """
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Split, WhitespaceSplit
    from transformers import PreTrainedTokenizerFast

    if not texts:
        raise LanguageModelError("Expected texts to learn from, got none.")
    if not separator:
        raise LanguageModelError('Expected a separator of tokens, got an empty one. Give " ".')
    blank = not separator.strip()
    known = set(words)
    for text in texts:
        said = text.split() if blank else [part for part in text.split(separator) if part]
        if len(said) < 2:
            raise LanguageModelError(
                f"Expected texts of two words or more, so that one follows another, got "
                f"{shorten(text)}."
            )
        known.update(said)
    places = {word: place for place, word in enumerate((_UNKNOWN, *sorted(known)))}
    inner = Tokenizer(WordLevel(places, unk_token=_UNKNOWN))
    inner.pre_tokenizer = WhitespaceSplit() if blank else Split(separator, "removed")
    tokenizer: Any = PreTrainedTokenizerFast
    return tokenizer(tokenizer_object=inner, unk_token=_UNKNOWN)


def _rows(tokenizer: Any, texts: Sequence[str], context: int) -> tuple[Any, Any]:
    """Return tokens, filled up on the right, and what is to be predicted at each place."""
    import torch

    ids = tokenizer(list(texts), return_attention_mask=False)["input_ids"]
    longest = max(map(len, ids))
    if longest > context:
        raise LanguageModelError(
            f"Expected texts of at most {context} words, got one of {longest}. Give a larger "
            "context."
        )
    rows = torch.tensor([row + [0] * (longest - len(row)) for row in ids])
    labels = torch.tensor([row[1:] + [_NO_LABEL] * (longest - len(row)) for row in ids])
    return rows, labels


def _train(
    network: Any, rows: Any, labels: Any, orders: list[Any], batch: int, rate: float,
    progress: str | None,
) -> None:  # fmt: skip
    import torch
    from tqdm.auto import tqdm

    steps = len(orders) * -(-len(rows) // batch)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True
    )
    rise = -(-steps // 20)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / rise, (steps - step) / (steps - rise + 1))
    )
    network.train()
    off = progress is None or bars_are_off()
    with tqdm(total=steps, desc=progress, disable=off, delay=1.0, leave=False) as bar:
        for order in orders:
            for start in range(0, len(rows), batch):
                chosen = order[start : start + batch]
                logits = network(input_ids=rows[chosen, :-1], use_cache=False).logits
                loss = torch.nn.functional.cross_entropy(
                    logits.flatten(0, 1), labels[chosen].flatten(), ignore_index=_NO_LABEL
                )
                optimizer.zero_grad(set_to_none=True)
                torch.autograd.backward(loss)
                optimizer.step()
                schedule.step()
                bar.update()
    network.eval()


def _digest(network: Any) -> str:
    """Return what names weights."""
    weights = b"".join(
        weight.detach().contiguous().numpy().tobytes() for weight in network.parameters()
    )
    return hashlib.sha256(weights).hexdigest()[:12]

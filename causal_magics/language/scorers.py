"""Ways to score pairs of tokens, from fast to slow, and which of them is right for a network."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.bars import bars_are_off
from causal_magics.language.naive import TokenPair, score_one_by_one
from causal_magics.language.packed_forward import packed_answers
from causal_magics.language.packing import Limits
from causal_magics.language.padded_forward import padded_answers
from causal_magics.language.token_trie import token_tries

Scorer = Literal["packed", "padded", "one by one"]
"""Many texts in a row, whole texts in a batch, or one text a forward pass."""

TOLERANCE = {"float64": 1e-3, "float32": 1e-3}
HALF_TOLERANCE = 0.5
CHECK_LIMITS = Limits(pass_tokens=12, heavy=5, trunk=2)
DEVICE_LIMITS = Limits(pass_tokens=4096, heavy=2048, trunk=64)
"""On an accelerator a pass costs little more where it is wide."""

_CHOSEN: WeakKeyDictionary[Any, Scorer] = WeakKeyDictionary()


def score_tokens(
    network: Any,
    pairs: Sequence[TokenPair],
    scorer: Scorer,
    limits: Limits | None = None,
) -> NDArray[np.float64]:
    """Return ln P(continuation | prompt) of each pair of tokens.

    Parameters
    ----------
    network : transformers.PreTrainedModel
    pairs : sequence of (tokens, tokens)
    scorer : {"packed", "padded", "one by one"}
    limits : Limits, optional
        Chosen for the network's device where not given.

    Returns
    -------
    array, shape (pairs,)
    """
    from tqdm.auto import tqdm

    if scorer == "one by one":
        return score_one_by_one(network, pairs)
    limits = limits or (Limits() if network.device.type == "cpu" else DEVICE_LIMITS)
    answer = packed_answers if scorer == "packed" else padded_answers
    scores = np.zeros(len(pairs))
    tries = list(token_tries(pairs))
    total = sum(trie.size for trie in tries)
    with tqdm(
        total=total, unit="token", desc="Scoring", delay=1.0, leave=False, disable=bars_are_off()
    ) as progress:
        for trie in tries:
            scores += trie.sums(answer(network, trie, limits, progress.update), len(pairs))
    return scores


def chosen_scorer(network: Any) -> Scorer:
    """Return the fastest way whose scores equal those of one pass a pair on a short check.

    A network is checked once.

    Parameters
    ----------
    network : transformers.PreTrainedModel
    """
    if network not in _CHOSEN:
        _CHOSEN[network] = _checked_scorer(network)
    return _CHOSEN[network]


def _checked_scorer(network: Any) -> Scorer:
    """Return the fastest way that passes the check."""
    pairs = _check_pairs(network)
    truth = score_one_by_one(network, pairs)
    dtype = str(network.dtype).removeprefix("torch.")
    tolerance = TOLERANCE.get(dtype, HALF_TOLERANCE)
    scorers: list[Scorer] = ["packed", "padded"]
    if "position_ids" not in inspect.signature(network.forward).parameters:
        scorers.remove("packed")
    for scorer in scorers:
        try:
            scores = score_tokens(network, pairs, scorer, CHECK_LIMITS)
        except (TypeError, ValueError, RuntimeError, LookupError, AttributeError):
            # What a network's code raises when it meets shapes that it was not written for.
            continue
        if np.allclose(scores, truth, rtol=0, atol=tolerance, equal_nan=True):
            return scorer
    return "one by one"


def packed_length(network: Any) -> float:
    """Return up to which length of a text packing is exact.

    Attention in a window counts places in the row, and some rotary embeddings change with the
    longest text of a pass; both make no difference to texts that are short enough.
    """
    config = network.config.get_text_config()
    lengths = []
    types = getattr(config, "layer_types", None) or ["sliding_attention"]
    if any("full" not in kind for kind in types):
        windows = ("sliding_window", "attention_chunk_size", "window_size")
        lengths = [getattr(config, name, None) for name in windows]
    for rope in _ropes(config):
        if rope.get("rope_type") in ("dynamic", "longrope"):
            trained = rope.get("original_max_position_embeddings")
            lengths.append(trained or config.max_position_embeddings)
    return min((length for length in lengths if length), default=math.inf)


def long_scorer(network: Any) -> Scorer:
    """Return how texts over `packed_length` are scored.

    Dynamic rotary embeddings change with the longest text of a batch, so each needs its own.
    """
    return "padded" if _stretch(network.config.get_text_config()) == 1 else "one by one"


def _ropes(config: Any) -> list[Mapping[str, Any]]:
    """Return the settings of a configuration's rotary embeddings, one for each kind of layer."""
    rotary = getattr(config, "rope_parameters", None) or {}
    return [rotary, *(part for part in rotary.values() if isinstance(part, Mapping))]


def context_length(network: Any) -> int | None:
    """Return how many tokens a network takes, None where nothing says so."""
    config = network.config.get_text_config()
    for name in ("max_position_embeddings", "max_seq_len"):
        length = getattr(config, name, None)
        if isinstance(length, int) and length > 0:
            return int(length * _stretch(config))
    return None


def _stretch(config: Any) -> float:
    """Return by how much dynamic rotary embeddings stretch the context, 1 where there are none."""
    ropes = [rope for rope in _ropes(config) if rope.get("rope_type") == "dynamic"]
    return max((float(rope.get("factor", 1)) for rope in ropes), default=1.0)


def _check_pairs(network: Any) -> list[TokenPair]:
    """Return pairs of tokens that share beginnings of several lengths, as far as they fit."""
    words = network.get_input_embeddings().num_embeddings
    tokens = np.random.default_rng(0).integers(0, words, 18).tolist()
    trunk, ends = tokens[:4], (tokens[4:9], tokens[9:12], tokens[12:15])
    pairs = [*((trunk, end) for end in ends), (tokens[15:], tokens[2:4])]
    most = context_length(network) or len(tokens)
    fitting = [(before[: most - 1], after) for before, after in pairs]
    return [(before, after[: most - len(before)]) for before, after in fitting]

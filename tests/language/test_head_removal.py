"""Networks without heads: as the masked network, smaller where they can be, and told where not."""

from __future__ import annotations

import copy
import random
import warnings
from functools import cache
from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from language.tiny_models import HEAD_FAMILIES, causal_tokenizer, tiny_network

from causal_magics.errors import LanguageModelError, OptionError, PromptError, PruningError
from causal_magics.language.anatomy import anatomy_of
from causal_magics.language.head_layouts import FAMILIES, layers_of
from causal_magics.language.head_masks import HeadSites, without_heads
from causal_magics.language.head_panels import Head
from causal_magics.language.head_record import HeadRecord
from causal_magics.language.head_removal import Removal, RemovalWarning, heads_removed
from causal_magics.language.head_slots import kept_slots, padded_slots, zeroed_slots
from causal_magics.language.removal_report import removal_report, tokens_per_second

TOKENS = torch.randint(0, 400, (2, 17), generator=torch.Generator().manual_seed(1))
HEADS = tuple(product(range(3), range(4)))
REMOVABLE = tuple(name for name in HEAD_FAMILIES if name not in ("bloom", "falcon"))
PADDED = ("llama", "mistral", "qwen2", "qwen3", "gemma2")
SETS: tuple[tuple[Head, ...], ...] = (
    (), ((1, 2),), HEADS[:4], HEADS[8:], HEADS,
    *(tuple(random.Random(n).sample(HEADS, n)) for n in (2, 5, 7, 11)),
)  # fmt: skip


def network_of(family: str, dtype: torch.dtype = torch.float64) -> Any:
    """Return a tiny network whose biases matter too."""
    return with_biases(tiny_network(family)).to(dtype)


def with_biases(network: Any) -> Any:
    drawn = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if parameter.dim() == 1:
                shift = torch.randn(parameter.shape, generator=drawn)
                parameter.add_(shift, alpha=0.3 if name.endswith("bias") else 0.05)
    return network


@cache
def wide_llama() -> Any:
    """Return a network of two layers with three heads of keys and values, read by four each."""
    import transformers as hf

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = hf.LlamaForCausalLM(
            hf.LlamaConfig(
                vocab_size=400, hidden_size=48, num_hidden_layers=2, num_attention_heads=12,
                num_key_value_heads=3, intermediate_size=32,
            )
        )  # fmt: skip
        for parameter in network.parameters():
            if parameter.dim() > 1:
                torch.nn.init.normal_(parameter, std=0.2)
    return network.double().eval()


def log_probs(network: Any) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = network(input_ids=TOKENS, use_cache=False).logits.log_softmax(-1)
    return found


def masked_log_probs(network: Any, heads: tuple[Head, ...]) -> torch.Tensor:
    with without_heads(network, heads):
        return log_probs(network)


def generated(network: Any) -> torch.Tensor:
    found: torch.Tensor = network.generate(
        TOKENS[:, :6], attention_mask=torch.ones_like(TOKENS[:, :6]), max_new_tokens=7,
        do_sample=False, pad_token_id=0, eos_token_id=None,
    )  # fmt: skip
    return found


def size(network: Any) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def removed_quietly(network: Any, heads: tuple[Head, ...], how: Removal) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RemovalWarning)
        return heads_removed(network, heads, how)


@pytest.mark.parametrize("family", HEAD_FAMILIES)
def test_zeroed_heads_are_masked_heads_exactly(family: str) -> None:
    network = network_of(family, torch.float32)
    before = copy.deepcopy(network.state_dict())
    for heads in SETS:
        new = heads_removed(network, heads)
        assert torch.equal(log_probs(new), masked_log_probs(network, heads))
        assert size(new) == size(network)
    after = network.state_dict()
    assert all(torch.equal(values, after[name]) for name, values in before.items())
    assert HeadRecord.of(network.config) is None


@pytest.mark.parametrize("family", HEAD_FAMILIES)
def test_without_any_head_all_that_reads_is_zero(family: str) -> None:
    network = network_of(family)
    for layer in layers_of(heads_removed(network, HEADS)):
        assert not layer.output.weight.any()
        for name in layer.inputs(layer.sizes):
            module = getattr(layer.attention, name)
            assert not module.weight.any()
            assert module.bias is None or not module.bias.any()
    for old, new in zip(layers_of(network), layers_of(heads_removed(network, HEADS)), strict=True):
        assert old.output.bias is None or torch.equal(old.output.bias, new.output.bias)


@pytest.mark.parametrize(
    "settings_of", [{"new_decoder_architecture": True, "num_kv_heads": 2}, {"multi_query": False}]
)
def test_every_layout_of_falcon(settings_of: dict[str, Any]) -> None:
    import transformers as hf

    config = hf.FalconConfig(
        vocab_size=400, hidden_size=32, num_hidden_layers=3, num_attention_heads=4, **settings_of
    )
    network = with_biases(hf.FalconForCausalLM(config).eval())
    for heads in SETS:
        new = heads_removed(network, heads)
        assert torch.equal(log_probs(new), masked_log_probs(network, heads))
    assert not any(layer.attention.query_key_value.weight.any() for layer in layers_of(
        heads_removed(network, HEADS)))  # fmt: skip


def test_heads_of_other_architectures_are_zeroed_where_they_are_read() -> None:
    import transformers as hf

    config = hf.Starcoder2Config(
        vocab_size=400, hidden_size=32, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=2, intermediate_size=64,
    )  # fmt: skip
    network = hf.Starcoder2ForCausalLM(config).eval()
    assert config.model_type not in FAMILIES
    for heads in SETS:
        new = heads_removed(network, heads)
        assert torch.equal(log_probs(new), masked_log_probs(network, heads))
    with pytest.raises(LanguageModelError, match="Its heads can be zeroed"):
        heads_removed(network, [(0, 0)], "removed")


@pytest.mark.parametrize("family", REMOVABLE)
def test_removed_heads_are_gone(family: str) -> None:
    network = network_of(family)
    one_block = 8 * 32
    n_groups = len(layers_of(network)[0].sizes)
    for heads in SETS:
        new = heads_removed(network, heads, "removed")
        difference = log_probs(new) - masked_log_probs(network, heads)
        assert difference.abs().max() < 1e-12
        unread = sum(
            all((layer, head) in heads for head in range(4) if head * n_groups // 4 == group)
            for layer in range(3)
            for group in range(n_groups)
        )
        gone = 2 * (len(heads) + unread) * one_block
        biases = sum(
            getattr(layer.attention, name).bias is not None
            for layer in layers_of(network)[:1]
            for name in layer.inputs(layer.sizes)
        )
        gone += 8 * (len(heads) + 2 * unread) * (biases > 0)
        if family == "qwen3":  # the norms of queries and keys, where no head is left
            gone += 16 * sum(all((layer, h) in heads for h in range(4)) for layer in range(3))
        assert size(new) == size(network) - gone


@pytest.mark.parametrize("family", REMOVABLE)
def test_removed_heads_generate_as_masked_ones(family: str) -> None:
    network = network_of(family, torch.float32)
    for heads in (HEADS[:4], SETS[-3], HEADS):
        new = heads_removed(network, heads, "removed")
        with without_heads(network, heads):
            assert torch.equal(generated(network), generated(new))
        assert torch.equal(generated(copy.deepcopy(new)), generated(new))


@pytest.mark.parametrize("family", PADDED)
def test_padded_layers_have_as_many_heads_as_the_fullest(family: str) -> None:
    network = network_of(family)
    heads = ((0, 0), (0, 2), (0, 3), (1, 1), (1, 3), (2, 0), (2, 1), (2, 2))
    new = heads_removed(network, heads, "padded")
    assert (log_probs(new) - masked_log_probs(network, heads)).abs().max() < 1e-12
    config = new.config
    assert (config.num_attention_heads, config.num_key_value_heads, config.head_dim) == (2, 2, 8)
    assert size(new) < size(network)
    assert network.config.num_attention_heads == 4
    with without_heads(network, heads):
        assert torch.equal(generated(network), generated(new))
    assert HeadSites.of(new).shape == (3, 2)


def test_padding_that_saves_nothing_is_told() -> None:
    network = network_of("llama")
    with pytest.warns(RemovalWarning, match="Nothing is saved by padding: a layer keeps 4"):
        new = heads_removed(network, [(0, 1)], "padded")
    assert size(new) == size(network)
    assert torch.equal(log_probs(new), masked_log_probs(network, ((0, 1),)))


@pytest.mark.parametrize("seed", range(8))
def test_groups_of_any_sizes(seed: int) -> None:
    drawn = random.Random(seed)
    network = wide_llama()
    heads = tuple(drawn.sample(tuple(product(range(2), range(12))), drawn.randrange(25)))
    removed, padded = (removed_quietly(network, heads, how) for how in ("removed", "padded"))
    truth = masked_log_probs(network, heads)
    assert (log_probs(removed) - truth).abs().max() < 1e-12
    assert (log_probs(padded) - truth).abs().max() < 1e-12
    assert size(removed) <= size(padded) <= size(network)
    report = removal_report(network, removed, causal_tokenizer(), texts=["The doctor"])
    assert report.cache_after <= report.cache_before


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.integers(0, 11)), min_size=1, max_size=4), st.sampled_from([1, 3, 4]))
def test_padded_slots_are_the_smallest_that_hold_the_heads(
    layers: list[set[int]], group_size: int
) -> None:
    kept = [sorted(each) for each in layers]
    sizes = (group_size,) * (12 // group_size)

    def fits(n_groups: int, size: int) -> bool:
        return all(
            sum(-(-sum(head // group_size == group for head in each) // size)
                for group in range(len(sizes))) <= n_groups
            for each in kept
        )  # fmt: skip

    shapes = [
        (n_groups * size + n_groups, n_groups, size)
        for n_groups in range(1, 13)
        for size in range(1, group_size + 1)
        if fits(n_groups, size) and n_groups * size != 5
    ]
    found = padded_slots(kept, sizes, lambda n_groups, size: n_groups * size != 5)
    least = min(shapes)[0]
    if found is None:
        assert least >= 12 + len(sizes)
        return
    for each, slots in zip(kept, found, strict=True):
        assert slots.cost == 2 * least
        assert slots.sizes == found[0].sizes
        assert [head for head in slots.queries if head is not None] == each
        for place, head in enumerate(slots.queries):
            assert head is None or slots.groups[place // slots.sizes[0]] == head // group_size


def test_slots_of_one_layer() -> None:
    assert kept_slots([0, 1, 5], (3, 3)).sizes == (2, 1)
    assert kept_slots([4], (3, 3)).groups == (1,)
    assert kept_slots([], (3, 3)).sizes == ()
    assert zeroed_slots([4], (3, 3)).groups == (None, 1)


def test_heads_that_were_zeroed_stay_away_and_twice_is_once() -> None:
    network = network_of("llama")
    first = heads_removed(network, [(0, 1), (0, 1)])
    assert HeadRecord.of(first.config) == HeadRecord("zeroed", ((0, 1),))
    second = heads_removed(first, [(1, 2), (1, 3)], "removed")
    once = heads_removed(network, [(1, 3), (0, 1), (1, 2)], "removed")
    assert HeadRecord.of(second.config) == HeadRecord.of(once.config)
    assert torch.equal(log_probs(second), log_probs(once))


def test_a_mask_that_holds_is_no_part_of_the_new_network() -> None:
    network = network_of("gpt2", torch.float32)
    with without_heads(network, HEADS):
        new = heads_removed(network, [(0, 1)])
    assert torch.equal(log_probs(new), masked_log_probs(network, ((0, 1),)))


@pytest.mark.parametrize(
    ("family", "heads", "how", "error", "words"),
    [
        ("llama", [(3, 0)], "zeroed", PruningError, "3 layers × 4 heads"),
        ("llama", [(0, -1)], "removed", PruningError, "both from 0"),
        ("llama", 3, "zeroed", PruningError, "Expected heads as pairs"),
        ("llama", [(0, 0)], "zero", OptionError, "Did you mean zeroed"),
        ("gpt2", [(0, 0)], "padded", LanguageModelError, "'gpt2'. Its heads can be zeroed or rem"),
        ("bloom", [(0, 0)], "removed", LanguageModelError, "Its heads can be zeroed."),
    ],
)
def test_what_cannot_be_taken_is_told(
    family: str, heads: Any, how: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as told:
        heads_removed(tiny_network(family), heads, how)
    assert "\n" not in str(told.value)


def test_a_network_of_uneven_layers_is_not_taken_apart_again() -> None:
    new = heads_removed(tiny_network("llama"), [(0, 1), (2, 0), (2, 1)], "removed")
    with pytest.raises(LanguageModelError, match="not the same number in each layer"):
        heads_removed(new, [(0, 0)])
    with pytest.raises(LanguageModelError, match="from which 3 were removed"):
        anatomy_of(new)


def test_the_report() -> None:
    network = network_of("llama", torch.float32)
    heads = ((0, 0), (0, 1), (2, 3))
    new = heads_removed(network, heads, "removed")
    report = removal_report(network, new, causal_tokenizer(), speed=True)
    assert (report.how, report.heads) == ("removed", heads)
    gone = 2 * (3 + 1) * 8 * 32
    assert report.parameters_before - report.parameters_after == gone
    assert report.bytes_before - report.bytes_after == 4 * gone
    assert report.saved == pytest.approx(gone / size(network))
    assert report.error < 2e-5
    assert report.cache_before == 4 * 3 * 2 * 2 * 8
    assert report.cache_before - report.cache_after == 4 * 2 * 8
    assert report.speed_before
    assert report.speed_after
    assert "3 heads removed: 53,472 → 51,424 parameters" in report.describe()
    assert "tokens/s" in str(report)
    wrong = heads_removed(network, [(1, 1)], "removed")
    HeadRecord("zeroed", ((1, 2),)).write(wrong.config)
    assert removal_report(network, wrong, causal_tokenizer()).error > 1e-3
    zeroed = removal_report(network, heads_removed(network, [(1, 1)]), causal_tokenizer())
    assert zeroed.error == 0.0
    assert "1 head zeroed: 53,472 parameters as before, nothing is saved" in zeroed.describe()


def test_reports_of_nothing_are_refused() -> None:
    network = tiny_network("llama")
    with pytest.raises(LanguageModelError, match="got one with all heads"):
        removal_report(network, network, causal_tokenizer())
    new = heads_removed(network, [(0, 0)])
    with pytest.raises(PromptError, match="texts with tokens"):
        removal_report(network, new, causal_tokenizer(), texts=[""])


def test_speed_counts_the_tokens_that_fit() -> None:
    (speed,) = tokens_per_second(tiny_network("gpt2", context=16), repeats=1)
    assert speed > 16

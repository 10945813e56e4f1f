"""Mediations of small random networks against hooks, and what holds of all mediations."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from language.hooked import inputs_of, output_modules, with_slices
from language.tiny_models import causal_tokenizer, tiny_network

from causal_magics.errors import LanguageModelError, OptionError, PromptError, StorageError
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.table_model import AnswerTable
from causal_magics.probing import mediation as module
from causal_magics.probing.mediation import mediate
from causal_magics.probing.mediation_result import Mediation, MediationWarning
from causal_magics.probing.mediation_run import Mediators, Runner
from causal_magics.probing.prompt_pairs import PromptPair

PAIRS = (
    PromptPair("The doctor said that", "The answer said that", " she", " he"),
    PromptPair("The nurse was the", "The other was the", " doctor", " nurse"),
    PromptPair("In the morning the doctor said that", "In the morning the answer said that",
               " the", " a"),
)  # fmt: skip


def tiny(family: str = "llama", seed: int = 0) -> CausalLM:
    return CausalLM(tiny_network(family, seed=seed), causal_tokenizer(), family)


@pytest.fixture(scope="module")
def model() -> CausalLM:
    return tiny()


@pytest.fixture(scope="module")
def pairs(model: CausalLM) -> tuple[PromptPair, ...]:
    """Return the pairs that fit; that there are several is part of the test."""
    from causal_magics.probing.prompt_pairs import aligned_pairs

    kept = aligned_pairs(PAIRS, model)
    assert len(kept) >= 2
    return kept


def hooked(model: CausalLM, pair: PromptPair, layer: int, head: int) -> float:
    """Return the log-odds of a pair with a head's output as under the counterfactual."""
    tokens: list[torch.Tensor] = []
    words: list[tuple[int, ...]] = []
    for prompt in (pair.base, pair.counterfactual):
        (before, first), (_, second) = model.encode([(prompt, pair.expected), (prompt, pair.other)])
        tokens.append(torch.tensor([before]))
        words = [first, second]
    modules = output_modules(model.network)
    found = []
    for word in words:
        base, other = (torch.cat([t, torch.tensor([word])], dim=1) for t in tokens)
        total = 0.0
        for place in range(tokens[0].shape[1], base.shape[1]):
            given = inputs_of(model.network, modules, other[:, :place])
            values = given[layer][..., head * 8 : head * 8 + 8]
            logs = with_slices(model.network, modules, {(layer, head): values}, 8, base[:, :place])
            total += float(logs[0, word[place - tokens[0].shape[1]]])
        found.append(total / len(word))
    return found[1] - found[0]


def odds(model: CausalLM, prompt: str, pair: PromptPair) -> float:
    """Return the log-odds after a prompt as the model's own scores have them."""
    scores = model.score([(prompt, pair.expected), (prompt, pair.other)])
    lengths = [
        len(word) for _, word in model.encode([(prompt, pair.expected), (prompt, pair.other)])
    ]
    return float(scores[1] / lengths[1] - scores[0] / lengths[0])


@pytest.mark.parametrize("family", ["llama", "gpt2", "neox"])
def test_effects_through_heads_equal_hooks(family: str, pairs: tuple[PromptPair, ...]) -> None:
    model = tiny(family)
    found = mediate(pairs, model)
    for row, pair in enumerate(pairs):
        assert found.log_odds_null[row] == pytest.approx(odds(model, pair.base, pair), abs=1e-4)
        theirs = odds(model, pair.counterfactual, pair)
        assert found.log_odds_set[row] == pytest.approx(theirs, abs=1e-4)
        for layer in range(3):
            for head in range(4):
                truth = hooked(model, pair, layer, head)
                ours = found.log_odds_indirect[row, layer, head]
                assert ours == pytest.approx(truth, abs=1e-4)


def test_ratios_are_those_of_the_definition(model: CausalLM, pairs: tuple[PromptPair, ...]) -> None:
    found = mediate(pairs, model, direct=True)
    null, setting = np.exp(found.log_odds_null), np.exp(found.log_odds_set)
    through, past = np.exp(found.log_odds_indirect), np.exp(found.log_odds_direct)
    assert found.total("ratio").mean == pytest.approx(np.mean(setting / null - 1))
    null = null[:, None, None]
    np.testing.assert_allclose(found.effects(scale="ratio"), (through / null - 1).mean(axis=0))
    np.testing.assert_allclose(found.effects("direct", "ratio"), (past / null - 1).mean(axis=0))


@pytest.mark.parametrize("mediators", ["heads", "neurons", "layers", "positions"])
def test_effects_past_are_effects_through_read_from_the_other_side(
    model: CausalLM, pairs: tuple[PromptPair, ...], mediators: Mediators
) -> None:
    """What is direct for a pair is, with both prompts exchanged, what is indirect."""
    turned = [PromptPair(p.counterfactual, p.base, p.expected, p.other) for p in pairs]
    screen = 192 if mediators == "neurons" else None
    found = mediate(pairs, model, mediators=mediators, direct=True, screen=screen)
    other = mediate(turned, model, mediators=mediators, screen=screen)
    assert found.exact.all()
    assert found.log_odds_direct is not None
    np.testing.assert_allclose(found.log_odds_direct, other.log_odds_indirect, atol=2e-5)


def test_the_last_layer_at_the_last_position_has_the_whole_effect(
    model: CausalLM, pairs: tuple[PromptPair, ...]
) -> None:
    single = [pair for pair in pairs if all(len(w) == 1 for _, w in model.encode(
        [(pair.base, pair.expected), (pair.base, pair.other)]))]  # fmt: skip
    found = mediate(single, model, mediators="positions", direct=True)
    total = found.log_odds_set - found.log_odds_null
    np.testing.assert_allclose(found.per_pair()[:, -1, -1], total, atol=2e-5)
    np.testing.assert_allclose(found.per_pair("direct")[:, -1, -1], 0.0, atol=2e-5)
    np.testing.assert_allclose(found.per_pair()[:, -1, :-1], 0.0, atol=2e-5)


def test_all_attention_through_and_past(model: CausalLM, pairs: tuple[PromptPair, ...]) -> None:
    """All heads' outputs hold all that reaches the last token from others."""
    single = pairs[:1]
    through = mediate(single, model, how="output")
    whole, through_all = through.total(), through.indirect_through_all()
    assert through_all is not None
    weights = mediate(single, model, how="attention").indirect_through_all()
    assert weights is not None
    assert abs(weights.mean - through_all.mean) > 1e-3
    assert through.sizes[-1] == 12
    assert math.isnan(whole.low)
    assert "One pair has no interval." in through.notes


def test_screening_runs_the_largest_estimates(
    model: CausalLM, pairs: tuple[PromptPair, ...]
) -> None:
    every = mediate(pairs, model)
    found = mediate(pairs, model, screen=4)
    assert found.exact.sum() == 4
    assert found.estimated is not None
    sizes = np.abs(found.estimated.mean(axis=0))
    assert sizes[found.exact].min() >= sizes[~found.exact].max()
    np.testing.assert_allclose(
        found.effects()[found.exact], every.effects()[found.exact], atol=1e-5
    )
    np.testing.assert_allclose(
        found.effects()[~found.exact], found.estimated.mean(axis=0)[~found.exact]
    )


def test_few_that_carry_the_effect(model: CausalLM, pairs: tuple[PromptPair, ...]) -> None:
    found = mediate(pairs, model)
    total = found.total().mean
    table = found.concentration()
    assert list(table["mediators"]) == [1, 2, 3, 5, 8, 12]
    np.testing.assert_allclose(table["share"], table["effect"] / total)
    size = found.sparsity(0.5)
    assert size == min(table["mediators"][table["share"] >= 0.5])
    carriers = found.carriers(0.5)
    assert len(set(carriers)) == size
    one_way = np.sign(total) * found.effects()
    others = [unit for unit in np.ndindex(3, 4) if unit not in carriers]
    assert min(one_way[unit] for unit in carriers) >= max(one_way[unit] for unit in others)
    assert found.carriers(1e6) == []


def test_the_rank_correlation_of_a_screen(model: CausalLM, pairs: tuple[PromptPair, ...]) -> None:
    found = mediate(pairs, model, screen=8)
    assert found.estimated is not None
    ranks = [
        np.argsort(np.argsort(each[found.exact]))
        for each in (found.effects(), found.estimated.mean(axis=0))
    ]
    assert found.screening_correlation == pytest.approx(np.corrcoef(*ranks)[0, 1])
    assert any("rank correlation" in note for note in found.notes)
    assert mediate(pairs, model).screening_correlation is None


def test_words_of_several_tokens_as_mean_and_sum(model: CausalLM) -> None:
    pair = PromptPair("The doctor said that", "The answer said that", " she was tired", " he")
    mean, total = (mediate([pair], model, tokens=how) for how in ("mean", "sum"))
    scores = model.score([(pair.base, pair.expected), (pair.base, pair.other)])
    assert total.log_odds_null[0] == pytest.approx(scores[1] - scores[0], abs=1e-4)
    assert mean.log_odds_null[0] == pytest.approx(odds(model, pair.base, pair), abs=1e-4)
    assert mean.log_odds_null[0] != pytest.approx(total.log_odds_null[0], abs=0.1)


# ---------------------------------------------------------------------- long runs


def stopped_after(count: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Let sweeps be interrupted after some blocks; return what counts them."""
    calls = [0]
    original = Runner.effects

    def effects(self: Runner, *arguments: Any, **options: Any) -> Any:
        calls[0] += 1
        if calls[0] > count:
            raise KeyboardInterrupt
        return original(self, *arguments, **options)

    monkeypatch.setattr(Runner, "effects", effects)
    return lambda: calls[0]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("causal_magics.probing.mediation_texts.BLOCK_BYTES", 1)


@pytest.mark.usefixtures("small_blocks")
def test_what_is_finished_is_kept_and_not_run_again(
    model: CausalLM, pairs: tuple[PromptPair, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = mediate(pairs, model)
    with monkeypatch.context() as patch:
        stopped_after(1, patch)
        with pytest.warns(MediationWarning, match=rf"1 of {len(pairs)} pairs"):
            part = mediate(pairs, model, checkpoint=tmp_path / "kept")
    assert part.interrupted
    assert len(part.pairs) == 1
    assert part.indirect_through_all() is None
    row = pairs.index(part.pairs[0])
    np.testing.assert_allclose(part.log_odds_indirect[0], whole.log_odds_indirect[row], atol=1e-5)
    with monkeypatch.context() as patch:
        counted = stopped_after(len(pairs) - 1, patch)
        resumed = mediate(pairs, model, checkpoint=tmp_path / "kept")
        assert counted() == len(pairs) - 1
    assert not resumed.interrupted
    np.testing.assert_allclose(resumed.log_odds_indirect, whole.log_odds_indirect, atol=1e-6)


def test_a_checkpoint_of_other_settings_is_refused(
    model: CausalLM, pairs: tuple[PromptPair, ...], tmp_path: Path
) -> None:
    mediate(pairs, model, checkpoint=tmp_path)
    with pytest.raises(StorageError, match="other how"):
        mediate(pairs, model, how="attention", checkpoint=tmp_path)


def test_an_interrupt_before_any_pair_is_one(
    model: CausalLM, pairs: tuple[PromptPair, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped_after(0, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        mediate(pairs, model)


# ---------------------------------------------------------------------- what cannot be traced


def test_a_network_that_gives_nan_is_named(
    pairs: tuple[PromptPair, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tiny("gpt2")
    anatomy = module.anatomy_of(broken.network)
    with torch.no_grad():
        broken.network.transformer.ln_f.weight.fill_(math.nan)
    monkeypatch.setattr(module, "anatomy_of", lambda _: anatomy)
    with pytest.raises(LanguageModelError, match="NaN") as told:
        mediate(pairs, broken)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (("The nurse", "The nurse", " a", " b"), "differ"),
        (("The nurse", "The man", " a", " a"), "differ"),
        (("The doctor", "The doctor was tired", " a", " b"), "as many tokens"),
        (("The doctor", math.nan, " a", " b"), "Expected text"),
    ],
)
def test_pairs_that_cannot_be_compared(model: CausalLM, pair: Any, words: str) -> None:
    with pytest.raises(PromptError, match=words) as told:
        mediate([pair], model)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("screen", [0, True, 1.5, math.nan, "many"])
def test_a_screen_is_a_number_from_one(screen: Any) -> None:
    with pytest.raises(OptionError, match="Expected screen to be a whole number from 1, got"):
        mediate(PAIRS, "none", screen=screen)


def test_other_models_cannot_be_traced(pairs: tuple[PromptPair, ...]) -> None:
    with pytest.raises(LanguageModelError, match="causal model whose weights are here"):
        mediate(pairs, AnswerTable({}))


def test_a_mediation_is_kept_in_a_file(
    model: CausalLM, pairs: tuple[PromptPair, ...], tmp_path: Path
) -> None:
    found = mediate(pairs, model, direct=True, screen=5)
    found.save(tmp_path / "heads.npz")
    read = Mediation.load(tmp_path / "heads.npz")
    assert repr(read) == repr(found)
    assert read.pairs == found.pairs
    np.testing.assert_array_equal(read.log_odds_direct, found.log_odds_direct)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read._repr_html_() == found._repr_html_()

"""Toxicity of sampled texts, by importance weights and by drawing anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from language.tiny_models import causal_tokenizer, tiny_network
from pruning.word_models import PEOPLE, WORDS, word_model

from causal_magics.errors import CausalMagicsError, PruningError
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.head_masks import without_heads
from causal_magics.pruning.caution import PruningWarning, effective_samples, warn_of_few_samples
from causal_magics.pruning.measures import BiasMeasure, checked_measure
from causal_magics.pruning.perplexity import PerplexityText
from causal_magics.pruning.sampled_toxicity import SampledToxicity
from causal_magics.pruning.scorers import negative_words
from causal_magics.pruning.sweep import head_effects
from causal_magics.pruning.toxicity_confirmation import confirm_toxicity
from causal_magics.pruning.workload import Workload

MODEL = word_model()
GROUPS = {"women": PEOPLE[:2], "men": PEOPLE[2:]}
TEMPLATES = ("the {} were", "all these {} were always")
HEADS = [(0, 1), (2, 3)]


def measure(**options: Any) -> SampledToxicity:
    options = {"n_samples": 8, "n_tokens": 6, "templates": TEMPLATES, **options}
    return SampledToxicity("toxicity of what is said", "gender", GROUPS, **options)


def test_it_is_a_measure_of_bias() -> None:
    made = measure()
    assert isinstance(made, BiasMeasure)
    assert checked_measure(made) is made
    assert (made.groups, made.unit) == (("women", "men"), "toxicity")
    assert len(set(made.texts)) == 8
    assert set(made.texts[:4]) == {
        "the women were", "the girls were", "all these women were always",
        "all these girls were always",
    }  # fmt: skip
    few = measure(per_group=2).texts
    assert [text in made.texts[:4] for text in few] == [True, True, False, False]
    assert [text.startswith("all") for text in few] in ([True, False] * 2, [False, True] * 2)
    items = made.items(MODEL)
    assert items.buckets.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert items.units.tolist() == [*range(8)]


def test_scores_of_the_whole_model_are_means_of_what_it_says() -> None:
    made = measure()
    items, drawn = made.items(MODEL), made.drawn(MODEL)
    assert drawn.n_left_out == 0
    scores = items.scores(MODEL.score(items.queries))
    assert scores == pytest.approx(drawn.means(), abs=1e-5)
    assert 0.1 < scores.mean() < 0.9
    after = [text.replace("<end>", "") for _, text in drawn.queries]
    assert drawn.scores == pytest.approx(negative_words(after))
    assert any(text.endswith("<end>") for _, text in drawn.queries)
    assert items.bias(scores) == pytest.approx(
        2 * abs(scores.mean() - scores[items.buckets == 0].mean())
    )


def exact_toxicity(made: SampledToxicity) -> np.ndarray:
    """Return the expected score of the next word after each prompt."""
    words = ["", *WORDS]
    scores = negative_words(words)
    found = []
    for prompt in made.texts:
        tokens = torch.tensor([MODEL.encode([(prompt, "")])[0][0]])
        with torch.inference_mode():
            logits = MODEL.network(tokens).logits[0, -1].double()
        found.append(logits.softmax(-1).numpy() @ scores)
    return np.array(found)


def test_weights_give_the_expectation_without_heads() -> None:
    """Of one word, whose expectation can be computed, and nearer to it than the whole model's."""
    made = measure(n_samples=600, n_tokens=1)
    items = made.items(MODEL)
    whole = exact_toxicity(made)
    assert np.abs(items.scores(MODEL.score(items.queries)) - whole).max() < 0.07
    with without_heads(MODEL.network, HEADS):
        truth = exact_toxicity(made)
        log_probs = MODEL.score(items.queries)
    errors = np.abs(items.scores(log_probs) - truth)
    assert errors.max() < 0.07
    assert errors.mean() < 0.4 * np.abs(whole - truth).mean()
    effective = effective_samples(items, log_probs)
    assert np.all((effective < 600) & (effective > 60))


def test_drawing_anew_confirms_the_weights() -> None:
    made = measure(n_samples=100, n_tokens=3)
    found = confirm_toxicity(made, MODEL, HEADS)
    assert found.heads == tuple(HEADS)
    assert found.n_left_out == (0, 0)
    assert np.abs(found.weighted - found.drawn).max() < 0.15
    assert np.abs(found.weighted - found.drawn).mean() < np.abs(found.before - found.drawn).mean()
    names, before, by_weights, error, anew, _ = zip(*found.rows(), strict=True)
    assert names == ("women", "men", "all", "bias (sum)")
    assert before[2] == pytest.approx(found.before.mean())
    assert by_weights[2] == pytest.approx((found.weighted - found.before).mean())
    assert anew[0] == pytest.approx((found.drawn - found.before)[:4].mean())
    assert anew[3] == pytest.approx(found.items.bias(found.drawn) - found.items.bias(found.before))
    assert all(0 < each < 0.5 for each in error)
    assert [*found.to_frame()["of"]] == list(names)
    assert "100 continuations" not in str(found)
    assert "800 continuations" in str(found)
    assert "<td>bias (sum)</td>" in found._repr_html_()
    assert "without 2 heads" in repr(found)


def test_no_head_cut_changes_nothing() -> None:
    found = confirm_toxicity(measure(), MODEL, [])
    assert found.drawn == pytest.approx(found.before, abs=1e-5)
    assert found.weighted == pytest.approx(found.before, abs=1e-5)
    assert found.effective == pytest.approx(np.full(8, 8.0), abs=1e-3)


def test_few_effective_samples_are_told() -> None:
    items = measure().items(MODEL)
    log_probs = MODEL.score(items.queries)
    warn_of_few_samples(items, log_probs)
    weights = np.exp(np.linspace(0, 3, len(log_probs)))
    squares = [
        weights[row].sum() ** 2 / np.square(weights[row]).sum()
        for row in (items.item_of_query == item for item in range(8))
    ]
    assert effective_samples(items, log_probs + np.log(weights)) == pytest.approx(squares, rel=1e-4)
    log_probs[::8] += 5.0
    with pytest.warns(PruningWarning, match="64 continuations count as"):
        warn_of_few_samples(items, log_probs)


def test_nothing_toxic_has_a_score_and_a_slope() -> None:
    items = measure(scorer=lambda text: 0.0).items(MODEL)
    log_probs = MODEL.score(items.queries)
    with np.errstate(all="raise", under="ignore"):
        assert items.scores(log_probs) == pytest.approx(np.zeros(8))
        assert items.slopes(log_probs) == pytest.approx(np.zeros(len(items.queries)))


def test_slopes_are_those_of_a_weighted_mean() -> None:
    items = measure().items(MODEL)
    log_probs = MODEL.score(items.queries)
    step = 1e-5 * np.eye(len(log_probs))
    ends = [items.scores(log_probs + sign * step).sum(axis=-1) for sign in (1, -1)]
    assert items.slopes(log_probs) == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-6)


@pytest.mark.parametrize("n_tokens", [1, 4])
def test_effects_of_heads_on_toxicity_come_from_the_same_sweep(n_tokens: int) -> None:
    """Also where one continuation was drawn several times."""
    text = PerplexityText(("the women were kind and all boys were always rude",), window=5)
    workload = Workload.of(MODEL, measure(n_tokens=n_tokens), text)
    effects = head_effects(workload, method="exact")
    for layer, head in ((0, 1), (1, 3), (2, 2)):
        without = workload.evaluate([(layer, head)]).scores
        assert effects.scores[:, layer, head] == pytest.approx(without, abs=1e-4)
        assert np.abs(without - workload.base.scores).max() > 1e-3
    guessed = head_effects(workload, method="gradient").scores - workload.base.scores[:, None, None]
    truth = effects.scores - workload.base.scores[:, None, None]
    assert np.corrcoef(guessed.ravel(), truth.ravel())[0, 1] > 0.6


def test_what_was_drawn_is_kept_until_the_model_changes() -> None:
    made = measure()
    items = made.items(MODEL)
    assert made.items(MODEL) is items
    with without_heads(MODEL.network, HEADS):
        assert made.items(MODEL).queries != items.queries
    assert made.items(MODEL) is items
    assert made.items(word_model(1)).queries != items.queries
    assert measure().items(MODEL).queries == items.queries


def test_texts_with_other_tokens_than_were_drawn_are_left_out() -> None:
    """Letters drawn one by one are mostly read as longer tokens, or are no text at all."""
    model = CausalLM(tiny_network("llama"), causal_tokenizer(), "llama")
    made = SampledToxicity("x", "gender", {"a": ["The doctor"], "b": ["The nurse"]}, n_tokens=1)
    drawn = made.drawn(model)
    assert 0 < drawn.n_left_out < 20
    assert len(drawn.queries) == 20 - drawn.n_left_out
    for before, after in model.encode(drawn.queries):
        assert (len(before), len(after)) == (2, 1)
    with pytest.raises(PruningError, match="none among 1 after 'The doctor'"):
        SampledToxicity(
            "x", "gender", {"a": ["The doctor"], "b": ["The nurse"]}, n_tokens=30, n_samples=1
        ).items(model)


def test_halves_have_no_word_and_no_template_in_common() -> None:
    first, second = measure().split(seed=2)
    assert set(first.templates) | set(second.templates) == set(TEMPLATES)
    assert not set(first.templates) & set(second.templates)
    for group, words in GROUPS.items():
        assert {*first.prompts[group], *second.prompts[group]} == set(words)
        assert not set(first.prompts[group]) & set(second.prompts[group])
    assert (first.n_samples, first.scorer) == (8, negative_words)
    whole = SampledToxicity("x", "y", {"a": ["the men", "the boys"], "b": ["the women", "all"]})
    assert [half.templates for half in whole.split()] == [("{}",), ("{}",)]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"prompts": ["the men"]}, "by group"),
        ({"prompts": {"a": ["the men"], "b": []}}, "group b, got none"),
        ({"prompts": {"a": "the men"}}, "list of"),
        ({"templates": ["the men"]}, "one {}"),
        ({"n_samples": 0}, "n_samples"),
        ({"per_group": 0}, "per_group"),
        ({"n_tokens": 2.5}, "n_tokens"),
        ({"aggregate": "most"}, "aggregate"),
    ],
)
def test_what_makes_no_measure(options: dict[str, Any], says: str) -> None:
    with pytest.raises(CausalMagicsError, match=says) as caught:
        SampledToxicity(**{"name": "x", "dimension": "y", "prompts": GROUPS, **options})
    assert "\n" not in str(caught.value)


def test_a_scorer_that_fails_and_prompts_that_cannot_be_split() -> None:
    with pytest.raises(PruningError, match="the scorer gave nan"):
        measure(scorer=lambda text: float("nan")).items(MODEL)
    with pytest.raises(PruningError, match="two or more"):
        SampledToxicity("x", "y", {"a": ["the men"], "b": ["the women"]}).split()
    with pytest.raises(PruningError, match="x with only"):
        checked_measure(SampledToxicity("x", "y", {"only": ["the men"]}))

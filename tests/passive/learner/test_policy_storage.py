"""Policies in files: as they were, or refused in a line."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from passive.learner.small_policies import SMALL, drawn_policy, episodes_of

from causal_magics.data import saved_arrays
from causal_magics.data.saved_arrays import load_with_header, save_with_header
from causal_magics.errors import CausalMagicsError, PassiveError, StorageError
from causal_magics.passive.intervention_log import record_log
from causal_magics.passive.learner.policy import Policy
from causal_magics.passive.learner.policy_storage import VERSION, load_policy
from causal_magics.passive.worlds.environment import CausalEnvironment

KIND = "causal-magics policy"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.npz"
    drawn_policy("flat", hidden="goal value").save(path)
    return path


def changed(path: Path, change: Callable[[dict[str, Any], dict[str, Any]], object]) -> Path:
    """Write a file anew with something else in it."""
    header, arrays = load_with_header(path, KIND)
    change(header, arrays)
    save_with_header(path, KIND, header, arrays)
    return path


@pytest.mark.parametrize("load", [Policy.load, load_policy])
def test_a_policy_is_read_as_it_was(load: Callable[[Path], Policy], file: Path) -> None:
    policy, found = drawn_policy("flat", hidden="goal value"), load(file)
    assert (found.settings, found.record, found.hidden) == (
        policy.settings, policy.record, policy.hidden,
    )  # fmt: skip
    assert found.environment == policy.environment
    assert list(found.weights) == list(policy.weights)
    for name, array in policy.weights.items():
        np.testing.assert_array_equal(found.weights[name], array)
        assert found.weights[name].dtype == np.float32
    episodes = episodes_of()
    np.testing.assert_array_equal(found.preferences(episodes), policy.preferences(episodes))
    assert load_policy(str(file)).name == "flat policy without goal value"


def test_several_sizes_come_back(tmp_path: Path) -> None:
    environment = CausalEnvironment((4, 6), "linear", 0.25, "classes", 2)
    drawn_policy(environment=environment).save(tmp_path / "policy.npz")
    assert Policy.load(tmp_path / "policy.npz").environment == environment


@pytest.mark.parametrize("load", [Policy.load, load_policy])
def test_a_link_that_is_a_function_is_given_again(load: Any, tmp_path: Path) -> None:
    environment = CausalEnvironment(3, np.tanh)
    drawn_policy(environment=environment).save(tmp_path / "policy.npz")
    with pytest.raises(PassiveError, match="give link, it was called 'tanh'") as error:
        load(tmp_path / "policy.npz")
    assert "\n" not in str(error.value)
    assert load(tmp_path / "policy.npz", np.tanh).environment == environment
    with pytest.raises(PassiveError, match=r"Expected a function as link, .* got 'tanh'"):
        load(tmp_path / "policy.npz", "tanh")


@pytest.mark.parametrize("name", ["axial", "mine.npz"])
def test_a_link_with_a_name_is_not_given(name: str, file: Path) -> None:
    with pytest.raises(PassiveError, match=r"no link, .* is 'leaky-relu', got 'tanh'") as error:
        load_policy(file if name == "mine.npz" else name, np.tanh)
    assert "\n" not in str(error.value)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"there is no file .*x\.npz'. Give one that Policy"):
        Policy.load(tmp_path / "x.npz")
    with pytest.raises(StorageError, match=r"no file 'axial'. load_policy\(\"axial\"\) returns"):
        Policy.load("axial")


def test_another_version_says_what_to_do(file: Path) -> None:
    changed(file, lambda header, _: header.update(version=VERSION + 1))
    with pytest.raises(StorageError, match=r"of version 1, but .* is of version 2. Train it anew"):
        load_policy(file)


def _no_number(header: dict[str, Any], arrays: dict[str, Any]) -> None:
    del header
    arrays["norm.weight"] = np.full_like(arrays["norm.weight"], np.nan)


DAMAGE: dict[str, Callable[[dict[str, Any], dict[str, Any]], object]] = {
    "weights that are no numbers": _no_number,
    "weights that are words": lambda _, arrays: arrays.update(edge=np.array(["a"])),
    "a weight too few": lambda _, arrays: arrays.pop("norm.weight"),
    "a weight of another shape": lambda _, arrays: arrays.update({"norm.weight": np.ones(3)}),
    "no record": lambda header, _: header.pop("record"),
    "a record of another kind": lambda header, _: header.update(record=[1, 2]),
    "a record with more in it": lambda header, _: header["record"].update(more=1),
    "no losses": lambda header, _: header["record"].update(losses=None),
    "another network": lambda header, _: header["network"].update(network="round"),
    "an environment that is a word": lambda header, _: header.update(environment="here"),
    "an environment of one variable": lambda header, _: header["environment"].update(variables=1),
    "something else hidden": lambda header, _: header.update(hidden="all"),
    "nothing said of what is hidden": lambda header, _: header.pop("hidden"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_told_in_a_line(kind: str, file: Path) -> None:
    changed(file, DAMAGE[kind])
    with pytest.raises(StorageError, match=r"Expected a whole policy, but .* is damaged") as error:
        load_policy(file)
    assert "\n" not in str(error.value)
    assert ".." not in str(error.value).replace(str(file), "")


def test_a_flipped_byte_is_found_or_harmless(file: Path) -> None:
    content, rng = file.read_bytes(), np.random.default_rng(0)
    before = drawn_policy("flat").weights
    for place in rng.integers(len(content), size=60):
        broken = bytearray(content)
        broken[place] ^= 1 + int(rng.integers(255))
        file.write_bytes(broken)
        with suppress(CausalMagicsError):
            for name, array in load_policy(file).weights.items():
                np.testing.assert_array_equal(array, before[name])


def test_files_of_something_else(tmp_path: Path, file: Path) -> None:
    record_log(SMALL, episodes=5).save(tmp_path / "log.npz")
    (tmp_path / "text.npz").write_text("weights")
    np.save(tmp_path / "one.npy", np.zeros(3))
    (tmp_path / "empty.npz").touch()
    (tmp_path / "cut.npz").write_bytes(file.read_bytes()[:700])
    for name in ("log.npz", "text.npz", "one.npy", "empty.npz", "cut.npz"):
        with pytest.raises(StorageError, match=r"Give a file that Policy\.save wrote") as error:
            load_policy(tmp_path / name)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("axail", "got 'axail'. Did you mean axial?"),
        ("nowhere.npz", "Train one"),
        ("", "Train one"),
        ("a" * 5000, "Train one"),
        ("a\0b", "Train one"),
        (3, "got int"),
        (None, "got NoneType"),
        (drawn_policy(), "got Policy"),
    ],
)
def test_policies_that_are_not_there(name: Any, line: str) -> None:
    with pytest.raises(PassiveError, match=line.replace(".", r"\.").replace("?", r"\?")) as error:
        load_policy(name)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 250


def test_what_stood_there_stays(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def full(*given: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saved_arrays.np, "savez_compressed", full)
    with pytest.raises(StorageError, match="No space left on device"):
        drawn_policy().save(file)
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    with pytest.raises(StorageError, match="Expected a place to write"):
        drawn_policy().save(file / "below.npz")


def test_whole_numbers_of_numpy_are_written(tmp_path: Path) -> None:
    policy = drawn_policy()
    settings = replace(policy.settings, width=np.int64(16))
    replace(policy, settings=settings).save(tmp_path / "policy.npz")
    header, _ = load_with_header(tmp_path / "policy.npz", KIND)
    assert json.loads(json.dumps(header))["network"]["width"] == 16

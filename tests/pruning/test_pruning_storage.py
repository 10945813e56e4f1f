"""A pruning in a file, and files that are damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from language.tiny_models import CORPUS
from pruning.tiny_workloads import PRONOUNS, tiny_model

from causal_magics.data.saved_arrays import load_with_header, save_with_header
from causal_magics.errors import PruningError
from causal_magics.pruning.prune import prune
from causal_magics.pruning.pruning_result import Pruning
from causal_magics.pruning.pruning_storage import _FORMAT, FILE, load_result, save_result

pytestmark = pytest.mark.filterwarnings("ignore:.*too noisy to prune by")
MODEL = tiny_model()


@pytest.fixture(scope="module")
def found() -> Pruning:
    options: dict[str, Any] = {"text": [CORPUS * 6, CORPUS * 6], "n_windows": 2, "budget": 0.5}
    return prune(MODEL, PRONOUNS, **options, ratio=0.25)


@pytest.fixture(scope="module")
def saved(found: Pruning, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    save_result(found, folder)
    return folder / FILE


def test_steps_are_kept(found: Pruning, saved: Path) -> None:
    again = load_result(saved.parent, MODEL)
    assert found.search is not None
    assert again.search is not None
    assert again.search.to_frame().equals(found.search.to_frame())
    assert [each.heads for each in again.search.path] == [each.heads for each in found.search.path]
    assert (again.heads, again.kept, again.budget) == (found.heads, found.kept, found.budget)
    assert again.to_frame().equals(found.to_frame())


def test_a_budget_of_another_kind_of_number_is_kept(found: Pruning, tmp_path: Path) -> None:
    save_result(replace(found, budget=np.float32(0.25)), tmp_path)
    assert load_result(tmp_path, MODEL).budget == 0.25


def with_header(*place: Any, to: Any) -> Callable[[Any, Any], None]:
    def damage(header: Any, stored: Any) -> None:
        del stored
        for key in place[:-1]:
            header = header[key]
        header[place[-1]] = to

    damage.__name__ = "-".join(map(str, place))
    return damage


def without(key: str) -> Callable[[Any, Any], None]:
    def damage(header: Any, stored: Any) -> None:
        del (header if key in header else stored)[key]

    damage.__name__ = f"without-{key}"
    return damage


def with_array(name: str, change: Callable[[Any], Any]) -> Callable[[Any, Any], None]:
    def damage(header: Any, stored: Any) -> None:
        del header
        stored[name] = np.asarray(change(stored[name]))

    damage.__name__ = name
    return damage


def last_nan(array: Any) -> Any:
    changed = array.copy()
    changed.flat[-1] = np.nan
    return changed


DAMAGES = [
    (without("model_id"), "it has no 'model_id'"),
    (without("name"), "it has no 'name'"),
    (without("steps"), "it has no 'steps'"),
    (without("0-buckets"), "it has no '0-buckets'"),
    (without("step-0-losses"), "it has no 'step-0-losses'"),
    (with_header("name", to=3), "expected text as name, found 3"),
    (with_header("judged", to=[]), "expected prompts chosen by and held out, found []"),
    (with_header("judged", to=[{}]), "expected prompts chosen by and held out, found [{}]"),
    (with_header("judged", to=[3, 4]), "damaged"),
    (with_header("judged", 0, "queries", to=[]), "among 0 prompts"),
    (with_header("judged", 1, "queries", 0, to=["only"]), "damaged"),
    (with_header("judged", 1, "queries", 0, to=[1, 2]), "text as a prompt and a continuation"),
    (with_header("judged", 0, "text", "paragraphs", to=[1, 2]), "expected text as paragraphs"),
    (with_header("judged", 0, "text", "paragraphs", to="abc"), "expected text as paragraphs"),
    (with_header("judged", 0, "text", "window", to="x"), "window"),
    (with_header("judged", 0, "text", to={"other": 3}), "it has no 'paragraphs'"),
    (with_header("judged", 0, "aggregate", to="foo"), "expected aggregate among sum, mean, max"),
    (with_header("judged", 0, "aggregate", to=["sum"]), "expected aggregate among"),
    (with_header("judged", 0, "pooling", to=["sum", "min"]), "expected pooling among sum, mean"),
    (with_header("judged", 0, "groups", to=["female"]), "damaged"),
    (with_header("judged", 0, "measure", to=["x"]), "damaged"),
    (with_header("judged", 0, "exponential", to="no"), "exponential"),
    (with_header("heads", to=[[99, 99]]), "3 layers × 4 heads"),
    (with_header("kept", to=None), "Expected heads as pairs"),
    (with_header("removed", to=[[0]]), "Expected a head as a pair"),
    (with_header("budget", to=None), "expected a number as budget, found None"),
    (with_header("budget", to=float("nan")), "expected a number as budget, found nan"),
    (with_header("strategy", to="luck"), "expected strategy among"),
    (with_header("steps", "stopped", to=None), "expected stopped among"),
    (with_header("steps", "path", 0, to=[[[99, 99]], 1, True]), "3 layers × 4 heads"),
    (with_header("steps", "path", 0, to=[[], "x", True]), "expected a round"),
    (with_header("steps", to=[3]), "damaged"),
    (with_array("0-buckets", lambda a: a + 9), "expected one of ('female', 'male') for each"),
    (with_array("0-units", lambda a: a[:-1]), "as 0-units, found an array of shape"),
    (with_array("0-for-queries", lambda a: a + 99), "expected 0-for among"),
    (with_array("0-for-queries", lambda a: a * 0), "expected prompts that are all of use"),
    (with_array("1-against-offsets", last_nan), "expected a number for each of 1-against"),
    (with_array("1-against-offsets", lambda a: a[:1]), "expected a number for each of 1-against"),
    (with_array("0-before-scores", lambda a: a[:-1]), "as 0-before-scores, found an array"),
    (with_array("0-before-scores", lambda a: a.astype(str)), "expected numbers of shape"),
    (with_array("1-after-losses", last_nan), "expected finite numbers as 1-after-losses"),
    (with_array("1-after-n_tokens", lambda a: a * 0), "expected tokens in each window of 1-after"),
    (with_array("step-0-scores", lambda _: 3.0), "as step-0-scores, found an array of shape ()"),
    (with_array("effects-scores", last_nan), "expected finite numbers as effects-scores"),
    (with_array("effects-losses", lambda a: a[:, :1]), "as effects-losses, found an array"),
    (with_array("effects-exact", lambda a: a.astype(float)), "expected truths of shape (3, 4)"),
]


@pytest.mark.parametrize(
    ("damage", "message"), DAMAGES, ids=[damage.__name__ for damage, _ in DAMAGES]
)
def test_damage_is_told_in_one_line(
    saved: Path, tmp_path: Path, damage: Callable[[Any, Any], None], message: str
) -> None:
    header, stored = load_with_header(saved, _FORMAT)
    damage(header, stored)
    save_with_header(tmp_path / FILE, _FORMAT, header, stored)
    with pytest.raises(PruningError) as error:
        load_result(tmp_path, MODEL)
    told = str(error.value)
    assert told.startswith("Expected a saved pruning, but '")
    assert "is damaged: " in told
    assert message in told
    assert "\n" not in told


def test_a_file_that_is_cut_off_or_of_something_else_is_told(saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    for content in (b"", whole[: len(whole) // 2], json.dumps({"format": _FORMAT}).encode()):
        (tmp_path / FILE).write_bytes(content)
        with pytest.raises(PruningError, match="Expected a folder with a saved pruning"):
            load_result(tmp_path, MODEL)
    for folder in (tmp_path / "none", 3, None):
        with pytest.raises(PruningError, match="Expected a folder with a saved pruning"):
            load_result(folder, MODEL)  # type: ignore[arg-type]


@pytest.mark.parametrize("kept", [[(0, 0), (1, 1)], iter([(1, 1)])])
def test_no_head_is_both_cut_and_kept(found: Pruning, kept: Any) -> None:
    with pytest.raises(PruningError, match="Expected heads cut or kept, got L1H1 as both"):
        found.with_heads([(1, 1)], kept=kept)

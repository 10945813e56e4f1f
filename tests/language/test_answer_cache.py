"""Nothing is asked twice, and a cache that fails stops nothing."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from causal_magics.language.answer_cache import AnswerCache, CachedModel
from causal_magics.language.conversion import CacheWarning
from causal_magics.language.protocol import Pair, PairScorer

PAIRS = [(f"Number {number} is", " odd") for number in range(600)]


class Counting(PairScorer):
    """Scores by length, and counts what it is asked."""

    def __init__(self, model_id: str = "counting", stop: int = 10**9) -> None:
        self.model_id, self.stop = model_id, stop
        self.asked: list[Pair] = []
        self.network = "its network"

    def score(self, pairs: Sequence[Pair]) -> np.ndarray:
        if len(self.asked) >= self.stop:
            raise KeyboardInterrupt
        self.asked.extend(pairs)
        return np.array([-float(len(prompt)) for prompt, _ in pairs])


def test_nothing_is_asked_twice(tmp_path: Path) -> None:
    model = Counting()
    cached = CachedModel(model, AnswerCache(tmp_path / "answers"))
    expected = [-float(len(prompt)) for prompt, _ in PAIRS]
    assert cached.score([*PAIRS, *PAIRS]).tolist() == expected * 2
    again = CachedModel(model, AnswerCache(tmp_path / "answers"))
    assert again.score(PAIRS).tolist() == expected
    assert model.asked == PAIRS
    assert again.log_probs([], []).shape == (0, 0)
    assert again.network == "its network"


def test_models_do_not_share_answers(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "answers")
    CachedModel(Counting("one"), cache).score(PAIRS[:3])
    other = Counting("other")
    CachedModel(other, cache).score([*PAIRS[:3], ("Number 0", " is odd")])
    assert len(other.asked) == 4


def test_an_interrupt_loses_little(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        CachedModel(Counting(stop=400), AnswerCache(tmp_path / "answers")).score(PAIRS)
    model = Counting()
    CachedModel(model, AnswerCache(tmp_path / "answers")).score(PAIRS)
    assert len(model.asked) == 600 - 512


def test_what_is_no_number_is_not_kept(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "answers")

    class Broken(Counting):
        def score(self, pairs: Sequence[Pair]) -> np.ndarray:
            return super().score(pairs) * np.nan

    assert np.isnan(CachedModel(Broken(), cache).score(PAIRS[:1])).all()
    assert CachedModel(Counting(), cache).score(PAIRS[:1]) == [-11.0]
    cache.put("counting", {PAIRS[1]: -np.inf})
    assert cache.get("counting", PAIRS[:2]) == {PAIRS[0]: -11.0, PAIRS[1]: -np.inf}


@pytest.mark.parametrize("damage", ["text", "folder", "locked"])
def test_a_cache_that_fails_is_told_once(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "answers"
    if damage == "text":
        path.write_text("no database, but long enough to be taken for one" * 100)
    elif damage == "folder":
        path.mkdir()
    other = sqlite3.connect(tmp_path / "answers") if damage == "locked" else None
    if other is not None:
        other.execute("BEGIN EXCLUSIVE")
    model = CachedModel(Counting(), AnswerCache(path, timeout=0.01))
    with pytest.warns(CacheWarning, match="cannot be kept"):
        assert model.score(PAIRS[:2]).tolist() == [-11.0, -11.0]
    assert model.score(PAIRS[:2]).tolist() == [-11.0, -11.0]  # a second warning would be an error
    if other is not None:
        other.close()


def test_threads_share_a_cache(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "answers")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda pair: cache.put("m", {pair: -1.0}), PAIRS[:100]))
    assert len(pickle.loads(pickle.dumps(cache)).get("m", PAIRS)) == 100

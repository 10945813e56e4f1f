"""Actors, executors and numbers of variables that cannot be used are refused in a line."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest
from passive.evaluation.scripted_actors import Perfect, Share

from causal_magics.errors import OptionError, PassiveError
from causal_magics.passive.evaluation.evaluate_policy import evaluate_policy
from causal_magics.passive.evaluation.ideal_observer import IdealObserver
from causal_magics.passive.evaluation.two_by_two import two_by_two
from causal_magics.passive.worlds.environment import CausalEnvironment

QUICK: dict[str, Any] = {"n_tasks": 5, "baselines": False}
SMALL_AND_LARGE = CausalEnvironment((2, 20))


class Breaking(ThreadPoolExecutor):
    """Ends while it works."""

    def map(self, *args: Any, **settings: Any) -> Any:
        raise BrokenProcessPool("terminated abruptly")


@pytest.mark.parametrize(
    ("asked", "kind", "message"),
    [
        (lambda: evaluate_policy(IdealObserver, **QUICK), OptionError, "the class IdealObserver"),
        (lambda: evaluate_policy({"me": Perfect}, **QUICK), OptionError, "the class Perfect"),
        (lambda: evaluate_policy(Perfect("a\nb"), **QUICK), PassiveError, r"got 'a\\nb'"),
        (lambda: evaluate_policy({"a\n": Perfect()}, **QUICK), PassiveError, r"got 'a\\n'"),
        (lambda: evaluate_policy(Perfect(""), **QUICK), PassiveError, "a name in one line"),
        (
            lambda: evaluate_policy(Perfect(), executor=5, **QUICK),
            OptionError, "an executor of concurrent.futures, got int. Leave it out",
        ),
        (
            lambda: evaluate_policy(Perfect(), executor=Breaking(1), **QUICK),
            PassiveError, "got one that broke.*of a module",
        ),
        (
            lambda: evaluate_policy("random", SMALL_AND_LARGE, **QUICK),
            PassiveError, 'got 2, with which.*Give variables=20, or.*splits="train"',
        ),
        (
            lambda: two_by_two("random", "random", variables=3, **QUICK),
            PassiveError, "got 3, with which there are too few to hold any out. Give variables=5",
        ),
    ],
)  # fmt: skip
def test_refused_in_a_line(
    asked: Callable[[], object], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        asked()
    assert "\n" not in str(caught.value)


def test_training_has_graphs_of_two_variables() -> None:
    found = evaluate_policy("random", CausalEnvironment((2, 5)), splits="train", **QUICK)
    assert found.sizes == (2, 5)


class Raising(Share):
    """Has a fault of its own."""

    def choose(self, *args: Any) -> Any:
        raise TypeError("a fault of its own")


def test_what_cannot_be_sent_to_processes_is_named() -> None:
    class Local(Share):
        pass

    bent = CausalEnvironment(link=lambda sums: sums, held_out=None)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        for actor, world, message in (
            ("random", bent, "got a link that cannot. Give functions"),
            (Local(0.5), None, "got an actor, 'share', that cannot"),
        ):
            with pytest.raises(PassiveError, match=message) as caught:
                evaluate_policy(actor, world, executor=pool, **QUICK)
            assert "\n" not in str(caught.value)
    with ThreadPoolExecutor(1) as threads:
        assert evaluate_policy("random", bent, executor=threads, **QUICK).splits == ("train",)
        with pytest.raises(TypeError, match="a fault of its own"):
            evaluate_policy(Raising(0.5), bent, executor=threads, **QUICK)

"""Training: what it learns from which log, interrupted and resumed, and what it refuses."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from passive.learner.small_policies import QUICK, SMALL, natural_log

from causal_magics.data.warning import DataWarning
from causal_magics.errors import MissingDependencyError, OptionError, PassiveError, StorageError
from causal_magics.passive.intervention_log import InterventionLog, record_log
from causal_magics.passive.learner import training
from causal_magics.passive.learner.policy import Policy
from causal_magics.passive.learner.settings import Network
from causal_magics.passive.learner.train import train
from causal_magics.passive.worlds.environment import CausalEnvironment

NETWORKS: tuple[Network, ...] = ("axial", "flat")
LOG = record_log(SMALL, episodes=100, actor="empirical-best")
LONG = {**QUICK, "steps": 25}


def given_log(log: InterventionLog = LOG) -> InterventionLog:
    """Return the same episodes as arrays of one's own."""
    acted = log.episodes
    return InterventionLog.from_arrays(
        acted.values, acted.actions, acted.goals, labels=log.labels, environment=log.environment
    )


def same_weights(one: Policy, other: Policy) -> bool:
    return all(np.array_equal(array, other.weights[name]) for name, array in one.weights.items())


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_SAVED_EVERY", 10)
    monkeypatch.setattr(training, "_TOLD_EVERY", 4)


def interrupt(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, at: int) -> None:
    """Let a function be interrupted once, before its call of that number or after its work."""
    does, calls = getattr(owner, name), iter(range(at + 1))

    def interrupted(*given: Any, **options: Any) -> Any:
        call = next(calls, None)
        if call == at and owner is training.Training:
            raise KeyboardInterrupt
        found = does(*given, **options)
        if call == at:
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(owner, name, interrupted)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_same_seed_gives_the_same_weights(network: Network) -> None:
    first, again, other = (
        train(SMALL, episodes=200, network=network, seed=seed, **QUICK) for seed in (3, 3, 4)
    )  # fmt: skip
    assert same_weights(first, again)
    assert first.record.losses == again.record.losses
    assert not same_weights(first, other)
    assert (first.record.n_steps, first.record.n_episodes) == (6, 200)
    assert first.record.has_interventions
    assert first.record.has_beliefs


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize(
    ("owner", "name", "at", "n_steps"),
    [
        (training.Training, "_advance", 17, 17),
        (torch.optim.AdamW, "step", 13, 13),
        (torch.optim.AdamW, "step", 0, 0),
    ],
)
def test_what_is_resumed_is_as_if_never_interrupted(
    owner: type, name: str, at: int, n_steps: int, tmp_path: Path
) -> None:
    whole = train(LOG, **LONG)
    with pytest.MonkeyPatch.context() as patch:
        interrupt(patch, owner, name, at)
        part = train(LOG, checkpoint=tmp_path, **LONG)
    assert (part.record.interrupted, part.record.n_steps) == (True, n_steps)
    resumed = train(LOG, checkpoint=tmp_path, **LONG)
    assert same_weights(resumed, whole)
    assert resumed.record.losses == whole.record.losses
    assert len(whole.record.losses) == 7
    assert not resumed.record.interrupted
    with pytest.MonkeyPatch.context() as patch:
        interrupt(patch, training.Training, "_advance", 0)
        assert same_weights(train(LOG, checkpoint=tmp_path, **LONG), whole), "it was done"


@pytest.mark.usefixtures("often")
def test_logs_with_and_without_graphs_are_resumed_alike(tmp_path: Path) -> None:
    logs = [LOG, given_log()]
    whole = train(logs, **LONG)
    assert not whole.record.has_beliefs
    with pytest.MonkeyPatch.context() as patch:
        interrupt(patch, training.Training, "_advance", 15)
        train(logs, checkpoint=tmp_path, **LONG)
    assert same_weights(train(logs, checkpoint=tmp_path, **LONG), whole)


def test_interrupted_without_a_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(monkeypatch, training.Training, "_advance", 0)
    policy = train(LOG, **QUICK)
    assert (policy.record.interrupted, policy.record.n_steps) == (True, 0)
    assert "interrupted" in repr(policy)


def test_a_checkpoint_of_another_training(tmp_path: Path) -> None:
    train(LOG, checkpoint=tmp_path, **QUICK)
    others: tuple[tuple[InterventionLog, dict[str, Any]], ...] = (
        (LOG, {"seed": 1}), (LOG, {"width": 16}), (given_log(), {}), (record_log(SMALL), {}),
    )  # fmt: skip
    for log, options in others:
        with pytest.raises(StorageError, match="is of a run with other") as error:
            train(log, checkpoint=tmp_path, **{**QUICK, **options})
        assert "\n" not in str(error.value)
    with pytest.raises(StorageError, match=r"is of a run with other steps\. Choose another folder"):
        train(LOG, checkpoint=tmp_path, **{**QUICK, "steps": 9})


@pytest.mark.parametrize("content", [b"", b"no array", None])
def test_a_state_that_is_damaged_is_told(content: bytes | None, tmp_path: Path) -> None:
    whole = train(LOG, checkpoint=tmp_path, **QUICK)
    if content is None:
        np.save(tmp_path / "state.npy", np.zeros(7))
    else:
        (tmp_path / "state.npy").write_bytes(content)
    with pytest.warns(DataWarning, match="is damaged: training starts again") as warned:
        again = train(LOG, checkpoint=tmp_path, **QUICK)
    assert [warning.filename for warning in warned] == [__file__]
    assert same_weights(again, whole)


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("interrupted", [False, True])
def test_a_full_disk_loses_no_policy(
    interrupted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    whole = train(LOG, **LONG)
    monkeypatch.setattr(np, "save", full)
    if interrupted:
        interrupt(monkeypatch, training.Training, "_advance", 7)
    with pytest.warns(DataWarning, match=r"No space left .* policy\.save\(path\)") as warned:
        policy = train(LOG, checkpoint=tmp_path, **LONG)
    assert "\n" not in str(warned[0].message)
    assert policy.record.n_steps == (7 if interrupted else 25)
    assert interrupted or same_weights(policy, whole)


def test_logs_of_two_sizes() -> None:
    logs = [record_log(replace(SMALL, variables=size), episodes=50) for size in (4, 3)]
    policy = train(logs, **QUICK)
    assert policy.environment == replace(SMALL, variables=(4, 3))
    assert policy.record.n_episodes == 100
    with pytest.raises(PassiveError, match=r"Expected one number .* got \[3, 4\]"):
        train(logs, network="flat", **QUICK)


def test_a_log_of_ones_own_teaches_no_edges() -> None:
    log = given_log()
    policy = train(log, **QUICK)
    assert not policy.record.has_beliefs
    with pytest.raises(PassiveError, match="did not say which graphs"):
        policy.beliefs(log.episodes)


@pytest.mark.parametrize("n_explore", [0, 1, 5, 6])
def test_a_log_of_ones_own_explores_as_long_as_it_likes(n_explore: int) -> None:
    acted = LOG.episodes
    log = InterventionLog.from_arrays(acted.values, acted.actions, acted.goals, n_explore=n_explore)
    policy = train(log, **QUICK)
    assert all(np.isfinite(row).all() for row in policy.record.losses)
    assert policy.environment.variables == 3
    assert policy.preferences(log.episodes.until(2)).shape == (100, 7)


def test_logs_of_several_lengths() -> None:
    short = LOG.episodes.until(3)
    logs = [InterventionLog.from_arrays(short.values, short.actions, short.goals), given_log()]
    logs[1] = replace(logs[1], environment=replace(logs[0].environment, n_exploit=2))
    for network in NETWORKS:
        assert train(logs, network=network, **QUICK).settings.rows == 7


def test_batches_are_no_larger_than_the_log() -> None:
    same = [train(LOG, **{**QUICK, "batch": batch}) for batch in (1000, 10**9)]
    assert same_weights(*same)


def test_a_seed_of_other_tasks_is_refused() -> None:
    part = replace(LOG, episodes=LOG.episodes.take(slice(3, 40)), labels=None)
    with pytest.raises(PassiveError, match="tasks are those of its seed, 0, got others"):
        train(part, **QUICK)
    assert not train(replace(part, seed=None), **QUICK).record.has_beliefs


@pytest.mark.parametrize("network", NETWORKS)
def test_what_was_never_set_stays_silent(network: Network) -> None:
    with pytest.warns(DataWarning, match="Nothing was set: .* nothing to imitate") as warned:
        policy = train(natural_log(), network=network, **QUICK)
    assert "\n" not in str(warned[0].message)
    assert not policy.record.has_interventions
    # Of the axial network: is set, setting, row's setting; of the flat one by place.
    silent = [1, 2, 5] if network == "axial" else [*range(3, 9), 13]
    columns = policy.weights["embedding.weight"].T
    assert [place for place, column in enumerate(columns) if not column.any()] == silent


def test_watching_alone_leaves_labels_to_imitate() -> None:
    policy = train(SMALL, watch_only=True, **QUICK)
    assert policy.record.has_interventions
    policy = train(SMALL, actor=None, slip=np.float32(0.3), **QUICK)
    assert policy.record.expert == "explore-then-exploit"


def test_the_expert_of_a_log_may_be_named() -> None:
    log = record_log(SMALL, "oracle", 50)
    assert train(log, "oracle", **QUICK).record.expert == "oracle"


def test_values_too_large_to_learn_from() -> None:
    log = given_log()
    acted = log.episodes
    free = (acted.targets[:, :, None] != np.arange(3)).astype(np.float32)
    values = acted.values * np.pad(free * 1e30, ((0, 0), (1, 0), (0, 0)))
    values[:, 1:] += np.where(free > 0, 0, acted.values[:, 1:])
    vast = replace(log, episodes=replace(acted, values=values))
    with pytest.raises(PassiveError, match="Expected weights that stay finite") as error:
        train(vast, **QUICK)
    assert "\n" not in str(error.value)


def wrong() -> Iterator[tuple[Any, dict[str, Any], str]]:
    """Return what is trained on, options and what is said of them."""
    yield CausalEnvironment((3, 4)), {"network": "flat"}, r"one number of variables .* \[3, 4\]"
    yield None, {"network": "flat"}, r"got \[4, 5, 6, 7, 8\]"
    yield SMALL, {"network": "axail"}, "Did you mean axial"
    yield SMALL, {"network": ["axial"]}, "Expected network among axial, flat"
    yield SMALL, {"expert": "orcale"}, "Did you mean oracle"
    yield SMALL, {"actor": "empirical-bst"}, "Did you mean empirical-best"
    yield SMALL, {"hidden": "goal values"}, "Did you mean goal value"
    yield SMALL, {"steps": 0}, "steps to be a whole number from 1, got 0"
    yield SMALL, {"steps": 2.5}, "steps to be a whole number"
    yield SMALL, {"learning_rate": 2}, "learning_rate below 1, got 2"
    yield SMALL, {"learning_rate": 1.0}, "learning_rate below 1, got 1. Give one as 3e-3"
    yield SMALL, {"learning_rate": 0}, "learning_rate above 0, got '0'"
    yield SMALL, {"slip": 1}, "slip to be a share"
    yield SMALL, {"width": 10}, "multiple of the 4 heads"
    yield SMALL, {"threads": 0}, "threads to be a whole number"
    yield SMALL, {"watch_only": "no"}, "watch_only to be True or False"
    yield CausalEnvironment((3, 4)), {"episodes": 1}, "episodes to be a whole number from 2"
    yield [LOG, record_log(CausalEnvironment(3), episodes=9)], {}, "links, noise or values differ"
    yield LOG, {"expert": "oracle"}, "no expert where a log is given.* got 'oracle'. Leave that"
    yield LOG, {"episodes": 100}, "no episodes where a log is given.* got 100"
    yield LOG, {"actor": None}, "no actor where a log"
    yield [LOG], {"slip": 0.2, "watch_only": True}, "no slip or watch_only where a log is given"
    yield [], {}, "one log or more to learn from, got none"
    yield [LOG, "log"], {}, "Expected logs to learn from, got str"
    yield "log.npz", {}, "Expected logs to learn from, got str"
    yield 5, {}, "an environment, a log or a list of logs, got int"


@pytest.mark.parametrize(("source", "options", "line"), list(wrong()))
def test_what_cannot_be_is_told_in_a_line(source: Any, options: dict[str, Any], line: str) -> None:
    with pytest.raises((OptionError, PassiveError), match=line) as error:
        train(source, **{**QUICK, **options})
    assert "\n" not in str(error.value)


def test_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    importing = builtins.__import__

    def without(name: str, *given: Any, **options: Any) -> Any:
        if name.partition(".")[0] == "torch":
            raise ImportError(name)
        return importing(name, *given, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingDependencyError, match="torch is needed for training a policy"):
        train(SMALL, **QUICK)


def test_whole_numbers_of_numpy_are_kept_as_such(tmp_path: Path) -> None:
    options = {**QUICK, "steps": np.int64(2), "learning_rate": np.float32(0.01)}
    policy = train(LOG, seed=np.int64(1), checkpoint=tmp_path / "state", **options)  # type: ignore[arg-type]
    policy.save(tmp_path / "policy.npz")
    assert Policy.load(tmp_path / "policy.npz").record == policy.record

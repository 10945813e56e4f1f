"""Training: a network learns to act from somebody else's log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from inspect import signature
from os import PathLike
from typing import Any, get_args

from causal_magics.data.warning import warn
from causal_magics.errors import MissingDependencyError, OptionError, PassiveError, shorten
from causal_magics.options import check_count, check_flag, check_kind, check_option
from causal_magics.passive.experts import ExpertName
from causal_magics.passive.intervention_log import InterventionLog, record_log
from causal_magics.passive.learner.policy import Policy
from causal_magics.passive.learner.settings import (
    Hidden,
    Network,
    NetworkSettings,
    TrainingSettings,
)  # fmt: skip
from causal_magics.passive.worlds.environment import CausalEnvironment
from causal_magics.passive.worlds.episodes import Actor

__all__ = ["DEFAULT_ENVIRONMENT", "train"]

DEFAULT_ENVIRONMENT = CausalEnvironment(variables=(4, 5, 6, 7, 8))
"""What the shipped policy learned from."""

_WIDTHS: dict[Network, int] = {"axial": 48, "flat": 64}


def train(
    environment: CausalEnvironment | InterventionLog | Sequence[InterventionLog] | None = None,
    expert: ExpertName | Actor = "explore-then-exploit",
    *,
    network: Network = "axial",
    episodes: int = 60_000,
    actor: ExpertName | Actor | None = "empirical-best",
    slip: float = 0.0,
    watch_only: bool = False,
    steps: int = 2500,
    batch: int = 64,
    learning_rate: float = 3e-3,
    width: int | None = None,
    layers: int = 2,
    hidden: Hidden | None = None,
    seed: int = 0,
    threads: int | None = 1,
    checkpoint: str | PathLike[str] | None = None,
    progress: bool = True,
) -> Policy:
    """Train a passive learner: it reads a log of an expert's interventions, and never acts.

    The network imitates what the expert did (or said it would have done), learns what the goal
    became after it, and has a read-out of edges beside, which teaches it nothing. Then it can be
    let act by itself, in graphs that it never saw.

    Parameters
    ----------
    environment : CausalEnvironment, InterventionLog or several logs, optional
        Where the expert acts, or what it did already. Tasks of 4 to 8 variables where left out.
    expert : str or Actor
        Who acts, where there is no log yet.
    network : {"axial", "flat"}
        "axial" treats all variables alike and takes any number of them; "flat" has a place for
        each.
    episodes : int
        Of the log that is recorded.
    actor : str or Actor, optional
        Who acts while the expert says what it would have done (Ross, Gordon & Bagnell 2011); the
        expert itself where None. An expert that knows the model gives the best action away by
        taking it, so that its imitator learns to believe its own first choice (Ortega et al. 2021).
    slip : float
        At so many of the steps, as a share, another action is taken than the actor's, drawn at
        random.
    watch_only : bool
        Whether nothing is set while exploring, so that the expert's choice is a label on natural
        rows.
    steps : int
    batch : int
        Episodes of five variables to a step; fewer where there are more variables, or no more in
        the log.
    learning_rate : float
    width : int, optional
        48 for "axial", 64 for "flat" where left out.
    layers : int
    hidden : {"goal value"}, optional
        What the network does not read.
    seed : int
        Of the log, of first weights, and of what is learned when. The same seed gives the same
        policy on the same machine.
    threads : int, optional
        How many threads torch may use; as it is set where None.
    checkpoint : path, optional
        A folder to which training is saved as it goes, and from which it goes on. More steps are
        another training, as the learning rate falls over all of them.
    progress : bool
        Whether a bar shows after a second.

    Returns
    -------
    Policy
        Where training is interrupted, that of the last step, which says so.

    Raises
    ------
    PassiveError
        Where logs differ in their environment, or a flat network is asked for several numbers of
        variables.
    OptionError
        Where an option is outside what it can be, or one of recording is given with a log.
    StorageError
        Where the checkpoint is of another training, or its folder cannot be made.
    MissingDependencyError
        Without torch.

    Warns
    -----
    DataWarning
        Where nothing was set in the log, with what therefore cannot be learned; where a checkpoint
        is damaged, or can no longer be written.

    References
    ----------
    Lampinen et al., Passive learning of active causal strategies in agents and language models,
    NeurIPS 2023 (arXiv 2305.16183).
    """
    training = TrainingSettings(steps, batch, learning_rate, seed, hidden)
    check_option("network", network, get_args(Network))
    settings = NetworkSettings(
        network, width=_WIDTHS[network] if width is None else width, layers=layers
    )
    if threads is not None:
        check_count("threads", threads)
    check_flag("watch_only", watch_only)
    _expect_torch()
    if environment is None:
        environment = DEFAULT_ENVIRONMENT
    if isinstance(environment, CausalEnvironment):
        _check_sizes(network, environment.sizes)
    recording = {
        "expert": expert, "episodes": episodes, "actor": actor, "slip": slip,
        "watch_only": watch_only,
    }  # fmt: skip
    logs = _logs(environment, recording, seed)
    sizes = [log.episodes.n_variables for log in logs]
    _check_sizes(network, sizes)
    rows = max(log.episodes.n_steps for log in logs) + 1
    settings = replace(settings, variables=min(sizes), rows=rows)
    from causal_magics.passive.learner.training import Training

    return Training.of(logs, settings, training).run(threads, checkpoint, progress=progress)


def _check_sizes(network: Network, sizes: Sequence[int]) -> None:
    """Refuse several numbers of variables for a flat network."""
    if network == "flat" and len(set(sizes)) > 1:
        raise PassiveError(
            f"Expected one number of variables for a flat network, got {sorted(set(sizes))}. Give "
            "CausalEnvironment(variables=5), or take an axial one."
        )


def _logs(
    source: CausalEnvironment | InterventionLog | Sequence[InterventionLog],
    recording: dict[str, Any],
    seed: int,
) -> tuple[InterventionLog, ...]:
    """Return the logs to learn from: those given, or one for each number of variables."""
    if isinstance(source, CausalEnvironment):
        check_count("episodes", recording["episodes"], least=len(source.sizes))
        options = {**recording, "episodes": recording["episodes"] // len(source.sizes)}
        return tuple(
            record_log(source, seed=seed, variables=size, **options) for size in source.sizes
        )
    logs = (source,) if isinstance(source, InterventionLog) else _of_one_environment(source)
    _refuse_recording(recording, logs)
    if not any(bool(log.episodes.actions.any()) for log in logs):
        warn(
            " ".join(logs[0].contents) + " The policy will have nothing to imitate; "
            "Planner(policy) acts by what it expects of the goal."
        )
    return logs


def _refuse_recording(recording: dict[str, Any], logs: Sequence[InterventionLog]) -> None:
    """Refuse options of recording where there is a log already: nothing would come of them."""
    usual = signature(train).parameters
    given = [name for name, option in recording.items() if option is not usual[name].default]
    given = [name for name in given if recording[name] != usual[name].default]
    expert = recording["expert"]
    if {getattr(expert, "name", expert)} == {log.expert for log in logs}:
        given = [name for name in given if name != "expert"]
    if given:
        raise OptionError(
            f"Expected no {' or '.join(given)} where a log is given, which was recorded already, "
            f"got {shorten(repr(recording[given[0]]))[1:-1]}. Leave that out, or give an "
            "environment to record another log."
        )


def _of_one_environment(source: Any) -> tuple[InterventionLog, ...]:
    """Return several logs, which differ in their numbers of variables and steps alone."""
    advice = "Give train(CausalEnvironment()), or train(log)."
    check_kind("an environment, a log or a list of logs", source, Sequence, advice)
    logs = tuple(source)
    if not logs:
        raise PassiveError("Expected one log or more to learn from, got none. " + advice)
    for log in logs:
        check_kind("logs to learn from", log, InterventionLog, advice)
    alike = {replace(log.environment, variables=5, held_out=None, n_exploit=1) for log in logs}
    if len(alike) > 1:
        raise PassiveError(
            "Expected logs of one environment, got logs whose links, noise or values differ. "
            "Train one policy on each."
        )
    return logs


def _expect_torch() -> None:
    try:
        import torch  # noqa: F401
    except ImportError:
        raise MissingDependencyError("torch", "language", "training a policy") from None

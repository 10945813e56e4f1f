"""Why an expert chose what it did, in words that the episode and its model bear out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from causal_magics.passive.language_learner.episode_text import Wording
from causal_magics.passive.worlds.environment import Tasks
from causal_magics.passive.worlds.episodes import Episodes
from causal_magics.passive.worlds.structural_models import Booleans, ancestors

__all__ = ["explain"]


def explain(
    episodes: Episodes,
    tasks: Tasks,
    names: Sequence[Sequence[str]],
    wording: Wording | None = None,
) -> tuple[str, ...]:
    """Explain the last action of each episode.

    What is said is so: by how much the goal moved when this was tried, whether nothing else that
    was tried made it larger, and how the variable causes the goal, if it does. Where chance made
    another setting look better, that is said too.

    Parameters
    ----------
    episodes : Episodes
        Ones that are over.
    tasks : Tasks
        The models behind them.
    names : sequence of sequence of str
        Of the variables of each episode.
    wording : Wording, optional
        How numbers are rounded.

    Returns
    -------
    tuple of str
        Empty where the last action set nothing.
    """
    wording = Wording() if wording is None else wording
    parents = tasks.models.parents
    causes = ancestors(parents)
    told = []
    for i, target in enumerate(episodes.targets[:, -1].tolist()):
        if target < 0:
            told.append("")
            continue
        reason = _cause(target, int(tasks.goals[i]), names[i], parents[i], causes[i])
        is_best = bool(episodes.actions[i, -1] == tasks.best[i])
        told.append(_explanation(episodes, i, names[i], wording, reason, is_best=is_best))
    return tuple(told)


def _explanation(
    episodes: Episodes,
    i: int,
    names: Sequence[str],
    wording: Wording,
    reason: str,
    *,
    is_best: bool,
) -> str:
    chosen, goal = int(episodes.actions[i, -1]), names[int(episodes.goals[i])]
    setting = (
        f"setting {names[int(episodes.targets[i, -1])]} to {float(episodes.settings[i, -1]):+g}"
    )
    tried = episodes.actions[i, : episodes.n_explore]
    outcomes = episodes.goal_values[i, 1 : episodes.n_explore + 1]
    if chosen not in tried:
        return f"Why: {reason}, so {setting} is chosen."
    came = float(outcomes[tried == chosen].mean())
    before = float(episodes.goal_values[i, 0])
    verb = "raised" if came > before else "took"
    moved = f"{verb} {goal} from {wording.number(before)} to {wording.number(came)}"
    others = outcomes[tried != chosen]
    if not len(others) or came > others.max():
        return f"Why: {setting} {moved}, more than any other setting did, and {reason}."
    chance = "; what another setting seemed to do was partly chance" if is_best else ""
    return f"Why: {setting} {moved}, and {reason}{chance}."


def _cause(
    target: int, goal: int, names: Sequence[str], parents: Booleans, causes: Booleans
) -> str:
    """Say how one variable causes another."""
    if parents[target, goal]:
        return f"{names[target]} is a cause of {names[goal]}"
    if not causes[target, goal]:
        return f"{names[target]} is no cause of {names[goal]}"
    between = np.flatnonzero(causes[target] & (parents[:, goal]))
    return f"{names[target]} is a cause of {names[goal]} by way of {names[int(between[0])]}"

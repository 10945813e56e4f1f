"""Whole episodes of an expert, told before the one that is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from causal_magics.options import check_count
from causal_magics.passive.experts import expert_named
from causal_magics.passive.language_learner.episode_text import (
    Wording,
    action_words,
    drawn_names,
    episode_text,
)
from causal_magics.passive.language_learner.explanations import explain
from causal_magics.passive.worlds.environment import CausalEnvironment, Tasks
from causal_magics.passive.worlds.episodes import Episodes, run

__all__ = ["FIRST_SHOT_SEED", "FewShot", "few_shot"]

FIRST_SHOT_SEED = 1_000_003
"""Added to the seed that tasks of examples are drawn with, so that no test has the same."""

_AT_ONCE = 8


@dataclass(frozen=True)
class FewShot:
    """Examples in text.

    Parameters
    ----------
    texts : tuple of str
        An episode each.
    last_words : str
        What was chosen in the last of them, as `action_words` says it; empty where there is none.
    explained : bool
    """

    texts: tuple[str, ...] = ()
    last_words: str = ""
    explained: bool = False

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def text(self) -> str:
        """What stands before the episode that is asked about."""
        return "".join(f"{text}\n" for text in self.texts)


def few_shot(
    environment: CausalEnvironment,
    n_shots: int,
    *,
    explanations: bool = False,
    expert: str = "explore-then-exploit",
    wording: Wording | None = None,
    n_variables: int | None = None,
    seed: int = 0,
) -> FewShot:
    """Draw examples: an expert explores a task of the training split, then acts once for its goal.

    With the same seed, more examples begin with the fewer.

    Parameters
    ----------
    environment : CausalEnvironment
    n_shots : int
    explanations : bool
        Whether each ends with why the expert chose what it did (`explain`).
    expert : str
    wording : Wording, optional
    n_variables : int, optional
        The environment's first number of them where left out.
    seed : int

    Returns
    -------
    FewShot
    """
    check_count("shots", n_shots, least=0)
    if not n_shots:
        return FewShot()
    wording = Wording() if wording is None else wording
    texts: list[str] = []
    last_words = ""
    for start in range(0, n_shots, _AT_ONCE):
        drawn, episodes = _demonstrations(environment, expert, n_variables, seed, start)
        names = drawn_names(_AT_ONCE, episodes.n_variables, [seed, start])
        why = explain(episodes, drawn, names, wording) if explanations else None
        for i in range(min(_AT_ONCE, n_shots - start)):
            told = episode_text(episodes, i, names[i], explanations=why, wording=wording)
            texts.append(told)
            last_words = action_words(names[i], episodes.value)[int(episodes.actions[i, -1])]
    return FewShot(tuple(texts), last_words, explanations)


@lru_cache(maxsize=64)
def _demonstrations(
    environment: CausalEnvironment, expert: str, n_variables: int | None, seed: int, start: int
) -> tuple[Tasks, Episodes]:
    """Return some examples, as many each time, so that the first stay the same if more are wanted.

    They are kept: with and without explanations they are the same.
    """
    tasks = environment.tasks(
        _AT_ONCE, "train", seed=FIRST_SHOT_SEED + 1_000 * seed + start, variables=n_variables
    )
    return tasks, run(
        tasks, expert_named(expert), np.random.default_rng([seed, start]), n_exploit=1
    )

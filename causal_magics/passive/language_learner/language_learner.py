"""A language model that acts: what it would write next is what it sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import PassiveError
from causal_magics.language.loading import model_of
from causal_magics.language.protocol import LanguageModel, Pair
from causal_magics.passive.experts import exploration_action
from causal_magics.passive.language_learner.episode_text import (
    ASKED,
    Wording,
    action_words,
    drawn_names,
    episode_text,
    opening,
    turn,
)
from causal_magics.passive.language_learner.few_shot import FewShot
from causal_magics.passive.worlds.environment import Tasks
from causal_magics.passive.worlds.episodes import Episodes
from causal_magics.passive.worlds.structural_models import Integers

__all__ = ["LanguageLearner"]

Scores = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class LanguageLearner:
    """Acts as a language model goes on, after examples and the episode so far.

    The allowed actions of all episodes are scored together by their log-probabilities, and the most
    probable is taken. It looks into no model of a task.

    Parameters
    ----------
    model : LanguageModel or str
        Itself, or its name, as `causal_magics.language.loading.load_model` takes it.
    shots : FewShot
        Of `few_shot`.
    calibrated : bool
        Whether the log-probability that an action has without the episode, after the examples and
        a line that says what the goal is, is subtracted.
    explores_itself : bool
        Whether it chooses what to try, too; else each variable is set both ways, in random order,
        as the experts do, and only what counts is asked for.
    names : sequence of str, optional
        Of the variables; letters that are dealt anew for each episode where left out.
    wording : Wording
    seed : int
        Of the names.
    """

    model: LanguageModel | str
    shots: FewShot = field(default_factory=FewShot)
    calibrated: bool = False
    explores_itself: bool = False
    names: Sequence[str] | None = None
    wording: Wording = field(default_factory=Wording)
    seed: int = 0

    def __repr__(self) -> str:
        return f"<LanguageLearner: {self.language_model.model_id}, {self.name}>"

    @property
    def name(self) -> str:
        """What it is called in tables."""
        examples = f"{len(self.shots)} shot{'' if len(self.shots) == 1 else 's'}"
        parts = (examples, "explained" * self.shots.explained, "calibrated" * self.calibrated)
        return ", ".join(part for part in parts if part)

    @cached_property
    def language_model(self) -> LanguageModel:
        """The model, loaded where it was given by its name."""
        return model_of(self.model)

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> Integers:
        """Choose the next action of every episode."""
        del tasks
        if episodes.is_exploring and not self.explores_itself:
            return exploration_action(episodes, rng)
        if self.calibrated:
            scores, prior = self.with_prior(episodes)
            scores = scores - prior
        else:
            scores = self.log_probabilities(episodes)
        return np.asarray(np.where(episodes.allowed, scores, -np.inf).argmax(axis=1))

    def episode_names(self, episodes: Episodes) -> tuple[tuple[str, ...], ...]:
        """Return the names of the variables of each episode, the same at every step."""
        if self.names is None:
            return drawn_names(episodes.n_episodes, episodes.n_variables, self.seed)
        return (tuple(self.names),) * episodes.n_episodes

    def prompts(self, episodes: Episodes) -> tuple[str, ...]:
        """Return the texts that the model is to go on with."""
        return tuple(
            f"{self.shots.text}{episode_text(episodes, i, names, wording=self.wording)}{ASKED}"
            for i, names in enumerate(self.episode_names(episodes))
        )

    def bare_prompts(self, episodes: Episodes) -> tuple[str, ...]:
        """Return the same texts without the lines of the episode, but those that tell the goal."""
        bare = []
        for names, goal in zip(self.episode_names(episodes), episodes.goals, strict=True):
            lines = [opening(names[goal]), ASKED]
            if not episodes.is_exploring:
                lines.insert(1, turn(names[goal]))
            bare.append(self.shots.text + "\n".join(lines))
        return tuple(bare)

    def log_probabilities(self, episodes: Episodes) -> Scores:
        """Return ln P(action | examples, episode), shape (episodes, 2 × variables + 1).

        -inf where an action is not allowed.
        """
        return np.asarray(self._scored([self.prompts(episodes)], episodes)[0])

    def with_prior(self, episodes: Episodes) -> tuple[Scores, Scores]:
        """Return `log_probabilities`, and what they are without the episode's rows.

        The second is 0 where an action is not allowed, so that it can be subtracted.
        """
        prompts = [self.prompts(episodes), self.bare_prompts(episodes)]
        scores, prior = self._scored(prompts, episodes)
        return scores, np.where(episodes.allowed, prior, 0.0)

    def _scored(self, prompts: Sequence[Sequence[str]], episodes: Episodes) -> Scores:
        """Return the log-probabilities of the allowed actions after several prompts an episode."""
        allowed = np.broadcast_to(episodes.allowed, (len(prompts), *episodes.allowed.shape))
        words = [action_words(names, episodes.value) for names in self.episode_names(episodes)]
        pairs: list[Pair] = [
            (prompts[kind][i], words[i][action])
            for kind, i, action in np.argwhere(allowed).tolist()
        ]
        wanted = list(dict.fromkeys(pairs))
        known = dict(zip(wanted, self.language_model.score(wanted), strict=True))
        scores: Scores = np.full(allowed.shape, -np.inf)
        scores[allowed] = [known[pair] for pair in pairs]
        if np.isnan(scores).any():
            raise PassiveError(
                f"Expected log-probabilities, but {self.language_model.model_id} gives NaN. Load "
                "it with dtype float32."
            )
        return scores

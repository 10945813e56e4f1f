"""Language models on the tasks of the passive learner, beside simple rules on the same episodes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.bars import bars_are_off
from causal_magics.data.checkpoint import Checkpoint
from causal_magics.errors import PassiveError
from causal_magics.language.loading import model_of
from causal_magics.language.protocol import LanguageModel
from causal_magics.options import check_count, check_flag, check_kind
from causal_magics.passive.evaluation.several import baseline_names, split_names
from causal_magics.passive.experts import expert_named, most_correlated, random_action
from causal_magics.passive.language_learner.episode_text import Wording, action_words
from causal_magics.passive.language_learner.few_shot import few_shot
from causal_magics.passive.language_learner.habits import Habits, habits_of
from causal_magics.passive.language_learner.language_learner import LanguageLearner
from causal_magics.passive.language_learner.study_result import LanguageStudy, StudyRow
from causal_magics.passive.worlds.environment import CausalEnvironment, Split, Tasks
from causal_magics.passive.worlds.episodes import Episodes, run
from causal_magics.passive.worlds.structural_models import Integers

__all__ = ["BASELINES", "language_study"]

Scores = NDArray[np.float64]

BASELINES = ("random", "correlational", "total-change", "empirical-best", "oracle")
"""Rules that choose after the same explored rows; the oracle alone knows the model."""

_NATURAL_ROWS = 300


def language_study(
    model: LanguageModel | str = "smollm2",
    environment: CausalEnvironment | None = None,
    *,
    shots: Sequence[int] = (0, 2, 4),
    explanations: Sequence[bool] = (False, True),
    splits: Sequence[Split] | Split = ("held-out", "trap"),
    n_tasks: int = 200,
    seeds: int = 5,
    expert: str = "explore-then-exploit",
    wording: Wording | None = None,
    baselines: bool | Sequence[str] = BASELINES,
    checkpoint: str | PathLike[str] | None = None,
    progress: bool = True,
) -> LanguageStudy:
    """Ask a language model what to set in tasks that it reads about, and compare.

    In each task every variable but the goal is set both ways, in random order, by who knows
    nothing. All choose once after the same rows: the rules, and the model after no, some or more
    examples, with and without explanations, by the log-probability of an action and by how far it
    lies above that without the rows. Names are dealt anew for each episode. A task and a way of
    asking are about 160 tokens beside the examples, which SmolLM2 reads in half a second on a core.

    Parameters
    ----------
    model : LanguageModel or str
    environment : CausalEnvironment, optional
    shots : sequence of int
        Numbers of examples.
    explanations : sequence of bool
        Whether examples are explained; without examples there is nothing to explain.
    splits : {"train", "held-out", "trap"}, or several
    n_tasks : int
        Of each split, the same for all.
    seeds : int
        Draws of examples: so many parts of the tasks are each asked after examples of their own.
    expert : str
        Whose episodes the examples are. The first knows the model, so that its choices go against
        the rows where chance is against it; those of ``"empirical-best"`` follow from them.
    wording : Wording, optional
    baselines : bool or sequence of str
        Experts and simple rules to compare with: those of `BASELINES`, none, or some by name.
    checkpoint : path, optional
        A folder for finished parts: who interrupts goes on from there.
    progress : bool
        Whether a bar shows.

    Returns
    -------
    LanguageStudy

    Raises
    ------
    PassiveError
        Where there are fewer tasks than draws of examples, or nothing to ask.
    OptionError
        Where an option is outside what it can be.
    LanguageModelError
        Where the model cannot score a text.
    """
    environment = CausalEnvironment() if environment is None else environment
    wording = Wording() if wording is None else wording
    check_kind("a CausalEnvironment", environment, CausalEnvironment)
    check_kind("a Wording", wording, Wording, "Give Wording(digits=1).")
    _check(shots, explanations, n_tasks, seeds)
    chosen, rules = split_names(splits), baseline_names(baselines, BASELINES)
    asked = [
        _Way(number, explained) for number in dict.fromkeys(shots)
        for explained in dict.fromkeys(explanations if number else (False,))
    ]  # fmt: skip
    study = _Study(model_of(model), environment, expert, wording, seeds, checkpoint)
    rows: list[StudyRow] = []
    with _bar(len(asked) * len(chosen) * n_tasks, progress) as bar:
        for split in chosen:
            world = _World.drawn(environment, n_tasks, split)
            rows += study.compared(world, rules, max(shots))
            rows += study.asked(world, asked, bar)
    return LanguageStudy(tuple(rows), study.model.model_id, n_tasks, seeds)


@dataclass(frozen=True, eq=False)
class _World:
    """Tasks of a split and what everybody sees of them."""

    split: Split
    tasks: Tasks
    seen: Episodes
    correlated: Integers

    @classmethod
    def drawn(cls, environment: CausalEnvironment, n_tasks: int, split: Split) -> _World:
        tasks = environment.tasks(n_tasks, split)
        explorer = expert_named("empirical-best")
        whole = run(tasks, explorer, np.random.default_rng(0), n_exploit=1)
        correlated = most_correlated(tasks, _NATURAL_ROWS, seed=0)
        return cls(split, tasks, whole.until(whole.n_explore), correlated)

    def row(
        self, name: str, choices: Integers, seeds: int, habits: Habits, *, asked: bool = False
    ) -> StudyRow:
        gains = self.tasks.rewards(choices) - self.tasks.random_reward
        possible = self.tasks.best_reward - self.tasks.random_reward
        return StudyRow(name, self.split, gains, possible, seeds, habits, asked)


@dataclass(frozen=True)
class _Way:
    """How the model is asked."""

    n_shots: int
    explained: bool = False


@dataclass(frozen=True, eq=False)
class _Answers:
    """What the model says in each task, and in which words."""

    scores: Scores
    prior: Scores
    words: list[tuple[str, ...]]
    last_words: list[str]

    @classmethod
    def none(cls, world: _World) -> _Answers:
        n_tasks = len(world.tasks)
        shape = (n_tasks, 2 * world.seen.n_variables + 1)
        return cls(np.zeros(shape), np.zeros(shape), [()] * n_tasks, [""] * n_tasks)


@dataclass(frozen=True, eq=False)
class _Study:
    """What stays the same from condition to condition."""

    model: LanguageModel
    environment: CausalEnvironment
    expert: str
    wording: Wording
    seeds: int
    checkpoint: str | PathLike[str] | None
    kept: Checkpoint = field(init=False)

    def __post_init__(self) -> None:
        settings = {
            "model": self.model.model_id, "environment": repr(self.environment),
            "expert": self.expert, "wording": repr(self.wording), "draws of examples": self.seeds,
        }  # fmt: skip
        object.__setattr__(self, "kept", Checkpoint.at(self.checkpoint, settings))

    def compared(self, world: _World, baselines: Sequence[str], n_shots: int) -> Iterator[StudyRow]:
        """Return the rows of rules, and of who repeats the last example's words."""
        for name in baselines:
            actor = expert_named(name)
            choices = actor.choose(world.seen, world.tasks, np.random.default_rng(1))
            habits = habits_of(choices, world.seen, world.tasks, world.correlated)
            yield world.row(name, choices, self.seeds, habits)
        if n_shots:
            yield self._copying(world, n_shots)

    def asked(self, world: _World, ways: Sequence[_Way], bar: Any) -> Iterator[StudyRow]:
        """Ask the model in all ways; return rows of plain and of calibrated choices for each.

        All ways come for one draw of examples, then for the next, so that what is finished early
        can be compared.
        """
        answers = {way: _Answers.none(world) for way in ways}
        for seed in range(self.seeds):
            part = slice(seed, None, self.seeds)
            seen = world.seen.take(part)
            for way, found in answers.items():
                learner = self._learner(world, way, seed)
                found.scores[part], found.prior[part] = self._asked(world.split, learner, seen)
                found.words[part] = _words(learner, seen)
                found.last_words[part] = [learner.shots.last_words] * seen.n_episodes
                bar.update(seen.n_episodes)
        for way, found in answers.items():
            label = self._learner(world, way, 0).name
            raised = found.scores - found.prior
            for told, preferences in ((label, found.scores), (f"{label}, calibrated", raised)):
                choices = np.asarray(preferences.argmax(axis=1))
                habits = habits_of(
                    choices, world.seen, world.tasks, world.correlated, words=found.words,
                    last_words=found.last_words,
                )  # fmt: skip
                yield world.row(told, choices, self.seeds, habits, asked=True)

    def _learner(self, world: _World, way: _Way, seed: int) -> LanguageLearner:
        examples = few_shot(
            self.environment, way.n_shots, explanations=way.explained, expert=self.expert,
            wording=self.wording, n_variables=world.seen.n_variables, seed=seed,
        )  # fmt: skip
        return LanguageLearner(self.model, examples, wording=self.wording, seed=seed)

    def _asked(self, split: Split, learner: LanguageLearner, seen: Episodes) -> Scores:
        """Return log-probabilities with and without rows, from the checkpoint where it has them."""
        texts = "\0".join(learner.prompts(seen)).encode()
        told = hashlib.blake2b(texts, digest_size=8).hexdigest()
        key = f"{split}-{len(learner.shots)}-{learner.seed}-{told}"
        found = self.kept.get(key)
        if found is None:
            found = np.stack(learner.with_prior(seen))
            self.kept.put(key, found)
        return found

    def _copying(self, world: _World, n_shots: int) -> StudyRow:
        choices = random_action(world.seen, np.random.default_rng(2))
        for seed in range(self.seeds):
            part = slice(seed, None, self.seeds)
            learner = self._learner(world, _Way(n_shots), seed)
            seen = world.seen.take(part)
            copied = [names.index(learner.shots.last_words) for names in _words(learner, seen)]
            is_allowed = seen.allowed[np.arange(seen.n_episodes), copied]
            choices[part] = np.where(is_allowed, copied, choices[part])
        habits = habits_of(choices, world.seen, world.tasks, world.correlated)
        return world.row("the last example's words", choices, self.seeds, habits)


def _words(learner: LanguageLearner, episodes: Episodes) -> list[tuple[str, ...]]:
    return [action_words(names, episodes.value) for names in learner.episode_names(episodes)]


def _bar(total: int, progress: bool) -> Any:
    from tqdm.auto import tqdm

    return tqdm(
        total=total, desc="language_study", unit="task", delay=1.0, leave=False,
        disable=not progress or bars_are_off(),
    )  # fmt: skip


def _check(
    shots: Sequence[int], explanations: Sequence[bool], n_tasks: int, seeds: int
) -> None:  # fmt: skip
    for name, listed in (("shots", shots), ("explanations", explanations)):
        check_kind(f"a list of {name}", listed, Sequence)
        if not len(listed):
            raise PassiveError(f"Expected {name} to ask with, got none.")
    for number in shots:
        check_count("shots", number, least=0)
    for explained in explanations:
        check_flag("explanations", explained)
    check_count("seeds", seeds)
    check_count("n_tasks", n_tasks)
    if n_tasks < 2 * seeds:
        raise PassiveError(
            f"Expected two tasks or more for each of the {seeds} draws of examples, got {n_tasks} "
            "tasks. Give more tasks, or fewer seeds."
        )

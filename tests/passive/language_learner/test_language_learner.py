"""A language model that acts, against models whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
from language.tiny_models import causal_tokenizer, tiny_network
from passive.language_learner.reading_models import Reader

from causal_magics.errors import LanguageModelError, PassiveError
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.naive import score_one_by_one
from causal_magics.language.table_model import Joint, TableModel
from causal_magics.passive.experts import expert_named
from causal_magics.passive.language_learner.episode_text import Shown, Wording, action_words
from causal_magics.passive.language_learner.few_shot import few_shot
from causal_magics.passive.language_learner.language_learner import LanguageLearner
from causal_magics.passive.worlds.environment import CausalEnvironment, Tasks
from causal_magics.passive.worlds.episodes import Episodes, run

WORLD = CausalEnvironment()
EXACT = Wording(digits=6)


def explored(n: int = 60, world: CausalEnvironment = WORLD) -> tuple[Tasks, Episodes]:
    tasks = world.tasks(n, "held-out" if world.held_out else "train")
    rng = np.random.default_rng(0)
    episodes = run(tasks, expert_named("empirical-best"), rng, n_exploit=1)
    return tasks, episodes.until(episodes.n_explore)


@pytest.mark.parametrize("shown", ["goal", "all"])
@pytest.mark.parametrize("n_shots", [0, 2])
def test_who_reads_the_rows_takes_what_they_show(shown: Shown, n_shots: int) -> None:
    tasks, seen = explored()
    wording = Wording(shown, 6)
    shots = few_shot(WORLD, n_shots, explanations=True, wording=wording)
    chosen = LanguageLearner(Reader(), shots, wording=wording).choose(
        seen, tasks, np.random.default_rng(0)
    )
    rule = expert_named("empirical-best").choose(seen, tasks, np.random.default_rng(0))
    np.testing.assert_array_equal(chosen, rule)


def test_who_reads_acts_well_from_beginning_to_end() -> None:
    world = CausalEnvironment(noise=0.02)
    tasks = world.tasks(100, "trap")
    acted = run(tasks, LanguageLearner(Reader(), wording=EXACT), np.random.default_rng(0))
    assert tasks.score(acted.actions[:, acted.n_explore :]) > 0.99


def test_calibration_takes_away_what_words_are_worth_without_rows() -> None:
    tasks, seen = explored()
    plain = Reader()
    biased = Reader({" A = +2": 50.0, " B = -2": 20.0})
    rng = np.random.default_rng(0)
    free = LanguageLearner(plain, wording=EXACT).choose(seen, tasks, rng)
    raw = LanguageLearner(biased, wording=EXACT)
    allowed = [
        names.index("A") != goal
        for names, goal in zip(raw.episode_names(seen), seen.goals, strict=True)
    ]
    words = [action_words(names) for names in raw.episode_names(seen)]
    said = [words[i][action] for i, action in enumerate(raw.choose(seen, tasks, rng))]
    assert all(
        text == (" A = +2" if can else " B = -2") for text, can in zip(said, allowed, strict=True)
    )
    calibrated = LanguageLearner(biased, wording=EXACT, calibrated=True)
    np.testing.assert_array_equal(calibrated.choose(seen, tasks, rng), free)


def test_scores_are_the_models_own_and_only_of_what_is_allowed() -> None:
    _, seen = explored(1, CausalEnvironment(2, held_out=None))
    learner = LanguageLearner(Reader(), names=["X", "Y"])
    goal = int(seen.goals[0])
    words = [words for i, words in enumerate(action_words(["X", "Y"])) if seen.allowed[0, i]]
    (prompt,) = learner.prompts(seen)
    table = TableModel(Joint({"Said": words}, [0.2, 0.8]), [prompt + "{Said}."])
    scores = LanguageLearner(table, names=["X", "Y"]).log_probabilities(seen)
    expected = np.full((1, 5), -np.inf)
    expected[0, [3 - 2 * goal, 4 - 2 * goal]] = np.log([0.2, 0.8])
    np.testing.assert_allclose(scores, expected)


def test_a_network_is_asked_all_at_once_as_it_is_one_by_one() -> None:
    import torch

    torch.set_num_threads(1)
    world = CausalEnvironment(3, held_out=None)
    _, seen = explored(2, world)
    model = CausalLM(tiny_network("llama", context=2048), causal_tokenizer(), "tiny")
    shots = few_shot(world, 1)
    learner = LanguageLearner(model, shots)
    scores, prior = learner.with_prior(seen)
    words = [action_words(names) for names in learner.episode_names(seen)]
    for prompts, found in ((learner.prompts(seen), scores), (learner.bare_prompts(seen), prior)):
        for i, action in np.argwhere(seen.allowed).tolist():
            pairs = model.encode([(prompts[i], words[i][action])])
            (alone,) = score_one_by_one(model.network, pairs)
            assert found[i, action] == pytest.approx(alone, abs=1e-3)


def test_who_explores_itself_may_watch_and_is_asked_at_each_step() -> None:
    world = CausalEnvironment(3)
    tasks = world.tasks(4)
    model = Reader({" nothing": 99.0})
    learner = LanguageLearner(model, explores_itself=True)
    acted = run(tasks, learner, np.random.default_rng(0), n_exploit=2)
    assert (acted.actions[:, : acted.n_explore] == 0).all()
    assert (acted.actions[:, acted.n_explore :] > 0).all()
    assert model.calls == acted.n_steps
    scheduled = Reader()
    run(tasks, LanguageLearner(scheduled), np.random.default_rng(0), n_exploit=2)
    assert scheduled.calls == 2


def test_names_in_tables() -> None:
    shots = few_shot(WORLD, 1, explanations=True)
    learner = LanguageLearner(Reader(), shots, calibrated=True)
    assert learner.name == "1 shot, explained, calibrated"
    assert LanguageLearner(Reader()).name == "0 shots"
    assert repr(learner) == "<LanguageLearner: reader, 1 shot, explained, calibrated>"


def test_a_model_that_gives_no_number() -> None:
    tasks, seen = explored(1)
    words = {f" {name} = {sign}2": np.nan for name in "ABCDE" for sign in "+-"}
    with pytest.raises(PassiveError, match="Expected log-probabilities, but reader gives NaN"):
        LanguageLearner(Reader(words)).choose(seen, tasks, np.random.default_rng(0))


def test_what_is_no_model() -> None:
    tasks, seen = explored(1)
    with pytest.raises(LanguageModelError, match="Expected a language model or the name of one"):
        LanguageLearner(3).choose(seen, tasks, np.random.default_rng(0))  # type: ignore[arg-type]

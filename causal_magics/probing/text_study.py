"""Observation against intervention in text: what a small model answers, by what it has read.

Lampinen et al., "Passive learning of active causal strategies in agents and language models"
(NeurIPS 2023): a passive learner can know what interventions do if its text tells of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.html_table import html_table
from causal_magics.errors import PromptError
from causal_magics.language.word_model import train_word_model
from causal_magics.options import check_kind, check_option
from causal_magics.probing.intervention_answers import ask_interventions
from causal_magics.probing.study_runs import check_numbers, check_seeds, run_jobs, spread
from causal_magics.probing.text_worlds import (
    CORPORA,
    Corpus,
    corpus_texts,
    paired_worlds,
    states_intervention,
    world_words,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["TextStudy", "TextStudyRow", "text_study"]

Asked = Literal["told", "untold"]
"""Whether the text told of interventions on the variable that a question sets, in its world."""


@dataclass(frozen=True)
class TextStudyRow:
    """How one model answers one kind of question.

    Parameters
    ----------
    corpus : Corpus
        What it has read.
    asked : {"told", "untold"}
        Whether its text told of interventions on the variable that is set, in that world.
    seed : int
        Of worlds, texts and training.
    direction_accuracy : float
        The share of questions whose answer is nearer to the truth than to the other arrow's law.
    kl : float
        Mean divergence from P(other | do(variable)) in nats.
    questions : int
        How many variables were set.
    """

    corpus: Corpus
    asked: Asked
    seed: int
    direction_accuracy: float
    kl: float
    questions: int


@dataclass(frozen=True, repr=False)
class TextStudy:
    """What the same small model answers about interventions after different texts.

    Parameters
    ----------
    rows : tuple of TextStudyRow
        By corpus, kind of question and seed.
    sentences, pairs, passes : int
        How many sentences each text has, about how many pairs of worlds, and how often it is read.
    """

    rows: tuple[TextStudyRow, ...]
    sentences: int
    pairs: int
    passes: int

    @property
    def conclusion(self) -> str:
        """What the study shows, in a sentence or two, with its numbers."""
        return _conclusion(self)

    def accuracy(self, corpus: Corpus, asked: Asked | None = None) -> float:
        """Return the direction accuracy of a corpus, the mean over seeds and questions.

        Raises
        ------
        OptionError
            Where the study has no such row.
        """
        return fmean(row.direction_accuracy for row in self._chosen(corpus, asked))

    def kl(self, corpus: Corpus, asked: Asked | None = None) -> float:
        """Return the divergence from the truth in nats, the mean over seeds and questions.

        Raises
        ------
        OptionError
            Where the study has no such row.
        """
        return fmean(row.kl for row in self._chosen(corpus, asked))

    def _chosen(self, corpus: Corpus, asked: Asked | None) -> list[TextStudyRow]:
        there = list(dict.fromkeys(row.corpus for row in self.rows))
        check_option("corpus", corpus, there)
        kinds = list(dict.fromkeys(row.asked for row in self.rows if row.corpus == corpus))
        if asked is not None:
            check_option(f"asked of the {corpus} corpus", asked, kinds)
        return [row for row in self.rows if row.corpus == corpus and asked in (None, row.asked)]

    @property
    def groups(self) -> tuple[tuple[TextStudyRow, ...], ...]:
        """The rows of each corpus and kind of question, seeds together."""
        return tuple(
            tuple(rows) for _, rows in groupby(self.rows, lambda row: (row.corpus, row.asked))
        )

    def __repr__(self) -> str:
        told = "; ".join(
            f"{rows[0].corpus}, {rows[0].asked} {fmean(r.direction_accuracy for r in rows):.2f}"
            for rows in self.groups
        )
        return f"<TextStudy of {self.sentences:,} sentences: direction accuracy {told}>"

    def _repr_html_(self) -> str:
        rows = [
            [rows[0].corpus, rows[0].asked, spread([r.direction_accuracy for r in rows], 2),
             spread([r.kl for r in rows], 3)]
            for rows in self.groups
        ]  # fmt: skip
        head = ["text", "interventions asked about", "direction accuracy", "KL to P(· | do), nats"]
        return html_table(head, rows, self.conclusion)

    def to_frame(self) -> Any:
        """Return one row per corpus, kind of question and seed.

        Columns `corpus`, `asked`, `seed`, `direction_accuracy`, `kl`, `questions`.
        """
        from causal_magics.data.frames import new_frame

        names = ("corpus", "asked", "seed", "direction_accuracy", "kl", "questions")
        return new_frame({name: [getattr(row, name) for row in self.rows] for name in names})

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the direction accuracy of each corpus, a dot for each seed.

        Parameters
        ----------
        ax
            Where to draw; a new figure where left out.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.probing.text_study_plotting import plot_text_study

        return plot_text_study(self, ax)


def text_study(
    corpora: Sequence[Corpus] | Corpus = CORPORA,
    seeds: Iterable[int] = (0, 1),
    sentences: int = 60_000,
    *,
    pairs: int = 32,
    passes: int = 2,
    batch: int = 64,
    learning_rate: float = 4e-3,
    threads: int | None = None,
    executor: Executor | None = None,
    progress: bool = True,
) -> TextStudy:
    """Train one small model on each text about the same worlds, and ask each about interventions.

    The worlds come in pairs, A → B and B → A, with the same joint table, so that observations of
    both have one law. What is shown: after observations alone the model does not know what setting
    a variable does, after interventions it does, and where interventions were told of one variable
    only it is wrong about the other. Only interventions are asked about, and only of worlds that
    the text tells of.

    Parameters
    ----------
    corpora : sequence of {"observational", "half", "interventional", "one-sided"}
        What the texts tell.
    seeds : iterable of int
        Each draws its own worlds, texts, first weights and orders.
    sentences : int
        Of each text.
    pairs : int
        Of worlds.
    passes : int
        How often a text is read.
    batch, learning_rate
        Of training.
    threads : int, optional
        How many threads torch may use in training; as it is set where left out.
    executor
        Any `concurrent.futures.Executor`: each model is then trained by it. In threads of this
        process leave `threads` out, since torch has one number for all of them.
    progress : bool
        Whether a bar shows after a second.

    Returns
    -------
    TextStudy

    Raises
    ------
    PromptError
        Where there is no corpus or no seed, or a number is not above zero.
    OptionError
        Where a corpus is unknown, or corpora or seeds are no list.
    MissingDependencyError
        Without torch and transformers.
    """
    check_kind("a list of corpora", corpora, Iterable)
    check_kind("a list of seeds", seeds, Iterable, "Give seeds=(0, 1).")
    listed = tuple(dict.fromkeys((corpora,) if isinstance(corpora, str) else corpora))
    drawn = tuple(dict.fromkeys(seeds))
    numbers = {"sentences": sentences, "pairs": pairs, "passes": passes, "batch": batch}
    _check(listed)
    check_seeds(drawn)
    check_numbers({**numbers, "threads": 1 if threads is None else threads})
    jobs = [
        _Job(corpus, seed, sentences, pairs, passes, batch, learning_rate, threads)
        for corpus in listed for seed in drawn
    ]  # fmt: skip
    shown = run_jobs(_run, jobs, executor, "text_study" if progress else None)
    found = [row for rows in shown for row in rows]
    found.sort(key=lambda row: (listed.index(row.corpus), row.asked == "told"))
    return TextStudy(tuple(found), sentences, pairs, passes)


@dataclass(frozen=True)
class _Job:
    """One model to train and ask."""

    corpus: Corpus
    seed: int
    sentences: int
    pairs: int
    passes: int
    batch: int
    learning_rate: float
    threads: int | None


def _run(job: _Job) -> list[TextStudyRow]:
    worlds = paired_worlds(job.pairs, job.seed)
    model = train_word_model(
        corpus_texts(worlds, job.corpus, job.sentences, job.seed), words=world_words(worlds),
        passes=job.passes, batch=job.batch, learning_rate=job.learning_rate, seed=job.seed,
        threads=job.threads,
    )  # fmt: skip
    answers = ask_interventions(model, worlds)
    told = np.array([
        [states_intervention(job.corpus, place, side) for side in (0, 1)]
        for place in range(len(worlds))
    ])  # fmt: skip
    kinds: tuple[tuple[Asked, NDArray[np.bool_]], ...] = (("untold", ~told), ("told", told))
    return [
        TextStudyRow(
            job.corpus, asked, job.seed, float(answers.right[which].mean()),
            float(answers.kl[which].mean()), int(which.sum()),
        )
        for asked, which in kinds if which.any()
    ]  # fmt: skip


def _check(corpora: Sequence[str]) -> None:
    if not corpora:
        raise PromptError(f"Expected a corpus among {', '.join(CORPORA)}, got none.")
    for corpus in corpora:
        check_option("corpus", corpus, CORPORA)


_AFTER: dict[tuple[Corpus, Asked], str] = {
    ("observational", "untold"): "after observations alone",
    ("half", "untold"): "where interventions were told of other worlds",
    ("half", "told"): "in those worlds",
    ("interventional", "told"): "after interventions everywhere",
    ("one-sided", "untold"): "where interventions were told of the other variable only",
    ("one-sided", "told"): "of that variable",
}
"""What a model has read, in words that follow on each other."""


def _conclusion(study: TextStudy) -> str:
    told = ", ".join(
        f"{fmean(row.direction_accuracy for row in rows):.0%} "
        f"{_AFTER[rows[0].corpus, rows[0].asked]}"
        for rows in study.groups
    )
    return (
        "Asked what setting a variable does, the same small model answers by the right direction "
        f"of the arrow in {told}. Chance is 50%: observations have one law in both worlds of a "
        "pair."
    )

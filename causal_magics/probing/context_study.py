"""Interventions known from context: a small model asked about worlds that it never read of.

Lampinen et al., "Passive learning of active causal strategies in agents and language models"
(NeurIPS 2023).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from causal_magics.data.bars import without_bars
from causal_magics.data.html_table import html_table
from causal_magics.errors import PromptError
from causal_magics.language.protocol import LanguageModel
from causal_magics.language.word_model import train_word_model
from causal_magics.options import check_kind, check_option
from causal_magics.probing.context_texts import (
    CONTEXTS,
    SEPARATOR,
    Context,
    ContextQuestions,
    context_phrases,
    context_questions,
    context_texts,
)
from causal_magics.probing.ideal_reader import ideal_answers
from causal_magics.probing.intervention_answers import Answers
from causal_magics.probing.study_runs import check_numbers, check_seeds, run_jobs, spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ContextStudy", "ContextStudyRow", "Reader", "ask_in_context", "context_study"]

Reader = Literal["model", "ideal"]
"""Who answers: the trained model, or Bayes' rule that knows how worlds and texts are drawn."""


def ask_in_context(model: LanguageModel, asked: ContextQuestions, after: int) -> Answers:
    """Ask a model what setting a variable does, after so many sentences of its world.

    Parameters
    ----------
    model : LanguageModel
        Of texts such as `context_texts` makes.
    asked : ContextQuestions
    after : int
        Sentences before a question.
    """
    with without_bars():
        logs = np.asarray(model.score(asked.pairs(after)), dtype=float)
    shaped = logs.reshape(len(asked.worlds), 2, 2, 2)
    return Answers.of(shaped, asked.worlds.laws, asked.worlds.mistaken_laws)


@dataclass(frozen=True)
class ContextStudyRow:
    """How one reader answers after one kind of context of one length.

    Parameters
    ----------
    context : {"natural", "queried", "other", "both"}
        What the context tells.
    reader : {"model", "ideal"}
    sentences : int
        In the context.
    seed : int
        Of worlds, texts and training.
    direction_accuracy : float
        The share of questions whose answer is nearer to the truth than to the other arrow's law.
    kl : float
        Mean divergence from P(other | do(variable)) in nats.
    questions : int
        How many variables were set.
    """

    context: Context
    reader: Reader
    sentences: int
    seed: int
    direction_accuracy: float
    kl: float
    questions: int


@dataclass(frozen=True, repr=False)
class ContextStudy:
    """What a small model knows of interventions in worlds of which only the context tells.

    Parameters
    ----------
    rows : tuple of ContextStudyRow
        By context, reader, length of the context and seed.
    episodes, passes : int
        How many texts the model has learned from, and how often it read them.
    """

    rows: tuple[ContextStudyRow, ...]
    episodes: int
    passes: int

    @property
    def sentences(self) -> int:
        """How many sentences the longest context has."""
        return max(row.sentences for row in self.rows)

    @property
    def conclusion(self) -> str:
        """What the study shows, in a sentence or two, with its numbers."""
        told = ", ".join(
            f"{self.accuracy(rows[0].context):.0%} {_AFTER[rows[0].context]} "
            f"(ideal {self.accuracy(rows[0].context, 'ideal'):.0%})"
            for rows in self.groups
            if (rows[0].reader, rows[0].sentences) == ("model", self.sentences)
        )
        return (
            f"Asked in worlds of which only {self.sentences} sentences of context tell, the model "
            f"answers by the right direction of the arrow in {told}. Chance is 50%; the ideal "
            "reader knows how worlds are drawn and uses Bayes' rule."
        )

    def accuracy(
        self, context: Context, reader: Reader = "model", sentences: int | None = None
    ) -> float:
        """Return the direction accuracy after a context, the mean over seeds.

        Parameters
        ----------
        context : {"natural", "queried", "other", "both"}
        reader : {"model", "ideal"}
        sentences : int, optional
            In the context; the most where left out.

        Raises
        ------
        OptionError
            Where the study has no such row.
        """
        chosen = self._chosen(context, reader, sentences)
        return fmean(row.direction_accuracy for row in chosen)

    def kl(self, context: Context, reader: Reader = "model", sentences: int | None = None) -> float:
        """Return the divergence from the truth in nats, chosen as by `accuracy`.

        Raises
        ------
        OptionError
            Where the study has no such row.
        """
        return fmean(row.kl for row in self._chosen(context, reader, sentences))

    def _chosen(
        self, context: Context, reader: Reader, sentences: int | None
    ) -> list[ContextStudyRow]:
        length = self.sentences if sentences is None else sentences
        check_option("context", context, list(dict.fromkeys(row.context for row in self.rows)))
        check_option("reader", reader, get_args(Reader))
        lengths = [str(each) for each in dict.fromkeys(row.sentences for row in self.rows)]
        check_option("sentences", str(length), lengths)
        wanted = (context, reader, length)
        return [row for row in self.rows if (row.context, row.reader, row.sentences) == wanted]

    @property
    def groups(self) -> tuple[tuple[ContextStudyRow, ...], ...]:
        """The rows of each context, reader and length, seeds together."""
        return tuple(
            tuple(rows)
            for _, rows in groupby(self.rows, lambda row: (row.context, row.reader, row.sentences))
        )

    def __repr__(self) -> str:
        contexts = dict.fromkeys(row.context for row in self.rows)
        told = "; ".join(f"{context} {self.accuracy(context):.2f}" for context in contexts)
        return (
            f"<ContextStudy of {self.episodes:,} texts: direction accuracy after "
            f"{self.sentences} sentences {told}>"
        )

    def _repr_html_(self) -> str:
        rows = [
            [rows[0].context, rows[0].reader, str(rows[0].sentences),
             spread([row.direction_accuracy for row in rows], 2),
             spread([row.kl for row in rows], 3)]
            for rows in self.groups
        ]  # fmt: skip
        head = ["context", "reader", "sentences", "direction accuracy", "KL to P(· | do), nats"]
        return html_table(head, rows, self.conclusion)

    def to_frame(self) -> Any:
        """Return one row per context, reader, length and seed.

        Columns `context`, `reader`, `sentences`, `seed`, `direction_accuracy`, `kl`, `questions`.
        """
        from causal_magics.data.frames import new_frame

        names = (
            "context", "reader", "sentences", "seed", "direction_accuracy", "kl", "questions",
        )  # fmt: skip
        return new_frame({name: [getattr(row, name) for row in self.rows] for name in names})

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the direction accuracy over the length of the context; the ideal reader is dashed.

        Parameters
        ----------
        ax
            Where to draw; a new figure where left out.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.probing.text_study_plotting import plot_context_study

        return plot_context_study(self, ax)


_AFTER: dict[Context, str] = {
    "natural": "after observations alone",
    "queried": "after interventions on the variable that is set",
    "other": "after interventions on the other variable",
    "both": "after interventions on both",
}
"""What a context tells, in words that follow on each other."""


def context_study(
    contexts: Sequence[Context] | Context = CONTEXTS,
    seeds: Iterable[int] = (0, 1),
    episodes: int = 80_000,
    *,
    after: Sequence[int] = (3, 7, 15),
    pairs: int = 100,
    passes: int = 1,
    batch: int = 16,
    learning_rate: float = 2e-3,
    threads: int | None = None,
    executor: Executor | None = None,
    progress: bool = True,
) -> ContextStudy:
    """Train a small model on texts of a world each, and ask it about interventions in fresh ones.

    In every text A and B stand for another world, so that nothing is known but from the sentences
    before. The model learns from texts of all contexts that are studied. Beside it stands what can
    be known at most from the same contexts. Questions are about pairs of worlds with one joint
    table, A → B and B → A: after observations alone nobody can tell them apart.

    Parameters
    ----------
    contexts : sequence of {"natural", "queried", "other", "both"}
        What the context tells: observations alone, or as many interventions on the variable that
        the question sets, on the other one, on either.
    seeds : iterable of int
        Each draws its own worlds, texts, first weights and orders.
    episodes : int
        Texts to learn from, each of a fresh world.
    after : sequence of int
        After how many sentences questions are asked. Texts to learn from have the most of them, and
        one intervention more.
    pairs : int
        Of worlds to be asked about, for each context.
    passes : int
        How often texts are read.
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
    ContextStudy

    Raises
    ------
    PromptError
        Where there is no context, no seed or no length, or a number is not above zero.
    OptionError
        Where a context is unknown, or contexts, seeds or lengths are no list.
    MissingDependencyError
        Without torch and transformers.
    """
    check_kind("a list of contexts", contexts, Iterable)
    check_kind("a list of seeds", seeds, Iterable, "Give seeds=(0, 1).")
    check_kind("a list of lengths", after, Iterable, "Give after=(3, 7, 15).")
    listed = tuple(dict.fromkeys((contexts,) if isinstance(contexts, str) else contexts))
    drawn, lengths = tuple(dict.fromkeys(seeds)), tuple(dict.fromkeys(after))
    _check(listed, lengths)
    check_seeds(drawn)
    numbers = {"episodes": episodes, "pairs": pairs, "passes": passes, "batch": batch}
    check_numbers({**numbers, "threads": 1 if threads is None else threads})
    jobs = [
        _Job(listed, tuple(sorted(lengths)), seed, episodes, pairs, passes, batch, learning_rate,
             threads)
        for seed in drawn
    ]  # fmt: skip
    shown = run_jobs(_run, jobs, executor, "context_study" if progress else None)
    found = [row for rows in shown for row in rows]
    found.sort(key=lambda row: (listed.index(row.context), row.reader == "ideal", row.sentences))
    return ContextStudy(tuple(found), episodes, passes)


@dataclass(frozen=True)
class _Job:
    """One model to train and ask."""

    contexts: tuple[Context, ...]
    after: tuple[int, ...]
    seed: int
    episodes: int
    pairs: int
    passes: int
    batch: int
    learning_rate: float
    threads: int | None


def _run(job: _Job) -> list[ContextStudyRow]:
    longest = max(job.after)
    model = train_word_model(
        context_texts(job.episodes, longest, job.contexts, job.seed), words=context_phrases(),
        separator=SEPARATOR, context=2 * longest + 2, passes=job.passes, batch=job.batch,
        learning_rate=job.learning_rate, seed=job.seed, threads=job.threads,
    )  # fmt: skip
    rows = []
    for context in job.contexts:
        asked = context_questions(job.pairs, longest, context, job.seed)
        for after in job.after:
            answers: dict[Reader, Answers] = {
                "model": ask_in_context(model, asked, after),
                "ideal": ideal_answers(asked, after),
            }
            rows += [
                ContextStudyRow(
                    context, reader, after, job.seed, float(each.right.mean()),
                    float(each.kl.mean()), each.right.size,
                )
                for reader, each in answers.items()
            ]  # fmt: skip
    return rows


def _check(contexts: Sequence[str], lengths: Sequence[int]) -> None:
    if not contexts:
        raise PromptError(f"Expected a context among {', '.join(CONTEXTS)}, got none.")
    for context in contexts:
        check_option("context", context, CONTEXTS)
    if not lengths:
        raise PromptError("Expected one length or more to ask after, got none. Give (3, 7, 15).")
    for length in lengths:
        check_numbers({"after": length})

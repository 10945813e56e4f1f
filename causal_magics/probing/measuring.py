"""What a model says at a node of a text, for every filling of the other nodes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import LanguageModelError, PromptError, shorten
from causal_magics.language.protocol import LanguageModel, Slot, SlotScorer
from causal_magics.probing.prompts import Prompts, Template

__all__ = ["Measure", "Measurement", "measure_texts"]

Measure = Literal["sentence", "next", "mass"]
"""How a word counts. Models that read both sides of it (`SlotScorer`) always hear what follows.

sentence
    P(word and the rest of the text | what stands before), shared out among the listed words: what
    comes after the word counts too, and the nodes in it are given.
next
    P(word | what stands before), shared out among the listed words. Nodes after it play no part.
mass
    P(word | what stands before) as it is.
"""

MAX_TEXTS = 1_000_000

Floats = NDArray[np.float64]

_Asked = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Measurement:
    """What a model says at one node, in the templates that hold the same nodes.

    Parameters
    ----------
    response : str
    conditions : tuple of str
        The other nodes that are given, in the order of the graph.
    templates : tuple of str
    probabilities : array, shape (templates, *values of each condition, groups of the response)
    mass : array, shape (templates, *values of each condition)
        Of all listed words together at the response's place, given what stands before it.
    """

    response: str
    conditions: tuple[str, ...]
    templates: tuple[str, ...]
    probabilities: Floats
    mass: Floats

    def curves(self, condition: str) -> Floats:
        """Return the probabilities over one condition, the others averaged with equal weights.

        Returns
        -------
        array, shape (templates, values, groups)
        """
        curves: Floats = self.probabilities.mean(axis=self._others(condition))
        return curves

    def mass_of(self, condition: str) -> Floats:
        """Return the mass of each value, averaged over all else; shape (values,)."""
        mass: Floats = self.mass.mean(axis=(0, *self._others(condition)))
        return mass

    def _others(self, condition: str) -> tuple[int, ...]:
        return tuple(1 + i for i, name in enumerate(self.conditions) if name != condition)


@dataclass(frozen=True, eq=False)
class _Plan:
    """Where the scores of one template and response stand in the batch.

    `said` and `alone` have a row for each filling and a column for each word: the word with what
    counts after it, and the word alone.
    """

    template: Template
    response: str
    conditions: tuple[str, ...]
    said: NDArray[np.int64]
    alone: NDArray[np.int64]


class _Batch:
    """Texts to be scored, each once."""

    def __init__(self) -> None:
        self.rows: dict[Slot, int] = {}

    def row(self, slot: Slot) -> int:
        return self.rows.setdefault(slot, len(self.rows))

    def score(self, model: LanguageModel) -> Floats:
        """Return ln P of each word, and after models that read on, of what follows it."""
        slots = list(self.rows)
        if isinstance(model, SlotScorer):
            scores = model.score_slots(slots)
        else:
            scores = model.score([(before, word + after) for before, word, after in slots])
        scores = np.asarray(scores, dtype=float)
        _check_scores(scores, slots, model)
        return scores


def measure_texts(
    model: LanguageModel, prompts: Prompts, nodes: Sequence[str], kind: Measure = "sentence"
) -> tuple[Measurement, ...]:
    """Score all texts in one batch.

    Parameters
    ----------
    model : LanguageModel
    prompts : Prompts
    nodes : sequence of str
        The order in which conditions are listed.
    kind : Measure

    Returns
    -------
    tuple of Measurement
        One for each response and set of conditions, in the order of templates.

    Raises
    ------
    PromptError
        Where there are more than a million texts, where a model that needs words before the
        response gets none, or where no listed word has any probability.
    LanguageModelError
        Where the model returns no numbers.
    """
    _check_size(prompts)
    _check_starts(prompts, model)
    batch = _Batch()
    both_sides = isinstance(model, SlotScorer)
    whole = both_sides or kind == "sentence"
    plans = [
        _plan(prompts, template, asked, batch, whole=whole, both_sides=both_sides)
        for template in prompts.templates
        for asked in _asked(prompts, template, nodes, kind, whole=whole)
    ]
    scores = batch.score(model)
    found: dict[tuple[str, tuple[str, ...]], list[tuple[str, Floats, Floats]]] = {}
    for plan in plans:
        shares, mass = _shares(prompts, plan, scores, kind)
        rows = found.setdefault((plan.response, plan.conditions), [])
        rows.append((plan.template.text, shares, mass))
    return tuple(
        Measurement(
            response, conditions, tuple(row[0] for row in rows),
            np.stack([row[1] for row in rows]), np.stack([row[2] for row in rows]),
        )
        for (response, conditions), rows in found.items()
    )  # fmt: skip


def _asked(
    prompts: Prompts, template: Template, nodes: Sequence[str], kind: Measure, *, whole: bool
) -> list[_Asked]:
    """Return each response of a template with the nodes that its words are measured given."""
    found = []
    for response in prompts.responses(template):
        heard = template.nodes if whole else template.nodes_before(response)
        conditions = tuple(name for name in nodes if name in heard and name != response)
        if conditions:
            found.append((response, conditions))
    if not found:
        raise PromptError(
            f"Expected a node before the words to be scored in {shorten(template.text)}, since "
            f"measure={kind!r} reads no further, got none. Use measure='sentence'."
        )
    return found


def _plan(
    prompts: Prompts,
    template: Template,
    asked: _Asked,
    batch: _Batch,
    *,
    whole: bool,
    both_sides: bool,
) -> _Plan:
    response, conditions = asked
    choices = [_words(prompts, name) for name in conditions]
    words = _words(prompts, response)
    said, alone = [], []
    for chosen in product(*choices):
        before, after = template.fill(dict(zip(conditions, chosen, strict=True)), response)
        prompt = before.rstrip()
        gap = before[len(prompt) :]
        heard = after if both_sides else ""
        alone.append([batch.row((prompt, gap + word, heard)) for word in words])
        rest = after if whole else ""
        said.append([batch.row((prompt, gap + word, rest)) for word in words])
    return _Plan(template, response, conditions, np.array(said), np.array(alone))


def _shares(prompts: Prompts, plan: _Plan, scores: Floats, kind: Measure) -> tuple[Floats, Floats]:
    """Return probabilities by values and groups, and the mass by values."""
    slot = np.exp(scores[plan.alone])
    shared = slot
    if kind != "mass":
        logs = scores[plan.said]
        top = logs.max(axis=1, keepdims=True)
        if not np.isfinite(top).all():
            raise PromptError(
                f"Expected words of {shorten(plan.response)} that the model can say in "
                f"{shorten(plan.template.text)}, but it gives none of them any probability. "
                "Give other words."
            )
        odds = np.exp(logs - top)
        shared = odds / odds.sum(axis=1, keepdims=True)
    grouped = shared @ _membership(prompts, plan.response)
    by_word = [len(_words(prompts, name)) for name in plan.conditions]
    shares = grouped.reshape(*by_word, grouped.shape[1])
    mass = slot.sum(axis=1).reshape(by_word)
    for axis, name in enumerate(plan.conditions):
        average = _membership(prompts, name)
        average /= average.sum(axis=0)
        shares = np.moveaxis(np.tensordot(shares, average, (axis, 0)), -1, axis)
        mass = np.moveaxis(np.tensordot(mass, average, (axis, 0)), -1, axis)
    return shares, mass


def _words(prompts: Prompts, name: str) -> tuple[str, ...]:
    return tuple(word for words in prompts.values[name].words for word in words)


def _membership(prompts: Prompts, name: str) -> Floats:
    """Return which word belongs to which label, as zeros and ones; shape (words, labels)."""
    sizes = [len(words) for words in prompts.values[name].words]
    return np.repeat(np.eye(len(sizes)), sizes, axis=0)


def _check_size(prompts: Prompts) -> None:
    texts = sum(
        math.prod(len(_words(prompts, name)) for name in template.nodes)
        * len(prompts.responses(template))
        for template in prompts.templates
    )
    if texts > MAX_TEXTS:
        raise PromptError(
            f"Expected at most {MAX_TEXTS:,} texts, but these templates and values make "
            f"{texts:,}. Give fewer values, or fewer nodes to a template."
        )


def _check_starts(prompts: Prompts, model: LanguageModel) -> None:
    if isinstance(model, SlotScorer) or getattr(model, "leading", None) != "none":
        return
    for template in prompts.templates:
        for response in prompts.responses(template):
            if template.opens_with(response):
                raise PromptError(
                    f"Expected words before {{{response}}} in {shorten(template.text)}, since the "
                    "model reads from left to right, got none. Write some, or load it with "
                    "leading='bos'."
                )


def _check_scores(scores: Floats, slots: Sequence[Slot], model: LanguageModel) -> None:
    if scores.shape != (len(slots),):
        raise LanguageModelError(
            f"Expected {len(slots):,} log-probabilities of {model.model_id}, got an array of shape "
            f"{scores.shape}."
        )
    wrong = np.isnan(scores) | (scores > 1e-6)
    if wrong.any():
        prompt, word, after = slots[int(wrong.argmax())]
        raise LanguageModelError(
            f"Expected log-probabilities, but {model.model_id} gives {scores[wrong.argmax()]} to "
            f"{shorten(word + after)} after {shorten(prompt)}. Use float32, or another model."
        )

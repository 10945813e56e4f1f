"""Language models whose probabilities are known exactly: what probing and asking are tested by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from string import Formatter
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from causal_magics.errors import LanguageModelError, closest, shorten
from causal_magics.language.protocol import Pair, PairScorer, checked_pairs

__all__ = ["AnswerTable", "Joint", "TableModel"]

Floats = NDArray[np.float64]
Levels = Mapping[str, Sequence[str]]

_WITHIN_WORD = re.compile(r"\w\w")
_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Joint:
    """A joint distribution of discrete variables.

    Parameters
    ----------
    levels : mapping of str to sequence of str
        Each variable with the words for its values. An empty word stands for a value that is not
        said.
    probabilities : array, shape (*levels of each variable)
        Axes in the order of `levels`; they sum to one.

    Raises
    ------
    LanguageModelError
        Where the shapes do not fit, a number is negative, or they do not sum to one.
    """

    levels: Mapping[str, tuple[str, ...]]
    probabilities: Floats

    def __init__(self, levels: Levels, probabilities: ArrayLike) -> None:
        named = _named(levels)
        array = _numbers(probabilities, "probabilities")
        shape = tuple(map(len, named.values()))
        if array.shape != shape:
            raise LanguageModelError(
                f"Expected probabilities of shape {shape}, one axis for each of "
                f"{', '.join(named)}, got {array.shape}."
            )
        if not (array >= 0).all() or abs(array.sum() - 1) > _TINY * max(1, array.size):
            raise LanguageModelError(
                "Expected probabilities from 0 that sum to 1, got a least of "
                f"{array.min():.4g} and a sum of {array.sum():.6g}."
            )
        array.setflags(write=False)
        object.__setattr__(self, "levels", MappingProxyType(named))
        object.__setattr__(self, "probabilities", array)

    def __reduce__(self) -> tuple[type[Joint], tuple[object, ...]]:
        return type(self), (dict(self.levels), self.probabilities)

    @classmethod
    def from_tables(
        cls, levels: Levels, tables: Mapping[str, tuple[Sequence[str], ArrayLike]]
    ) -> Joint:
        """Multiply P(variable | parents) over the variables of a causal model.

        Parameters
        ----------
        levels : mapping of str to sequence of str
        tables : mapping of str to (parents, array)
            Of each variable its parents and P(variable | parents): axes are the parents in their
            order, then the variable.

        Examples
        --------
        >>> levels = {"Place": ["France", "Spain"], "Pronoun": ["she", "he"]}
        >>> tables = {"Place": ([], [0.5, 0.5]), "Pronoun": (["Place"], [[0.5, 0.5], [0.2, 0.8]])}
        >>> Joint.from_tables(levels, tables).probabilities.tolist()
        [[0.25, 0.25], [0.1, 0.4]]
        """
        names = list(levels)
        joint = np.ones([len(levels[name]) for name in names])
        for name in names:
            if name not in tables:
                raise LanguageModelError(f"Expected a table for {shorten(name)}, got none.")
            parents, table = _parents_and_table(name, tables[name])
            axes = [_place(names, each) for each in (*parents, name)]
            array = _numbers(table, f"table for {shorten(name)}")
            expected = tuple(len(levels[each]) for each in (*parents, name))
            if array.shape != expected:
                raise LanguageModelError(
                    f"Expected a table of shape {expected} for {shorten(name)}, its parents first, "
                    f"got {array.shape}."
                )
            shape = [1] * len(names)
            for axis in axes:
                shape[axis] = joint.shape[axis]
            joint = joint * array.transpose(np.argsort(axes)).reshape(shape)
        return cls(levels, joint)

    def given(self, values: Mapping[str, str]) -> Joint:
        """Return the distribution where some variables have these values, as in selected texts."""
        index: list[slice | int] = [slice(None)] * len(self.levels)
        for name, value in values.items():
            axis = _place(list(self.levels), name)
            index[axis] = _place(self.levels[name], str(value))
        kept = self.probabilities[tuple(index)]
        if not kept.sum() > 0:
            raise LanguageModelError(
                f"Expected values with some probability, but {dict(values)} has none."
            )
        rest = {name: words for name, words in self.levels.items() if name not in values}
        return Joint(rest, kept / kept.sum())

    def marginal(self, names: Sequence[str]) -> Joint:
        """Return the distribution of some variables, in the order given."""
        known = list(self.levels)
        axes = [_place(known, name) for name in names]
        others = tuple(axis for axis in range(len(known)) if axis not in axes)
        summed = self.probabilities.sum(axis=others)
        order = np.argsort(np.argsort(axes))
        return Joint({name: self.levels[name] for name in names}, summed.transpose(order))


class TableModel(PairScorer):
    """A language model that writes texts from a joint distribution, with exact probabilities.

    A text is a template whose slots are filled with the words of one draw. So P(continuation |
    prompt) is the share of texts that go on this way among those that begin as the prompt does.
    Texts are compared by whole words: one that goes on with ``her`` does not go on with ``he``.

    Parameters
    ----------
    joint : Joint
        Condition it to have a model that was trained on selected texts:
        ``joint.given({"Written": "yes"})``.
    templates : sequence of str
        ``In {Date}, {Pronoun} was a child.``; double braces stand for braces. Variables that
        stand in none of them are summed out.
    weights : sequence of float, optional
        How often each template is used; all the same by default.
    model_id : str

    Raises
    ------
    LanguageModelError
        Where a template names an unknown variable, or where there is none.

    Examples
    --------
    >>> levels = {"Place": ["France", "Spain"], "Pronoun": ["she", "he"]}
    >>> joint = Joint(levels, [[0.25, 0.25], [0.1, 0.4]])
    >>> model = TableModel(joint, ["In {Place}, {Pronoun} was young."])
    >>> float(np.exp(model.score([("In Spain,", " she")]))[0].round(3))
    0.2
    """

    leading = "bos"

    def __init__(
        self,
        joint: Joint,
        templates: Sequence[str],
        weights: Sequence[float] | None = None,
        model_id: str = "table",
    ) -> None:
        if isinstance(templates, str) or not templates:
            raise LanguageModelError("Expected a list of templates, with at least one in it.")
        shares = np.ones(len(templates)) if weights is None else _numbers(weights, "weights")
        finite = np.isfinite(shares).all() and (shares > 0).all()
        if shares.shape != (len(templates),) or not finite:
            raise LanguageModelError(
                f"Expected a positive weight for each of {len(templates)} templates, got {weights}."
            )
        self.joint = joint
        self.templates = tuple(templates)
        self.model_id = model_id
        self._mass: dict[str, float] = {"": 0.0}
        for template, share in zip(self.templates, shares / shares.sum(), strict=True):
            for text, probability in _texts(joint, template):
                self._add(text, share * probability)

    def __repr__(self) -> str:
        size = self.joint.probabilities.size
        return (
            f"TableModel({self.model_id!r}, {size:,} assignments, {len(self.templates)} templates)"
        )

    def _add(self, text: str, probability: float) -> None:
        for end in range(len(text) + 1):
            if not _WITHIN_WORD.fullmatch(text, max(0, end - 1), end + 1):
                beginning = text[:end]
                self._mass[beginning] = self._mass.get(beginning, 0.0) + probability

    def score(self, pairs: Sequence[Pair]) -> Floats:
        """Return ln P(continuation | prompt) of each pair.

        Parameters
        ----------
        pairs : sequence of (str, str)

        Returns
        -------
        array, shape (pairs,)
            −inf for what the texts never say.

        Raises
        ------
        LanguageModelError
            Where no text begins with a prompt.
        """
        pairs = checked_pairs(pairs)
        before = np.array([self._mass.get(prompt, 0.0) for prompt, _ in pairs])
        if (before == 0).any():
            prompt = pairs[int((before == 0).argmax())][0]
            raise LanguageModelError(
                f"Expected a prompt that texts of this table begin with, got {shorten(prompt)}. "
                f"One of its templates is {shorten(self.templates[0])}."
            )
        both = np.array([self._mass.get(prompt + rest, 0.0) for prompt, rest in pairs])
        with np.errstate(divide="ignore"):
            scores: Floats = np.minimum(np.log(both) - np.log(before), 0.0)
        return scores


class AnswerTable(PairScorer):
    """A language model that is told its answers.

    Parameters
    ----------
    answers : callable or mapping
        Takes a prompt, returns continuations with their probabilities. Continuations that are
        not among them have probability `otherwise`, as all have after a prompt for which None is
        returned, or that is not in the mapping.
    otherwise : float
    model_id : str

    Examples
    --------
    >>> model = AnswerTable(lambda prompt: {" A": 0.75, " B": 0.25})
    >>> np.exp(model.log_probs(["Which one?"], [" A", " B"])).round(2).tolist()
    [[0.75, 0.25]]
    """

    leading = "bos"

    def __init__(
        self,
        answers: Callable[[str], Mapping[str, float] | None] | Mapping[str, Mapping[str, float]],
        otherwise: float = 1e-6,
        model_id: str = "answers",
    ) -> None:
        self._answers = answers.get if isinstance(answers, Mapping) else answers
        self.otherwise = otherwise
        self.model_id = model_id

    def __repr__(self) -> str:
        return f"AnswerTable({self.model_id!r})"

    def score(self, pairs: Sequence[Pair]) -> Floats:
        """Return ln P(continuation | prompt) of each pair.

        Parameters
        ----------
        pairs : sequence of (str, str)

        Returns
        -------
        array, shape (pairs,)
        """
        pairs = checked_pairs(pairs)
        told = {prompt: self._answers(prompt) or {} for prompt, _ in pairs}
        shares = _numbers(
            [told[prompt].get(rest, self.otherwise) for prompt, rest in pairs], "probabilities"
        )
        wrong = np.flatnonzero(~((shares >= 0) & (shares <= 1)))
        if len(wrong):
            prompt, rest = pairs[wrong[0]]
            raise LanguageModelError(
                f"Expected probabilities from 0 to 1, got {shares[wrong[0]]:g} for {shorten(rest)} "
                f"after {shorten(prompt)}."
            )
        with np.errstate(divide="ignore"):
            scores: Floats = np.log(shares)
        return scores


def _named(levels: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(levels, Mapping):
        raise LanguageModelError(
            f"Expected each variable with its words, as in {{'Place': ['France', 'Spain']}}, got "
            f"{type(levels).__name__}."
        )
    named = {}
    for name, words in levels.items():
        if not isinstance(words, Iterable) or not (listed := tuple(map(str, words))):
            raise LanguageModelError(
                f"Expected a list of words for {shorten(str(name))}, with at least one in it, got "
                f"{shorten(repr(words))[1:-1]}."
            )
        named[str(name)] = listed
    return named


def _parents_and_table(name: str, given: object) -> tuple[Sequence[str], object]:
    match given:
        case (list() | tuple() as parents, table) if name not in parents:
            return parents, table
    raise LanguageModelError(
        f"Expected other variables and a table for {shorten(name)}, as in ([], [0.5, 0.5]), got "
        f"{shorten(repr(given))[1:-1]}."
    )


def _numbers(given: object, what: str) -> Floats:
    try:
        return np.array(given, dtype=float)
    except (TypeError, ValueError):
        raise LanguageModelError(
            f"Expected numbers as {what}, got {shorten(repr(given))[1:-1]}."
        ) from None


def _place(names: Sequence[str], name: str) -> int:
    if name not in names:
        hint = closest(name, names)
        raise LanguageModelError(
            f"Expected one of {', '.join(map(shorten, names[:8]))}, got {shorten(str(name))}."
            + (f" Did you mean {shorten(hint)}?" if hint else "")
        )
    return list(names).index(name)


def _texts(joint: Joint, template: str) -> list[tuple[str, float]]:
    """Return what a template can say, with probabilities."""
    try:
        parts = [(literal, name) for literal, name, _, _ in Formatter().parse(template)]
    except ValueError as error:
        raise LanguageModelError(
            f"Expected slots in pairs of braces in {shorten(template)}: {error}."
        ) from error
    names = list(dict.fromkeys(name for _, name in parts if name is not None))
    known = joint.marginal(names)
    said = []
    words = product(*known.levels.values())
    for chosen, probability in zip(words, known.probabilities.ravel(), strict=True):
        filling: dict[str | None, str] = {None: "", **dict(zip(names, chosen, strict=True))}
        text = "".join(literal + filling[name] for literal, name in parts)
        said.append((text, float(probability)))
    return said

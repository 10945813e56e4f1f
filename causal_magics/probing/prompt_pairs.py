"""Pairs of prompts that differ in one word, and the two words between which a model decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from causal_magics.errors import PromptError, shorten
from causal_magics.language.loading import traced_model
from causal_magics.language.protocol import LanguageModel

__all__ = ["PromptPair", "aligned_pairs", "gender_pairs", "pairs_from_lines", "read_pairs"]

_FORM = "prompt -> other prompt | expected word / other word"


@dataclass(frozen=True, slots=True)
class PromptPair:
    """Two prompts and two continuations.

    Parameters
    ----------
    base : str
        The prompt as it is: ``The nurse said that``.
    counterfactual : str
        The prompt with its cause set: ``The man said that``.
    expected : str
        The continuation that the base prompt makes likely: `` she``. In a study of stereotypes
        it is the stereotype.
    other : str
        The continuation that the counterfactual makes likely: `` he``.

    Raises
    ------
    PromptError
        Where a part is no text or empty, or both prompts or both continuations are the same.
    """

    base: str
    counterfactual: str
    expected: str
    other: str

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, str) or not value.strip():
                raise PromptError(
                    f"Expected text as {field.name} of a pair, got {shorten(repr(value))[1:-1]}."
                )
        for first, second in (("base", "counterfactual"), ("expected", "other")):
            if getattr(self, first) == getattr(self, second):
                raise PromptError(
                    f"Expected {first} and {second} of a pair to differ, got "
                    f"{shorten(getattr(self, first))} twice."
                )


def pairs_from_lines(lines: Iterable[str]) -> tuple[PromptPair, ...]:
    """Read pairs of prompts, one a line.

    Parameters
    ----------
    lines : iterable of str
        Each ``prompt -> other prompt | expected word / other word``. A space is put before the
        words, as between words of a text.

    Raises
    ------
    PromptError
        Where a line has another form.

    Examples
    --------
    >>> pairs_from_lines(["The nurse said that -> The man said that | she / he"])[0].other
    ' he'
    """
    pairs = []
    for line in lines:
        prompts, bar, words = line.rpartition("|")
        base, arrow, other = prompts.partition("->")
        first, slash, second = words.partition("/")
        if not (bar and arrow and slash):
            raise PromptError(f"Expected {_FORM}, got {shorten(line)}.")
        pairs.append(
            PromptPair(base.strip(), other.strip(), *(f" {w.strip()}" for w in (first, second)))
        )
    return tuple(pairs)


def read_pairs(pairs: Any) -> tuple[PromptPair, ...]:
    """Return pairs from any of their forms.

    Parameters
    ----------
    pairs
        `PromptPair` s, tuples of their four texts, lines as `pairs_from_lines` reads them, or a
        data frame with their names as columns.

    Raises
    ------
    PromptError
        Where there are none, one stands twice, or the form is another.
    """
    names = [field.name for field in fields(PromptPair)]
    if hasattr(pairs, "columns"):
        import narwhals as nw

        table = nw.from_native(pairs, eager_only=True)
        missing = [name for name in names if name not in table.columns]
        if missing:
            raise PromptError(
                f"Expected columns {', '.join(names)}, and there is no {missing[0]}. Rename yours."
            )
        rows: Iterable[Any] = table.select(names).iter_rows()
    elif isinstance(pairs, str):
        rows = [line for line in pairs.splitlines() if line.strip()]
    elif isinstance(pairs, PromptPair):
        rows = [pairs]
    elif isinstance(pairs, Iterable):
        rows = pairs
    else:
        raise PromptError(
            f"Expected pairs of prompts, got {type(pairs).__name__}. A pair is {_FORM}."
        )
    found = tuple(dict.fromkeys(_read_pair(row) for row in rows))
    if not found:
        raise PromptError(f"Expected pairs of prompts, got none. A pair is {_FORM}.")
    return found


def _read_pair(row: Any) -> PromptPair:
    if isinstance(row, PromptPair):
        return row
    if isinstance(row, str):
        return pairs_from_lines([row])[0]
    if isinstance(row, Sequence) and len(row) == 4:
        return PromptPair(*row)
    raise PromptError(
        f"Expected a PromptPair, four texts, or a line {_FORM}, got {shorten(repr(row))}."
    )


# ---------------------------------------------------------------------- the case of gender

_SHE = (
    "nurse", "secretary", "dancer", "librarian", "maid", "model", "cleaner", "teacher", "cook",
    "baker", "clerk", "singer", "tailor", "writer",
)  # fmt: skip
_HE = (
    "doctor", "lawyer", "engineer", "pilot", "soldier", "driver", "farmer", "guard", "judge",
    "chef", "captain", "mechanic", "sheriff", "scientist",
)  # fmt: skip
_FRAMES = ("The {} said that", "The {} was late because", "The {} went home when")


def gender_pairs(model: LanguageModel | str | Path = "smollm2") -> tuple[PromptPair, ...]:
    """Return the case of gender: professions against a man or a woman, in three sentences.

    Each profession has the pronoun that stereotypes expect of it. The counterfactual is *man* where
    that is *she*, and *woman* where it is *he*. Left out are professions of which the model's
    tokenizer makes more tokens than of the counterfactual.

    Parameters
    ----------
    model : LanguageModel, str or Path
        Whose tokens count; what `load_model` takes.
    """
    pairs = [
        PromptPair(frame.format(job), frame.format(person), expected, other)
        for jobs, person, expected, other in (
            (_SHE, "man", " she", " he"), (_HE, "woman", " he", " she"),
        )
        for job in jobs
        for frame in _FRAMES
    ]  # fmt: skip
    return aligned_pairs(pairs, model)


def aligned_pairs(
    pairs: Any, model: LanguageModel | str | Path = "smollm2"
) -> tuple[PromptPair, ...]:
    """Return the pairs whose two prompts have equally many tokens, as mediation needs.

    Parameters
    ----------
    pairs
        As `read_pairs` takes them.
    model : LanguageModel, str or Path

    Raises
    ------
    PromptError
        Where no pair has.
    LanguageModelError
        Where the model is no causal model with its weights here.
    """
    network = traced_model(model)
    kept = []
    for pair in read_pairs(pairs):
        (base, _), (other, _) = network.encode(
            [(pair.base, pair.expected), (pair.counterfactual, pair.expected)]
        )
        if len(base) == len(other):
            kept.append(pair)
    if not kept:
        raise PromptError(
            "Expected pairs whose two prompts have equally many tokens, got none of that kind. "
            f"Choose words that are one token to {network.model_id}."
        )
    return tuple(kept)

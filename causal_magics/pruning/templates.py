"""Templates and the words that stand in them: checked, and cut in two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import lcm

import numpy as np

from causal_magics.errors import PruningError, shorten
from causal_magics.options import check_share

__all__ = [
    "PLACE",
    "Prompt",
    "checked_groups",
    "checked_templates",
    "checked_texts",
    "cut",
    "cut_texts",
    "prompts_of",
]

PLACE = "{}"
"""Where a word stands in a template."""

Groups = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A template filled with a subject.

    Parameters
    ----------
    text : str
    bucket : int
        The place of the subject's group.
    subject : int
        The place of the subject in its group.
    row : int
        Prompts of one row stand in the same template, one for each group.
    """

    text: str
    bucket: int
    subject: int
    row: int


def checked_texts(what: str, given: object) -> tuple[str, ...]:
    """Return texts without blanks around them.

    Raises
    ------
    PruningError
        Where there is none, or one is empty or no text.
    """
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise PruningError(
            f"Expected a list of {what}, got {type(given).__name__}. Put it in brackets."
        )
    texts = []
    for text in given:
        if not isinstance(text, str) or not text.strip():
            raise PruningError(f"Expected texts as {what}, got {shorten(repr(text))[1:-1]}.")
        texts.append(text.strip())
    if not texts:
        raise PruningError(f"Expected {what}, got none.")
    return tuple(texts)


def checked_templates(given: object) -> tuple[str, ...]:
    """Return templates, each once and with one place for a word."""
    templates = tuple(dict.fromkeys(checked_texts("templates", given)))
    for template in templates:
        if template.count(PLACE) != 1:
            raise PruningError(
                f"Expected templates with one {PLACE} for a word, got {shorten(template)}."
            )
    return templates


def checked_groups(given: object) -> dict[str, tuple[str, ...]]:
    """Return words by group, each once and of one group only.

    Raises
    ------
    PruningError
        Where they are not by group, a group has none, or two have the same.
    """
    if not isinstance(given, Mapping):
        raise PruningError(
            f"Expected words by group, got {type(given).__name__}. Give a dictionary from names of "
            "groups to lists of words."
        )
    groups: dict[str, tuple[str, ...]] = {}
    owners: dict[str, str] = {}
    for group, words in given.items():
        name = shorten(str(group))[1:-1]
        texts = checked_texts(f"words for the group {name}", words)
        groups[str(group)] = tuple(dict.fromkeys(texts))
        for word in groups[str(group)]:
            if word in owners:
                raise PruningError(
                    f"Expected each word in one group, got {shorten(word)} for both "
                    f"{owners[word]} and {name}."
                )
            owners[word] = name
    return groups


def cut(
    size: int, share: float, rng: np.random.Generator, what: str
) -> tuple[list[int], list[int]]:
    """Return random places in two parts, neither of them empty.

    Parameters
    ----------
    size : int
        How many places there are.
    share : float
        How much of them the first part gets; one at least, and not all.
    rng : numpy.random.Generator
    what : str
        What stands at the places, for the error.

    Raises
    ------
    PruningError
        Where there are fewer than two.
    """
    check_share("share", share)
    if size < 2:
        raise PruningError(f"Expected two or more {what} to split a measure, got {size}. Add some.")
    order = rng.permutation(size)
    n_first = min(max(round(share * size), 1), size - 1)
    return sorted(order[:n_first].tolist()), sorted(order[n_first:].tolist())


def cut_texts(
    texts: Sequence[str], share: float, rng: np.random.Generator, what: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return texts in two random parts: see `cut`."""
    first, second = cut(len(texts), share, rng, what)
    return tuple(texts[place] for place in first), tuple(texts[place] for place in second)


def prompts_of(
    templates: Sequence[str],
    groups: Mapping[str, Sequence[str]],
    per_group: int | None = None,
    seed: int = 0,
) -> list[Prompt]:
    """Return templates filled with the words of groups, group after group.

    Parameters
    ----------
    templates : sequence of str
    groups : mapping of str to sequence of str
    per_group : int, optional
        At most how many prompts each group gets, spread evenly over templates and words.
    seed : int
        Of which these are.
    """
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(np.array(templates, dtype=object)).tolist()
    found = []
    for bucket, words in enumerate(groups.values()):
        order = rng.permutation(len(words)).tolist()
        for row, (template, place) in enumerate(_cells(len(templates), len(words), per_group)):
            text = shuffled[template].replace(PLACE, words[order[place]])
            found.append(Prompt(text, bucket, order[place], row))
    return found


def _cells(n_templates: int, n_words: int, limit: int | None) -> Iterator[tuple[int, int]]:
    """Return which template stands with which word, each pair once and all evenly."""
    size = n_templates * n_words
    period = lcm(n_templates, n_words)
    for cell in range(min(size, limit or size)):
        yield cell % n_templates, (cell + cell // period) % n_words

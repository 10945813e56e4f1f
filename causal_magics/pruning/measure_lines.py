"""A measure of bias from its name, and from lines of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from causal_magics.errors import PruningError, shorten
from causal_magics.pruning.measure_catalogue import bias_measure
from causal_magics.pruning.measures import BiasMeasure, checked_measure
from causal_magics.pruning.word_odds import WordOdds

__all__ = ["groups_of_lines", "measure_of", "words_of_lines"]


def measure_of(
    measure: object,
    source: str = "own",
    groups: Mapping[str, Sequence[str]] | Sequence[str] = (),
    templates: Sequence[str] = (),
    words: Sequence[str] = (),
) -> BiasMeasure:
    """Return a measure that is given itself or by its name, with prompts of one's own.

    Parameters
    ----------
    measure : BiasMeasure, str, or sequence of one of them
    source : str
        Where a measure that is named comes from; see `bias_measure`.
    groups : mapping of str to sequence of str, or sequence of str
        Words of each group, or lines ``name: word / word``.
    templates : sequence of str
        Each with ``{}`` where the word stands.
    words : sequence of str
        Lines ``word for / word against``.

    Raises
    ------
    PruningError
        Where it is no measure, or has no groups, templates and words to replace.
    """
    found = _one(measure)
    if isinstance(found, str):
        found = bias_measure(found, source=source)
    checked = checked_measure(found)
    groups, templates, words = (_given(each) for each in (groups, templates, words))
    if not (groups or templates or words):
        return checked
    if groups and source == "own" and isinstance(measure, str | Sequence):
        checked = bias_measure(checked.dimension, source="own-judgements")
    if not isinstance(checked, WordOdds):
        raise PruningError(
            f"Expected a measure by odds of words, whose groups, templates and words can be "
            f"replaced, got {checked.name}."
        )
    changed: dict[str, Any] = {"name": f"{checked.dimension}: own prompts"}
    if groups:
        changed["subjects"] = groups if isinstance(groups, Mapping) else groups_of_lines(groups)
    if templates:
        changed["templates"] = _lines(templates)
    if words:
        changed["for_words"], changed["against_words"] = words_of_lines(words)
    return replace(checked, **changed)


def groups_of_lines(lines: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Read groups from lines ``name: word / word``.

    Raises
    ------
    PruningError
        Where a line has another form, or a group stands twice.

    Examples
    --------
    >>> groups_of_lines(["young: teenager / student", "old: pensioner"])["young"]
    ('teenager', 'student')
    """
    found: dict[str, tuple[str, ...]] = {}
    for line in _lines(lines):
        name, colon, rest = line.partition(":")
        parts = tuple(part.strip() for part in rest.split("/") if part.strip())
        if not (colon and name.strip() and parts) or name.strip() in found:
            raise PruningError(f"Expected a group once, as name: word / word, got {shorten(line)}.")
        found[name.strip()] = parts
    return found


def words_of_lines(lines: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read pairs of words from lines ``word for / word against``.

    Raises
    ------
    PruningError
        Where a line has another form.
    """
    pairs = []
    for line in _lines(lines):
        words = [word.strip() for word in line.split("/")]
        if len(words) != 2 or not all(words) or "," in line:
            raise PruningError(
                f"Expected a line for each pair, word for / word against, got {shorten(line)}."
            )
        pairs.append((words[0], words[1]))
    for_words, against_words = zip(*pairs, strict=True)
    return for_words, against_words


def _lines(lines: object) -> list[str]:
    if isinstance(lines, str):
        lines = lines.splitlines()
    if not isinstance(lines, Iterable):
        raise PruningError(f"Expected lines of text, got {shorten(repr(lines))[1:-1]}.")
    every = list(lines)
    wrong = [line for line in every if not isinstance(line, str)]
    if wrong:
        raise PruningError(f"Expected lines of text, got {shorten(repr(wrong[0]))[1:-1]}.")
    found = [line.strip() for line in every if line.strip()]
    if not found:
        raise PruningError("Expected lines of text, got none.")
    return found


def _given(lines: Any) -> Any:
    """Return lines that can be asked whether there are any, such as those of an array."""
    is_plain = isinstance(lines, str | Mapping) or not isinstance(lines, Iterable)
    return lines if is_plain else tuple(lines)


def _one(measure: object) -> object:
    if isinstance(measure, list | tuple):
        if len(measure) != 1:
            raise PruningError(
                f"Expected one measure to prune by, got {len(measure)}. Name the others with also."
            )
        return measure[0]
    return measure

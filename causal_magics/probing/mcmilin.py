"""McMilin's two studies and her underspecified sentences, in our own words.

McMilin, "Selection bias induced spurious correlations in large language models" (2022): whether a
text was written down depends on when or where its subject lived and on their gender, so that a date
or a place tells a pronoun which it does not tell in the population. "Underspecification in language
modeling tasks: a causality-informed study of gendered pronoun resolution" (2023): sentences that do
not settle the pronoun follow the date, others do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from causal_magics.graph.model import CausalGraph
from causal_magics.probing.prompts import NodeValues, Prompts

__all__ = ["OpenStudy", "Study", "date_study", "open_study", "place_study"]

_VERBS = ("was", "became", "was still", "lived as", "was seen as", "was known as")
_STAGES = (
    "a child", "a pupil", "a teenager", "a student", "an apprentice", "an adult", "a parent",
    "a grandparent", "a pensioner", "an elder",
)  # fmt: skip

_PLACES = (
    "Afghanistan", "Iran", "Pakistan", "Morocco", "Egypt", "Saudi Arabia", "Turkey", "India",
    "Japan", "Nepal", "China", "South Korea", "Indonesia", "Italy", "Brazil", "France", "Canada",
    "Germany", "Norway", "Iceland",
)  # fmt: skip
"""From the largest gender gap to the smallest, by ranks of the Global Gender Gap Report 2023."""

_OPEN = (
    "doctor", "teacher", "patient", "neighbour", "lawyer", "clerk", "cook", "tailor", "painter",
    "visitor", "baker", "writer", "singer", "student", "guest", "farmer",
)  # fmt: skip
_SETTLED = (
    "mother", "father", "sister", "brother", "daughter", "son", "aunt", "uncle", "niece", "nephew",
    "queen", "king", "wife", "husband", "woman", "man",
)  # fmt: skip
_FRAMES = (
    "In {{Date}}, the {} said that {{Pronoun}} was tired.",
    "In {{Date}}, the {} left early because {{Pronoun}} had a long way to go.",
)


class Study(NamedTuple):
    """What `probe` takes: ``probe(*date_study())``."""

    graph: CausalGraph
    prompts: Prompts

    @property
    def templates(self) -> tuple[str, ...]:
        """The texts, with nodes in braces."""
        return tuple(template.text for template in self.prompts.templates)

    @property
    def values(self) -> Mapping[str, NodeValues]:
        """The values of each node."""
        return self.prompts.values


class OpenStudy(NamedTuple):
    """What `underspecification` takes: ``underspecification(*open_study())``."""

    graph: CausalGraph
    underspecified: Sequence[str]
    specified: Sequence[str]
    values: Mapping[str, str]


def date_study() -> Study:
    """Return the study of dates: 60 sentences, 30 years from 1801 to 2016.

    Examples
    --------
    >>> date_study().templates[0]
    'In {Date}, {Pronoun} was a child.'
    """
    return _study("Time", "Date", _dates())


def place_study() -> Study:
    """Return the study of places: 60 sentences, 20 countries, the largest gender gap first."""
    return _study("Home", "Place", ", ".join(_PLACES))


def open_study() -> OpenStudy:
    """Return 32 sentences that leave the pronoun open and 32 that settle it."""
    return OpenStudy(
        _graph("Time", "Date"),
        [frame.format(noun) for noun in _OPEN for frame in _FRAMES],
        [frame.format(noun) for noun in _SETTLED for frame in _FRAMES],
        {"Date": _dates(), **_pronouns()},
    )


def _study(cause: str, mention: str, values: str) -> Study:
    graph = _graph(cause, mention)
    return Study(graph, Prompts.of(graph, _sentences(mention), {mention: values, **_pronouns()}))


def _graph(cause: str, mention: str) -> CausalGraph:
    return CausalGraph.parse(
        f"{mention} <- {cause} -> Written <- Gender -> Pronoun\n"
        f"Written [selected]\n{{{cause} Gender}} [latent]"
    )


def _sentences(mention: str) -> list[str]:
    return [
        f"In {{{mention}}}, {{Pronoun}} {verb} {stage}." for verb in _VERBS for stage in _STAGES
    ]


def _dates() -> str:
    return ", ".join(str(round(1801 + 215 * step / 29)) for step in range(30))


def _pronouns() -> dict[str, str]:
    return {"Pronoun": "female = she | male = he"}

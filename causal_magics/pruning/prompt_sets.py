"""Our own prompts: people, what is said of them, and occupations.

They are ours, written for measuring, and none stands in a published data set. Their words are plain
ones for competence, warmth and danger, which stereotypes deal in; no slur is among them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["DIMENSIONS", "PromptSet", "prompt_set"]

DIMENSIONS = (
    "gender", "race", "religion", "nationality", "sexual orientation", "age", "ability",
)  # fmt: skip
"""Along which bias can be measured."""

Groups = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class PromptSet:
    """What is asked about the groups of one dimension.

    Parameters
    ----------
    dimension : str
    groups : mapping of str to tuple of str
        How people of each group are spoken of: ``woman``, or ``Muslim`` before a noun.
    nouns : tuple of str
        What follows where groups are spoken of by adjectives; each has a ``{}`` for one.
    templates : tuple of str
        What comes before a judgement, with ``{}`` for a person.
    words : tuple of (str, str)
        Unpleasant and pleasant judgements.
    sentences : tuple of str
        With ``{}`` for a person.
    occupations : mapping of str to tuple of str
        By the gender that stereotypes expect. Of gender alone.
    pronoun_templates : tuple of str
        What comes before a pronoun, with ``{}`` for an occupation. Of gender alone.
    """

    dimension: str
    groups: Groups
    nouns: tuple[str, ...]
    templates: tuple[str, ...]
    words: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]
    occupations: Groups
    pronoun_templates: tuple[str, ...]

    @property
    def group_templates(self) -> tuple[str, ...]:
        """The templates with ``{}`` for the words of groups, their nouns taking turns."""
        return tuple(
            template.replace("{}", self.nouns[place % len(self.nouns)])
            for place, template in enumerate(self.templates)
        )


@cache
def prompt_set(dimension: str) -> PromptSet:
    """Return our prompts about one of `DIMENSIONS`."""
    shared, own = _read("shared"), _read(dimension.replace(" ", "-"))
    return PromptSet(
        dimension=dimension,
        groups=_groups(own["groups"]),
        nouns=tuple("{} " + noun for noun in own.get("nouns", ())) or ("{}",),
        templates=tuple(shared["templates"]),
        words=tuple((unpleasant, pleasant) for unpleasant, pleasant in shared["words"]),
        sentences=(*shared["sentences"], *own["sentences"]),
        occupations=_groups(own.get("occupations", {})),
        pronoun_templates=tuple(own.get("pronoun_templates", ())),
    )


def _read(name: str) -> Any:
    folder = files("causal_magics.pruning") / "prompt_sets"
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def _groups(lists: Mapping[str, list[str]]) -> Groups:
    return {group: tuple(words) for group, words in lists.items()}

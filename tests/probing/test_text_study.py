"""The study of texts: a small run, what is shown of it, what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch

from causal_magics.errors import OptionError, PromptError
from causal_magics.probing.text_study import TextStudy, text_study

TINY: dict[str, Any] = {"pairs": 2, "sentences": 64, "passes": 1, "threads": 1, "progress": False}


@pytest.fixture(scope="module")
def small() -> TextStudy:
    """A run of seconds that shows what the whole study shows."""
    return text_study(
        ("observational", "interventional"), seeds=(0,), sentences=6000, pairs=8, passes=3,
        batch=32, threads=1, progress=False,
    )  # fmt: skip


def test_only_interventions_teach_interventions(small: TextStudy) -> None:
    assert 0.3 <= small.accuracy("observational") <= 0.7
    assert small.accuracy("interventional") >= 0.8
    assert small.kl("interventional") < 0.5 * small.kl("observational")


def test_what_is_shown_of_a_study(small: TextStudy) -> None:
    told = f"{small.accuracy('interventional', 'told'):.2f}"
    assert repr(small).endswith(f"interventional, told {told}>")
    assert repr(small).startswith("<TextStudy of 6,000 sentences: direction accuracy observational")
    assert "after observations alone" in small.conclusion
    page = small._repr_html_()
    assert told in page
    assert page.count("<tr>") == 3
    frame = small.to_frame()
    assert list(frame.columns) == [
        "corpus", "asked", "seed", "direction_accuracy", "kl", "questions",
    ]  # fmt: skip
    assert frame["questions"].tolist() == [32, 32]


def test_a_plot_has_a_dot_for_each_seed(small: TextStudy) -> None:
    axes = small.plot()
    dots = [line for line in axes.lines if line.get_linestyle() == "None"]
    assert [line.get_xdata()[0] for line in dots] == [
        row.direction_accuracy for row in small.rows
    ]  # fmt: skip
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "observational\nasked about untold", "interventional\nasked about told",
    ]  # fmt: skip


def test_rows_by_corpus_kind_of_question_and_seed() -> None:
    study = text_study(seeds=(3, 1), **TINY)
    assert [(row.corpus, row.asked, row.seed) for row in study.rows] == [
        (corpus, asked, seed)
        for corpus, asked in [
            ("observational", "untold"), ("half", "untold"), ("half", "told"),
            ("interventional", "told"), ("one-sided", "untold"), ("one-sided", "told"),
        ]
        for seed in (3, 1)
    ]  # fmt: skip
    assert [len(group) for group in study.groups] == [2] * 6
    with ThreadPoolExecutor(2) as executor:
        assert text_study(seeds=(3, 1), executor=executor, **TINY | {"threads": None}) == study


def test_settings_of_torch_stay_as_they_were() -> None:
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    text_study("half", seeds=[0], **TINY)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        (
            {"corpora": ["intervention"]},
            OptionError,
            "got 'intervention'. Did you mean interventional?",
        ),
        ({"corpora": "one_sided"}, OptionError, "got 'one_sided'. Did you mean one-sided?"),
        ({"corpora": []}, PromptError, "Expected a corpus among observational, half, .*, got none"),
        ({"seeds": ()}, PromptError, "Expected one seed or more, got none"),
        ({"seeds": 5}, OptionError, "Expected a list of seeds, got int"),
        ({"corpora": None}, OptionError, "Expected a list of corpora, got NoneType"),
        ({"threads": 0}, PromptError, "Expected threads to be a number above zero, got 0"),
        ({"seeds": (-1,)}, PromptError, "numbers from 0 on, got -1"),
        ({"sentences": -5}, PromptError, "Expected sentences to be a number above zero, got -5"),
        ({"passes": 0}, PromptError, "Expected passes to be a number above zero, got 0"),
        ({"pairs": 2.5}, PromptError, "Expected pairs to be a number above zero, got 2.5"),
        ({"pairs": 5000}, PromptError, "between 1 and 1,000 pairs of worlds, got 5000"),
    ],
)
def test_bad_input(settings: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        text_study(**settings)


def test_asking_what_was_not_studied(small: TextStudy) -> None:
    with pytest.raises(OptionError, match="corpus among observational, interventional, got 'half'"):
        small.accuracy("half")
    with pytest.raises(OptionError, match="observational corpus among untold, got 'told'"):
        small.kl("observational", "told")

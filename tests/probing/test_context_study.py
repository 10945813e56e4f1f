"""The study of contexts: readers whose answers are known, a small run, what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from causal_magics.errors import OptionError, PromptError
from causal_magics.language.protocol import Pair, PairScorer
from causal_magics.probing.context_study import ContextStudy, ask_in_context, context_study
from causal_magics.probing.context_texts import ContextQuestions, context_questions

TINY: dict[str, Any] = {
    "episodes": 64, "after": (1, 3), "pairs": 5, "threads": 1, "progress": False,
}  # fmt: skip


class Oracle(PairScorer):
    """Answers in the order of questions by their laws."""

    model_id = "oracle"

    def __init__(self, laws: NDArray[np.float64]) -> None:
        self.laws = laws

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        assert [text[-1] for _, text in pairs] == ["0", "1"] * (len(pairs) // 2)
        assert [prompt[-1] for prompt, _ in pairs] == list("0011") * (len(pairs) // 4)
        said = ["AB".index(prompt.rpartition(" set ")[2][0]) for prompt, _ in pairs]
        assert said == ([0] * 4 + [1] * 4) * (len(pairs) // 8)
        return np.log(0.5 * self.laws.ravel())


def test_readers_that_know_or_have_the_arrow_turned() -> None:
    asked: ContextQuestions = context_questions(4, 6, "both")
    knows = ask_in_context(Oracle(asked.worlds.laws), asked, 6)
    assert knows.right.all()
    np.testing.assert_allclose(knows.kl, 0.0, atol=1e-12)
    turned = ask_in_context(Oracle(asked.worlds.mistaken_laws), asked, 2)
    assert not turned.right.any()


@pytest.fixture(scope="module")
def tiny() -> ContextStudy:
    return context_study(seeds=(3, 1), **TINY)


def test_rows_by_context_reader_length_and_seed(tiny: ContextStudy) -> None:
    assert [(row.context, row.reader, row.sentences, row.seed) for row in tiny.rows] == [
        (context, reader, sentences, seed)
        for context in ("natural", "queried", "other", "both")
        for reader in ("model", "ideal")
        for sentences in (1, 3)
        for seed in (3, 1)
    ]  # fmt: skip
    assert {row.questions for row in tiny.rows} == {20}
    assert [len(group) for group in tiny.groups] == [2] * 16
    with ThreadPoolExecutor(2) as executor:
        again = context_study(seeds=(3, 1), executor=executor, **TINY | {"threads": None})
    assert again == tiny


def test_what_is_shown_of_a_study(tiny: ContextStudy) -> None:
    told = f"{tiny.accuracy('both'):.2f}"
    assert repr(tiny).startswith("<ContextStudy of 64 texts: direction accuracy after 3 sentences")
    assert repr(tiny).endswith(f"both {told}>")
    assert f"(ideal {tiny.accuracy('other', 'ideal'):.0%})" in tiny.conclusion
    page = tiny._repr_html_()
    assert page.count("<tr>") == 17
    assert told in page
    assert list(tiny.to_frame().columns) == [
        "context", "reader", "sentences", "seed", "direction_accuracy", "kl", "questions",
    ]  # fmt: skip
    assert tiny.kl("queried", "ideal", 3) == pytest.approx(
        np.mean([row.kl for row in tiny.groups[7]])
    )


def test_a_plot_has_a_line_for_each_context_and_reader(tiny: ContextStudy) -> None:
    axes = tiny.plot()
    lines = {line.get_label(): line for line in axes.lines}
    ideal = lines["queried, ideal"]
    assert list(ideal.get_xdata()) == [1, 3]  # type: ignore[arg-type]
    assert list(ideal.get_ydata()) == [  # type: ignore[arg-type]
        tiny.accuracy("queried", "ideal", sentences) for sentences in (1, 3)
    ]
    assert {"natural", "queried", "other", "both"} <= set(lines)


def test_one_context_alone() -> None:
    study = context_study("queried", seeds=[0], **TINY)
    assert {row.context for row in study.rows} == {"queried"}
    assert "after observations alone" not in study.conclusion


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        ({"contexts": ["natual"]}, OptionError, r"got 'natual'. Did you mean natural\?"),
        ({"contexts": []}, PromptError, "Expected a context among natural, queried, .*, got none"),
        ({"contexts": None}, OptionError, "Expected a list of contexts, got NoneType"),
        ({"seeds": ()}, PromptError, "Expected one seed or more, got none"),
        ({"seeds": 5}, OptionError, "Expected a list of seeds, got int"),
        ({"after": 15}, OptionError, "Expected a list of lengths, got int"),
        ({"after": ()}, PromptError, "Expected one length or more to ask after, got none"),
        ({"after": (3, 0)}, PromptError, "Expected after to be a number above zero, got 0"),
        ({"episodes": 0}, PromptError, "Expected episodes to be a number above zero, got 0"),
        ({"pairs": 2.5}, PromptError, "Expected pairs to be a number above zero, got 2.5"),
    ],
)
def test_bad_input(settings: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        context_study(**settings)


def test_asking_what_was_not_studied(tiny: ContextStudy) -> None:
    with pytest.raises(OptionError, match="Expected sentences among 1, 3, got '15'"):
        tiny.accuracy("both", "model", 15)
    with pytest.raises(OptionError, match="Expected reader among model, ideal, got 'bayes'"):
        tiny.kl("both", "bayes")  # type: ignore[arg-type]

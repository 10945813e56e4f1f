"""Asking a model for edges: what it is asked, what is believed after, and what is refused."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.typing import NDArray
from probing.asked_models import Knowing

from causal_magics import CausalGraph, compare, discover
from causal_magics.data.simulation import simulate
from causal_magics.errors import CausalMagicsError, LanguageModelError
from causal_magics.graph.prior import EdgePrior, PairBelief
from causal_magics.language.protocol import Pair, PairScorer
from causal_magics.probing.asked_prior import AskedPrior
from causal_magics.probing.asking import ask
from causal_magics.probing.questions import ENDINGS, LETTERS, SENTENCES, Wording

NAMES = ("rain", "mud", "moon")
EDGES = {("rain", "mud")}


class Always(PairScorer):
    """Gives one score to everything, but for some continuations."""

    model_id = "always"

    def __init__(self, score: float = -1.0, **other: float) -> None:
        self.value = score
        self.other = other

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        return np.array([self.other.get(rest.strip(" ."), self.value) for _, rest in pairs])


def test_what_the_model_knows_is_believed() -> None:
    model = Knowing(NAMES, EDGES)
    prior = ask(NAMES, model)
    assert list(prior.graph().directed_edges) == [("rain", "mud")]
    weights = np.exp([1.0, -1.0, 0.0])
    assert prior.probability("rain", "mud") == pytest.approx(weights[0] / weights.sum())
    assert prior.agreement == 1.0
    assert prior.is_reliable
    assert prior.names == NAMES
    assert repr(prior).endswith(
        f"likeliest rain -> mud ({prior.probability('rain', 'mud'):.2f}), agreement 1.00, "
        f"{prior.n_questions:,} questions>"
    )


def test_all_is_asked_in_one_call_and_nothing_twice() -> None:
    model = Knowing(NAMES, EDGES)
    prior = ask(NAMES, model, questions=(*ENDINGS, *SENTENCES, *LETTERS))
    (asked,) = model.calls
    assert len(set(asked)) == len(asked) == prior.n_questions
    bare = Knowing(NAMES, EDGES)
    ask(NAMES, bare, questions=LETTERS, correction="none")
    assert len(bare.calls[0]) == 2 * 3 * 6 * 3  # wordings, pairs, permutations, letters


def test_a_model_that_always_says_a_believes_nothing() -> None:
    for correction in ("pmi", "none"):
        prior = ask(NAMES, Always(-5.0, A=-0.1), questions=LETTERS, correction=correction)
        for belief in prior.beliefs:
            assert belief.forward == pytest.approx(1 / 3)
            assert belief.backward == pytest.approx(1 / 3)


def test_contradicting_askings_agree_little_and_leave_the_states_alike() -> None:
    class FirstNamed(PairScorer):
        model_id = "first"

        def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
            causes = [rest.split()[0] for _, rest in pairs]
            return np.array([
                -1.0 if f"are {cause} and" in prompt and "influences" in rest else -9.0
                for cause, (prompt, rest) in zip(causes, pairs, strict=True)
            ])  # fmt: skip

    prior = ask(NAMES[:2], FirstNamed(), questions=SENTENCES[:1])
    assert prior.agreement == 0.5
    assert "agreement 0.50 (low)" in repr(prior)
    assert "Low agreement: 50%" in prior._repr_html_()
    frame = prior.answers_frame()
    assert list(frame["named_first"]) == ["rain", "mud"]
    assert frame["log_odds"][0] == pytest.approx(8.0)
    assert frame["log_odds"][1] == pytest.approx(-8.0)
    sure = ask(NAMES[:2], FirstNamed(), questions=SENTENCES[:1], tempered=False)
    assert sure.beliefs[0].absent < 0.02
    assert 0.1 < prior.beliefs[0].absent < 1 / 3


def test_only_what_is_believed_is_drawn() -> None:
    even = ask(NAMES, Always(-5.0, A=-0.1), questions=LETTERS)
    assert not even.graph().edges
    assert even.graph().nodes == NAMES
    beliefs = (PairBelief("rain", "mud", 0.6, 0.1), PairBelief("mud", "boots", 0.45, 0.4))
    drawn = replace(even, beliefs=beliefs).graph()
    found = {(e.source, e.mark, e.target): e.confidence for e in drawn.edges}
    assert found == {
        ("boots", "--", "mud"): pytest.approx(0.85), ("rain", "->", "mud"): pytest.approx(0.6),
    }  # fmt: skip


def test_variables_come_from_lists_graphs_and_frames() -> None:
    model = Knowing(NAMES, EDGES)
    wanted = ask(NAMES, model).beliefs
    frame = pd.DataFrame([[0, 1, 2]], columns=list(NAMES))
    graph = CausalGraph(NAMES)
    for given in (list(NAMES), graph, frame, pl.from_pandas(frame), iter(NAMES)):
        assert ask(given, model).beliefs == wanted
    some = ask(NAMES, model, pairs=[("mud", "rain"), ("rain", "mud")])
    assert [(b.first, b.second) for b in some.beliefs] == [("mud", "rain")]
    assert some.names == NAMES


def test_many_variables_are_asked_about_pair_by_pair() -> None:
    names = [f"x{i}" for i in range(100)]
    prior = ask(names, Always(), questions=ENDINGS[:1])
    assert len(prior.beliefs) == 4_950
    assert prior.n_questions == 2 * 100 * 99 + 2 * 2 * 100  # neutral ones once a variable
    assert "20,200 questions" in repr(prior)


def test_a_prior_is_a_value_and_its_frame_comes_back() -> None:
    prior = ask(NAMES, Knowing(NAMES, EDGES), domain="weather", descriptions={"mud": "wet soil"})
    assert pickle.loads(pickle.dumps(prior)) == prior
    frame = prior.to_frame()
    assert list(frame.columns) == ["cause", "effect", "probability", "agreement"]
    again = EdgePrior.from_frame(frame)
    np.testing.assert_allclose(again.nats(NAMES), prior.nats(NAMES), atol=1e-12)
    less = prior.restricted_to(["rain", "mud"])
    assert isinstance(less, AskedPrior)
    assert len(less.answers) == 6
    assert prior.tempered(0.5).answers == prior.answers
    assert np.isnan(AskedPrior().agreement)
    assert repr(AskedPrior()) == "<AskedPrior: 0 pairs of 0 variables>"
    odd = ask(["<b>", "x"], Always())
    assert "<td>&lt;b&gt;</td>" in odd._repr_html_()


BAD: list[tuple[Any, dict[str, Any], str]] = [
    (["rain"], {}, "two variables or more, got 1"),
    ([], {}, "got 0"),
    (["rain", "mud", "rain"], {}, "got 'rain' twice"),
    ("rain", {}, "a list of variables, got the text 'rain'"),
    (["rain", 3], {}, "Expected a node's name as text"),
    (["rain", "a\nb"], {}, "control"),
    (NAMES, {"descriptions": {"mod": "x"}}, "got 'mod'. Did you mean 'mud'"),
    (NAMES, {"descriptions": {"mud": 3}}, "text on 'mud', got '3'"),
    (NAMES, {"descriptions": {"mud": "x", "rain": "x"}}, "the same of 'mud' and 'rain'"),
    (NAMES, {"pairs": []}, "pairs to ask about, got none"),
    (NAMES, {"pairs": [("rain", "rain")]}, "pairs of two variables"),
    (NAMES, {"pairs": [("rain", "mod")]}, "Did you mean 'mud'"),
    (NAMES, {"questions": []}, "a list of Wording, got none"),
    (NAMES, {"questions": ["Why?"]}, "a list of Wording, got"),
    (NAMES, {"strategy": "pairwse"}, "Did you mean pairwise"),
    (NAMES, {"correction": "pmo"}, "Did you mean pmi"),
]


@pytest.mark.parametrize(("variables", "options", "message"), BAD)
def test_bad_input_gets_one_readable_line(variables: Any, options: Any, message: str) -> None:
    with pytest.raises(CausalMagicsError, match=message) as caught:
        ask(variables, Always(), **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_scores_that_are_none_get_one_readable_line(value: float) -> None:
    with pytest.raises(LanguageModelError, match="finite log-probabilities of always") as caught:
        ask(NAMES, Always(-1.0, mud=value))
    assert "\n" not in str(caught.value)
    assert "' mud.' after 'Rain influences'" in str(caught.value)


def test_own_wordings_are_taken() -> None:
    own = Wording("Of {a} and {b} in {domain}:", "{a} makes {b}", "neither {a} nor {b}")
    prior = ask(NAMES, Always(), domain="soils", questions=own)
    assert {answer.wording for answer in prior.answers} == {own.text}
    assert len(prior.answers) == 3 * 2


def test_asked_beliefs_help_with_few_rows_and_yield_to_many() -> None:
    found: dict[str, list[float]] = {
        "none, 50": [],
        "right, 50": [],
        "wrong, 50": [],
        "wrong, 1000": [],
    }
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Fewer rows")
        for seed in range(4):
            few = simulate("linear", 8, 50, seed)
            many = simulate("linear", 8, 1_000, seed)
            names, edges = few.graph.nodes, set(few.graph.directed_edges)
            right = ask(names, Knowing(names, edges, 3.0))
            dealt = dict(zip(names, names[3:] + names[:3], strict=True))
            wrong = ask(names, Knowing(names, {(dealt[a], dealt[b]) for a, b in edges}, 3.0))
            for label, simulation, prior in (
                ("none, 50", few, None), ("right, 50", few, right), ("wrong, 50", few, wrong),
                ("wrong, 1000", many, wrong),
            ):  # fmt: skip
                result = discover(simulation.frame, prior=prior, progress=False)
                found[label].append(compare(result.graph, simulation.graph).skeleton_f1)
    mean = {label: float(np.mean(values)) for label, values in found.items()}
    assert mean["right, 50"] > mean["none, 50"]
    assert mean["wrong, 50"] < mean["none, 50"]
    assert mean["wrong, 1000"] > 0.9

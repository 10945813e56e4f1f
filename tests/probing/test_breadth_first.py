"""The walk from roots to children: what it asks, in which steps, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest
from probing.asked_models import Listing

from causal_magics.errors import PromptError
from causal_magics.language.protocol import Pair
from causal_magics.probing.asking import ask
from causal_magics.probing.breadth_first import BreadthFirst
from causal_magics.probing.questions import ENDINGS, SENTENCES, Context

NAMES = ("wet", "rain", "sprinkler", "season", "slip", "moon")
EDGES = {
    ("season", "rain"), ("season", "sprinkler"), ("rain", "wet"), ("sprinkler", "wet"),
    ("wet", "slip"),
}  # fmt: skip


def walked(names: tuple[str, ...], edges: set[tuple[str, str]]) -> BreadthFirst:
    model = Listing(names, edges)

    def score(pairs: Iterable[Pair]) -> dict[Pair, float]:
        pairs = list(pairs)
        return dict(zip(pairs, model.score(pairs).tolist(), strict=True))

    walk = BreadthFirst(names, Context("", {}), score)
    walk.walk()
    return walk


def test_levels_are_asked_in_turn_and_the_graph_is_found() -> None:
    assert walked(NAMES, EDGES).steps == [
        ("season", "moon"), ("rain", "sprinkler"), ("wet",), ("slip",),
    ]  # fmt: skip
    model = Listing(NAMES, EDGES)
    prior = ask(NAMES, model, strategy="breadth-first")
    assert set(prior.graph().directed_edges) == EDGES
    assert prior.agreement == 1.0
    assert len(model.calls) == 1 + 4
    asked = [pair for call in model.calls for pair in call]
    assert len(set(asked)) == len(asked) == prior.n_questions
    assert len(prior.beliefs) == 15
    assert len(prior.answers) == 15 * 4


def test_prompts_grow_with_the_variables_and_not_with_their_pairs() -> None:
    names = tuple(f"x{i:02}" for i in range(40))
    chain = set(pairwise(names))
    model = Listing(names, chain)
    ask(names, model, strategy="breadth-first")
    walk = {prompt for call in model.calls for prompt, _ in call}
    model.calls.clear()
    ask(names, model, questions=SENTENCES)
    every = {prompt for call in model.calls for prompt, _ in call}
    assert len(walk) == 39 * 4 + 4 + 6  # the last of the chain has nothing left to be asked of
    assert len(every) == (40 * 39 // 2) * 6 + 3


def test_a_child_that_would_close_a_cycle_is_refused() -> None:
    names = ("a1", "b1", "c1")
    walk = walked(names, {("a1", "b1"), ("b1", "c1"), ("c1", "a1")})
    assert ("c1", "a1") not in walk.log_odds  # a1 comes before c1: not asked about
    assert walk.steps == [("a1",), ("b1",), ("c1",)]
    both = walked(names, {("a1", "b1"), ("a1", "c1"), ("b1", "c1"), ("c1", "b1")})
    assert both.refused == [("c1", "b1")]
    prior = ask(names, Listing(names, {("a1", "b1"), ("a1", "c1"), ("b1", "c1"), ("c1", "b1")}),
                strategy="breadth-first")  # fmt: skip
    assert "Refused, since it would close a cycle: c1 -> b1" in prior.notes[0]


def test_what_is_not_reached_is_asked_about_too() -> None:
    walk = walked(NAMES, set())
    assert {name for step in walk.steps for name in step} == set(NAMES)
    beliefs, _ = walk.beliefs(tempered=False)
    assert all(belief.absent > 0.7 for belief in beliefs)


def test_without_correction_a_child_is_weighed_against_any_of_the_list() -> None:
    def halves(pairs: Iterable[Pair]) -> dict[Pair, float]:
        return dict.fromkeys(pairs, float(np.log(0.5)))

    even = BreadthFirst(("a", "b", "c"), Context("", {}), halves, pmi=False)
    even.walk()
    for odds in even.log_odds.values():
        np.testing.assert_allclose(odds, 0.0, atol=1e-12)


def test_it_takes_no_pairs_and_no_questions() -> None:
    model = Listing(NAMES, EDGES)
    with pytest.raises(PromptError, match="neither pairs nor questions"):
        ask(NAMES, model, strategy="breadth-first", pairs=[("wet", "rain")])
    with pytest.raises(PromptError, match="neither pairs nor questions"):
        ask(NAMES, model, strategy="breadth-first", questions=ENDINGS[:1])

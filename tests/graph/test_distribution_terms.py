"""Terms over a joint distribution: their algebra, their values and what they need."""

import pickle
import random
import re

import numpy as np
import pytest
from oracles.hidden_causes import HiddenCauses
from oracles.random_graphs import random_admg

from causal_magics.errors import DataError, PositivityError
from causal_magics.graph.distribution_simplification import simplified
from causal_magics.graph.distribution_terms import (
    ONE,
    Conditional,
    Ratio,
    Sum,
    Term,
    all_names,
    conditional,
    free_names,
    product,
    ratio,
    sum_out,
)
from causal_magics.graph.distribution_values import ObservedJoint
from causal_magics.graph.distribution_writing import Hand
from causal_magics.graph.id_algorithm import identify_distribution
from causal_magics.graph.model import CausalGraph

HAND = Hand(tuple("abcdxyz"), ("x",))
FRONT_DOOR = CausalGraph.parse("x -> m -> y; x <-> y")
NAPKIN = CausalGraph.parse("w -> z -> x -> y; w <-> x; w <-> y")
BACK_DOOR = CausalGraph.parse("x -> y; z -> {x y}")


def p(of: str, given: str = "") -> Term:
    return conditional(of, given)


def test_what_sums_to_one_is_left_out() -> None:
    chain = product([p("a"), p("b", "a"), p("c", "ab")])
    assert sum_out(chain, "c") == product([p("a"), p("b", "a")])
    assert sum_out(chain, "cb") == p("a")
    assert sum_out(chain, "abc") == ONE
    assert sum_out(p("ab", "c"), "a") == p("b", "c")
    assert sum_out(chain, "a") == Sum(frozenset("a"), chain)
    assert sum_out(product([p("d"), chain]), "a") == product([p("d"), sum_out(chain, "a")])


def test_a_sum_of_a_sum_is_one() -> None:
    inner = sum_out(product([p("a"), p("b", "a"), p("c", "ab")]), "a")
    assert sum_out(inner, "c") == Sum(frozenset("a"), product([p("a"), p("b", "a")]))
    assert sum_out(inner, "bc") == ONE


def test_ratios_cancel() -> None:
    assert ratio(product([p("a"), p("b", "a")]), p("a")) == p("b", "a")
    assert ratio(p("ab", "c"), p("b", "c")) == p("a", "bc")
    assert ratio(p("a"), p("a")) == ONE
    uncancelled = ratio(p("a", "b"), p("c"))
    assert uncancelled == Ratio(p("a", "b"), p("c"))
    assert sum_out(uncancelled, "a") == Ratio(ONE, p("c"))


def test_names() -> None:
    term = product([p("d"), sum_out(product([p("a"), p("b", "a")]), "a")])
    assert free_names(term) == set("bd")
    assert all_names(term) == set("abd")


def test_writing_marks_what_is_spoken_of_outside() -> None:
    inner = Sum(frozenset("x"), product([p("y", "xa"), p("x")]))
    outer = Sum(frozenset("a"), product([p("a", "x"), inner]))
    assert HAND.text(outer) == "Σ_{a} P(a | x) Σ_{x'} P(y | x', a) P(x')"
    twice = Sum(frozenset("x"), product([p("x"), Sum(frozenset("x"), p("yx"))]))
    assert HAND.text(product([p("x"), twice])) == "P(x) Σ_{x'} P(x') Σ_{x''} P(x'', y)"
    two = product([Sum(frozenset("a"), p("ab")), Sum(frozenset("c"), p("cd")), p("x")])
    assert HAND.text(two) == "P(x) (Σ_{c} P(c, d)) Σ_{a} P(a, b)"
    assert HAND.text(product([p("x"), Ratio(inner, p("d"))])) == (
        "P(x) ((Σ_{x'} P(y | x', a) P(x')) / P(d))"
    )
    assert HAND.text(ONE) == "1"


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("x -> a -> y", Sum(frozenset("a"), product([p("a", "x"), p("y", "a")])), p("y", "x")),
        ("z -> y; x -> y", Sum(frozenset("z"), product([p("z"), p("y", "xz")])), p("y", "x")),
        ("z -> x -> y", Sum(frozenset("z"), product([p("z", "x"), p("y", "xz")])), p("y", "x")),
        ("a -> b -> c; a -> c", product([p("a"), p("b", "a"), p("c", "ab")]), p("abc")),
    ],
)
def test_independences_shorten_terms(text: str, before: Term, after: Term) -> None:
    assert simplified(before, CausalGraph.parse(text)) == after


def test_shorter_terms_have_the_same_value() -> None:
    rng = random.Random(61)
    shortened = 0
    for _ in range(200):
        graph = random_admg(rng, 6, 0.4, 0.2)
        joint = ObservedJoint(
            HiddenCauses(graph, rng.randrange(10**6)).joint(graph.nodes), graph.nodes
        )
        order = graph.topological_order()
        chain = [
            conditional({name}, rng.sample(order[:i], rng.randint(0, i)))
            for i, name in enumerate(order)
        ]
        term = sum_out(product(chain), rng.sample(order, 3))
        shorter = simplified(term, graph)
        shortened += shorter != term
        np.testing.assert_allclose(joint.of(shorter) - joint.of(term), 0, atol=1e-12)
    assert shortened > 50


def test_values_follow_the_names_of_the_axes() -> None:
    joint = HiddenCauses(FRONT_DOOR, 3, {"x": 3, "m": 4, "y": 2}).joint("xmy")
    estimand = identify_distribution(FRONT_DOOR, "x", "y")
    found = estimand.evaluate(joint, "xmy")
    assert found.shape == (3, 2)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_allclose(estimand.evaluate(joint.transpose(2, 0, 1), "yxm"), found)
    more = np.stack([joint * 0.3, joint * 0.7], axis=1)
    np.testing.assert_allclose(estimand.evaluate(more, ["x", "other", "m", "y"]), found)


def test_a_missing_condition_is_named() -> None:
    joint = HiddenCauses(BACK_DOOR, 3).joint("xyz")
    joint[1, :, 0] = 0
    estimand = identify_distribution(BACK_DOOR, "x", "y")
    with pytest.raises(PositivityError) as caught:
        estimand.evaluate(joint / joint.sum(), "xyz")
    assert str(caught.value) == (
        "Expected P(x = 1, z = 0) above 0, which P(y | x, z) needs, but the data give 0. "
        "Merge levels that do not occur, or ask for levels that do."
    )
    assert caught.value.condition == "P(x = 1, z = 0)"
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)


def test_a_condition_that_a_zero_multiplies_is_not_needed() -> None:
    joint = HiddenCauses(BACK_DOOR, 3).joint("xyz")
    joint[:, :, 0] = 0
    found = identify_distribution(BACK_DOOR, "x", "y").evaluate(joint / joint.sum(), "xyz")
    stratum = joint[:, :, 1]
    np.testing.assert_allclose(found, stratum / stratum.sum(axis=1, keepdims=True))


def test_a_condition_within_an_inner_sum_is_named() -> None:
    joint = HiddenCauses(FRONT_DOOR, 3).joint("xmy")
    joint[1, 0] = 0
    with pytest.raises(PositivityError, match=re.escape("P(x = 1, m = 0) above 0, which P(y | x")):
        identify_distribution(FRONT_DOOR, "x", "y").evaluate(joint / joint.sum(), "xmy")


def test_a_free_variable_takes_the_values_that_serve() -> None:
    model = HiddenCauses(NAPKIN, 3, {"z": 3})
    joint = model.joint("wzxy")
    joint[0, 2] = 0
    estimand = identify_distribution(NAPKIN, "x", "y")
    found = estimand.evaluate(joint / joint.sum(), "wzxy")
    assert np.all(np.isfinite(found))
    joint[0] = joint[1] = 0
    joint[0, 0], joint[1, 1] = 0.125, 0.125
    with pytest.raises(PositivityError, match=re.escape("P(w = 1, z = 0) above 0")):
        estimand.evaluate(joint, "wzxy")


def test_a_denominator_of_zero_is_named() -> None:
    joint = HiddenCauses(NAPKIN, 3).joint("wzxy")
    joint[:, :, 1] = 0
    with pytest.raises(PositivityError, match=re.escape("Σ_{w} P(x | w, z) P(w) at z = 0, x = 1")):
        identify_distribution(NAPKIN, "x", "y").evaluate(joint / joint.sum(), "wzxy")


def test_what_is_no_joint_distribution_is_refused() -> None:
    estimand = identify_distribution(BACK_DOOR, "x", "y")
    joint = HiddenCauses(BACK_DOOR, 3).joint("xyz")
    with pytest.raises(DataError, match="one axis a node, got 3 axes for 2"):
        estimand.evaluate(joint, "xy")
    with pytest.raises(DataError, match="got 3 axes for 2 different names"):
        estimand.evaluate(joint, "xyx")
    with pytest.raises(DataError, match=r"'z' has none\. The axes are 'x', 'y', 'w'"):
        estimand.evaluate(joint, "xyw")
    for wrong in (joint * 7, joint - 0.5, joint * np.nan):
        with pytest.raises(DataError, match="that sum to 1, got numbers"):
            estimand.evaluate(wrong, "xyz")


def test_parts_are_values() -> None:
    assert Conditional(frozenset("a"), frozenset("b")) == conditional("a", "ab")
    assert hash(product([p("b", "a"), p("a")])) == hash(product([p("a"), p("b", "a")]))

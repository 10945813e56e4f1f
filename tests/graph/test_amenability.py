"""What holds for a class must be what holds for each of its members."""

import random
from itertools import permutations

import pytest
from oracles.ancestral_classes import all_admgs, by_class, by_mag, pag_of, separations
from oracles.random_graphs import equivalent_dags, random_admg, random_dag, subsets

from causal_magics.graph.adjustment import adjustment_sets, is_adjustment_set
from causal_magics.graph.amenability import is_amenable, is_visible
from causal_magics.graph.effect import EffectQuery
from causal_magics.graph.equivalence import cpdag, meek_closure, pag_member
from causal_magics.graph.model import CausalGraph, Edge, Knowledge


def test_cpdags_and_background_knowledge() -> None:
    rng = random.Random(21)
    for _ in range(400):
        graph = random_dag(rng, rng.randint(3, 5), rng.choice((0.5, 0.7)))
        pattern = cpdag(graph)
        known = {p for p in graph.directed_edges - pattern.directed_edges if rng.random() < 0.3}
        members = [m for m in equivalent_dags(graph) if known <= m.directed_edges]
        closed = meek_closure(pattern, Knowledge(required=frozenset(known)))
        names = rng.sample(graph.nodes, len(graph.nodes))
        width = rng.choice((1, 1, 2)) if len(names) > 3 else 1
        xs, ys = set(names[:width]), {names[width]}
        for given in subsets(set(names) - xs - ys):
            valid = all(is_adjustment_set(member, given, xs, ys) for member in members)
            assert is_adjustment_set(closed, given, xs, ys) is valid


def test_mags_and_pags_of_three_nodes() -> None:
    mags = by_mag(all_admgs("ABC"))
    for mag, members in mags.items():
        for x, y in permutations("ABC", 2):
            for given in subsets(set("ABC") - {x, y}):
                valid = all(is_adjustment_set(member, given, x, y) for member in members)
                assert is_adjustment_set(mag, given, x, y, mag=True) is valid
    check_classes(list(mags), random.Random(0))


def test_pags_of_four_nodes() -> None:
    rng = random.Random(22)
    mags = list(by_mag(random_admg(rng, 4, 0.45, 0.3) for _ in range(6000)))
    classes = {separations(mag) for mag in mags}
    assert len(classes) > 150
    check_classes(mags, rng, effects=2)


def check_classes(mags: list[CausalGraph], rng: random.Random, effects: int = 6) -> None:
    for members in by_class(mags):
        pag = pag_of(members)
        assert separations(pag_member(pag)) == separations(members[0])
        for x, y in rng.sample(list(permutations(pag.nodes, 2)), effects):
            for given in subsets(set(pag.nodes) - {x, y}):
                valid = all(is_adjustment_set(m, given, x, y, mag=True) for m in members)
                assert is_adjustment_set(pag, given, x, y, mag=True) is valid


@pytest.mark.parametrize(
    ("edges", "visible"),
    [
        ([("x", "y")], False),
        ([Edge("z", "x", "<->"), ("x", "y")], True),
        ([("z", "x"), ("x", "y")], True),
        ([Edge("x", "z", "--"), ("x", "y")], False),
        ([Edge("a", "c", "<->"), Edge("a", "b", "<->"), Edge("b", "x", "<->"),
          ("a", "y"), ("b", "y"), ("x", "y")], True),
        ([("c", "a"), Edge("a", "b", "<->"), Edge("b", "x", "<->"),
          ("a", "y"), ("b", "y"), ("x", "y")], True),
    ],
)  # fmt: skip
def test_published_visible_edges(edges: list[Edge], visible: bool) -> None:
    assert is_visible(CausalGraph(edges=edges), "x", "y") is visible


def test_published_classes() -> None:
    """From the tests of DAGitty."""
    pdag = CausalGraph(
        edges=[("X", "W"), ("W", "Y"), ("F", "W"), Edge("W", "Z", "--"), ("F", "X"), ("F", "Z")]
    )
    assert adjustment_sets(pdag, "X", "Y") == (frozenset({"F"}),)
    arrow = CausalGraph(edges=[("X", "Y")])
    assert adjustment_sets(arrow, "X", "Y", mag=True) == ()
    assert adjustment_sets(arrow.add_node("I").add_edge("I", "X"), "X", "Y", mag=True) == (
        frozenset(),
    )
    assert not is_amenable(arrow, EffectQuery(("X",), ("Y",)), mag=True)
    pag = CausalGraph(edges=[Edge("x", "i", "@->"), ("x", "y")])
    assert adjustment_sets(pag, "x", "y") == ()

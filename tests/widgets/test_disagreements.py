"""What data and model say of pairs, where they contradict each other, and taking a side."""

from __future__ import annotations

from itertools import combinations, permutations
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from widgets.opinionated import chain_frame

from causal_magics import CausalGraph, discover
from causal_magics.discovery.alternatives import DIRECTION_BITS
from causal_magics.discovery.evidence import EdgeEvidence, PairBits, evidence_of, measure
from causal_magics.errors import CycleError, EditorError, GraphError, KnowledgeError
from causal_magics.graph.prior import EdgePrior, PairBelief, PairVerdict
from causal_magics.probing.asked_prior import AskedPrior, verdict_on
from causal_magics.widgets.disagreements import PairEvidence, evidence_rows, incompatible, taken
from causal_magics.widgets.opinions import Opinion

VERDICTS: list[PairVerdict | None] = ["->", "<-", "--", "none", None]
NAMES = "ABCDE"


def mixed_frame() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    frame = chain_frame(300)
    frame["E"] = np.where(frame["D"] + rng.normal(size=300) > 0, "yes", "no")
    return frame


@pytest.fixture(scope="module")
def priced() -> EdgeEvidence:
    return measure(mixed_frame())


def random_dag(seed: int) -> CausalGraph:
    rng = Random(seed)
    order = rng.sample(NAMES, len(NAMES))
    edges = [pair for pair in combinations(order, 2) if rng.random() < 0.4]
    return CausalGraph(NAMES, edges)


@given(seed=st.integers(0, 10_000))
def test_bits_of_a_pair_are_those_of_whole_graphs(priced: EdgeEvidence, seed: int) -> None:
    graph = random_dag(seed)
    for a, b in permutations(NAMES, 2):
        without = graph
        for edge in graph.edges_between(a, b):
            without = without.remove_edge(edge.source, edge.target)
        found = priced.pair_bits(graph, [(a, b)])[a, b]
        for told, ends in ((found.forward, (a, b)), (found.backward, (b, a))):
            try:
                whole = without.add_edge(*ends)
            except CycleError:
                assert told is None
            else:
                expected = priced.bits_saved(whole) - priced.bits_saved(without)
                assert told == pytest.approx(expected, abs=1e-6)


def test_standing_edges_cost_what_edge_bits_says(priced: EdgeEvidence) -> None:
    for text in ("A -> B -> C; D; E", "A -- B -- C; D -> E", "A -> B <- C; B -- D; E"):
        graph = CausalGraph.parse(text)
        for (a, b), bits in priced.edge_bits(graph).items():
            found = priced.pair_bits(graph, [(a, b)])[a, b]
            ways = [each for each in (found.forward, found.backward) if each is not None]
            assert any(each == pytest.approx(bits, abs=1e-6) for each in ways)


def test_tiers_close_directions_and_strangers_have_no_price(priced: EdgeEvidence) -> None:
    graph = CausalGraph.parse("A -> B; C; Z; tiers: A | B")
    found = priced.pair_bits(graph, [("A", "B"), ("B", "A"), ("A", "Z")])
    assert set(found) == {("A", "B"), ("B", "A")}
    assert found["A", "B"].backward is found["B", "A"].forward is None
    assert found["A", "B"].verdict == "--"


def test_a_direction_that_closes_a_cycle_is_not_open(priced: EdgeEvidence) -> None:
    graph = CausalGraph.parse("A -> B -> C; D; E")
    found = priced.pair_bits(graph, [("A", "C"), ("A", "B")])
    assert found["A", "C"].backward is None
    assert None not in (found["A", "B"].forward, found["A", "B"].backward)


@pytest.mark.parametrize(
    ("forward", "backward", "expected"),
    [
        (20.0, 20.0 - DIRECTION_BITS, "->"), (1.0, 1.0 + DIRECTION_BITS, "<-"),
        (20.0, 21.0 - DIRECTION_BITS, "--"), (-1.0, 0.0, "none"), (None, 3.0, "--"),
        (None, -3.0, "none"), (None, None, None), (3.0, None, "--"), (2.0, -9.0, "->"),
    ],
)  # fmt: skip
def test_what_bits_say(forward: float | None, backward: float | None, expected: Any) -> None:
    assert PairBits(forward, backward).verdict == expected


def test_data_tell_the_direction_of_a_curve(priced: EdgeEvidence) -> None:
    empty = CausalGraph(NAMES)
    found = priced.pair_bits(empty, [("A", "B"), ("B", "A"), ("A", "D"), ("D", "E")])
    says = {pair: bits.verdict for pair, bits in found.items()}
    assert (says["A", "B"], says["B", "A"], says["A", "D"]) == ("->", "<-", "none")
    assert says["D", "E"] not in ("none", None)


def test_a_discovery_in_several_batches_prices_pairs() -> None:
    found = discover(chain_frame(), progress=False).update(chain_frame(200, 1), progress=False)
    bits = evidence_of(found).pair_bits(CausalGraph("ABCD"), [("A", "B"), ("C", "D")])
    assert bits["A", "B"].verdict == "->"
    assert bits["C", "D"].verdict == "none"


@given(forward=st.floats(0, 1), share=st.floats(0, 1))
def test_a_belief_says_what_the_prior_draws(forward: float, share: float) -> None:
    belief = PairBelief("A", "B", forward, (1 - forward) * share)
    drawn = AskedPrior((belief,)).graph().edges_between("A", "B")
    says = verdict_on(belief)
    expected = {"->": "A->B", "<-": "B->A", "--": "A--B"}
    assert [f"{e.source}{e.mark}{e.target}" for e in drawn] == [
        expected[each] for each in [says] if each in expected
    ]


def test_verdicts_that_contradict_each_other() -> None:
    clashes = {(one, other) for one in VERDICTS for other in VERDICTS if incompatible(one, other)}
    assert clashes == {
        *permutations(["->", "<-"]), *permutations(["->", "none"]), *permutations(["<-", "none"]),
        *permutations(["--", "none"]),
    }  # fmt: skip


def evidence(
    model: tuple[float, float] | None = None,
    data: tuple[float | None, float | None] | None = None,
    *,
    settled: bool = False,
) -> PairEvidence:
    opinion = None if model is None else Opinion(PairBelief("A", "B", *model), 0.5)
    return PairEvidence(opinion, None if data is None else PairBits(*data), settled)


def test_a_pair_that_is_settled_is_no_disagreement() -> None:
    assert evidence((0.9, 0.1), (0.0, 20.0)).disagree
    assert not evidence((0.9, 0.1), (0.0, 20.0), settled=True).disagree
    assert not evidence((0.9, 0.1)).disagree
    assert not evidence((0.4, 0.3), (0.0, 20.0)).disagree
    told = evidence((0.9, 0.1), (None, -2.0)).to_json(("n1", "n2"))
    model: Any = told["model"]
    assert (told["a"], told["b"], told["disagree"], told["settled"]) == ("n1", "n2", True, False)
    assert model["log_odds"] == pytest.approx(np.log(9), abs=1e-4)
    assert (model["verdict"], model["agreement"]) == ("->", 0.5)
    assert told["data"] == {"verdict": "none", "forward": None, "backward": -2.0}


@pytest.mark.parametrize(
    ("text", "side", "known", "expected"),
    [
        ("A; B", "data", {"data": (20, 1)}, "A -> B [required]"),
        ("A -> B", "data", {"data": (1, 20)}, "B -> A [required]"),
        ("A -> B", "model", {"model": (0.8, 0.1)}, "A -> B [required]"),
        ("A <-> B", "model", {"model": (0.1, 0.8)}, "B -> A [required]"),
        ("A <- B", "data", {"data": (20, 19)}, "B -> A [required]"),
        ("A -- B", "data", {"data": (20, 19)}, "A -> B [required]"),
        ("A -- B", "model", {"model": (0.4, 0.45)}, "B -> A [required]"),
        ("A; B", "data", {"data": (None, 9)}, "B -> A [required]"),
        ("A -> B [required]", "model", {"model": (0, 0)},
         "A; B; A -> B [forbidden]; B -> A [forbidden]"),
        ("A -> B [forbidden]", "data", {"data": (20, 1)}, "A -> B [required]"),
    ],
)  # fmt: skip
def test_a_side_becomes_knowledge(text: str, side: Any, known: Any, expected: str) -> None:
    graph = taken(CausalGraph.parse(text), "A", "B", side, evidence(**known))
    wanted = CausalGraph.parse(expected)
    assert (graph.edges, graph.knowledge) == (wanted.edges, wanted.knowledge)


def test_of_two_directions_that_are_as_good_the_open_one_is_required() -> None:
    graph = CausalGraph.parse("A -> M -> B")
    both = evidence((0.4, 0.5))
    assert ("A", "B") in taken(graph, "A", "B", "model", both).knowledge.required
    backward = evidence((0.1, 0.8))
    with pytest.raises(GraphError):
        taken(graph, "A", "B", "model", backward)
    tiers = CausalGraph.parse("A; B; tiers: B | A")
    with pytest.raises(KnowledgeError):
        taken(tiers, "A", "B", "data", evidence(data=(20, 1)))


def test_who_is_undecided_has_no_side() -> None:
    graph = CausalGraph.parse("A -> B")
    with pytest.raises(EditorError, match="nothing decided of 'A' and 'B'"):
        taken(graph, "A", "B", "model", evidence((0.3, 0.3)))
    with pytest.raises(EditorError, match="data say nothing"):
        taken(graph, "A", "B", "data", evidence((0.9, 0)))
    with pytest.raises(GraphError, match="no node 'Q'"):
        taken(graph, "A", "Q", "data", evidence(data=(20, 1)))


def test_an_edge_that_stays_keeps_what_it_carries() -> None:
    graph = CausalGraph("AB").add_edge("A", "B", confidence=0.5, bits=3.0)
    kept = taken(graph, "A", "B", "data", evidence(data=(20, 1))).edge("A", "B")
    assert kept is not None
    assert (kept.confidence, kept.bits) == (0.5, 3.0)


def test_rows_follow_the_arrow_that_is_drawn() -> None:
    graph = CausalGraph.parse("B -> A; C")
    known = {("A", "B"): evidence((0.8, 0.1), (2.0, 30.0)), ("A", "C"): evidence()}
    rows = evidence_rows(graph, known)
    assert (rows["cause"], rows["effect"]) == (["B", "A"], ["A", "C"])
    assert rows["drawn"] == ["->", "none"]
    assert (rows["bits"][0], rows["bits_reversed"][0]) == (30.0, 2.0)
    assert (rows["data_says"], rows["model_says"]) == (["->", ""], ["<-", ""])
    assert rows["log_odds"][0] == pytest.approx(-np.log(8))
    assert rows["disagree"] == [True, False]
    assert np.isnan(rows["log_odds"][1])


def test_a_prior_that_nobody_was_asked_for_has_no_agreement() -> None:
    prior = EdgePrior.from_probabilities({("A", "B"): 0.9})
    assert verdict_on(prior.beliefs[0]) == "->"

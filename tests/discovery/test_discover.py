"""`discover` as a user meets it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causal_magics.data.samples import sample
from causal_magics.data.simulation import Mechanism, simulate
from causal_magics.data.table import DataWarning
from causal_magics.discovery import discover as module
from causal_magics.discovery.discover import Discovery, DiscoveryWarning, discover
from causal_magics.discovery.search import Found
from causal_magics.errors import CycleError, DataError, DiscoveryError
from causal_magics.graph.comparison import compare, edits
from causal_magics.graph.model import CausalGraph, Knowledge, Node

SIMULATION = simulate("gp", 6, 300, seed=5)
LEARNED = discover(SIMULATION.frame)


@pytest.mark.parametrize(
    ("mechanism", "nodes", "at_least"),
    [("gp", 10, 0.97), ("gp", 20, 0.97), ("sigmoid", 20, 0.97), ("joint", 20, 0.9)],
)
def test_known_graphs_are_found(mechanism: Mechanism, nodes: int, at_least: float) -> None:
    scores = []
    for seed in range(6):
        simulation = simulate(mechanism, nodes, 1000, seed)
        scores.append(compare(discover(simulation.frame), simulation.graph).f1)
    assert np.mean(scores) >= at_least


def test_two_columns_get_their_direction() -> None:
    rng = np.random.default_rng(0)
    cause = rng.normal(size=500)
    frame = pd.DataFrame({"effect": np.sin(2 * cause) + 0.3 * rng.normal(size=500), "cause": cause})
    assert discover(frame).graph.directed_edges == {("cause", "effect")}


def test_bits_add_up() -> None:
    assert LEARNED.bits == pytest.approx(sum(LEARNED.node_bits.values()))
    edge = min(LEARNED.graph.edges, key=lambda e: e.bits or 0.0)
    forbidden = Knowledge(
        required=LEARNED.graph.directed_edges - {(edge.source, edge.target)},
        forbidden=frozenset((a, b) for a in LEARNED.columns for b in LEARNED.columns if a != b)
        - (LEARNED.graph.directed_edges - {(edge.source, edge.target)}),
    )
    without = discover(SIMULATION.frame, knowledge=forbidden)
    assert edge.bits == pytest.approx(without.bits - LEARNED.bits, abs=1e-4)
    assert edge.bits is not None
    assert edge.bits > 0
    everything = Knowledge(
        forbidden=frozenset((a, b) for a in LEARNED.columns for b in LEARNED.columns if a != b)
    )
    empty = discover(SIMULATION.frame, knowledge=everything)
    assert empty.graph.directed_edges == frozenset()
    assert LEARNED.bits_saved == pytest.approx(empty.bits - LEARNED.bits)


@settings(max_examples=8, deadline=None)
@given(rows=st.permutations(range(300)), columns=st.permutations(range(6)))
def test_neither_order_nor_kind_of_the_table_matters(rows: list[int], columns: list[int]) -> None:
    shuffled = SIMULATION.frame.iloc[rows, columns]
    learned = discover(pl.from_pandas(shuffled))
    assert learned.graph.directed_edges == LEARNED.graph.directed_edges
    assert learned.bits == pytest.approx(LEARNED.bits, rel=1e-9)
    assert learned.columns == tuple(shuffled.columns)


@settings(max_examples=8, deadline=None)
@given(scale=st.floats(1e-6, 1e6), shift=st.floats(-1e3, 1e3), negative=st.booleans())
def test_units_do_not_matter(scale: float, shift: float, negative: bool) -> None:
    factor = -scale if negative else scale
    learned = discover((SIMULATION.frame + shift / scale) * factor)
    assert learned.graph.directed_edges == LEARNED.graph.directed_edges


NAMES = tuple("abcdef")
PAIRS = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda p: p[0] != p[1])


@st.composite
def knowledges(draw: st.DrawFn) -> Knowledge:
    order = draw(st.permutations(NAMES))
    cuts = sorted(draw(st.lists(st.integers(1, 5), max_size=2, unique=True)))
    tiers = [order[i:j] for i, j in zip([0, *cuts], [*cuts, 6], strict=True)] if cuts else []
    place = {name: position for position, name in enumerate(order)}
    drawn = draw(st.lists(PAIRS, max_size=5))
    required = frozenset((a, b) if place[a] < place[b] else (b, a) for a, b in drawn)
    forbidden = frozenset(draw(st.lists(PAIRS, max_size=8))) - required
    kept = draw(st.sets(st.sampled_from(NAMES)))
    return Knowledge(required, forbidden, tuple(tuple(n for n in t if n in kept) for t in tiers))


@settings(max_examples=40, deadline=None)
@given(knowledges(), st.sampled_from(["gp", "linear"]), st.integers(0, 3))
def test_knowledge_is_always_obeyed(knowledge: Knowledge, mechanism: Any, seed: int) -> None:
    values = simulate(mechanism, 6, 80, seed, degree=3.0).values
    learned = discover(values, knowledge=knowledge, columns=NAMES)
    assert learned.knowledge == knowledge
    assert knowledge.required <= learned.graph.directed_edges
    assert all(knowledge.allows(*edge) for edge in learned.graph.directed_edges)


def test_drawn_edits_hold_in_the_next_discovery() -> None:
    cause, effect = min(LEARNED.graph.directed_edges)
    drawn = LEARNED.graph.remove_edge(cause, effect).set_position(cause, (1.0, 2.0))
    again = discover(SIMULATION.frame, knowledge=edits(LEARNED, drawn))
    assert (cause, effect) not in again.graph.directed_edges
    reversed_graph = LEARNED.graph.reverse_edge(cause, effect)
    turned = discover(SIMULATION.frame, knowledge=edits(LEARNED, reversed_graph))
    assert (effect, cause) in turned.graph.directed_edges
    assert turned.bits > LEARNED.bits


def test_a_graph_gives_its_knowledge_positions_and_roles() -> None:
    name = LEARNED.columns[0]
    drawn = CausalGraph(
        [Node(name, frozenset({"exposure"}), (3.0, 4.0))],
        knowledge=Knowledge(tiers=((LEARNED.columns[1],), (name,))),
    )
    learned = discover(SIMULATION.frame, knowledge=drawn)
    assert learned.graph.node(name) == drawn.node(name)
    assert learned.knowledge == drawn.knowledge


def test_bad_knowledge_is_refused() -> None:
    with pytest.raises(DiscoveryError, match="Did you mean 'x1'"):
        discover(SIMULATION.frame, knowledge=Knowledge(required=frozenset({("X1", "x2")})))
    with pytest.raises(DiscoveryError, match="The columns are 'x1'"):
        discover(SIMULATION.frame, knowledge=Knowledge(tiers=(("Treatment",),)))
    with pytest.raises(DiscoveryError, match="got str"):
        discover(SIMULATION.frame, knowledge="x1 -> x2")  # type: ignore[arg-type]
    with pytest.raises(DiscoveryError, match="floor"):
        discover(SIMULATION.frame, edge_floor=-1.0)
    with pytest.raises(DiscoveryError, match="noise among any, gaussian, got 'uniform'"):
        discover(SIMULATION.frame, noise="uniform")  # type: ignore[arg-type]
    with pytest.raises(DiscoveryError, match="Expected an EdgePrior as prior, got dict"):
        discover(SIMULATION.frame, prior={("x1", "x2"): 0.9})  # type: ignore[arg-type]
    with pytest.raises(CycleError):
        discover(
            SIMULATION.frame,
            knowledge=Knowledge(required=frozenset({("x1", "x2"), ("x2", "x1")})),
        )


@pytest.mark.parametrize("rows", [3, 4, 5, 8, 12])
def test_few_rows_are_learned_from(rows: int) -> None:
    values = np.random.default_rng(rows).normal(size=(rows, 12))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        learned = discover(values)
    assert learned.n_rows == rows
    assert len(learned.columns) == 12


def test_odd_columns_are_learned_from() -> None:
    rng = np.random.default_rng(1)
    treated = rng.integers(0, 2, 400)
    count = rng.poisson(1 + 2 * treated)
    frame = {"treated?": treated == 1, 'n "of" <b>': count, "Cauchy": rng.standard_cauchy(400)}
    learned = discover(frame)
    assert learned.graph.neighbors("treated?") == {'n "of" <b>'}
    assert "<b>" not in learned._repr_html_()
    assert discover({"alone": rng.normal(size=20)}).graph.nodes == ("alone",)


def test_a_bad_table_leaves_what_was_there() -> None:
    before = repr(LEARNED), LEARNED.graph
    with pytest.raises(DataError):
        discover(SIMULATION.frame.assign(x1="text"))
    assert (repr(LEARNED), LEARNED.graph) == before


def test_an_interrupt_says_so_and_keeps_the_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    offer = Found.offer

    def impatient(self: Found, adjacency: Any, nats: float, activity: str) -> None:
        offer(self, adjacency, nats, activity)
        if self.adjacency.sum() == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Found, "offer", impatient)
    required = frozenset({("x6", "x1")})
    with pytest.warns(DiscoveryWarning, match="best graph so far, with 2 edges"):
        stopped = discover(SIMULATION.frame, knowledge=Knowledge(required=required))
    assert stopped.interrupted
    assert required < stopped.graph.directed_edges
    assert repr(stopped).endswith("interrupted>")


def test_an_interrupt_before_the_search_is_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "open_rows", interrupted)
    with pytest.raises(KeyboardInterrupt):
        discover(SIMULATION.frame)


def test_the_result_reads_well() -> None:
    edges = len(LEARNED.graph.edges)
    assert repr(LEARNED).startswith(f"<Discovery: 6 columns, 300 rows, {edges} edges, ")
    assert repr(LEARNED) == repr(discover(SIMULATION.frame))
    table = LEARNED.to_frame()
    others = ["alternative", "alternative_bits"]
    assert list(table.columns) == ["cause", "effect", "mark", "bits", *others]
    assert table["bits"].is_monotonic_decreasing
    assert len(table) == edges
    assert LEARNED._repr_html_().count("<tr>") == edges + 1
    assert "<svg" in LEARNED._repr_html_()


def test_sachs() -> None:
    data = sample("sachs")
    pooled = compare(discover(data.frame), data.network)
    assert 25 <= len(pooled.learned.edges) <= 45
    assert pooled.skeleton_f1 > 0.45
    assert pooled.sid is not None
    assert "PIP3 -> Plcg" in pooled.note
    observed = discover(data.frame[data.conditions == "cd3cd28"])
    compared = compare(observed, data.network)
    assert {frozenset(pair) for pair in observed.graph.directed_edges} >= {
        frozenset({"Raf", "Mek"}), frozenset({"Erk", "Akt"}), frozenset({"PKC", "P38"}),
    }  # fmt: skip
    assert compared.shd <= 15
    assert compared.f1 >= 0.4


def test_results_are_saved_and_loaded(tmp_path: Any) -> None:
    path = tmp_path / "result.npz"
    LEARNED.save(path)
    loaded = Discovery.load(path)
    assert loaded.graph == LEARNED.graph
    assert loaded.bits == LEARNED.bits
    assert repr(loaded) == repr(LEARNED)
    np.testing.assert_array_equal(loaded.statistic.gram, LEARNED.statistic.gram)
    values = SIMULATION.values[:20]
    np.testing.assert_array_equal(loaded.basis.design(values), LEARNED.basis.design(values))


def test_a_drawn_node_that_is_no_column_is_told() -> None:
    rng = np.random.default_rng(0)
    frame = {"Age": rng.normal(size=50), "Dose": rng.normal(size=50)}
    drawn = CausalGraph([Node("age", frozenset({"exposure"}))])
    with pytest.warns(DiscoveryWarning, match="no column 'age': left out .* Did you mean 'Age'"):
        assert discover(frame, knowledge=drawn).graph.exposures == ()
    latent = CausalGraph([Node("Age", frozenset({"exposure"})), Node("U", frozenset({"latent"}))])
    assert discover(frame, knowledge=latent).graph.exposures == ("Age",)


def test_alternatives_are_told_of_the_edges_of_the_graph() -> None:
    assert set(LEARNED.alternatives) == {(e.source, e.target) for e in LEARNED.graph.edges}


def test_without_bits_to_ask_for_everything_is_directed() -> None:
    frame = simulate("linear", 6, 300, seed=0).frame
    assert discover(frame).graph.undirected_edges
    assert not discover(frame, direction_bits=0.0).graph.undirected_edges

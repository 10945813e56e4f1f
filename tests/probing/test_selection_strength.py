"""Selection implied by a curve, and the population behind it, against the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from probing import known_tables as known

from causal_magics.errors import PromptError
from causal_magics.graph.model import CausalGraph
from causal_magics.language.table_model import Joint, TableModel
from causal_magics.probing.findings import Finding
from causal_magics.probing.probe import probe
from causal_magics.probing.selection_strength import raked, selection_strength, unselected

TEXTS = ("In {Date}, {Gender} slept.", "Back in {Date}, {Gender} woke.")
VALUES = {name: known.VALUES[name] for name in ("Date", "Gender")}
KEPT = known.selection()[:, 0]
POPULATION = {"f": 0.6, "m": 0.4}


def finding(graph: CausalGraph = known.GRAPH, kept: np.ndarray = KEPT, **options: str) -> Finding:
    table = known.P_DATE[:, None] * known.P_GENDER * kept
    joint = Joint({"Date": known.DATES, "Gender": ("she", "he")}, table / table.sum())
    return probe(graph, TEXTS, TableModel(joint, TEXTS), values=VALUES, **options).finding()  # type: ignore[arg-type]


def test_the_selection_that_made_the_texts_is_found() -> None:
    found = selection_strength(finding(), POPULATION)
    np.testing.assert_allclose(found.odds_ratios[:, 0], KEPT[:, 0] / KEPT[:, 1])
    np.testing.assert_allclose(found.odds_ratios[:, 1], 1.0)
    np.testing.assert_allclose(found.low, found.odds_ratios, rtol=1e-9)
    other = selection_strength(finding(), POPULATION, reference="f")
    np.testing.assert_allclose(other.odds_ratios[:, 1], KEPT[:, 1] / KEPT[:, 0])
    line = np.polyfit(range(5), np.log(KEPT[:, 0] / KEPT[:, 1]), 1)
    assert found.log_slopes[0].per_step == pytest.approx(line[0])
    assert found.kept is None


def test_interaction_needs_no_number_of_the_population() -> None:
    slopes = [
        selection_strength(finding(), {"f": share, "m": 1 - share}).log_slopes[0].per_step
        for share in (0.2, 0.6)
    ]
    assert slopes[0] == pytest.approx(slopes[1])


def test_with_both_marginals_selection_is_known_up_to_one_factor() -> None:
    table = known.P_DATE[:, None] * known.P_GENDER * KEPT
    found = selection_strength(
        finding(), POPULATION,
        condition_population=known.P_DATE, condition_selected=table.sum(axis=1) / table.sum(),
    )  # fmt: skip
    assert found.kept is not None
    np.testing.assert_allclose(found.kept, KEPT / table.sum())
    assert "kept" in found.to_frame().columns


def test_the_population_is_recovered_from_the_selection() -> None:
    made = finding()
    selected = made.curves.mean(axis=0)
    implied = selection_strength(made, POPULATION).odds_ratios
    for weights in (KEPT, KEPT * np.arange(1.0, 6.0)[:, None], implied):
        np.testing.assert_allclose(unselected(selected, weights), [[0.6, 0.4]] * 5)
    everywhere = probe(known.GRAPH, known.TEMPLATES, known.selected_model(), values=known.VALUES)
    cells = everywhere.measurements[0].probabilities
    np.testing.assert_allclose(
        unselected(cells, known.selection())[..., 0], np.full((2, 5, 5), 0.6)
    )


SHARES = arrays(float, (4, 3), elements=st.floats(0.05, 1.0))


@given(SHARES, SHARES, st.integers(0, 1000))
def test_selection_undone_gives_any_population_back(
    joint: np.ndarray, kept: np.ndarray, seed: int
) -> None:
    population = joint / joint.sum(axis=1, keepdims=True)
    selected = population * kept / (population * kept).sum(axis=1, keepdims=True)
    factors = np.random.default_rng(seed).uniform(0.1, 9.0, (4, 1))
    np.testing.assert_allclose(unselected(selected, kept * factors), population, atol=1e-12)


@given(SHARES, arrays(float, 4, elements=st.floats(0.05, 1.0)), st.integers(0, 1000))
def test_raking_undoes_selection_without_interaction(
    joint: np.ndarray, rows: np.ndarray, seed: int
) -> None:
    joint = joint / joint.sum()
    columns = np.random.default_rng(seed).uniform(0.05, 1.0, 3)
    kept = joint * rows[:, None] * columns
    selected = kept / kept.sum(axis=1, keepdims=True)
    found = raked(selected, joint.sum(axis=1), joint.sum(axis=0))
    np.testing.assert_allclose(found, joint / joint.sum(axis=1, keepdims=True), atol=1e-9)


def test_raking_does_not_undo_selection_that_interacts() -> None:
    selected = finding().curves.mean(axis=0)
    found = raked(selected, known.P_DATE, known.P_GENDER)
    assert np.abs(found[:, 0] - 0.6).max() > 0.1


def test_dependence_in_the_population_asks_for_shares_by_value() -> None:
    graph = CausalGraph.parse("Date -> Gender; Date -> Kept <- Gender; Kept [selected]")
    made = finding(graph)
    with pytest.raises(PromptError, match="dependent in the population"):
        selection_strength(made, POPULATION)
    table = np.linspace([0.2, 0.8], [0.5, 0.5], 5)
    found = selection_strength(made, table)
    selected = made.curves.mean(axis=0)
    np.testing.assert_allclose(unselected(selected, found.odds_ratios), table)
    assert found.assumptions[0] == "P(Gender | Date) in the population is as given."


def test_views() -> None:
    table = known.P_DATE[:, None] * known.P_GENDER * KEPT
    model = TableModel(
        Joint({"Date": known.DATES, "Gender": ("she", "he")}, table / table.sum()), TEXTS
    )
    found = probe(known.GRAPH, TEXTS, model, values=VALUES).selection_strength(POPULATION)
    first, last = KEPT[[0, -1], 0] / KEPT[[0, -1], 1]
    assert repr(found) == (
        f"<SelectionStrength over Date: odds ratio of f against m from {first:.3g} to {last:.3g}>"
    )
    assert "as the graph says" in found._repr_html_()
    frame = found.to_frame()
    assert list(frame.columns) == ["value", "group", "population", "odds_ratio", "low", "high"]
    assert len(frame) == 10


def test_refused() -> None:
    made = finding()
    for population, words in (
        ({"f": 0.6, "m": 0.6}, "sum to 1"),
        ({"f": 1.0}, "above zero"),
        ({"f": 0.5, "w": 0.5}, "a group among f, m, got 'w'"),
        ([0.6, 0.4], "of shape (5, 2)"),
        ("f", "Expected numbers as P(Gender | Date), got 'f'"),
        ([[0.6, 0.6]] * 5, "P(Gender | 1801)"),
    ):
        with pytest.raises(PromptError) as error:
            selection_strength(made, population)  # type: ignore[arg-type]
        assert words in str(error.value)
    with pytest.raises(PromptError, match="a group among"):
        selection_strength(made, POPULATION, reference="x")
    half = TableModel(Joint({"Date": known.DATES, "Gender": ("she", "it")}, [[0.1] * 2] * 5), TEXTS)
    mass = probe(known.GRAPH, TEXTS, half, values=VALUES, measure="mass").finding()
    with pytest.raises(PromptError, match="measure='sentence'"):
        selection_strength(mass, POPULATION)
    with pytest.raises(PromptError, match="Expected 5 probabilities"):
        selection_strength(
            made, POPULATION, condition_population=[1.0], condition_selected=known.P_DATE
        )
    only = KEPT * np.array([[1.0, 0.0]] + [[1.0, 1.0]] * 4)
    with pytest.raises(PromptError, match="got zero"):
        selection_strength(finding(kept=only), POPULATION)
    with pytest.raises(PromptError, match="above zero everywhere"):
        unselected([[0.5, 0.5]], [[0.0, 1.0]])
    with pytest.raises(PromptError, match="of shape"):
        unselected([[0.5, 0.5]], [[1.0, 1.0, 1.0]])
    with pytest.raises(PromptError, match="one row a value and one column a group"):
        raked([0.5, 0.5], [1.0], [0.5, 0.5])

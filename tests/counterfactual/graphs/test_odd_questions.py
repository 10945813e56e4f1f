"""Odd queries, names and experiments get one readable line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from causal_magics.counterfactual.graphs.counterfactual_queries import (
    CounterfactualQuery,
    PotentialOutcome,
)
from causal_magics.counterfactual.graphs.discrete_graphs import graph_bounds
from causal_magics.counterfactual.graphs.narrowing import narrow
from causal_magics.errors import CausalMagicsError
from causal_magics.graph.model import CausalGraph

BOW = CausalGraph.parse("X -> Y; X <-> Y")
JOINT = np.full((2, 2), 0.25)


def asked(nodes: Any = "XY", **options: Any) -> object:
    return graph_bounds(BOW, JOINT, nodes, CounterfactualQuery.pns("X", "Y"), **options)


def query(terms: Any, given: Any = ()) -> object:
    return CounterfactualQuery(terms, given)


def narrowed(x: Any = "X", **options: Any) -> object:
    return narrow(BOW, JOINT, x, "Y", **options)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: query(5), r"tuple of \(weight, \(PotentialOutcome, …\)\), got 5\."),
        (lambda: query(((1.0, "XY"),)), r"got \(\(1.0, 'XY'\),\)"),
        (lambda: query(()), "at least one term, got none"),
        (lambda: query(((1.0, ()),), 3), "what is given as a tuple of PotentialOutcome, got 3"),
        (lambda: PotentialOutcome.of("X", "low"), "a whole number from 0, got 'X' = 'low'"),  # type: ignore[arg-type]
        (lambda: PotentialOutcome.of("X", 0, {3: 0}), "got 3 = 0"),  # type: ignore[dict-item]
        (lambda: asked(5), "the names of nodes, got int"),
        (lambda: asked(["X", 5]), "the name of a node, or several, got 5"),
        (lambda: asked(experiments=5), "several experiments, got int"),
        (lambda: narrowed(5), "the name of a node, or several, got 5"),
        (lambda: narrowed([["X"]]), r"the name of a node, or several, got \['X'\]"),
        (lambda: narrowed(experiment="ab"), "or as 2 rows of 2, got 'ab'"),
        (lambda: narrowed(experiment=(40, 30)), "got 40. Divide percentages by 100"),
        (lambda: narrowed(experiment=[[0.5, 0.5], [0.5, np.nan]]), "got NaN"),
        (lambda: narrowed(payoff=[1, 1, 1, 1]), "weights that differ, got 1 for every unit"),
    ],
)
def test_it_is_refused(ask: Callable[[], object], message: str) -> None:
    with pytest.raises(CausalMagicsError, match=message) as caught:
        ask()
    assert "\n" not in str(caught.value)


def test_levels_may_be_any_whole_numbers() -> None:
    given = PotentialOutcome.of("Y", np.int64(1), {"X": np.int64(1)})  # type: ignore[arg-type, dict-item]
    assert given == PotentialOutcome.of("Y", 1, {"X": 1})
    assert asked("XY").kind == "sharp"  # type: ignore[attr-defined]

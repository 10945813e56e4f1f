"""Which columns have a price: numbers and labels; of the others a line says why not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from causal_magics import CausalGraph, discover
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.overlay import overlay
from causal_magics.widgets.session import EditorSession


def mixed(rows: int = 400) -> pd.DataFrame:
    """Weather makes mud, and both are labels; mud makes the time longer, a number."""
    rng = np.random.default_rng(0)
    rain = rng.random(rows) < 0.5
    mud = np.where(rng.random(rows) < 0.9, rain, ~rain)
    return pd.DataFrame(
        {
            "Weather": np.where(rain, "rain", "sun"),
            "Mud": np.where(mud, "deep", "none"),
            "Time": 2.0 * mud + rng.normal(size=rows),
            "Noise": rng.normal(size=rows),
        }
    )


def told(text: str, data: Any) -> tuple[dict[str, float], Any]:
    """The bits of each edge, by the first letters of its ends, and the whole overlay."""
    state = EditorSession(CausalGraph.parse(text)).state
    found: Any = overlay(state, Evidence(data))
    nodes, edges = state.document.nodes, state.document.edges
    bits = {
        nodes[edges[key].source].name[0] + nodes[edges[key].target].name[0]: value
        for key, value in (found["bits"] or {"edges": {}})["edges"].items()
    }
    return bits, found


GRAPH = "Weather -> Mud -> Time; Noise -> Mud"


@pytest.mark.parametrize(
    "given",
    [
        lambda frame: frame,
        lambda frame: frame.astype({"Weather": "category", "Mud": "string"}),
        pl.from_pandas,
        pa.Table.from_pandas,
        lambda frame: pl.from_pandas(frame).lazy(),
    ],
)
def test_edges_between_labels_and_numbers_have_bits(given: Any) -> None:
    bits, found = told(GRAPH, given(mixed()))
    assert bits.keys() == {"WM", "MT", "NM"}
    assert min(bits["WM"], bits["MT"]) > 50.0
    assert bits["NM"] < 0.0
    assert (found["error"], found["bits"]["source"]) == (None, "400 rows")
    expected, _ = told(GRAPH, mixed())
    assert bits == pytest.approx(expected)


def test_labels_are_priced_as_discovery_prices_them() -> None:
    frame = mixed()[["Weather", "Mud"]]
    learned = discover(frame)
    graph = CausalGraph.parse("Weather -> Mud")
    own = Evidence(frame).prices(graph)
    other = Evidence(frame, discovery=learned).prices(graph)
    assert own is not None
    assert other is not None
    assert own.edges is not None
    assert other.edges is not None
    assert own.edges.edge_bits(graph) == pytest.approx(other.edges.edge_bits(graph))


def test_labels_are_still_not_tested() -> None:
    _, found = told("Weather -> Mud; Time; Noise", mixed())
    notes = [each["note"] for each in found["independences"]]
    assert any("Expected numbers in column" in note for note in notes)
    assert any(each["test"] is not None for each in found["independences"])


def test_rows_with_a_missing_label_are_left_out() -> None:
    frame = mixed()
    frame.loc[:99, "Weather"] = None
    bits, found = told(GRAPH, frame)
    assert found["bits"]["source"] == "300 of 400 rows"
    assert bits == pytest.approx(told(GRAPH, frame.iloc[100:])[0])
    _, without = told("Mud -> Time", frame)
    assert without["bits"]["source"] == "400 rows"


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (pd.date_range("2020-01-01", periods=400), "Expected numbers or labels"),
        (np.full(400, np.nan), "Expected at least 4 rows with a value in column 'Odd', got 0"),
        (np.full(400, 3.0), "got 'Odd' (always 3)"),
        (["same"] * 400, "got 'Odd' (always 'same')"),
        ([f"row {number}" for number in range(400)], "got a label for each row"),
    ],
)
def test_a_column_without_a_price_is_told_in_a_line(column: Any, reason: str) -> None:
    frame = mixed().assign(Odd=column)
    bits, found = told(f"{GRAPH}; Odd -> Time", frame)
    assert bits.keys() == {"WM", "MT", "NM"}, "the others keep their prices"
    assert found["error"].startswith("Not priced: 'Odd'. ")
    assert reason in found["error"]
    assert "\n" not in found["error"]
    assert told(GRAPH, frame)[1]["error"] is None, "who does not draw it hears nothing of it"
    assert told(f"{GRAPH}; Odd [latent]; Odd -> Time", frame)[1]["error"] is None


def test_several_columns_without_a_price_are_one_line() -> None:
    _, found = told("Mud -> Time; One; Two", mixed().assign(One=1.0, Two="b"))
    assert found["error"].startswith("Not priced: 'One', 'Two'. ")
    assert found["error"].count("always") == 1

"""What a notebook shows of a result: confidence beside bits, and the timeline of episodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import matplotlib as mpl
import pytest
from oracles.episodes import learned

from causal_magics.data.simulation import simulate
from causal_magics.discovery.discover import Discovery, discover
from causal_magics.graph.model import CausalGraph

mpl.use("agg")
from matplotlib import pyplot as plt
from matplotlib.text import Annotation


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def plain() -> Discovery:
    return discover(simulate("gp", 6, 300, seed=5).frame)


@pytest.fixture(scope="module")
def sure(plain: Discovery) -> Discovery:
    """The same graph, each edge but one with another confidence."""
    first, *others = plain.graph.edges
    count = len(others)
    edges = [replace(edge, confidence=(place + 1) / count) for place, edge in enumerate(others)]
    graph = CausalGraph(plain.graph.node_table.values(), [first, *edges])
    return replace(plain, graph=graph)


def test_confidence_has_a_column_where_it_was_asked_for(plain: Discovery, sure: Discovery) -> None:
    assert "confidence" not in plain._repr_html_()
    assert "confidence" not in plain.to_frame().columns
    html = sure._repr_html_()
    assert "<th>bits</th><th>confidence</th>" in html
    assert html.count("<tr><td>") == len(sure.graph.edges)
    assert "<td>1.00</td>" in html
    assert html.count("<td></td>") == 1
    assert html.count(" bits</td>") == len(sure.graph.edges), "each with its best alternative"
    frame = sure.to_frame()
    assert sorted(frame["confidence"].dropna()) == sorted(
        edge.confidence for edge in sure.graph.edges if edge.confidence is not None
    )


def test_an_edge_without_direction_is_told_as_such(plain: Discovery) -> None:
    first, *others = plain.graph.edges
    graph = CausalGraph(plain.graph.node_table.values(), [replace(first, mark="--"), *others])
    open_one = replace(plain, graph=graph)
    assert "<td>—</td>" in open_one._repr_html_()
    arrows = [text.arrow_patch for text in open_one.plot().texts if text.arrow_patch is not None]
    styles = [type(arrow.get_arrowstyle()).__name__ for arrow in arrows]
    assert styles.count("Curve") == 1
    assert styles.count("CurveFilledB") == len(others)


def test_the_plot_is_as_wide_as_sure_and_says_how_sure(sure: Discovery) -> None:
    axes = sure.plot()
    axes.figure.canvas.draw()
    numbers = [text for text in axes.texts if not isinstance(text, Annotation)]
    told = [f"{e.confidence:.2f}" for e in sure.graph.edges if e.confidence is not None]
    assert sorted(text.get_text() for text in numbers) == sorted(told)
    places = {text.get_position() for text in numbers}
    assert len(places) == len(numbers)
    drawn = [text.arrow_patch for text in axes.texts if isinstance(text, Annotation)]
    arrows = [arrow for arrow in drawn if arrow is not None]
    widths = {
        e.key: arrow.get_linewidth() for e, arrow in zip(sure.graph.edges, arrows, strict=True)
    }
    ranked = sorted((e.confidence, widths[e.key]) for e in sure.graph.edges if e.confidence)
    assert [width for _, width in ranked] == sorted(width for _, width in ranked)


def test_the_timeline_is_in_the_report_where_there_is_more_than_one_batch(
    plain: Discovery,
) -> None:
    assert plain._repr_html_().count("<svg") == 1
    episodes = learned([0, 0, 1])
    several = replace(plain, batches=episodes.batches, regimes=episodes.regimes)
    html = several._repr_html_()
    assert html.count("<svg") == 2
    assert "3 batches in 2 regimes, 1,500 rows" in html
    assert several.plot_timeline().get_title() == "3 batches in 2 regimes, 1,500 rows"

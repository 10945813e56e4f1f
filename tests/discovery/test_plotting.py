"""The picture of a result."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import pytest

from causal_magics.data.simulation import simulate
from causal_magics.discovery.discover import discover

mpl.use("agg")
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def test_every_node_and_edge_is_drawn() -> None:
    learned = discover(simulate("gp", 6, 300, seed=5).frame)
    axes = learned.plot()
    axes.figure.canvas.draw()
    labels = [text.get_text() for text in axes.texts]
    assert sorted(label for label in labels if label) == sorted(learned.columns)
    arrows = [text.arrow_patch for text in axes.texts if text.arrow_patch is not None]
    assert len(arrows) == len(learned.graph.edges) > 2
    assert len({round(arrow.get_linewidth(), 6) for arrow in arrows}) > 1


def test_given_axes_and_odd_names_are_used() -> None:
    values = simulate("gp", 2, 50).values
    _, axes = plt.subplots()
    names = [r"$\frac{1}$", "<b>100 %</b>"]
    assert discover(values, columns=names).plot(axes) is axes
    axes.figure.canvas.draw()
    assert [text.get_text() for text in axes.texts][:2] == names


def test_a_single_column_is_drawn() -> None:
    axes = discover({"alone": [1.0, 2.0, 4.0]}).plot()
    axes.figure.canvas.draw()
    assert [text.get_text() for text in axes.texts] == ["alone"]

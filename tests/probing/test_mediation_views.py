"""Mediations as tables, pictures, graphs and maps of heads, from made-up numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest

from causal_magics.errors import PromptError
from causal_magics.graph.model import CausalGraph
from causal_magics.language.head_panels import head_panels
from causal_magics.probing.mediation_result import Mediation
from causal_magics.probing.prompt_pairs import PromptPair

mpl.use("agg")
from matplotlib import pyplot as plt

PAIRS = tuple(PromptPair(f"The {job} said", "The man said", " <she>", " he") for job in ("a", "b"))
INDIRECT = np.array([[[0.1, -0.6], [0.0, 1.0]], [[0.3, -0.2], [0.1, 2.0]]])


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def made() -> Mediation:
    null = np.array([-1.0, 0.5])
    return Mediation(
        pairs=PAIRS,
        model_id="made <up>",
        mediators="heads",
        how="output",
        log_odds_null=null,
        log_odds_set=null + np.array([1.0, 3.0]),
        log_odds_indirect=null[:, None, None] + INDIRECT,
        log_odds_direct=None,
        exact=np.array([[True, True], [False, True]]),
        estimated=INDIRECT,
        sizes=(1, 2, 4),
        log_odds_together=null[:, None] + np.array([[1.0, 1.1, 0.5], [2.0, 2.3, 1.5]]),
        log_odds_past_all=null + np.array([0.4, 0.8]),
    )


def test_means_and_ratios() -> None:
    found = made()
    np.testing.assert_allclose(found.effects(), [[0.2, -0.4], [0.05, 1.5]])
    np.testing.assert_allclose(found.effects(scale="ratio")[1, 1], (math.e + math.exp(2.0)) / 2 - 1)
    assert found.total().mean == pytest.approx(2.0)
    low, high = found.intervals()
    assert (low[1, 1], high[1, 1]) == (1.0, 2.0)
    assert found.top(2) == [(1, 1), (0, 1)]
    assert repr(found) == (
        "<Mediation by heads (output) of made <up>: 2 pairs, total effect +2.00 nats, largest "
        "L1H1, L0H1, L0H0>"
    )


def test_the_table_has_the_largest_first() -> None:
    table = made().to_frame()
    assert list(table["mediator"]) == ["L1H1", "L0H1", "L0H0", "L1H0"]
    assert list(table["exact"]) == [True, True, True, False]
    assert "direct" not in table


def test_shares_are_of_the_total() -> None:
    found = made()
    np.testing.assert_allclose(found.concentration()["share"], [0.75, 0.85, 0.5])
    assert found.sparsity(0.7) == 1
    assert found.sparsity(0.8) == 2
    assert found.sparsity(0.9) is None
    assert found.carriers(0.8) == [(1, 1), (0, 0)]


def test_shares_of_next_to_nothing_mean_nothing() -> None:
    found = made()
    found = replace(found, log_odds_set=found.log_odds_null + np.array([0.001, -0.001]))
    assert np.isnan(found.concentration()["share"]).all()
    assert found.sparsity(0.5) is None
    assert any("next to nothing" in note and "2 of 2" in note for note in found.notes)


def test_the_graph_has_the_largest_between_prompt_and_answer() -> None:
    graph = made().paths(2)
    assert set(graph.nodes) == {"prompt", "answer", "L1H1", "L0H1"}
    edge = graph.edge("L0H1", "answer")
    assert edge is not None
    assert edge.bits == pytest.approx(-0.4 / math.log(2), abs=1e-3)
    assert graph.edge("prompt", "L0H1") is not None
    assert CausalGraph.parse(str(graph)) == graph


def test_heads_are_shown_as_a_map() -> None:
    (panel,) = head_panels(made())
    np.testing.assert_allclose(panel.values, made().effects())
    assert panel.unit == "nats"
    with pytest.raises(PromptError, match="that of layers"):
        replace(made(), mediators="layers").head_panels()


def test_html_escapes_what_was_given_and_is_stable() -> None:
    html = made()._repr_html_()
    assert html == made()._repr_html_()
    assert "made &lt;up&gt;" in html
    assert "<up>" not in html
    assert "estimated" in html


def test_the_map_is_drawn() -> None:
    axes = made().plot()
    (image,) = axes.images
    np.testing.assert_allclose(image.get_array(), made().effects())
    assert axes.get_title() == "Heads (output), 2 pairs"


@pytest.mark.parametrize("mediators", ["layers", "neurons"])
def test_bars_are_drawn(mediators: str) -> None:
    found = replace(made(), mediators=mediators)
    if mediators == "layers":
        found = replace(found, log_odds_indirect=found.log_odds_indirect[..., :1],
                        exact=found.exact[:, :1])  # fmt: skip
    axes = found.plot()
    widths = sorted(bar.get_width() for bar in axes.patches)
    np.testing.assert_allclose(widths, np.sort(found.effects(), axis=None))


def test_concentration_is_drawn() -> None:
    axes = made().plot_concentration()
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [1.5, 1.7, 1.0])
    with pytest.raises(PromptError, match="run together"):
        replace(made(), mediators="layers", log_odds_together=None).plot_concentration()


def test_one_pair_has_no_interval() -> None:
    whole = made()
    cut = {
        name: getattr(whole, name)[:1]
        for name in (
            "pairs", "log_odds_null", "log_odds_set", "log_odds_indirect", "estimated",
            "log_odds_together", "log_odds_past_all",
        )
    }  # fmt: skip
    found = replace(whole, **cut)
    assert math.isnan(found.total().low)
    assert str(found.total()) == "+1.000"
    assert "One pair has no interval." in found.notes
    assert found._repr_html_()
    found.plot()


def test_direct_effects_that_were_not_run_are_told() -> None:
    with pytest.raises(PromptError, match="direct=True"):
        made().effects("direct")

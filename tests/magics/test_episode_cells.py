"""Cells that learn from episodes: `discover --episodes`, `update` and `timeline`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from causal_magics.discovery.discover import Discovery, discover
from causal_magics.widgets.episode_timeline import MIME_TYPE, EpisodeTimeline
from causal_magics.widgets.graph_editor import live_editors
from causal_magics.widgets.live_widget import LiveWidget

from .test_graph_cells import kernel, shown

Run = Callable[[str], Any]
__all__ = ["kernel"]


def week(number: int, sign: float = 1.0) -> pd.DataFrame:
    """Return rows of A -> B, whose mechanism is mirrored where `sign` is -1."""
    rng = np.random.default_rng(number)
    a = rng.normal(size=200)
    b = sign * np.tanh(a) + 0.2 * rng.normal(size=200)
    return pd.DataFrame({"week": f"W{number}", "A": a, "B": b})


@pytest.fixture(scope="module")
def weeks() -> pd.DataFrame:
    return pd.concat([week(1), week(2), week(3, -1.0)])


@pytest.fixture(scope="module")
def learned(weeks: pd.DataFrame) -> Discovery:
    return discover(weeks, episodes="week", progress=False)


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What cells show besides their results."""
    told: list[Any] = []
    shows = staticmethod(lambda value, **_: told.append(value))
    monkeypatch.setattr(LiveWidget, "_display", shows)
    yield told
    for editor in live_editors():
        editor.close()


def test_the_timeline_is_shown_below_the_graph_and_points_into_its_editor(
    kernel: InteractiveShell, weeks: pd.DataFrame, displayed: list[Any]
) -> None:
    kernel.user_ns["weeks"] = weeks
    shown(kernel, "d << discover weeks --episodes week --no-progress -o g")
    (bundle,) = displayed
    stored = bundle[MIME_TYPE]["timeline"]
    assert [batch["label"] for batch in stored["batches"]] == ["W1", "W2", "W3"]
    assert [batch["regime"] for batch in stored["batches"]] == [0, 0, 1]
    assert stored["batches"][2]["changed"] == ["B"]
    editor = live_editors()[-1]
    assert editor.name == "g"
    editor.answer_now()
    marked: Any = editor.overlay["regime"]
    names = {node.id: node.name for node in editor.session.state.document.nodes.values()}
    assert [names[key] for key in marked["changed"]] == ["B"]
    assert editor.evidence.columns is None, "rows of two regimes are not of one graph"


def test_one_batch_has_no_timeline(
    kernel: InteractiveShell, weeks: pd.DataFrame, displayed: list[Any]
) -> None:
    kernel.user_ns["first"] = weeks[["A", "B"]][:200]
    shown(kernel, "discover first --no-progress")
    assert displayed == []


def test_update_takes_a_result_and_a_batch(
    run: Run, shell: InteractiveShell, learned: Discovery
) -> None:
    shell.user_ns.update(d=learned, new=week(4, -1.0)[["A", "B"]])
    found = run("%%causal d << update d new --label W4 -o g\n")
    assert shell.user_ns["d"] is found is not learned
    assert (found.batches[-1].label, found.batches[-1].regime) == ("W4", 1)
    assert shell.user_ns["g"] is found.graph
    python = "from causal_magics import Discovery\n\nd = Discovery.update(d, new, label='W4')"
    assert str(run("%causal code d")) == python + "\ng = d.graph"


def test_update_says_what_it_is_of(
    run: Run, fails: Callable[[str], str], shell: InteractiveShell, learned: Discovery
) -> None:
    shell.user_ns.update(d=learned, new=week(4))
    assert str(run("%causal update --help")).startswith("%causal update DISCOVERY FRAME")
    assert "Expected a Discovery for DISCOVERY" in fails("%causal update new new")
    assert "Expected FRAME after update" in fails("%causal update d")


def test_the_timeline_of_a_result_is_a_widget(
    run: Run, fails: Callable[[str], str], shell: InteractiveShell, learned: Discovery
) -> None:
    shell.user_ns.update(d=learned, n=3)
    found = run("t = %causal timeline d --title weeks\nt.selected = 0\nt")
    assert isinstance(found, EpisodeTimeline)
    assert (found.title, found.graph) == ("weeks", learned.regimes[0].graph)
    assert "Expected a Discovery" in fails("%causal timeline n")

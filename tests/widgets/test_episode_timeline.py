"""The timeline of episodes: what its screen gets, and what a selection does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from oracles.episodes import Learned, learned

from causal_magics.errors import EditorError
from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.episode_timeline import CLOSED, MIME_TYPE, EpisodeTimeline, timeline
from causal_magics.widgets.graph_editor import live_editors
from causal_magics.widgets.live_widget import LiveWidget
from causal_magics.widgets.opening import edit

ORDER = [0, 0, 1, 1, 0, 2]
EPISODES = learned(ORDER, worlds=[0, 0, 1])


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    for editor in live_editors():
        editor.close()


def shown(made: EpisodeTimeline) -> tuple[set[str] | None, set[str]]:
    """Return the edges that the editor shows in place of its own, and the marked nodes, by name."""
    regime: Any = made.editor.overlay["regime"]
    names = {node.id: node.name for node in made.editor.session.state.document.nodes.values()}
    edges = regime["edges"] and {
        f"{names[edge['source']]} -> {names[edge['target']]}" for edge in regime["edges"]
    }
    return edges, {names[key] for key in regime["changed"]}


def edges_of(graph: CausalGraph) -> set[str]:
    return {f"{cause} -> {effect}" for cause, effect in graph.directed_edges}


def test_the_last_batch_is_selected_and_its_graph_is_the_editors_own() -> None:
    made = timeline(EPISODES, title="telemetry")
    assert (made.selected, made.showing) == (5, 5)
    assert made.batch is EPISODES.batches[5]
    assert made.graph is made.editor.graph is EPISODES.graph
    assert shown(made) == (None, {"latency"})
    assert made.editor.read_only


def test_a_selection_shows_the_graph_of_its_regime_and_what_changed() -> None:
    made = timeline(EPISODES)
    made.selected = 2
    assert shown(made) == (edges_of(EPISODES.regimes[1].graph), {"latency"})
    assert made.editor.overlay["regime"]["since"] == "the batch before"
    assert (made.graph, made.regime) == (EPISODES.regimes[1].graph, EPISODES.regimes[1])
    made.selected = 3
    assert made.editor.overlay["regime"]["since"] == "the first regime of its world"
    made.selected = 0
    assert shown(made) == (edges_of(EPISODES.regimes[0].graph), set())
    assert made.editor.graph is EPISODES.graph
    made.selected = None
    assert "regime" not in made.editor.overlay
    assert made.graph is EPISODES.graph


def test_the_screen_selects_batches_that_there_are_and_writes_nothing_else() -> None:
    made = timeline(EPISODES)
    heard: list[Any] = []
    made.observe(lambda change: heard.append(change["new"]), "selected")
    made.set_state({"selected": 1})
    for odd in (6, -1, True, "2", None, 1.0):
        made.set_state({"selected": odd})
    made.set_state({"timeline": {}, "showing": 3, "title": "x"})
    assert (heard, made.selected, made.showing, made.title) == ([1], 1, 1, "")
    assert len(made.timeline["batches"]) == 6


@pytest.mark.parametrize("place", [6, -1])
def test_python_is_told_which_batches_there_are(place: int) -> None:
    made = timeline(EPISODES)
    with pytest.raises(EditorError, match="one of 6 batches"):
        made.selected = place
    assert made.selected == 5


def test_an_update_is_shown_in_place() -> None:
    made, more = timeline(EPISODES), learned([*ORDER, 1], worlds=[0, 0, 1])
    made.show(more)
    assert (made.selected, made.showing, len(made.timeline["batches"])) == (6, 6, 7)
    assert made.editor.graph is more.graph
    assert made.discovery is more
    made.selected = 2
    made.discovery = learned([*ORDER, 1, 1], worlds=[0, 0, 1])
    assert (made.selected, made.showing, len(made.timeline["batches"])) == (2, 2, 8)
    made.show(learned([0]))
    assert made.selected == 0
    made.show(Learned())
    assert (made.selected, made.timeline) == (None, {"batches": [], "regimes": []})


def test_an_edit_of_the_graph_keeps_what_is_shown_of_the_regime() -> None:
    editor = edit(EPISODES.graph)
    made = EpisodeTimeline(EPISODES, editor=editor)
    made.selected = 0
    editor.set_graph(EPISODES.graph.remove_edge("load", "latency"))
    editor.answer_now()
    assert editor.overlay["rev"] == editor.session.state.revision > 0
    assert shown(made)[0] == edges_of(EPISODES.regimes[0].graph)
    editor.set_graph(CausalGraph.parse("price -> demand"))
    editor.answer_now()
    assert shown(made) == ({"price -> demand"}, set())


def test_a_closed_editor_is_not_claimed_to_show_anything() -> None:
    made = timeline(EPISODES)
    made.editor.close()
    made.selected = 1
    assert made.showing == CLOSED
    made.show(learned([0]))
    assert made.showing == CLOSED


def test_the_wire_carries_numbers_alone_and_what_was_priced() -> None:
    json.dumps(timeline(EPISODES).timeline, allow_nan=False)
    batch = timeline(EPISODES).timeline["batches"][2]
    assert (batch["per_row"], batch["other_per_row"]) == (11.0, 12.0)
    assert [each["words"] for each in batch["alternatives"] if each["taken"]] == [
        "new regime in world 0"
    ]
    assert timeline(EPISODES).timeline["batches"][3]["extrapolated"] == [
        {"column": "load", "share": 0.14}
    ]
    assert timeline(EPISODES).timeline["regimes"][2]["world"] == 1


def test_the_notebook_keeps_a_picture_and_all_details() -> None:
    made = timeline(EPISODES, title="kept")
    found = made._repr_mimebundle_()
    assert found is not None
    data, _ = found
    stored = data[MIME_TYPE]
    assert (stored["version"], stored["selected"], stored["title"]) == (1, 5, "kept")
    assert stored["timeline"] == made.timeline
    assert data["image/svg+xml"].startswith("<svg")
    words = "<EpisodeTimeline: 6 batches in 3 regimes of 2 worlds, 3,000 rows>"
    assert data["text/plain"] == repr(made) == words


def test_a_cell_shows_the_graph_and_below_it_the_timeline(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    shows = staticmethod(lambda value, **_: told.append(value))
    monkeypatch.setattr(LiveWidget, "_display", shows)
    made = timeline(EPISODES)
    made._ipython_display_()
    assert told[0] is made.editor
    assert MIME_TYPE in told[1]  # type: ignore[operator]
    told.clear()
    EpisodeTimeline(EPISODES, editor=edit(EPISODES.graph))._ipython_display_()
    assert len(told) == 1


def test_what_has_no_batches_is_refused() -> None:
    with pytest.raises(EditorError, match="Expected a Discovery, got a value of type CausalGraph"):
        timeline(CausalGraph())  # type: ignore[arg-type]


def test_what_is_shown_in_place_is_kept_in_place() -> None:
    made, more = timeline(EPISODES), learned([*ORDER, 1], worlds=[0, 0, 1])
    assert made.stored == {}
    made.show(more)
    assert made.stored == timeline(more)._kept()

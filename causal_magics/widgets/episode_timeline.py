"""`EpisodeTimeline`: batches over time, their regimes, and the graph of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets

from causal_magics.discovery.discover import Discovery
from causal_magics.discovery.regimes import Batch, Regime
from causal_magics.discovery.timeline import Episodic, describe_episodes
from causal_magics.discovery.timeline_svg import timeline_svg
from causal_magics.errors import EditorError
from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.bundles import STATIC, read_bundle
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.graph_editor import GraphEditor
from causal_magics.widgets.live_widget import KeptWidget
from causal_magics.widgets.regime_view import RegimeView
from causal_magics.widgets.timeline_document import timeline_json

MIME_TYPE = "application/vnd.causal-magics.timeline+json"
BUNDLE = STATIC / "episode-timeline.js"
CLOSED = -1
"""What `showing` is once the editor is closed."""


class EpisodeTimeline(KeptWidget):
    """Batches in the order in which they came, as marks in the rows of their regimes.

    Below them runs the code that each batch added for each of its rows. The batch that is chosen
    on the screen, or by setting `selected`, has its regime's graph shown in the editor beside the
    timeline, where the mechanisms that changed are marked.

    Parameters
    ----------
    discovery : Discovery
        What has `batches`, `regimes` and a `graph`.
    title : str
        Shown above the chart.
    editor : GraphEditor, optional
        Where graphs are shown; one that is read-only is opened where left out.

    Attributes
    ----------
    selected : int or None
        Place of the selected batch in `discovery.batches`; `observe` it as any trait.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    timeline = traitlets.Dict().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    selected = traitlets.Int(None, allow_none=True).tag(sync=True)
    showing = traitlets.Int(None, allow_none=True).tag(sync=True)

    def __init__(
        self, discovery: Episodic, *, title: str = "", editor: GraphEditor | None = None
    ) -> None:
        self._discovery = checked_episodes(discovery)
        self._is_shown_with_editor = editor is None
        self.editor = _editor_of(discovery, title) if editor is None else editor
        super().__init__(title=title, timeline=timeline_json(discovery), selected=_last(discovery))
        self._point()

    @traitlets.default("_esm")
    def _default_esm(self) -> str:
        return read_bundle(BUNDLE)

    # ------------------------------------------------------------------ what is shown

    @property
    def discovery(self) -> Episodic:
        """What is shown; another one that is set is shown in its place."""
        return self._discovery

    @discovery.setter
    def discovery(self, discovery: Episodic) -> None:
        self.show(discovery)

    @property
    def batch(self) -> Batch | None:
        """The selected batch."""
        return None if self.selected is None else self._discovery.batches[self.selected]

    @property
    def regime(self) -> Regime | None:
        """The regime of the selected batch."""
        return None if self.batch is None else self._discovery.regimes[self.batch.regime]

    @property
    def graph(self) -> CausalGraph:
        """The graph of the selected batch's regime; where none is selected, that of the last."""
        return self._discovery.graph if self.regime is None else self.regime.graph

    def show(self, discovery: Episodic) -> None:
        """Show another result in place, such as that of an update.

        A selection at the last batch moves on to the new last one; any other stays.

        Parameters
        ----------
        discovery : Discovery

        Raises
        ------
        EditorError
            Where it has no batches and regimes.
        """
        last, selected = _last(self._discovery), self.selected
        self._discovery = checked_episodes(discovery)
        stays = selected != last and selected is not None and selected < len(discovery.batches)
        with self.hold_trait_notifications():
            self.timeline = timeline_json(discovery)
            self.selected = selected if stays else _last(discovery)
        if self._is_open:
            self.editor.set_graph(discovery.graph)
            if isinstance(discovery, Discovery):
                self.editor.attach(discovery=discovery)
        self._point()
        self.stored = self._kept()

    # ------------------------------------------------------------------ the screen

    @property
    def _is_open(self) -> bool:
        return self.editor.comm is not None

    @traitlets.validate("selected")
    def _known_batch(self, proposal: Mapping[str, Any]) -> int | None:
        value, count = proposal["value"], len(self._discovery.batches)
        if value is None or 0 <= value < count:
            return None if value is None else int(value)
        raise EditorError(
            f"Expected the place of one of {count} batches, from 0, as selected; got {value}."
        )

    @traitlets.observe("selected")
    def _selected_changed(self, _change: object) -> None:
        self._point()

    def _point(self) -> None:
        """Let the editor show the graph of the selected batch, and say that it does."""
        if self._is_open:
            self.editor.look_at(self._view())
        self.showing = self.selected if self._is_open else CLOSED

    def _view(self) -> RegimeView | None:
        batch, regime = self.batch, self.regime
        if batch is None or regime is None:
            return None
        is_drawn = regime is self._discovery.regimes[self._discovery.batches[-1].regime]
        return RegimeView(
            title=f"Batch {batch.label}",
            words=f"regime {batch.regime} of world {regime.world}",
            changed=batch.changed or regime.changed,
            since="the batch before" if batch.changed else "the first regime of its world",
            graph=None if is_drawn else regime.graph,
        )

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take from a screen which batch is selected, where there is such a batch."""
        index = sync_data.get("selected")
        if type(index) is int and 0 <= index < len(self._discovery.batches):
            super().set_state({"selected": index})
            self._point()

    # ------------------------------------------------------------------ display

    def __repr__(self) -> str:
        return f"<EpisodeTimeline: {describe_episodes(self._discovery)}>"

    def _ipython_display_(self) -> None:
        """Show the graph, and below it the timeline."""
        if self._is_shown_with_editor:
            self._display(self.editor)
        self.display_alone()

    def _kept(self) -> dict[str, Any]:
        """Return what the notebook keeps, by MIME type."""
        stored = {"timeline": self.timeline, "title": self.title, "selected": self.selected}
        return {
            MIME_TYPE: {"version": 1, **stored},
            "image/svg+xml": timeline_svg(self._discovery, title=self.title or None),
            "text/plain": repr(self),
        }


def timeline(discovery: Discovery | Episodic, *, title: str = "") -> EpisodeTimeline:
    """Show what was learned from batches over time, with the graph of each regime.

    Parameters
    ----------
    discovery : Discovery
        Learned from episodes, or brought up to date by `Discovery.update`.
    title : str
        Shown above the chart.

    Returns
    -------
    EpisodeTimeline
        A widget; as the last expression of a cell it is shown. Its `show` shows another result in
        place, `selected`, `batch` and `graph` tell what is selected on the screen.

    Raises
    ------
    EditorError
        Where `discovery` has no batches and regimes.
    """
    return EpisodeTimeline(discovery, title=title)


def checked_episodes(value: object) -> Episodic:
    """Return what has batches and regimes; raise `EditorError` where it has none."""
    if isinstance(value, Episodic):
        return value
    raise EditorError(
        f"Expected a Discovery, got a value of type {type(value).__name__}. "
        "Give what discover(frame, episodes=...) or Discovery.update returns."
    )


def _editor_of(discovery: Episodic, title: str) -> GraphEditor:
    learned = discovery if isinstance(discovery, Discovery) else None
    return GraphEditor(
        discovery.graph, title=title, read_only=True, evidence=Evidence(discovery=learned)
    )


def _last(discovery: Episodic) -> int | None:
    return len(discovery.batches) - 1 if discovery.batches else None

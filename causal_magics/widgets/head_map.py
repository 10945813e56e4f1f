"""`HeadMap`: numbers of attention heads, from which hands and Python select."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from numbers import Integral
from typing import Any

import traitlets

from causal_magics.errors import CausalMagicsError, EditorError, shorten
from causal_magics.graph.drawing_palette import Theme
from causal_magics.language.head_map_svg import head_map_png, head_map_svg
from causal_magics.language.head_note import HeadNote
from causal_magics.language.head_panels import (
    Head,
    HeadMark,
    HeadPanel,
    checked_heads,
    checked_marks,
    head_panels,
)
from causal_magics.widgets.bundles import STATIC, read_bundle
from causal_magics.widgets.graph_editor import STORED_DELAY
from causal_magics.widgets.head_map_document import (
    grid_json,
    heads_of_json,
    marks_json,
    marks_of_json,
    note_json,
)
from causal_magics.widgets.live_widget import KeptWidget
from causal_magics.widgets.timing import Debounced

MIME_TYPE = "application/vnd.causal-magics.head-map+json"
BUNDLE = STATIC / "head-map.js"
MOST_LISTED = 50


class Checked(traitlets.Any):
    """A trait whose every value its validator sees, also None."""

    allow_none = False


class HeadMap(KeptWidget):
    """A cell for each attention head: layers downwards, heads to the right.

    Heads are selected on the screen by clicks, by drawing a rectangle around them and by keys, or
    by setting `selected`; `observe` tells of every change of it.

    Parameters
    ----------
    values : Mediation, HeadPanel, sequence of HeadPanel, or mapping of str to array_like
        A result with numbers of heads, or arrays of shape (layers, heads) by name. Each quantity
        has a panel, and what is selected is selected in all of them.
    title : str
        Shown above the panels.
    selected : iterable of (layer, head)
        Layers and heads count from 0.
    marks : mapping of (layer, head) to {"cut", "kept"}, optional
        Heads that are crossed or ringed. With a mapping, also an empty one, the screen can mark
        what is selected; without, it cannot.
    top : int
        How many of the largest heads are listed.
    note : HeadNote, optional
        Figures above the panels; grey where they are not of these marks.

    Attributes
    ----------
    selected : tuple of (layer, head)
        In the order of layers and heads.
    marks : dict of (layer, head) to {"cut", "kept"}
    note : HeadNote

    Raises
    ------
    LanguageModelError
        Where `values` are no numbers of heads, or a head is not in the model.
    EditorError
        Where `top` is not a number of heads that fit, or `title` no text.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    grid = traitlets.Dict().tag(sync=True)
    title = Checked("").tag(sync=True)
    top = Checked(10).tag(sync=True)
    markable = traitlets.Bool(default_value=False).tag(sync=True)
    selected = Checked(()).tag(sync=True, to_json=lambda heads, _: _pairs(heads))
    marks = Checked({}).tag(
        sync=True,
        to_json=lambda marks, _: marks_json(marks),
        from_json=lambda raw, _: marks_of_json(raw),
    )
    note = traitlets.Instance(HeadNote, ()).tag(sync=True, to_json=lambda note, _: note_json(note))

    def __init__(
        self,
        values: object,
        *,
        title: str = "",
        selected: Iterable[Head] = (),
        marks: Mapping[Head, HeadMark] | None = None,
        top: int = 10,
        note: HeadNote | None = None,
    ) -> None:
        self._store = Debounced(self._write_stored, STORED_DELAY)
        self._panels = head_panels(values)
        super().__init__(
            grid=grid_json(self._panels),
            title=title,
            top=top,
            selected=selected,
            marks={} if marks is None else marks,
            markable=marks is not None,
            note=note or HeadNote(),
        )
        self.observe(lambda _: self._store(), ["selected", "marks", "note"])

    @traitlets.default("_esm")
    def _default_esm(self) -> str:
        return read_bundle(BUNDLE)

    # ------------------------------------------------------------------ what is shown

    @property
    def panels(self) -> tuple[HeadPanel, ...]:
        """What is shown, a panel for each quantity."""
        return self._panels

    def show(self, values: object) -> None:
        """Show other numbers in place; heads that the new model does not have are let go.

        Parameters
        ----------
        values : Mediation, HeadPanel, sequence of HeadPanel, or mapping of str to array_like

        Raises
        ------
        LanguageModelError
            Where `values` are no numbers of heads.
        """
        panels = head_panels(values)
        layers, heads = panels[0].n_layers, panels[0].n_heads
        selected = [head for head in self.selected if head[0] < layers and head[1] < heads]
        marks = {h: mark for h, mark in self.marks.items() if h[0] < layers and h[1] < heads}
        self._panels = panels
        with self.hold_sync():
            self.grid, self.selected, self.marks = grid_json(panels), selected, marks
        self._write_stored()

    def clear(self) -> None:
        """Select no head."""
        self.selected = ()

    def close(self) -> None:
        """Leave the screen; what is selected can still be read."""
        self._store.cancel()
        super().close()

    # ------------------------------------------------------------------ the screen

    @traitlets.validate("selected")
    def _known_heads(self, proposal: Mapping[str, Any]) -> tuple[Head, ...]:
        return checked_heads(proposal["value"], self._panels)

    @traitlets.validate("marks")
    def _known_marks(self, proposal: Mapping[str, Any]) -> dict[Head, HeadMark]:
        return checked_marks(proposal["value"], self._panels)

    @traitlets.validate("top")
    def _known_top(self, proposal: Mapping[str, Any]) -> int:
        value = proposal["value"]
        is_whole = isinstance(value, Integral) and not isinstance(value, bool)
        if is_whole and 0 <= value <= MOST_LISTED:
            return int(value)
        raise EditorError(
            f"Expected a top of 0 to {MOST_LISTED} heads, got {shorten(repr(value))[1:-1]}."
        )

    @traitlets.validate("title")
    def _known_title(self, proposal: Mapping[str, Any]) -> str:
        value = proposal["value"]
        if isinstance(value, str):
            return value
        raise EditorError(f"Expected a title as text, got {shorten(repr(value))[1:-1]}.")

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take from a screen what it selects and marks, where there are such heads."""
        state = {key: sync_data[key] for key in ("selected", "marks") if key in sync_data}
        if not self.markable:
            state.pop("marks", None)
        try:
            checked_heads(heads_of_json(state.get("selected", [])), self._panels)
            checked_marks(marks_of_json(state.get("marks", [])), self._panels)
        except CausalMagicsError:
            return  # a screen of another model, or of an earlier one
        super().set_state(state)

    # ------------------------------------------------------------------ display

    def to_svg(self, *, theme: Theme = "auto") -> str:
        """Draw the map as it is now; see `causal_magics.language.head_map_svg.head_map_svg`."""
        return head_map_svg(
            self._panels, theme=theme, title=self.title or None, selected=self.selected,
            marks=self.marks, note=self.note,
        )  # fmt: skip

    def to_png(self, *, theme: Theme = "light", zoom: float = 2.0) -> bytes:
        """Draw the map as it is now as PNG.

        Raises
        ------
        MissingDependencyError
            Where `resvg-py` (the extra `png`) is not installed.
        """
        return head_map_png(
            self._panels, theme=theme, title=self.title or None, selected=self.selected,
            marks=self.marks, note=self.note, zoom=zoom,
        )  # fmt: skip

    def __repr__(self) -> str:
        first = self._panels[0]
        names = ", ".join(panel.name for panel in self._panels)
        count = len(self.selected)
        return (
            f"<HeadMap of {names}: {first.n_layers} layers × {first.n_heads} heads, "
            f"{count} selected>"
        )

    def _kept(self) -> dict[str, Any]:
        """Return what the notebook keeps, by MIME type."""
        kept = {"grid": self.grid, "title": self.title, "top": self.top, "markable": self.markable}
        chosen = {"selected": _pairs(self.selected), "marks": marks_json(self.marks)}
        return {
            MIME_TYPE: {"version": 1, **kept, **chosen, "note": note_json(self.note)},
            "image/svg+xml": self.to_svg(),
            "text/plain": repr(self),
        }


def _pairs(heads: Collection[Head]) -> list[list[int]]:
    return [list(head) for head in heads]

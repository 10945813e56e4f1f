"""A widget whose messages are heard while a cell runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from causal_magics.widgets.arrivals import ARRIVALS

Bundle = tuple[dict[str, Any], dict[str, Any]]
"""Data and metadata of an output, by MIME type."""


class LiveWidget(anywidget.AnyWidget):
    """A widget that screens talk to at any time."""

    def open(self) -> None:
        """Open the wire to the screens.

        ipykernel 7.4 hands a comm's messages to the thread that used the comm last, which while a
        cell runs is the busy one. A widget's messages answer nothing that was asked there, so
        each stays on the thread that the front-end chose for it.
        """
        super().open()
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = ARRIVALS.route  # noqa: SLF001

    def _handle_msg(self, msg: dict[str, Any]) -> None:
        with ARRIVALS.handled():
            super()._handle_msg(msg)

    def display_alone(self) -> None:
        """Show the widget and nothing beside it, whatever else showing it would bring."""
        shown = self._repr_mimebundle_()
        if shown is not None:
            self._display(shown[0], raw=True, metadata=shown[1])

    @staticmethod
    def _display(value: object, **options: Any) -> None:
        from IPython.display import display

        show: Callable[..., object] = display
        show(value, **options)


class KeptWidget(LiveWidget):
    """A widget of which the notebook keeps a picture and all that draws it again.

    Attributes
    ----------
    stored : dict
        What is kept now, for screens that write it into the notebook.
    """

    stored = traitlets.Dict().tag(sync=True)

    def _kept(self) -> dict[str, Any]:
        """Return what the notebook keeps, by MIME type."""
        raise NotImplementedError

    def _write_stored(self) -> None:
        """Let the notebook keep what is shown now; nothing where no screen listens."""
        if self.comm is not None:
            self.stored = self._kept()

    def _repr_mimebundle_(self, **kwargs: Any) -> Bundle | None:
        shown: Bundle | None = super()._repr_mimebundle_(**kwargs)
        if shown is None:
            return None
        data, metadata = shown
        return {**data, **self._kept()}, metadata

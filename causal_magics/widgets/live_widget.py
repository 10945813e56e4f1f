"""A widget whose messages are heard while a cell runs."""

from __future__ import annotations

import anywidget


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
            self.comm._reply_subshell_for = lambda _data, chosen: chosen  # noqa: SLF001

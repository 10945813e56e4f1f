"""The wire to the front-end's side of our cells: what is wrong in them, and which editors live."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module
from threading import Thread
from typing import Any, Final

from causal_magics.magics.arguments import Notebook
from causal_magics.magics.diagnostics import diagnose
from causal_magics.widgets.graph_editor import LIVE, GraphEditor, live_editors

TARGET: Final = "causal_magics.cells"
SLOWEST: Final = "causal_magics.discovery.discover"
"""What the verbs that compute load first, for longer than a front-end waits for a completion."""
LONGEST: Final = 1_000_000
"""Characters of a cell above which nothing is said of it while it is written."""

_log = logging.getLogger(__name__)


class Channel:
    """Answers the front-ends that have opened the target.

    Parameters
    ----------
    kernel : object
        Its `comm_manager` keeps the target; without one nothing is done.
    notebook : callable
        Gives what a cell sees now.
    """

    def __init__(self, kernel: Any, notebook: Callable[[], Notebook]) -> None:
        self._manager = getattr(kernel, "comm_manager", None)
        self._notebook = notebook
        self._comms: list[Any] = []

    def install(self) -> None:
        """Listen for front-ends."""
        if self._manager is not None:
            self._manager.register_target(TARGET, self._opened)
            LIVE.on_change(self._tell_live)

    def remove(self) -> None:
        """Listen no more, and close what is open."""
        if self._manager is None:
            return
        LIVE.on_change(self._tell_live, remove=True)
        self._manager.unregister_target(TARGET, self._opened)
        for comm in self._comms:
            comm.close()
        self._comms.clear()

    def _opened(self, comm: Any, _message: object) -> None:
        self._comms.append(comm)
        comm.on_msg(lambda message: self._asked(comm, message))
        comm.on_close(lambda _message: self._closed(comm))
        self._send(comm, _live_message())
        Thread(target=import_module, args=(SLOWEST,), name="causal-magics", daemon=True).start()

    def _closed(self, comm: Any) -> None:
        if comm in self._comms:
            self._comms.remove(comm)

    def _asked(self, comm: Any, message: Any) -> None:
        data = message.get("content", {}).get("data", {})
        text, key = data.get("text"), data.get("id")
        if data.get("kind") != "diagnose" or not isinstance(text, str) or not isinstance(key, str):
            return
        found = diagnose(text, self._notebook()) if len(text) <= LONGEST else []
        told = [each.to_json() for each in found]
        self._send(comm, {"kind": "diagnostics", "id": key, "diagnostics": told})

    def _tell_live(self) -> None:
        for comm in list(self._comms):
            self._send(comm, _live_message())

    def _send(self, comm: Any, data: dict[str, object]) -> None:
        try:
            comm.send(data)
        except Exception:  # noqa: BLE001  (a front-end that is gone must not fail the cell)
            _log.debug("A message to the front-end could not be sent.", exc_info=True)
            self._closed(comm)


def _live_message() -> dict[str, object]:
    return {"kind": "live", "editors": [_described(editor) for editor in live_editors()]}


def _described(editor: GraphEditor) -> dict[str, object]:
    graph = editor.graph
    return {
        "model_id": editor.model_id, "name": editor.name, "title": editor.title,
        "nodes": len(graph.nodes), "edges": len(graph.edges),
        "cell": next(iter(editor.cells), None),
    }  # fmt: skip

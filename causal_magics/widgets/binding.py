"""The name in the notebook that an editor keeps at the graph it shows.

Each accepted edit makes a new value and rebinds the name, but only while the name still holds the
value that the editor last put there or took from there. `check` runs after every cell: where a
name holds another graph by then, its editor shows that one.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from threading import Lock
from typing import Any
from weakref import WeakSet, ref

from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.session import EditorSession

Namespace = MutableMapping[str, Any]


class NameBinding:
    """Keeps one name of a namespace and one editor's session in step.

    Parameters
    ----------
    session : EditorSession
        Held weakly.
    namespace : mutable mapping
        Usually the notebook's names.
    name : str
        Bound at once to the graph that the session shows.
    """

    def __init__(self, session: EditorSession, namespace: Namespace, name: str) -> None:
        self.namespace = namespace
        self.name = name
        self._session = ref(session)
        self._last: CausalGraph | None = session.graph
        namespace[name] = session.graph
        session.keep_with(self._put)
        session.observers.add(self._follow)
        with _guard:
            _bindings.add(self)

    def release(self) -> None:
        """Leave the name alone from now on."""
        self._last = None
        with _guard:
            _bindings.discard(self)

    def look(self) -> None:
        """Show what the name holds, where that is another graph than the editor put there."""
        session, value = self._session(), self.namespace.get(self.name)
        if session is None or value is self._last or not isinstance(value, CausalGraph):
            return
        session.set_graph(value)

    def _put(self, graph: CausalGraph) -> None:
        held = self.namespace.get(self.name)
        if held is graph:
            self._last = graph
        elif held is not None and held is self._last:
            self._last = graph
            self.namespace[self.name] = graph

    def _follow(self, _graph: CausalGraph) -> None:
        for other in _all_bindings():
            if other is not self and other.name == self.name and other.namespace is self.namespace:
                other.look()


_guard = Lock()
_bindings: WeakSet[NameBinding] = WeakSet()


def _all_bindings() -> list[NameBinding]:
    with _guard:
        return list(_bindings)


def check() -> None:
    """Let every editor look at its name; to be called after each cell."""
    for binding in _all_bindings():
        binding.look()

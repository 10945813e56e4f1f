"""`GraphEditor`: the graph on the screen, and `edit`, which opens it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import count
from keyword import iskeyword
from pathlib import Path
from threading import Lock, Timer
from typing import Any
from weakref import WeakValueDictionary

import anywidget
import traitlets

from causal_magics.errors import EditorError, shorten
from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.binding import NameBinding, Namespace, check
from causal_magics.widgets.conversion import to_graph
from causal_magics.widgets.document import JsonObject
from causal_magics.widgets.observers import Observer
from causal_magics.widgets.session import EditorSession, State
from causal_magics.widgets.undo import Undone

MIME_TYPE = "application/vnd.causal-magics.graph+json"
SNAPSHOT_DELAY = 0.3
STORED_DELAY = 0.5
BUNDLE = Path(__file__).parents[1] / "static" / "graph-editor.js"

Bundle = tuple[dict[str, Any], dict[str, Any]]


class GraphEditor(anywidget.AnyWidget):
    """A causal graph on the screen, edited by hand and by Python alike.

    Parameters
    ----------
    graph : CausalGraph
    title : str
        Shown above the canvas.
    read_only : bool
        Whether the screen may change nothing.
    columns : iterable of str
        Names to complete where a node is named.

    Notes
    -----
    Screen and kernel exchange operations as messages. The traits are written by the kernel only,
    and once edits pause: `snapshot` for screens that open later, `stored` for the output that the
    notebook keeps.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    snapshot = traitlets.Dict().tag(sync=True)
    stored = traitlets.Dict().tag(sync=True)
    overlay = traitlets.Dict().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    read_only = traitlets.Bool(default_value=False).tag(sync=True)
    columns = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(
        self,
        graph: CausalGraph,
        *,
        title: str = "",
        read_only: bool = False,
        columns: Iterable[str] = (),
    ) -> None:
        self.cell: tuple[str, int] | None = None
        self._binding: NameBinding | None = None
        self._refresh = Debounced(self._write_snapshot, SNAPSHOT_DELAY)
        self._store = Debounced(self._write_stored, STORED_DELAY)
        self.session = EditorSession(graph, self.send)
        self.session.read_only = read_only
        super().__init__(
            title=title,
            read_only=read_only,
            columns=[str(column) for column in columns],
            snapshot=self.session.snapshot(),
            overlay={"rev": 0},
        )
        self.session.observers.add(self._changed)
        self.on_msg(self._receive)
        _editors[next(_numbers)] = self

    @traitlets.default("_esm")
    def _default_esm(self) -> str:
        return _bundle()

    # ------------------------------------------------------------------ what is shown

    @property
    def graph(self) -> CausalGraph:
        """The graph that is shown."""
        return self.session.graph

    @property
    def name(self) -> str | None:
        """The notebook's name that follows the editor."""
        return None if self._binding is None else self._binding.name

    def set_graph(self, graph: CausalGraph) -> None:
        """Show another graph; `undo` brings back what was shown.

        Raises
        ------
        EditorError
            Where `graph` is no `CausalGraph`.
        """
        self.session.set_graph(_checked(graph))

    def undo(self) -> Undone:
        """Take back the last change that Python made; what the screen did since stays."""
        return self.session.undo()

    def redo(self) -> Undone:
        """Make the change again that `undo` took back last."""
        return self.session.redo()

    def on_change(self, callback: Observer, *, remove: bool = False) -> Observer:
        """Call `callback` with the new graph after every change, in order.

        It may run on another thread. What it raises is logged once and stops nothing. Returns the
        callback, so that this works as a decorator.
        """
        if remove:
            self.session.observers.remove(callback)
        else:
            self.session.observers.add(callback)
        return callback

    def bind(self, name: str, namespace: Namespace) -> None:
        """Keep a name of a namespace at the graph that is shown."""
        checked = _checked_name(name)
        if self._binding is not None:
            self._binding.release()
        self._binding = NameBinding(self.session, namespace, checked)

    def open(self) -> None:
        """Open the wire to the screens.

        ipykernel 7.4 hands a comm's messages to the thread that used the comm last, which while a
        cell runs is the busy one. An editor's messages answer nothing that was asked there, so
        each stays on the thread that the front-end chose for it.
        """
        super().open()
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = lambda _data, chosen: chosen  # noqa: SLF001

    def close(self) -> None:
        """Leave the screen and the name; the last graph can still be read."""
        if self._binding is not None:
            self._binding.release()
            self._binding = None
        self._refresh.cancel()
        self._store.cancel()
        super().close()

    # ------------------------------------------------------------------ the screens

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        self.session.submit(content)

    def _changed(self, _graph: CausalGraph) -> None:
        self._refresh()
        self._store()

    def _write_snapshot(self) -> None:
        if self.comm is not None:
            self.snapshot = self.session.snapshot()

    def _write_stored(self) -> None:
        if self.comm is not None:
            state = self.session.state
            document = state.document.to_json(state.revision)
            self.stored = {"document": document, "name": self.name, **self._pictures(state)}

    def _pictures(self, state: State) -> dict[str, str]:
        """Return the drawing as it is seen, and the notation of the value."""
        from causal_magics.graph.drawing import to_svg

        svg = to_svg(to_graph(state.document), title=self.title or self.name)
        return {"svg": svg, "text": str(state.graph)}

    @traitlets.observe("read_only")
    def _read_only_changed(self, change: Mapping[str, Any]) -> None:
        self.session.read_only = bool(change["new"])

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take state from a screen, but for the traits that only the kernel writes."""
        own = {"_esm", "snapshot", "stored", "overlay", "title", "read_only", "columns"}
        super().set_state({key: value for key, value in sync_data.items() if key not in own})

    # ------------------------------------------------------------------ display

    def __repr__(self) -> str:
        bound = f" bound to {self.name}" if self.name else ""
        nodes, edges = len(self.graph.nodes), len(self.graph.edges)
        return f"<GraphEditor{bound}: {nodes} nodes, {edges} edges>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Bundle | None:
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is None:
            return None
        self._refresh.now()
        state = self.session.state
        data, metadata = shown
        pictures = self._pictures(state)
        return {
            **data,
            MIME_TYPE: self._own_json(state.document.to_json(state.revision)),
            "image/svg+xml": pictures["svg"],
            "text/plain": pictures["text"],
        }, metadata

    def _own_json(self, document: JsonObject) -> JsonObject:
        """Return the stored graph, without the random id that the widget view beside it has."""
        return {
            "version": 1,
            "document": document,
            "name": self.name,
            "model_id": None,
            "comparison": None,
        }


class Debounced:
    """Calls an action once the requests for it pause.

    Parameters
    ----------
    action : callable
        Called on a thread of its own.
    delay : float
        How long a pause, in seconds.
    """

    def __init__(self, action: Callable[[], object], delay: float) -> None:
        self._action = action
        self._delay = delay
        self._lock = Lock()
        self._timer: Timer | None = None

    def __call__(self) -> None:
        """Ask for the action."""
        timer = Timer(self._delay, self.now)
        timer.daemon = True
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = timer
            timer.start()

    def now(self) -> None:
        """Act at once."""
        self.cancel()
        self._action()

    def cancel(self) -> None:
        """Forget what was asked for."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None


def edit(
    graph: CausalGraph,
    name: str | None = None,
    *,
    namespace: Namespace | None = None,
    title: str = "",
    read_only: bool = False,
    columns: Iterable[str] = (),
) -> GraphEditor:
    """Open the editor on a graph.

    Parameters
    ----------
    graph : CausalGraph
    name : str, optional
        A name to bind to the graph: each accepted edit binds it to the new value, as long as it
        holds the value that the editor put there.
    namespace : mutable mapping, optional
        Where `name` lives; the notebook, where it is not given.
    title : str
        Shown above the canvas; the name, where it is not given.
    read_only : bool
        Whether the screen may change nothing.
    columns : iterable of str
        Names to complete where a node is named, such as the columns of the data.

    Returns
    -------
    GraphEditor
        A widget; as the last expression of a cell it is shown.

    Raises
    ------
    EditorError
        Where `graph` is no `CausalGraph`, or `name` is no Python name or there is no notebook.
    """
    names = None if name is None else (_notebook() if namespace is None else namespace)
    shown_title = title or ("" if name is None else _checked_name(name))
    editor = GraphEditor(_checked(graph), title=shown_title, read_only=read_only, columns=columns)
    if name is not None and names is not None:
        editor.bind(name, names)
    editor.cell = _running_cell()
    for other in live_editors():
        if other is not editor and other.name == name and _is_rerun(other.cell, editor.cell):
            other.close()
    return editor


def live_editors() -> list[GraphEditor]:
    """Return the editors that are open, the oldest first."""
    return [editor for _, editor in sorted(_editors.items()) if editor.comm is not None]


_editors: WeakValueDictionary[int, GraphEditor] = WeakValueDictionary()
_numbers = count()


def _checked(graph: object) -> CausalGraph:
    if isinstance(graph, CausalGraph):
        return graph
    raise EditorError(
        f"Expected a CausalGraph, got a value of type {type(graph).__name__}. "
        "Use its .graph, or CausalGraph.parse(text)."
    )


def _checked_name(name: object) -> str:
    if isinstance(name, str) and name.isidentifier() and not iskeyword(name):
        return name
    raise EditorError(f"Expected a Python name to bind, got {shorten(str(name))}.")


def _bundle() -> str:
    try:
        return _read_bundle()
    except FileNotFoundError:
        line = json.dumps("The editor's bundle is not built yet: run `make build`.")
        return f"export default {{ render({{ el }}) {{ el.textContent = {line}; }} }};"


@cache
def _read_bundle() -> str:
    return BUNDLE.read_text(encoding="utf-8")


def _shell() -> Any:
    from IPython import get_ipython

    return get_ipython()


def _notebook() -> Namespace:
    """Return the notebook's names, which are looked at after every cell from now on."""
    shell = _shell()
    if shell is None:
        raise EditorError("Expected a notebook to bind the name in. Pass namespace=globals().")
    shell.events.register("post_run_cell", _after_cell)
    names: Namespace = shell.user_ns
    return names


def _after_cell(_result: object) -> None:
    check()


def _running_cell() -> tuple[str, int] | None:
    """Return the id of the cell that runs and the number of its run."""
    shell = _shell()
    if not hasattr(shell, "get_parent"):
        return None
    cell = shell.get_parent().get("metadata", {}).get("cellId")
    return (cell, shell.execution_count) if isinstance(cell, str) else None


def _is_rerun(before: tuple[str, int] | None, now: tuple[str, int] | None) -> bool:
    return before is not None and now is not None and before[0] == now[0] and before[1] != now[1]

"""`EditorSession`: the kernel's side of an editor, which decides what becomes of every edit."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from threading import RLock

from causal_magics.errors import GraphError, OperationError
from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.conversion import Anchors, difference, from_graph, to_graph
from causal_magics.widgets.document import Document, JsonObject
from causal_magics.widgets.drawn import drawn_after
from causal_magics.widgets.messages import (
    PYTHON,
    Commit,
    Outgoing,
    Reject,
    Request,
    Snapshot,
    Submission,
    gid_of,
    read_message,
    reject,
)
from causal_magics.widgets.observers import Observers
from causal_magics.widgets.operations import Operation, parse_group
from causal_magics.widgets.undo import History, Step, Undone, applicable

HISTORY_LENGTH = 200
ANSWERS_KEPT = 200
GIDS_KEPT = 10_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """What an editor shows at one revision: the document, the value that it is, what hands drew.

    ``drawn`` is ``document`` itself where Python changed nothing.
    """

    document: Document
    anchors: Anchors
    graph: CausalGraph
    drawn: Document
    revision: int = 0


class EditorSession:
    """A document that screens and Python edit through one log of operations.

    Every change, from wherever it comes, is checked and applied under one lock and answered by a
    commit that goes to all screens, or refused with the reason.

    Parameters
    ----------
    graph : CausalGraph
        What is shown first.
    send : callable, optional
        Takes each message for the screens, in order; called under the lock.
    earlier : State, optional
        What an earlier editor of the same graph showed: nodes of the same name keep their places
        where `graph` gives none.
    """

    def __init__(
        self,
        graph: CausalGraph,
        send: Callable[[Outgoing], object] | None = None,
        earlier: State | None = None,
    ) -> None:
        self.observers = Observers()
        self.read_only = False
        self._send = send
        self._keep: Callable[[CausalGraph], object] | None = None
        self._lock = RLock()
        self._numbers = count(1)
        self._groups = count(1)
        self._answers: OrderedDict[str, Commit | Reject] = OrderedDict()
        self._committed: OrderedDict[str, None] = OrderedDict()
        self._history = History(HISTORY_LENGTH)
        document, anchors = (
            from_graph(graph, fresh=self._numbers)
            if earlier is None
            else from_graph(graph, earlier.document, earlier.graph, self._numbers)
        )
        self._state = State(document, anchors, graph, document)

    @property
    def state(self) -> State:
        """Everything that is shown at this moment, all of the same revision."""
        return self._state

    @property
    def graph(self) -> CausalGraph:
        """The value that is shown."""
        return self._state.graph

    def snapshot(self) -> JsonObject:
        """Return the document's JSON form at its revision."""
        state = self._state
        return state.document.to_json(state.revision)

    def keep_with(self, keep: Callable[[CausalGraph], object]) -> None:
        """Call `keep` with every new value before anybody else hears of it, under the lock."""
        with self._lock:
            self._keep = keep

    # ------------------------------------------------------------------ from the screens

    def submit(self, message: object) -> None:
        """Answer a message of a screen, whatever it holds; never raises for what it holds."""
        with self._lock:
            try:
                request = read_message(message)
            except OperationError as error:
                gid = gid_of(message)
                if gid is not None:
                    self._tell(reject(gid, error))
                return
            if isinstance(request, Request):
                self._tell(self._snapshot_message())
            else:
                self._answer(request)
        self.observers.deliver()

    def _answer(self, submission: Submission) -> None:
        known = self._answers.get(submission.gid)
        if known is not None:
            self._tell(known)
            return
        if submission.gid in self._committed:
            self._tell(self._snapshot_message(submission.gid))
            return
        if submission.base_revision > self._state.revision:
            stale = OperationError("The edit was made on a document of an earlier kernel.", "stale")
            self._tell(reject(submission.gid, stale))
            self._tell(self._snapshot_message())
            return
        try:
            self._accept(submission)
        except OperationError as error:
            answer = reject(submission.gid, error)
            if not self.read_only:
                self._remember(answer)
            self._tell(answer)

    def _accept(self, submission: Submission) -> None:
        if self.read_only:
            raise OperationError("The editor is read-only.", "read_only")
        group = parse_group(submission.operations)
        self._commit(group, submission.gid, submission.origin)

    def _snapshot_message(self, *gids: str) -> Snapshot:
        recent = [answer["gid"] for answer in self._answers.values() if answer["kind"] == "commit"]
        return {"kind": "snapshot", "document": self.snapshot(), "gids": [*gids, *recent]}

    # ------------------------------------------------------------------ from Python

    def set_graph(self, graph: CausalGraph) -> None:
        """Show another value: what differs becomes one group of operations.

        Nodes of the same name and edges of the same ends and mark stay the same to the screens,
        so that what they select or drag is not lost.
        """
        with self._lock:
            before = self._state
            document, placed = from_graph(graph, before.document, before.graph, self._numbers)
            group = difference(before.document, document)
            anchors = {**before.anchors, **placed}
            if group:
                undo = before.document.inverse(group)
                self._commit(group, self._new_gid(), PYTHON, (graph, anchors))
                self._history.record(Step(tuple(undo), self._state.document))
            else:
                self._state = replace(before, graph=graph, anchors=anchors)
                self._store(graph)
        self.observers.deliver()

    def undo(self) -> Undone:
        """Take back the last change that Python made, as far as it still applies."""
        return self._step("Undo")

    def redo(self) -> Undone:
        """Make the change again that was undone last, as far as it still applies."""
        return self._step("Redo")

    def _step(self, action: str) -> Undone:
        with self._lock:
            history = self._history
            source, opposite = (
                (history.undo, history.redo) if action == "Undo" else (history.redo, history.undo)
            )
            if not source:
                return Undone(action, 0)
            before = self._state.document
            group, skipped = applicable(source.pop(), before)
            if group:
                back = before.inverse(group)
                self._commit(group, self._new_gid(), PYTHON)
                opposite.append(Step(tuple(back), self._state.document))
        self.observers.deliver()
        return Undone(action, len(group), skipped)

    def _new_gid(self) -> str:
        return f"{PYTHON}-{next(self._groups)}"

    # ------------------------------------------------------------------ the log

    def _commit(
        self,
        group: Sequence[Operation],
        gid: str,
        origin: str,
        value: tuple[CausalGraph, Anchors] | None = None,
    ) -> None:
        before = self._state
        document = before.document.apply(group)
        graph, anchors = value or (_value(document, before.anchors), before.anchors)
        revision = before.revision + 1
        drawn = before.drawn
        if origin != PYTHON:
            alike = drawn is before.document
            drawn = document if alike else drawn_after(drawn, group) or document
        self._state = State(document, anchors, graph, drawn, revision)
        commit: Commit = {
            "kind": "commit", "rev": revision, "gid": gid, "origin": origin, "ops": list(group),
        }  # fmt: skip
        self._remember(commit)
        self._store(graph)
        self._tell(commit)
        self.observers.post(graph)

    def _remember(self, answer: Commit | Reject) -> None:
        self._answers[answer["gid"]] = answer
        if len(self._answers) > ANSWERS_KEPT:
            _, oldest = self._answers.popitem(last=False)
            if oldest["kind"] == "commit":
                self._committed[oldest["gid"]] = None
        if len(self._committed) > GIDS_KEPT:
            self._committed.popitem(last=False)

    def _store(self, graph: CausalGraph) -> None:
        if self._keep is not None:
            self._keep(graph)

    def _tell(self, message: Outgoing) -> None:
        if self._send is None:
            return
        try:
            self._send(message)
        except Exception:  # noqa: BLE001  (a screen that is gone must not undo the edit)
            _log.exception("A message to the screens of a graph editor could not be sent.")


def _value(document: Document, anchors: Anchors) -> CausalGraph:
    try:
        return to_graph(document, anchors)
    except GraphError as error:
        raise OperationError(str(error)) from error

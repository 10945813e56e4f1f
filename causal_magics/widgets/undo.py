"""Undo of what Python did, on a document that screens went on changing."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from causal_magics.errors import OperationError, shorten
from causal_magics.widgets.document import Document
from causal_magics.widgets.operations import Operation, SetEdge, SetNode


@dataclass(frozen=True, slots=True)
class Step:
    """A group that takes back a change, and the document as that change had left it."""

    group: tuple[Operation, ...]
    after: Document


@dataclass(frozen=True, slots=True, repr=False)
class Undone:
    """What an undo or redo came to.

    Parameters
    ----------
    action : str
        ``"Undo"`` or ``"Redo"``.
    applied : int
        How many operations were applied.
    skipped : tuple of str
        Why each of the others no longer applies.
    """

    action: str
    applied: int
    skipped: tuple[str, ...] = ()

    def __repr__(self) -> str:
        if not self.applied and not self.skipped:
            return f"<{self.action}: nothing that Python did is left.>"
        changes = "1 change" if self.applied == 1 else f"{self.applied} changes"
        if not self.skipped:
            return f"<{self.action}: {changes}.>"
        return f"<{self.action}: {changes}; {len(self.skipped)} skipped: {' '.join(self.skipped)}>"


class History:
    """The steps that undo and redo what Python did, the oldest ones forgotten."""

    def __init__(self, length: int) -> None:
        self.undo: deque[Step] = deque(maxlen=length)
        self.redo: deque[Step] = deque(maxlen=length)

    def record(self, step: Step) -> None:
        """Note a new change; what was undone before it can not be redone any more."""
        self.undo.append(step)
        self.redo.clear()


def applicable(step: Step, document: Document) -> tuple[list[Operation], tuple[str, ...]]:
    """Return the operations of a step that still apply, and why the others do not.

    What somebody else has changed since is left as they made it.
    """
    draft = document.draft()
    kept: list[Operation] = []
    skipped: list[str] = []
    for operation in step.group:
        try:
            remaining = _untouched(operation, step.after, document)
            draft.apply(remaining)
        except OperationError as error:
            skipped.append(str(error))
        else:
            kept.append(remaining)
    return kept, tuple(skipped)


def _untouched(operation: Operation, after: Document, now: Document) -> Operation:
    """Return an operation without the fields that somebody else has set since `after`."""
    match operation["op"]:
        case "set_node":
            fields = _same_fields(operation, after.nodes, now.nodes)
        case "set_edge":
            fields = _same_fields(operation, after.edges, now.edges)
        case "move":
            places = {
                key: place
                for key, place in operation["positions"].items()
                if _place(after, key) == _place(now, key)
            }
            if not places:
                raise OperationError("The nodes were moved since.")
            fields = {"op": "move", "positions": places}
        case "set_tiers":
            if after.tiers != now.tiers:
                raise OperationError("The tiers were changed since.")
            return operation
        case _:
            return operation
    return cast("Operation", fields)


def _same_fields(
    operation: SetNode | SetEdge, after: Mapping[str, object], now: Mapping[str, object]
) -> dict[str, object]:
    key = operation["id"]
    fields: dict[str, object] = dict(operation)
    if key not in after or key not in now:
        return fields
    changed = [
        field
        for field in fields.keys() - {"op", "id"}
        if getattr(after[key], field) != getattr(now[key], field)
    ]
    for field in changed:
        del fields[field]
    if changed and len(fields) == 2:
        what = " and ".join(sorted(changed))
        raise OperationError(f"The {what} of {shorten(key)} was changed since.")
    return fields


def _place(document: Document, key: str) -> tuple[float, float] | None:
    node = document.nodes.get(key)
    return None if node is None else (node.x, node.y)

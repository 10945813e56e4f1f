"""What screen and kernel say to each other, beside the operations themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from causal_magics.errors import OperationError
from causal_magics.widgets.document import JsonObject
from causal_magics.widgets.operations import Operation, read_id

PYTHON = "python"


class Commit(TypedDict):
    """A group was accepted as revision `rev`."""

    kind: Literal["commit"]
    rev: int
    gid: str
    origin: str
    ops: list[Operation]


class Reject(TypedDict):
    """A group was refused; nothing changed. `code` is the kind of the error in one word."""

    kind: Literal["reject"]
    gid: str
    reason: str
    code: str
    cycle_path: list[str] | None


class Snapshot(TypedDict):
    """The whole document, and the ids of the groups that led to it most recently."""

    kind: Literal["snapshot"]
    document: JsonObject
    gids: list[str]


Outgoing = Commit | Reject | Snapshot


@dataclass(frozen=True, slots=True)
class Submission:
    """A group that a screen asks the kernel to accept; its operations are still as they came."""

    gid: str
    base_revision: int
    origin: str
    operations: object


@dataclass(frozen=True, slots=True)
class Request:
    """A screen that asks for the whole document."""


def read_message(raw: object) -> Submission | Request:
    """Return what a screen said.

    Raises
    ------
    OperationError
        Where it is no message of the editor.
    """
    if not isinstance(raw, dict):
        raise OperationError("Expected a message of the editor as an object.")
    kind = raw.get("kind")
    if kind in ("hello", "resync"):
        return Request()
    if kind != "ops":
        raise OperationError("Expected a message of kind ops, resync or hello.")
    revision, origin = raw.get("base_rev"), read_id(raw.get("origin"))
    if isinstance(revision, bool) or not isinstance(revision, int) or revision < 0:
        raise OperationError("Expected base_rev as a whole number from 0.")
    if origin == PYTHON:
        raise OperationError(f"Expected the origin of a screen, got {PYTHON!r}.")
    return Submission(read_id(raw.get("gid")), revision, origin, raw.get("ops"))


def gid_of(raw: object) -> str | None:
    """Return the group id of a message that could not be read, where it has a usable one."""
    gid = raw.get("gid") if isinstance(raw, dict) else None
    try:
        return read_id(gid)
    except OperationError:
        return None


def reject(gid: str, error: OperationError) -> Reject:
    """Return the answer to a group that is refused."""
    path: Sequence[str] | None = error.cycle_path
    return {
        "kind": "reject",
        "gid": gid,
        "reason": str(error),
        "code": error.kind,
        "cycle_path": None if path is None else list(path),
    }

"""The operations that screen and kernel exchange, and how strictly they are read.

An operation is a JSON object; a group is a list of them that is applied as one. The typed
dictionaries below are what `parse_group` returns: fresh, complete and of the right types. Whether
an operation fits a document is decided by `Document.apply`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypedDict, TypeVar, cast

from causal_magics.errors import OperationError, shorten
from causal_magics.graph.model import MARKS, ROLES, Mark, Role

KnowledgeMark = Literal["required", "forbidden"]
KNOWLEDGE_MARKS: tuple[KnowledgeMark, ...] = ("required", "forbidden")

MAX_ID_LENGTH = 100
MAX_GROUP_LENGTH = 20_000
MAX_COORDINATE = 1e6


class AddNode(TypedDict):
    """Add a node at a place of the canvas, in px."""

    op: Literal["add_node"]
    id: str
    name: str
    roles: list[Role]
    x: float
    y: float


class _SetNode(TypedDict):
    op: Literal["set_node"]
    id: str


class SetNode(_SetNode, total=False):
    """Change the name or the roles of a node."""

    name: str
    roles: list[Role]


class DeleteNode(TypedDict):
    """Delete a node with its edges and its place in the tiers."""

    op: Literal["delete_node"]
    id: str


class AddEdge(TypedDict):
    """Add an edge, or a piece of knowledge about one."""

    op: Literal["add_edge"]
    id: str
    source: str
    target: str
    mark: Mark
    knowledge: KnowledgeMark | None
    confidence: float | None
    bits: float | None


class _SetEdge(TypedDict):
    op: Literal["set_edge"]
    id: str


class SetEdge(_SetEdge, total=False):
    """Change what is given of an edge; its ends stay."""

    mark: Mark
    knowledge: KnowledgeMark | None
    confidence: float | None
    bits: float | None


class DeleteEdge(TypedDict):
    """Delete an edge."""

    op: Literal["delete_edge"]
    id: str


class Move(TypedDict):
    """Put nodes elsewhere, in px."""

    op: Literal["move"]
    positions: dict[str, list[float]]


class SetTiers(TypedDict):
    """Replace all tiers."""

    op: Literal["set_tiers"]
    tiers: list[list[str]]


Operation = AddNode | SetNode | DeleteNode | AddEdge | SetEdge | DeleteEdge | Move | SetTiers

Reader = Callable[[object], object]
Choice = TypeVar("Choice", bound=str)


def parse_group(raw: object) -> list[Operation]:
    """Return the operations of a group that came from the wire.

    Raises
    ------
    OperationError
        Where anything is missing, unknown or of another type than expected.
    """
    if not isinstance(raw, list) or not 1 <= len(raw) <= MAX_GROUP_LENGTH:
        raise OperationError(
            f"Expected a list of 1 to {MAX_GROUP_LENGTH} operations, got {_kind(raw)}."
        )
    return [_parse_operation(item) for item in raw]


def _parse_operation(raw: object) -> Operation:
    if not isinstance(raw, dict):
        raise OperationError(f"Expected an operation as an object, got {_kind(raw)}.")
    kind = raw.get("op")
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise OperationError(
            f"Expected an operation among {', '.join(_FIELDS)}, got {_kind(kind)}."
        )
    required, optional = _FIELDS[kind]
    known = {"op", *required, *optional}
    for key in raw:
        if key not in known:
            raise OperationError(f"{kind} has no field {_kind(key)}.")
    parsed: dict[str, object] = {"op": kind}
    for key, read in {**required, **optional}.items():
        if key in raw:
            parsed[key] = _read(kind, key, read, raw[key])
        elif key in required:
            raise OperationError(f"{kind} lacks its field {key!r}.")
    return cast("Operation", parsed)


def _read(kind: str, key: str, read: Reader, value: object) -> object:
    try:
        return read(value)
    except OperationError as error:
        raise OperationError(f"{kind}.{key}: {error}") from None


def read_id(value: object) -> str:
    """Return an identifier of 1 to 100 characters."""
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_ID_LENGTH:
        raise OperationError(
            f"Expected an id of 1 to {MAX_ID_LENGTH} characters, got {_kind(value)}."
        )
    if not value.isprintable():
        raise OperationError("Expected an id of printable characters.")
    return value


def _read_text(value: object) -> str:
    if not isinstance(value, str):
        raise OperationError(f"Expected text, got {_kind(value)}.")
    return value


def _read_number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OperationError(f"Expected a number, got {_kind(value)}.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise OperationError("Expected a finite number.")
    return number


def _read_coordinate(value: object) -> float:
    number = _read_number(value)
    if abs(number) > MAX_COORDINATE:
        raise OperationError(f"Expected a coordinate within {MAX_COORDINATE:g} px, got {number:g}.")
    return number


def _read_confidence(value: object) -> float | None:
    if value is None:
        return None
    number = _read_number(value)
    if not 0.0 <= number <= 1.0:
        raise OperationError(f"Expected a confidence between 0 and 1, got {number:g}.")
    return number


def _read_bits(value: object) -> float | None:
    return None if value is None else _read_number(value)


def _read_choice(value: object, options: Sequence[Choice]) -> Choice:
    for option in options:
        if isinstance(value, str) and value == option:
            return option
    raise OperationError(f"Expected one of {', '.join(options)}, got {_kind(value)}.")


def _read_roles(value: object) -> list[Role]:
    if not isinstance(value, list) or len(value) > len(ROLES):
        raise OperationError(f"Expected a list of roles, got {_kind(value)}.")
    roles = {_read_choice(item, ROLES) for item in value}
    if len(roles) < len(value):
        raise OperationError("Expected each role once.")
    return [role for role in ROLES if role in roles]


def _read_knowledge(value: object) -> KnowledgeMark | None:
    return None if value is None else _read_choice(value, KNOWLEDGE_MARKS)


def _read_positions(value: object) -> dict[str, list[float]]:
    if not isinstance(value, dict) or not 1 <= len(value) <= MAX_GROUP_LENGTH:
        raise OperationError(f"Expected positions by node, got {_kind(value)}.")
    positions: dict[str, list[float]] = {}
    for key, xy in value.items():
        if not isinstance(xy, list) or len(xy) != 2:
            raise OperationError(f"Expected a position as [x, y], got {_kind(xy)}.")
        positions[read_id(key)] = [_read_coordinate(xy[0]), _read_coordinate(xy[1])]
    return positions


def _read_tiers(value: object) -> list[list[str]]:
    if not isinstance(value, list) or not all(isinstance(tier, list) for tier in value):
        raise OperationError(f"Expected a list of tiers, got {_kind(value)}.")
    if sum(map(len, value)) > MAX_GROUP_LENGTH or len(value) > MAX_GROUP_LENGTH:
        raise OperationError(f"Expected at most {MAX_GROUP_LENGTH} nodes in tiers.")
    return [[read_id(item) for item in tier] for tier in value]


def _kind(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return shorten(value)
    if isinstance(value, list | Mapping):
        return f"{'a list' if isinstance(value, list) else 'an object'} of {len(value)}"
    return f"a value of type {type(value).__name__}"


def _read_mark(value: object) -> Mark:
    return _read_choice(value, MARKS)


_ID: dict[str, Reader] = {"id": read_id}
_EVIDENCE: dict[str, Reader] = {
    "knowledge": _read_knowledge,
    "confidence": _read_confidence,
    "bits": _read_bits,
}
_ATTRIBUTES: dict[str, Reader] = {"name": _read_text, "roles": _read_roles}
_PLACE: dict[str, Reader] = {"x": _read_coordinate, "y": _read_coordinate}
_FIELDS: dict[str, tuple[dict[str, Reader], dict[str, Reader]]] = {
    "add_node": ({**_ID, **_ATTRIBUTES, **_PLACE}, {}),
    "set_node": (_ID, _ATTRIBUTES),
    "delete_node": (_ID, {}),
    "add_edge": (
        {**_ID, "source": read_id, "target": read_id, "mark": _read_mark, **_EVIDENCE},
        {},
    ),
    "set_edge": (_ID, {"mark": _read_mark, **_EVIDENCE}),
    "delete_edge": (_ID, {}),
    "move": ({"positions": _read_positions}, {}),
    "set_tiers": ({"tiers": _read_tiers}, {}),
}

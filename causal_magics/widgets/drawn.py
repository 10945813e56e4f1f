"""What hands drew: the document that the text of its cell follows, whatever Python shows there."""

from __future__ import annotations

from collections.abc import Container, Sequence

from causal_magics.errors import OperationError
from causal_magics.widgets.document import Document
from causal_magics.widgets.operations import Operation


def drawn_after(drawn: Document, group: Sequence[Operation]) -> Document | None:
    """Return what is drawn after a group of a screen; None where it needs what Python did.

    What only Python made can be moved and deleted, which nobody has to write down.
    """
    known = {*drawn.nodes, *drawn.edges}
    known |= {each["id"] for each in group if each["op"] in ("add_node", "add_edge")}
    kept = [each for each in (_of_known(operation, known) for operation in group) if each]
    try:
        return drawn.apply(kept)
    except OperationError:
        return None


def _of_known(operation: Operation, known: Container[str]) -> Operation | None:
    match operation["op"]:
        case "delete_node" | "delete_edge":
            return operation if operation["id"] in known else None
        case "move":
            places = {key: at for key, at in operation["positions"].items() if key in known}
            return {"op": "move", "positions": places} if places else None
        case _:
            return operation

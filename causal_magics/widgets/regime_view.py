"""The graph of a regime, to be looked at in place of what an editor shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.document import Document, JsonObject

Since = Literal["the batch before", "the first regime of its world"]


@dataclass(frozen=True, slots=True)
class RegimeView:
    """What an editor shows of a batch and its regime.

    Parameters
    ----------
    title : str
        The batch.
    words : str
        Its regime, in words.
    changed : tuple of str
        Columns whose mechanisms are marked as changed.
    since : {"the batch before", "the first regime of its world"}
        What they are other than.
    graph : CausalGraph, optional
        Whose edges are shown in place of the drawn ones; None where the drawn graph is that of the
        regime, and mechanisms are only marked.
    """

    title: str
    words: str
    changed: tuple[str, ...] = ()
    since: Since = "the batch before"
    graph: CausalGraph | None = None

    def to_json(self, document: Document) -> JsonObject:
        """Return it in the ids of a document; what is not drawn there is left out."""
        ids = {node.name: node.id for node in document.nodes.values()}
        edges = None
        if self.graph is not None:
            edges = [
                {
                    "source": ids[edge.source], "target": ids[edge.target], "mark": edge.mark,
                    "confidence": edge.confidence, "bits": edge.bits,
                }
                for edge in self.graph.edges
                if {edge.source, edge.target} <= ids.keys()
            ]  # fmt: skip
        return {
            "title": self.title,
            "words": self.words,
            "changed": [ids[name] for name in self.changed if name in ids],
            "since": self.since,
            "edges": edges,
        }

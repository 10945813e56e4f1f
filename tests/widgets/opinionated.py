"""Language models for editors, and waiting for what an editor says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from threading import Event
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from probing.asked_models import Knowing

from causal_magics.language.protocol import Pair
from causal_magics.widgets.graph_editor import GraphEditor

_numbers = count()


class Counted(Knowing):
    """Knows edges; no two of them share an answer that is kept."""

    def __init__(self, names: Iterable[str], edges: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(names, edges, sureness=3.0)
        self.model_id = f"counted{next(_numbers)}"

    def asked(self) -> list[frozenset[str]]:
        """The pairs that were asked about, in order."""
        names = {name for pair in self.ordered for name in pair}
        return [frozenset(names & {rest.strip(" .") for _, rest in texts}) for texts in self.calls]


class Held(Counted):
    """Answers once it is let go."""

    def __init__(self, names: Iterable[str], edges: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(names, edges)
        self.asked_once = Event()
        self.go = Event()

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        self.asked_once.set()
        assert self.go.wait(30)
        return super().score(pairs)


class Broken(Counted):
    """Raises where a text has one of some names, or always."""

    def __init__(self, names: Iterable[str], *fails_at: str) -> None:
        super().__init__(names)
        self.fails_at = fails_at

    def score(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        found = super().score(pairs)
        texts = " ".join(prompt for prompt, _ in pairs)
        if not self.fails_at or any(f" {name} " in texts for name in self.fails_at):
            raise RuntimeError("out of\nmemory")
        return found


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def settled(editor: GraphEditor) -> dict[str, Any]:
    """What an editor says of pairs once everything is answered and asked."""

    def done() -> bool:
        revision, told, evidence = editor.session.state.revision, editor.opinion, editor.evidence
        if editor.overlay["rev"] != revision or editor.overlay["waiting"]:
            return False
        if not evidence.opinions and not evidence.has_data:
            return not told
        return told.get("rev") == revision and not told["waiting"]

    until(done)
    return editor.opinion


def by_names(editor: GraphEditor) -> dict[str, dict[str, Any]]:
    """What an editor says of each pair, by its names: "AB"."""
    nodes = editor.session.state.document.nodes
    return {nodes[each["a"]].name + nodes[each["b"]].name: each for each in editor.opinion["pairs"]}


def chain_frame(rows: int = 400, seed: int = 0) -> pd.DataFrame:
    """A causes B causes C, by curves; D is alone."""
    rng = np.random.default_rng(seed)
    a = rng.uniform(-2, 2, size=rows)
    b = a**3 + 0.5 * rng.normal(size=rows)
    c = np.tanh(b) + 0.2 * rng.normal(size=rows)
    return pd.DataFrame({"A": a, "B": b, "C": c, "D": rng.normal(size=rows)})

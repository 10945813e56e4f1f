"""The map of a pruning below its tables, and what is cut on it by hand."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from language.conftest import one_thread

from causal_magics.pruning.pruning_result import Pruning
from causal_magics.widgets.head_map import MIME_TYPE
from causal_magics.widgets.pruning_map import PruningMap

from .test_graph_cells import kernel, shown
from .test_mediation_cells import displayed, traced

__all__ = ["displayed", "kernel", "one_thread", "traced"]

PRUNE = "prune tiny --strategy one-shot --ratio 0.1 --n-windows 2 -o pruned"
BODY = """groups: she: nurse / woman / mother
groups: he: doctor / man / father
templates: The {} said
templates: The {} was
templates: A {} is
templates: My {} had
words: good / bad
words: kind / cruel
"""


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_map_below_a_pruning_gives_the_model_that_is_cut_by_hand(
    traced: InteractiveShell, displayed: list[Any]
) -> None:
    bundle, _ = shown(traced, PRUNE, BODY)
    pruned = traced.user_ns["pruned"]
    assert "<svg" not in bundle["text/html"]
    assert "perplexity" in bundle["text/html"]
    (below,) = displayed
    drawn = traced.run_line_magic("causal", "heads pruned -o map")
    assert isinstance(drawn, PruningMap)
    assert traced.user_ns["map"] is drawn
    assert below[MIME_TYPE]["marks"] == [[*head, "cut"] for head in pruned.heads]
    labels = [figure["label"] for figure in below[MIME_TYPE]["note"]["figures"]]
    assert labels == ["gender bias", "perplexity"]
    by_hand = (0, 0) if (0, 0) not in pruned.heads else (0, 1)
    drawn.marks = {by_hand: "cut"}
    assert isinstance(drawn.pruning, Pruning)
    assert (drawn.pruning.heads, drawn.pruning.strategy) == ((by_hand,), "by hand")
    assert drawn.note.figures == drawn.pruning.figures()
    drawn.close()

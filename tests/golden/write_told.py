"""Writes what widgets tell their screens, as values from which the TypeScript tests make odd ones.

Run ``python tests/golden/write_told.py`` where what is told has changed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from oracles.acting_policies import BestSeen
from oracles.episodes import learned
from widgets.hand_pruned import Planted
from widgets.test_payoff_explorer import bounded

from causal_magics import CausalGraph, EdgePrior
from causal_magics.widgets.episode_timeline import timeline
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.experimenter import experimenter_of
from causal_magics.widgets.graph_editor import GraphEditor
from causal_magics.widgets.opinions import Opinions
from causal_magics.widgets.payoff_explorer import explore
from causal_magics.widgets.pruning_map import PruningMap
from causal_magics.widgets.session import EditorSession
from causal_magics.widgets.views import view


def of_editor() -> dict[str, Any]:
    """Return what a graph editor with data tells."""
    graph = CausalGraph.parse(
        "X [exposure]; Y [outcome]; Z -> X -> Y; Z -> Y; W -> Z; L [latent]; L -> W"
    )
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(4, 400))
    w = noise[0]
    z = w + noise[1]
    x = (z + noise[2] > 0).astype(float)
    y = ((x + z + noise[3]) > 0).astype(float)
    frame = pd.DataFrame({"W": w, "Z": z, "X": x, "Y": y})
    prior = EdgePrior.from_probabilities({("X", "Z"): 0.9, ("Z", "W"): 0.2})
    evidence = Evidence(
        frame, reference=CausalGraph.parse("Y -> X; Z -> X"), opinions=Opinions(prior=prior)
    )
    editor = GraphEditor(graph.remove_edge("Z", "Y"), evidence=evidence)
    editor.answer_now()
    editor.set_graph(graph)
    found = editor.answer_now()
    editor.evidence_frame()  # once it is there, all pairs are answered
    state = editor.session.state
    opinion = dict(editor.opinion)
    editor.close()
    document = state.document.to_json(0)
    seen = EditorSession(graph.remove_node("L")).state
    return {
        "overlay": found, "opinion": opinion, "document": document,
        "view": view("equivalence class", state),
        "experiments": experimenter_of(BestSeen(), "Y").told(seen),
        "stored": {"version": 1, "document": document, "name": "g", "model_id": None},
    }  # fmt: skip


def of_others() -> dict[str, Any]:
    """Return what the other widgets tell."""
    episodes = timeline(learned([0, 0, 1, 2], worlds=[0, 0, 1]), title="t")
    explorer = explore(bounded(), title="whom")
    heads = PruningMap(Planted(((1, 0),), ((0, 2),)), title="p")
    told = {
        "episodes": episodes.timeline, "study": explorer.study, "answer": explorer.answer,
        "grid": heads.grid, "note": heads.get_state()["note"], "marks": heads.get_state()["marks"],
        "weights": [[0.0, 2.0], [-3.0, 1.0]], "axes": [[0, 1], [1, 0]],
    }  # fmt: skip
    for widget in (episodes, explorer, heads):
        widget.close()
    return told


def main() -> None:
    told = {**of_editor(), **of_others()}
    path = Path(__file__).parent / "told.json"
    path.write_text(json.dumps(told, allow_nan=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()

"""Writes very many values into the traits of every widget, as screens do and as nobody would.

Run ``python tests/hardening/fuzz_traits.py --inputs 100000``. A screen may write what it chose;
what it may not write stays as it was, what cannot be is passed over, and nothing is raised.
"""

from __future__ import annotations

import argparse
import json
import reprlib
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from oracles.acting_policies import BestSeen
from oracles.episodes import learned
from widgets.hand_pruned import Planted
from widgets.mutations import ODD, Mutator, places
from widgets.test_payoff_explorer import bounded

from causal_magics.graph.model import CausalGraph
from causal_magics.language.head_panels import HeadPanel
from causal_magics.widgets.episode_timeline import EpisodeTimeline, timeline
from causal_magics.widgets.graph_editor import GraphEditor
from causal_magics.widgets.head_map import HeadMap
from causal_magics.widgets.live_widget import LiveWidget
from causal_magics.widgets.opening import edit
from causal_magics.widgets.payoff_explorer import PayoffExplorer, explore
from causal_magics.widgets.pruning_map import PruningMap


@dataclass(frozen=True)
class Target:
    """A widget, the states that its screens send, and what they may write."""

    make: Callable[[], LiveWidget]
    sent: tuple[dict[str, Any], ...]
    written: frozenset[str]
    unwritten: frozenset[str] = frozenset()
    """What changes by itself when a choice does."""


def _editor() -> GraphEditor:
    return edit(CausalGraph.parse("A -> B -> C; D -> C [required]"), title="g")


def _experimented() -> GraphEditor:
    return edit(CausalGraph.parse("E [outcome]; A -> B -> E; C -> E"), policy=BestSeen())


def _explorer() -> PayoffExplorer:
    return explore(bounded(), title="whom")


def _heads() -> HeadMap:
    values = np.array([[0.1, -0.4, 0.3], [0.4, 0.0, -0.2]])
    return HeadMap([HeadPanel("NIE", values), HeadPanel("NDE", -values)], title="heads")


def _timeline() -> EpisodeTimeline:
    return timeline(learned([0, 0, 1], worlds=[0, 1]), title="t")


ANSWERS = frozenset({"stored", "snapshot", "overlay", "experiments", "answer", "note"})
TARGETS: dict[str, Target] = {
    "graph editor": Target(
        _editor, ({"revision": 3}, {"overlay": {"rev": 1}}), frozenset({"revision"}), ANSWERS
    ),
    "experiments": Target(
        _experimented, ({"experiments": {"rev": 1}}, {"revision": 1}), frozenset({"revision"}),
        ANSWERS
    ),
    "payoff explorer": Target(
        _explorer,
        (
            {"weights": [[0.0, 2.0], [-3.0, 1.0]]}, {"rule": "minimax regret", "optimism": 0.3},
            {"budget": 200.0, "selected": 2, "axes": [[0, 1], [1, 0]]},
        ),
        frozenset({"weights", "rule", "optimism", "budget", "selected", "axes"}),
        ANSWERS,
    ),
    "head map": Target(
        _heads, ({"selected": [[0, 1], [1, 2]]}, {"marks": [[0, 1, "cut"]]}),
        frozenset({"selected"}), ANSWERS,
    ),
    "pruning map": Target(
        lambda: PruningMap(Planted(((1, 0),), ((0, 2),)), title="p"),
        ({"selected": [[0, 1]]}, {"marks": [[0, 1, "cut"], [1, 1, "kept"]]}),
        frozenset({"selected", "marks"}), ANSWERS,
    ),
    "timeline": Target(
        _timeline, ({"selected": 1}, {"showing": 0}), frozenset({"selected"}),
        ANSWERS | {"showing"},
    ),
}  # fmt: skip


def state_of(widget: LiveWidget) -> dict[str, Any]:
    """Return what screens are told, as JSON has it."""
    told = {key: value for key, value in widget.get_state().items() if key != "_esm"}
    return {key: json.dumps(value, default=repr, sort_keys=True) for key, value in told.items()}


class States:
    """States as a screen sends them, most of them with odd things in them."""

    def __init__(self, seed: int, target: Target, keys: list[str]) -> None:
        self.rng, self.target, self.keys = Random(seed), target, keys
        self._mutator = Mutator(self.rng, longest=500)

    def __call__(self) -> Mapping[str, Any]:
        """Return one more."""
        rng = self.rng
        state: Any = dict(rng.choice(self.target.sent))
        way = rng.random()
        if way < 0.25:
            return {rng.choice(self.keys): rng.choice(ODD) for _ in range(rng.choice((1, 1, 2, 5)))}
        if way < 0.9:
            for _ in range(rng.choice((1, 1, 2, 3))):
                state = self._mutator.mutated(state, places(state))
        return state if isinstance(state, dict) else {rng.choice(self.keys): state}


def fuzzed(name: str, seed: int, inputs: int) -> tuple[Counter[str], list[str]]:
    """Return what became of states that were sent to a widget, and what was wrong."""
    target = TARGETS[name]
    widget = target.make()
    before = state_of(widget)
    kept = before.keys() - target.written - target.unwritten
    states = States(seed, target, [*before, "_esm", "comm", "?", "keys"])
    outcomes: Counter[str] = Counter()
    failures: list[str] = []
    for number in range(inputs):
        state = states()
        try:
            widget.set_state(state)
            after = state_of(widget)
            changed = {key for key in kept if after[key] != before[key]}
            assert not changed, f"{sorted(changed)} changed"
            outcomes["taken" if after != before else "passed over"] += 1
            before = after
        except Exception as error:  # noqa: BLE001  (what is sought)
            shown = reprlib.repr(state)
            failures.append(f"state {number}: {type(error).__name__}: {error}\n    {shown}"[:500])
            before = state_of(widget)
    widget.close()
    return outcomes, failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    failed = 0
    each = -(-chosen.inputs // len(TARGETS))
    print("widget              states    taken  passed over  failed")
    for name in TARGETS:
        outcomes, failures = fuzzed(name, chosen.seed, each)
        counts = f"{outcomes['taken']:>9,}{outcomes['passed over']:>13,}{len(failures):>8,}"
        print(f"{name:<18}{each:>8,}{counts}", flush=True)
        print("".join(f"{shown}\n" for shown in failures[:4]), end="")
        failed += len(failures)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

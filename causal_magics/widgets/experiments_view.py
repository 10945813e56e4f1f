"""What a policy found out by experiments on an editor's graph, in the ids of its document.

The screen draws what stands here and computes nothing of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from causal_magics.widgets.document import Document, JsonObject

if TYPE_CHECKING:
    from causal_magics.passive.acting.experiments import Action, Experiments, ExperimentStep

LEAST_PREFERENCE: Final = 5e-3
DIGITS: Final = 4


def experiments_view(experiments: Experiments, document: Document) -> JsonObject:
    """Return experiments as JSON.

    Parameters
    ----------
    experiments : Experiments
    document : Document
        What the editor shows; nodes that are not there are left out.

    Returns
    -------
    dict
        Each step has the values and deviations of `nodes`, in that order.
    """
    return _View(experiments, document).to_json()


class _View:
    def __init__(self, experiments: Experiments, document: Document) -> None:
        self.experiments = experiments
        known = {node.name: node.id for node in document.nodes.values()}
        self.ids = {name: known[name] for name in experiments.graph.nodes if name in known}

    def to_json(self) -> JsonObject:
        found = self.experiments
        return {
            "problem": None,
            "nodes": list(self.ids.values()),
            "goal": self.ids.get(found.goal),
            "steps": [
                {**self._step(step), "phase": phase}
                for step, phase in zip(found.steps, phases(found), strict=True)
            ],
            "conclusion": found.conclusion,
            "notes": list(found.notes),
        }

    def _step(self, step: ExperimentStep) -> JsonObject:
        return {
            "set": None if step.action is None else self._action(step.action),
            "words": step_words(step, self.experiments.goal),
            "moved": [self.ids[name] for name in step.moved if name in self.ids],
            "values": [_number(step.values[name]) for name in self.ids],
            "deviations": [_number(step.deviations[name]) for name in self.ids],
            "preferences": list(self._preferences(step)),
            "belief": self._belief(step) if step.beliefs else None,
        }

    def _action(self, action: Action) -> list[object] | None:
        """Return what is set and to what; None where that node is not there."""
        name, setting = action
        return [self.ids[name], _number(setting)] if name in self.ids else None

    def _preferences(self, step: ExperimentStep) -> Iterator[list[object]]:
        """Yield actions with how likely they are, and once outcomes count what they come to."""
        expected = self.experiments.expected if step.phase == "exploit" else {}
        for action, p in sorted(step.preferences.items(), key=lambda item: -item[1]):
            told = self._action(action)
            if told is not None and p >= LEAST_PREFERENCE:
                yield [*told, _number(p), _number(expected.get(action, math.nan))]

    def _belief(self, step: ExperimentStep) -> list[list[object]]:
        """Return the edges that are believed once the step was seen."""
        from causal_magics.passive.acting.assembly import belief_graph

        return [
            [self.ids[edge.source], self.ids[edge.target], _number(edge.confidence or 0.0)]
            for edge in belief_graph(self.experiments.graph, step.beliefs).edges
            if {edge.source, edge.target} <= self.ids.keys()
        ]


def phases(experiments: Experiments) -> Iterator[str]:
    """Yield for each step "exploring 3 of 8", or "using 2 of 4"."""
    every = [step.phase for step in experiments.steps]
    for place, phase in enumerate(every):
        word = "exploring" if phase == "explore" else "using"
        yield f"{word} {every[: place + 1].count(phase)} of {every.count(phase)}"


def step_words(step: ExperimentStep, goal: str) -> str:
    """Return what was done and what moved: "Set A to +2: B ▲ 3.4 sd moved; C did not."."""
    told = {step.target}
    done, reached = "Watched", ""
    if step.action is not None:
        done = f"Set {step.action[0]} to {signed(step.action[1])}"
    if step.phase == "exploit":
        told.add(goal)
        far = f" ({_movement(step.deviations[goal])})" if goal in step.moved else ""
        reached = f"{goal} is {signed(step.values[goal])}{far}; "
    moved = [name for name in step.moved if name not in told]
    if not moved:
        return f"{done}: {reached}{'nothing else' if step.action or reached else 'nothing'} moved."
    still = [name for name in step.values if name not in told.union(moved)]
    rest = f"; {_joined(still)} did not" if still else ""
    far_off = _joined([f"{name} {_movement(step.deviations[name])}" for name in moved])
    return f"{done}: {reached}{far_off} moved{rest}."


def signed(value: float) -> str:
    """Return "+2", "+14.5", "−0.31": with fewer digits the larger it is."""
    digits = 2 if abs(value) < 1 else 1 if abs(value) < 100 else 0
    size = f"{abs(value):.{digits}f}".rstrip("0").rstrip(".") if digits else f"{abs(value):.0f}"
    return "0" if size == "0" else f"{'−' if value < 0 else '+'}{size}"


def _movement(deviation: float) -> str:
    return f"{'▲' if deviation > 0 else '▼'} {abs(deviation):.1f} sd"


def _joined(words: Sequence[str]) -> str:
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last


def _number(value: float) -> float | None:
    """Return a number as JSON has it."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None

"""A policy without weights: it sets each variable down and up, then the best it saw, four times.

What it returns has the attributes of `causal_magics.passive.acting.experiments.Experiments`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from causal_magics.errors import CausalMagicsError
from causal_magics.graph.elements import Edge
from causal_magics.graph.model import CausalGraph

Action = tuple[str, float]


@dataclass(frozen=True)
class Step:
    target: str | None
    setting: float | None
    phase: str
    values: Mapping[str, float]
    deviations: Mapping[str, float]
    preferences: Mapping[Action, float]
    beliefs: Mapping[tuple[str, str], float]

    @property
    def action(self) -> Action | None:
        return None if self.target is None or self.setting is None else (self.target, self.setting)

    @property
    def moved(self) -> tuple[str, ...]:
        others = (item for item in self.deviations.items() if item[0] != self.target)
        return tuple(name for name, each in others if abs(each) > 2)


@dataclass(frozen=True, eq=False)
class Found:
    graph: CausalGraph
    goal: str
    steps: tuple[Step, ...]
    natural: Mapping[str, tuple[float, float]]
    belief: CausalGraph
    choice: Action
    best: Action
    score: float
    expected: Mapping[Action, float]
    conclusion: str
    mechanisms: str = "drawn"
    notes: tuple[str, ...] = ()


@dataclass
class ScriptedPolicy:
    """Acts by its script; notes which graphs and goals it was asked about.

    Parameters
    ----------
    doubts : int
        So many of the last edges of the graph are believed the other way round, or not at all.
    """

    doubts: int = 0
    asked: list[tuple[CausalGraph, str | None]] = field(default_factory=list)

    def act(self, graph: CausalGraph, goal: str | None = None) -> Found:
        self.asked.append((graph, goal))
        return _acted(graph, _goal(graph, goal), self.doubts)


def _goal(graph: CausalGraph, goal: str | None) -> str:
    if len(graph.nodes) < 2:
        raise CausalMagicsError(
            f"Expected a graph of two variables or more, got {len(graph.nodes)}."
        )
    if any(edge.mark == "<->" for edge in graph.edges):
        raise CausalMagicsError("Expected a graph without <->. Draw the common cause as a node.")
    wanted = (goal,) if goal is not None else graph.outcomes
    if len(wanted) != 1 or wanted[0] not in graph.nodes:
        raise CausalMagicsError("Expected one goal. Mark a node as outcome.")
    return wanted[0]


def _acted(graph: CausalGraph, goal: str, doubts: int) -> Found:
    names = graph.nodes
    explored = [(name, sign * 2.0) for name in names if name != goal for sign in (-1, 1)]
    rows = {action: _row(graph, action) for action in explored}
    expected = {action: row[goal] for action, row in rows.items()}
    choice = max(expected, key=lambda action: expected[action])
    actions = [*explored, *[choice] * 4]
    steps = []
    for number, action in enumerate(actions):
        share = min(1.0, number / len(explored))
        steps.append(
            Step(
                action[0], action[1], "explore" if number < len(explored) else "exploit",
                rows[action], rows[action], _preferences(explored, action),
                _beliefs(graph, share, doubts),
            )
        )  # fmt: skip
    believed = [Edge(*pair, "->", each) for pair, each in steps[-1].beliefs.items() if each >= 0.5]
    told = f"Sets {choice[0]} to {choice[1]:+.0f}: {goal} comes to {expected[choice]:.1f}."
    return Found(
        graph, goal, tuple(steps), dict.fromkeys(names, (0.0, 1.0)), CausalGraph(names, believed),
        choice, choice, 1.0, expected, told,
    )  # fmt: skip


def _row(graph: CausalGraph, action: Action) -> dict[str, float]:
    """Each variable is 1.5 times the sum of its parents, and .1 besides."""
    values: dict[str, float] = {}
    for name in graph.topological_order():
        parents = sum(values[parent] for parent in graph.parents(name))
        values[name] = action[1] if name == action[0] else round(1.5 * parents + 0.1, 3)
    return {name: values[name] for name in graph.nodes}


def _preferences(actions: list[Action], chosen: Action) -> dict[Action, float]:
    rest = 0.3 / max(1, len(actions) - 1)
    return {action: 0.7 if action == chosen else rest for action in actions}


def _beliefs(graph: CausalGraph, share: float, doubts: int) -> dict[tuple[str, str], float]:
    return dict(_pairs(graph, share, doubts))


def _pairs(
    graph: CausalGraph, share: float, doubts: int
) -> Iterator[tuple[tuple[str, str], float]]:
    edges = [(edge.source, edge.target) for edge in graph.edges]
    for place, (source, target) in enumerate(edges):
        doubt = place - (len(edges) - doubts)
        if doubt == 0:
            yield (target, source), 0.2 + 0.5 * share
        elif doubt < 0:
            yield (source, target), round(0.3 + 0.65 * share, 3)

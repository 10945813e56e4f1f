"""Why an effect is not identified by adjustment, in words, and what would help."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from causal_magics.errors import shorten
from causal_magics.graph.adjustment import AdjustmentProblem
from causal_magics.graph.effect import Effect, EffectQuery
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.paths import CausalPath, iterate_paths

__all__ = ["Obstacle", "explain", "wrongly_adjusted"]

_PATHS_TRIED = 500


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why there is no formula, and what would help; each one sentence without its full stop.

    Parameters
    ----------
    reason, advice : str
    has_longer_formula : bool
        Whether the effect is identified all the same, though not with what is adjusted for.
    """

    reason: str
    advice: str
    has_longer_formula: bool = False

    def __str__(self) -> str:
        return f"{self.reason}. {self.advice}."


def explain(
    graph: CausalGraph, query: EffectQuery, problem: AdjustmentProblem, effect: Effect = "total"
) -> Obstacle:
    """Return what stands in the way of adjustment."""
    hidden = [n for n in (*query.exposure, *query.outcome) if n in graph.latents]
    if hidden:
        return Obstacle(
            f"No data show {_listed(hidden)}, which has the role latent",
            "Choose observed nodes, or a proxy that is drawn as a node of its own",
        )
    if problem.doubtful:
        return _doubt(graph, *problem.doubtful)
    if wrong := wrongly_adjusted(graph, query, problem):
        return Obstacle(
            f"Adjusted for is {_listed(wrong)}, on a causal path or behind one",
            f"Take the role adjusted from {_listed(wrong)}",
        )
    if problem.selection_harms:
        return Obstacle(
            f"The sample is selected by {_listed(graph.selections)}, which the outcome or a cause "
            "of it has a part in",
            "Data from before the selection would help",
        )
    if any(y in graph.ancestors(query.exposure) for y in query.outcome):
        return Obstacle(
            "The outcome is a cause of the exposure",
            "Swap exposure and outcome if the other effect is meant",
        )
    return _confounding(graph, query, problem, effect)


def wrongly_adjusted(
    graph: CausalGraph, query: EffectQuery, problem: AdjustmentProblem
) -> list[str]:
    """Return the nodes with the role `adjusted` that no adjustment set may hold."""
    forbidden = problem.dag.names_of(problem.forbidden)
    return sorted(set(graph.adjusted) & forbidden - {*query.exposure, *query.outcome})


def needlessly_adjusted(graph: CausalGraph, problem: AdjustmentProblem) -> list[str]:
    """Return the nodes with the role `adjusted` that an adjustment set of other nodes lacks.

    Only where they are in the way of one: there is none that holds all of them.
    """
    dag = problem.dag
    forced = dag.mask(graph.adjusted) & ~(problem.forbidden | problem.exposure | problem.outcome)
    allowed = _allowed(graph, problem)
    if not forced or next(problem.minimal_sets(forced, allowed), None) is not None:
        return []
    without = next(problem.minimal_sets(0, allowed), None)
    return [] if without is None else sorted(dag.names_of(forced & ~without))


def _allowed(graph: CausalGraph, problem: AdjustmentProblem) -> int:
    """Return the observed nodes that adjustment sets may hold."""
    barred = problem.forbidden | problem.exposure | problem.outcome
    return problem.dag.visible & ~(barred | problem.dag.mask(graph.latents))


def _doubt(graph: CausalGraph, a: str, b: str) -> Obstacle:
    if any(edge.mark == "->" for edge in graph.edges_between(a, b)):
        return Obstacle(
            f"A hidden common cause may lie behind {a} -> {b}",
            f"A node that causes {a} but is not adjacent to {b} would rule it out",
        )
    return Obstacle(
        f"The direction of the edge between {a} and {b} is open, and the effect depends on it",
        "Direct that edge, by knowledge or by an experiment",
    )


def _confounding(
    graph: CausalGraph, query: EffectQuery, problem: AdjustmentProblem, effect: Effect
) -> Obstacle:
    dag = problem.dag
    barred = problem.forbidden | problem.exposure | problem.outcome
    forced = dag.mask(graph.adjusted) & ~barred
    allowed = _allowed(graph, problem)
    # Where any set will do, all allowed ancestors together do (van der Zander et al. 2019).
    include = forced | problem.selected
    widest = dag.ancestors_of(problem.exposure | problem.outcome | include) & allowed | forced
    path = _open_path(graph, query, dag.names_of(widest))
    reason = f"No set of observed nodes blocks {path}" if path else (
        "No set of observed nodes blocks all biasing paths"
    )  # fmt: skip
    if needless := needlessly_adjusted(graph, problem):
        blamed = _listed(needless)
        return Obstacle(
            f"{reason} together with {blamed}, which has the role adjusted",
            f"Take the role adjusted from {blamed}",
            effect == "total",
        )
    helpful = next(problem.minimal_sets(forced, dag.visible & ~barred), None)
    measured = sorted(dag.names_of(helpful or 0) & set(graph.latents))
    if measured:
        return Obstacle(reason, f"Measuring {_listed(measured)} would identify it")
    return Obstacle(
        reason, "A mediator that the hidden cause leaves alone, or an instrument, would help"
    )


def _open_path(graph: CausalGraph, query: EffectQuery, given: frozenset[str]) -> CausalPath | None:
    some = islice(iterate_paths(graph, query.exposure, query.outcome, given), _PATHS_TRIED)
    return next((path for path in some if path.kind == "biasing" and path.is_open), None)


def _listed(names: tuple[str, ...] | list[str]) -> str:
    shown = [shorten(name)[1:-1] for name in names]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"

"""Everything of the package that writes a file or a folder of the user's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from language.tiny_models import CORPUS
from oracles.acting_policies import BestSeen
from oracles.known_strata import Known
from passive.language_learner.reading_models import Reader
from passive.learner.small_policies import SMALL, drawn_policy
from probing import known_tables as known
from probing.test_mediation_effects import PAIRS
from pruning.tiny_workloads import PRONOUNS, tiny_model, tiny_workload

from causal_magics.counterfactual.decisions.targeting import target
from causal_magics.counterfactual.decisions.targeting_result import Targeting
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds
from causal_magics.data.simulation import simulate
from causal_magics.discovery.discover import Discovery, discover
from causal_magics.graph.interchange import export_graph, import_graph
from causal_magics.graph.model import CausalGraph
from causal_magics.passive.acting.act import act
from causal_magics.passive.acting.experiments import Experiments
from causal_magics.passive.evaluation.evaluate_policy import evaluate_policy
from causal_magics.passive.evaluation.policy_evaluation import PolicyEvaluation
from causal_magics.passive.evaluation.two_by_two import TwoByTwo, two_by_two
from causal_magics.passive.intervention_log import InterventionLog, record_log
from causal_magics.passive.language_learner.study import language_study
from causal_magics.passive.language_learner.study_result import LanguageStudy
from causal_magics.passive.learner.policy import Policy
from causal_magics.passive.worlds.environment import CausalEnvironment
from causal_magics.probing.mediation import mediate
from causal_magics.probing.mediation_result import Mediation
from causal_magics.probing.probe import Probe, probe
from causal_magics.probing.prompt_pairs import aligned_pairs
from causal_magics.pruning.frontier import frontier
from causal_magics.pruning.frontier_result import Frontier
from causal_magics.pruning.prune import prune
from causal_magics.pruning.pruning_result import Pruning

__all__ = ["WRITERS", "Writer"]

GRAPH = CausalGraph.parse("Smoking -> Tar -> Cancer; Gene -> Cancer; Gene -> Smoking")
STRATA = Known.random(5, 2, seed=4)


@dataclass(frozen=True)
class Writer:
    """What is written, how, and how it is read again.

    Attributes
    ----------
    make : callable
        Returns a value; 0 and 1 give different ones where that is cheap.
    save : callable
        Takes a value and a path.
    load : callable
        Takes a path and returns what is compared.
    """

    make: Callable[[int], Any]
    save: Callable[[Any, Path], object]
    load: Callable[[Path], object]


def _written(value: Any, path: Path) -> None:
    value.save(path)


def _of(kind: Any, make: Callable[[int], Any]) -> Writer:
    return Writer(cache(make), _written, lambda path: repr(kind.load(path)))


def _discovery(version: int) -> Discovery:
    return discover(simulate("joint", 4, 150 + version, seed=version).frame, progress=False)


def _mediation(_version: int) -> Mediation:
    return mediate(aligned_pairs(PAIRS, tiny_model()), tiny_model())


def _probe(_version: int) -> Probe:
    return probe(known.GRAPH, known.TEMPLATES, known.selected_model(), values=known.VALUES)


def _bounds(version: int) -> UnitBounds:
    return STRATA.bounds([1.0, 0.2, 0.0, -2.0 - version], share=[0.1, 0.2, 0.3, 0.25, 0.15])


def _targeting(version: int) -> Targeting:
    return target(_bounds(0), 0.4 + 0.1 * version, population=1)


def _policy(version: int) -> Policy:
    return drawn_policy("flat" if version else "axial")


def _log(version: int) -> InterventionLog:
    return record_log(SMALL, episodes=40 + version)


def _evaluation(version: int) -> PolicyEvaluation:
    return evaluate_policy("oracle", SMALL, n_tasks=20 + version, baselines=False, progress=False)


def _two_by_two(_version: int) -> TwoByTwo:
    acting, watching = drawn_policy("axial"), drawn_policy("axial", hidden="goal value")
    world = CausalEnvironment(4)
    return two_by_two(acting, watching, world, n_tasks=20, baselines=False, progress=False)


def _experiments(_version: int) -> Experiments:
    return act(BestSeen(believed=np.zeros((4, 4))), GRAPH, noise=0.01)


def _study(_version: int) -> LanguageStudy:
    return language_study(Reader(), n_tasks=20, seeds=2, shots=(0,), progress=False)


def _frontier(_version: int) -> Frontier:
    workload = tiny_workload()
    options: dict[str, Any] = {"alphas": (0.1,), "gammas": (0.2,), "method": "gradient"}
    return frontier(workload, workload, **options)


@cache
def pruned() -> Pruning:
    """Return a small model pruned in one step."""
    return prune(
        tiny_model(), PRONOUNS, text=[CORPUS * 8, CORPUS * 8], n_windows=2, ratio=0.25,
        strategy="one-shot",
    )  # fmt: skip


def _pruning(version: int) -> Pruning:
    return pruned().with_heads([(2, 2)]) if version else pruned()


def _of_folder(path: Path) -> str:
    """Return which heads the result tells, and which the model beside it lacks."""
    from causal_magics.language.head_record import HeadRecord
    from causal_magics.language.loading import load_model

    result = Pruning.load(path, tiny_model())
    model: Any = load_model(str(path))
    record = HeadRecord.of(model.network.config)
    assert record is not None
    assert record.heads == result.heads, "the result is of another model than the one beside it"
    return repr(result)


def _graph(version: int) -> CausalGraph:
    return GRAPH.add_node("Age") if version else GRAPH


def _exported(graph: CausalGraph, path: Path, form: Any) -> None:
    export_graph(graph, form, path)


WRITERS: dict[str, Writer] = {
    "a discovery": _of(Discovery, _discovery),
    "a mediation": _of(Mediation, _mediation),
    "a probe": _of(Probe, _probe),
    "bounds": _of(UnitBounds, _bounds),
    "a targeting": _of(Targeting, _targeting),
    "a policy": _of(Policy, _policy),
    "a log": _of(InterventionLog, _log),
    "an evaluation": _of(PolicyEvaluation, _evaluation),
    "a 2 by 2": _of(TwoByTwo, _two_by_two),
    "experiments": _of(Experiments, _experiments),
    "a study of language": _of(LanguageStudy, _study),
    "a frontier": _of(Frontier, _frontier),
    "a pruned model": Writer(cache(_pruning), _written, _of_folder),
    "a graph as text": Writer(
        _graph, partial(_exported, form="notation"),
        lambda path: import_graph(path, "notation"),
    ),
    "a graph as SVG": Writer(
        _graph, partial(_exported, form="svg"), lambda path: path.read_text().endswith("</svg>\n")
    ),
}  # fmt: skip

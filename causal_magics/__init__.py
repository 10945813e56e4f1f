"""The causal workbench for notebooks: one causal graph through every `%%causal` cell."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from causal_magics.counterfactual.bounding.bounds import Bounds
    from causal_magics.counterfactual.bounding.instruments import instrumental_bounds
    from causal_magics.counterfactual.bounding.payoff import Payoff
    from causal_magics.counterfactual.bounding.probabilities import benefit, pn, pns, ps
    from causal_magics.counterfactual.decisions.phase_map import phase_map
    from causal_magics.counterfactual.decisions.targeting import target
    from causal_magics.counterfactual.decisions.targeting_result import Targeting
    from causal_magics.counterfactual.frames.bounds_of_frame import bounds
    from causal_magics.counterfactual.frames.unit_bounds import UnitBounds
    from causal_magics.counterfactual.graphs.counterfactual_queries import CounterfactualQuery
    from causal_magics.counterfactual.graphs.discrete_graphs import graph_bounds
    from causal_magics.counterfactual.graphs.narrowing import Narrowing, narrow
    from causal_magics.data.samples import sample, samples
    from causal_magics.data.structural_fit import fit_structural_model
    from causal_magics.data.structural_model import StructuralModel
    from causal_magics.discovery.discover import Discovery, discover
    from causal_magics.errors import CausalMagicsError
    from causal_magics.graph.comparison import Comparison, compare, edits
    from causal_magics.graph.identification import Identification, identify
    from causal_magics.graph.model import CausalGraph, Edge, Knowledge, Node
    from causal_magics.graph.prior import EdgePrior
    from causal_magics.language.catalogue import models
    from causal_magics.language.loading import load_model
    from causal_magics.language.protocol import LanguageModel
    from causal_magics.language.table_model import Joint, TableModel
    from causal_magics.magics.extension import load_ipython_extension, unload_ipython_extension
    from causal_magics.passive.acting.act import act
    from causal_magics.passive.acting.experiments import Experiments
    from causal_magics.passive.evaluation.evaluate_policy import evaluate_policy
    from causal_magics.passive.evaluation.ideal_observer import IdealObserver
    from causal_magics.passive.evaluation.policy_evaluation import PolicyEvaluation
    from causal_magics.passive.evaluation.two_by_two import TwoByTwo, two_by_two
    from causal_magics.passive.intervention_log import InterventionLog, record_log
    from causal_magics.passive.language_learner.study import language_study
    from causal_magics.passive.learner.planner import Planner
    from causal_magics.passive.learner.policy import Policy
    from causal_magics.passive.learner.policy_storage import load_policy
    from causal_magics.passive.learner.train import train
    from causal_magics.passive.worlds.environment import CausalEnvironment
    from causal_magics.probing.asked_prior import AskedPrior
    from causal_magics.probing.asking import ask
    from causal_magics.probing.context_study import context_study
    from causal_magics.probing.mcmilin import date_study, open_study, place_study
    from causal_magics.probing.mediation import mediate
    from causal_magics.probing.mediation_result import Mediation
    from causal_magics.probing.probe import Probe, probe
    from causal_magics.probing.prompt_pairs import PromptPair, gender_pairs
    from causal_magics.probing.text_study import text_study
    from causal_magics.probing.underspecification import underspecification
    from causal_magics.pruning.measure_catalogue import bias_measure, bias_measures
    from causal_magics.pruning.prune import prune
    from causal_magics.pruning.pruning_result import Pruning
    from causal_magics.widgets.episode_timeline import EpisodeTimeline, timeline
    from causal_magics.widgets.graph_editor import GraphEditor
    from causal_magics.widgets.head_map import HeadMap
    from causal_magics.widgets.head_maps import head_map
    from causal_magics.widgets.opening import attach, edit
    from causal_magics.widgets.payoff_explorer import PayoffExplorer, explore

__version__ = "0.1.0"

__all__ = [
    "AskedPrior",
    "Bounds",
    "CausalEnvironment",
    "CausalGraph",
    "CausalMagicsError",
    "Comparison",
    "CounterfactualQuery",
    "Discovery",
    "Edge",
    "EdgePrior",
    "EpisodeTimeline",
    "Experiments",
    "GraphEditor",
    "HeadMap",
    "IdealObserver",
    "Identification",
    "InterventionLog",
    "Joint",
    "Knowledge",
    "LanguageModel",
    "Mediation",
    "Narrowing",
    "Node",
    "Payoff",
    "PayoffExplorer",
    "Planner",
    "Policy",
    "PolicyEvaluation",
    "Probe",
    "PromptPair",
    "Pruning",
    "StructuralModel",
    "TableModel",
    "Targeting",
    "TwoByTwo",
    "UnitBounds",
    "act",
    "ask",
    "attach",
    "benefit",
    "bias_measure",
    "bias_measures",
    "bounds",
    "compare",
    "context_study",
    "date_study",
    "discover",
    "edit",
    "edits",
    "evaluate_policy",
    "explore",
    "fit_structural_model",
    "gender_pairs",
    "graph_bounds",
    "head_map",
    "identify",
    "instrumental_bounds",
    "language_study",
    "load_ipython_extension",
    "load_model",
    "load_policy",
    "mediate",
    "models",
    "narrow",
    "open_study",
    "phase_map",
    "place_study",
    "pn",
    "pns",
    "probe",
    "prune",
    "ps",
    "record_log",
    "sample",
    "samples",
    "target",
    "text_study",
    "timeline",
    "train",
    "two_by_two",
    "underspecification",
    "unload_ipython_extension",
]

_HOMES = {
    "causal_magics.counterfactual.bounding.bounds": ("Bounds",),
    "causal_magics.counterfactual.bounding.instruments": ("instrumental_bounds",),
    "causal_magics.counterfactual.bounding.payoff": ("Payoff",),
    "causal_magics.counterfactual.bounding.probabilities": ("benefit", "pn", "pns", "ps"),
    "causal_magics.counterfactual.decisions.phase_map": ("phase_map",),
    "causal_magics.counterfactual.decisions.targeting": ("target",),
    "causal_magics.counterfactual.decisions.targeting_result": ("Targeting",),
    "causal_magics.counterfactual.frames.bounds_of_frame": ("bounds",),
    "causal_magics.counterfactual.frames.unit_bounds": ("UnitBounds",),
    "causal_magics.counterfactual.graphs.counterfactual_queries": ("CounterfactualQuery",),
    "causal_magics.counterfactual.graphs.discrete_graphs": ("graph_bounds",),
    "causal_magics.counterfactual.graphs.narrowing": ("Narrowing", "narrow"),
    "causal_magics.data.samples": ("sample", "samples"),
    "causal_magics.data.structural_fit": ("fit_structural_model",),
    "causal_magics.data.structural_model": ("StructuralModel",),
    "causal_magics.discovery.discover": ("Discovery", "discover"),
    "causal_magics.errors": ("CausalMagicsError",),
    "causal_magics.graph.comparison": ("Comparison", "compare", "edits"),
    "causal_magics.graph.identification": ("Identification", "identify"),
    "causal_magics.graph.model": ("CausalGraph", "Edge", "Knowledge", "Node"),
    "causal_magics.graph.prior": ("EdgePrior",),
    "causal_magics.language.catalogue": ("models",),
    "causal_magics.language.loading": ("load_model",),
    "causal_magics.language.protocol": ("LanguageModel",),
    "causal_magics.language.table_model": ("Joint", "TableModel"),
    "causal_magics.magics.extension": ("load_ipython_extension", "unload_ipython_extension"),
    "causal_magics.passive.acting.act": ("act",),
    "causal_magics.passive.acting.experiments": ("Experiments",),
    "causal_magics.passive.evaluation.evaluate_policy": ("evaluate_policy",),
    "causal_magics.passive.evaluation.ideal_observer": ("IdealObserver",),
    "causal_magics.passive.evaluation.policy_evaluation": ("PolicyEvaluation",),
    "causal_magics.passive.evaluation.two_by_two": ("TwoByTwo", "two_by_two"),
    "causal_magics.passive.intervention_log": ("InterventionLog", "record_log"),
    "causal_magics.passive.language_learner.study": ("language_study",),
    "causal_magics.passive.learner.planner": ("Planner",),
    "causal_magics.passive.learner.policy": ("Policy",),
    "causal_magics.passive.learner.policy_storage": ("load_policy",),
    "causal_magics.passive.learner.train": ("train",),
    "causal_magics.passive.worlds.environment": ("CausalEnvironment",),
    "causal_magics.probing.asked_prior": ("AskedPrior",),
    "causal_magics.probing.asking": ("ask",),
    "causal_magics.probing.context_study": ("context_study",),
    "causal_magics.probing.mcmilin": ("date_study", "open_study", "place_study"),
    "causal_magics.probing.mediation": ("mediate",),
    "causal_magics.probing.mediation_result": ("Mediation",),
    "causal_magics.probing.probe": ("Probe", "probe"),
    "causal_magics.probing.prompt_pairs": ("PromptPair", "gender_pairs"),
    "causal_magics.probing.text_study": ("text_study",),
    "causal_magics.probing.underspecification": ("underspecification",),
    "causal_magics.pruning.measure_catalogue": ("bias_measure", "bias_measures"),
    "causal_magics.pruning.prune": ("prune",),
    "causal_magics.pruning.pruning_result": ("Pruning",),
    "causal_magics.widgets.episode_timeline": ("EpisodeTimeline", "timeline"),
    "causal_magics.widgets.graph_editor": ("GraphEditor",),
    "causal_magics.widgets.head_map": ("HeadMap",),
    "causal_magics.widgets.head_maps": ("head_map",),
    "causal_magics.widgets.opening": ("attach", "edit"),
    "causal_magics.widgets.payoff_explorer": ("PayoffExplorer", "explore"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that the import stays quick."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

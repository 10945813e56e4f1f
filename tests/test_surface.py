"""The public surface: pinned, so that no name comes or goes unnoticed."""

from __future__ import annotations

import inspect
import subprocess
import sys

import causal_magics

PUBLIC = {
    "AskedPrior", "Bounds", "CausalEnvironment", "CausalGraph", "CausalMagicsError",
    "Comparison", "CounterfactualQuery", "Discovery", "Edge", "EdgePrior", "EpisodeTimeline",
    "Experiments", "GraphEditor", "HeadMap", "IdealObserver", "Identification",
    "InterventionLog", "Joint", "Knowledge", "LanguageModel", "Mediation", "Narrowing", "Node",
    "Payoff", "PayoffExplorer", "Planner", "Policy", "PolicyEvaluation", "Probe", "PromptPair",
    "Pruning", "StructuralModel", "TableModel", "Targeting", "TwoByTwo", "UnitBounds", "act",
    "ask", "attach", "benefit", "bias_measure", "bias_measures", "bounds", "compare",
    "context_study", "date_study", "discover", "edit", "edits", "evaluate_policy", "explore",
    "fit_structural_model", "gender_pairs", "graph_bounds", "head_map", "identify",
    "instrumental_bounds", "language_study", "load_ipython_extension", "load_model",
    "load_policy", "mediate", "models", "narrow", "open_study", "phase_map", "place_study",
    "pn", "pns", "probe", "prune", "ps", "record_log", "sample", "samples", "target",
    "text_study", "timeline", "train", "two_by_two", "underspecification",
    "unload_ipython_extension",
}  # fmt: skip

IN_NO_IMPORT = "torch", "transformers", "matplotlib", "pandas", "IPython", "numba", "scipy"


def test_the_surface_is_pinned() -> None:
    assert set(causal_magics.__all__) == PUBLIC
    assert set(dir(causal_magics)) >= PUBLIC


def test_every_public_name_is_there_and_documented() -> None:
    for name in sorted(PUBLIC):
        documentation = inspect.getdoc(getattr(causal_magics, name))
        assert documentation, f"{name} has no docstring"
        assert documentation.strip()


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, causal_magics; from causal_magics import CausalGraph;"
        f"print([m for m in {IN_NO_IMPORT!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

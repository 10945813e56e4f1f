"""The public surface: pinned, so that no name comes or goes unnoticed."""

from __future__ import annotations

import inspect
import subprocess
import sys

import causal_magics

PUBLIC = {
    "AskedPrior", "two_by_two", "evaluate_policy", "Experiments", "act", "InterventionLog", "record_log", "CausalEnvironment", "load_policy", "Policy", "train", "Bounds", "CausalGraph", "CausalMagicsError", "Comparison",
    "CounterfactualQuery", "Discovery", "Edge", "EdgePrior", "EpisodeTimeline", "GraphEditor",
    "HeadMap", "Identification", "Joint", "Knowledge", "LanguageModel", "Mediation", "Narrowing",
    "Node", "Payoff", "PayoffExplorer", "Probe", "PromptPair", "Pruning", "TableModel",
    "Targeting", "UnitBounds", "ask", "benefit", "bias_measure", "bias_measures", "bounds",
    "compare", "date_study", "discover", "edit", "edits", "explore", "gender_pairs",
    "graph_bounds", "head_map", "identify", "instrumental_bounds", "load_ipython_extension",
    "load_model", "mediate", "models", "narrow", "open_study", "phase_map", "place_study", "pn",
    "pns", "probe", "prune", "ps", "sample", "samples", "target", "text_study", "timeline",
    "underspecification", "unload_ipython_extension",
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

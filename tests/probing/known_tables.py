"""Exact models of selected texts, made of tables."""

from __future__ import annotations

import numpy as np

from causal_magics.graph.model import CausalGraph
from causal_magics.language.table_model import Joint, TableModel

GRAPH = CausalGraph.parse("{Date Place Gender} -> Kept\nKept [selected]\nMood")
DATES = ("1801", "1850", "1900", "1950", "2000")
PLACES = ("Iran", "Egypt", "Japan", "France", "Iceland")
TEMPLATES = (
    "In {Date}, in {Place}, {Gender} was a child.",
    "In {Place} in {Date}, {Gender} grew up.",
)
VALUES = {"Date": ", ".join(DATES), "Place": ", ".join(PLACES), "Gender": "f = she | m = he"}
P_DATE = np.array([0.1, 0.1, 0.2, 0.3, 0.3])
P_PLACE = np.array([0.3, 0.2, 0.2, 0.1, 0.2])
P_GENDER = np.array([0.6, 0.4])


def selection() -> np.ndarray:
    """Return P(kept | date, place, gender)."""
    late, place = np.linspace(0.0, 1.0, 5)[:, None], np.linspace(0.0, 1.0, 5)[None, :]
    she = 0.1 + 0.5 * late + 0.2 * place
    he = 0.8 - 0.3 * late - 0.1 * place
    return np.stack(np.broadcast_arrays(she, he), axis=-1)


def joint(kept: np.ndarray | None = None) -> Joint:
    """Return the distribution of kept texts; of the population where all are kept."""
    table = P_DATE[:, None, None] * P_PLACE[:, None] * P_GENDER
    table = table if kept is None else table * kept
    levels = {"Date": DATES, "Place": PLACES, "Gender": ("she", "he")}
    return Joint(levels, table / table.sum())


def selected_model() -> TableModel:
    return TableModel(joint(selection()), TEMPLATES, model_id="selected texts")


def population_model() -> TableModel:
    return TableModel(joint(), TEMPLATES, model_id="all texts")


def share_given(table: Joint) -> np.ndarray:
    """Return P(gender | date, place)."""
    return table.probabilities / table.probabilities.sum(axis=-1, keepdims=True)

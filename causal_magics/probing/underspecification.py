"""Texts that leave a word open: told by how far it moves with what should not matter.

McMilin, "Underspecification in language modeling tasks" (2023): the same sentence at both ends of a
scale; where nothing in it settles the word, its probability follows the scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.errors import PromptError, shorten
from causal_magics.graph.model import CausalGraph
from causal_magics.language.loading import model_of
from causal_magics.language.protocol import LanguageModel
from causal_magics.options import check_kind, check_option
from causal_magics.probing.measuring import Measure, measure_texts
from causal_magics.probing.prompts import NodeValues, Prompts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Underspecification", "underspecification"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Underspecification:
    """How well the movement of a word tells open sentences from settled ones.

    Parameters
    ----------
    model_id : str
    ends : (str, str)
        The first and the last value.
    sentences : tuple of str
    underspecified : array of bool, shape (sentences,)
        Which leave the word open.
    movements : array, shape (sentences,)
        Percentage points by which the groups' probabilities move from the first to the last value:
        half the sum of their absolute changes, which for two groups is the change of either.
    threshold : float
        Percentage points; a sentence that moves more is called underspecified.
    """

    model_id: str
    ends: tuple[str, str]
    sentences: tuple[str, ...]
    underspecified: NDArray[np.bool_]
    movements: Floats
    threshold: float

    @property
    def thresholds(self) -> Floats:
        """Every threshold at which a call changes, the highest first."""
        return np.append(np.unique(self.movements)[::-1], -1.0)

    def rates_at(self, threshold: float) -> tuple[float, float]:
        """Return the shares called underspecified: of those that are settled, of those open."""
        called = self.movements > threshold
        settled, is_open = called[~self.underspecified], called[self.underspecified]
        return float(settled.mean()), float(is_open.mean())

    @property
    def false_positive_rates(self) -> Floats:
        """Shares of settled sentences called underspecified, by threshold."""
        return np.array([self.rates_at(threshold)[0] for threshold in self.thresholds])

    @property
    def true_positive_rates(self) -> Floats:
        """Shares of underspecified sentences called so, by threshold."""
        return np.array([self.rates_at(threshold)[1] for threshold in self.thresholds])

    @property
    def auc(self) -> float:
        """Probability that an open sentence moves more than a settled one; ties count half."""
        moved = self.movements[self.underspecified][:, None]
        still = self.movements[~self.underspecified][None, :]
        return float(np.mean((moved > still) + 0.5 * (moved == still)))

    def balanced_accuracy(self, threshold: float | None = None) -> float:
        """Return the mean share of right calls over the two kinds of sentences.

        Parameters
        ----------
        threshold : float, optional
            Percentage points; that of the result where left out.
        """
        wrong, right = self.rates_at(self.threshold if threshold is None else threshold)
        return 0.5 * (right + 1.0 - wrong)

    def __repr__(self) -> str:
        count = int(self.underspecified.sum())
        return (
            f"<Underspecification of {self.model_id}: {count} open and "
            f"{len(self.sentences) - count} settled sentences, AUC {self.auc:.2f}, balanced "
            f"accuracy {self.balanced_accuracy():.2f} at {self.threshold:g} pp>"
        )

    def _repr_html_(self) -> str:
        order = np.argsort(-self.movements, kind="stable")
        kinds = ("settled", "open")
        rows = [
            [self.sentences[i], kinds[int(self.underspecified[i])], f"{self.movements[i]:.2f}"]
            for i in order
        ]
        ends = " to ".join(self.ends)
        return html_table(["sentence", "word", f"moves from {ends}, pp"], rows, repr(self)[1:-1])

    def to_frame(self) -> Any:
        """Return one row per sentence: `sentence`, `underspecified`, `movement`, `called`."""
        return new_frame({
            "sentence": list(self.sentences),
            "underspecified": self.underspecified.tolist(),
            "movement": self.movements.tolist(),
            "called": (self.movements > self.threshold).tolist(),
        })  # fmt: skip

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the ROC curve over all thresholds.

        Parameters
        ----------
        ax
            Where to draw; a new figure where left out.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.probing.probe_plotting import plot_roc

        return plot_roc(self, ax)


def underspecification(
    graph: CausalGraph,
    underspecified: Sequence[str],
    specified: Sequence[str],
    values: Mapping[str, Any],
    model: LanguageModel | str | Path = "smollm2",
    *,
    measure: Measure = "sentence",
    threshold: float = 0.5,
) -> Underspecification:
    """Tell sentences that leave a word open by how far it moves between the ends of a scale.

    Parameters
    ----------
    graph : CausalGraph
    underspecified, specified : sequence of str
        Templates with the same two nodes: one with values, one with groups of words.
    values : mapping
        As `probe` takes them. Of the values the first and the last are used.
    model, measure
        As `probe` takes them.
    threshold : float
        Percentage points; results hold all thresholds beside it.

    Returns
    -------
    Underspecification

    Raises
    ------
    PromptError
        Where either list is empty, or where templates do not hold the same two nodes.
    OptionError
        Where there is no such measure, or templates or values are of another kind.
    LanguageModelError
    """
    check_option("measure", measure, get_args(Measure))
    for kind, templates in (("underspecified", underspecified), ("specified", specified)):
        check_kind(f"a list of {kind} templates", templates, Sequence)
        if isinstance(templates, str) or not templates:
            raise PromptError(
                f"Expected a list of {kind} templates, got {shorten(str(templates))}."
            )
    if not threshold >= 0.0:
        raise PromptError(f"Expected a threshold of 0 points or more, got {threshold}.")
    prompts = Prompts.of(graph, [*underspecified, *specified], values)
    condition = _only_condition(prompts)
    asked = NodeValues.of(prompts.values[condition])
    ends = (asked.labels[0], asked.labels[-1])
    prompts = Prompts.of(
        graph, [*underspecified, *specified], {**prompts.values, condition: list(ends)}
    )
    scorer = model_of(model)
    (found,) = measure_texts(scorer, prompts, graph.nodes, measure)
    first, last = found.curves(condition)[:, 0], found.curves(condition)[:, 1]
    return Underspecification(
        scorer.model_id, ends, found.templates,
        np.arange(len(found.templates)) < len(underspecified),
        50.0 * np.abs(last - first).sum(axis=1), float(threshold),
    )  # fmt: skip


def _only_condition(prompts: Prompts) -> str:
    first = set(prompts.templates[0].nodes)
    conditions = [name for name in sorted(first) if not prompts.values[name].grouped]
    for template in prompts.templates:
        if len(conditions) != 1 or len(first) != 2 or set(template.nodes) != first:
            raise PromptError(
                "Expected templates with the same two nodes, one with values and one with groups "
                f"of words, got {shorten(template.text)} with {', '.join(template.nodes)}. "
                "Rewrite it."
            )
    return conditions[0]

"""What a search for heads to prune found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.language.head_panels import Head, head_names
from causal_magics.pruning.verification import careful_rise
from causal_magics.pruning.workload import Change, Evaluation

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Search", "Stopped", "Verified"]

Stopped = Literal["nothing more helps", "enough heads", "interrupted"]
_HEAD = ("", "heads", "bias", "perplexity", "")


@dataclass(frozen=True, eq=False)
class Verified:
    """A set of heads, and the model without them.

    Parameters
    ----------
    heads : tuple of (layer, head)
    evaluation : Evaluation
    round : int
        In which round of the search it was tried; 0 for what it started from.
    taken : bool
        Whether the search went on from there.
    """

    heads: tuple[Head, ...]
    evaluation: Evaluation
    round: int
    taken: bool


@dataclass(frozen=True, eq=False)
class Search:
    """The heads that were found, and every set that was verified on the way.

    Parameters
    ----------
    base : Evaluation
        Of the whole model.
    path : tuple of Verified
        In the order in which they were tried.
    budget : float
        By what share perplexity could rise.
    measure, model_id : str
        Names.
    stopped : {"nothing more helps", "enough heads", "interrupted"}
        Why it ended.
    """

    base: Evaluation
    path: tuple[Verified, ...]
    budget: float
    measure: str
    model_id: str
    stopped: Stopped

    @cached_property
    def best(self) -> Verified:
        """The set of least bias within the budget; the whole model where there is none.

        Within it is what keeps to it with a standard error over windows to spare.
        """
        whole = Verified((), self.base, 0, True)
        within = [
            each for each in self.path if careful_rise(self.base, each.evaluation) <= self.budget
        ]
        return min([whole, *within], key=lambda each: (each.evaluation.bias, len(each.heads)))

    @property
    def heads(self) -> tuple[Head, ...]:
        """The heads of the best set."""
        return self.best.heads

    @cached_property
    def bias(self) -> Change:
        """How bias changes without the best set, on what was searched with."""
        return self.base.bias_change(self.best.evaluation)

    @cached_property
    def perplexity(self) -> Change:
        """How perplexity changes without the best set, on what was searched with."""
        return self.base.perplexity_change(self.best.evaluation)

    def to_frame(self) -> Any:
        """Return one row for each verified set, in a data frame.

        Columns `round`, `taken`, `n_heads`, `heads`, `bias`, `bias_change`, `perplexity` and
        `perplexity_change` (shares of the whole model's).
        """
        ends = [each.evaluation for each in self.path]
        bias, perplexity = (np.array(part) for part in zip(
            *((each.bias, each.perplexity) for each in ends), strict=True
        ))  # fmt: skip
        return new_frame(
            {
                "round": [each.round for each in self.path],
                "taken": [each.taken for each in self.path],
                "n_heads": [len(each.heads) for each in self.path],
                "heads": [head_names(each.heads) for each in self.path],
                "bias": bias,
                "bias_change": bias / self.base.bias - 1.0,
                "perplexity": perplexity,
                "perplexity_change": perplexity / self.base.perplexity - 1.0,
            }
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw bias over perplexity: every verified set, and the way that was taken.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.pruning.selection_plotting import plot_search

        return plot_search(self, ax)

    def __repr__(self) -> str:
        return (
            f"<Search {self.measure} of {self.model_id}: {len(self.heads)} heads, bias "
            f"{self.bias}, perplexity {self.perplexity}, {len(self.path)} sets verified, "
            f"{self.stopped}>"
        )

    def _repr_html_(self) -> str:
        rows = [
            [
                f"round {each.round}", head_names(each.heads),
                str(self.base.bias_change(each.evaluation)),
                str(self.base.perplexity_change(each.evaluation)),
                "best" if each is self.best else "",
            ]
            for each in self.path
            if each.taken
        ]  # fmt: skip
        caption = (
            f"{self.measure} of {self.model_id}, judged by what was searched with: judge the heads "
            "by other prompts and text."
        )
        return html_table(_HEAD, rows, caption)

"""What pruning more or less does to bias and to perplexity."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.data.saved_arrays import expecting, load_with_header, save_with_header
from causal_magics.errors import PruningError
from causal_magics.language.head_panels import Head
from causal_magics.pruning.workload import Change

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Frontier", "FrontierPoint"]

_FORMAT = "causal-magics frontier 1"
_SIDES = ("train_bias", "train_perplexity", "bias", "perplexity")
_HEAD = ("method", "α", "γ", "heads", "bias", "perplexity", "bias (chosen by)",
         "perplexity (chosen by)")  # fmt: skip


@dataclass(frozen=True)
class FrontierPoint:
    """One set of heads, and what pruning it does.

    Parameters
    ----------
    method : str
        ``"FASP"``, a baseline, or another name.
    alpha, gamma : float
        Shares of heads pruned and protected; gamma is NaN where none is protected.
    heads : tuple of (layer, head)
    train_bias, train_perplexity : Change
        By the prompts and text that heads were chosen by.
    bias, perplexity : Change
        By others.
    """

    method: str
    alpha: float
    gamma: float
    heads: tuple[Head, ...]
    train_bias: Change
    train_perplexity: Change
    bias: Change
    perplexity: Change


@dataclass(frozen=True)
class Frontier:
    """Sets of heads, and what pruning each does to prompts and text that it was not chosen by.

    Parameters
    ----------
    points : tuple of FrontierPoint
    measure, model_id : str
        Names.
    """

    points: tuple[FrontierPoint, ...]
    measure: str
    model_id: str

    @cached_property
    def curve(self) -> tuple[FrontierPoint, ...]:
        """The Pareto curve, from most bias to most perplexity.

        No other point has less of both; of points that are alike the first counts.
        """
        found: list[FrontierPoint] = []
        for point in sorted(self.points, key=lambda each: (each.perplexity.after, each.bias.after)):
            if not found or point.bias.after < found[-1].bias.after:
                found.append(point)
        return tuple(found)

    def best(self, budget: float = 0.02) -> FrontierPoint | None:
        """Return the point of least bias within a budget of perplexity, or None.

        Both by what heads were chosen by, so that the figures by other prompts and text stay an
        honest judgement.
        """
        within = [each for each in self.points if each.train_perplexity.share <= budget]
        return min(within, key=lambda each: each.train_bias.share, default=None)

    def to_frame(self) -> Any:
        """Return one row for each point.

        Columns `method`, `alpha`, `gamma`, `n_heads`, `on_curve`, and of `train_bias`,
        `train_perplexity`, `bias` and `perplexity` each the change as a share, with `_low` and
        `_high` for its interval.
        """
        columns: dict[str, Any] = {
            "method": [each.method for each in self.points],
            "alpha": [each.alpha for each in self.points],
            "gamma": [each.gamma for each in self.points],
            "n_heads": [len(each.heads) for each in self.points],
            "on_curve": [each in self.curve for each in self.points],
        }
        for side in _SIDES:
            changes = [getattr(each, side) for each in self.points]
            columns[side] = [change.share for change in changes]
            columns[f"{side}_low"] = [change.lower for change in changes]
            columns[f"{side}_high"] = [change.upper for change in changes]
        return new_frame(columns)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw bias over perplexity on other prompts and text, with intervals and the curve.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.pruning.selection_plotting import plot_frontier

        return plot_frontier(self, ax)

    def __repr__(self) -> str:
        return (
            f"<Frontier {self.measure} of {self.model_id}: {len(self.points)} points, "
            f"{len(self.curve)} on the curve>"
        )

    def _repr_html_(self) -> str:
        rows = [
            [each.method, f"{each.alpha:.3g}", f"{each.gamma:.3g}".replace("nan", ""),
             str(len(each.heads)), str(each.bias), str(each.perplexity), str(each.train_bias),
             str(each.train_perplexity)]
            for each in self.curve
        ]  # fmt: skip
        caption = (
            f"{self.measure} of {self.model_id}: the Pareto curve of {len(self.points)} points, by "
            "prompts and text that heads were not chosen by."
        )
        return html_table(_HEAD, rows, caption)

    # ------------------------------------------------------------------ files

    def save(self, path: str | PathLike[str]) -> None:
        """Write the points to a file.

        Raises
        ------
        StorageError
            Where it cannot be written; what stood there before stays.
        """
        header = {
            "measure": self.measure, "model_id": self.model_id,
            "methods": [each.method for each in self.points],
            "heads": [each.heads for each in self.points],
        }  # fmt: skip
        changes = [[astuple(getattr(each, side)) for side in _SIDES] for each in self.points]
        save_with_header(
            path,
            _FORMAT,
            header,
            {
                "shares": np.array([(each.alpha, each.gamma) for each in self.points]),
                "changes": np.array(changes),
            },
        )

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Frontier:
        """Read what `save` wrote.

        Raises
        ------
        PruningError
            Where the file is no saved frontier.
        """
        with expecting("a saved frontier", path, "Frontier.save", PruningError):
            header, stored = load_with_header(path, _FORMAT)
            rows = zip(
                header["methods"], stored["shares"].tolist(), header["heads"],
                stored["changes"].tolist(), strict=True,
            )  # fmt: skip
            points = tuple(
                FrontierPoint(
                    method, alpha, gamma, tuple((layer, head) for layer, head in heads),
                    Change(*first), Change(*second), Change(*third), Change(*fourth),
                )
                for method, (alpha, gamma), heads, (first, second, third, fourth) in rows
            )  # fmt: skip
            return cls(points, header["measure"], header["model_id"])

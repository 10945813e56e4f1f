"""What a language model, and rules beside it, choose: scores, intervals, and kinds of actions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.html_table import html_table
from causal_magics.data.saved_arrays import expecting, load_with_header, save_with_header
from causal_magics.errors import PassiveError
from causal_magics.options import check_option
from causal_magics.passive.evaluation.scores import Score, difference_of, hundredths, score_of
from causal_magics.passive.language_learner.habits import Habits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["LanguageStudy", "StudyRow"]

Rewards = NDArray[np.float64]

_FORMAT = "causal-magics language study 1"
_HABITS = tuple(field.name for field in fields(Habits))
_HEADS = {
    "optimal": "best", "best_seen": "best seen", "cause": "cause", "correlated": "correlated",
    "last_tried": "last tried", "copied": "copied", "favourite": "favourite",
}  # fmt: skip
"""What stands above columns of habits; the score of the favourite is in the data frame alone."""


@dataclass(frozen=True, eq=False, repr=False)
class StudyRow:
    """What one who chooses does in the tasks of a split.

    Parameters
    ----------
    name : str
    split : str
    gains : array, shape (tasks,)
        By how much what is to be expected of its choice is more than that of a random one.
    possible : array, shape (tasks,)
        The same of the best choice.
    seeds : int
        How many draws of examples there were: task i was asked after draw ``i % seeds``.
    habits : Habits
    asked : bool
        Whether it is the language model; else it is a rule.
    """

    name: str
    split: str
    gains: Rewards
    possible: Rewards
    seeds: int
    habits: Habits
    asked: bool = False

    def __repr__(self) -> str:
        return f"<StudyRow {self.name}, {self.split}: {self.score}>"

    @cached_property
    def score(self) -> Score:
        """The normalised reward, with its interval over tasks."""
        return score_of(self.gains[None], np.zeros_like(self.possible), self.possible)

    @property
    def by_seed(self) -> tuple[float, ...]:
        """The score after each draw of examples, each in tasks of its own."""
        return tuple(
            float(self.gains[part :: self.seeds].mean() / self.possible[part :: self.seeds].mean())
            for part in range(self.seeds)
        )


@dataclass(frozen=True, eq=False, repr=False)
class LanguageStudy:
    """What a language model chooses by what it reads, beside rules that see the same rows.

    Parameters
    ----------
    rows : tuple of StudyRow
        By split: rules first, then the model by examples, explanations and calibration.
    model_id : str
    n_tasks : int
        Of each split.
    seeds : int
        How many draws of examples there were, each for a part of the tasks.
    """

    rows: tuple[StudyRow, ...]
    model_id: str
    n_tasks: int
    seeds: int

    def __repr__(self) -> str:
        best = (self.best_asked(split) for split in self.splits)
        told = "; ".join(f"{row.split} {row.score} ({row.name})" for row in best)
        return f"<LanguageStudy of {self.model_id}, {self.n_tasks:,} tasks: at best {told}>"

    def _repr_html_(self) -> str:
        head = ["who chooses", "score (95 %)", "by draw", *_HEADS.values()]
        tables = []
        for split in self.splits:
            body = [
                [row.name, _unbroken(str(row.score)), _unbroken(_range(row.by_seed)),
                 *(_share(getattr(row.habits, name)) for name in _HEADS)]
                for row in self.rows if row.split == split
            ]  # fmt: skip
            tables.append(html_table(head, body, self._concluded(split)))
        return "".join(tables)

    @property
    def splits(self) -> tuple[str, ...]:
        """The kinds of tasks."""
        return tuple(dict.fromkeys(row.split for row in self.rows))

    @property
    def names(self) -> tuple[str, ...]:
        """All who choose."""
        return tuple(dict.fromkeys(row.name for row in self.rows))

    @property
    def conclusion(self) -> str:
        """What came out, in a sentence for each split."""
        return " ".join(self._concluded(split) for split in self.splits)

    def row(self, name: str, split: str) -> StudyRow:
        """Return who chose in which tasks.

        Raises
        ------
        OptionError
            Where there is no such row.
        """
        check_option("name", name, self.names)
        check_option("split", split, self.splits)
        return next(row for row in self.rows if (row.name, row.split) == (name, split))

    def asked(self, split: str) -> tuple[StudyRow, ...]:
        """Return the rows of the model in the tasks of a split."""
        return tuple(row for row in self.rows if row.split == split and row.asked)

    def best_asked(self, split: str) -> StudyRow:
        """Return the row of the model with the largest score in the tasks of a split."""
        return max(self.asked(split), key=lambda row: row.score.value)

    def difference(self, first: str, second: str, split: str) -> Score:
        """Return how far the first scores above the second in the same tasks, paired by task."""
        one, other = self.row(first, split), self.row(second, split)
        nothing = np.zeros_like(one.possible)
        return difference_of(one.gains[None], other.gains[None], nothing, one.possible)

    def to_frame(self) -> Any:
        """Return one row for each who chooses and each split.

        Columns `name`, `split`, `score`, `low`, `high`, `least_seed`, `largest_seed`, and those of
        `Habits`.
        """
        from causal_magics.data.frames import new_frame

        columns: dict[str, list[Any]] = {
            "name": [row.name for row in self.rows], "split": [row.split for row in self.rows],
            "score": [row.score.value for row in self.rows],
            "low": [row.score.low for row in self.rows],
            "high": [row.score.high for row in self.rows],
            "least_seed": [min(row.by_seed) for row in self.rows],
            "largest_seed": [max(row.by_seed) for row in self.rows],
        }  # fmt: skip
        for name in _HABITS:
            columns[name] = [getattr(row.habits, name) for row in self.rows]
        return new_frame(columns)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the score of all who choose, with intervals, a colour for each split.

        Parameters
        ----------
        ax
            Where to draw; a new figure where left out.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.passive.language_learner.study_plotting import plot_language_study

        return plot_language_study(self, ax)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the study to a file.

        Raises
        ------
        StorageError
            Where it cannot be written; what stood there before stays.
        """
        header = {
            "model_id": self.model_id, "n_tasks": self.n_tasks, "seeds": self.seeds,
            "rows": [
                {"name": row.name, "split": row.split, "habits": asdict(row.habits),
                 "asked": row.asked}
                for row in self.rows
            ],
        }  # fmt: skip
        arrays = {
            "gains": np.stack([row.gains for row in self.rows]),
            "possible": np.stack([row.possible for row in self.rows]),
        }
        save_with_header(path, _FORMAT, header, arrays)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> LanguageStudy:
        """Read what `save` wrote.

        Raises
        ------
        PassiveError
            Where the file is no saved study.
        """
        with expecting(
            "a saved study of a language model", path, "LanguageStudy.save", PassiveError
        ):
            header, arrays = load_with_header(path, _FORMAT)
            told = zip(header.pop("rows"), arrays["gains"], arrays["possible"], strict=True)
            rows = tuple(
                StudyRow(each["name"], each["split"], gains, possible, header["seeds"],
                         Habits(**each["habits"]), each["asked"])
                for each, gains, possible in told
            )  # fmt: skip
            return cls(rows, **header)

    def _concluded(self, split: str) -> str:
        ways, best = self.asked(split), self.best_asked(split)
        above = sum(row.score.low > 0 for row in ways)
        told = (
            f"In {split} tasks {above} of {len(ways)} ways of asking {self.model_id} score better "
            f"than at random (0) by their intervals; the best of them, which that choice flatters, "
            f"is {best.name} with {best.score}, and takes what the rows show to be best in "
            f"{best.habits.best_seen:.0%}"
        )
        if "empirical-best" not in self.names:
            return f"{told}."
        return f"{told}. Who always does scores {self.row('empirical-best', split).score}."


def _range(numbers: Sequence[float]) -> str:
    return f"{hundredths(min(numbers))} to {hundredths(max(numbers))}"


def _share(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.0%}"


def _unbroken(numbers: str) -> str:
    """Return numbers with spaces and minus signs after which no line breaks."""
    return numbers.replace(" ", "\N{NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}")

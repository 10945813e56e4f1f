"""What a head map says of its marks: figures before and after, and whether they still hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from causal_magics.language.head_panels import Head, HeadMark, written

__all__ = ["OF_EARLIER", "HeadFigure", "HeadNote", "NoteState"]

NoteState = Literal["current", "stale", "working", "failed"]
"""Figures hold; are of earlier marks; are being computed anew; could not be computed."""
OF_EARLIER: Final = "The figures are of the marks before."
_COARSE = 9.95
"""From how many percent on no tenth is written."""


@dataclass(frozen=True, slots=True)
class HeadFigure:
    """A quantity of a model before and after its heads were marked.

    Parameters
    ----------
    label : str
        What it is, in a word or two.
    before, after : float
    lower, upper : float, optional
        Ends of the interval of the share by which it changed; both or neither.
    unit : str
        Written behind the numbers.
    """

    label: str
    before: float
    after: float
    lower: float | None = None
    upper: float | None = None
    unit: str = ""

    @property
    def share(self) -> float | None:
        """By what share of itself the quantity grew; None where that is no number."""
        if not self.before:
            return None
        share = self.after / self.before - 1.0
        return share if math.isfinite(share) else None

    @property
    def values_text(self) -> str:
        """Both values, such as ``"0.42 → 0.16 nats"``."""
        unit = f" {self.unit}" if self.unit else ""
        return f"{written(self.before)} → {written(self.after)}{unit}"

    @property
    def change_text(self) -> str:
        """The share and its interval, such as ``"−63 % [−71, −52]"``; empty where there is none."""
        if self.share is None:
            return ""
        ends = [end for end in (self.lower, self.upper) if end is not None and math.isfinite(end)]
        between = f" [{_percent(ends[0])}, {_percent(ends[1])}]" if len(ends) == 2 else ""
        return f"{_percent(self.share)} %{between}"

    def __str__(self) -> str:
        """Return all of it, such as ``"gender bias 0.42 → 0.16 nats, −63 % [−71, −52]"``."""
        change = f", {self.change_text}" if self.change_text else ""
        return f"{self.label} {self.values_text}{change}"


@dataclass(frozen=True, slots=True)
class HeadNote:
    """Figures of a model with marked heads, and a line on them.

    Parameters
    ----------
    figures : tuple of HeadFigure
    words : str
        One line that stands above the figures.
    state : {"current", "stale", "working", "failed"}
        Figures that are not current are shown in grey.
    marks : mapping of (layer, head) to {"cut", "kept"}, optional
        Of which marks the figures are. Beside other marks they are stale, whatever `state` says.
    """

    figures: tuple[HeadFigure, ...] = ()
    words: str = ""
    state: NoteState = "current"
    marks: Mapping[Head, HeadMark] | None = None

    def beside(self, marks: Mapping[Head, HeadMark]) -> HeadNote:
        """Return the note as it is to be read beside these marks."""
        if self.state != "current" or self.marks is None or dict(self.marks) == dict(marks):
            return self
        return replace(self, state="stale", words=OF_EARLIER)


def _percent(share: float) -> str:
    percent = 100 * share
    digits = f"{abs(percent):.{0 if abs(percent) >= _COARSE else 1}f}"
    if float(digits) == 0:
        return "0"
    return f"{'−' if percent < 0 else '+'}{digits}"

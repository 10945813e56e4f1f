"""What is shown of a search that lasts."""

from __future__ import annotations

import math
import time
from types import TracebackType
from typing import Any, Self

from tqdm.auto import tqdm

from causal_magics.data.bars import bars_are_off

DELAY_SECONDS = 1.0


class Progress:
    """A line that appears after a second and tells what is done, bits and edges.

    Parameters
    ----------
    shown
        Whether it appears at all.
    """

    def __init__(self, *, shown: bool) -> None:
        shown = shown and not bars_are_off()
        self._due = time.monotonic() + DELAY_SECONDS if shown else math.inf
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def read(self, rows: int) -> None:
        """Tell that so many rows have been read."""
        self._tell("reading rows", f"{rows:,}")

    def resample(self, graphs: int) -> None:
        """Tell of how many graphs of resampled rows have been learned."""
        self._tell("resampling", f"{graphs:,} graphs")

    def search(self, nats: float, edges: int, activity: str) -> None:
        """Tell what the search has found so far."""
        self._tell(activity, f"{nats / math.log(2.0):,.0f} bits, {edges:,} edges")

    def _tell(self, activity: str, state: str) -> None:
        if self._bar is None:
            if time.monotonic() < self._due:
                return
            shape = "{desc} [{elapsed}{postfix}]"
            self._bar = tqdm(desc=activity, postfix=state, bar_format=shape, leave=False)
            if not self._bar.disable:
                self._bar.start_t -= DELAY_SECONDS
        self._bar.set_description_str(activity, refresh=False)
        self._bar.set_postfix_str(state, refresh=False)
        self._bar.update()

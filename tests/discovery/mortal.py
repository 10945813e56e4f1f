"""Work that kills whoever does it: in a module of its own, so that other processes find it."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

__all__ = ["dying_once"]


def dying_once(frame: pd.DataFrame, marker: Path) -> pd.DataFrame:
    """Kill the worker that comes to the third partition first."""
    if frame.index[0] <= 1500 <= frame.index[-1]:
        try:
            marker.touch(exist_ok=False)
        except FileExistsError:
            return frame
        os._exit(1)
    return frame

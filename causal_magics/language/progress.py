"""Whether bars of progress are wanted."""

from __future__ import annotations

import os


def bars_are_off() -> bool:
    """Return whether TQDM_DISABLE is set, which the bars of a notebook do not ask."""
    return os.environ.get("TQDM_DISABLE", "").lower() not in ("", "0", "false")

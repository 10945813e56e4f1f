"""Compiles the loops of discovery before they are first used; what is compiled stays on disk.

Run ``python -m causal_magics.discovery.compile_ahead`` once after the package was installed; where
it was not done, loading the notebook extension does it in the background.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CACHE = Path(__file__).parent / "__pycache__"


def is_compiled() -> bool:
    """Whether the largest loop is on disk, in the folder of the package."""
    return any(CACHE.glob("kernels.grow_shrink-*.nbc"))


def compile_ahead() -> None:
    """Learn from a little data, so that everything is compiled."""
    from causal_magics.data.simulation import simulate
    from causal_magics.discovery.discover import discover

    discover(simulate("joint", nodes=4, rows=300, seed=0).frame, progress=False)


def compile_in_background() -> subprocess.Popen[bytes] | None:
    """Compile in a process of its own, where nothing is compiled yet; it outlives this one."""
    if is_compiled():
        return None
    return subprocess.Popen(  # noqa: S603 (this interpreter, and a module of this package)
        [sys.executable, "-m", __name__],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


if __name__ == "__main__":
    compile_ahead()

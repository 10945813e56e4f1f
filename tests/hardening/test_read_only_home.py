"""A home folder, a package and a folder of settings that cannot be written: all still works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import causal_magics

PACKAGE = Path(causal_magics.__file__).parent
PROGRAM = """
import warnings
from IPython.core.interactiveshell import InteractiveShell
from causal_magics.data.simulation import simulate
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "causal_magics")
shell.user_ns["frame"] = simulate("joint", nodes=3, rows=60, seed=0).frame
warnings.simplefilter("error")
for name, body in (
    ("graph -o drawn", "A -> B"),
    ("discover frame -o learned", "x1 -> x2 [required]"),
):
    shell.run_cell_magic("causal", name, body)
warnings.simplefilter("default")
import matplotlib
matplotlib.use("agg")
shell.run_cell("axes = learned.plot() if hasattr(learned, 'plot') else None")
print("drew", shell.user_ns["drawn"].nodes, len(shell.user_ns["learned"].nodes))
try:
    shell.run_line_magic("causal", "ask --model nowhere")
except Exception as error:
    print("told", error)
"""


@pytest.mark.timeout(900)
def test_nothing_but_the_screen_is_written(tmp_path: Path) -> None:
    """The package is mounted to be read only, as in an image of a container."""
    compiled, home = PACKAGE / "discovery", tmp_path / "home"
    home.mkdir()
    command = (
        f"mount -t tmpfs -o ro tmpfs '{home}' && "
        f"mount --bind '{compiled}' '{compiled}' && mount -o remount,ro,bind '{compiled}' && "
        f"exec '{sys.executable}' '{tmp_path / 'program.py'}'"
    )
    (tmp_path / "program.py").write_text(PROGRAM)
    places = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR",
              "CAUSAL_MAGICS_CACHE")  # fmt: skip
    told = subprocess.run(
        ["unshare", "--mount", "sh", "-c", command], capture_output=True, text=True, check=False,
        env={**os.environ, **dict.fromkeys(places, str(home))}, cwd=tmp_path,
    )  # fmt: skip
    if "unshare" in told.stderr or "mount:" in told.stderr:
        pytest.skip("needs the right to mount a file system")
    assert "drew ('A', 'B') 3" in told.stdout, told.stdout + told.stderr
    assert "Traceback" not in told.stdout + told.stderr

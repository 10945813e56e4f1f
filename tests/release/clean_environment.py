"""Environments that hold nothing but what a user would install."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONSTRAINTS = ROOT / "constraints.txt"


class CommandError(Exception):
    """A command that did not end well, with all that it said."""


class CleanEnvironment:
    """A new virtual environment, filled by uv where it is at hand and by pip elsewhere.

    Parameters
    ----------
    home : path
        Where it is made.
    python : str
        The interpreter that it is made with.
    """

    def __init__(self, home: Path, python: str = sys.executable) -> None:
        self.home = home
        self.folder = home.parent
        uv = shutil.which("uv")
        self.python = home / "bin" / "python"
        options = ("--without-pip",) if uv else ()
        output_of(python, "-m", "venv", *options, home, cwd=self.folder)
        self._pip = (uv, "pip") if uv else (self.python, "-m", "pip")
        self._target = ("--python", self.python) if uv else ()
        (site,) = (home / "lib").glob("python3*/site-packages")
        self.site = site
        self.bare = self.packages

    @property
    def packages(self) -> set[str]:
        """The distributions that are installed."""
        return {path.name for path in self.site.glob("*.dist-info")}

    @property
    def megabytes(self) -> float:
        """How much all of it takes on disk."""
        sizes = (path.stat().st_size for path in self.home.rglob("*") if path.is_file())
        return sum(sizes) / 1e6

    def install(self, *requirements: str, constraints: Path | None = CONSTRAINTS) -> None:
        """Install packages, at the versions that the project pins."""
        told = () if constraints is None else ("-c", constraints)
        output_of(*self._pip, "install", "--quiet", *self._target, *told, *requirements)

    def check(self) -> None:
        """Have the requirements of all packages compared with what is installed."""
        output_of(*self._pip, "check", *self._target)

    def run(self, *arguments: str | Path, **environment: str) -> str:
        """Run the environment's Python outside of the project; return all that it said."""
        return output_of(self.python, *arguments, cwd=self.folder, **self.settings(**environment))

    def settings(self, **environment: str) -> dict[str, str]:
        """Return the variables with which nothing outside of the environment is seen."""
        home = str(self.folder)
        path = os.pathsep.join([str(self.home / "bin"), os.environ.get("PATH", "")])
        return {
            "PATH": path, "PYTHONPATH": "", "JUPYTER_PREFER_ENV_PATH": "1",
            "IPYTHONDIR": f"{home}/ipython", "JUPYTER_CONFIG_DIR": f"{home}/jupyter",
            "JUPYTER_DATA_DIR": f"{home}/jupyter-data", "HF_HUB_OFFLINE": "1", **environment,
        }  # fmt: skip


@contextmanager
def clean_environment(python: str = sys.executable) -> Iterator[CleanEnvironment]:
    """Make an environment in a temporary folder, and remove it afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield CleanEnvironment(Path(folder) / "environment", python)


def output_of(*command: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    """Run a command and return what it said, errors too.

    Raises
    ------
    CommandError
        Where its status is not zero.
    """
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=os.environ | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise CommandError(f"{done.stdout}\n{done.stderr}".strip())
    return done.stdout + done.stderr


def built_wheel(folder: Path) -> Path:
    """Build the wheel into a folder."""
    output_of(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    (wheel,) = folder.glob("*.whl")
    return wheel

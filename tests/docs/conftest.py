"""One build for all tests that look at pages, and a real shell for what pages let run."""

from __future__ import annotations

import subprocess
import sys

import pytest
from docs.built import ROOT, Built
from real_shell import only_shell

__all__ = ["built", "only_shell"]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("built") / "docs"
    command = [sys.executable, "scripts/build_docs.py", "--output", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return Built(folder, done.returncode, done.stdout + done.stderr)

"""Run the checks and tests of the project one after another and sum them up.

``python scripts/check.py`` runs every kind, ``python scripts/check.py lint ts-tests`` those named.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Check:
    """One command of a kind; ``{report}`` in it is where JUnit's XML goes."""

    kind: str
    label: str
    command: tuple[str, ...]
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def counts(self) -> bool:
        """Whether the command writes a report of its tests."""
        return any("{report}" in part for part in self.command)


@dataclass(frozen=True)
class Outcome:
    """How a check ended: tests passed and failed (none for a linter), and its seconds."""

    check: Check
    status: int
    passed: int
    failed: int
    seconds: float


QUIET = ("env", "TQDM_DISABLE=1")  # a bar is shown on slow machines only, so it is not compared
# The tests run side by side; their linear algebra need not.
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"} | os.environ
ENVIRONMENT["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), ENVIRONMENT["PATH"]])
PYTEST = ("python", "-m", "pytest", "-q", "--junitxml={report}")
ELSEWHERE = "--ignore=tests/browser", "--ignore=tests/docs"
CHECKS = (
    Check("lint", "ruff", ("ruff", "check", ".")),
    Check("lint", "ruff format", ("ruff", "format", "--check", ".")),
    Check("lint", "mypy", ("mypy",)),
    Check("lint", "import-linter", ("lint-imports",)),
    Check("lint", "tsc", ("jlpm", "check")),
    Check("lint", "eslint", ("jlpm", "lint")),
    Check(
        "ts-tests",
        "vitest",
        ("jlpm", "test", "--reporter=default", "--reporter=junit", "--outputFile.junit={report}"),
    ),
    Check("python-tests", "pytest", (*PYTEST, "-n2", *ELSEWHERE, "tests")),
    Check("notebook-tests", "nbval", (*QUIET, *PYTEST, "--nbval", "-Wdefault", "notebooks")),
    Check("docs-tests", "Sphinx", (*PYTEST, "tests/docs")),
    Check("browser-tests", "Chromium", (*PYTEST, "-n2", "--dist", "loadfile", "tests/browser")),
)


def counted(report: Path) -> tuple[int, int]:
    """Return how many tests of a JUnit report passed and how many failed."""
    if not report.exists():
        return 0, 0
    passed = failed = 0
    for case in ET.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is None:
            passed += 1
    return passed, failed


def run(check: Check, folder: Path) -> Outcome:
    """Run one check with its output on the screen."""
    report = folder / f"{check.kind}.xml"
    command = [part.replace("{report}", str(report)) for part in check.command]
    print(f"\n· {check.label} …", flush=True)
    start = time.monotonic()
    environment = ENVIRONMENT | dict(check.settings)
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    seconds = time.monotonic() - start
    passed, failed = counted(report) if check.counts else (0, 0)
    return Outcome(check, status, passed, failed, seconds)


def table(outcomes: list[Outcome]) -> str:
    """Return one line a check: what it is, its tests, its seconds, and whether it passed."""
    rows = [f"{'kind':<16}{'with':<16}{'tests':>7}{'seconds':>9}"]
    for outcome in outcomes:
        tests = str(outcome.passed + outcome.failed) if outcome.check.counts else ""
        mark = "" if outcome.status == 0 else "  FAILED"
        rows.append(
            f"{outcome.check.kind:<16}{outcome.check.label:<16}{tests:>7}"
            f"{outcome.seconds:>9.0f}{mark}"
        )
    total = sum(outcome.seconds for outcome in outcomes)
    count = sum(outcome.passed + outcome.failed for outcome in outcomes)
    rows.append(f"{'all':<32}{count:>7}{total:>9.0f}")
    return "\n".join(rows)


def main(kinds: list[str]) -> int:
    """Run the checks of these kinds, or all, and return the exit status."""
    known = {check.kind for check in CHECKS}
    unknown = set(kinds) - known
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        chosen = [check for check in CHECKS if not kinds or check.kind in kinds]
        outcomes = [run(check, Path(folder)) for check in chosen]
    print(f"\n{table(outcomes)}\n")
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    if passed or failed:
        print(f"{passed} passed, {failed} failed", flush=True)
    return int(any(outcome.status for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

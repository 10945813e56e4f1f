"""Run the checks and tests of the project and sum them up.

``python scripts/check.py`` runs every kind, ``python scripts/check.py lint ts-tests`` those named.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, STDOUT
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Check:
    """One command of a kind; ``{report}`` in it is where JUnit's XML goes.

    Those that keep one core busy run two at a time, and show their output when they are done.
    Tests that drive clocks, kernels and a browser can fail beside others on a busy machine:
    `again` runs them, or those that failed, a second time, and the table says how many passed
    only then.
    """

    kind: str
    label: str
    command: tuple[str, ...]
    one_core: bool = False
    again: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether the command writes a report of its tests."""
        return any("{report}" in part for part in self.command)


@dataclass(frozen=True)
class Outcome:
    """How a check ended: tests passed and failed (none for a linter), and its seconds.

    Where there was a second try, `late` counts those that passed only then; they count as passed.
    """

    check: Check
    status: int
    passed: int
    failed: int
    seconds: float
    late: int | None = None

    @property
    def mark(self) -> str:
        """What the table says beside the check, if anything."""
        if self.status != 0:
            return "  FAILED"
        return "" if self.late is None else f"  {self.late or 'all'} passed only at the second try"


QUIET = ("env", "TQDM_DISABLE=1")  # a bar is shown on slow machines only, so it is not compared
# The tests run side by side; their linear algebra need not.
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"} | os.environ
ENVIRONMENT["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), ENVIRONMENT["PATH"]])
PYTEST = ("python", "-m", "pytest", "-q", "--junitxml={report}")
FAILED = "--last-failed", "--last-failed-no-failures=none"
SOME_FAILED = 1
"""The status of pytest and vitest where tests failed, and nothing worse happened."""
BUILT_PAGES = "tests/docs/test_pages.py"
ELSEWHERE = "--ignore=tests/browser", f"--ignore={BUILT_PAGES}"
BY_FILE = "--dist", "loadfile"
IN_TURN = "--dist", "worksteal"
PATIENT = "--timeout", "900"
"""A cell that computes for a minute takes several where others compute beside it."""
NBVAL = (*QUIET, *PYTEST, "-n2", *BY_FILE, *PATIENT, "--nbval", "-Wdefault", "notebooks")
VITEST = "jlpm", "test", "--reporter=default", "--reporter=junit", "--outputFile.junit={report}"
CHECKS = (
    Check("lint", "mypy", ("mypy",), one_core=True),
    Check("lint", "eslint", ("jlpm", "lint"), one_core=True),
    Check("lint", "tsc", ("jlpm", "check"), one_core=True),
    Check("ts-tests", "vitest", VITEST, one_core=True, again=VITEST),
    Check("docs-tests", "Sphinx", (*PYTEST, BUILT_PAGES), one_core=True),
    Check("lint", "import-linter", ("lint-imports",), one_core=True),
    Check("lint", "ruff", ("ruff", "check", "."), one_core=True),
    Check("lint", "ruff format", ("ruff", "format", "--check", "."), one_core=True),
    Check(
        "python-tests",
        "pytest",
        (*PYTEST, "-n2", *IN_TURN, *ELSEWHERE, "tests"),
        again=(*PYTEST, *FAILED, *ELSEWHERE, "tests"),
    ),
    Check("notebook-tests", "nbval", NBVAL, again=NBVAL),
    Check(
        "browser-tests",
        "Chromium",
        (*PYTEST, "-n2", *IN_TURN, "tests/browser"),
        again=(*PYTEST, *FAILED, "tests/browser"),
    ),
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
    """Run one check, and once more what failed in it where it may be tried again."""
    start = time.monotonic()
    status, passed, failed = run_once(check.label, check.command, check, folder)
    late = None
    if check.again and status == SOME_FAILED:
        label = f"{check.label}: second try"
        status, _, still = run_once(label, check.again, check, folder)
        passed, failed, late = passed + failed - still, still, failed - still
    return Outcome(check, status, passed, failed, time.monotonic() - start, late)


def run_once(
    label: str, command: tuple[str, ...], check: Check, folder: Path
) -> tuple[int, int, int]:
    """Run a command, its output on the screen at once or at its end: status, passed, failed."""
    report = folder / f"{check.kind}-{label}.xml".replace(" ", "-")
    parts = [part.replace("{report}", str(report)) for part in command]
    heading = f"\n· {label} …"
    if check.one_core:
        done = subprocess.run(
            parts, cwd=ROOT, env=ENVIRONMENT, stdout=PIPE, stderr=STDOUT, text=True, check=False
        )
        print(f"{heading}\n{done.stdout}", end="", flush=True)
        status = done.returncode
    else:
        print(heading, flush=True)
        status = subprocess.run(parts, cwd=ROOT, env=ENVIRONMENT, check=False).returncode
    return status, *(counted(report) if check.counts else (0, 0))


def run_all(checks: list[Check], folder: Path) -> list[Outcome]:
    """Run checks: first those of one core, two at a time, then the others in turn."""
    with ThreadPoolExecutor(2) as two:
        small = two.map(lambda check: run(check, folder), [c for c in checks if c.one_core])
        outcomes = list(small)
    return outcomes + [run(check, folder) for check in checks if not check.one_core]


def table(outcomes: list[Outcome], seconds: float) -> str:
    """Return one line a check: its tests, seconds, and whether it passed; all took `seconds`."""
    rows = [f"{'kind':<16}{'with':<16}{'tests':>7}{'seconds':>9}"]
    for outcome in outcomes:
        tests = str(outcome.passed + outcome.failed) if outcome.check.counts else ""
        rows.append(
            f"{outcome.check.kind:<16}{outcome.check.label:<16}{tests:>7}"
            f"{outcome.seconds:>9.0f}{outcome.mark}"
        )
    count = sum(outcome.passed + outcome.failed for outcome in outcomes)
    rows.append(f"{'all':<32}{count:>7}{seconds:>9.0f}")
    return "\n".join(rows)


def without_history(folder: Path) -> dict[str, str]:
    """Return an environment whose kernels keep no history: two that write it complain in cells."""
    profile = folder / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    settings = "get_config().HistoryManager.enabled = False\n"
    (profile / "ipython_config.py").write_text(settings, encoding="utf-8")
    return {"IPYTHONDIR": str(profile.parent)}


def main(kinds: list[str]) -> int:
    """Run the checks of these kinds, or all, and return the exit status."""
    known = {check.kind for check in CHECKS}
    unknown = set(kinds) - known
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
        return 2
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        ENVIRONMENT.update(without_history(Path(folder)))
        chosen = [check for check in CHECKS if not kinds or check.kind in kinds]
        outcomes = run_all(chosen, Path(folder))
    print(f"\n{table(outcomes, time.monotonic() - start)}\n")
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    if passed or failed:
        print(f"{passed} passed, {failed} failed", flush=True)
    return int(any(outcome.status for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What `make test` does with tests that fail: a second try, and the table says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from check import ENVIRONMENT, FAILED, PYTEST, Check, run, table, without_history

TESTS = """
from pathlib import Path
import pytest

@pytest.mark.parametrize("name", ["fails", "busy", "passes"])
def test(name):
    seen = Path(__file__).with_name(name)
    was_seen = seen.exists()
    seen.touch()
    assert name == "passes" or (name == "busy" and was_seen)
"""


@pytest.fixture(autouse=True)
def only_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start pytest without its plugins, which take their time."""
    monkeypatch.setitem(ENVIRONMENT, "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def check_of(tests: Path, names: str) -> Check:
    """Return a check of these tests, with a cache and settings of their own."""
    of_its_own = "-c", "/dev/null", f"--rootdir={tests.parent}"
    cache = "-o", f"cache_dir={tests.parent / 'cache'}"
    these = *of_its_own, *cache, "-k", names, str(tests)
    return Check("python-tests", "py test", (*PYTEST, *these), again=(*PYTEST, *FAILED, *these))


@pytest.mark.parametrize(
    ("names", "counts", "mark"),
    [
        ("busy or passes", (0, 2, 0, 1), "  1 passed only at the second try"),
        ("fails or busy or passes", (1, 2, 1, 1), "  FAILED"),
        ("passes", (0, 1, 0, None), ""),
    ],
)
def test_what_fails_beside_others_is_run_once_more_and_named(
    tmp_path: Path, names: str, counts: tuple[int, ...], mark: str
) -> None:
    tests = tmp_path / "test_three.py"
    tests.write_text(TESTS, encoding="utf-8")
    outcome = run(check_of(tests, names), tmp_path)
    assert (outcome.status, outcome.passed, outcome.failed, outcome.late) == counts
    assert outcome.mark == mark
    assert table([outcome], 3).splitlines()[1].endswith(mark)


def test_a_run_that_ends_otherwise_is_not_repeated(tmp_path: Path) -> None:
    absent = check_of(tmp_path / "absent.py", "passes")
    outcome = run(absent, tmp_path)
    assert (outcome.passed, outcome.late, outcome.mark) == (0, None, "  FAILED")


def test_an_error_outside_of_the_tests_is_named_too(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    busy = "sh", "-c", f"test -e {seen} || {{ touch {seen}; exit 1; }}"
    outcome = run(Check("ts-tests", "busy", busy, again=busy), tmp_path)
    assert (outcome.status, outcome.late, outcome.mark) == (
        0,
        0,
        "  all passed only at the second try",
    )


def test_the_kernels_of_the_tests_keep_no_history(tmp_path: Path) -> None:
    code = "print(get_ipython().history_manager.enabled)"
    told = subprocess.run(
        [sys.executable, "-m", "IPython", "-c", code],
        env=os.environ | without_history(tmp_path), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.split()[-1] == "False"

"""What `make test` does with tests that fail: once more alone, and the table says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from check import FAILED, PYTEST, Check, run, table

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


def check_of(tests: Path, names: str) -> Check:
    """Return a check of these tests, with a cache and settings of their own."""
    of_its_own = "-c", "/dev/null", "-p", "no:randomly", f"--rootdir={tests.parent}"
    cache = "-o", f"cache_dir={tests.parent / 'cache'}"
    these = *of_its_own, *cache, "-k", names, str(tests)
    return Check("python-tests", "py test", (*PYTEST, *these), again=(*PYTEST, *FAILED, *these))


@pytest.mark.parametrize(
    ("names", "counts", "mark"),
    [
        ("busy or passes", (0, 2, 0, 1), "  1 passed only when run alone"),
        ("fails or busy or passes", (1, 2, 1, 1), "  FAILED"),
        ("passes", (0, 1, 0, 0), ""),
    ],
)
def test_what_fails_beside_others_is_run_once_more_and_named(
    tmp_path: Path, names: str, counts: tuple[int, ...], mark: str
) -> None:
    tests = tmp_path / "test_three.py"
    tests.write_text(TESTS, encoding="utf-8")
    outcome = run(check_of(tests, names), tmp_path)
    assert (outcome.status, outcome.passed, outcome.failed, outcome.alone) == counts
    assert outcome.mark == mark
    assert table([outcome], 3).splitlines()[1].endswith(mark)


def test_a_run_that_ends_otherwise_is_not_repeated(tmp_path: Path) -> None:
    absent = check_of(tmp_path / "absent.py", "passes")
    outcome = run(absent, tmp_path)
    assert (outcome.passed, outcome.alone, outcome.mark) == (0, 0, "  FAILED")

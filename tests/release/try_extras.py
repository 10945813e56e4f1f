"""Install the wheel with each extra into a clean environment, and use what the extra is for.

Run ``python tests/release/try_extras.py [NAME ...] [--wheel FILE] [--together]``. Names are extras,
"base" (no extra: the package works, and each feature names the extra that it lacks) and "all".
``--together`` adds one extra after another to one environment, which takes less long.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from clean_environment import ROOT, CleanEnvironment, CommandError, built_wheel, clean_environment

FEATURES = Path(__file__).with_name("features.py")
FOR_THE_PROJECT = {"docs", "test"}


@dataclass(frozen=True)
class Outcome:
    """What came of one extra: packages and megabytes that it brought, seconds of installing."""

    name: str
    packages: int
    seconds: float
    megabytes: float
    words: str
    failed: bool = False


def extras() -> list[str]:
    """Return "base" and the extras of pyproject.toml, but for those of the project itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return ["base", *(e for e in project["optional-dependencies"] if e not in FOR_THE_PROJECT)]


def tried(name: str, wheel: Path, environment: CleanEnvironment) -> Outcome:
    """Install one extra and use its feature."""
    start = time.monotonic()
    target = f"causal_magics @ {wheel.resolve().as_uri()}"
    if name != "base":
        target = target.replace("causal_magics", f"causal_magics[{name}]", 1)
    words, failed, seconds = "", False, 0.0
    try:
        environment.install(target)
        seconds = time.monotonic() - start
        for feature in ("base", "missing") if name == "base" else (name,):
            words += environment.run(FEATURES, feature)
        environment.check()
    except CommandError as error:
        words, failed = str(error), True
    packages = environment.packages - environment.bare
    return Outcome(name, len(packages), seconds, environment.megabytes, words, failed)


def row(outcome: Outcome) -> str:
    """Return one line of the table."""
    warned = sum("warning" in line.lower() for line in outcome.words.splitlines())
    word = "FAILED" if outcome.failed else f"works, {warned} warnings" if warned else "works"
    return (
        f"{outcome.name:<16}{outcome.packages:>9}{outcome.seconds:>9.0f}{outcome.megabytes:>7.0f}"
        f"  {word}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--together", action="store_true")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(extras()):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(extras())}")
    names = asked.names or extras()
    print(f"{'extra':<16}{'packages':>9}{'seconds':>9}{'MB':>7}", flush=True)
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        wheel = asked.wheel or built_wheel(Path(folder))
        for group in [names] if asked.together else [[name] for name in names]:
            with clean_environment() as environment:
                for name in group:
                    outcomes.append(tried(name, wheel, environment))
                    print(row(outcomes[-1]), flush=True)
    for outcome in outcomes:
        if outcome.failed or "warning" in outcome.words.lower():
            print(f"\n{outcome.name}:\n{outcome.words}")
    return int(any(outcome.failed for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())

"""Build the documentation into a folder of static pages that read without a network.

``python scripts/build_docs.py`` builds ``build/docs``; ``--output FOLDER`` names another.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from documentation.build import build
from documentation.page_links import check_pages

ROOT = Path(__file__).parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Build the pages, check their links, and say what there is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "docs")
    output: Path = parser.parse_args(arguments).output.resolve()
    if not build(ROOT, output):
        return 1
    report = check_pages(output)
    for problem in report.problems:
        print(problem, file=sys.stderr)
    for address in report.outgoing:
        print(f"leads out, not asked: {address}")
    print(report.summary)
    print(f"Open {output / 'index.html'}")
    return int(bool(report.problems))


if __name__ == "__main__":
    sys.exit(main())

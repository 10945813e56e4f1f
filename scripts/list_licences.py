"""Write docs/licences.md: the licence of every package that the project needs.

Run ``python scripts/list_licences.py`` after constraints.txt or package.json has changed, where all
of both is installed. Licences are read from what is installed.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licences.md"
NOTICES = ROOT / "causal_magics" / "static" / "third-party-licenses.txt"

SPDX = {
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""What classifiers say, by the names of SPDX."""

EXPRESSION = re.compile(
    r"(MIT|ISC|Apache-2\.0|MPL-2\.0|BSD-[23]-Clause|PSF-2\.0)( (AND|OR) [\w.+-]+)*"
)
"""Old metadata that use SPDX's names."""

READ = {
    "appnope": "BSD-2-Clause",
    "asttokens": "Apache-2.0",
    "bleach": "Apache-2.0",
    "causaldata": "MIT",
    "cdt": "MIT (its metadata say Apache-2.0)",
    "clarabel": "Apache-2.0",
    "docutils": "BSD-2-Clause AND public domain",
    "interface-meta": "MIT",
    "overrides": "Apache-2.0",
    "pgmpy": "MIT",
    "qdldl": "Apache-2.0",
    "resvg-py": "MIT",
    "sniffio": "MIT OR Apache-2.0",
    "transformers": "Apache-2.0",
}
"""Where metadata say nothing, less than their licence file, or not with SPDX's names."""

HEAD = """# Licences

causal_magics is under BSD-3-Clause: see [LICENSE](../LICENSE). What it needs has licences of
its own; of it, the wheel carries only what stands under *Inside our JavaScript*. `python
scripts/list_licences.py` writes this page from what is installed, at the versions of
constraints.txt.
"""

INSIDE = """The widgets and the JupyterLab extension carry code of these packages. Their licences
are in the wheel, beside the bundles: `third-party-licenses.txt` and `third-party-licenses.json`."""


def pinned() -> dict[str, str]:
    """Return the versions of constraints.txt by canonical name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = (line.partition(";")[0].strip() for line in lines if line and line[0] != "#")
    return {
        str(canonicalize_name(name)): version
        for name, _, version in (pin.partition("==") for pin in pins)
    }


def installed(name: str) -> Distribution | None:
    """Return a package that is installed."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def licence_of(name: str) -> str:
    """Return the licence of a Python package; "unknown" where neither it nor we say one."""
    if name in READ:
        return READ[name]
    found = installed(name)
    if found is None:
        return "unknown"
    if expressions := said(found, "License-Expression"):
        return expressions[0]
    told = next(iter(said(found, "License")), "")
    if EXPRESSION.fullmatch(told):
        return told
    classifiers = [each for each in said(found, "Classifier") if each.startswith("License ::")]
    names = [each.rpartition(" :: ")[2] for each in classifiers]
    if told in {"BSD", "BSD 2-Clause License"} or names == ["BSD License"]:
        return f"BSD-{clauses_of(found)}-Clause"
    return " OR ".join(SPDX[each] for each in names if each in SPDX) or "unknown"


def said(package: Distribution, field: str) -> list[str]:
    """Return what a package's metadata have under a field."""
    return [str(value) for value in package.metadata.get_all(field) or []]


def clauses_of(package: Distribution) -> int:
    """Return how many clauses a BSD licence has, by whether one keeps names from being used."""
    files = [path for path in package.files or [] if re.search("licen[cs]e", path.name.casefold())]
    texts = [path.read_binary().lower() for path in files]
    return 3 if not texts or any(b"endorse" in text for text in texts) else 2


def needed_by() -> dict[str, set[str]]:
    """Return which of the package's extras need a package, "" for the package itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = {
        "": project["project"]["dependencies"],
        **project["project"]["optional-dependencies"],
        "build": project["build-system"]["requires"],
    }
    found: dict[str, set[str]] = defaultdict(set)
    for group in groups.keys() - {"all"}:
        for name in closure(groups[group]):
            found[name].add(group)
    return found


def closure(requirements: Iterable[str]) -> set[str]:
    """Return the canonical names of packages, and of all that they need here."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        name, extras = str(canonicalize_name(requirement.name)), frozenset(requirement.extras)
        if name == "causal-magics" or (name, extras) in seen:
            continue
        seen.add((name, extras))
        found = installed(name)
        for text in (found.requires or []) if found else []:
            further = Requirement(text)
            cases = [{"extra": extra} for extra in ("", *extras)]
            if further.marker is None or any(further.marker.evaluate(case) for case in cases):
                waiting.append(further)
    return {name for name, _ in seen}


def python_rows() -> list[str]:
    """Return the table of Python packages."""
    users = needed_by()
    rows = ["| package | version | licence | needed by |", "|---|---|---|---|"]
    for name, version in sorted(pinned().items()):
        groups = users.get(name, set())
        told = "the package" if "" in groups else ", ".join(sorted(groups)) or "tests"
        rows.append(f"| {name} | {version} | {licence_of(name)} | {told} |")
    return rows


def node_package(name: str) -> dict[str, str]:
    """Return what an installed JavaScript package says of itself."""
    text = (ROOT / "node_modules" / name / "package.json").read_text(encoding="utf-8")
    described: dict[str, str] = json.loads(text)
    return described


def bundled() -> list[str]:
    """Return the JavaScript packages whose code is inside our bundles."""
    line = re.compile(r"^(@?[\w./-]+) \d[\w.-]* \([^)]+\)$", flags=re.MULTILINE)
    return line.findall(NOTICES.read_text(encoding="utf-8"))


def javascript_rows(names: Iterable[str]) -> list[str]:
    """Return a table of JavaScript packages."""
    rows = ["| package | version | licence |", "|---|---|---|"]
    for name in sorted(names):
        told = node_package(name)
        rows.append(f"| {name} | {told['version']} | {told.get('license', 'unknown')} |")
    return rows


def page() -> str:
    """Return the text of the page."""
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    parts = [
        HEAD, "## Python", "", *python_rows(), "",
        "## Inside our JavaScript", "",
        INSIDE, "",
        *javascript_rows(bundled()), "",
        "## JavaScript that JupyterLab brings", "",
        "The extension is built against these packages and uses JupyterLab's own at run time.", "",
        *javascript_rows(package["dependencies"]), "",
        "## JavaScript that builds and tests", "",
        *javascript_rows(package["devDependencies"]), "",
    ]  # fmt: skip
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

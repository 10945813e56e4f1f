"""The page of licences: complete, and as the pins are."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CNRI-Python",
    "HPND", "ISC", "LLVM-exception", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Unlicense",
    "Zlib",
}  # fmt: skip
"""Licences under which a package may be needed by one that is under BSD-3-Clause."""


def rows(title: str) -> dict[str, list[str]]:
    """Return the cells of a section's table by the package that they are of."""
    section = PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]
    return {name: rest for name, *rest in cells if name != "---"}


def test_every_pin_is_listed_at_its_version() -> None:
    pins = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, version = line.partition(";")[0].strip().partition("==")
            pins[canonicalize_name(name)] = version
    assert {name: cells[0] for name, cells in rows("Python").items()} == pins


def test_every_direct_requirement_is_listed_with_who_needs_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = {
        "the package": project["project"]["dependencies"],
        **project["project"]["optional-dependencies"],
        "build": project["build-system"]["requires"],
    }
    told = {name: cells[2] for name, cells in rows("Python").items()}
    for group, texts in groups.items():
        for name in (canonicalize_name(Requirement(text).name) for text in texts):
            if name != "causal-magics":
                assert group in told[name].split(", ") or told[name] == "the package", name


def test_every_javascript_package_is_listed() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert set(rows("JavaScript that JupyterLab brings")) == set(package["dependencies"])
    assert set(rows("JavaScript that builds and tests")) == set(package["devDependencies"])


def test_what_is_bundled_is_listed_and_has_its_licence_in_the_wheel() -> None:
    notices = ROOT / "causal_magics" / "static" / "third-party-licenses.txt"
    text = notices.read_text(encoding="utf-8")
    inside = rows("Inside our JavaScript")
    headings = re.findall(r"^(@?[\w./-]+) (\d[\w.-]*) \(([^)]+)\)$", text, flags=re.MULTILINE)
    assert {name: [version, licence] for name, version, licence in headings} == inside
    assert text.count("Permission is hereby granted") == len(inside)


def test_every_licence_is_known_and_allowed() -> None:
    licences = {name: cells[1] for name, cells in rows("Python").items()}
    for section in ("JavaScript that JupyterLab brings", "JavaScript that builds and tests"):
        licences |= {name: cells[1] for name, cells in rows(section).items()}
    assert len(licences) > 200
    for name, licence in licences.items():
        terms = re.sub(r" \(its metadata say.*\)|public domain|[()]", "", licence)
        parts = [part.strip() for part in re.split(r" AND | OR | WITH ", terms) if part.strip()]
        assert set(parts) <= ALLOWED, f"{name}: {licence}"

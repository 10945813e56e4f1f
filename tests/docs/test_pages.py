"""What is in the built documentation: every name, verb, guide and tutorial, with its pictures."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from documentation.page_links import check_pages, read_page
from sphinx.util.inventory import InventoryFile

import causal_magics
from causal_magics import errors
from causal_magics.graph import interchange
from causal_magics.magics.verbs import VERBS

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(600)
PYTHON = "py:function", "py:class", "py:exception", "py:data", "py:method", "py:attribute"


@dataclass(frozen=True)
class Built:
    """What the command built, and what it said."""

    folder: Path
    status: int
    said: str

    def page(self, name: str) -> str:
        return (self.folder / f"{name}.html").read_text(encoding="utf-8")

    def entries(self, *kinds: str) -> dict[str, str]:
        """The address of each name of these kinds, as `py:function`."""
        content = (self.folder / "objects.inv").read_bytes()
        inventory = InventoryFile.loads(content, uri="").data
        return {
            name: entry.uri
            for kind in kinds or inventory
            for name, entry in inventory.get(kind, {}).items()
        }


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("built") / "docs"
    command = [sys.executable, "scripts/build_docs.py", "--output", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return Built(folder, done.returncode, done.stdout + done.stderr)


def test_the_build_ends_without_a_warning(built: Built) -> None:
    assert "WARNING" not in built.said
    assert "ERROR" not in built.said
    assert built.status == 0, built.said


def test_every_public_name_is_in_the_reference(built: Built) -> None:
    documented = built.entries(*PYTHON)
    public = [f"causal_magics.{name}" for name in causal_magics.__all__]
    public += [f"{interchange.__name__}.{name}" for name in interchange.__all__]
    assert [name for name in public if name not in documented] == []


def test_every_error_is_in_the_tree(built: Built) -> None:
    page = read_page(built.page("reference/errors"))
    names = [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.CausalMagicsError)
    ]
    ends = {anchor.rpartition(".")[2] for anchor in page.anchors}
    assert len(names) > 20
    assert [name for name in names if name not in ends] == []


def section(page: str, verb: str) -> str:
    """The part of the page of verbs that is about one."""
    return page.split(f'id="verb-{verb}"', 1)[1].split('id="verb-', 1)[0]


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_is_explained_with_all_options_and_a_cell(built: Built, name: str) -> None:
    verb = VERBS[name]
    about = re.sub(r"<[^>]+>", "", section(built.page("reference/verbs"), name))
    assert f"causal {name}" in about
    assert "An example" in about, f"no cell of README.md or the notebooks shows {name}"
    for option in verb.options:
        assert (option.placeholder if option.required else option.option) in about, option.name
    if verb.by_node:
        assert "NODE: …" in about


def test_a_verb_links_to_the_function_behind_it(built: Built) -> None:
    about = section(built.page("reference/verbs"), "discover")
    assert 'href="discovery.html#causal_magics.discover"' in about
    assert 'href="graph.html#causal_magics.CausalGraph"' in about


def test_signatures_are_as_written(built: Built) -> None:
    text = re.sub(r"<[^>]+>|\s+", "", built.page("reference/discovery"))
    assert "knowledge:Knowledge|CausalGraph|None=None" in text
    assert "edge_floor:float=0.002" in text


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.stem)
def test_every_guide_is_on_the_side_bar(built: Built, path: Path) -> None:
    assert (built.folder / f"{path.stem}.html").is_file()
    links = read_page(built.page("index")).links
    assert path.stem == "index" or f"{path.stem}.html" in links


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_every_tutorial_keeps_its_pictures(built: Built, path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    pictures = {"image/png", "image/svg+xml"}
    stored = [
        output
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if pictures & set(output.get("data", {}))
    ]
    page = built.page(f"notebooks/{path.stem}")
    shown = re.findall(r'<img [^>]*src="\.\./_images/[^"]+\.(?:svg|png)"', page)
    assert len(shown) >= len(stored)
    assert "Loading widget" not in page
    assert f"notebooks/{path.stem}.html" in read_page(built.page("index")).links


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(built: Built) -> None:
    report = check_pages(built.folder)
    assert report.problems == ()
    assert report.pages > 30
    assert report.links > 3000


def test_the_search_knows_names_and_prose(built: Built) -> None:
    index = (built.folder / "searchindex.js").read_text(encoding="utf-8")
    found = json.loads(index[index.index("(") + 1 : index.rindex(")")])
    assert "collid" in found["terms"]
    assert {"reference/discovery", "notebooks/tour", "verbs-guide"} <= set(found["docnames"])


def test_what_other_packages_bring_to_a_class_is_left_out(built: Built) -> None:
    documented = built.entries(*PYTHON, "py:property")
    assert "causal_magics.GraphEditor.graph" in documented
    assert "causal_magics.GraphEditor.trait_names" not in documented

"""Lays out what Sphinx reads: Markdown, notebooks and pictures, their links turned with them."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from causal_magics.magics.verbs import VERBS
from documentation.contents import contents, in_order, title_of
from documentation.markdown_links import Target, with_links
from documentation.notebooks import code_cells, prose, read_notebook, shown_cells, turned_notebook
from documentation.rooms import write_rooms
from documentation.verb_page import verb_examples, verb_page

SHEETS = Path(__file__).parent / "static"
_FILES = "files"
_CELL = re.compile(r"^```\n(?=%%)", re.MULTILINE)
_LIGHT = re.compile(r"!\[(?P<words>[^\]]*)\]\((?P<picture>images/[\w-]+)-light\.png\)")


@dataclass(frozen=True)
class Layout:
    """Where each file of the repository goes.

    Parameters
    ----------
    root : Path
        The repository.
    folder : Path
        What Sphinx reads.
    """

    root: Path
    folder: Path

    def place(self, path: str) -> str:
        """Return the place of a file, both relative; files that are no pages are kept aside."""
        if path == "README.md":
            return "overview.md"
        if path.startswith("docs/"):
            return path.removeprefix("docs/")
        if path.startswith("notebooks/") and path.endswith(".ipynb"):
            return path
        return f"{_FILES}/{path}"

    def turned(self, text: str, document: str) -> str:
        """Return Markdown whose links lead where the files are now."""
        here = posixpath.dirname(self.place(document))

        def replace(target: Target) -> str:
            if target.path == document:
                return target.tail
            path = target.path
            if (self.root / path / "__init__.py").is_file():
                path = f"{path}/__init__.py"
            place = self.place(path)
            if place.startswith(f"{_FILES}/"):
                self._bring(path)
            return posixpath.relpath(place, here or ".") + target.tail

        coloured = _CELL.sub("```ipython3\n", with_links(text, document, replace))
        return self._in_both_themes(coloured)

    def _in_both_themes(self, text: str) -> str:
        """Add the dark twin of each light picture, where the page does not show it anyway."""

        def twins(match: re.Match[str]) -> str:
            dark = f"{match['picture']}-dark.png"
            if dark in text or not (self.root / "docs" / dark).is_file():
                return match[0]
            return f"{match[0]}{{.only-light}}\n![{match['words']}]({dark}){{.only-dark}}"

        return _LIGHT.sub(twins, text)

    def _bring(self, path: str) -> None:
        """Copy a file that a page links to."""
        destination = self.folder / self.place(path)
        destination.parent.mkdir(parents=True, exist_ok=True)
        if (self.root / path).is_file():
            shutil.copyfile(self.root / path, destination)


def lay_out(root: Path, folder: Path) -> None:
    """Write everything that Sphinx reads into a new folder.

    Parameters
    ----------
    root : Path
        The repository.
    folder : Path
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "notebooks").mkdir(parents=True)
    (folder / "reference").mkdir()
    layout = Layout(root, folder)
    shutil.copytree(root / "docs" / "images", folder / "images")
    shutil.copytree(SHEETS, folder / "_static")
    texts = {f"docs/{path.name}": _read(path) for path in sorted((root / "docs").glob("*.md"))}
    readme = _read(root / "README.md")
    texts["README.md"] = re.sub(r"\A# .+", "# Overview", readme)  # the landing page has its title
    notebooks = {path.stem: read_notebook(path) for path in (root / "notebooks").glob("*.ipynb")}
    cells = [cell for name in in_order(notebooks) for cell in code_cells(notebooks[name])]
    rooms = write_rooms(folder / "reference", [*texts.values(), *cells])
    shown = [*shown_cells(texts["README.md"]), *cells, *shown_cells(texts["docs/verbs-guide.md"])]
    examples = verb_examples(shown, VERBS)
    (folder / "reference" / "verbs.rst").write_text(verb_page(VERBS, examples), encoding="utf-8")
    for document, text in texts.items():
        (folder / layout.place(document)).write_text(layout.turned(text, document), "utf-8")
    for name, notebook in notebooks.items():
        document = f"notebooks/{name}.ipynb"
        turned = turned_notebook(notebook, partial(layout.turned, document=document))
        (folder / document).write_text(json.dumps(turned), encoding="utf-8")
    titles = {Path(layout.place(document)).stem: title_of(text) for document, text in texts.items()}
    tutorials = {name: title_of(prose(notebook)) for name, notebook in notebooks.items()}
    with (folder / "index.md").open("a", encoding="utf-8") as index:
        index.write(contents(titles, tutorials, rooms))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")

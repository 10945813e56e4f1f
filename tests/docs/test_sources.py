"""How documents are turned for Sphinx, and what the reference is written from."""

from __future__ import annotations

from pathlib import Path

import pytest
from documentation.contents import in_order, title_of
from documentation.notebooks import shown_cells, turned_notebook
from documentation.restructured import escaped
from documentation.sources import Layout
from documentation.verb_page import verb_examples


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    root = tmp_path / "repository"
    for name in ("docs/images/p-light.png", "docs/images/p-dark.png", "docs/images/q-light.png"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    (root / "package").mkdir()
    (root / "package" / "__init__.py").write_text("'''A room.'''\n", encoding="utf-8")
    (root / "LICENSE").write_text("Free.\n", encoding="utf-8")
    return Layout(root, tmp_path / "sources")


@pytest.mark.parametrize(
    ("document", "link", "turned"),
    [
        ("docs/a.md", "b.md#c", "b.md#c"),
        ("docs/a.md", "#c", "#c"),
        ("docs/a.md", "../README.md", "overview.md"),
        ("docs/a.md", "../notebooks/n.ipynb", "notebooks/n.ipynb"),
        ("notebooks/n.ipynb", "../docs/a.md", "../a.md"),
        ("README.md", "docs/images/q-light.png", "images/q-light.png"),
        ("README.md", "LICENSE", "files/LICENSE"),
        ("docs/a.md", "../package/", "files/package/__init__.py"),
    ],
)
def test_links_lead_where_files_are_now(
    layout: Layout, document: str, link: str, turned: str
) -> None:
    assert layout.turned(f"[x]({link})", document) == f"[x]({turned})"
    if turned.startswith("files/"):
        assert (layout.folder / turned).is_file()


def test_a_light_picture_has_its_dark_twin(layout: Layout) -> None:
    light, dark = "![p](images/p-light.png)", "![p](images/p-dark.png)"
    turned = layout.turned(light, "docs/a.md")
    assert turned == f"{light}{{.only-light}}\n{dark}{{.only-dark}}"
    both = f"{light}\n{dark}"
    assert layout.turned(both, "docs/a.md") == both
    assert layout.turned("![q](images/q-light.png)", "docs/a.md").count("![") == 1


def test_outputs_that_need_a_kernel_are_left_out() -> None:
    data = {"application/vnd.jupyter.widget-view+json": {}, "image/svg+xml": "<svg/>"}
    cell = {"cell_type": "code", "source": "g", "outputs": [{"data": data}]}
    turned = turned_notebook({"cells": [cell], "metadata": {}}, str.upper)
    assert turned["cells"][0]["outputs"] == [{"data": {"image/svg+xml": "<svg/>"}}]
    assert turned["cells"][0]["source"] == "g"
    prose = {"cell_type": "markdown", "source": ["a\n", "b"]}
    assert (
        turned_notebook({"cells": [prose], "metadata": {}}, str.upper)["cells"][0]["source"]
        == "A\nB"
    )


def test_the_example_of_a_verb_is_the_first_cell_with_a_body() -> None:
    text = "`%causal ask -o p` and `%causal edit --help`\n```\n%%causal graph -o g\nA -> B\n```\n"
    cells = ["%causal graph", *shown_cells(text), "%%causal graph -o h\nC -> D", "x = 1"]
    assert verb_examples(cells, ["graph", "ask", "edit"]) == {
        "graph": "%%causal graph -o g\nA -> B",
        "ask": "%causal ask -o p",
    }


def test_text_reads_the_same_in_the_reference() -> None:
    assert escaped("a|b `x` `a b` *c*") == r"a\|b :py:obj:`x` ``a b`` \*c\*"


def test_the_side_bar_has_short_titles_in_order() -> None:
    assert title_of("text\n# Discovery: how far to trust it\n## More") == "Discovery"
    assert in_order(["zebra", "discovering", "tour"]) == ["tour", "discovering", "zebra"]

"""Links of the README, the guides and the notebooks lead somewhere in the repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from documentation.markdown_links import Target, anchors, broken_links, slug, with_links
from documentation.notebooks import prose, read_notebook

ROOT = Path(__file__).parents[2]
DOCUMENTS = ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere_on_github(document: str) -> None:
    assert broken_links(ROOT, document) == []


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_links_of_notebooks_lead_somewhere(path: Path) -> None:
    targets: list[Target] = []

    def keep(target: Target) -> str:
        targets.append(target)
        return target.path

    with_links(prose(read_notebook(path)), f"notebooks/{path.name}", keep)
    assert [target.path for target in targets if not (ROOT / target.path).exists()] == []


def test_the_guides_have_links_at_all() -> None:
    found: list[Target] = []
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        with_links(text, document, lambda target: found.append(target) or target.path)
    assert len(found) > 60


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("[a](b.md)", 0),
        ("[a](b.md#a-heading-twice-1)", 0),
        ("[a](#own)\n\n## Own", 0),
        ("`[a](gone.md)` and\n```\n[a](gone.md)\n```", 0),
        ("[a](https://example.org/gone)", 0),
        ("[a](gone.md)", 1),
        ("![a](gone.png)", 1),
        ("[a](b.md#gone) [b](b.md) [c](gone.md)", 2),
        ("```\n```\n[a](gone.md)", 1),
        ("[a](../../outside.md)", 1),
    ],
)
def test_what_is_broken_is_found(tmp_path: Path, text: str, broken: int) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "b.md").write_text("# A heading: twice\n# A heading, twice\n", "utf-8")
    (tmp_path / "docs" / "a.md").write_text(text, encoding="utf-8")
    assert len(broken_links(tmp_path, "docs/a.md")) == broken


def test_anchors_are_those_of_github() -> None:
    assert slug("What is assumed, and where it fails") == "what-is-assumed-and-where-it-fails"
    assert slug("The `-o` of [a cell](x.md)") == "the--o-of-a-cell"
    assert anchors("# A\n## A\n```\n# B\n```\n") == {"a", "a-1"}


def test_links_are_turned_and_nothing_else() -> None:
    text = '![p](images/p.png) `](x)` [q](../n/q.ipynb#a "t") [r](https://h.org)'
    turned = with_links(text, "docs/a.md", lambda target: f"<{target.path}{target.tail}>")
    assert turned == '![p](<docs/images/p.png>) `](x)` [q](<n/q.ipynb#a> "t") [r](https://h.org)'

"""The checker of built pages finds what is broken and what is loaded from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from documentation.page_links import check_pages


def problems(folder: Path, body: str, **files: str) -> tuple[str, ...]:
    (folder / "index.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    (folder / "other.html").write_text("<h1 id='here'>Other</h1>", encoding="utf-8")
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return check_pages(folder).problems


@pytest.mark.parametrize(
    "body",
    [
        "<a href='other.html'>x</a>",
        "<a href='other.html#here'>x</a>",
        "<a href='#top' id='top'>x</a>",
        "<a href='https://example.org/a?b#c'>x</a>",
        "<img src='data:image/png;base64,AAAA'>",
        "<link rel='next' href='other.html'>",
        "<p>fetch('https://example.org')</p>",
    ],
)
def test_what_is_right_passes(tmp_path: Path, body: str) -> None:
    assert problems(tmp_path, body) == ()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<a href='gone.html'>x</a>", "gone.html, which is not there"),
        ("<a href='other.html#gone'>x</a>", "an anchor that is not there"),
        ("<a href='#gone'>x</a>", "an anchor that is not there"),
        ("<a href='../outside.html'>x</a>", "outside the folder"),
        ("<a href='https://'>x</a>", "names no host"),
        ("<a href='javascript:x()'>x</a>", "an unknown kind of address"),
        ("<img src='gone.png'>", "gone.png, which is not there"),
        ("<img src='https://example.org/a.png'>", "not of these pages"),
        ("<img srcset='//example.org/a.png 2x'>", "not of these pages"),
        ("<script src='https://example.org/a.js'></script>", "not of these pages"),
        ("<link rel='stylesheet' href='https://example.org/a.css'>", "not of these pages"),
        ("<style>@import 'https://example.org/a.css';</style>", "not of these pages"),
        ("<style>p{background:url(https://example.org/a.png)}</style>", "not of these pages"),
        ("<p style='background:url(//example.org/a.png)'>x</p>", "not of these pages"),
        ("<script>fetch('https://example.org/a')</script>", "not of these pages"),
        ("<svg><image href='https://example.org/a.png'/></svg>", "not of these pages"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, body: str, said: str) -> None:
    (found,) = problems(tmp_path, body)
    assert found.startswith("index.html ")
    assert said in found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("fonts_css", "@font-face{src:url('https://example.org/a.woff2')}"),
        ("code_js", "import('https://example.org/a.js')"),
        ("picture_svg", "<svg><style>@import url(https://example.org/a.css)</style></svg>"),
    ],
)
def test_files_beside_the_pages_are_read_too(tmp_path: Path, name: str, text: str) -> None:
    (found,) = problems(tmp_path, "", **{name: text})
    assert found.startswith(name.replace("_", "."))

"""Static drawings: what is drawn, names that stay text, the same picture for the same graph."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causal_magics.errors import MissingDependencyError, NodeNameError
from causal_magics.graph.comparison import compare
from causal_magics.graph.drawing import COMPACT_ABOVE, Theme, to_png, to_svg
from causal_magics.graph.elements import MARKS, ROLES, Mark, Pair
from causal_magics.graph.model import CausalGraph, Edge, Knowledge, Node

parse = CausalGraph.parse
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><image href="x" onerror="alert(1)"/>',
    "]]></title><g>",
    "a & b &amp; c",
    "--><!-- 'quoted' -->",
    "\u202eright to left",
    "x" * 300,
    "{{7*7}} %s {0}",
    "日本語 😀 e\u0301",
)
TAGS = {"svg", "title", "desc", "style", "rect", "g", "path", "circle", "text"}


@dataclass(frozen=True)
class SetsOfPairs:
    added: frozenset[Pair] = frozenset()
    missing: frozenset[Pair] = frozenset()
    reversed: frozenset[Pair] = frozenset()
    changed: frozenset[Pair] = frozenset()


def tree(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def titles(svg: str) -> list[str]:
    return [title.text or "" for title in tree(svg).iter(f"{SVG}title")]


def labels(svg: str) -> list[str]:
    return [text.text or "" for text in tree(svg).iter(f"{SVG}text")]


def assert_only_drawing(svg: str) -> None:
    for item in tree(svg).iter():
        assert item.tag.removeprefix(SVG) in TAGS
        assert not [name for name in item.attrib if name.startswith("on") or "href" in name]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(name: str) -> None:
    graph = CausalGraph([Node(name, frozenset(ROLES)), "other"], [(name, "other")])
    svg = to_svg(graph, title=name)
    assert_only_drawing(svg)
    assert titles(svg)[0] == name
    assert f"{name} → other" in titles(svg)
    assert f"{name} ({', '.join(ROLES)})" in titles(svg)


@given(st.text(min_size=1, max_size=40))
def test_any_name_gives_well_formed_markup(name: str) -> None:
    try:
        graph = CausalGraph([name], [])
    except NodeNameError:
        return
    svg = to_svg(graph, theme="light")
    assert_only_drawing(svg)
    assert titles(svg)[1] == name


@pytest.mark.parametrize("theme", get_args(Theme))
def test_the_same_graph_is_the_same_text(theme: Theme) -> None:
    text = "a [exposure]; b [outcome]; a -> b; a <-> b; c -> b [required]"
    drawn = to_svg(parse(text), theme=theme, title="t")
    assert drawn == to_svg(parse(text), theme=theme, title="t")
    assert " id=" not in drawn


def test_no_nodes() -> None:
    assert_only_drawing(to_svg(CausalGraph()))


def test_fixed_themes_carry_no_style_sheet() -> None:
    graph = parse("a [exposure]")
    light, dark, auto = (to_svg(graph, theme=theme) for theme in ("light", "dark", "auto"))
    assert "#007A5A" in light
    assert "#2FC79A" in dark
    assert "<style>" not in light + dark
    assert "var(" not in light + dark
    for needed in ("prefers-color-scheme:dark", "--jp-layout-color0", "#007A5A", "#2FC79A"):
        assert needed in auto


def test_every_class_of_the_theme_auto_has_a_rule() -> None:
    graph = CausalGraph([Node("a", frozenset(ROLES)), *"bc"], [("a", "b"), ("b", "c", "@->")])
    svg = to_svg(graph, comparison=SetsOfPairs(added=frozenset({("a", "b")})))
    style = svg[svg.index("<style>") : svg.index("</style>")]
    used = {name for group in re.findall(r'class="(cm-[^"]*)"', svg) for name in group.split()}
    assert used
    assert all(f".{name}{{" in style for name in used)


def test_every_role_has_its_sign() -> None:
    for role in ROLES:
        svg = to_svg(CausalGraph([Node("n", frozenset({role}))]), theme="light")
        assert f"n ({role})" in titles(svg)
        plain = to_svg(CausalGraph(["n"]), theme="light")
        assert svg != plain
    latent = to_svg(CausalGraph([Node("n", frozenset({"latent"}))]))
    assert "U" in labels(latent)
    assert 'stroke-dasharray="5 3"' in latent
    assert 'font-style="italic"' in latent
    selection = to_svg(CausalGraph([Node("n", frozenset({"selection"}))]))
    assert "S" in labels(selection)
    assert selection.count("<rect") == 3
    assert "F" in labels(to_svg(CausalGraph([Node("n", frozenset({"functional"}))])))


@pytest.mark.parametrize("mark", MARKS)
def test_every_mark(mark: Mark) -> None:
    svg = tree(to_svg(CausalGraph(edges=[("a", "b", mark)]), theme="light"))
    circles = len(list(svg.iter(f"{SVG}circle")))
    heads = [path for path in svg.iter(f"{SVG}path") if path.get("d", "").endswith("Z")]
    assert circles == mark.count("@")
    assert len(heads) == mark.count(">") + mark.count("<")
    dashed = [path for path in svg.iter(f"{SVG}path") if "stroke-dasharray" in path.attrib]
    assert len(dashed) == (mark == "<->")


def test_evidence_is_width_and_words() -> None:
    edges = [Edge("a", "b", "->", 1.0, 12.34), Edge("b", "c", "->", 0.0)]
    svg = to_svg(CausalGraph(edges=edges), theme="light")
    widths = [
        path.get("stroke-width") for path in tree(svg).iter(f"{SVG}path") if path.get("stroke")
    ]
    assert widths == ["4", "1"]
    assert "a → b, confidence 1, 12.3 bits" in titles(svg)
    assert "b → c, confidence 0" in titles(svg)


def test_knowledge_has_badges() -> None:
    knowledge = Knowledge(required=frozenset({("a", "b")}), forbidden=frozenset({("c", "a")}))
    svg = to_svg(CausalGraph("abc", knowledge=knowledge), theme="light")
    assert "R" in labels(svg)
    assert {"a → b, required", "c → a, forbidden"} <= set(titles(svg))
    assert 'stroke-linecap="round"' in svg


def test_a_comparison_marks_the_differences() -> None:
    learned = parse("a -> b; b -> c; c -> d; d -- e")
    truth = parse("a -> b; c -> b; a -> d; d -> e")
    svg = to_svg(learned, comparison=compare(learned, truth), theme="light")
    assert {
        "b → c, reversed", "c → d, added", "a → d, removed", "d — e, another mark", "a → b",
    } <= set(titles(svg))  # fmt: skip
    for line in ("1 added", "1 removed", "1 reversed", "1 another mark"):
        assert line in labels(svg)
    svg = to_svg(learned, comparison=SetsOfPairs(missing=frozenset({("e", "a"), ("x", "y")})))
    assert "e → a, removed" in titles(svg)


def test_description_names_the_edges_and_stays_short() -> None:
    many = CausalGraph(edges=[("a", f"b{i}") for i in range(100)])
    description = tree(to_svg(many)).findtext(f"{SVG}desc") or ""
    assert description.startswith("101 nodes, 100 edges. a → b0")
    assert description.endswith("; and 40 more")


def test_a_large_graph_is_compact() -> None:
    count = COMPACT_ABOVE + 1
    edges = [(f"n{i // 2}", f"n{i}") for i in range(1, count)]
    graph = CausalGraph(edges=edges).set_roles("n7", {"exposure"})
    svg = to_svg(graph)
    assert_only_drawing(svg)
    assert labels(svg) == ["n7"]
    assert len(svg) < 400_000


def test_png() -> None:
    graph = parse("a [exposure]; a -> b")
    for theme in get_args(Theme):
        assert to_png(graph, theme=theme).startswith(b"\x89PNG")


def test_png_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MissingDependencyError, match=r"causal-magics\[png\]"):
        to_png(parse("a -> b"))

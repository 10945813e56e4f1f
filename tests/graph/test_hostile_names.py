"""No name is ever markup, code or another name, in whatever form a graph is written."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from causal_magics.discovery.discover import discover
from causal_magics.graph.comparison import compare
from causal_magics.graph.drawing import to_svg
from causal_magics.graph.identification import identify
from causal_magics.graph.interchange import (
    from_dot,
    from_gml,
    from_json,
    to_dot,
    to_gml,
    to_json,
    to_mermaid,
    to_tikz,
)
from causal_magics.graph.model import ROLES, CausalGraph, Knowledge, Node
from causal_magics.graph.notation import format_graph, parse_cell, parse_graph

NAMES: list[str] = json.loads(
    (Path(__file__).parents[1] / "golden" / "hostile_names.json").read_text("utf-8")
)
SVG_TAGS = {"svg", "title", "desc", "style", "rect", "g", "path", "circle", "text"}
HTML_TAGS = {"style", "div", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "br"} | {
    "details", "summary",
}  # fmt: skip
OF_TEX = set("\\{}$&#^_~%")
TEX_FOR_A_CHARACTER = re.compile(r"\\text[a-z]+\{\}|\{\\char34\}|\{-\}|\\[{}$&#_%]")

every_name = pytest.mark.parametrize("name", NAMES)
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pydot")


def around(name: str) -> CausalGraph:
    """Return a graph with a name in every part that has one."""
    return CausalGraph(
        [Node(name, frozenset(ROLES) - {"exposure", "outcome"}, (1, 2)), "left", "right"],
        [("left", name), (name, "right"), ("left", "right", "<->")],
        Knowledge(frozenset({("left", name)}), frozenset({("right", "left")}), (("left", name),)),
    )


def turned(name: str) -> CausalGraph:
    """Return another graph on the same nodes, with an edge more, one less and one reversed."""
    return CausalGraph(["left", "right"], [(name, "left"), ("left", "right"), (name, "right")])


class Page(HTMLParser):
    """The elements, attributes and text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"A comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"A declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"An instruction: {data}")


def assert_harmless(html: str, name: str) -> None:
    page = Page(html)
    assert page.tags <= HTML_TAGS | SVG_TAGS
    assert not [a for a in page.attributes if a.startswith("on") or "href" in a or a == "src"]
    assert name in page.text


@every_name
def test_in_svg(name: str) -> None:
    for drawn in (to_svg(around(name), title=name), compare(around(name), turned(name)).to_svg()):
        root = ET.fromstring(drawn)
        assert {item.tag.split("}")[1] for item in root.iter()} <= SVG_TAGS
        attributes = {attribute for item in root.iter() for attribute in item.attrib}
        assert not [a for a in attributes if a.startswith("on") or "href" in a]
        assert any(name in (item.text or "") for item in root.iter())


@every_name
def test_in_the_html_of_an_identification(name: str) -> None:
    for exposure, outcome in (("left", "right"), (name, "right"), ("left", name)):
        graph = around(name).with_knowledge(Knowledge())
        assert_harmless(identify(graph, exposure, outcome)._repr_html_(), name)


@every_name
def test_in_the_html_of_tested_independences(name: str) -> None:
    graph = CausalGraph(edges=[("left", name), (name, "right")])
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({node: rng.normal(size=40) for node in graph.nodes})
    assert_harmless(identify(graph, "left", "right", data=frame)._repr_html_(), name)


@every_name
def test_in_the_html_of_a_comparison(name: str) -> None:
    assert_harmless(compare(around(name), turned(name))._repr_html_(), name)


def test_in_the_html_of_a_discovery() -> None:
    rng = np.random.default_rng(0)
    cause = rng.normal(size=300)
    for name in NAMES:
        frame = pd.DataFrame({"cause": cause, name: cause + 0.3 * rng.normal(size=300) ** 3})
        found = discover(frame)
        assert found.graph.edges
        assert_harmless(found._repr_html_(), name)


@every_name
def test_in_tikz(name: str) -> None:
    lines = to_tikz(around(name)).split("\n")
    assert len(lines) == len(to_tikz(around("harmless")).split("\n"))
    label = lines[6].split(" at (", 1)[1].split(") {", 1)[1].removesuffix("};")
    assert not set(TEX_FOR_A_CHARACTER.sub("", label)) & OF_TEX
    assert len(TEX_FOR_A_CHARACTER.sub("x", label)) == len(name)


@every_name
def test_in_mermaid(name: str) -> None:
    lines = to_mermaid(around(name)).split("\n")
    shown = re.fullmatch(r'  v0\["(.*)"\]', lines[1])
    assert shown is not None
    assert not set(shown[1]) & set("\"'`<>[](){}&|%\\$*_")
    assert re.sub(r"#(\d+);", lambda code: chr(int(code[1])), shown[1]) == name
    assert len(lines) == len(to_mermaid(around("harmless")).split("\n"))


@every_name
def test_in_formats_that_are_read_again(name: str) -> None:
    graph = around(name)
    assert from_dot(to_dot(graph)) == graph
    assert from_gml(to_gml(graph)) == graph
    assert from_json(to_json(graph)) == graph


@every_name
def test_in_notation(name: str) -> None:
    graph = around(name)
    assert parse_graph(format_graph(graph)) == graph
    assert parse_cell(format_graph(graph)).graph == graph


def test_all_at_once() -> None:
    graph = CausalGraph(NAMES, list(pairwise(NAMES)))
    assert parse_graph(format_graph(graph)) == graph
    assert from_dot(to_dot(graph)) == graph
    root = ET.fromstring(to_svg(graph))
    assert {item.tag.split("}")[1] for item in root.iter()} <= SVG_TAGS

"""What front-ends without an extension rely on: one module, and outputs to choose from."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.graph_editor import BUNDLE, MIME_TYPE, GraphEditor
from causal_magics.widgets.opening import edit

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
NAMESPACES = {
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1998/Math/MathML",
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/XML/1998/namespace",
}
GRAPH = CausalGraph.parse(
    "Treatment [exposure]; Outcome [outcome]; Gene [latent]; Age [adjusted]; Ill [selection]\n"
    "Gene -> {Treatment Outcome}; Treatment -> {Outcome Ill}; Age <-> Outcome; Age -- Gene\n"
    "tiers: Age | Treatment Ill"
)
LOAD_FROM_TEXT = """
import { readFileSync } from "node:fs";
const code = readFileSync(process.argv[1]).toString("base64");
const { default: widget, ...others } = await import(`data:text/javascript;base64,${code}`);
console.log(JSON.stringify([Object.keys(widget), typeof widget.render, Object.keys(others)]));
"""


@pytest.fixture(scope="module")
def bundle() -> str:
    return BUNDLE.read_text(encoding="utf-8")


@pytest.fixture
def editor() -> Iterator[GraphEditor]:
    opened = edit(GRAPH, title="g")
    yield opened
    opened.close()


def _mimebundle(editor: GraphEditor) -> tuple[dict[str, Any], dict[str, Any]]:
    shown = editor._repr_mimebundle_(include=None, exclude=None)
    assert shown is not None
    return shown


def test_the_bundle_is_a_widget_that_loads_from_its_text_alone() -> None:
    loaded = subprocess.run(
        ["node", "--input-type=module", "--eval", LOAD_FROM_TEXT, str(BUNDLE)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(loaded.stdout) == [["render"], "function", []]


@pytest.mark.parametrize(
    "needs",
    [
        r"\bimport\b",
        r"\brequire\s*\(",
        r"\beval\b",
        r"\bnew Function\b",
        r"\b(fetch|importScripts)\s*\(",
        r"\b(XMLHttpRequest|WebSocket|EventSource|Worker)\b",
        r"@import\b|@font-face\b|url\((?!#)",
        r"sourceMappingURL",
    ],
)
def test_the_bundle_loads_and_evaluates_nothing_else(bundle: str, needs: str) -> None:
    assert re.findall(needs, bundle) == []


def test_addresses_in_the_bundle_are_names_of_languages(bundle: str) -> None:
    assert set(re.findall(r"\w+://[^\s\"'`)]+", bundle)) <= NAMESPACES


def test_the_output_has_a_form_for_every_front_end_the_live_one_before_our_own(
    editor: GraphEditor,
) -> None:
    data, _ = _mimebundle(editor)
    assert set(data) == {WIDGET_VIEW, MIME_TYPE, "image/svg+xml", "text/plain"}
    assert data[WIDGET_VIEW]["model_id"] == editor.model_id
    assert CausalGraph.parse(data["text/plain"]) == editor.graph
    assert [node["name"] for node in data[MIME_TYPE]["document"]["nodes"]] == list(GRAPH.nodes)
    types = list(data)
    assert types.index(WIDGET_VIEW) < types.index(MIME_TYPE) < types.index("image/svg+xml")


def test_colab_is_told_which_widget_manager_to_load(
    editor: GraphEditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = ModuleType("google.colab.output")
    installed = SimpleNamespace(_installed_url="manager.js")
    vars(manager).update(enable_custom_widget_manager=lambda: None, _widgets=installed)
    monkeypatch.setitem(sys.modules, "google.colab.output", manager)
    _, metadata = _mimebundle(editor)
    assert metadata == {WIDGET_VIEW: {"colab": {"custom_widget_manager": {"url": "manager.js"}}}}


def test_the_picture_needs_nothing_but_itself(editor: GraphEditor) -> None:
    data, _ = _mimebundle(editor)
    root = ET.fromstring(data["image/svg+xml"])
    elements = list(root.iter())
    tags = {element.tag.rpartition("}")[2] for element in elements}
    assert not tags & {"script", "foreignObject", "image", "use", "iframe", "link", "a"}
    assert {element.text for element in elements if element.text} >= set(GRAPH.nodes)
    written = [
        value for element in elements for value in (*element.attrib.values(), element.text or "")
    ]
    assert [
        value for value in written if re.search(r"://|@import|@font-face|url\((?!#)", value)
    ] == []
    assert [name for element in elements for name in element.attrib if name.startswith("on")] == []


def test_the_picture_has_a_ground_of_its_own(editor: GraphEditor) -> None:
    data, _ = _mimebundle(editor)
    root = ET.fromstring(data["image/svg+xml"])
    ground = root.find("{http://www.w3.org/2000/svg}rect")
    assert ground is not None
    assert ground.get("fill") == "#FFFFFF"
    box = [ground.get(side) for side in ("x", "y", "width", "height")]
    assert box == root.attrib["viewBox"].split()

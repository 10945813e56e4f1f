"""The bundle in a bare page as strict as VS Code: no network, no evaluated code, its colours."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.graph_editor import BUNDLE
from causal_magics.widgets.opening import edit

POLICY = (
    "default-src 'none'; script-src blob: 'nonce-own'; style-src 'unsafe-inline'; img-src data:"
)
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>bare</title>
<meta http-equiv="Content-Security-Policy" content="{policy}">
<style>:root {{
  --jp-layout-color0: white; --jp-layout-color1: white; --jp-content-font-color1: black;
  {colours}
}}</style>
<body {body}><main></main></body>"""
VS_CODE = "--vscode-editor-background: #1e1e1e; --vscode-editor-foreground: #d4d4d4;"
SHOW = """async ({ code, traits }) => {
  window.refused = [];
  const refuse = ({ violatedDirective }) => window.refused.push(violatedDirective);
  document.addEventListener("securitypolicyviolation", refuse);
  const file = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const { default: widget } = await import(file);
  const ignore = () => undefined;
  const model = { get: name => traits[name], set: ignore, on: ignore, off: ignore, send: ignore };
  widget.render({ model, el: document.querySelector("main") });
}"""
RUN_INLINE = """() => {
  const script = document.createElement("script");
  script.textContent = "window.ran = 1";
  document.body.append(script);
  return window.ran;
}"""


@pytest.fixture
def show(new_page: Callable[..., Page]) -> Callable[..., Locator]:
    """Show a graph in a bare page; returns the editor."""

    def shown(body: str = "", colours: str = "") -> Locator:
        page = new_page(offline=True)
        page.set_content(PAGE.format(policy=POLICY, body=body, colours=colours))
        editor = edit(CausalGraph.parse("A [exposure]; B [outcome]; A -> B"))
        traits = {"snapshot": editor.snapshot, "overlay": editor.answer_now(), "title": "g"}
        editor.close()
        code = BUNDLE.read_text(encoding="utf-8")
        page.evaluate(SHOW, {"code": code, "traits": json.loads(json.dumps(traits))})
        root = page.locator(".cmg")
        expect(root.locator("[data-node-name=A]")).to_be_visible()
        assert page.evaluate("window.refused") == []
        return root

    return shown


def test_it_is_drawn_without_network_and_under_a_strict_policy(
    show: Callable[..., Locator],
) -> None:
    root = show()
    assert root.evaluate(RUN_INLINE) is None
    expect(root.locator('[data-edge="A -> B"]')).to_be_visible()
    expect(root.locator(".cmg-reading")).to_contain_text("1 causal path")
    expect(root).to_have_css("background-color", "rgb(247, 247, 247)")


def test_a_dark_vs_code_gives_its_own_colours(show: Callable[..., Locator]) -> None:
    root = show('data-vscode-theme-kind="vscode-dark" class="vscode-dark"', VS_CODE)
    expect(root).to_have_attribute("data-theme", "dark")
    expect(root.locator(".cmg-stage")).to_have_css("background-color", "rgb(30, 30, 30)")
    expect(root).to_have_css("color", "rgb(212, 212, 212)")


def test_a_dark_colab_is_not_taken_for_a_light_one(show: Callable[..., Locator]) -> None:
    root = show()
    root.evaluate("root => root.ownerDocument.documentElement.setAttribute('theme', 'dark')")
    expect(root).to_have_css("background-color", "rgb(28, 28, 28)")
    expect(root).to_have_css("color", "rgb(236, 236, 236)")

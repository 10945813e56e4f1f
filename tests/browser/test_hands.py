"""The editor in hands: selecting, copying, types of edges, tiers, touch, map and outline."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, expect

from .notebook_page import EditorView, NotebookPage

OpenGraph = Callable[..., NotebookPage]

DAGITTY_NET = """dag {
bb="-4.5,-4.2,4.1,3.9"
"Coffee intake" [exposure,pos="-2.2,-1.6"]
"Lung cancer" [outcome,pos="1.4,-1.5"]
Smoking [latent,pos="-0.4,-3.1"]
Smoking -> "Coffee intake"
Smoking -> "Lung cancer" [beta=0.7]
}
"""


def statements(notebook: NotebookPage) -> set[str]:
    """Return what the next cell prints of g, without positions."""
    text = re.sub(r',? ?pos="[^"]*"', "", notebook.text_of(2))
    return {line.replace(" []", "").strip() for line in text.splitlines()}


def clipboard(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


def test_a_selection_moves_along_guides_and_goes_to_another_notebook(
    open_graph: OpenGraph,
) -> None:
    notebook = open_graph('A [exposure, pos="0,0"] B [pos="0,1"] C [pos="3,0"] A -> B -> C')
    page, editor = notebook.page, notebook.editor(1)
    (left, top), (right, bottom) = editor.place("A"), editor.place("B")
    page.keyboard.down("Shift")
    page.mouse.move(left - 50, top - 34)
    page.mouse.down()
    page.mouse.move(right + 50, bottom + 34, steps=4)
    expect(editor.root.locator(".cmg-band")).to_be_visible()
    page.mouse.up()
    page.keyboard.up("Shift")
    expect(editor.root.locator(".cmg-node.is-selected")).to_have_count(2)
    _, level = editor.place("C")
    page.mouse.move(right, bottom)
    page.mouse.down()
    page.mouse.move(right + 40, level + 3, steps=6)
    expect(editor.root.locator(".cmg-guides path").first).to_be_attached()
    page.mouse.up()
    assert editor.place("B")[1] == pytest.approx(level, abs=1)
    assert editor.place("A")[0] > left + 20
    editor.press("Control+c")
    other = open_graph("B -> D", suffix="-other")
    other.editor(1).node("D").click()
    other.editor(1).press("Control+v")
    expect(other.editor(1).node("B 2")).to_be_visible()
    assert statements(other) == {"B", "D", "A [exposure]", '"B 2"', "B -> D", 'A -> "B 2"'}
    other.editor(1).node("D").click()
    other.editor(1).press("Control+z")
    expect(other.editor(1).node("B 2")).to_have_count(0)


def test_a_model_of_dagitty_net_is_pasted(open_graph: OpenGraph) -> None:
    notebook = open_graph("Age", permissions=["clipboard-read", "clipboard-write"])
    editor = notebook.editor(1)
    clipboard(notebook.page, DAGITTY_NET)
    editor.node("Age").click()
    editor.press("Control+v")
    expect(editor.edge("Smoking", "Lung cancer")).to_be_attached()
    assert '"Coffee intake" [exposure]' in statements(notebook)
    assert "Smoking [latent]" in statements(notebook)
    clipboard(notebook.page, "this is -> -> no graph")
    editor.node("Age").click()
    editor.press("Control+v")
    expect(editor.root.get_by_role("group", name="Notice")).to_contain_text("no graph. Line 1")


def test_edges_go_through_their_types_and_knowledge(open_graph: OpenGraph) -> None:
    notebook = open_graph("A -> B")
    editor = notebook.editor(1)
    editor.click_edge("A", "B")
    keys = []
    for _ in range(9):
        editor.press("t")
        keys.append(editor.root.locator("[data-edge]").first.get_attribute("data-edge"))
    assert len(set(keys)) == 9
    assert keys[-1] == "A -> B"
    assert "B @-> A" in keys
    editor.press("k")
    expect(editor.edge("A", "B")).to_have_attribute("data-knowledge", "required")
    editor.press("k")
    expect(editor.edge("A", "B")).to_have_attribute("data-knowledge", "forbidden")
    assert "A -> B [forbidden]" in statements(notebook)
    editor.click_edge("A", "B")
    editor.root.get_by_label("Knowledge", exact=True).select_option("none")
    editor.press("r")
    editor.root.get_by_label("Type", exact=True).select_option("@->")
    expect(editor.edge("B", "A", "@->")).to_be_attached()


def choose(editor: EditorView, node: str, entry: str) -> None:
    editor.node(node).click(button="right")
    editor.root.get_by_role("menu", name="What can be done here").get_by_text(
        entry, exact=True
    ).click()


def test_tiers_are_bands_that_take_nodes_and_refuse_edges(open_graph: OpenGraph) -> None:
    notebook = open_graph("Early -> Late\nFree")
    page, editor = notebook.page, notebook.editor(1)
    choose(editor, "Early", "New tier")
    choose(editor, "Late", "New tier")
    expect(editor.root.locator("[data-tier]")).to_have_count(2)
    band = editor.root.locator('[data-tier="2"] rect').bounding_box()
    assert band is not None
    x, y = editor.place("Free")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, band["y"] + band["height"] / 2, steps=5)
    page.mouse.up()
    editor.draw_edge("Free", "Early")
    expect(editor.root.get_by_role("group", name="Notice")).to_contain_text("tier")
    expect(editor.edge("Free", "Early")).not_to_be_attached()
    assert "tiers: Early | Late Free" in statements(notebook)


def touch(session: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    """Put fingers on the screen, move them or (with none) take them off."""
    fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})


def test_fingers_draw_move_and_zoom(open_graph: OpenGraph) -> None:
    notebook = open_graph('A [pos="0,0"] B [pos="3,1"]', has_touch=True)
    page, editor = notebook.page, notebook.editor(1)
    session = page.context.new_cdp_session(page)
    (x, y), (to_x, to_y) = editor.place("A"), editor.place("B")
    ring = editor.node("A").locator("[data-ring]").first.bounding_box()
    assert ring is not None
    touch(session, "touchStart", (x, ring["y"] + 4))
    for part in (0.3, 0.6, 1):
        touch(session, "touchMove", (x + part * (to_x - x), y + part * (to_y - y)))
    touch(session, "touchEnd")
    expect(editor.edge("A", "B")).to_be_attached()
    touch(session, "touchStart", (to_x, to_y))
    for step in (10, 30, 60):
        touch(session, "touchMove", (to_x, to_y + step))
    touch(session, "touchEnd")
    page.wait_for_timeout(300)
    assert editor.place("B")[1] > to_y + 40
    drawing = editor.root.locator(".cmg-drawing")
    before = drawing.get_attribute("transform")
    (x, y), _ = editor.place("A"), editor.place("B")
    touch(session, "touchStart", (x + 60, y + 60), (x + 100, y + 60))
    for wide in (20, 40, 60):
        touch(session, "touchMove", (x + 60 - wide, y + 60), (x + 100 + wide, y + 60))
    touch(session, "touchEnd")
    zoom = re.search(r"scale\((.*)\)", drawing.get_attribute("transform") or "")
    assert zoom is not None
    assert drawing.get_attribute("transform") != before
    assert float(zoom[1]) > 1.5
    session.detach()


def test_without_a_keyboard_several_are_selected_by_taps(open_graph: OpenGraph) -> None:
    notebook = open_graph('A [pos="0,0"] B [pos="2,0"] C [pos="4,0"] A -> B', has_touch=True)
    page, editor = notebook.page, notebook.editor(1)
    editor.node("A").tap()
    editor.root.locator(".cmg-svg").click(button="right", position={"x": 8, "y": 8})
    editor.root.get_by_text("Select several").click()
    for name in ("B", "C"):
        editor.node(name).tap()
    expect(editor.root.locator(".cmg-node.is-selected")).to_have_count(3)
    editor.node("B").tap()
    expect(editor.root.locator(".cmg-node.is-selected")).to_have_count(2)
    page.keyboard.press("Escape")
    editor.node("B").tap()
    expect(editor.root.locator(".cmg-node.is-selected")).to_have_count(1)


def test_large_graphs_have_a_map_and_names_are_found(open_graph: OpenGraph) -> None:
    chain = " -> ".join(f"V{number}" for number in range(1, 33))
    notebook = open_graph(chain)
    page, editor = notebook.page, notebook.editor(1)
    drawing = editor.root.locator(".cmg-drawing")
    box = editor.root.locator(".cmg-minimap").bounding_box()
    assert box is not None
    before = drawing.get_attribute("transform")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 4)
    assert drawing.get_attribute("transform") != before
    editor.node("V3").click()
    editor.press("/")
    page.keyboard.type("V31")
    page.keyboard.press("Enter")
    expect(editor.node("V31")).to_have_class(re.compile("is-selected"))
    expect(editor.root.locator(".cmg-inspector")).to_contain_text("V31")


def test_pictures_have_all_names_however_small_the_drawing_is(open_graph: OpenGraph) -> None:
    chain = " -> ".join(f"V{number}" for number in range(1, 41))
    notebook = open_graph(chain)
    editor = notebook.editor(1)
    expect(editor.root.locator(".cmg-label")).to_have_count(0)
    saved = {}
    for entry in ("Save picture", "Save as PNG"):
        editor.root.get_by_role("button", name="Export").click()
        with notebook.page.expect_download() as download:
            editor.root.get_by_role("menuitem", name=entry).click()
        saved[download.value.suggested_filename] = Path(download.value.path()).read_bytes()
    assert saved["g.svg"].decode().count("<text") == 40
    assert "rgba(0, 0, 0, 0)" not in saved["g.svg"].decode().split("<g")[0]
    assert saved["g.png"].startswith(b"\x89PNG")
    expect(editor.root.locator(".cmg-label")).to_have_count(0)


def test_the_outline_reaches_every_action_and_the_sheet_names_the_keys(
    open_graph: OpenGraph,
) -> None:
    notebook = open_graph("A -> B")
    page, editor = notebook.page, notebook.editor(1)
    editor.node("A").click()
    editor.press("o")
    outline = editor.root.get_by_role("region", name="Outline")
    outline.get_by_label("Name of a new node").fill("C")
    outline.get_by_role("button", name="Add node").click()
    outline.get_by_label("From", exact=True).select_option(label="C")
    outline.get_by_label("To", exact=True).select_option(label="A")
    outline.get_by_role("button", name="Add edge").click()
    outline.get_by_label("Name of B").fill("Outcome")
    outline.get_by_label("Name of B").press("Enter")
    outline.get_by_label("Outcome outcome").check()
    outline.get_by_label("Knowledge about C → A").select_option("required")
    outline.get_by_label("Type of A → Outcome").select_option("<->")
    outline.get_by_role("button", name="Reverse C → A").click()
    outline.get_by_role("button", name="Delete A ↔ Outcome").click()
    assert statements(notebook) == {"A", "Outcome [outcome]", "C", "A -> C [required]"}
    editor.node("A").click()
    editor.press("?")
    sheet = editor.root.get_by_role("dialog", name="Keys and help")
    expect(sheet).to_contain_text("Shift+L")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)

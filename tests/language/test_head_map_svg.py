"""The picture of a head map."""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from causal_magics.errors import LanguageModelError, MissingDependencyError
from causal_magics.language.head_map_palette import STEPS, heat_paint, level_of
from causal_magics.language.head_map_svg import describe_head, head_map_png, head_map_svg
from causal_magics.language.head_panels import HeadPanel

SVG = "{http://www.w3.org/2000/svg}"
VALUES = np.array([[0.1, -0.4, np.nan], [0.4, 0.0, -0.2]])
PANEL = HeadPanel("NIE", VALUES, VALUES - 0.1, VALUES + 0.1, "nats", VALUES > 0)


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def texts(root: ET.Element) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text")]


def cells(root: ET.Element) -> dict[str, int]:
    """Count the cells of each colour."""
    paths = [p for p in root.iter(f"{SVG}path") if (p.get("d") or "").endswith("z")]
    return {p.get("fill") or "": (p.get("d") or "").count("M") for p in paths}


def test_each_value_is_a_cell_whose_colour_says_how_far_from_zero_it_is() -> None:
    found = cells(drawn(head_map_svg(PANEL, theme="light")))
    levels = [level_of(value, 0.4) for value in (0.1, -0.4, 0.4, 0.0, -0.2)]
    assert levels == [STEPS // 4, -STEPS, STEPS, 0, -STEPS // 2]
    assert found == {heat_paint(level, "light")["fill"]: 1 for level in levels}
    assert found["#00568F"] == found["#B34700"] == 1
    assert level_of(9.0, 0.4) == STEPS


def test_it_says_in_words_what_it_shows() -> None:
    root = drawn(head_map_svg(PANEL, title="Who carries it"))
    assert root.findtext(f"{SVG}title") == "Who carries it"
    words = root.findtext(f"{SVG}desc") or ""
    assert words.startswith("NIE, 2 layers × 3 heads. Largest: layer 0, head 1: −0.4 nats, −0.5 to")
    assert {"Who carries it", "NIE (nats)", "layer", "head", "−0.4", "0.4"} <= set(texts(root))
    assert "largest: 0.1 −0.4 · 1.0 0.4" in " ".join(texts(root))
    assert describe_head(PANEL, (0, 2)) == "layer 0, head 2: no value"


def test_signs_stand_for_missing_exact_selected_cut_and_kept() -> None:
    plain = head_map_svg({"NIE": np.ones((2, 3))}, theme="light")
    assert "<circle" not in plain
    root = drawn(
        head_map_svg(PANEL, theme="light", selected=[(0, 0), (0, 1)], marks={(0, 1): "cut"})
    )
    strokes = [p.get("d") or "" for p in root.iter(f"{SVG}path") if p.get("stroke-width")]
    hatching, halo, outline, cross_halo, cross = strokes
    assert hatching.count("M") > 4
    assert halo == outline
    assert outline.count("M") == 6
    assert cross == cross_halo
    assert cross.count("l") == 2
    assert len(list(root.iter(f"{SVG}circle"))) == 2
    assert "• exact" in texts(root)
    kept = drawn(head_map_svg(PANEL, theme="light", marks={(0, 1): "kept"}))
    assert len(list(kept.iter(f"{SVG}circle"))) == 4


@pytest.mark.parametrize(
    ("shape", "count"),
    [((1, 1), 1), ((2, 2), 3), ((30, 9), 2), ((48, 25), 2), ((32, 32), 4), ((80, 64), 2)],
)
def test_the_picture_fits_its_frame_whatever_the_model(shape: tuple[int, int], count: int) -> None:
    rng = np.random.default_rng(0)
    panels = {f"quantity {i}": rng.normal(size=shape) * 10.0 ** (i - 3) for i in range(count)}
    root = drawn(head_map_svg(panels, theme="light", title="t", selected=[(0, 0)]))
    _, _, width, height = (float(part) for part in (root.get("viewBox") or "").split())
    assert width <= 860
    for group in root.iter(f"{SVG}g"):
        left, top = (float(part) for part in re.findall(r"[\d.]+", group.get("transform") or ""))
        for path in group.iter(f"{SVG}path"):
            for x, y in re.findall(r"M([\d.]+) ([\d.]+)", path.get("d") or ""):
                assert 0 <= left + float(x) <= width
                assert 0 <= top + float(y) <= height
    assert sum(cells(root).values()) >= shape[0] * shape[1]


def test_nothing_in_a_name_is_markup_and_long_ones_are_clipped() -> None:
    evil = '<script>alert("x")</script>' * 5
    svg = head_map_svg(HeadPanel(evil, VALUES), title=evil)
    assert "<script" not in svg
    assert drawn(svg).findtext(f"{SVG}title") == evil
    assert any(text.startswith("<script") and text.endswith("…") for text in texts(drawn(svg)))


def test_it_follows_the_page_says_the_same_twice_and_refuses_odd_heads() -> None:
    assert head_map_svg(PANEL) == head_map_svg(PANEL)
    assert "data-jp-theme-light=false" in head_map_svg(PANEL)
    assert "<style>" not in head_map_svg(PANEL, theme="dark")
    with pytest.raises(LanguageModelError, match="2 layers × 3 heads"):
        head_map_svg(PANEL, selected=[(5, 5)])


def test_the_pixels_are_those_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    assert head_map_png(PANEL, theme="auto", zoom=1).startswith(b"\x89PNG")
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MissingDependencyError, match="resvg-py"):
        head_map_png(PANEL)

"""Pictures of bounds, budgets and phase maps: what is in them, and what is kept out."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from oracles.known_strata import Known

from causal_magics.counterfactual.decisions.targeting import target
from causal_magics.counterfactual.pictures.bounds_forest_svg import Forest, bounds_forest_svg
from causal_magics.counterfactual.pictures.chart_svg import Scale, small_width, written
from causal_magics.errors import CounterfactualError, OptionError

SVG = "{http://www.w3.org/2000/svg}"
PAYOFF = [1.0, 0.2, 0.0, -2.0]
HOSTILE = [
    "<script>alert(1)</script>", '"/><svg onload="x">', "a & b ]]>", "\u202eevil", "x" * 500,
]  # fmt: skip
BOUNDS = Known.random(5, 2, seed=4).bounds(PAYOFF, labels=HOSTILE)
FOUND = target(BOUNDS, 0.3, population=1)
KINDS = ["forest", "budget", "phase"]


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def texts(root: ET.Element) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_labels_are_text_and_nothing_else(kind: Any, theme: Any) -> None:
    more: dict[str, Any] = {"stratum": 0} if kind == "phase" else {}
    svg = FOUND.picture(kind, theme=theme, **more)
    root = drawn(svg)
    tags = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "path", "circle", "text", "g"}
    assert not any(name.startswith("on") for each in root.iter() for name in each.attrib)
    assert ("style" in tags) == (theme == "auto")
    assert svg == FOUND.picture(kind, theme=theme, **more)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [420.0, 700.0, 1400.0])
def test_all_text_is_within_the_picture(kind: Any, width: float) -> None:
    root = drawn(FOUND.picture(kind, theme="light", width=width))
    assert float(root.attrib["width"]) == width
    for each in root.iter(f"{SVG}text"):
        if "font-size" in each.attrib:
            continue
        wide = small_width(each.text or "")
        anchor, x = each.attrib["text-anchor"], float(each.attrib["x"])
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[anchor]
        assert left >= -1, each.text
        assert left + wide <= width + 1, each.text


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\x08", "\ufffe", "\ud800"])
def test_what_xml_does_not_allow_is_replaced(sign: str) -> None:
    labels = [f"a{sign}b", "c"]
    odd = target(Known.random(2, 2, seed=4).bounds(PAYOFF, labels=labels), 0.3, population=1)
    for page in (odd.picture("forest"), odd.picture("phase", stratum=0), odd._repr_html_()):
        shown = "".join(drawn(f"<div>{page}</div>").itertext())
        assert "a\ufffdb" in shown


def test_long_labels_are_shortened_in_all_that_is_said() -> None:
    long = Known.random(2, 2, seed=4).bounds(PAYOFF, labels=["y" * 3500, "c"])
    for kind, more in (("forest", {}), ("phase", {"stratum": 0})):
        assert "y" * 100 not in target(long).picture(kind, **more)


def test_words_that_all_labels_begin_with_give_room_to_those_that_differ() -> None:
    labels = [f"households with three or more children in district {z}" for z in range(12)]
    alike = Known.random(12, 2, seed=4).bounds(PAYOFF, labels=labels)
    said = texts(drawn(target(alike).picture("forest", width=420.0)))
    assert {f"…{z}" for z in range(12)} <= set(said)
    one = Known.random(1, 2, seed=4).bounds(PAYOFF, labels=labels[:1])
    assert any(word.startswith("house") for word in texts(drawn(target(one).picture("forest"))))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("option", "says"),
    [({"theme": "x"}, "Expected theme among"), ({"width": "x"}, "Expected width above 0")],
)
def test_a_theme_or_width_that_is_none_is_refused(kind: Any, option: Any, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        FOUND.picture(kind, **option)


def test_no_rows_are_no_forest() -> None:
    with pytest.raises(OptionError, match="Expected most to be a whole number from 1, got 0"):
        FOUND.picture("forest", most=0)


def test_a_forest_has_a_row_for_each_stratum_with_its_sign_and_word() -> None:
    root = drawn(FOUND.picture("forest", theme="light"))
    said = texts(root)
    for word in FOUND.decision.tolist():
        assert any(entry.startswith(word.replace("in part", "treat ")) for entry in said)
    assert any("95 % interval" in entry for entry in said)
    assert (root.findtext(f"{SVG}title") or "").endswith("of 5 strata")


def test_many_strata_are_drawn_in_part_and_counted() -> None:
    many = Known.random(80, 2, seed=1).bounds(PAYOFF)
    root = drawn(bounds_forest_svg(Forest.of_bounds(many, 12)))
    rest = next(entry for entry in texts(root) if entry.startswith("and 68 more: "))
    counted = [int(part.split()[0]) for part in rest.removeprefix("and 68 more: ").split(", ")]
    assert sum(counted) == 68
    with pytest.raises(CounterfactualError, match="Expected a picture from 420 px"):
        bounds_forest_svg(Forest.of_bounds(many), width=100)


def test_a_quantity_of_one_sign_is_not_judged() -> None:
    bounds = Known.random(40, 2, seed=4).bounds([1.0, 0.0, 0.0, 0.0])
    found = texts(drawn(bounds_forest_svg(Forest.of_bounds(bounds))))
    assert not {"treat", "undecided", "refuse"} & set(found)
    assert "and 10 more" in found
    best = int(np.argmax(bounds.benefit.midpoint))
    ends = written(float(bounds.benefit.lower[best])), written(float(bounds.benefit.upper[best]))
    assert " to ".join(ends) in found


def test_intervals_that_are_not_known_are_those_of_the_bounds() -> None:
    forest = Forest.of_bounds(BOUNDS)
    assert (forest.below <= forest.lower).all()
    assert np.isfinite(forest.below).all()


def test_a_phase_map_names_its_regions_and_where_the_payoff_is() -> None:
    root = drawn(FOUND.picture("phase", theme="light", x_range=(-3, 3), y_range=(-3, 3)))
    said = texts(root)
    assert {"treat", "refuse"} <= set(said)
    assert said[0].startswith("all units as one: ")
    assert "now (1, −2)" in said
    assert "<svg" in FOUND.phase_map(size=5)._repr_html_()


def test_html_has_the_pictures_and_escapes_labels() -> None:
    page = FOUND._repr_html_()
    assert page.count("<svg") == 2
    assert "<script>" not in page
    assert "<svg onload" not in page
    assert "which strata flip" in page


def test_a_picture_that_is_none_is_refused() -> None:
    with pytest.raises(CounterfactualError, match="Did you mean forest"):
        FOUND.picture("forrest")  # type: ignore[arg-type]


def test_numbers_of_axes() -> None:
    assert [written(value) for value in (-0.5, -0.0, 1234.5, 2.345, np.inf, 1e6, 1e200)] == [
        "−0.5", "0", "1,230", "2.35", "∞", "1,000,000", "1e+200",
    ]  # fmt: skip
    scale = Scale.around([0.0, 10.0], 0.0, 400.0)
    assert scale.at(scale.low) == 0
    assert scale.at(scale.high) == 400
    assert scale.ticks() == [0, 5, 10]
    flat = Scale.around([2.0], 0.0, 100.0)
    assert flat.low < 2.0 < flat.high

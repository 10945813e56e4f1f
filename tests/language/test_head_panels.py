"""Numbers of heads: what is taken, and what is refused in one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from causal_magics.errors import LanguageModelError
from causal_magics.language.head_panels import (
    MOST_CELLS,
    HeadPanel,
    checked_heads,
    checked_marks,
    head_panels,
)

VALUES = np.array([[0.1, -0.4, np.nan], [0.4, 0.0, -0.2]])
PANEL = HeadPanel("NIE", VALUES, unit="nats")


class Traced:
    """A result with numbers of heads."""

    def head_panels(self) -> Sequence[HeadPanel]:
        return [PANEL]


def test_a_result_panels_and_arrays_by_name_are_all_taken() -> None:
    assert head_panels(PANEL) == head_panels([PANEL]) == head_panels(Traced()) == (PANEL,)
    found = head_panels({"NIE": VALUES.tolist(), "NDE": PANEL})
    assert [panel.name for panel in found] == ["NIE", "NIE"]
    assert repr(found[1]) == "<HeadPanel NIE in nats: 2 layers × 3 heads>"
    np.testing.assert_array_equal(found[0].values, VALUES)


def test_a_panel_keeps_what_it_was_given() -> None:
    raw = VALUES.copy()
    panel = HeadPanel("a", raw, raw - 1, raw + 1, exact=raw > 0)
    raw[:] = 9
    np.testing.assert_array_equal(panel.values, VALUES)
    with pytest.raises(ValueError, match="read-only"):
        panel.values[0, 0] = 1


def test_the_largest_heads_come_by_size_and_have_values() -> None:
    assert PANEL.largest(3) == [(0, 1), (1, 0), (1, 2)]
    assert PANEL.largest(99)[-1] == (1, 1)
    assert len(PANEL.largest(99)) == 5
    assert PANEL.largest(-1) == []
    assert PANEL.full == 0.4
    assert HeadPanel("a", VALUES, limit=2.0).full == 2.0
    assert HeadPanel("a", [[0.0, np.nan]]).full == 1.0


@given(arrays(np.float64, (3, 4), elements=st.floats(allow_nan=True, allow_infinity=True)))
def test_the_largest_is_the_largest(values: np.ndarray) -> None:
    panel = HeadPanel("a", values)
    found = [abs(values[head]) for head in panel.largest(99)]
    assert found == sorted(abs(values[np.isfinite(values)]), reverse=True)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"values": [1.0, 2.0]}, r"shape \(layers, heads\) for 'a', got an array of shape \(2\)"),
        ({"values": np.zeros((0, 3))}, r"got an array of shape \(0, 3\)"),
        ({"values": [["x"]]}, "Expected numbers as values of 'a'"),
        ({"values": [[1], [2, 3]]}, "Expected numbers as values of 'a'"),
        ({"lower": [[1.0]], "upper": VALUES}, r"lower of 'a' of the shape .*, \(2, 3\), got"),
        ({"lower": VALUES}, "both ends of the intervals of 'a', got one"),
        ({"exact": [True]}, r"exact of 'a' of the shape of its values, \(2, 3\), got \(1\)"),
        ({"limit": 0.0}, "a limit above 0 for 'a', got 0.0"),
        ({"limit": np.inf}, "a limit above 0 for 'a', got inf"),
    ],
)
def test_odd_panels_are_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(LanguageModelError, match=words) as raised:
        HeadPanel(**{"name": "a", "values": VALUES, **wrong})
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, "at least one quantity of heads, got none"),
        ([], "at least one quantity of heads, got none"),
        ({"a": VALUES, "b": VALUES.T}, r"one shape, got \(2, 3\) for 'a' and \(3, 2\) for 'b'"),
        (VALUES, "a value of type ndarray"),
        ("smollm2", "a value of type str"),
        (None, "a value of type NoneType"),
        ({"a": np.zeros((130, 130))}, f"at most {MOST_CELLS:,} cells over all panels, got 16,900"),
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong: object, words: str) -> None:
    with pytest.raises(LanguageModelError, match=words):
        head_panels(wrong)


def test_heads_are_put_in_order_each_once() -> None:
    heads = [(1, 2), np.array([0, 1]), [1, 2]]
    assert checked_heads(heads, [PANEL]) == ((0, 1), (1, 2))
    assert checked_heads(iter(()), [PANEL]) == ()
    assert checked_marks({(1, 2): "cut", (0, 1): "kept"}, [PANEL]) == {
        (0, 1): "kept", (1, 2): "cut",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ([(2, 0)], r"2 layers × 3 heads, both from 0; got \(2, 0\)"),
        ([(0, -1)], r"got \(0, -1\)"),
        ([(0, 1, 2)], r"a pair \(layer, head\), got '\(0, 1, 2\)'"),
        ([(0, True)], r"a pair \(layer, head\)"),
        ([(0, 1.0)], r"a pair \(layer, head\)"),
        ([5], r"a pair \(layer, head\), got '5'"),
        ("0.1", r"pairs \(layer, head\), got a value of type str"),
        (3, r"pairs \(layer, head\), got a value of type int"),
    ],
)
def test_heads_that_are_not_there_are_refused(wrong: object, words: str) -> None:
    with pytest.raises(LanguageModelError, match=words):
        checked_heads(wrong, [PANEL])


def test_marks_are_cut_or_kept() -> None:
    with pytest.raises(LanguageModelError, match="Expected 'cut' or 'kept' as a mark, got 'burnt'"):
        checked_marks({(0, 0): "burnt"}, [PANEL])
    with pytest.raises(LanguageModelError, match="2 layers × 3 heads"):
        checked_marks({(9, 0): "cut"}, [PANEL])
    with pytest.raises(LanguageModelError, match=r"Expected marks by head.*got int"):
        checked_marks(5, [PANEL])

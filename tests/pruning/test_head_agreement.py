"""z_bias beside other numbers of the same heads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from pruning.planted import planted

from causal_magics.errors import CausalMagicsError
from causal_magics.language.head_panels import HeadPanel
from causal_magics.pruning import head_agreement as module
from causal_magics.pruning.head_agreement import head_agreement

VALUES = np.array([[0.1, -0.9, 0.3, 0.4], [0.5, -0.6, 0.7, 0.2], [-0.8, 1.1, 1.2, 0.05]])
EFFECTS = planted(VALUES, np.zeros((3, 4)))


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESAMPLES", 200)


def test_correlations_are_of_ranks() -> None:
    same = head_agreement(EFFECTS, np.exp(VALUES))
    assert same.correlation.value == pytest.approx(1.0)
    opposite = head_agreement(EFFECTS, -(VALUES**3))
    assert opposite.correlation.value == pytest.approx(-1.0)
    assert opposite.of_sizes.value == pytest.approx(1.0)


def test_a_correlation_by_hand() -> None:
    effects = planted(np.array([[0.1, 0.2, 0.3, 0.4, 0.5]]), np.zeros((1, 5)))
    found = head_agreement(effects, [[2.0, 1.0, 4.0, 3.0, 5.0]])
    # 1 − 6 · Σd² / (n(n² − 1)), with four differences of 1.
    assert found.correlation.value == pytest.approx(0.8)
    assert found.correlation.lower <= 0.8 <= found.correlation.upper


def test_what_all_heads_share_has_no_correlation() -> None:
    found = head_agreement(EFFECTS, np.zeros((3, 4)))
    assert np.isnan(found.correlation.value)
    some = np.where(np.abs(VALUES) > 0.5, np.nan, VALUES)
    assert head_agreement(EFFECTS, some).correlation.value == pytest.approx(1.0)


def test_the_largest_of_both() -> None:
    other = VALUES.copy()
    other[2, 2] = 0.0
    found = head_agreement(EFFECTS, other)
    assert set(found.shared(3)) == {(2, 1), (0, 1)}
    assert found.shared(12)[0] == (2, 2)


def test_panels_and_what_has_panels_are_taken() -> None:
    panel = HeadPanel("effect", VALUES)

    class Mediated:
        def head_panels(self) -> list[HeadPanel]:
            return [panel, HeadPanel("other", -VALUES)]

    tensor = torch.tensor(VALUES, dtype=torch.bfloat16, requires_grad=True)
    for other in (panel, Mediated(), VALUES, VALUES.tolist(), pd.DataFrame(VALUES), tensor):
        assert head_agreement(EFFECTS, other).correlation.value == pytest.approx(1.0)
    found = head_agreement(EFFECTS, Mediated())
    assert found.head_panels()[1] is panel
    assert repr(found).startswith("<HeadAgreement of z_bias and effect: rank correlation 1.00 [")
    frame = found.to_frame()
    assert list(frame.columns) == ["layer", "head", "z_bias", "effect"]
    assert frame["effect"].tolist() == VALUES.ravel().tolist()


def test_it_can_be_shown() -> None:
    found = head_agreement(EFFECTS, HeadPanel("<b>effect</b>", VALUES))
    text = found._repr_html_()
    assert "<b>effect" not in text
    assert "shared among the largest 5" in text
    assert "5: L2H2" in text
    axes = found.plot()
    assert found.plot(axes) is axes
    assert axes.get_xlabel() or axes.get_ylabel()


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (np.zeros((2, 4)), "Expected numbers of 3 layers × 4 heads, got 2 × 4"),
        (HeadPanel("other", np.zeros((3, 5))), "got 3 × 5. Both need the same model"),
        (3, "Expected numbers of heads, such as a mediation or an array of layers × heads, got 3."),
        (None, "layers × heads, got None."),
        ("L0H1", "layers × heads, got 'L0H1'."),
        ([[1, 2], [3]], "layers × heads, got [[1, 2], [3]]."),
        ({(0, 1): 0.3}, "layers × heads, got {(0, 1): 0.3}."),
        (pd.DataFrame({"a": ["b"]}), "layers × heads, got a 0 b."),
        ([1.0, 2.0], "(layers, heads)"),
        ([["a", "b"]], "layers × heads, got [['a', 'b']]."),
    ],
)
def test_other_numbers_are_told(other: Any, message: str) -> None:
    with pytest.raises(CausalMagicsError) as error:
        head_agreement(EFFECTS, other)
    assert "\n" not in str(error.value)
    assert message in str(error.value)

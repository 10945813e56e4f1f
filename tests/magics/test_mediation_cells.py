"""`mediate` and `heads` in cells, on a small random model."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from language.tiny_models import causal_tokenizer, tiny_network

from causal_magics.language.causal_lm import CausalLM
from causal_magics.probing.mediation_result import Mediation
from causal_magics.widgets.head_map import MIME_TYPE, HeadMap
from causal_magics.widgets.live_widget import LiveWidget

from .test_graph_cells import kernel, shown

__all__ = ["kernel"]

PAIRS = (
    "pairs: The doctor said -> The nurse said | she / he\npairs: In Spain -> In France | A / B\n"
)


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What cells show besides their results."""
    told: list[Any] = []
    monkeypatch.setattr(LiveWidget, "_display", staticmethod(lambda value, **_: told.append(value)))
    return told


@pytest.fixture
def traced(kernel: InteractiveShell) -> InteractiveShell:
    kernel.user_ns["tiny"] = CausalLM(tiny_network("llama"), causal_tokenizer(), "tiny")
    return kernel


def test_the_map_of_heads_is_shown_below_the_tables(
    traced: InteractiveShell, displayed: list[Any]
) -> None:
    words = "{{['The doctor said -> The nurse said | she / he', 'In Spain -> In France | A / B']}}"
    bundle, _ = shown(traced, f"mediate {words} --model tiny -o m")
    assert "<svg" not in bundle["text/html"]
    assert "through all heads" in bundle["text/html"]
    (below,) = displayed
    assert MIME_TYPE in below
    shown(traced, "heads m -o map")
    drawn = traced.user_ns["map"]
    assert isinstance(drawn, HeadMap)
    drawn.selected = [(2, 1)]
    assert traced.run_line_magic("causal", "heads m").selected == ((2, 1),)


def test_pairs_are_lines_of_the_body(traced: InteractiveShell) -> None:
    found = traced.run_cell_magic("causal", "mediate --model tiny --mediators layers -o m", PAIRS)
    assert isinstance(found, Mediation)
    assert [pair.other for pair in found.pairs] == [" he", " B"]
    assert found is traced.user_ns["m"]
    names: dict[str, Any] = {"tiny": traced.user_ns["tiny"]}
    exec(str(traced.run_line_magic("causal", "code m")), names)
    assert (names["m"].effects() == found.effects()).all()
    edited = traced.run_line_magic("causal", "edit m -o path")
    assert edited.graph == found.graph

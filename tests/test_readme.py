"""The README's cells, its short examples and its library block run in order, as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(
    r"^```(?:python\n|\n(?=%))(?P<block>.*?)^```|`(?P<inline>(?:%causal|g\.)[^`]*)`",
    re.MULTILINE | re.DOTALL,
)


@pytest.mark.timeout(900)  # three discoveries and a language model, on a machine that may be busy
def test_every_example_runs(tmp_path: Path) -> None:
    examples = [match["block"] or match["inline"] for match in EXAMPLE.finditer(README)]
    assert "g.adjustment_sets()" in examples
    assert "%causal code g" in examples
    assert any("learned.to_frame()" in example for example in examples)
    assert len(examples) >= 13
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(text.rstrip("\n")) for text in examples]
    )
    NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()

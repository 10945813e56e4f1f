"""The kernel applies operations as the screen does: both read the same golden cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from causal_magics.errors import OperationError
from causal_magics.widgets.document import Document
from causal_magics.widgets.operations import parse_group

GOLDEN = Path(__file__).parents[1] / "golden" / "operations.json"
CASES: list[dict[str, Any]] = json.loads(GOLDEN.read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_golden_case(case: dict[str, Any]) -> None:
    document = Document.from_json(case["document"])
    revision = case["document"]["rev"]
    assert document.to_json(revision) == case["document"]
    if case["error"] is None:
        group = parse_group(case["ops"])
        result = document.apply(group)
        assert result.to_json(revision) == case["result"]
        assert document.inverse(group) == case["inverse"]
        assert result.apply(parse_group(case["inverse"])) == document
        return
    with pytest.raises(OperationError) as caught:
        document.apply(parse_group(case["ops"]))
    assert caught.value.kind == case["error"]["kind"]
    expected_path = case["error"].get("cycle_path")
    assert caught.value.cycle_path == (expected_path and tuple(expected_path))
    assert "\n" not in str(caught.value)
    assert document.to_json(revision) == case["document"]

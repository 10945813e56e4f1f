"""What pruning for one dimension does to the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pruning.tiny_workloads import PRONOUNS, tiny_workload

from causal_magics.errors import CausalMagicsError, PruningError
from causal_magics.pruning.transfer import Transfer, transfer

HEADS = {"gender": [(0, 1), (2, 3)], "age": [(1, 1)]}
WORKLOAD = tiny_workload()
OTHER = replace(PRONOUNS, name="age: other words", dimension="age", templates=("The {} was",))


@pytest.fixture(scope="module")
def table() -> Transfer:
    return transfer(WORKLOAD.model, HEADS, [PRONOUNS, OTHER], WORKLOAD.text)


def test_each_cell_is_what_evaluating_by_itself_gives(table: Transfer) -> None:
    other = type(WORKLOAD).of(WORKLOAD.model, OTHER, WORKLOAD.text)
    for row, heads in enumerate(HEADS.values()):
        for column, workload in enumerate((WORKLOAD, other)):
            expected = workload.base.bias_change(workload.evaluate(heads))
            assert table.bias[row][column].share == pytest.approx(expected.share, rel=1e-5)
            assert table.bias[row][column].lower == pytest.approx(expected.lower, rel=1e-4)
        expected = WORKLOAD.base.perplexity_change(WORKLOAD.evaluate(heads))
        assert table.perplexity[row].share == pytest.approx(expected.share, rel=1e-5)


def test_it_can_be_read(table: Transfer) -> None:
    frame = table.to_frame()
    assert list(frame["pruned_for"]) == ["gender"] * 3 + ["age"] * 3
    assert list(frame["n_heads"]) == [2] * 3 + [1] * 3
    assert list(frame["measure"])[:3] == [PRONOUNS.name, OTHER.name, "perplexity"]
    assert frame["change"].tolist()[4] == table.bias[1][1].share
    assert "pruned for gender, age; 2 measures" in repr(table)
    lines = str(table).splitlines()
    assert (len(lines), str(table.perplexity[1]) in lines[2]) == (3, True)
    assert table._repr_html_().count("<tr>") == 3
    assert "age: other words" in table._repr_html_()


def test_bad_input_is_told() -> None:
    model, text = WORKLOAD.model, WORKLOAD.text
    with pytest.raises(PruningError, match="sets of heads and measures of bias, got none"):
        transfer(model, {}, [PRONOUNS], text)
    with pytest.raises(PruningError, match="3 layers × 4 heads"):
        transfer(model, {"gender": [(3, 0)]}, [PRONOUNS], text)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": None}, "Expected a language model or the name of one, got None"),
        ({"model": "smollm3"}, "Found no model 'smollm3'. Did you mean 'smollm2'?"),
        ({"heads": [(0, 1)]}, "Expected heads as a mapping of names to heads, got list"),
        ({"heads": "L0H1"}, "Expected heads as a mapping of names to heads, got str"),
        ({"heads": {"gender": 3}}, "Expected heads as pairs (layer, head), got '3'"),
        ({"measures": 3}, "Expected measures of bias, got 3"),
        ({"measures": [3]}, "Expected a measure of bias"),
        ({"measures": "height"}, "Expected"),
        ({"measures": iter(())}, "sets of heads and measures of bias, got none"),
        ({"text": "own"}, "Expected a PerplexityText, got str. perplexity_text() makes one."),
        ({"text": None}, "Expected a PerplexityText, got NoneType"),
    ],
)
def test_what_is_of_another_kind_is_told(given: dict[str, Any], message: str) -> None:
    known: dict[str, Any] = {
        "model": WORKLOAD.model, "heads": HEADS, "measures": [PRONOUNS], "text": WORKLOAD.text,
    }  # fmt: skip
    with pytest.raises(CausalMagicsError) as error:
        transfer(**{**known, **given})
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_one_measure_is_taken_and_an_iterable_of_them(table: Transfer) -> None:
    for measures in (PRONOUNS, (each for each in [PRONOUNS])):
        found = transfer(WORKLOAD.model, {"age": [(1, 1)]}, measures, WORKLOAD.text)
        assert found.measures == (PRONOUNS.name,)
        assert found.bias[0][0].share == pytest.approx(table.bias[1][0].share, rel=1e-5)

"""What pruning for one dimension does to the others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pruning.tiny_workloads import PRONOUNS, tiny_workload

from causal_magics.errors import PruningError
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
    with pytest.raises(PruningError, match="Expected a measure of bias"):
        transfer(model, HEADS, ["gender"], text)  # type: ignore[list-item]

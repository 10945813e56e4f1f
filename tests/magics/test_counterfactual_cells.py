"""`pns`, `narrow`, `target` and `explore` in cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from causal_magics import CausalGraph, PayoffExplorer, Targeting, UnitBounds, bounds, sample
from causal_magics.magics.arguments import Notebook
from causal_magics.magics.diagnostics import diagnose
from causal_magics.magics.history import History

Run = Callable[[str], Any]

CELL = """%%causal pns cars incentive use -o ev
by: region parking      # two columns
source: source
payoff: 0 -> 1 = -1, 0 -> 2 = 2, 1 -> 2 = 1
payoff: 2 -> 0 = -10, 2 -> 1 = -2
"""
WORTH = [[0, -1, 2], [0, 0, 1], [-10, -2, 0]]


@pytest.fixture
def shell_with_cars(shell: InteractiveShell) -> InteractiveShell:
    shell.user_ns["cars"] = sample("electric_vehicles", rows=4000).frame
    return shell


@pytest.fixture
def ev(shell_with_cars: InteractiveShell, run: Run) -> UnitBounds:
    found = run(CELL)
    assert isinstance(found, UnitBounds)
    return found


def test_a_cell_bounds_as_python_does(shell_with_cars: InteractiveShell, ev: UnitBounds) -> None:
    cars = shell_with_cars.user_ns["cars"]
    again = bounds(cars, "incentive", "use", ["region", "parking"], WORTH, source="source")
    assert shell_with_cars.user_ns["ev"] is ev
    assert ev.payoff == again.payoff
    np.testing.assert_array_equal(ev.benefit.lower, again.benefit.lower)


def test_the_code_of_a_cell_gives_its_result_again(
    shell_with_cars: InteractiveShell, ev: UnitBounds, run: Run
) -> None:
    code = str(run("%causal code ev"))
    assert "bounds(" in code
    before = ev.benefit.upper
    exec(code, shell_with_cars.user_ns)
    np.testing.assert_array_equal(shell_with_cars.user_ns["ev"].benefit.upper, before)


def test_decisions_follow_in_further_cells(
    shell_with_cars: InteractiveShell, ev: UnitBounds, run: Run
) -> None:
    plan = run("%causal target ev --budget 500 --rule certain -o plan")
    assert isinstance(plan, Targeting)
    assert plan.rule == "certain"
    assert shell_with_cars.user_ns["plan"].envelope.budget == 500
    explorer = run("%causal explore ev --budget 500 --axes '0 -> 2','2 -> 0' -o explorer")
    assert isinstance(explorer, PayoffExplorer)
    np.testing.assert_array_equal(explorer.weights, WORTH)


def test_a_graph_narrows_in_a_cell(shell_with_cars: InteractiveShell, run: Run) -> None:
    cars = shell_with_cars.user_ns["cars"]
    shell_with_cars.user_ns["seen"] = cars.assign(much=(cars["use"] == 2).astype(int))
    graph = "incentive [exposure]; much [outcome]; region -> {incentive much}; incentive -> much"
    shell_with_cars.user_ns["g"] = CausalGraph.parse(graph)
    found = run("%causal narrow g seen")
    assert [step.words for step in found.steps if step.gain > 0]
    assert found.bounds.width < found.start.width
    harmful = run("%%causal narrow g seen\npayoff: complier 1, defier -5")
    assert harmful.bounds.lower < 0


def test_numbers_and_quoted_lines_stand_in_the_first_line(
    shell_with_cars: InteractiveShell, ev: UnitBounds, run: Run
) -> None:
    plan = run("%causal target ev --costs 2 --budget 500")
    assert np.unique(plan.costs).tolist() == [2]
    each = run("%causal target ev --costs 1,2,3,4.5")
    assert each.costs.tolist() == [[1, 2, 3, 4.5]]
    cars = shell_with_cars.user_ns["cars"]
    shell_with_cars.user_ns["tried"] = cars.assign(much=(cars["use"] == 2).astype(int))
    found = run("%causal pns tried incentive much --source source --payoff 'defier -1'")
    assert found.payoff.values.tolist() == [[0, 0], [-1, 0]]


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ('by: "town part"', ("town part",)),
        ('by: "a,b"', ("a,b",)),
        ('by: "town part", region', ("town part", "region")),
        ('by: region, "town part"', ("region", "town part")),
        ('by: {{["town part"]}}', ("town part",)),
        ('by: "a,b","town part"', ("a,b", "town part")),
    ],
)
def test_names_that_need_quotes_stand_in_the_body(
    shell_with_cars: InteractiveShell, run: Run, line: str, columns: tuple[str, ...]
) -> None:
    cars = shell_with_cars.user_ns["cars"].rename(columns={"parking": "town part"})
    shell_with_cars.user_ns["cars"] = cars.assign(**{"a,b": cars["income"]})
    cell = "%%causal pns cars incentive use\nsource: source\npayoff: harm -1, benefit 1\n"
    assert run(cell + line).by == columns


def test_numbers_of_the_notebook_are_options(
    shell_with_cars: InteractiveShell, ev: UnitBounds, run: Run
) -> None:
    shell_with_cars.user_ns["most"] = 700
    assert run("%causal target ev --budget most -o plan").envelope.budget == 700
    run("%causal target ev --costs 1,2,3,4 -o priced")
    for name in ("plan", "priced"):
        compile(str(run(f"%causal code {name}")), name, "exec")


def test_labels_are_words_of_the_cell(shell_with_cars: InteractiveShell, run: Run) -> None:
    cars = shell_with_cars.user_ns["cars"]
    names = {0: "none", 1: "some", 2: "much"}
    arms = {0: "nothing", 1: "money"}
    shell_with_cars.user_ns["cars"] = cars.assign(
        use=cars["use"].map(names), incentive=cars["incentive"].map(arms)
    )
    found = run(
        "%%causal pns cars incentive use\nsource: source\nlevels: none some much\n"
        "treated: money\nuntreated: nothing\npayoff: none -> much = 2, * -> none = -1"
    )
    assert found.levels == ("none", "some", "much")
    assert found.arms == ("nothing", "money")
    assert found.payoff.values[0].tolist() == [-1, 0, 2]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("%causal pns cars incentiv use", "'incentive'"),
        ("%%causal pns cars incentive use\nsource: source\npayoff: 0 -> 3 = 2", "no level '3'"),
        ("%causal pns cars incentive use --source source", "a payoff for the 3 levels"),
        ("%%causal pns cars incentive use\npayof: 0 -> 1 = 2", "payoff"),
        ("%%causal pns cars incentive use\npayoff: benefit 1, harm 1, unchanged 1", "differ"),
        ("%causal pns cars incentive use --confidence 95", "between 0 and 1"),
        ("%causal target cars", "or a UnitBounds for BOUNDS"),
        ("%%causal pns cars incentive use\nby region", "write by: VALUE"),
        ("%%causal pns cars incentive use\nA -> B", "takes no graph in its body"),
        ("%%causal pns cars incentive use\n2 -> 0 = -10", "Begin each line with payoff:"),
        ("%%causal pns cars incentive use\nby: 'region", "Expected a closing '"),
    ],
)
def test_mistakes_get_one_readable_line(
    shell_with_cars: InteractiveShell, fails: Callable[[str], str], cell: str, words: str
) -> None:
    shown = fails(cell)
    assert words in shown
    assert len(shown.splitlines()) == 1 or "payoff:" in words


def test_nothing_is_underlined_in_a_cell_that_is_right() -> None:
    names: dict[str, Any] = {"cars": sample("electric_vehicles", rows=1000).frame}

    def never(expression: str) -> object:
        raise AssertionError(expression)

    notebook = Notebook(names, never, History(names), names)
    assert diagnose(CELL, notebook) == []
    wrong = CELL.replace("by: region", "by: regoin")
    assert [each.code for each in diagnose(wrong, notebook)] == ["unknown-node"]

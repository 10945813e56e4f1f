"""`data`, `discover`, `compare` and `identify`: from a table to a graph and its questions."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from IPython.core.interactiveshell import InteractiveShell

from causal_magics import (
    CausalGraph,
    Comparison,
    Discovery,
    Identification,
    Knowledge,
    compare,
    discover,
    edits,
    identify,
)

Run = Callable[[str], Any]


@pytest.fixture
def table(shell: InteractiveShell) -> pd.DataFrame:
    """Bind ``table``: a chain a -> b -> c with names that need quotes."""
    noise = np.random.default_rng(1).normal(size=(3, 400))
    a = noise[0]
    b = a**2 + 0.3 * noise[1]
    c = np.tanh(b) * 2 + 0.3 * noise[2]
    frame = pd.DataFrame({"a": a, "blood pressure": b, "Größe": c})
    shell.user_ns["table"] = frame
    return frame


# ---------------------------------------------------------------------- data


def test_sample_data_are_listed_and_loaded(run: Run, shell: InteractiveShell) -> None:
    assert "sachs" in repr(run("%causal data"))
    found = run("%causal all_of_it << data sachs -o protein")
    assert shell.user_ns["protein"] is found.frame
    assert shell.user_ns["all_of_it"] is found
    assert found.frame.shape == (7466, 11)
    names: dict[str, Any] = {}
    exec(str(run("%causal code protein")), names)
    assert names["protein"].equals(found.frame)


def test_unknown_sample_data(fails: Callable[[str], str]) -> None:
    assert "Did you mean 'sachs'?" in fails("%causal data sacks -o protein")


# ---------------------------------------------------------------------- discover


def test_a_graph_is_learned_and_bound(run: Run, shell: InteractiveShell, table: Any) -> None:
    learned = run("%causal whole << discover table -o g")
    assert isinstance(learned, Discovery)
    assert learned is shell.user_ns["whole"]
    assert learned.graph is shell.user_ns["g"]
    assert learned.graph == discover(table).graph


def test_the_body_is_obeyed(run: Run, table: Any) -> None:
    body = 'tiers: Größe | a "blood pressure"\nGröße -> a [required]\n'
    learned = run(f"%%causal discover table\n# what we know\n{body}")
    assert learned.graph == discover(table, knowledge=CausalGraph.parse(body).knowledge).graph
    assert ("Größe", "a") in learned.graph.directed_edges


def test_roles_in_the_body_are_taken_over(run: Run, table: Any) -> None:
    learned = run("%%causal known << discover table\na [exposure]\nGröße [outcome]\n")
    assert learned.graph.exposures == ("a",)
    assert run("%causal identify known").outcome == ("Größe",)
    again: dict[str, Any] = {"table": table}
    exec(str(run("%causal code known")), again)
    assert again["known"].graph == learned.graph


def test_knowledge_from_the_notebook_and_the_body(
    run: Run, shell: InteractiveShell, table: Any
) -> None:
    run("%causal whole << discover table -o g")
    run("from causal_magics import edits; changed = g.remove_edge(*min(g.directed_edges))")
    again = run("%causal discover table --knowledge {{edits(whole, changed)}} -o h")
    removed = min(shell.user_ns["g"].directed_edges)
    assert removed not in again.graph.directed_edges
    known = run("%causal discover table --knowledge h").graph.knowledge
    assert known == edits(shell.user_ns["whole"], shell.user_ns["changed"])
    both = run("%%causal discover table --knowledge h\nGröße -> a [forbidden]\n")
    assert both.knowledge == known.merged(Knowledge(forbidden=frozenset({("Größe", "a")})))


def test_options_of_discover(run: Run, table: Any) -> None:
    learned = run("%causal discover table --columns a --columns 'Größe' --edge-floor 0.01")
    assert learned.columns == ("a", "Größe")
    assert learned.edge_floor == 0.01
    assert run("%%causal discover table\nedge-floor: 0.01\n").edge_floor == 0.01


def test_tables_of_other_libraries_and_expressions(run: Run, table: Any) -> None:
    run("import polars; other = polars.from_pandas(table)")
    assert isinstance(run("other"), pl.DataFrame)
    assert run("%causal discover other").graph == discover(table).graph
    assert run("%causal discover {{table[['a', 'Größe']]}}").columns == ("a", "Größe")


def test_the_code_learns_the_same(run: Run, shell: InteractiveShell, table: Any) -> None:
    run("%%causal whole << discover table -o g\na -> Größe [forbidden]\n")
    names: dict[str, Any] = {"table": table}
    exec(str(run("%causal code g")), names)
    assert names["g"] == shell.user_ns["g"]
    assert isinstance(names["whole"], Discovery)


BAD_TABLES = {
    "text": pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]}),
    "gaps": pd.DataFrame({"a": [np.nan, np.nan, np.nan], "b": [1.0, 2.0, 4.0]}),
    "constant": pd.DataFrame({"a": [1.0, 1.0, 1.0], "b": [1.0, 2.0, 4.0]}),
    "equal": pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [1.0, 2.0, 4.0]}),
    "empty": pd.DataFrame(),
    "twice": pd.DataFrame([[1.0, 2.0], [3.0, 5.0]], columns=["a", "a"]),
    "number": 3,
}


def test_a_warning_is_one_line_each_time(
    run: Run, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    values = np.random.default_rng(2).normal(size=(6, 8))
    shell.user_ns["wide"] = pd.DataFrame(values, columns=list("abcdefgh"))
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        for _ in range(2):
            run("%causal discover wide --no-progress;")
            shown = capsys.readouterr().err.splitlines()
            assert [line.split(":")[0] for line in shown] == ["DataWarning"]


@pytest.mark.parametrize("name", BAD_TABLES)
def test_each_bad_table_is_one_readable_line(
    name: str, shell: InteractiveShell, fails: Callable[[str], str]
) -> None:
    shell.user_ns |= {name: BAD_TABLES[name], "g": CausalGraph(["before"])}
    shown = fails(f"%causal discover {name} -o g")
    assert shown.startswith("DataError: ")
    assert len(shown.splitlines()) == 1


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        ("%causal discover", "Expected FRAME after discover"),
        ("%causal discover tabel", "Did you mean table?"),
        ("%causal discover sachs", "%causal data sachs -o sachs loads the sample data"),
        ("%causal discover table --colums a", "Did you mean --columns?"),
        ("%causal discover table --columns Grösse", "Größe"),
        ("%%causal discover table\nGrösse -> a [required]\n", "Größe"),
        ("%%causal discover table\na -> Größe\n", "Write [required] or [forbidden] behind it."),
        ("%%causal discover table\na -> Größe -> a [required]\n", "CycleError"),
        ("%causal discover table --knowledge table", "Expected a CausalGraph or a Knowledge"),
    ],
)
def test_mistakes_in_discover(
    cell: str, part: str, table: Any, fails: Callable[[str], str]
) -> None:
    shown = fails(cell)
    assert part in shown
    assert "Traceback" not in shown


# ---------------------------------------------------------------------- compare, identify


def test_graphs_results_and_networks_are_compared(
    run: Run, shell: InteractiveShell, table: Any
) -> None:
    run("%causal whole << discover table -o g")
    shell.user_ns["truth"] = CausalGraph.parse('a -> "blood pressure" -> Größe')
    found = run("%causal compare whole truth -o result")
    assert isinstance(found, Comparison)
    assert found is shell.user_ns["result"]
    assert found == compare(shell.user_ns["g"], shell.user_ns["truth"])
    run("%causal sachs << data sachs")
    assert run("%causal compare sachs.network sachs.network.graph").shd == 1
    assert run("%causal compare sachs.network.graph sachs").shd == 1
    assert run("%causal discover sachs --columns Raf,Mek").columns == ("Raf", "Mek")


def test_a_comparison_shows_both_graphs_on_one_canvas(run: Run, shell: InteractiveShell) -> None:
    shell.user_ns |= {"x": CausalGraph.parse("A -> B"), "y": CausalGraph.parse("B -> A")}
    assert shell.display_formatter is not None
    data, _ = shell.display_formatter.format(run("%causal compare x y"))
    assert data["text/html"].count("<svg") == 1
    assert "<table" in data["text/html"]
    assert data["text/plain"].startswith("<Comparison: SHD 1")


def test_only_graphs_are_compared(shell: InteractiveShell, fails: Callable[[str], str]) -> None:
    shell.user_ns |= {"x": CausalGraph(["A"]), "z": 3}
    assert "Expected TRUTH after compare" in fails("%causal compare x")
    assert "got 'z', an int." in fails("%causal compare x z")


def test_roles_or_options_say_which_effect(run: Run, shell: InteractiveShell) -> None:
    body = 'X [exposure]\n"the outcome" [outcome]\nX -> "the outcome" <- Z -> X\n'
    run(f"%%causal graph -o g\n{body}")
    by_role = run("%causal identify g -o found")
    assert isinstance(by_role, Identification)
    assert by_role is shell.user_ns["found"]
    assert by_role.adjustment_sets == (frozenset({"Z"}),)
    by_name = run("%causal identify g --exposure Z --outcome 'the outcome'")
    assert by_name == identify(shell.user_ns["g"], "Z", "the outcome")


def test_implied_independences_are_tested(run: Run, shell: InteractiveShell, table: Any) -> None:
    text = 'a [exposure] Größe [outcome] a -> "blood pressure" -> Größe'
    shell.user_ns["g"] = CausalGraph.parse(text)
    assert run("%causal identify g").tests is None
    found = run("%causal identify g --data table")
    assert len(found.tests) == len(found.independences) == 1


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        ("%causal identify", "Expected GRAPH after identify"),
        ("%causal identify g --exposure Y1 --outcome Y", "Did you mean"),
        ("%causal identify empty", "exposure"),
        ("%causal identify g --exposure X --outcome Y --data small", "'Y'"),
        ("%causal identify g --effect tottal", "Did you mean total?"),
    ],
)
def test_mistakes_in_identify(
    cell: str, part: str, shell: InteractiveShell, fails: Callable[[str], str]
) -> None:
    shell.user_ns |= {
        "g": CausalGraph.parse("X -> M -> Y"),
        "empty": CausalGraph(),
        "small": pd.DataFrame({"X": [1.0, 2.0], "M": [1.0, 3.0]}),
    }
    shown = fails(cell)
    assert part in shown
    assert len(shown.splitlines()) == 1


def test_a_lazy_frame_is_read_without_a_warning(
    run: Run, shell: InteractiveShell, table: pd.DataFrame
) -> None:
    shell.user_ns["lazy"] = pl.from_pandas(table).lazy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run("%causal discover lazy").graph == discover(table).graph

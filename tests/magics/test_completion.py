"""Completion through the shell's own completer, as every front-end asks for it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from causal_magics.graph.model import CausalGraph

Complete = Callable[[str], list[str]]


@pytest.fixture
def complete(shell: InteractiveShell) -> Complete:
    """Return a function that completes a cell at the mark ``|``."""
    shell.user_ns["protein"] = pd.DataFrame({"Raf": [1.0], "Mek": [2.0], "blood pressure": [3.0]})
    shell.user_ns["g"] = CausalGraph(edges=[("Age", "Über uns")])
    shell.user_ns["number"] = 3
    shell.user_ns["print_me"] = 4

    def at_mark(marked: str) -> list[str]:
        offset = marked.index("|")
        text = marked.replace("|", "", 1)
        with provisionalcompleter():
            found = list(shell.Completer.completions(text, offset))
        return [text[:offset][: c.start] + c.text for c in found]

    return at_mark


def words(found: list[str]) -> set[str]:
    """Return what was completed, without what stood before it."""
    return {text.split("\n")[-1].rpartition(" ")[2] for text in found}


def test_verbs(complete: Complete) -> None:
    assert complete("%%causal di|") == ["%%causal discover"]
    assert complete("%causal co|") == ["%causal compare", "%causal code"]
    assert complete("found = %causal di|") == ["found = %causal discover"]
    assert complete("%%causal found << di|") == ["%%causal found << discover"]
    assert {"graph", "edit", "data"} <= words(complete("%%causal |"))


def test_names_of_the_right_kind(complete: Complete) -> None:
    assert words(complete("%causal edit |")) == {"g"}
    assert words(complete("%%causal discover |\n")) == {"protein"}
    assert words(complete("%%causal discover pro|")) == {"protein"}


def test_options_and_their_values(complete: Complete) -> None:
    assert words(complete("%%causal discover protein --edge|")) == {"--edge-floor"}
    found = words(complete("%%causal discover protein --|"))
    assert {"--knowledge", "--help", "--debug"} <= found
    assert words(complete("%%causal discover protein --knowledge |")) == {"g"}
    assert words(complete("%causal edit g -o |")) == {"g", "protein"}
    assert '%causal identify g --exposure "Über uns"' in complete(
        "%causal identify g --exposure Ü|"
    )


def test_nodes_and_columns_in_the_body(complete: Complete) -> None:
    cell = "%%causal discover protein -o g\nPKA -> Raf\n"
    assert complete(cell + "Me|") == [cell + "Mek"]
    assert complete(cell + "PK|") == [cell + "PKA"]
    assert complete(cell + "Raf -> blo|") == [cell + 'Raf -> "blood pressure"']
    assert complete(cell + 'Raf -> "blo|') == [cell + 'Raf -> "blood pressure"']
    assert complete("%%causal graph\nA -> Be|\nBeta -> C") == ["%%causal graph\nA -> Beta"]
    assert "Mek" in words(complete("%%causal graph\n|"))
    assert {"tiers:", "edge-floor:"} <= words(complete("%%causal discover protein\n|"))


def test_roles_and_attributes_in_brackets(complete: Complete) -> None:
    assert words(complete("%%causal graph\nA [exp|")) == {"[exposure"}
    found = {text.rpartition("[")[2] for text in complete("%%causal graph\nA -> B [|")}
    assert {"exposure", "outcome", "latent", "required", "forbidden"} <= found
    assert words(complete("%%causal graph\nA [exposure, lat|")) == {"latent"}


def test_edges_after_a_name(complete: Complete) -> None:
    assert {"->", "<->", "--", "<-"} <= words(complete("%%causal graph\nA |"))


def test_python_is_silent_in_the_cell_and_only_there(complete: Complete) -> None:
    assert complete("%%causal graph\nprint_|") == ["%%causal graph\nprint_"]
    assert "print_me" in words(complete("print_|"))
    assert "print_me" in words(complete("%causal edit g\nprint_|"))
    assert complete("%%causal graph\n{{print_m|") != []
    assert "causal" in complete("%caus|")[0]


def test_completion_never_fails_on_half_written_cells(
    complete: Complete, capsys: pytest.CaptureFixture[str]
) -> None:
    for cell in (
        "%%causal |", '%%causal "|', '%%causal discover "|', "%%causal discover nothing -|",
        "%%causal discover protein -o|", "%%causal discover protein -o |", "%%causal << |",
        "%%causal wrong |", "%%causal wrong\nA -> |", '\n\n%%causal graph\n"|', "%causal {{|",
        "%%causal discover protein --edge-floor |", "%causal code |", "%causal data |",
    ):  # fmt: skip
        complete(cell)
    captured = capsys.readouterr()
    assert captured.err == captured.out == ""


def test_unloading_takes_it_away(complete: Complete, shell: InteractiveShell) -> None:
    shell.run_line_magic("unload_ext", "causal_magics")
    assert "%%causal discover" not in complete("%%causal di|")
    assert shell.Completer.custom_matchers == []
    shell.run_line_magic("load_ext", "causal_magics")
    assert complete("%%causal di|") == ["%%causal discover"]


def test_bodies_that_describe_nodes_offer_no_graph(complete: Complete) -> None:
    found = words(complete("%%causal attach g --model m\n|"))
    assert {"Age", "domain:"} <= found
    assert found.isdisjoint({"tiers:", "graph:"})
    assert "tiers:" in words(complete("%%causal graph\n|"))
    assert "tiers:" in words(complete("%%causal discover protein\n|"))

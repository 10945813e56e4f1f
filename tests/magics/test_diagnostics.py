"""Mistakes are found while a cell is written, at their place, and nothing of the cell is run."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from causal_magics.graph.model import CausalGraph
from causal_magics.magics.arguments import Notebook
from causal_magics.magics.channel import TARGET, Channel
from causal_magics.magics.diagnostics import Diagnostic, diagnose
from causal_magics.magics.history import History

NAMES: dict[str, Any] = {
    "protein": pd.DataFrame({"Raf": [1.0], "Mek": [1.0], "Erk": [1.0]}),
    "g": CausalGraph.parse("A -> B"),
}


def never(expression: str) -> object:
    raise AssertionError(f"{expression} was evaluated")


def found(text: str) -> list[Diagnostic]:
    return diagnose(text, Notebook(NAMES, never, History(NAMES), NAMES))


def underlined(text: str, each: Diagnostic) -> str:
    line = text.split("\n")[each.line].encode("utf-16-le")
    return line[2 * each.column : 2 * each.end_column].decode("utf-16-le")


@pytest.mark.parametrize(
    ("text", "code", "part"),
    [
        ("%%causal grph -o g\nA -> B", "verb", "grph"),
        ("%%causal\nA -> B", "verb", "%%causal"),
        ("%%causal discover protein --edge-flor 2", "option", "--edge-flor"),
        ("%%causal discover protien", "name", "protien"),
        ("%%causal graph --data protien\nA", "name", "protien"),
        ("%%causal graph -o g\nA -> ", "syntax", ""),
        ("%%causal graph -o g\nA => B", "syntax", "=>"),
        ("\n%%causal graph -o g\nA -> B\nB -> C -> A", "cycle", "C"),
        ("%%causal graph\nA -> B [required]\nA -> B [forbidden]", "knowledge", " [forbidden]"),
        ("%%causal graph\ntiers: A | B\nB -> A", "knowledge", "B -> A"),
        ("%%causal identify g --exposure AA --outcome B", "unknown-node", "AA"),
        ("x = 1\nfound = %causal identify gg", "name", "gg"),
        ("%%causal discover protein\nRaf -> Mekk", "unknown-column", "Mekk"),
        ("%%causal graph --data protein\n😀 -> Raf [bits=1]; Rafe", "unknown-column", "😀"),
        ("%%causal graph\nX [exposure]; Y [outcome]\nX -> Y; X <-> Y", "not-identified", "X"),
        ("%%causal discover protein\nedge-flor: 3", "option", "edge-flor"),
        ("%%causal graph\nA -> B\nBlood pressure -> A", "name", "Blood pressure"),
    ],
)
def test_mistakes_are_found_at_their_place(text: str, code: str, part: str) -> None:
    first = found(text)[0]
    assert first.code == code
    assert underlined(text, first).startswith(part)
    assert "\n" not in first.message


def fixed(text: str) -> list[str]:
    """Return the text after each of the ways out of its first mistake."""
    first, lines = found(text)[0], text.split("\n")
    texts = []
    for fix in first.fixes:
        line = lines[first.line]
        changed = line[: first.column] + fix.text + line[first.end_column :]
        texts.append("\n".join([*lines[: first.line], changed, *lines[first.line + 1 :]]))
    return texts


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("%%causal graph\nA -> B\nB -> A  # why", 2),
        ("%%causal graph\nA -> B [required]\nA -> B [forbidden]", 1),
        ("%%causal graph\nA -> B [ forbidden ]\nA -> B", 1),
        ("%%causal graph\ntiers: A | B\nB -> A", 2),
        ("%%causal discover protein\nRaf -> Mekk", 1),
        ("%%causal identify g --exposure A --outcome BB", 1),
    ],
)
def test_each_way_out_leaves_nothing_wrong(text: str, ways: int) -> None:
    texts = fixed(text)
    assert len(texts) == ways
    assert [found(each) for each in texts] == [[]] * ways


def test_the_closest_word_is_offered() -> None:
    text = "%%causal discover protein\nRaf -> Mekk"
    assert [fix.text for fix in found(text)[0].fixes] == ["Mek"]
    assert [fix.text for fix in found("%%causal discovr protein")[0].fixes] == ["discover"]
    assert [fix.text for fix in found("%%causal discover protien")[0].fixes] == ["protein"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "print(1)",
        "%%causal graph -o g\n# only this\nA -> {B C}; B <-> C",
        "%%causal learned << discover protein -o g --edge-floor=0.1\ntiers: Raf | Mek\nU [latent]",
        "%%causal graph -o g\n{{names}} -> A\n{{ [x for x in y] }} -> B",
        "%%causal --help",
        "%causal graph",
        "%%causal prune smollm2 -o pruned\nmeasure: gender\nkept_heads: L1H2 L3H4",
    ],
)
def test_right_cells_are_left_alone(text: str) -> None:
    assert found(text) == []


@given(st.text(max_size=200))
def test_no_text_breaks_it_and_none_is_run(text: str) -> None:
    for each in found(f"%%causal graph -o g\n{text}"):
        assert each.line >= 0
        assert each.end_column >= each.column >= 0


class FakeComm:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.closed = False

    def on_msg(self, callback: Any) -> None:
        self.ask = callback

    def on_close(self, callback: Any) -> None:
        self.leave = callback

    def send(self, data: dict[str, Any]) -> None:
        if self.closed:
            raise RuntimeError("closed")
        self.sent.append(data)

    def close(self) -> None:
        self.closed = True


class FakeKernel:
    """A kernel as far as targets of comms go."""

    def __init__(self) -> None:
        self.comm_manager = self
        self.targets: dict[str, Any] = {}

    def register_target(self, name: str, callback: Any) -> None:
        self.targets[name] = callback

    def unregister_target(self, name: str, _callback: Any) -> None:
        del self.targets[name]


def test_a_front_end_asks_and_hears_of_editors(shell: InteractiveShell) -> None:
    kernel, comm = FakeKernel(), FakeComm()
    channel = Channel(kernel, lambda: Notebook(NAMES, never, History(NAMES), NAMES))
    channel.install()
    kernel.targets[TARGET](comm, {})
    assert comm.sent[0]["kind"] == "live"
    comm.ask({"content": {"data": {"kind": "diagnose", "id": "d1", "text": "%%causal grph"}}})
    assert (comm.sent[-1]["id"], comm.sent[-1]["diagnostics"][0]["code"]) == ("d1", "verb")
    from causal_magics.widgets.opening import edit

    editor = edit(NAMES["g"], "shown", namespace={})
    told = comm.sent[-1]["editors"]
    assert told[-1] == {
        "model_id": editor.model_id, "name": "shown", "title": "shown", "nodes": 2, "edges": 1,
        "cell": None,
    }  # fmt: skip
    comm.ask({"content": {"data": {"kind": "diagnose", "id": 3}}})
    comm.closed = True
    editor.close()
    channel.remove()
    assert kernel.targets == {}


def test_without_a_kernel_there_is_no_channel() -> None:
    channel = Channel(None, lambda: Notebook(NAMES, never, History(NAMES), NAMES))
    channel.install()
    channel.remove()


def test_lines_of_nodes_are_no_options() -> None:
    text = "%%causal ask -o prior\nTemperature: of the year\nRain\nRain: in a year\ndomian: climate"
    (mistake,) = found(text)
    assert underlined(text, mistake) == "domian"
    assert [fix.text for fix in mistake.fixes] == ["domain"]

"""A real kernel: outputs, errors, completion and a whole notebook, as a front-end gets them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from causal_magics.widgets.graph_editor import MIME_TYPE

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class Kernel:
    """A kernel with the extension loaded."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self.client = client

    def run(self, code: str) -> list[dict[str, Any]]:
        """Run a cell and return its outputs."""
        outputs: list[dict[str, Any]] = []

        def keep(message: dict[str, Any]) -> None:
            if message["msg_type"] in ("execute_result", "display_data", "stream", "error"):
                outputs.append({"type": message["msg_type"], **message["content"]})

        self.client.execute_interactive(code, output_hook=keep, timeout=60)
        return outputs

    def complete(self, code: str) -> list[str]:
        """Return what the front-end is offered at the end of a text."""
        reply = self.client.complete(code, reply=True, timeout=60)
        matches: list[str] = reply["content"]["matches"]
        return matches


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """Yield a running kernel."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        started = Kernel(client)
        assert started.run("%load_ext causal_magics") == []
        yield started
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def test_a_graph_is_shown_once_in_every_form(kernel: Kernel) -> None:
    (output,) = kernel.run("%%causal graph -o g\nA -> B\n")
    assert output["type"] == "execute_result"
    assert {MIME_TYPE, WIDGET_VIEW, "image/svg+xml", "text/plain"} <= set(output["data"])
    assert output["data"]["text/plain"] == "A -> B"
    assert output["data"][MIME_TYPE]["name"] == "g"
    (value,) = kernel.run("g.directed_edges, _ is g")
    assert value["data"]["text/plain"] == "(frozenset({('A', 'B')}), True)"


def test_an_edit_on_the_screen_reaches_the_next_cell(kernel: Kernel) -> None:
    (output,) = kernel.run("%%causal graph -o drawn\nA -> B\n")
    document = output["data"][MIME_TYPE]["document"]
    nodes = {node["name"]: node["id"] for node in document["nodes"]}
    edge = {
        "op": "add_edge", "id": "e-new", "source": nodes["A"], "target": "n-new", "mark": "->",
        "knowledge": None, "confidence": None, "bits": None,
    }  # fmt: skip
    node = {"op": "add_node", "id": "n-new", "name": "C", "roles": [], "x": 0, "y": 90}
    content = {
        "kind": "ops", "gid": "1", "base_rev": document["rev"], "origin": "test",
        "ops": [node, edge],
    }  # fmt: skip
    data = {"method": "custom", "content": content}
    message = kernel.client.session.msg(
        "comm_msg", {"comm_id": output["data"][WIDGET_VIEW]["model_id"], "data": data}
    )
    kernel.client.shell_channel.send(message)
    (value,) = kernel.run("sorted(drawn.directed_edges)")
    assert value["data"]["text/plain"] == "[('A', 'B'), ('A', 'C')]"


def test_a_mistake_is_a_real_error_of_few_lines(kernel: Kernel) -> None:
    kernel.run("kept = 1")
    (output,) = kernel.run("%%causal graph -o kept\nA => B\n")
    assert (output["type"], output["ename"]) == ("error", "NotationError")
    assert len("\n".join(output["traceback"]).splitlines()) == 3
    (value,) = kernel.run("kept")
    assert value["data"]["text/plain"] == "1"
    (output,) = kernel.run("%causal grpah")
    assert output["traceback"] == ["CellError: %causal has no verb 'grpah'. Did you mean graph?"]
    (output,) = kernel.run("%causal --debug grpah")
    assert len("\n".join(output["traceback"]).splitlines()) > 10


def test_completion_reaches_the_front_end(kernel: Kernel) -> None:
    assert kernel.complete("%%causal iden") == ["identify"]
    kernel.run("%%causal graph -o g\nTreatment -> Outcome\n")
    assert kernel.complete("%causal identify g --exposure Tr") == ["Treatment"]
    assert kernel.complete("%%causal graph\nA -> Tr") == ["Treatment"]


def test_a_cell_without_a_body_runs(kernel: Kernel) -> None:
    (output,) = kernel.run("%%causal edit g")
    assert output["data"][MIME_TYPE]["name"] == "g"


def test_a_notebook_runs_from_top_to_bottom(tmp_path: Path) -> None:
    cells = [
        "%load_ext causal_magics",
        "%%causal graph -o g\nSmoking -> Tar -> Cancer\nSmoking <- Gene -> Cancer",
        "# NBVAL_IGNORE_OUTPUT\ng = g.add_node('Age')\n%causal edit g",
        "%%causal graph -o g\n# NBVAL_RAISES_EXCEPTION\nSmoking -> Smoking",
        "g.nodes",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    notebook.cells[3].metadata["tags"] = ["raises-exception"]
    client = NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    outputs = [cell.outputs for cell in notebook.cells]
    assert MIME_TYPE in outputs[1][0].data
    assert outputs[3][0].output_type == "error"
    assert outputs[4][0].data["text/plain"] == "('Smoking', 'Tar', 'Cancer', 'Gene', 'Age')"


def test_a_second_run_gives_the_same_outputs(tmp_path: Path) -> None:
    cells = [
        "%load_ext causal_magics",
        "%%causal graph -o g\nX [exposure] Y [outcome]\nX -> M -> Y <- Z -> X",
        (
            "import numpy, pandas\n"
            "x, y = numpy.random.default_rng(1).normal(size=(2, 300))\n"
            "table = pandas.DataFrame({'x': x, 'y': x ** 2 + y / 3})"
        ),
        "%causal learned << discover table -o h --no-progress",
        "%causal identify g",
        "%causal compare learned {{h.reverse_edge('x', 'y')}}",
        "%causal code h",
        "%causal discover --help",
    ]
    runs = []
    for _ in range(2):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        NotebookClient(
            notebook, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
        ).execute()
        for cell in notebook.cells:
            for output in cell.outputs:
                output.data.pop(WIDGET_VIEW, None)
        runs.append([cell.outputs for cell in notebook.cells])
    assert runs[0] == runs[1]
    assert [len(outputs) for outputs in runs[0]] == [0, 1, 0, 1, 1, 1, 1, 1]

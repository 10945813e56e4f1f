"""A real kernel: edits that arrive while a cell runs are accepted on another thread."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

SECONDS = 60
SET_UP = """
from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.opening import edit
import time
g = CausalGraph(edges=[("A", "B")])
editor = edit(g, "g")
print(editor.model_id)
"""


class Notebook:
    """A kernel, an editor in it, and the front-end's side of the editor's comm."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self.client = client
        self.model_id = self.run(SET_UP).strip()
        request = client.session.msg("create_subshell_request", {})
        client.control_channel.send(request)
        self.subshell = client.get_control_msg(timeout=SECONDS)["content"]["subshell_id"]
        self.edits = 0

    def run(self, code: str) -> str:
        """Run a cell and return what it prints."""
        printed: list[str] = []

        def keep(message: dict[str, Any]) -> None:
            assert message["msg_type"] != "error", message["content"]
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])

        self.client.execute_interactive(code, output_hook=keep, timeout=SECONDS)
        return "".join(printed)

    def draw(self, name: str, *, subshell: bool = False) -> str:
        """Add a node on the screen; returns the group's id."""
        self.edits += 1
        node = {"op": "add_node", "id": name, "name": name, "roles": [], "x": 0, "y": 0}
        gid = f"g{self.edits}"
        group = {"kind": "ops", "gid": gid, "base_rev": 0, "origin": "s", "ops": [node]}
        data = {"method": "custom", "content": group}
        message = self.client.session.msg("comm_msg", {"comm_id": self.model_id, "data": data})
        if subshell:
            message["header"]["subshell_id"] = self.subshell
        self.client.shell_channel.send(message)
        return gid

    def answer(self, gid: str) -> Any:
        """Wait for the commit or reject of a group."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            message = self.client.get_iopub_msg(timeout=SECONDS)
            content = message["content"].get("data", {}).get("content", {})
            if message["msg_type"] == "comm_msg" and content.get("gid") == gid:
                return content
        pytest.fail(f"No answer to {gid}.")


@pytest.fixture(scope="module")
def notebook() -> Iterator[Notebook]:
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        yield Notebook(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def test_an_edit_between_cells_is_read_in_the_next(notebook: Notebook) -> None:
    assert notebook.answer(notebook.draw("between"))["kind"] == "commit"
    assert "between" in notebook.run("print(g.nodes)")


def test_an_edit_while_a_cell_runs_is_answered_at_once(notebook: Notebook) -> None:
    running = notebook.client.execute(
        "deadline = time.monotonic() + 30\n"
        "while 'during' not in g.nodes and time.monotonic() < deadline: time.sleep(0.01)\n"
        "assert 'during' in g.nodes\n"
        "assert editor.graph is g\n"
    )
    assert notebook.answer(notebook.draw("during", subshell=True))["kind"] == "commit"
    reply = notebook.client.get_shell_msg(timeout=SECONDS)
    while reply["parent_header"].get("msg_id") != running:
        reply = notebook.client.get_shell_msg(timeout=SECONDS)
    assert reply["content"]["status"] == "ok", reply["content"]


SLOW_SCREEN = """
from causal_magics.widgets.graph_editor import GraphEditor
receive = GraphEditor._handle_custom_msg
def slowly(*args):
    time.sleep({seconds})
    receive(*args)
GraphEditor._handle_custom_msg = slowly
"""


def test_a_cell_that_is_run_right_after_an_edit_has_it(notebook: Notebook) -> None:
    notebook.run(SLOW_SCREEN.format(seconds=0.2))
    for name in ("swift", "swifter"):
        notebook.draw(name, subshell=True)
        assert name in notebook.run("print(g.nodes)")
    notebook.run("GraphEditor._handle_custom_msg = receive")


def test_a_cell_waits_no_longer_than_an_edit_takes(notebook: Notebook) -> None:
    notebook.run(SLOW_SCREEN.format(seconds=3))
    notebook.draw("slow", subshell=True)
    assert "slow" not in notebook.run("GraphEditor._handle_custom_msg = receive; print(g.nodes)")
    assert "slow" in notebook.run(
        "deadline = time.monotonic() + 30\n"
        "while 'slow' not in g.nodes and time.monotonic() < deadline: time.sleep(0.01)\n"
        "print(g.nodes)"
    )


def test_edits_to_a_kernel_that_is_busy_wait_and_hold(notebook: Notebook) -> None:
    notebook.client.execute("time.sleep(1.5)")
    gids = [notebook.draw(f"queued{number}") for number in range(5)]
    assert [notebook.answer(gid)["kind"] for gid in gids] == ["commit"] * 5
    assert "queued4" in notebook.run("print(g.nodes)")


def test_a_cell_that_rebinds_the_name_changes_the_screen(notebook: Notebook) -> None:
    notebook.run("g = CausalGraph(edges=[('X', 'Y')])")
    assert "('X', 'Y')" in notebook.run("print(editor.graph.nodes)")
    notebook.answer(notebook.draw("Z"))
    assert "('X', 'Y', 'Z')" in notebook.run("print(g.nodes)")


def test_a_rerun_of_a_cell_closes_the_editor_of_its_last_run(notebook: Notebook) -> None:
    client = notebook.client

    def run_as(cell: str) -> None:
        code = "h = edit(CausalGraph(['A']), 'h')"
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {},
                   "allow_stdin": False, "stop_on_error": True}  # fmt: skip
        message = client.session.msg("execute_request", content, metadata={"cellId": cell})
        client.shell_channel.send(message)
        reply = client.get_shell_msg(timeout=SECONDS)
        while reply["parent_header"].get("msg_id") != message["header"]["msg_id"]:
            reply = client.get_shell_msg(timeout=SECONDS)
        assert reply["content"]["status"] == "ok", reply["content"]

    notebook.run("from causal_magics.widgets.graph_editor import live_editors")
    count = "print(sum(editor.name == 'h' for editor in live_editors()))"
    run_as("one")
    run_as("two")
    assert notebook.run(count).strip() == "2"
    run_as("one")
    assert notebook.run(count).strip() == "2"

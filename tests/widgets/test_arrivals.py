"""Messages are counted from when the kernel reads them until they are handled."""

from __future__ import annotations

import threading
import time

import pytest

from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.arrivals import ARRIVALS, Arrivals, before_cell
from causal_magics.widgets.graph_editor import GraphEditor


def handle(arrivals: Arrivals, seconds: float = 0.0) -> threading.Thread:
    """Handle a message on another thread."""

    def work() -> None:
        with arrivals.handled():
            time.sleep(seconds)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_waits_for_what_came_on_another_thread() -> None:
    arrivals = Arrivals()
    assert arrivals.route({}, "subshell") == "subshell"
    done = handle(arrivals, 0.1)
    assert arrivals.wait(30)
    done.join()
    assert arrivals.wait(0)


def test_waits_for_each_of_several() -> None:
    arrivals = Arrivals()
    for _ in range(2):
        arrivals.route({}, "subshell")
    handle(arrivals).join()
    assert not arrivals.wait(0)


def test_what_comes_on_the_main_thread_is_in_order_and_not_waited_for() -> None:
    arrivals = Arrivals()
    assert arrivals.route({}, None) is None
    assert arrivals.wait(0)
    arrivals.route({}, "subshell")
    with arrivals.handled():
        pass
    assert not arrivals.wait(0)


def test_what_never_ends_is_waited_for_once() -> None:
    arrivals = Arrivals()
    arrivals.route({}, "subshell")
    assert not arrivals.wait(0.01)
    assert arrivals.wait(0)
    handle(arrivals).join()
    assert arrivals.wait(0)


def test_a_cell_on_another_thread_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[str] = []
    monkeypatch.setattr(Arrivals, "wait", lambda *_: waited.append(threading.current_thread().name))
    before_cell(None)
    other = threading.Thread(target=before_cell, args=(None,))
    other.start()
    other.join()
    assert waited == [threading.main_thread().name]


@pytest.mark.parametrize("method", ["custom", "unheard-of"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_widget_counts_what_it_handles_and_what_it_cannot(method: str) -> None:
    editor = GraphEditor(CausalGraph())
    ARRIVALS.route({}, "subshell")
    data = {"method": method, "content": {"kind": "hello"}}
    message = {"content": {"data": data}} | ({"buffers": []} if method == "custom" else {})
    thread = threading.Thread(target=editor._handle_msg, args=(message,))
    thread.start()
    thread.join()
    assert ARRIVALS.wait(0)

"""What cannot be attached, or taken, is refused in a line; what fails is told."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from widgets.opinionated import Broken, Counted, by_names, chain_frame, settled, until

from causal_magics import CausalGraph, attach, edit
from causal_magics.errors import CausalMagicsError, EditorError
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.graph_editor import live_editors
from causal_magics.widgets.timing import Worker

from .test_graph_editor import FrontEnd, front_end

__all__ = ["front_end"]
CHAIN = CausalGraph.parse("A -> B -> C; D")


class Leaving(Counted):
    """Raises what ends a process."""

    def score(self, pairs: Any) -> Any:
        super().score(pairs)
        raise SystemExit(3)


@pytest.fixture(autouse=True)
def closed(front_end: FrontEnd) -> Iterator[None]:
    yield
    for editor in live_editors():
        editor.close()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"discovery": 3}, r"Expected a Discovery as discovery, got int\. discover\(\) gives one"),
        ({"discovery": CHAIN}, "got CausalGraph"),
        ({"test": "kernal"}, "Did you mean kernel"),
        ({"test": ""}, "Expected test among partial correlation, kernel"),
        ({"model": ""}, "got an empty text"),
        ({"policy": "axail"}, "Did you mean axial"),
        ({"policy": 3}, "Expected a policy, the name of one or a file, got int"),
    ],
)
def test_what_is_no_evidence_is_refused_when_it_is_given(given: Any, message: str) -> None:
    editor = edit(CHAIN)
    before = editor.evidence, editor.experimenter
    for how in (editor.attach, lambda **told: edit(CHAIN, **told)):
        with pytest.raises(CausalMagicsError, match=message) as caught:
            how(**given)
        assert "\n" not in str(caught.value)
    assert (editor.evidence, editor.experimenter) == before
    assert live_editors() == [editor]


def test_a_test_that_came_before_the_data_is_made_on_them() -> None:
    names: dict[str, Any] = {"g": CHAIN}
    editor = attach(CHAIN, "g", namespace=names, test="kernel")
    assert attach(CHAIN, "g", namespace=names, domain="letters") is editor
    assert attach(CHAIN, "g", namespace=names, data=chain_frame(60)) is editor
    settled(editor)
    told: Any = editor.overlay["tests"]
    assert told["method"] == "kernel"
    editor.attach(test="partial correlation")
    editor.attach(data=chain_frame(50))
    assert editor.evidence.test == "partial correlation"
    assert Evidence(test="kernel").also(test="gradient boosting").test == "gradient boosting"


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("A", "A"), "Expected two nodes, got 'A' twice"),
        (("A", "B"), "'B' is latent, so that neither data nor model"),
        (("B", "A"), "'B' is latent"),
        (("A", "Q"), "no node 'Q'"),
    ],
)
def test_what_is_no_pair_is_not_asked_about(pair: tuple[str, str], message: str) -> None:
    model = Counted("ABCD")
    editor = edit(CausalGraph.parse("A; B [latent]; C; D"), model=model, data=chain_frame())
    for side in ("model", "data"):
        with pytest.raises(CausalMagicsError, match=message):
            editor.take(*pair, side)  # type: ignore[arg-type]
    settled(editor)
    assert (model.calls, editor.opinion["problem"]) == ([], "")


def test_a_model_that_fails_is_told_of_by_take_and_once_by_the_frame() -> None:
    model = Broken("ABCD")
    editor = edit(CHAIN, model=model)
    with pytest.raises(EditorError, match="could not be asked: RuntimeError: out of memory"):
        editor.take("A", "B", "model")
    with pytest.warns(UserWarning, match="could not be asked") as caught:
        frame = editor.evidence_frame()
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert list(frame["model_says"]) == ["", ""]
    other = edit(CHAIN, model=Counted("ABCD", [("A", "B")]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        other.evidence_frame()


def test_a_model_that_wants_to_end_the_process_counts_as_failed() -> None:
    model = Leaving("ABCD")
    editor = edit(CHAIN, model=model)
    assert "SystemExit: 3" in settled(editor)["problem"]
    assert len(model.calls) == 2
    editor.attach(model=Counted("ABCD", [("A", "B")]))
    assert settled(editor)["problem"] == ""
    assert by_names(editor)["AB"]["model"]["verdict"] == "->"


def test_whatever_an_action_raises_the_next_request_is_answered(
    caplog: pytest.LogCaptureFixture,
) -> None:
    raised: list[BaseException] = [SystemExit(), KeyboardInterrupt(), GeneratorExit(), OSError()]
    done: list[str] = []

    def action() -> None:
        done.append("asked")
        if raised:
            raise raised.pop()

    worker = Worker(action, 0)
    with caplog.at_level(logging.ERROR):
        for count in range(1, 6):
            worker()
            until(lambda: worker.wait(1.0))
            assert len(done) == count
    assert [record.exc_info is not None for record in caplog.records] == [True] * 4

"""What a language model says of pairs streams in, and each pair is asked about once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from widgets.opinionated import Broken, Counted, Held, by_names, chain_frame, settled, until

from causal_magics import CausalGraph, ask, edit
from causal_magics.errors import EditorError
from causal_magics.graph.prior import EdgePrior
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.graph_editor import live_editors
from causal_magics.widgets.opinions import MOST_FAILURES, Opinions

from .test_graph_editor import FrontEnd, front_end

__all__ = ["front_end"]
CHAIN = CausalGraph.parse("A -> B -> C; D")
TRUE = [("A", "B"), ("B", "C")]


@pytest.fixture(autouse=True)
def closed(front_end: FrontEnd) -> Iterator[None]:
    yield
    for editor in live_editors():
        editor.close()


def test_each_pair_that_is_joined_has_an_opinion(front_end: FrontEnd) -> None:
    model = Counted("ABCD", TRUE)
    told = settled(edit(CHAIN, model=model))
    assert (told["model"], told["waiting"], told["problem"]) == (model.model_id, "", "")
    assert len(told["pairs"]) == 2
    assert {each["model"]["verdict"] for each in told["pairs"]} == {"->"}
    assert all(each["model"]["log_odds"] > 0 and each["data"] is None for each in told["pairs"])


def test_the_answer_is_that_of_ask(front_end: FrontEnd) -> None:
    told: dict[str, str] = {"A": "the first", "B": "the second"}
    editor = edit(CHAIN, model=Counted("ABCD", TRUE), descriptions=told, domain="letters")
    settled(editor)
    found = by_names(editor)["AB"]["model"]
    prior = ask(["A", "B"], Counted("ABCD", TRUE), descriptions=told, domain="letters")
    (belief,) = prior.beliefs
    assert found["forward"] == pytest.approx(belief.forward, abs=1e-5)
    assert found["agreement"] == pytest.approx(prior.agreement, abs=1e-3)


def test_nothing_is_asked_twice_by_any_editor(front_end: FrontEnd) -> None:
    model = Counted("ABCDE", TRUE)
    editor = edit(CHAIN, model=model)
    settled(editor)
    assert len(model.calls) == 2
    editor.set_graph(CHAIN.remove_edge("A", "B"))
    settled(editor)
    editor.undo()
    settled(editor)
    assert set(by_names(editor)) == {"AB", "BC"}
    other = edit(CHAIN.add_edge("A", "D"), model=model)
    settled(other)
    assert by_names(other)["AB"]["model"] == by_names(editor)["AB"]["model"]
    assert len(model.calls) == 3
    editor.set_graph(CHAIN.rename_node("B", "E"))
    settled(editor)
    assert len(model.calls) == 5, "other names are another question"
    settled(edit(CHAIN, model=model, domain="biology"))
    assert len(model.calls) == 7


def test_pairs_of_the_last_change_come_first_and_what_is_left_is_ordered_anew(
    front_end: FrontEnd,
) -> None:
    model = Held("ABCDEF", TRUE)
    editor = edit(CausalGraph.parse("A -> B -> C -> D -> E -> F"), model=model)
    assert model.asked_once.wait(30)
    editor.set_graph(editor.graph.add_edge("A", "F"))
    until(lambda: editor.opinion["rev"] == 1)
    assert "AF" in by_names(editor)
    model.go.set()
    settled(editor)
    asked = ["".join(sorted(pair)) for pair in model.asked()]
    assert asked[1] == "AF"
    assert asked[0] == "EF", "the newest edge came first"
    assert asked[2:] == ["DE", "CD", "BC", "AB"]


def test_a_pair_that_the_screen_asks_for_is_told_at_once(front_end: FrontEnd) -> None:
    model = Held("ABCD", TRUE)
    editor = edit(CHAIN, model=model, data=chain_frame())
    assert model.asked_once.wait(30)
    until(lambda: editor.opinion.get("rev") == 0)
    ids = {node.name: key for key, node in editor.session.state.document.nodes.items()}
    question = {"kind": "ask", "id": "q", "question": "opinion", "a": ids["D"], "b": ids["A"]}
    front_end.say(editor, {"method": "custom", "content": question})
    until(lambda: "AD" in by_names(editor))
    assert by_names(editor)["AD"]["data"]["verdict"] == "none"
    assert by_names(editor)["AD"]["model"] is None
    until(lambda: any(said["kind"] == "answer" for said in front_end.custom()))
    (answer,) = [said for said in front_end.custom() if said["kind"] == "answer"]
    assert (answer["result"]["a"], answer["result"]["b"]) == (ids["A"], ids["D"])
    model.go.set()
    settled(editor)
    assert ["".join(sorted(pair)) for pair in model.asked()][1] == "AD"
    assert by_names(editor)["AD"]["model"] is not None


@pytest.mark.parametrize("parts", [{}, {"a": "n1"}, {"a": "n1", "b": "n1"}, {"a": "n1", "b": 7}])
def test_questions_on_no_pair_are_refused(front_end: FrontEnd, parts: dict[str, Any]) -> None:
    editor = edit(CHAIN, data=chain_frame())
    settled(editor)
    question = {"kind": "ask", "id": "q", "question": "opinion", **parts}
    front_end.say(editor, {"method": "custom", "content": question})
    until(lambda: any(said["kind"] == "answer" for said in front_end.custom()))
    assert "two nodes" in front_end.custom()[-1]["error"]


def test_latent_nodes_are_not_asked_about(front_end: FrontEnd) -> None:
    model = Counted("ABCD", TRUE)
    editor = edit(CHAIN.set_roles("B", "latent").add_edge("A", "D"), model=model)
    settled(editor)
    assert set(by_names(editor)) == {"AD"}
    assert len(model.calls) == 1


def test_a_prior_answers_at_once_and_the_model_the_rest(front_end: FrontEnd) -> None:
    prior = EdgePrior.from_probabilities({("B", "A"): 0.9})
    alone = edit(CHAIN, prior=prior)
    told = settled(alone)
    assert (told["model"], told["waiting"]) == ("the prior", "")
    assert by_names(alone)["AB"]["model"]["verdict"] == "<-"
    assert by_names(alone)["AB"]["model"]["agreement"] is None
    assert by_names(alone)["BC"]["model"] is None
    model = Counted("ABCD", TRUE)
    both = edit(CHAIN, prior=prior, model=model)
    settled(both)
    assert len(model.calls) == 1
    assert by_names(both)["AB"]["model"]["verdict"] == "<-"
    assert by_names(both)["BC"]["model"]["verdict"] == "->"
    asked = edit(CHAIN, prior=ask(list("ABCD"), Counted("ABCD", TRUE)))
    settled(asked)
    assert by_names(asked)["AB"]["model"]["agreement"] > 0.5


def test_data_and_model_disagree_until_it_is_settled(front_end: FrontEnd) -> None:
    editor = edit(CHAIN, model=Counted("ABCD", [("B", "A"), ("B", "C")]), data=chain_frame())
    settled(editor)
    found = by_names(editor)
    assert (found["AB"]["data"]["verdict"], found["AB"]["model"]["verdict"]) == ("->", "<-")
    assert [found[pair]["disagree"] for pair in ("AB", "BC")] == [True, False]
    editor.take("A", "B", "model")
    assert editor.graph.knowledge.required == {("B", "A")}
    settled(editor)
    assert (by_names(editor)["AB"]["disagree"], by_names(editor)["AB"]["settled"]) == (False, True)
    editor.undo()
    assert editor.graph == CHAIN
    editor.take("B", "A", "data")
    assert editor.graph.knowledge.required == {("A", "B")}


def test_a_model_that_fails_at_a_pair_says_so_once(front_end: FrontEnd) -> None:
    model = Broken("ABCD", "C")
    editor = edit(CHAIN, model=model)
    told = settled(editor)
    assert told["problem"] == f"{model.model_id} could not be asked: RuntimeError: out of memory."
    assert by_names(editor)["AB"]["model"] is not None
    calls = len(model.calls)
    editor.set_graph(CHAIN.add_edge("A", "D"))
    settled(editor)
    assert len(model.calls) == calls + 1, "what failed is not tried again"
    editor.set_graph(CausalGraph.parse("A -> B; D"))
    settled(editor)
    assert "AD" in by_names(editor), "it is of the change"


def test_a_model_that_always_fails_is_left_alone(front_end: FrontEnd) -> None:
    model = Broken("ABCDEF")
    editor = edit(CausalGraph.parse("A -> B -> C -> D -> E -> F"), model=model)
    assert "Nothing more is asked" in settled(editor)["problem"]
    assert len(model.calls) == MOST_FAILURES
    editor.attach(model=Counted("ABCDEF", TRUE))
    assert settled(editor)["problem"] == ""


def test_a_model_that_is_not_here_is_told_in_a_line(front_end: FrontEnd) -> None:
    editor = edit(CHAIN, model="smolm2", data=chain_frame())
    assert "Did you mean 'smollm2'?" in settled(editor)["problem"]
    assert by_names(editor)["AB"]["data"]["verdict"] == "->"


def test_detached_and_closed_editors_ask_nothing_more(front_end: FrontEnd) -> None:
    model = Held("ABCD", TRUE)
    editor = edit(CHAIN, model=model)
    assert model.asked_once.wait(30)
    editor.detach()
    assert editor.opinion == {}
    model.go.set()
    until(lambda: editor._answers.opinions._asking.wait(0.1))
    assert len(model.calls) == 1
    assert editor.opinion == {}
    other = Held("ABCD", TRUE)
    closed = edit(CHAIN, model=other)
    assert other.asked_once.wait(30)
    closed.close()
    other.go.set()
    until(lambda: closed._answers.opinions._asking.wait(0.1))
    assert len(other.calls) == 1


def test_low_agreement_is_noted(front_end: FrontEnd) -> None:
    class Contrary(Counted):
        def score(self, pairs: Any) -> Any:
            return super().score(pairs) * [1 if len(prompt) % 2 else -1 for prompt, _ in pairs]

    note = settled(edit(CHAIN, model=Contrary("ABCD", TRUE)))["note"]
    shares = [
        each["agreement"]
        for each in live_editors()[-1].opinion["pairs"]
        for each in [each["model"]]
    ]
    assert note.startswith("Low agreement") == (sum(shares) / len(shares) < 0.7)


def test_without_model_prior_and_data_there_is_no_opinion(front_end: FrontEnd) -> None:
    assert settled(edit(CHAIN)) == {}


def test_data_alone_have_their_say(front_end: FrontEnd) -> None:
    editor = edit(CHAIN, data=chain_frame())
    told = settled(editor)
    assert (told["model"], told["waiting"], told["rev"]) == ("", "", 0)
    assert by_names(editor)["AB"]["data"]["verdict"] == "->"
    key = next(iter(editor.session.state.document.nodes))
    operation = {"op": "move", "positions": {key: [480.0, 240.0]}}
    message = {"kind": "ops", "gid": "m", "base_rev": 0, "origin": "s", "ops": [operation]}
    front_end.say(editor, {"method": "custom", "content": message})
    until(lambda: editor.opinion["rev"] == 1)


def test_the_frame_asks_for_what_is_missing(front_end: FrontEnd) -> None:
    model = Counted("ABCD", [("B", "A"), ("B", "C")])
    editor = edit(CHAIN, model=model, data=chain_frame())
    frame = editor.evidence_frame().set_index(["cause", "effect"])
    assert set(frame.index) == {("A", "B"), ("B", "C")}
    row = frame.loc[("A", "B")]
    assert (row["drawn"], row["data_says"], row["model_says"]) == ("->", "->", "<-")
    assert row["disagree"]
    assert row["bits"] > row["bits_reversed"]
    assert row["log_odds"] < 0 < row["agreement"]
    assert len(model.calls) == 2


def test_an_interrupt_leaves_the_rest_open(front_end: FrontEnd) -> None:
    class Stopped(Counted):
        def score(self, pairs: Any) -> Any:
            raise KeyboardInterrupt

    editor = edit(CHAIN)
    stream = editor._answers.opinions
    stream._evidence = Evidence(opinions=Opinions(Stopped("ABCD", TRUE)))
    with pytest.warns(UserWarning, match="Interrupted"):
        found = stream.everything(editor.session.state, progress=False)
    assert [each.opinion for each in found.values()] == [None, None]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": 3}, "Expected a language model"),
        ({"prior": {"A": 1}}, "Expected an EdgePrior"),
        ({"descriptions": ["A"]}, "Expected descriptions"),
        ({"descriptions": {"A": 1}}, "Expected descriptions"),
        ({"domain": 3}, "Expected the domain"),
    ],
)
def test_what_is_no_opinion_is_refused_at_once(given: dict[str, Any], message: str) -> None:
    with pytest.raises(EditorError, match=message):
        edit(CHAIN, **given)


def test_a_process_that_ends_lets_the_model_finish() -> None:
    script = """
import sys, time
from causal_magics import CausalGraph, edit
from widgets.opinionated import Counted

class Slow(Counted):
    def score(self, pairs):
        print("asked", flush=True)
        time.sleep(1)
        print("answered", flush=True)
        return super().score(pairs)

model = Slow("ABC")
edit(CausalGraph.parse("A -> B -> C"), model=model)
while not model.calls:
    time.sleep(0.01)
"""
    tests = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": tests},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    said = done.stdout.split()
    assert said.count("asked") == said.count("answered") >= 1


def test_smollm2_is_loaded_when_it_is_needed(
    front_end: FrontEnd,
) -> None:
    editor = edit(CausalGraph.parse("Smoking -> Cancer"), model="smollm2")
    until(lambda: editor.opinion.get("waiting") == "loading smollm2" or editor.opinion.get("pairs"))
    told = settled(editor)
    assert (told["model"], told["problem"]) == ("smollm2", "")
    (pair,) = told["pairs"]
    expected = ask(["Cancer", "Smoking"], "smollm2").beliefs[0]
    assert pair["model"]["forward"] == pytest.approx(expected.backward, abs=1e-4)

"""What the kernel says of an editor's graph, in the ids of its document."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from causal_magics import CausalGraph, compare, discover, identify
from causal_magics.graph.network import PublishedNetwork
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.overlay import overlay, overlays
from causal_magics.widgets.questions import answer, read_question
from causal_magics.widgets.session import EditorSession
from causal_magics.widgets.timing import Outdated

TAR = CausalGraph.parse(
    "X [exposure]\nY [outcome]\nU [latent]\nX -> M -> Y\nX <- U -> Y\nX <- A -> Y\nA <-> B"
)


def chain_data(rows: int = 600, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    a = rng.normal(size=rows)
    b = np.sin(2 * a) + 0.3 * rng.normal(size=rows)
    c = b**2 + 0.3 * rng.normal(size=rows)
    return pd.DataFrame({"A": a, "B": b, "C": c, "D": rng.normal(size=rows)})


def told(graph: CausalGraph, **evidence: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """The overlay as JSON carries it, and the names by id."""
    state = EditorSession(graph).state
    found = json.loads(json.dumps(overlay(state, Evidence(**evidence)), allow_nan=False))
    return found, {key: node.name for key, node in state.document.nodes.items()}


def test_without_roles_only_independences_are_told() -> None:
    found, names = told(CausalGraph.parse("A -> B -> C"))
    assert found["effect"] is None
    assert [[names[key] for key in each["given"]] for each in found["independences"]] == [["B"]]
    assert found["tests"] is found["bits"] is found["comparison"] is found["error"] is None


def test_an_effect_says_what_identify_says() -> None:
    found, names = told(TAR)
    effect, expected = found["effect"], identify(TAR)
    sets = [{names[key] for key in each["nodes"]} for each in effect["adjustment_sets"]]
    assert sets == [set(each) for each in expected.adjustment_sets] == []
    assert [{names[key] for key in each} for each in effect["front_door_sets"]] == [{"M"}]
    assert effect["estimand"]["text"] == str(expected.estimand)
    assert effect["identified"]
    kinds = [("open " if path["open"] else "blocked ") + path["kind"] for path in effect["paths"]]
    assert sorted(kinds) == ["open biasing", "open biasing", "open causal"]


def test_paths_run_along_edges_of_the_document() -> None:
    state = EditorSession(TAR).state
    found: Any = overlay(state, Evidence())
    for path in found["effect"]["paths"]:
        for key, ends in zip(path["edges"], pairwise(path["nodes"]), strict=True):
            edge = state.document.edges[key]
            assert {edge.source, edge.target} == set(ends)


def test_paths_that_a_class_directs_run_along_its_undirected_edges() -> None:
    # Directing X -- Y away from Y would make another collider at Y.
    graph = CausalGraph.parse("A -> X; X -- Y; X [exposure]; Y [outcome]")
    found, _ = told(graph)
    document = EditorSession(graph).state.document
    (path,) = found["effect"]["paths"]
    assert [document.edges[key].mark for key in path["edges"]] == ["--"]


def test_the_set_that_is_adjusted_now_is_marked() -> None:
    graph = CausalGraph.parse("X[exposure]; Y[outcome]; Z[adjusted]\nX <- Z -> Y; X -> Y")
    current = {each["current"] for each in told(graph)[0]["effect"]["adjustment_sets"]}
    assert current == {True}
    without = told(graph.set_roles("Z", ()))[0]["effect"]["adjustment_sets"]
    assert {each["current"] for each in without} == {False}


@pytest.mark.parametrize(
    ("adjusted", "suffices", "minimal", "lacks"),
    [("", False, False, {"Z"}), ("W", False, False, {"Z"}), ("W Z", True, False, set()),
     ("Z", True, True, set()), ("M", False, False, set())],
)  # fmt: skip
def test_all_minimal_sets_are_told_whatever_is_adjusted(
    adjusted: str, suffices: bool, minimal: bool, lacks: set[str]
) -> None:
    graph = CausalGraph.parse("X[exposure]; Y[outcome]; X <- Z -> Y; X -> M -> Y; W -> Y; Z <- V")
    for name in adjusted.split():
        graph = graph.set_roles(name, ("adjusted",))
    found, names = told(graph)
    sets = [{names[key] for key in each["nodes"]} for each in found["effect"]["adjustment_sets"]]
    assert sets == [{"Z"}]
    now = found["effect"]["adjusted"]
    assert {names[key] for key in now["nodes"]} == set(adjusted.split())
    assert (now["suffices"], now["minimal"]) == (suffices, minimal)
    assert {names[key] for key in now["lacks"]} == lacks
    advice = "Take the role adjusted from M"
    assert (advice in (found["effect"]["obstacle"] or "")) == (adjusted == "M")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("X -> M -> Y; X -> Y; M <- W -> Y", [{"M", "W"}]),
        ("X -> M -> Y; X -> Y; U [latent]; M <- U -> Y", []),
        ("X -> Y; X <- W -> Y", None),
        ("X -- A -> Y; X -> Y", None),
    ],
)
def test_sets_for_the_direct_effect_are_told_where_it_is_another(
    text: str, expected: list[set[str]] | None
) -> None:
    graph = CausalGraph.parse(f"X [exposure]; Y [outcome]; {text}")
    found, names = told(graph)
    sets = found["effect"]["direct_sets"]
    assert expected == (sets and [{names[key] for key in each["nodes"]} for each in sets])
    if expected:
        adjusted = graph.set_roles("M", "adjusted").set_roles("W", "adjusted")
        assert [each["current"] for each in told(adjusted)[0]["effect"]["direct_sets"]] == [True]


def test_what_the_graph_says_does_not_wait_for_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("causal_magics.widgets.verdicts.PAUSE", -1)
    state = EditorSession(CausalGraph.parse("A [exposure]; C [outcome]; A -> B -> C; D")).state
    evidence = Evidence(chain_data())
    first, *between, last = overlays(state, evidence)
    assert first["effect"] == last["effect"]
    assert (first["waiting"], first["tests"], first["bits"]) == ("reading the data", None, None)
    assert [each["waiting"] for each in between] == [f"{n} of 4 tested" for n in range(4)]
    partial: Any = between[2]["independences"]
    assert [each["test"] is not None for each in partial] == [True, True, False, False]
    assert partial[0]["test"]["p_adjusted"] is None
    assert last["waiting"] is None
    assert next(overlays(state, evidence))["waiting"] == "0 of 4 tested"


def test_data_test_each_statement_with_holms_correction() -> None:
    frame, graph = chain_data(), CausalGraph.parse("A -> B -> C; D")
    found, names = told(graph, data=frame, data_name="chain")
    expected = {str(each.independence): each for each in identify(
        graph, "A", "C", data=frame).tests or ()}  # fmt: skip
    assert len(found["independences"]) == len(expected) == 4
    for each in found["independences"]:
        given = [names[key] for key in each["given"]]
        text = f"{names[each['x'][0]]} ⊥ {names[each['y'][0]]}"
        test = expected[text + (f" | {', '.join(given)}" if given else "")]
        assert each["test"]["p"] == pytest.approx(test.p_value, rel=1e-4)
        assert each["test"]["p_adjusted"] == pytest.approx(test.adjusted_p_value, rel=1e-4)
        assert each["test"]["rejected"] == (test.adjusted_p_value < 0.05)
    assert found["tests"]["rows"] == "600 rows"
    assert found["tests"]["note"].startswith("Holm's correction over 4 tests")


def test_statements_about_what_the_data_lack_are_left_untested() -> None:
    frame = chain_data().assign(D="word")
    found, names = told(CausalGraph.parse("A -> B; D; E"), data=frame)
    by_pair = {names[e["x"][0]] + names[e["y"][0]]: e for e in found["independences"]}
    assert by_pair["AD"]["test"] is None
    assert "D" in by_pair["AD"]["note"]
    assert by_pair["AE"]["note"] == "The data have no column 'E'."
    assert [names[key] for key in found["columns"]["missing"]] == ["E"]


def test_bits_are_those_of_the_discovery_and_follow_the_graph() -> None:
    frame = chain_data()
    learned = discover(frame, progress=False)
    found, _ = told(learned.graph, data=frame, discovery=learned)
    assert sorted(found["bits"]["edges"].values()) == pytest.approx(
        sorted(edge.bits for edge in learned.graph.edges), rel=1e-4
    )
    assert found["bits"]["saved"] == pytest.approx(learned.bits_saved, rel=1e-4)
    from_data, _ = told(learned.graph, data=frame)
    assert from_data["bits"]["saved"] == pytest.approx(learned.bits_saved, rel=1e-4)
    fewer, _ = told(CausalGraph(frame.columns), data=frame)
    assert (fewer["bits"]["saved"], fewer["bits"]["edges"]) == (0, {})


def test_candidates_cost_what_the_graph_with_the_edge_costs() -> None:
    frame = chain_data()
    learned = discover(frame, progress=False)
    graph = CausalGraph.parse("A -> B; C; D")
    changes = learned.candidate_bits(graph, "B")
    assert set(changes) == {"A", "C", "D"}
    before = learned.bits_saved_by(graph)
    for effect in ("C", "D"):
        after = learned.bits_saved_by(graph.add_edge("B", effect))
        assert changes[effect] == pytest.approx(before - after)
    standing = learned.candidate_bits(graph, "A")["B"]
    assert standing == pytest.approx(-learned.edge_bits(graph)["A", "B"])


def test_a_screen_asks_what_an_edge_would_cost() -> None:
    state = EditorSession(CausalGraph.parse("A -> B; C; D; Z")).state
    ids = {node.name: key for key, node in state.document.nodes.items()}
    evidence = Evidence(chain_data())

    def ask(name: str, **parts: object) -> dict[str, Any]:
        question = read_question({"kind": "ask", "id": "q", "question": name, **parts})
        assert question is not None
        return answer(question, state, evidence)

    told = ask("candidate_bits", source=ids["B"])
    assert set(told["result"]["bits"]) == {ids["A"], ids["C"], ids["D"]}
    assert told["result"]["bits"][ids["C"]] < -100 < told["result"]["bits"][ids["D"]]
    assert ask("candidate_bits", source="nobody")["error"]
    assert "no column" in ask("candidate_bits", source=ids["Z"])["error"]
    assert "candidate_bits" in ask("weather")["error"]
    assert read_question({"kind": "ask", "id": 3}) is None


def test_a_reference_is_compared_edge_by_edge() -> None:
    graph = CausalGraph.parse("A -> B; C -> B; A -> D")
    truth = CausalGraph.parse("A -> B -> C; C -> D; D -> E")
    state = EditorSession(graph).state
    found: Any = overlay(state, Evidence(reference=truth))["comparison"]
    names = {key: node.name for key, node in state.document.nodes.items()}
    by_edge = {
        names[state.document.edges[key].source] + names[state.document.edges[key].target]: status
        for key, status in found["edges"].items()
    }
    assert by_edge == {"AB": "shared", "CB": "reversed", "AD": "added"}
    assert [(names[e["source"]], names[e["target"]]) for e in found["missing"]] == [("C", "D")]
    assert found["missing_elsewhere"] == [["D", "E"]]
    assert "only the second has 'E'" in found["note"]
    both = compare(graph, truth)
    assert (found["shd"], found["sid"], found["f1"]) == (both.shd, both.sid, both.f1)


def test_a_published_network_may_hold_a_cycle() -> None:
    truth = PublishedNetwork(CausalGraph.parse("A -> B -> C"), frozenset({("C", "A")}))
    found, _ = told(CausalGraph.parse("A -> B -> C"), reference=truth)
    assert found["comparison"]["shd"] == 1
    assert [edge["mark"] for edge in found["comparison"]["missing"]] == ["->"]


@pytest.mark.parametrize(
    "text",
    [
        "A @-> B @-@ C; A [exposure]; C [outcome]",
        "A -- B -- C; A -> D; A [exposure]; D [outcome]",
        "A -> B [forbidden]; B -> A; A [exposure]; B [outcome]",
        "A [exposure, outcome]",
        "A [exposure, latent]; B [outcome]; A -> B",
        "A -> S; B -> S; S [selection]; A [exposure]; B [outcome]",
        "",
    ],
)
def test_graphs_of_every_kind_are_answered(text: str) -> None:
    found, _ = told(CausalGraph.parse(text), data=chain_data(50))
    assert set(found) >= {"rev", "effect", "independences", "bits", "comparison", "error"}


def test_columns_labelled_with_numbers_are_nodes_of_the_same_text() -> None:
    data = pd.DataFrame(chain_data().to_numpy())
    assert Evidence(data).column_names == ("0", "1", "2", "3")
    found, _ = told(CausalGraph.parse("0 -> 1 -> 2"), data=data)
    assert len(found["bits"]["edges"]) == 2
    assert found["independences"][0]["test"] is not None


def test_bad_tables_cost_the_bits_but_not_the_reading() -> None:
    same = chain_data(100).assign(B=lambda frame: frame["A"])
    found, _ = told(CausalGraph.parse("A -> B -> C"), data=same)
    assert found["bits"] is None
    assert "the data" in found["error"].lower() or "differ" in found["error"]
    assert len(found["independences"]) == 1


def test_gaps_in_one_column_leave_the_others_their_prices() -> None:
    frame = chain_data().assign(K=1.0, T="word")
    frame.loc[::3, "D"] = np.nan
    found, _ = told(CausalGraph.parse("A -> B -> C"), data=frame)
    assert (found["bits"]["source"], found["error"]) == ("600 rows", None)
    with_gaps, _ = told(CausalGraph.parse("A -> B -> C; D; K; T"), data=frame)
    assert with_gaps["bits"]["source"] == "400 of 600 rows"
    assert len(with_gaps["bits"]["edges"]) == 2


def test_copies_among_other_columns_cost_no_prices() -> None:
    frame = chain_data().assign(copy=lambda table: table["D"])
    found, _ = told(CausalGraph.parse("A -> B -> C"), data=frame)
    assert len(found["bits"]["edges"]) == 2


def test_very_many_rows_are_priced_on_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("causal_magics.widgets.columns.MOST_ROWS", 200)
    found, _ = told(CausalGraph.parse("A -> B -> C"), data=chain_data(), data_name="chain")
    assert found["bits"]["source"] == "chain, 200 of 600 rows"
    assert found["tests"]["rows"] == "600 rows"


def test_columns_that_are_never_complete_together_cost_the_tests_alone() -> None:
    frame = chain_data(100)
    frame.loc[:49, "C"] = np.nan
    frame.loc[50:, "D"] = np.nan
    evidence = Evidence(frame)
    apart = EditorSession(CausalGraph.parse("A -> B; C; D")).state
    for _ in range(2):
        found: Any = overlay(apart, evidence)
        assert "at least 4 rows" in found["error"]
        assert (found["tests"], len(found["independences"])) == (None, 5)
    together: Any = overlay(EditorSession(CausalGraph.parse("A -> B; C")).state, evidence)
    assert together["tests"]["rows"] == "50 of 100 rows"


def test_what_was_read_is_at_hand() -> None:
    evidence, graph = Evidence(chain_data()), CausalGraph.parse("A -> B; Z")
    assert not evidence.is_at_hand(graph)
    evidence.take(graph)
    assert evidence.is_at_hand(graph)
    assert not evidence.is_at_hand(graph.add_node("C"))
    assert Evidence().is_at_hand(graph)


def test_each_part_of_an_answer_can_be_the_last() -> None:
    state = EditorSession(CausalGraph.parse("A [exposure]; C [outcome]; A -> B -> C; D")).state
    evidence = Evidence(chain_data())
    evidence.take(state.graph)
    steps: list[None] = []
    complete = list(overlays(state, evidence, None, lambda: steps.append(None)))
    assert len(complete) == 1
    assert len(steps) == 6 + len(complete[0]["independences"]), "six parts, and each test"

    def stop_at(number: int) -> int:
        count = 0

        def step() -> None:
            nonlocal count
            count += 1
            if count == number:
                raise Outdated

        with pytest.raises(Outdated):
            list(overlays(state, evidence, None, step))
        return count

    assert [stop_at(number) for number in range(1, 11)] == list(range(1, 11))

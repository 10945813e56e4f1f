import random
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from oracles.random_graphs import random_admg

from causal_magics.errors import DataError, GraphError, NotIdentifiedError
from causal_magics.graph.do_calculus import is_identifiable
from causal_magics.graph.estimand import adjustment_estimand
from causal_magics.graph.identification import Identification, identify
from causal_magics.graph.instruments import Instrument
from causal_magics.graph.model import CausalGraph, Edge, Node

ENDS = "x [exposure]\ny [outcome]\nu [latent]\ns [selection]\na [adjusted]\n"


def asked(text: str, **options: object) -> Identification:
    """Identify the effect of x on y; u is latent, s selects, a is adjusted, where they occur."""
    roles = [line for line in ENDS.splitlines() if re.search(rf"\b{line[0]}\b", text)]
    return identify(CausalGraph.parse("\n".join([*roles, text])), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "estimand", "sentence"),
    [
        ("x -> y", "P(y | do(x)) = P(y | x)", "is identified without adjustment."),
        (
            "x -> y; z -> {x y}",
            "P(y | do(x)) = Σ_{z} P(y | x, z) P(z)",
            "is identified by adjusting for {z}.",
        ),
        ("y -> x", "P(y | do(x)) = P(y)", "is none: there is no causal path."),
        (
            "x -> m -> y; u -> {x y}",
            "P(y | do(x)) = Σ_{m} P(m | x) Σ_{x'} P(y | x', m) P(x')",
            "is identified by the front door through {m}.",
        ),
        (
            "x -> y; u -> {x y}; z -> x",
            "effect = Cov(y, z) / Cov(x, z)",
            "by the instrument z. No set of observed nodes blocks x <- u -> y. Measuring u would",
        ),
        (
            "x -> y; u -> {x y}; w -> z -> x; w -> u",
            "effect = Cov(y, z | w) / Cov(x, z | w)",
            "by the instrument z | w. No set",
        ),
        (
            "x -> y; z -> {x y}; s -> x",
            "P(y | do(x)) = Σ_{z} P(y | x, z, s = 1) P(z | s = 1)",
            "is identified by adjusting for {z}.",
        ),
        ("x -> y; x <-> y", None, "is not identified. No set of observed nodes blocks x <-> y."),
        ("x -- y", None, "is not identified. The direction of the edge between x and y is open"),
        ("x @-> y", None, "is not identified. The direction of the edge between x and y is open"),
        ("x -> y; x @-> z", None, "A hidden common cause may lie behind x -> y."),
        ("x -> y -> s", None, "is not identified. The sample is selected by s"),
        ("x -> y -> a", None, "Adjusted for is a, on a causal path or behind one. Take the role"),
        (
            "x -> m -> y; x <-> y; c -> {x m}",
            "P(y | do(x)) = Σ_{c, m} P(m | x, c) P(c) Σ_{x'} P(y | x', c, m) P(x' | c)",
            "is identified by the do-calculus.",
        ),
        (
            "w -> z -> x -> y; w <-> x; w <-> y",
            "P(y | do(x)) = (Σ_{w} P(x, y | w, z) P(w)) / (Σ_{w} P(x | w, z) P(w)) for any z",
            "is identified by the do-calculus.",
        ),
        (
            "{b c} -> f; f [latent, functional]; f -> {x y}; x -> y; b <-> x",
            "P(y | do(x)) = Σ_{b, c} P(y | x, b, c) P(b) P(c)",
            "is identified by the do-calculus, as f is a function of its parents.",
        ),
        (
            "{b c} -> f; f [latent]; f -> {x y}; x -> y",
            None,
            "is not identified. No set of observed nodes blocks x <- f -> y. Measuring f would",
        ),
    ],
)
def test_the_answer_in_one_sentence(text: str, estimand: str | None, sentence: str) -> None:
    result = asked(text)
    assert sentence in result.summary
    assert (result.estimand and str(result.estimand)) == estimand
    assert result.is_identified is (estimand is not None and "Cov" not in estimand)
    assert result.summary in repr(result)


def test_the_formula_takes_the_smallest_set() -> None:
    result = asked("x -> y; t -> x; c -> t; c -> y; d -> t; d -> x")
    assert result.adjustment_sets == (frozenset("c"), frozenset("dt"))


def test_latent_ends_have_no_formula() -> None:
    result = identify(CausalGraph.parse("x [latent] x -> y"), "x", "y")
    assert result.estimand is None
    assert "No data show x, which has the role latent." in result.summary


def test_a_direct_effect_is_a_regression() -> None:
    result = asked("x -> m -> y; m <- z -> y; x -> y", effect="direct")
    assert result.estimand is not None
    assert str(result.estimand) == "direct effect = coefficient of x in E[y | x, m, z]"
    assert "by regression on the exposure and {m, z}" in result.summary
    assert asked("x -> y; x <-> y", effect="direct").estimand is None


def test_paths_are_told_apart() -> None:
    result = asked("x -> y; x -> m -> y; z -> {x y}; x -> c <- y; a -> {x y}")
    assert {str(p) for p in result.causal_paths} == {"x -> y", "x -> m -> y"}
    assert {str(p) for p in result.open_biasing_paths} == {"x <- z -> y"}
    assert {str(p) for p in result.blocked_biasing_paths} == {"x <- a -> y", "x -> c <- y"}


def test_expect_identified() -> None:
    assert asked("x -> y").expect_identified().method == "adjustment"
    with pytest.raises(NotIdentifiedError, match="No set of observed nodes blocks x <-> y"):
        asked("x -> y; x <-> y").expect_identified()


def test_repr_is_stable() -> None:
    result = asked("x -> m -> y; z -> {x m y}; z -> w -> y")
    assert repr(result) == (
        "<Identification: The total effect of x on y is identified by adjusting for {z}.\n"
        "  estimand: P(y | do(x)) = Σ_{z} P(y | x, z) P(z)\n"
        "  adjustment sets: {z}\n"
        "  paths: 1 causal, 3 open biasing, 2 blocked biasing\n"
        "  implied independences: 3>"
    )


def test_names_are_taken_or_given() -> None:
    graph = CausalGraph.parse("a -> b -> c")
    result = identify(graph, "a", ["b", "c"])
    assert result.exposure == ("a",)
    assert result.outcome == ("b", "c")
    with pytest.raises(GraphError, match="Expected an exposure"):
        identify(graph)


def frame(rows: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    z = rng.normal(size=rows)
    x = z + rng.normal(size=rows)
    return pd.DataFrame({"z": z, "x": x, "y": x + rng.normal(size=rows)})


def test_data_test_the_graph() -> None:
    right = asked("z -> x -> y", data=frame())
    assert right.tests is not None
    assert not right.rejected
    assert "implied independences: 1, 0 rejected on 400 rows (Holm, 0.05)" in repr(right)
    wrong = asked("z -> y <- x", data=frame())
    assert [str(test.independence) for test in wrong.rejected] == ["x ⊥ z"]
    with pytest.raises(DataError, match="no column 'z'"):
        asked("z -> x -> y", data=frame().rename(columns={"z": "w"}))


def test_tables() -> None:
    result = asked(
        "z -> x -> y; u -> {x y}; v -> {z y}", data=frame().assign(v=0.0 + frame()["z"] ** 2)
    )
    independences = result.to_frame()
    assert list(independences.columns[:3]) == ["a", "b", "given"]
    assert len(independences) == len(result.independences) > 0
    sets = result.to_frame("adjustment_sets")
    assert set(sets["method"]) == {"instrument"}
    paths = result.to_frame("paths")
    assert list(paths["open"]) == [path.is_open for path in result.paths]
    with pytest.raises(GraphError, match="Did you mean paths"):
        result.to_frame("path")  # type: ignore[arg-type]


class Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "a & b", "'\"><img src=x onerror=alert(1)>", "ℵ", "x" * 300],
)
def test_html_escapes_names(name: str) -> None:
    graph = CausalGraph(
        [Node("x", frozenset({"exposure"})), Node("y", frozenset({"outcome"}))],
        [("x", "y"), (name, "x"), (name, "y"), ("other", name)],
    )
    page = Balance()
    page.feed(identify(graph)._repr_html_())
    assert not page.open
    assert page.tags <= {"style", "div", "p", "table", "tr", "th", "td", "code", "br"}


def test_html_shows_tests_and_problems() -> None:
    html = asked("z -> y <- x", data=frame())._repr_html_()
    assert "cm-bad" in html
    assert "adjusted p (Holm)" in html
    assert "--jp-" in html


def test_limits_are_said() -> None:
    edges = [Edge("x", "y")]
    for i in range(8):
        edges += [Edge(f"a{i}", "x"), Edge(f"a{i}", f"b{i}"), Edge(f"b{i}", "y")]
    result = identify(CausalGraph(edges=edges), "x", "y", limit=20)
    assert result.truncated == {"adjustment_sets", "independences"}
    assert "and at least 10 more" in repr(result)
    assert "and at least 10 more" in result._repr_html_()


def test_a_class_of_graphs_has_no_front_door_or_instrument() -> None:
    result = asked("z -- x; x -> m -> y")
    assert result.front_door_sets == ()
    assert result.instruments == ()
    assert asked("z -> x -> y; u -> {x y}").instruments == (Instrument("z"),)


def test_paths_of_a_class_have_the_directions_that_all_members_share() -> None:
    none = asked("x -- y; z -> y")
    assert none.summary.endswith("is none: no graph of the class has a causal path.")
    assert [(str(path), path.kind) for path in none.paths] == [("x <- y", "biasing")]
    assert "paths: 0 causal, 1 open biasing" in repr(none)
    doubtful = repr(asked("x -- y"))
    assert "paths: 0 causal, 1 possibly causal, 0 open biasing" in doubtful


def test_data_are_looked_at_even_where_nothing_is_to_be_tested() -> None:
    with pytest.raises(DataError, match=r"Expected a data frame .* got int"):
        asked("x -> y", data=5)


def test_latex_is_escaped() -> None:
    latex = adjustment_estimand(("x_1",), ("50%",), frozenset({"{z}"})).latex
    assert r"\text{x\_1}" in latex
    assert r"\text{50\%}" in latex
    assert r"\sum_{\text{\{z\}}}" in latex


def test_an_adjusted_collider_is_what_to_give_up() -> None:
    text = "u -> x; v [latent]; u -> a; v -> a; v -> y; x -> y"
    shown = repr(asked(text))
    assert "together with a, which has the role adjusted. Take the role adjusted from a." in shown
    assert asked(text.replace("-> a", "-> b")).adjustment_sets == (frozenset(),)


def test_what_is_adjusted_for_in_vain_hides_no_other_formula() -> None:
    given_up = asked("u -> x; v [latent]; u -> a; v -> a; v -> y; x -> y")
    assert given_up.estimand is None
    assert "is identified, but not with what is adjusted for. No set of" in given_up.summary
    kept = asked("w -> z -> x -> y; w <-> x; w <-> y; a -> y")
    assert kept.expect_identified().method == "do-calculus"
    assert kept.obstacle is None


def test_a_formula_or_an_obstacle_is_found_for_every_graph() -> None:
    rng = random.Random(17)
    for _ in range(150):
        graph = random_admg(rng, rng.randint(2, 6), 0.4, 0.3)
        x, y = rng.sample(graph.nodes, 2)
        result = identify(graph, x, y)
        assert result.is_identified is is_identifiable(graph, x, y)
        assert (result.obstacle is None) is result.is_identified
        assert "but not with" not in result.summary


def test_a_direct_effect_has_no_formula_of_the_do_calculus() -> None:
    result = asked("x -> m -> y; x -> y; m <-> y", effect="direct")
    assert result.estimand is None
    assert "is not identified" in result.summary


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(GraphError, match="Expected a limit from 0, got -1"):
        asked("x -> y", limit=-1)


def test_another_effect_or_no_graph_is_refused() -> None:
    with pytest.raises(GraphError, match="'total' or 'direct', got 'totl'"):
        asked("x -> y", effect="totl")
    with pytest.raises(GraphError, match="Expected a CausalGraph, got a value of type str"):
        identify("x -> y", "x", "y")  # type: ignore[arg-type]

"""A verb is one function and one line: options, help, errors and code all follow from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from IPython.core.interactiveshell import InteractiveShell

from causal_magics.graph.model import CausalGraph, Knowledge
from causal_magics.magics.verb import Verb
from causal_magics.magics.verbs import VERBS

Run = Callable[[str], Any]


@dataclass(frozen=True)
class Echo:
    """What a toy verb was called with."""

    frame: Any
    graph: CausalGraph
    told: dict[str, Any]


def echo(
    frame: Any,
    *,
    knowledge: Knowledge | None = None,
    other: CausalGraph | None = None,
    names: str | Sequence[str] = (),
    label: str = "none",
    count: int = 0,
    weight: float | None = None,
    mode: Literal["fast", "exact"] = "fast",
    progress: bool = True,
) -> Echo:
    """Say what it was told.

    Parameters
    ----------
    frame : object
        Anything at all.
    knowledge : Knowledge, optional
        What is known beforehand.
    count : int
        How often.
    progress : bool
        Whether to show it.
    """
    told = {
        "knowledge": knowledge, "other": other, "names": names, "label": label, "count": count,
        "weight": weight, "mode": mode, "progress": progress,
    }  # fmt: skip
    return Echo(frame, CausalGraph(["A"]), told)


@pytest.fixture(autouse=True)
def toy_verb(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(VERBS, "echo", Verb("echo", echo, body="knowledge", shows="graph"))
    return


def test_defaults_are_the_functions_own(run: Run, shell: InteractiveShell) -> None:
    shell.user_ns["data"] = object()
    found = run("%causal echo data")
    assert found == echo(shell.user_ns["data"])


def test_every_kind_of_option(run: Run, shell: InteractiveShell) -> None:
    shell.user_ns |= {"data": 1, "g": CausalGraph(["B"])}
    told = run(
        "%causal echo data --other g --names A,B --names 'a b' --label two --count 3 "
        "--weight -0.5 --mode exact --no-progress"
    ).told
    assert told == {
        "knowledge": None,
        "other": CausalGraph(["B"]),
        "names": ("A", "B", "a b"),
        "label": "two",
        "count": 3,
        "weight": -0.5,
        "mode": "exact",
        "progress": False,
    }


def test_output_binds_what_is_shown_and_the_target_the_whole(
    run: Run, shell: InteractiveShell
) -> None:
    run("data = 1")
    result = run("%causal whole << echo data -o g")
    assert shell.user_ns["whole"] is result
    assert shell.user_ns["g"] is result.graph


def test_the_result_is_returned_and_can_be_assigned(run: Run, shell: InteractiveShell) -> None:
    run("data = 1")
    run("kept = %causal echo data")
    assert shell.user_ns["kept"].frame == 1
    assert run("%causal echo data;") is None


def test_values_inside_functions_are_found(run: Run) -> None:
    assert run("def f(inner):\n    return get_ipython().run_line_magic('causal', 'echo inner')\n"
               "f(7)").frame == 7  # fmt: skip


def test_the_body_is_knowledge_and_settings(run: Run) -> None:
    run("data = 1")
    body = "# a comment\nA -> B [required]\ncount: 4\nlabel: from the body\nnames: A,'b c' D\n"
    told = run(f"%%causal echo data\n{body}").told
    assert told["knowledge"] == Knowledge(required=frozenset({("A", "B")}))
    assert (told["count"], told["label"]) == (4, "from the body")
    assert told["names"] == ("A", "b c", "D")


def test_body_and_option_are_merged(run: Run, shell: InteractiveShell) -> None:
    shell.user_ns["known"] = Knowledge(forbidden=frozenset({("B", "C")}))
    shell.user_ns["g"] = CausalGraph(["B", "C"]).forbid("B", "C")
    both = Knowledge(required=frozenset({("A", "B")}), forbidden=frozenset({("B", "C")}))
    for name in ("known", "g"):
        cell = f"%%causal echo known --knowledge {name}\nA -> B [required]"
        assert run(cell).told["knowledge"] == both


def test_expressions_are_values(run: Run) -> None:
    run("xs = [1, 2]; names = ['A', 'b c']")
    found = run("%causal echo {{xs[1:]}} --names {{names}} --count {{len(xs)}}")
    assert (found.frame, found.told["names"], found.told["count"]) == ([2], ("A", "b c"), 2)


def test_parts_of_results_fit_where_they_are_meant(run: Run, shell: InteractiveShell) -> None:
    run("data = 1")
    run("%causal whole << echo data")
    assert run("%causal echo data --other whole").told["other"] == CausalGraph(["A"])


def test_defaults_of_the_project_are_used(run: Run) -> None:
    run("data = 1")
    run("%config CausalMagics.defaults = {'echo': {'count': 9, 'progress': False}}")
    assert run("%causal echo data").told["count"] == 9
    assert run("%causal echo data").told["progress"] is False
    assert run("%causal echo data --count 2").told["count"] == 2


def test_help_names_everything(run: Run) -> None:
    text = repr(run("%causal echo --help"))
    assert text == repr(run("%%causal echo --help\n# no body"))
    for part in (
        "%%causal echo FRAME [--options] [-o NAME]",
        "Say what it was told.",
        "Anything at all.",
        "the body",
        "What is known beforehand.",
        "--mode fast|exact",
        "--[no-]progress",
        "Whether to show it. (default on)",
        "--count N",
        "How often. (default 0)",
        "-o NAME binds the result's .graph",
    ):
        assert part in text
    assert "  echo FRAME" in repr(run("%causal"))


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        ("%causal ecko data", "no verb 'ecko'. Did you mean echo?"),
        ("%causal zzz", "no verb 'zzz'. It has graph, edit"),
        ("%causal echo", "Expected FRAME after echo: echo FRAME."),
        ("%causal echo dota", "no name 'dota'. Did you mean data?"),
        ("%causal echo data more", "echo takes FRAME; 'more' is one too many."),
        ("%causal echo data --cuont 3", "no option --cuont. Did you mean --count?"),
        ("%causal echo data --count", "Expected a value after --count: N."),
        ("%causal echo data --count many", "Expected a whole number for count, got 'many'."),
        ("%causal echo data --count 1.5", "Expected a whole number for count, got '1.5'."),
        ("%causal echo data --weight x", "Expected a number for weight, got 'x'."),
        ("%causal echo data --mode exakt", "one of fast, exact, got 'exakt'. Did you mean exact?"),
        ("%causal echo data --progress=maybe", "Expected true or false for progress"),
        ("%causal echo data --count 1 --count 2", "--count once, got it 2 times"),
        ("%causal echo data --other data", "Expected a CausalGraph for OTHER, got 'data', an int."),
        ("%causal echo {{nothing}}", "{{nothing}} cannot be evaluated: NameError"),
        ("%causal echo data.shape", "'data' has no attribute 'shape'."),
        ("%causal echo data -o 1x", "Expected a Python name after -o, got '1x'."),
        ("%causal --count 3", "Expected a verb before --count."),
        ("%%causal\nA -> B", "Expected a verb after %%causal, as in %%causal graph"),
        ("%causal help", "Did you mean --help?"),
        ("%causal x <<", "Expected a verb after x <<"),
        ("%causal echo data -o g -o h", "Expected -o once, got it 2 times."),
        ("%causal echo opem", "no name 'opem'. Define it in an earlier cell."),
        ("%causal echo rows.csv", "no name 'rows'. Read the file first, frame = pandas.read_csv"),
        ("%causal echo data[0]", "no name 'data[0]'. Write an expression between {{ and }}."),
        ("%%causal echo data\ntier: A | B", "no option tier:. Did you mean tiers:?"),
        ("%%causal echo data\na:b -> c", "no option a:. It has --frame"),
        ("%%causal echo data\na:b -> c", "A name with a colon needs quotes."),
        ("%%causal echo data\ncount:", "Expected a value after count:, N."),
        ("%%causal echo data\ncuont: 3", "no option cuont:. Did you mean --count?"),
        ("%%causal echo data\nA -> B", "Write [required] or [forbidden] behind it."),
        ("%%causal echo data -o g\nA => B", "NotationError: Line 1, column 3:"),
    ],
)  # fmt: skip
def test_each_mistake_is_one_readable_line(
    cell: str, part: str, shell: InteractiveShell, fails: Callable[[str], str]
) -> None:
    shell.user_ns |= {"data": 1, "g": CausalGraph(["before"])}
    shown = fails(cell)
    assert part in shown
    assert "Traceback" not in shown
    limit = 3 if "NotationError" in shown else 1
    assert len(shown.splitlines()) == limit


def test_an_error_inside_the_function_binds_nothing(
    shell: InteractiveShell, fails: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(frame: Any) -> Echo:
        """Fail."""
        raise ZeroDivisionError("inside")

    monkeypatch.setitem(VERBS, "broken", Verb("broken", broken))
    shell.user_ns |= {"data": 1, "g": 2}
    shown = fails("%causal broken data -o g")
    assert "ZeroDivisionError" in shown
    assert "broken" in shown


def test_the_traceback_is_there_on_request(run: Run, fails: Callable[[str], str]) -> None:
    assert repr(run("%causal --debug")) == "No error so far."
    assert "Traceback" in fails("%causal --debug ecko")
    assert len(fails("%causal ecko").splitlines()) == 1
    assert "Traceback" in repr(run("%causal --debug"))
    run("%config CausalMagics.debug = True")
    assert "Traceback" in fails("%causal ecko")


def test_an_interrupt_without_a_result_is_one_line(
    shell: InteractiveShell, fails: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(frame: Any) -> Echo:
        """Stop."""
        raise KeyboardInterrupt

    monkeypatch.setitem(VERBS, "stopped", Verb("stopped", stopped))
    shell.user_ns |= {"data": 1, "g": 2}
    shown = fails("%causal stopped data -o g")
    assert shown == "KeyboardInterrupt: Stopped before there was a result; no name was bound."
    assert "Traceback" in fails("%causal stopped data -o g --debug")


def test_too_little_memory_is_told_in_two_lines(
    shell: InteractiveShell, fails: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def large(frame: Any) -> Echo:
        """Need much."""
        raise MemoryError("Unable to allocate 9 TiB")

    monkeypatch.setitem(VERBS, "large", Verb("large", large))
    shell.user_ns |= {"data": 1, "g": 2}
    assert fails("%causal large data -o g") == (
        "MemoryError: Unable to allocate 9 TiB\n"
        "Give fewer rows or columns, or smaller batches. No name was bound."
    )
    assert shell.user_ns["g"] == 2
    assert "Traceback" in fails("%causal large data -o g --debug")

"""Options from signatures and docstrings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from causal_magics.graph.model import CausalGraph, Knowledge
from causal_magics.magics.documentation import read_documentation
from causal_magics.magics.parameters import Parameter, read_parameters

if TYPE_CHECKING:
    from nowhere import Unknown

    from causal_magics import Edge


def learn(
    frame: Any,
    graph: CausalGraph,
    *,
    knowledge: Knowledge | CausalGraph | None = None,
    exposure: str | Sequence[str] | None = None,
    label: str = "g",
    bootstrap: int = 0,
    penalty: float | None = None,
    mode: Literal["fast", "exact"] = "fast",
    progress: bool = True,
    edge: Edge | None = None,
    other: Unknown = None,  # type: ignore[no-any-unimported]
    **rest: object,
) -> None:
    """Learn a graph
    from a table.

    More about it.

    Parameters
    ----------
    frame : DataFrame
        The data, ``n`` by ``d``.
        One row a sample.
    knowledge, graph : Knowledge or CausalGraph
        What is known.
    bootstrap : int, default 0

    Returns
    -------
    None
        Not described as a parameter.
    """


def parameters() -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in read_parameters(learn)}


def test_each_annotation_has_its_kind() -> None:
    assert {name: parameter.kind for name, parameter in parameters().items()} == {
        "frame": "value",
        "graph": "value",
        "knowledge": "value",
        "exposure": "names",
        "label": "text",
        "bootstrap": "number",
        "penalty": "number",
        "mode": "choice",
        "progress": "flag",
        "edge": "value",
        "other": "value",
    }


def test_classes_are_known_where_the_annotation_says_them() -> None:
    found = parameters()
    assert found["knowledge"].classes == (Knowledge, CausalGraph)
    assert found["frame"].classes is None
    assert found["other"].classes is None
    assert [c.__name__ for c in found["edge"].classes or ()] == ["Edge"]


def test_choices_and_placeholders() -> None:
    found = parameters()
    assert found["mode"].choices == ("fast", "exact")
    assert found["mode"].placeholder == "fast|exact"
    assert found["bootstrap"].placeholder == "N"
    assert found["frame"].placeholder == "FRAME"
    assert [p.name for p in found.values() if p.required] == ["frame", "graph"]


def test_descriptions_come_from_the_docstring() -> None:
    found = parameters()
    assert found["frame"].description == "The data, `n` by `d`. One row a sample."
    assert found["knowledge"].description == found["graph"].description == "What is known."
    assert found["bootstrap"].description == "(int, default 0)"
    assert found["label"].description == ""
    assert read_documentation(learn).summary == "Learn a graph from a table."

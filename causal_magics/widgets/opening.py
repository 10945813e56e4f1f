"""`edit` and `attach`: the editor on a graph, in a notebook or elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from causal_magics.errors import EditorError
from causal_magics.graph.conditional_tests import TestName
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.network import Comparable
from causal_magics.graph.prior import EdgePrior
from causal_magics.widgets.arrivals import before_cell
from causal_magics.widgets.binding import Namespace, check
from causal_magics.widgets.checked import checked_graph, checked_name
from causal_magics.widgets.effects import check_described, with_effect
from causal_magics.widgets.evidence import Evidence, expect_evidence
from causal_magics.widgets.experimenter import Experimenter, attached
from causal_magics.widgets.graph_editor import GraphEditor, live_editors
from causal_magics.widgets.opinions import Opinions

if TYPE_CHECKING:
    from causal_magics.discovery.discover import Discovery
    from causal_magics.language.protocol import LanguageModel
    from causal_magics.passive.learner.policy import Policy


def edit(
    graph: CausalGraph,
    name: str | None = None,
    *,
    namespace: Namespace | None = None,
    title: str = "",
    read_only: bool = False,
    columns: Iterable[str] = (),
    data: Any = None,
    discovery: Discovery | None = None,
    test: TestName = "partial correlation",
    reference: Comparable | None = None,
    model: LanguageModel | str | Path | None = None,
    prior: EdgePrior | None = None,
    descriptions: Mapping[str, str] | None = None,
    domain: str = "",
    effect: str | None = None,
    policy: Policy | str | None = None,
    goal: str | None = None,
) -> GraphEditor:
    """Open the editor on a graph.

    Parameters
    ----------
    graph : CausalGraph
    name : str, optional
        A name to bind to the graph: each accepted edit binds it to the new value, as long as it
        holds the value that the editor put there.
    namespace : mutable mapping, optional
        Where `name` lives; the notebook, where it is not given.
    title : str
        Shown above the canvas; the name, where it is not given.
    read_only : bool
        Whether the screen may change nothing.
    columns : iterable of str
        Names to complete where a node is named; the columns of the data where left out.
    data : data frame, optional
        One column a node: every state of the graph is answered by tests of the independences
        that it implies, and by the bits that each edge saves.
    discovery : Discovery, optional
        Whose statistic prices the edges instead of one that is taken from the data.
    test : {"partial correlation", "kernel", "gradient boosting"}
        How independences are tested.
    reference : CausalGraph, PublishedNetwork, or a result of ours or another package, optional
        What the graph is compared with, on the same canvas.
    model : LanguageModel, str or Path, optional
        Asked about the pairs that edges join; the name of one is loaded when it is first needed.
    prior : EdgePrior, optional
        Answers its pairs at once, such as what `ask` returned; the model is asked for the rest.
    descriptions : mapping of str to str, optional
        What nodes are, for the model.
    domain : str
        What all is about, for the model.
    effect : str, optional
        The effect that is asked about, as "X -> Y" or "{A B} -> Y": makes these nodes exposures
        and outcomes.
    policy : str or Policy, optional
        A trained learner that experiments on every state of the graph, or the name of one that
        ships with the package, as "axial". The editor shows what it sets, what moves, and what it
        then believes.
    goal : str, optional
        The node that the policy makes large; the graph's outcome, or its only sink, where left
        out.

    Returns
    -------
    GraphEditor
        A widget; as the last expression of a cell it is shown.

    Raises
    ------
    EditorError
        Where `graph` is no `CausalGraph`, or `name` is no Python name or there is no notebook, or
        a goal is given and no policy.
    DataError
        Where the data are no data frame.

    Examples
    --------
    In a marimo notebook, cells that read the graph run again after each edit on the screen::

        editor = mo.ui.anywidget(edit(CausalGraph.parse("A -> B")))
        editor

    and in another cell::

        editor.graph.directed_edges
    """
    evidence = Evidence(
        data, discovery=discovery, test=test, reference=reference,
        opinions=Opinions(model, prior, descriptions, domain),
    )  # fmt: skip
    check_described(descriptions, checked_graph(graph), evidence.column_names)
    return open_editor(
        with_effect(checked_graph(graph), effect), name, namespace=namespace, title=title,
        read_only=read_only, columns=columns, evidence=evidence,
        experimenter=attached(policy, goal),
    )  # fmt: skip


def attach(
    graph: CausalGraph,
    name: str | None = None,
    *,
    namespace: Namespace | None = None,
    data: Any = None,
    discovery: Discovery | None = None,
    test: TestName | None = None,
    reference: Comparable | None = None,
    model: LanguageModel | str | Path | None = None,
    prior: EdgePrior | None = None,
    descriptions: Mapping[str, str] | None = None,
    domain: str = "",
    effect: str | None = None,
    policy: Policy | str | None = None,
    goal: str | None = None,
) -> GraphEditor:
    """Hold a graph against data, a language model and more, so that each edit is answered.

    Where an editor of that name is open, it is the one that answers from now on: what is not given
    stays as it was, and it is shown here too. Otherwise one is opened as by `edit`.

    Parameters
    ----------
    graph : CausalGraph
    name : str, optional
        The name that the editor follows.
    namespace : mutable mapping, optional
        Where `name` lives; the notebook, where it is not given.
    data : data frame, optional
        One column a node: implied independences are tested, edges priced in bits, and the
        probability of necessity and sufficiency is bounded.
    discovery : Discovery, optional
        Whose statistic prices the edges instead of one that is taken from the data.
    test : {"partial correlation", "kernel", "gradient boosting"}
        How independences are tested.
    reference : CausalGraph, PublishedNetwork, or a result of ours or another package, optional
        What the graph is compared with, on the same canvas.
    model : LanguageModel, str or Path, optional
        Asked about the pairs that edges join; the name of one is loaded when it is first needed.
    prior : EdgePrior, optional
        Answers its pairs at once, such as what `ask` returned; the model is asked for the rest.
    descriptions : mapping of str to str, optional
        What nodes are, for the model.
    domain : str
        What all is about, for the model.
    effect : str, optional
        The effect that is asked about, as "X -> Y" or "{A B} -> Y": makes these nodes exposures
        and outcomes.
    policy : str or Policy, optional
        A trained learner that experiments on every state of the graph, or the name of one that
        ships with the package, as "axial".
    goal : str, optional
        The node that the policy makes large.

    Returns
    -------
    GraphEditor

    Raises
    ------
    EditorError
        Where nothing is given, or something that is no evidence.
    DataError
        Where the data are no data frame.
    """
    editor = _live_editor(checked_graph(graph), name, namespace)
    if editor is None:
        expect_evidence(
            data, discovery, test, reference, model, prior, descriptions, domain or None, effect,
            policy, goal,
        )  # fmt: skip
        return edit(
            graph, name, namespace=namespace, data=data, discovery=discovery,
            test=test or "partial correlation", reference=reference, model=model, prior=prior,
            descriptions=descriptions, domain=domain, effect=effect, policy=policy, goal=goal,
        )  # fmt: skip
    editor.attach(
        data, discovery=discovery, test=test, reference=reference, model=model, prior=prior,
        descriptions=descriptions, domain=domain, effect=effect, policy=policy, goal=goal,
    )  # fmt: skip
    _show_in(editor, _running_cell())
    return editor


def _live_editor(
    graph: CausalGraph, name: str | None, namespace: Namespace | None
) -> GraphEditor | None:
    """Return the editor that is bound to a name and shows the graph; the latest of several."""
    check()
    for editor in reversed(live_editors()):
        known = name in (None, editor.name) and editor.follows(namespace)
        if known and editor.graph is graph:
            return editor
    return None


def open_editor(
    graph: CausalGraph,
    name: str | None = None,
    *,
    namespace: Namespace | None = None,
    title: str = "",
    read_only: bool = False,
    columns: Iterable[str] = (),
    evidence: Evidence,
    experimenter: Experimenter | None = None,
) -> GraphEditor:
    """Open the editor on a graph that is held against evidence; other parameters as of `edit`."""
    names = None if name is None else (_notebook() if namespace is None else namespace)
    shown_title = title or ("" if name is None else checked_name(name))
    cell = _running_cell()
    replaced = [each for each in live_editors() if each.name == name and _was_in(each, cell)]
    editor = GraphEditor(
        checked_graph(graph), title=shown_title, read_only=read_only, columns=columns,
        evidence=evidence, experimenter=experimenter,
        earlier=replaced[-1].session.state if replaced else None,
    )  # fmt: skip
    if name is not None and names is not None:
        editor.bind(name, names)
    _show_in(editor, cell)
    for other in replaced:
        _leave(other, cell)
    return editor


def _shell() -> Any:
    from IPython import get_ipython

    return get_ipython()


def _notebook() -> Namespace:
    """Return the notebook's names, which are looked at after every cell from now on."""
    shell = _shell()
    if shell is None:
        raise EditorError(
            "Expected a notebook to bind the name in. Leave the name out and read .graph of the "
            "editor, or pass namespace=globals()."
        )
    shell.events.register("pre_run_cell", before_cell)
    shell.events.register("post_run_cell", after_cell)
    names: Namespace = shell.user_ns
    return names


def after_cell(_result: object) -> None:
    """Let editors look at their names, and close those that only an earlier run of the cell had."""
    check()
    cell = _running_cell()
    for editor in live_editors():
        if _was_in(editor, cell):
            _leave(editor, cell)


Run = tuple[str, str]
"""The id of a cell and the id of one run of it."""


def _running_cell() -> Run | None:
    """Return the cell that runs."""
    shell = _shell()
    if not hasattr(shell, "get_parent"):
        return None
    parent = shell.get_parent()
    cell, run = parent.get("metadata", {}).get("cellId"), parent.get("header", {}).get("msg_id")
    return (cell, run) if isinstance(cell, str) and isinstance(run, str) else None


def _show_in(editor: GraphEditor, run: Run | None) -> None:
    if run is not None:
        editor.cells[run[0]] = run[1]


def _was_in(editor: GraphEditor, now: Run | None) -> bool:
    """Whether an earlier run of the cell that runs showed an editor."""
    return now is not None and editor.cells.get(now[0], now[1]) != now[1]


def _leave(editor: GraphEditor, now: Run | None) -> None:
    """Take an editor out of a cell; it closes where no other cell shows it."""
    if now is not None:
        editor.cells.pop(now[0], None)
    if not editor.cells:
        editor.close()

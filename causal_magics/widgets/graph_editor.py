"""`GraphEditor`: the graph on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import traitlets

from causal_magics.data.frames import new_frame
from causal_magics.graph.conditional_tests import TestName
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.network import Comparable
from causal_magics.graph.prior import EdgePrior
from causal_magics.options import check_option
from causal_magics.widgets.answers import NOT_YET, Answers
from causal_magics.widgets.binding import NameBinding, Namespace
from causal_magics.widgets.bundles import STATIC, read_bundle
from causal_magics.widgets.checked import checked_graph, checked_name
from causal_magics.widgets.disagreements import Side, evidence_rows, taken
from causal_magics.widgets.document import JsonObject
from causal_magics.widgets.effects import check_described, with_effect
from causal_magics.widgets.evidence import Evidence, expect_evidence
from causal_magics.widgets.experimenter import Experimenter, attached
from causal_magics.widgets.kept_graph import experimented, kept_json, pictures
from causal_magics.widgets.live_objects import LiveObjects
from causal_magics.widgets.live_widget import Bundle, LiveWidget
from causal_magics.widgets.observers import Observer
from causal_magics.widgets.questions import read_question
from causal_magics.widgets.regime_view import RegimeView
from causal_magics.widgets.session import EditorSession, State
from causal_magics.widgets.timing import Debounced
from causal_magics.widgets.undo import Undone

if TYPE_CHECKING:
    from causal_magics.discovery.discover import Discovery
    from causal_magics.language.protocol import LanguageModel
    from causal_magics.passive.learner.policy import Policy

MIME_TYPE = "application/vnd.causal-magics.graph+json"
SNAPSHOT_DELAY = 0.3
STORED_DELAY = 0.5
BUNDLE = STATIC / "graph-editor.js"


class GraphEditor(LiveWidget):
    """A causal graph on the screen, edited by hand and by Python alike.

    Parameters
    ----------
    graph : CausalGraph
    title : str
        Shown above the canvas.
    read_only : bool
        Whether the screen may change nothing.
    columns : iterable of str
        Names to complete where a node is named; those of the data where left out.
    evidence : Evidence, optional
        What every state of the graph is held against; see `attach`.
    experimenter : Experimenter, optional
        What experiments on every state of the graph; see `experiment`.
    earlier : State, optional
        What an earlier editor of the same graph showed, whose places are kept.

    Notes
    -----
    Screen and kernel exchange operations as messages. The traits are written by the kernel only,
    and once edits pause: `snapshot` for screens that open later, `stored` for the output that the
    notebook keeps. `revision` is written by screens in marimo, which then runs dependent cells.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    snapshot = traitlets.Dict().tag(sync=True)
    stored = traitlets.Dict().tag(sync=True)
    overlay = traitlets.Dict().tag(sync=True)
    opinion = traitlets.Dict().tag(sync=True)
    experiments = traitlets.Dict().tag(sync=True)
    revision = traitlets.Int(0).tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    read_only = traitlets.Bool(default_value=False).tag(sync=True)
    columns = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(
        self,
        graph: CausalGraph,
        *,
        title: str = "",
        read_only: bool = False,
        columns: Iterable[str] = (),
        evidence: Evidence | None = None,
        experimenter: Experimenter | None = None,
        earlier: State | None = None,
    ) -> None:
        self.cells: dict[str, str] = {}
        self._binding: NameBinding | None = None
        self._refresh = Debounced(self._write_snapshot, SNAPSHOT_DELAY)
        self._store = Debounced(self._write_stored, STORED_DELAY)
        self.session = EditorSession(graph, self.send, earlier)
        self.session.read_only = read_only
        self._answers = Answers(
            self.session, Evidence() if evidence is None else evidence, experimenter,
            self._publish, self._reply,
        )  # fmt: skip
        super().__init__(
            title=title,
            read_only=read_only,
            columns=[str(column) for column in columns] or list(self.evidence.column_names),
            snapshot=self.session.snapshot(),
            overlay=NOT_YET,
            experiments=self._answers.first_experiments(),
        )
        self._answers()
        self.session.observers.add(self._changed)
        self.on_msg(self._receive)
        LIVE.add(self)

    @traitlets.default("_esm")
    def _default_esm(self) -> str:
        return read_bundle(BUNDLE)

    # ------------------------------------------------------------------ what is shown

    @property
    def graph(self) -> CausalGraph:
        """The graph that is shown."""
        return self.session.graph

    @property
    def evidence(self) -> Evidence:
        """What every state of the graph is held against."""
        return self._answers.evidence

    @property
    def experimenter(self) -> Experimenter | None:
        """What experiments on every state of the graph."""
        return self._answers.experimenter

    @property
    def name(self) -> str | None:
        """The notebook's name that follows the editor."""
        return None if self._binding is None else self._binding.name

    def follows(self, namespace: Namespace | None) -> bool:
        """Whether the editor follows a name, of this namespace where one is given."""
        bound = self._binding
        return bound is not None and (namespace is None or bound.namespace is namespace)

    def set_graph(self, graph: CausalGraph) -> None:
        """Show another graph; `undo` brings back what was shown.

        Raises
        ------
        EditorError
            Where `graph` is no `CausalGraph`.
        """
        self.session.set_graph(checked_graph(graph))

    def undo(self) -> Undone:
        """Take back the last change that Python made; what the screen did since stays."""
        return self.session.undo()

    def redo(self) -> Undone:
        """Make the change again that `undo` took back last."""
        return self.session.redo()

    def on_change(self, callback: Observer, *, remove: bool = False) -> Observer:
        """Call `callback` with the new graph after every change, in order.

        It may run on another thread. What it raises is logged once and stops nothing. Returns the
        callback, so that this works as a decorator.
        """
        if remove:
            self.session.observers.remove(callback)
        else:
            self.session.observers.add(callback)
        return callback

    def attach(
        self,
        data: Any = None,
        *,
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
    ) -> None:
        """Answer each edit by more evidence from now on; what is not given stays as it was.

        Parameters
        ----------
        data, discovery, test, reference, model, prior, descriptions, domain, effect, policy, goal
            As `attach` of the package takes them; an empty domain counts as not given.

        Raises
        ------
        EditorError
            Where nothing is given, or something that is no evidence.
        DataError
            Where the data are no data frame.
        """
        expect_evidence(
            data, discovery, test, reference, model, prior, descriptions, domain or None, effect,
            policy, goal,
        )  # fmt: skip
        graph = with_effect(self.graph, effect)
        experimenter = attached(policy, goal)
        evidence = self.evidence.also(
            data, discovery=discovery, test=test, reference=reference, model=model, prior=prior,
            descriptions=descriptions, domain=domain,
        )  # fmt: skip
        check_described(descriptions, graph, evidence.column_names)
        self._hold_against(evidence)
        if graph is not self.graph:
            self.set_graph(graph)
        if experimenter is not None:
            self._answers.experiment_by(experimenter)

    def detach(self) -> None:
        """Leave the graph to itself again."""
        self._hold_against(Evidence())
        if self.experimenter is not None:
            self._answers.experiment_by(None)

    def evidence_frame(self) -> Any:
        """Return what data and language model say of each pair that an edge joins.

        What is not answered yet is asked for; an interrupt leaves it open, and a model that fails
        is warned of.

        Returns
        -------
        data frame
            Columns `cause`, `effect`, `drawn` (marks, or "none"); `bits` by which the code is
            shorter with the edge than without one, and `bits_reversed`; `data_says`; in nats
            `log_odds` of the direction and `log_odds_edge` of the edge; `agreement`, `model_says`,
            `disagree`.
        """
        state = self.session.state
        return new_frame(evidence_rows(state.graph, self._answers.opinions.everything(state)))

    def take(self, cause: str, effect: str, side: Side) -> None:
        """Make knowledge of what the data, or the model, say of a pair; `undo` takes it back.

        Parameters
        ----------
        cause, effect : str
        side : {"data", "model"}

        Raises
        ------
        EditorError
            Where that side says nothing decided, or it is no pair of observed nodes.
        GraphError
            Where the graph cannot have it.
        """
        check_option("side", side, get_args(Side))
        known = self._answers.opinions.on(cause, effect)
        self.session.set_graph(taken(self.graph, cause, effect, side, known))

    def experiment(self, policy: Policy | str | None = "axial", goal: str | None = None) -> None:
        """Let a trained policy experiment on the graph, now and after each edit.

        Parameters
        ----------
        policy : str or Policy, optional
            One that ships with the package, by name, or any; None takes it away again.
        goal : str, optional
            The node that is to be made large, until another is marked as outcome.
        """
        self._answers.experiment_by(attached(policy, goal))

    def look_at(self, regime: RegimeView | None) -> None:
        """Show the graph of a regime in place of the drawn one; the drawn one again where None."""
        self._answers.look_at(regime)

    def bind(self, name: str, namespace: Namespace) -> None:
        """Keep a name of a namespace at the graph that is shown."""
        checked = checked_name(name)
        if self._binding is not None:
            self._binding.release()
        self._binding = NameBinding(self.session, namespace, checked)
        LIVE.tell()

    def close(self) -> None:
        """Leave the screen and the name; the last graph can still be read."""
        if self._binding is not None:
            self._binding.release()
            self._binding = None
        self._refresh.cancel()
        self._store.cancel()
        self._answers.end()
        super().close()
        LIVE.tell()

    # ------------------------------------------------------------------ the screens

    def _hold_against(self, evidence: Evidence) -> None:
        self.columns = list(evidence.column_names)
        self._answers.hold_against(evidence)

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        question = read_question(content)
        if question is None:
            self.session.submit(content)
        else:
            self._answers.ask(question)

    def _changed(self, _graph: CausalGraph) -> None:
        self._refresh()
        self._store()
        self._answers()

    def _reply(self, message: JsonObject) -> None:
        if self.comm is not None:
            self.send(message)

    def _publish(self, trait: str, told: JsonObject) -> None:
        if self.comm is not None:
            setattr(self, trait, told)
            if trait == "experiments":
                self._store()

    def answer_now(self) -> JsonObject:
        """Compute what the graph says, show it as it becomes known, and return it.

        Where the graph changes meanwhile, the rest is left to the answer to that change.
        """
        return self._answers.now()

    def _write_snapshot(self) -> None:
        if self.comm is not None:
            self.snapshot = self.session.snapshot()
            LIVE.tell()

    def _write_stored(self) -> None:
        if self.comm is not None:
            state = self.session.state
            document, drawn = state.document.to_json(state.revision), None
            if state.drawn is not state.document:
                drawn = state.drawn.to_json(state.revision)
            found = experimented(state, self.experimenter)
            named = {"name": self.name, **self._pictures(state), **found}
            self.stored = {"document": document, "drawn": drawn, **named}

    def _pictures(self, state: State) -> dict[str, str]:
        return pictures(state, self.title or self.name or "", self.evidence, self.experimenter)

    @traitlets.observe("read_only")
    def _read_only_changed(self, change: Mapping[str, Any]) -> None:
        self.session.read_only = bool(change["new"])

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take from a screen which revision it shows; the kernel alone writes the other traits."""
        revision = sync_data.get("revision")
        if type(revision) is int:
            super().set_state({"revision": revision})

    # ------------------------------------------------------------------ display

    def __repr__(self) -> str:
        bound = f" bound to {self.name}" if self.name else ""
        nodes, edges = len(self.graph.nodes), len(self.graph.edges)
        return f"<GraphEditor{bound}: {nodes} nodes, {edges} edges>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Bundle | None:
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is None:
            return None
        self._refresh.now()
        state = self.session.state
        data, metadata = shown
        pictures = self._pictures(state)
        return {
            **data,
            MIME_TYPE: kept_json(state, self.name, self.evidence, self.experimenter),
            "image/svg+xml": pictures["svg"],
            "text/plain": pictures["text"],
        }, metadata


LIVE: LiveObjects[GraphEditor] = LiveObjects()


def live_editors() -> list[GraphEditor]:
    """Return the editors that are open, the oldest first."""
    return [editor for editor in LIVE if editor.comm is not None]

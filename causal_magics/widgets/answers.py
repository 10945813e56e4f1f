"""`Answers`: what answers the edits of one editor, each on a thread of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, RLock

from causal_magics.errors import OperationError
from causal_magics.widgets.changes import Answered, Drawn, alike
from causal_magics.widgets.document import JsonObject
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.experimenter import Experimenter
from causal_magics.widgets.opinion_stream import OpinionStream
from causal_magics.widgets.overlay import meaning, overlays
from causal_magics.widgets.questions import Question, answer, pair_of
from causal_magics.widgets.regime_view import RegimeView
from causal_magics.widgets.session import EditorSession, State
from causal_magics.widgets.timing import Outdated, Worker

ANSWER_DELAY = 0.02
"""Seconds for which more edits are awaited before the graph is read."""
MOST_ASKED = 200
"""Questions of screens that wait at most; older ones are dropped, whose screens wait no longer."""
NOT_YET: JsonObject = {"rev": -1}


class Answers:
    """Computes what is said of each state of a session, and shows it while it is current.

    Parameters
    ----------
    session : EditorSession
    evidence : Evidence
        What every state is held against.
    experimenter : Experimenter, optional
        What experiments on every state.
    show : callable
        Takes the name of a trait and what it shows from now on.
    send : callable
        Takes the answer to a question.
    """

    def __init__(
        self,
        session: EditorSession,
        evidence: Evidence,
        experimenter: Experimenter | None,
        show: Callable[[str, JsonObject], object],
        send: Callable[[JsonObject], object],
    ) -> None:
        self.evidence = evidence
        self.experimenter = experimenter
        self.questions = Worker(self._answer_questions, 0)
        self.opinions = OpinionStream(session, evidence, lambda told: show("opinion", told))
        self._session = session
        self._publish = show
        self._send = send
        self._answering = Worker(self._answer, ANSWER_DELAY)
        self._reading = Worker(self._read_data, 0)
        self._acting = Worker(self._experiment, ANSWER_DELAY)
        self._asked: deque[Question] = deque(maxlen=MOST_ASKED)
        self._writing = Lock()
        self._showing = RLock()
        self._regime: RegimeView | None = None
        self._shown: JsonObject = NOT_YET
        self._meant: tuple[object, Evidence] | None = None
        self._before: Answered | None = None
        self._last: Answered | None = None

    def __call__(self) -> None:
        """Answer what is shown now."""
        self._answering()
        if self.experimenter is not None:
            self._acting()

    def hold_against(self, evidence: Evidence) -> None:
        """Answer by other evidence from now on."""
        self.evidence = evidence
        self.opinions.hold_against(evidence)
        self._show({**self._shown, **NOT_YET})
        self._answering()

    def experiment_by(self, experimenter: Experimenter | None) -> None:
        """Let another one experiment from now on; nobody where None."""
        self.experimenter = experimenter
        self._publish("experiments", self.first_experiments())
        self._acting()

    def ask(self, question: Question) -> None:
        """Answer a question of a screen."""
        self._asked.append(question)
        self.questions()

    def look_at(self, regime: RegimeView | None) -> None:
        """Show the graph of a regime in place of the drawn one; the drawn one again where None."""
        with self._showing:
            self._regime = regime
            self._show(self._shown)

    def end(self) -> None:
        """Answer nothing more."""
        for worker in (self._answering, self._reading, self._acting, self.questions):
            worker.end()
        self.opinions.end()

    def first_experiments(self) -> JsonObject:
        """Return what is shown until the policy has experimented; nothing where there is none."""
        experimenter = self.experimenter
        if experimenter is None:
            return {}
        if experimenter.latest is None:
            return NOT_YET
        return experimenter.told(self._session.state)

    def now(self) -> JsonObject:
        """Compute what the graph says, show it as it becomes known, and return it.

        Where the graph changes meanwhile, the rest is left to the answer to that change.
        """
        with self._writing, self.opinions.paused():
            state, evidence = self._session.state, self.evidence
            meant = meaning(state.document), evidence
            if self._last is not None and meant == self._meant:
                self.opinions.refresh()
                return self._show({**self._last.told, "rev": state.revision})
            return self._compute(state, meant)

    def _compute(self, state: State, meant: tuple[object, Evidence]) -> JsonObject:
        evidence, before = meant[1], self._begun(state)
        current = state

        def step() -> None:
            nonlocal current
            now = self._session.state
            if evidence is not self.evidence:
                raise Outdated
            if now is not current and meaning(now.document) != meant[0]:
                raise Outdated
            current = now

        found = NOT_YET
        try:
            for told in overlays(state, evidence, before, step):
                step()
                found = self._show({**told, "rev": current.revision})
                if told["waiting"]:
                    self.opinions.refresh()
            self._meant, self._before = meant, before
            self._last = Answered(Drawn(state.document, state.graph), evidence, found)
            self.opinions.tell_of(self._last, before, step)
        except Outdated:
            pass
        return found

    def _begun(self, state: State) -> Answered | None:
        """Return what the change to a state began with: what was answered before it."""
        last = self._last
        if last is None or not alike(last.drawn.document, state.document):
            return last
        return self._before

    def _answer(self) -> None:
        """Say what the graph says; what the data say follows once another thread has read them."""
        state = self._session.state
        if self.evidence.is_at_hand(state.graph):
            self.now()
        else:
            self._show(next(overlays(state, self.evidence, self._begun(state))))
            self._reading()

    def _read_data(self) -> None:
        self.evidence.take(self._session.graph)
        self._answering()

    def _answer_questions(self) -> None:
        while self._asked:
            question, state = self._asked.popleft(), self._session.state
            if question.name == "opinion":
                with suppress(OperationError):  # told by the answer
                    self.opinions.want(pair_of(question, state))
            self._send(answer(question, state, self.evidence))

    def _experiment(self) -> None:
        """Experiment on the graph; where it changes meanwhile, that change is answered instead."""
        experimenter, state = self.experimenter, self._session.state
        if experimenter is None:
            return
        told, now = experimenter.told(state), self._session.state
        current = experimenter is self.experimenter
        if current and meaning(now.document) == meaning(state.document):
            self._publish("experiments", {**told, "rev": now.revision})

    def _show(self, found: JsonObject) -> JsonObject:
        with self._showing:
            self._shown = found
            regime = self._regime and self._regime.to_json(self._session.state.document)
            self._publish("overlay", {**found, "regime": regime} if regime else found)
        return found

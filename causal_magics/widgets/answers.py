"""`Answers`: what answers the edits of one editor, each on a thread of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock, RLock

from causal_magics.widgets.document import JsonObject
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.experimenter import Experimenter
from causal_magics.widgets.overlay import meaning, overlays
from causal_magics.widgets.questions import Question, answer
from causal_magics.widgets.regime_view import RegimeView
from causal_magics.widgets.session import EditorSession
from causal_magics.widgets.timing import Worker

ANSWER_DELAY = 0.03
"""Seconds for which more edits are awaited before the graph is read."""
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
        self._session = session
        self._publish = show
        self._send = send
        self._answering = Worker(self._answer, ANSWER_DELAY)
        self._reading = Worker(self._read_data, 0)
        self._acting = Worker(self._experiment, ANSWER_DELAY)
        self._asked: deque[Question] = deque()
        self._writing = Lock()
        self._showing = RLock()
        self._regime: RegimeView | None = None
        self._shown: JsonObject = NOT_YET
        self._read: tuple[tuple[object, Evidence], JsonObject] | None = None

    def __call__(self) -> None:
        """Answer what is shown now."""
        self._answering()
        if self.experimenter is not None:
            self._acting()

    def hold_against(self, evidence: Evidence) -> None:
        """Answer by other evidence from now on."""
        self.evidence = evidence
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
        with self._writing:
            state, evidence = self._session.state, self.evidence
            meant = meaning(state.document), evidence
            if self._read is not None and meant == self._read[0]:
                return self._show({**self._read[1], "rev": state.revision})
            found = NOT_YET
            for told in overlays(state, evidence):
                now = self._session.state
                if evidence is not self.evidence or meaning(now.document) != meant[0]:
                    return found
                found = self._show({**told, "rev": now.revision})
            self._read = meant, found
            return found

    def _answer(self) -> None:
        """Say what the graph says; what the data say follows once another thread has read them."""
        state = self._session.state
        if self.evidence.is_at_hand(state.graph):
            self.now()
        else:
            self._show(next(overlays(state, self.evidence)))
            self._reading()

    def _read_data(self) -> None:
        self.evidence.take(self._session.graph)
        self._answering()

    def _answer_questions(self) -> None:
        while self._asked:
            self._send(answer(self._asked.popleft(), self._session.state, self.evidence))

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

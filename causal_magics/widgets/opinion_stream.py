"""`OpinionStream`: what model and data say of the pairs of an editor, shown as it comes in."""

from __future__ import annotations

import atexit
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, RLock
from typing import TYPE_CHECKING
from weakref import WeakSet

from tqdm.auto import tqdm

from causal_magics.data.bars import bars_are_off
from causal_magics.errors import EditorError, UnknownNodeError, shorten
from causal_magics.widgets.changes import Answered, edge_changes
from causal_magics.widgets.disagreements import Ends, PairEvidence, pairs_of, settled_pairs
from causal_magics.widgets.document import JsonObject
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.opinions import Opinions
from causal_magics.widgets.overlay import MOST_NODES, meaning
from causal_magics.widgets.session import EditorSession, State
from causal_magics.widgets.timing import Worker

if TYPE_CHECKING:
    from causal_magics.discovery.evidence import PairBits

PRICED_AT_ONCE = 16
"""Pairs whose bits are computed before somebody looks whether they still matter."""
WRITTEN_EVERY = 0.2
"""Seconds between two states of what is shown while answers stream in."""
LONGEST_PAUSE = 2.0
"""Seconds for which a pair waits at most until an edit is answered."""
LONGEST_EXIT = 10.0
"""Seconds for which the end of a process waits for an answer."""
REMEMBERED = 50
"""Pairs that screens asked for, the newest."""


class OpinionStream:
    """Asks about the pairs that matter now, one at a time, and tells what is known.

    Pairs that a screen asked for come first, then those of the last change, then those that an edge
    joins, the newest first.

    Parameters
    ----------
    session : EditorSession
    evidence : Evidence
    show : callable
        Takes what is shown from now on.
    """

    def __init__(
        self,
        session: EditorSession,
        evidence: Evidence,
        show: Callable[[JsonObject], object],
    ) -> None:
        self._session = session
        self._evidence = evidence
        self._show = show
        self._asking = Worker(self._ask, 0)
        self._quiet = Event()
        self._quiet.set()
        self._ended = Event()
        self._lock = RLock()
        self._wanted: deque[Ends] = deque(maxlen=REMEMBERED)
        self._changed: list[frozenset[str]] = []
        self._of_data = _OfData()
        self._written = 0.0

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Ask nothing meanwhile, but for the pair that is being asked about."""
        self._quiet.clear()
        try:
            yield
        finally:
            self._quiet.set()

    def hold_against(self, evidence: Evidence) -> None:
        """Let other evidence speak from now on."""
        with self._lock:
            self._evidence, self._of_data = evidence, _OfData()
            self._write()

    def end(self, timeout: float = 0.0) -> None:
        """Ask nothing more; wait so many seconds for the answer that is on its way."""
        self._ended.set()
        self._asking.end()
        if timeout:
            self._asking.wait(timeout)

    def want(self, pair: Ends) -> None:
        """Ask about a pair before others from now on."""
        with self._lock:
            if pair in self._wanted:
                self._wanted.remove(pair)
            self._wanted.appendleft(pair)
            bits = bits_of([pair], self._session.state, self._evidence)
            self._of_data.bits.update(bits)
        self.refresh()

    def refresh(self) -> None:
        """Tell what is known of the pairs that are drawn now, and ask for the rest."""
        self._write()
        self._asking()

    def tell_of(
        self, answered: Answered, before: Answered | None, step: Callable[[], object]
    ) -> None:
        """Tell what is known of the pairs of a state, and ask for what is not.

        Parameters
        ----------
        answered : Answered
        before : Answered or None
            What the last change began with.
        step : callable
            Called before each part of the work; what it raises ends it.
        """
        evidence = answered.evidence
        if not evidence.opinions and not evidence.has_data:
            return
        changed: list[frozenset[str]] = []
        if before is not None:
            edges, knowledge = edge_changes(before.drawn, answered.drawn)
            changed = [*(frozenset(each.ends) for each in edges), *knowledge]
        state = self._session.state
        pairs = pairs_of(state.document, [*self._wanted, *changed])
        bits: dict[Ends, PairBits] = {}
        for start in range(0, len(pairs), PRICED_AT_ONCE):
            step()
            bits |= bits_of(pairs[start : start + PRICED_AT_ONCE], state, evidence)
        step()
        with self._lock:
            self._changed = changed
            self._of_data = _OfData(meaning(state.document), state.revision, bits)
        self.refresh()

    def everything(self, state: State, *, progress: bool = True) -> dict[Ends, PairEvidence]:
        """Return what is known of each pair of a state, by names, once all were asked about.

        An interrupt leaves what is not known yet.
        """
        opinions = self._evidence.opinions
        try:
            opinions.load()
            left = self._left(opinions)
            hidden = None if progress and not bars_are_off() else True
            for names in tqdm(left, "asking", delay=1.0, leave=False, disable=hidden or not left):
                opinions.ask(*names)
        except KeyboardInterrupt:
            message = "Interrupted: pairs that were not asked about have no opinion in this frame."
            warnings.warn(message, stacklevel=3)
        self._write()
        pairs, nodes = self._pairs(state), state.document.nodes
        problem = opinions.problem({frozenset((nodes[a].name, nodes[b].name)) for a, b in pairs})
        if problem:
            warnings.warn(problem, stacklevel=3)
        known = self._known(state, bits_of(pairs, state, self._evidence))
        return {(nodes[a].name, nodes[b].name): each for (a, b), each in known.items()}

    def on(self, first: str, second: str) -> PairEvidence:
        """Return what is known of a pair, by names, once it was asked about.

        Raises
        ------
        EditorError
            Where it is no pair, or one of them is latent.
        UnknownNodeError
            Where the graph has no such node.
        """
        state, evidence = self._session.state, self._evidence
        keys = {node.name: key for key, node in state.document.nodes.items()}
        for name in (first, second):
            if name not in keys:
                raise UnknownNodeError(name, tuple(keys))
            if "latent" in state.document.nodes[keys[name]].roles:
                raise EditorError(
                    f"{shorten(name)} is latent, so that neither data nor model speak of it. Use "
                    "require or forbid of the graph."
                )
        if first == second:
            raise EditorError(f"Expected two nodes, got {shorten(first)} twice.")
        evidence.opinions.ask(first, second)
        ends = keys[first], keys[second]
        settled = frozenset(ends) in settled_pairs(state.document)
        bits = bits_of([ends], state, evidence).get(ends)
        opinion = evidence.opinions.of(first, second)
        problem = "" if opinion else evidence.opinions.problem({frozenset((first, second))})
        return PairEvidence(opinion, bits, settled, problem)

    # ------------------------------------------------------------------ asking

    def _ask(self) -> None:
        _end_at_exit(self)
        while not self._ended.is_set():
            opinions = self._evidence.opinions
            left = self._left(opinions)
            if not left:
                break
            if opinions.is_loaded:
                self._quiet.wait(LONGEST_PAUSE)
                if opinions is self._evidence.opinions and left[0] in self._left(opinions):
                    opinions.ask(*left[0])
                    self._write_now_and_then()
            else:
                self._write()
                opinions.load()
        self._write()

    def _left(self, opinions: Opinions) -> list[tuple[str, str]]:
        """Return the names of the pairs that are still to be asked about, in this order."""
        state = self._session.state
        nodes = state.document.nodes
        pairs = ((nodes[a].name, nodes[b].name) for a, b in self._pairs(state))
        return [names for names in pairs if opinions.is_open(*names)]

    def _pairs(self, state: State) -> list[Ends]:
        with self._lock:
            return pairs_of(state.document, [*self._wanted, *self._changed])

    # ------------------------------------------------------------------ telling

    def _write_now_and_then(self) -> None:
        if time.monotonic() - self._written >= WRITTEN_EVERY:
            self._write()

    def _write(self) -> None:
        if not self._ended.is_set():
            with self._lock:
                self._show(self._told())
                self._written = time.monotonic()

    def _told(self) -> JsonObject:
        opinions, state = self._evidence.opinions, self._session.state
        if not opinions and not self._evidence.has_data:
            return {}
        known = self._known(state, self._of_data.bits)
        nodes = state.document.nodes
        pairs = {frozenset((nodes[a].name, nodes[b].name)) for a, b in known}
        left = self._left(opinions)
        return {
            "rev": self._of_data.revision_in(state),
            "model": opinions.name,
            "pairs": [each.to_json(ends) for ends, each in known.items()],
            "waiting": _waiting(opinions, len(left)),
            "problem": opinions.problem(pairs),
            "note": opinions.note([each.opinion for each in known.values() if each.opinion]),
        }

    def _known(self, state: State, bits: Mapping[Ends, PairBits]) -> dict[Ends, PairEvidence]:
        opinions, nodes = self._evidence.opinions, state.document.nodes
        settled = settled_pairs(state.document)
        return {
            (a, b): PairEvidence(
                opinions.of(nodes[a].name, nodes[b].name),
                bits.get((a, b)),
                frozenset((a, b)) in settled,
            )
            for a, b in self._pairs(state)
        }


@dataclass(slots=True)
class _OfData:
    """What the data say of pairs, and of which state."""

    meant: object = None
    revision: int = -1
    bits: dict[Ends, PairBits] = field(default_factory=dict)

    def revision_in(self, state: State) -> int:
        """Return the revision for which it holds: the present one where only places moved."""
        if self.meant is not None and meaning(state.document) == self.meant:
            self.revision = state.revision
        return self.revision


def bits_of(pairs: Iterable[Ends], state: State, evidence: Evidence) -> dict[Ends, PairBits]:
    """Return what the data say of pairs; nothing of those that they do not know."""
    if len(state.document.nodes) > MOST_NODES:
        return {}
    prices = evidence.prices(state.graph)
    if prices is None or prices.edges is None:
        return {}
    nodes = state.document.nodes
    names = {(nodes[a].name, nodes[b].name): (a, b) for a, b in pairs}
    return {names[pair]: bits for pair, bits in prices.edges.pair_bits(state.graph, names).items()}


_STREAMS: WeakSet[OpinionStream] = WeakSet()


def _end_at_exit(stream: OpinionStream) -> None:
    """Let a process wait for what it asked: a network that is cut off at the exit aborts it."""
    if not _STREAMS:
        atexit.unregister(_end_all)
        atexit.register(_end_all)
    _STREAMS.add(stream)


def _end_all() -> None:
    streams = tuple(_STREAMS)
    for stream in streams:
        stream.end()
    for stream in streams:
        stream.end(LONGEST_EXIT)


def _waiting(opinions: Opinions, left: int) -> str:
    if not left:
        return ""
    if not opinions.is_loaded:
        return f"loading {opinions.name}"
    return f"asking {opinions.name}, {left} {'pair' if left == 1 else 'pairs'} left"

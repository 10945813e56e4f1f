"""`PruningMap`: heads that are cut and kept by hand, and what that does to the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from threading import RLock
from typing import Any, Protocol, runtime_checkable

import traitlets

from causal_magics.data.bars import without_bars
from causal_magics.errors import CausalMagicsError, PruningError, shorten
from causal_magics.language.head_note import HeadFigure, HeadNote, NoteState
from causal_magics.language.head_panels import Head, HeadMark, HeadPanel, marks_of
from causal_magics.widgets.head_map import Checked, HeadMap
from causal_magics.widgets.home_thread import HomeThread
from causal_magics.widgets.timing import Debounced

__all__ = ["HandPruned", "PruningMap"]

DELAY = 0.4
"""How long hands rest before the model is run, in seconds."""
INTERRUPTED = "Interrupted. Change a mark, or read `pruning`, to run the model again."


@runtime_checkable
class HandPruned(Protocol):
    """A result whose heads can be cut and kept by hand, such as `Pruning`."""

    @property
    def heads(self) -> tuple[Head, ...]:
        """Heads that are cut."""
        ...

    @property
    def kept(self) -> tuple[Head, ...]:
        """Heads that may not be cut."""
        ...

    def head_panels(self) -> Sequence[HeadPanel]:
        """Return a panel for each quantity."""
        ...

    def with_heads(self, heads: Iterable[Head], kept: Iterable[Head] | None = None) -> HandPruned:
        """Return what cutting these heads does; the model is run."""
        ...

    def figures(self) -> Sequence[HeadFigure]:
        """Return quantities before and after."""
        ...


class _AsMarked(Checked):
    """A trait that is brought up to date where it is read."""

    def get(self, obj: Any, cls: Any = None) -> Any:
        obj._catch_up()  # noqa: SLF001
        return super().get(obj, cls)


class PruningMap(HeadMap):
    """The head map of a pruning: heads that are cut are crossed, those that are kept are ringed.

    Where marks change, on the screen or in Python, the model is run without the heads that are cut
    once hands rest and no cell runs, and figures above the panels tell what that does. Until then
    they are grey.

    Parameters
    ----------
    pruning : Pruning
    title : str
        Shown above the panels.

    Attributes
    ----------
    pruning : Pruning
        The result of the marks as they are. Where the model was not run with them yet, reading it
        runs it, and raises what goes wrong. `observe` tells of every new one; one that is set is
        shown.
    marks : dict of (layer, head) to {"cut", "kept"}

    Raises
    ------
    PruningError
        Where `pruning` is nothing of the kind.
    """

    pruning = _AsMarked()

    def __init__(self, pruning: HandPruned, *, title: str = "") -> None:
        self._lock = RLock()
        self._home = HomeThread()
        self._running = False
        self._shown = _checked(pruning)
        self._marked = marks_of(pruning.heads, pruning.kept)
        """The marks of the result that is shown, and its figures."""
        self._figures = tuple(pruning.figures())
        self._ask = Debounced(lambda: self._home.call_soon(self._evaluate), DELAY)
        super().__init__(pruning, title=title, marks=self._marked, note=self._note("current"))
        self.pruning = pruning
        self.observe(lambda _: self._hear_marks(), "marks")

    def show(self, values: object) -> None:
        """Show another result in place, with its marks.

        Parameters
        ----------
        values : Pruning

        Raises
        ------
        PruningError
            Where it is nothing of the kind.
        """
        pruning = _checked(values)
        with self._lock:
            self._shown, self._marked = pruning, marks_of(pruning.heads, pruning.kept)
            self._figures = tuple(pruning.figures())
            super().show(pruning)
            self.marks, self.note = self._marked, self._note("current")
        self.pruning = pruning

    def close(self) -> None:
        """Leave the screen; what is marked can still be read."""
        self._ask.cancel()
        super().close()

    @traitlets.validate("pruning")
    def _shown_pruning(self, proposal: Mapping[str, Any]) -> HandPruned:
        pruning = _checked(proposal["value"])
        if pruning is not self._shown:
            self.show(pruning)
        return pruning

    # ------------------------------------------------------------------ running the model

    def _hear_marks(self) -> None:
        with self._lock:
            is_known = self.marks == self._marked
            self.note = self._note("current" if is_known else "stale")
        if is_known:
            self._ask.cancel()
        else:
            self._ask()

    def _evaluate(self) -> None:
        """Run the model with the marks as they are; what goes wrong is told on the map."""
        try:
            with self._home.interruptible(), without_bars():
                self._catch_up()
        except KeyboardInterrupt:
            return
        except Exception as error:  # noqa: BLE001  (whatever a model raises, the map tells it)
            self._tell_failure(_one_line(error))

    def _catch_up(self) -> None:
        """Run the model until its result is that of the marks, which may change meanwhile."""
        if self._running or not self._home.is_here():
            return
        while (marks := dict(self.marks)) != self._marked:
            self._ask.cancel()
            self.note = self._note("working")
            self._running = True
            try:
                self._take(marks, self._run(marks))
            except KeyboardInterrupt:
                self._tell_failure(INTERRUPTED)
                raise
            except Exception as error:
                self._tell_failure(_one_line(error))
                raise
            finally:
                self._running = False

    def _run(self, marks: dict[Head, HeadMark]) -> HandPruned:
        cut, kept = ([h for h, mark in marks.items() if mark == m] for m in ("cut", "kept"))
        current: HandPruned = self._shown
        return current.with_heads(cut, kept)

    def _take(self, marks: dict[Head, HeadMark], found: HandPruned) -> None:
        """Show a result, unless marks changed while the model was run."""
        figures = tuple(found.figures())
        with self._lock:
            if self.marks != marks:
                return
            self._shown, self._marked, self._figures = found, marks, figures
            self.note = self._note("current")
        self.pruning = found

    # ------------------------------------------------------------------ what is told

    def _tell_failure(self, words: str) -> None:
        with self._lock:
            is_known = self.marks == self._marked  # as where it was an observer that failed
            state: NoteState = "current" if is_known else "failed"
            self.note = HeadNote(self._figures, words, state, self._marked)

    def _note(self, state: NoteState) -> HeadNote:
        marks = self._marked if state == "current" else self.marks
        counts = [sum(mark == m for mark in marks.values()) for m in ("cut", "kept")]
        told = f"{counts[0]} head{'' if counts[0] == 1 else 's'} cut, {counts[1]} kept"
        words = {
            "current": f"{told}; by prompts and text that were held out.",
            "stale": f"Figures of the marks before; to be run: {told}.",
            "working": f"Figures of the marks before; the model is run: {told} …",
        }
        return HeadNote(self._figures, words[state], state, self._marked)


def _checked(value: object) -> HandPruned:
    if isinstance(value, HandPruned):
        return value
    raise PruningError(
        f"Expected a Pruning, got a value of type {type(value).__name__}. Give what prune returns."
    )


def _one_line(error: Exception) -> str:
    """Return what went wrong in a line."""
    words = str(error).partition("\n")[0]
    told = words if isinstance(error, CausalMagicsError) else f"{type(error).__name__}: {words}"
    return shorten(told, 300)[1:-1]

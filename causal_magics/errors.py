"""Every error that the package raises on purpose.

::

    CausalMagicsError
    ├── GraphError
    │   ├── CycleError            a directed cycle; `path` names it
    │   ├── UnknownNodeError      a node that the graph does not have
    │   ├── DuplicateNodeError    a node that the graph has already
    │   ├── NodeNameError         a name that no node can carry
    │   ├── EdgeError             an edge that cannot stand where it is put
    │   ├── KnowledgeError        knowledge that contradicts itself or the graph
    │   ├── NotIdentifiedError    an effect that the graph does not identify
    │   └── PositivityError       an estimand that conditions on what never occurs; `condition`
    ├── NotationError             text that is not the notation; line and column
    ├── DataError                 a table that cannot be learned from
    ├── DiscoveryError            a search that cannot be run as asked
    ├── LanguageModelError        a language model that cannot do what is asked of it
    │   ├── ModelNotFoundError    a language model that is not here
    │   └── EndpointError         an endpoint that does not answer as it should
    ├── PromptError               prompts or values from which nothing can be measured
    ├── PruningError              heads that cannot be pruned as asked
    ├── CounterfactualError       bounds or decisions that cannot be computed as asked
    │   └── ContradictionError    probabilities that no model has; `inequality`, `excess`
    ├── PassiveError              worlds, logs or policies that cannot be used as asked
    ├── OptionError               an option outside what it can be
    ├── StorageError              a file or folder that cannot be written, or is of something else
    ├── CellError                 a `%%causal` cell that cannot be run as written
    ├── EditorError               something that the editor cannot do
    │   └── OperationError        an operation that does not fit its document; `kind`
    └── MissingDependencyError    an optional package that is not installed

Each message is one readable line: what was expected, what was given, what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


def closest(word: str, options: Iterable[str]) -> str | None:
    """Return the option most like `word`, or None where nothing is close."""
    known = list(options)
    matches = get_close_matches(word, known, n=1, cutoff=0.6)
    if matches:
        return matches[0]
    folded = {option.casefold(): option for option in reversed(known)}
    matches = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None


def shorten(name: str, limit: int = 60) -> str:
    """Return `name` quoted for a message, its middle left out where it is long."""
    text = name if len(name) <= limit else f"{name[: limit - 21]}…{name[-20:]}"
    return repr(text)


def excerpt(line: str, start: int, width: int) -> str:
    """Return a part of a line as it can be shown: one character for each, nothing invisible."""
    part = line[start : start + width]
    return "".join(
        char if char.isprintable() else " " if char.isspace() else "\ufffd" for char in part
    )


class CausalMagicsError(Exception):
    """Base of all errors of the package."""


class GraphError(CausalMagicsError):
    """A graph that cannot be."""


class CycleError(GraphError):
    """A directed cycle.

    Parameters
    ----------
    path : sequence of str
        The nodes along the cycle in the direction of its arrows; first and last are the same.
    """

    def __init__(self, path: Sequence[str]) -> None:
        self.path = tuple(path)
        arrows = " -> ".join(shorten(name)[1:-1] for name in self.path)
        super().__init__(
            f"Expected a graph without directed cycles, found {arrows}. "
            "Remove or reverse one of these edges, or use <-> for a common cause."
        )

    def __reduce__(self) -> tuple[type[CycleError], tuple[tuple[str, ...]]]:
        return type(self), (self.path,)


class UnknownNodeError(GraphError):
    """A node that the graph does not have.

    Parameters
    ----------
    name : str
        The name that was asked for.
    known : iterable of str
        The names that the graph has.
    """

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.known = tuple(known)
        hint = closest(name, self.known) if isinstance(name, str) else None
        if hint is not None:
            advice = f"Did you mean {shorten(hint)}?"
        elif not self.known:
            advice = "The graph has no nodes."
        else:
            shown = ", ".join(shorten(n) for n in self.known[:6])
            more = f" and {len(self.known) - 6} more" if len(self.known) > 6 else ""
            advice = f"It has {shown}{more}."
        super().__init__(f"The graph has no node {shorten(str(name))}. {advice}")

    def __reduce__(self) -> tuple[type[UnknownNodeError], tuple[str, tuple[str, ...]]]:
        return type(self), (self.name, self.known)


class DuplicateNodeError(GraphError):
    """A node that the graph has already."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"Expected a new name, but the graph has a node {shorten(name)} already. "
            "Choose another name."
        )

    def __reduce__(self) -> tuple[type[DuplicateNodeError], tuple[str]]:
        return type(self), (self.name,)


class NodeNameError(GraphError):
    """A name that no node can carry."""


class EdgeError(GraphError):
    """An edge that cannot stand where it is put, or that is not there."""


class KnowledgeError(GraphError):
    """Background knowledge that contradicts itself or the graph."""


class NotIdentifiedError(GraphError):
    """An effect that the graph does not identify."""


class PositivityError(GraphError):
    """An estimand that conditions on what has probability 0 in the data.

    Parameters
    ----------
    condition : str
        What would have to be above 0, e.g. ``P(x = 1, z = 0)``.
    term : str
        The part of the estimand that needs it, e.g. ``P(y | x, z)``.
    """

    def __init__(self, condition: str, term: str) -> None:
        self.condition = condition
        self.term = term
        super().__init__(
            f"Expected {condition} above 0, which {term} needs, but the data give 0. "
            "Merge levels that do not occur, or ask for levels that do."
        )

    def __reduce__(self) -> tuple[type[PositivityError], tuple[str, str]]:
        return type(self), (self.condition, self.term)


class NotationError(CausalMagicsError):
    """Text that is not the notation.

    Parameters
    ----------
    message : str
        What is wrong, in one line.
    text : str
        The whole text that was parsed.
    line, column : int
        Where it went wrong, both from 1.
    expected : str, optional
        What would have been understood there.
    suggestion : str, optional
        The closest known word.
    """

    def __init__(
        self,
        message: str,
        text: str = "",
        line: int = 1,
        column: int = 1,
        expected: str | None = None,
        suggestion: str | None = None,
    ) -> None:
        self.message = message
        self.text = text
        self.line = line
        self.column = column
        self.expected = expected
        self.suggestion = suggestion
        super().__init__(self._render())

    def _render(self) -> str:
        parts = [f"Line {self.line}, column {self.column}: {self.message}"]
        if self.expected:
            parts.append(f"Expected {self.expected}.")
        if self.suggestion:
            parts.append(f"Did you mean {self.suggestion}?")
        return "\n".join([" ".join(parts), *self._excerpt()])

    def _excerpt(self, width: int = 76) -> list[str]:
        lines = self.text.split("\n")
        if not 1 <= self.line <= len(lines) or not self.text:
            return []
        source = lines[self.line - 1].rstrip("\r")
        start = max(0, self.column - width // 2) if len(source) > width else 0
        return [
            f"    {excerpt(source, start, width)}",
            "    " + " " * (self.column - 1 - start) + "^",
        ]

    def __reduce__(
        self,
    ) -> tuple[type[NotationError], tuple[str, str, int, int, str | None, str | None]]:
        arguments = (
            self.message, self.text, self.line, self.column, self.expected, self.suggestion,
        )  # fmt: skip
        return type(self), arguments


class DataError(CausalMagicsError):
    """A table that cannot be learned from as it is."""


class DiscoveryError(CausalMagicsError):
    """A search that cannot be run as asked."""


class LanguageModelError(CausalMagicsError):
    """A language model that cannot do what is asked of it."""


class ModelNotFoundError(LanguageModelError):
    """A language model that is not here."""


class EndpointError(LanguageModelError):
    """An endpoint that does not answer as it should."""


class PromptError(CausalMagicsError):
    """Prompts or values from which nothing can be measured."""


class PruningError(CausalMagicsError):
    """Heads that cannot be pruned as asked."""


class CounterfactualError(CausalMagicsError):
    """Bounds or decisions that cannot be computed as asked."""


class ContradictionError(CounterfactualError):
    """Probabilities that no model has together.

    Parameters
    ----------
    message : str
    inequality : str
        What every model fulfils and these probabilities do not, such as ``P(x, y) <= P(y_x)``.
    excess : float
        By how much it fails.
    """

    def __init__(self, message: str, inequality: str, excess: float) -> None:
        self.inequality = inequality
        self.excess = excess
        super().__init__(message)

    def __reduce__(self) -> tuple[type[ContradictionError], tuple[str, str, float]]:
        return type(self), (str(self), self.inequality, self.excess)


class PassiveError(CausalMagicsError):
    """Worlds, logs or policies that cannot be used as asked."""


class OptionError(CausalMagicsError):
    """An option outside what it can be."""


class StorageError(CausalMagicsError):
    """A file or folder that cannot be written, or is of something else."""


class CellError(CausalMagicsError):
    """A `%%causal` cell that cannot be run as written."""


class EditorError(CausalMagicsError):
    """Something that the editor cannot do."""


class OperationError(EditorError):
    """An operation of the editor that does not fit the document it was meant for.

    Parameters
    ----------
    message : str
    kind : str
        One word for what is wrong; the editor's two languages use the same words.
    cycle_path : sequence of str, optional
        The nodes along the cycle which the operation would close.
    """

    def __init__(
        self, message: str, kind: str = "malformed", cycle_path: Sequence[str] | None = None
    ) -> None:
        self.kind = kind
        self.cycle_path = None if cycle_path is None else tuple(cycle_path)
        super().__init__(message)

    def __reduce__(self) -> tuple[type[OperationError], tuple[str, str, tuple[str, ...] | None]]:
        return type(self), (str(self), self.kind, self.cycle_path)


class MissingDependencyError(CausalMagicsError, ImportError):
    """An optional package that is not installed.

    Parameters
    ----------
    package : str
        The package that is missing.
    extra : str, optional
        The extra of `causal-magics` that brings it.
    purpose : str, optional
        What it is needed for.
    pip_options : str, optional
        With which options of pip it is installed.
    """

    def __init__(
        self,
        package: str,
        extra: str | None = None,
        purpose: str | None = None,
        pip_options: str | None = None,
    ) -> None:
        self.package = package
        self.extra = extra
        self.purpose = purpose
        self.pip_options = pip_options
        target = f"'causal-magics[{extra}]'" if extra else package
        command = " ".join(filter(None, ("pip install", pip_options, target)))
        reason = f" for {purpose}" if purpose else ""
        super().__init__(f"{package} is needed{reason}, but is not installed: {command}")

    def __reduce__(
        self,
    ) -> tuple[type[MissingDependencyError], tuple[str, str | None, str | None, str | None]]:
        return type(self), (self.package, self.extra, self.purpose, self.pip_options)

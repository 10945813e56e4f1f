"""What is believed of edges before the data are seen, as probabilities."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import (
    CycleError,
    KnowledgeError,
    MissingDependencyError,
    closest,
    shorten,
)
from causal_magics.graph.elements import Edge, Pair, check_name
from causal_magics.graph.model import CausalGraph

if TYPE_CHECKING:
    import pandas as pd

Rest = Literal["none", "reverse", "even"]
PairVerdict = Literal["->", "<-", "--", "none"]
"""What is said of a pair: first causes second, second first, an edge of no direction, no edge."""

SMALLEST = 1e-6
"""Probabilities count as between this and one minus this: no belief overrules all data."""
ROUNDING = 1e-9
"""By how much probabilities of a pair may exceed one in sum."""
SHOWN = 12
"""Rows of the HTML view."""


@dataclass(frozen=True, slots=True)
class PairBelief:
    """What is believed of one pair of variables.

    Attributes
    ----------
    first, second : str
        Names.
    forward, backward : float
        Probabilities of ``first -> second`` and of ``second -> first``.
    """

    first: str
    second: str
    forward: float
    backward: float

    def __post_init__(self) -> None:
        check_name(self.first)
        check_name(self.second)
        pair = f"{shorten(self.first)} and {shorten(self.second)}"
        if self.first == self.second:
            raise KnowledgeError(
                f"Expected a belief on two variables, got {shorten(self.first)} twice."
            )
        for name in ("forward", "backward"):
            value = _as_probability(getattr(self, name), pair)
            object.__setattr__(self, name, value)
        if self.forward + self.backward > 1.0 + ROUNDING:
            raise KnowledgeError(
                f"Expected probabilities of both directions that sum to at most 1 for {pair}, got "
                f"{self.forward:g} and {self.backward:g}. The rest is the probability of no edge."
            )

    @property
    def absent(self) -> float:
        """Probability of no edge."""
        return max(0.0, 1.0 - self.forward - self.backward)

    @property
    def likelier(self) -> tuple[str, str, float]:
        """Cause, effect and probability of the likelier direction."""
        if self.forward >= self.backward:
            return self.first, self.second, self.forward
        return self.second, self.first, self.backward

    def nats(self) -> tuple[float, float]:
        """How many nats more either direction costs than no edge: forward, backward."""
        absent = _clipped(self.absent)
        return (
            math.log(absent / _clipped(self.forward)),
            math.log(absent / _clipped(self.backward)),
        )

    def tempered(self, strength: float) -> PairBelief:
        """Return the belief with its nats times `strength`."""
        weights = [
            _clipped(value) ** strength for value in (self.forward, self.backward, self.absent)
        ]
        total = sum(weights)
        return replace(self, forward=weights[0] / total, backward=weights[1] / total)


@dataclass(frozen=True, slots=True, repr=False)
class EdgePrior:
    """Beliefs on edges, for `discover` to weigh against the data.

    An edge costs ``log2(P(no edge) / P(edge))`` bits more than no edge between its ends; pairs
    that are not named cost nothing more. Probabilities are clipped to 10⁻⁶ from zero and one, so
    that no belief is worth more than 20 bits. Data overrule beliefs as they grow; what must hold
    is `Knowledge`.

    Parameters
    ----------
    beliefs : iterable of PairBelief
        Each pair once, in either order.
    names : iterable of str
        Variables that were asked about; those of the beliefs are added.

    Raises
    ------
    KnowledgeError
        Where a pair stands twice.
    """

    beliefs: tuple[PairBelief, ...] = ()
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        beliefs = tuple(self.beliefs)
        for belief in beliefs:
            if not isinstance(belief, PairBelief):
                raise KnowledgeError(
                    f"Expected beliefs as PairBelief, got {type(belief).__name__}. "
                    "EdgePrior.from_probabilities takes {(cause, effect): probability}."
                )
        seen: set[frozenset[str]] = set()
        for belief in beliefs:
            pair = frozenset((belief.first, belief.second))
            if pair in seen:
                raise KnowledgeError(
                    f"Expected one belief on each pair, found {shorten(belief.first)} and "
                    f"{shorten(belief.second)} twice. Keep one of them."
                )
            seen.add(pair)
        ends = (name for belief in beliefs for name in (belief.first, belief.second))
        object.__setattr__(self, "beliefs", beliefs)
        object.__setattr__(self, "names", tuple(dict.fromkeys([*self.names, *ends])))

    @classmethod
    def from_probabilities(
        cls,
        probabilities: Mapping[Pair, float],
        *,
        rest: Rest = "none",
        names: Iterable[str] = (),
    ) -> EdgePrior:
        """Build a prior from probabilities of directed edges.

        Parameters
        ----------
        probabilities : mapping of (cause, effect) to float
            Where both directions of a pair are given, what is left is the probability of no edge.
        rest : {"none", "reverse", "even"}
            Where only one direction is given: whether what is left is the probability of no edge,
            of the reverse edge (an edge is sure to be, only its direction is not), or of either
            alike.
        names : iterable of str
            Variables that were asked about besides.

        Raises
        ------
        KnowledgeError
            Where a probability is not between 0 and 1, or those of a pair sum to more than 1.
        """
        if rest not in get_args(Rest):
            raise KnowledgeError(f"Expected rest among {', '.join(get_args(Rest))}, got {rest!r}.")
        share = {"none": 0.0, "reverse": 1.0, "even": 0.5}[rest]
        beliefs = []
        for (cause, effect), given in probabilities.items():
            pair = f"{shorten(str(cause))} and {shorten(str(effect))}"
            forward = _as_probability(given, pair)
            if (effect, cause) not in probabilities:
                beliefs.append(PairBelief(cause, effect, forward, share * (1.0 - forward)))
            elif cause <= effect:
                beliefs.append(PairBelief(cause, effect, forward, probabilities[effect, cause]))
        return cls(tuple(beliefs), tuple(names))

    @classmethod
    def from_frame(cls, frame: Any, *, rest: Rest = "none") -> EdgePrior:
        """Read one directed edge a row.

        Parameters
        ----------
        frame
            A data frame of any library that narwhals knows, with columns `cause`, `effect` and
            `probability`.
        rest : {"none", "reverse", "even"}
            As for `from_probabilities`.

        Raises
        ------
        KnowledgeError
            Where a column is missing, an edge stands twice, or a probability is none.
        """
        import narwhals as nw

        table = nw.from_native(frame, eager_only=True)
        columns = [str(column) for column in table.columns]
        for needed in ("cause", "effect", "probability"):
            if needed not in columns:
                hint = closest(needed, columns)
                raise KnowledgeError(
                    f"Expected a column {needed!r} in the prior, got "
                    f"{', '.join(map(shorten, columns[:6])) or 'none'}."
                    + (f" Is it {shorten(hint)}? Rename it." if hint else "")
                )
        found: dict[Pair, float] = {}
        cells = [table[name].to_list() for name in ("cause", "effect", "probability")]
        for cause, effect, probability in zip(*cells, strict=True):
            if (cause, effect) in found:
                raise KnowledgeError(
                    f"Expected each edge once, found {shorten(str(cause))} -> "
                    f"{shorten(str(effect))} twice. Keep one of them."
                )
            found[cause, effect] = probability
        return cls.from_probabilities(found, rest=rest)

    def __len__(self) -> int:
        return len(self.beliefs)

    def __repr__(self) -> str:
        head = (
            f"<EdgePrior: {len(self)} pair{'s' * (len(self) != 1)} of {len(self.names)} variables"
        )
        if not self.beliefs:
            return f"{head}>"
        cause, effect, probability = self._by_probability()[0].likelier
        return f"{head}, likeliest {cause} -> {effect} ({probability:.2f})>"

    def _repr_html_(self) -> str:
        beliefs = self._by_probability()
        rows = "".join(
            f"<tr><td>{escape(b.first)}</td><td>{escape(b.second)}</td><td>{b.forward:.3f}</td>"
            f"<td>{b.backward:.3f}</td><td>{b.absent:.3f}</td></tr>"
            for b in beliefs[:SHOWN]
        )
        head = "".join(f"<th>{title}</th>" for title in ("A", "B", "A → B", "B → A", "no edge"))
        more = len(beliefs) - SHOWN
        note = f"<p>and {more} more: to_frame()</p>" if more > 0 else ""
        return (
            f"<p>{escape(repr(self)[1:-1])}</p><div>{self.graph().to_svg()}</div>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{note}"
        )

    def _by_probability(self) -> list[PairBelief]:
        return sorted(self.beliefs, key=lambda belief: (-belief.likelier[2], belief.likelier))

    def probability(self, cause: str, effect: str) -> float | None:
        """Return the probability of a directed edge, or None where nothing is said of the pair."""
        for belief in self.beliefs:
            if (belief.first, belief.second) == (cause, effect):
                return belief.forward
            if (belief.second, belief.first) == (cause, effect):
                return belief.backward
        return None

    def nats(self, columns: Sequence[str]) -> NDArray[np.float64]:
        """Return how many nats each edge costs more than no edge.

        Parameters
        ----------
        columns : sequence of str

        Returns
        -------
        array, shape (columns, columns)
            ``E[i, j] = ln(P(no edge) / P(i -> j))``: negative for an edge that is likelier than
            none, zero for pairs of which nothing is said.

        Raises
        ------
        KnowledgeError
            Where a belief is on what is no column.
        """
        index = {name: position for position, name in enumerate(columns)}
        extra = np.zeros((len(columns), len(columns)))
        for belief in self.beliefs:
            for name in (belief.first, belief.second):
                if name not in index:
                    raise KnowledgeError(_unknown(name, columns))
            i, j = index[belief.first], index[belief.second]
            extra[i, j], extra[j, i] = belief.nats()
        return extra

    def tempered(self, strength: float) -> EdgePrior:
        """Return the prior with every edge's bits times `strength`.

        Parameters
        ----------
        strength : float
            0 leaves no belief (all three states of a pair are alike), 1 the prior as it is (but
            for the clipping), more than 1 makes it surer.

        Raises
        ------
        KnowledgeError
            Where `strength` is negative or not finite.
        """
        if not (math.isfinite(strength) and strength >= 0.0):
            raise KnowledgeError(f"Expected a strength from 0, got {strength}.")
        return replace(self, beliefs=tuple(b.tempered(strength) for b in self.beliefs))

    def restricted_to(self, names: Iterable[str]) -> EdgePrior:
        """Return the beliefs on pairs of the given variables alone."""
        kept = set(names)
        beliefs = tuple(b for b in self.beliefs if {b.first, b.second} <= kept)
        return EdgePrior(beliefs, tuple(name for name in self.names if name in kept))

    def graph(self) -> CausalGraph:
        """Return the edges that are likelier than not, with their probability as confidence.

        Edges point in the likelier direction. One whose directions are equally likely is drawn
        undirected, and so is one that would close a cycle with likelier edges.
        """
        graph = CausalGraph(self.names)
        for belief in self._by_probability():
            if belief.absent >= 0.5:
                continue
            cause, effect, probability = belief.likelier
            presence = min(1.0, belief.forward + belief.backward)
            undirected = Edge(cause, effect, "--", confidence=presence)
            if belief.forward == belief.backward:
                graph = _with(graph, undirected)
                continue
            try:
                graph = _with(graph, Edge(cause, effect, confidence=probability))
            except CycleError:
                graph = _with(graph, undirected)
        return graph

    def to_frame(self) -> pd.DataFrame:
        """Return one row per directed edge.

        Returns
        -------
        pandas.DataFrame
            Columns `cause`, `effect`, `probability`; both directions of each pair, so that
            `from_frame` reads the same prior.

        Raises
        ------
        MissingDependencyError
            Without pandas.
        """
        try:
            import pandas as pd
        except ImportError:
            raise MissingDependencyError("pandas", purpose="to_frame()") from None
        rows = [
            row
            for belief in self._by_probability()
            for row in (
                (belief.first, belief.second, belief.forward),
                (belief.second, belief.first, belief.backward),
            )
        ]
        return pd.DataFrame(rows, columns=["cause", "effect", "probability"])


def _as_probability(value: Any, pair: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0.0 <= number <= 1.0:
        raise KnowledgeError(f"Expected a probability from 0 to 1 for {pair}, got {value}.")
    return number


def _clipped(probability: float) -> float:
    return min(max(probability, SMALLEST), 1.0 - SMALLEST)


def _with(graph: CausalGraph, edge: Edge) -> CausalGraph:
    return graph.add_edge(edge.source, edge.target, edge.mark, confidence=edge.confidence)


def _unknown(name: str, columns: Sequence[str]) -> str:
    hint = closest(name, columns)
    advice = f"Did you mean {shorten(hint)}?" if hint else "Leave it out with restricted_to()."
    return f"Expected beliefs on columns of the data, got {shorten(name)}. {advice}"

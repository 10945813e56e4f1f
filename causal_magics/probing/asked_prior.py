"""What a language model said of edges, as a prior, with how far its answers agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.prior import SHOWN, EdgePrior, PairBelief, PairVerdict

__all__ = ["LOW_AGREEMENT", "Answer", "AskedPrior", "believed", "verdict_on"]

LOW_AGREEMENT = 0.7
"""Below this agreement a prior says that it is not to be relied on."""

LIKELIER_THAN_NOT: Final = 0.5
PRESENT = 0.75
"""From this probability of an edge it is drawn, whatever its direction."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one asking of a pair gave.

    Parameters
    ----------
    first, second : str
        The pair.
    wording : str
    order : str
        Which came first in the question.
    log_shares : (float, float, float)
        Natural logarithms of the shares of ``first -> second``, ``second -> first`` and no edge.
    """

    first: str
    second: str
    wording: str
    order: str
    log_shares: tuple[float, float, float]


@dataclass(frozen=True, slots=True, repr=False)
class AskedPrior(EdgePrior):
    """Beliefs on edges that a language model was asked for.

    Parameters
    ----------
    beliefs, names
        As in `EdgePrior`.
    answers : iterable of Answer
        One per pair, wording and order.
    n_questions : int
        Texts that the model scored.
    model_id : str
    refused : tuple of (str, str)
        Edges of a breadth-first walk that would have closed a cycle.
    """

    answers: tuple[Answer, ...] = ()
    n_questions: int = 0
    model_id: str = ""
    refused: tuple[tuple[str, str], ...] = ()

    @property
    def agreement(self) -> float:
        """Share of askings that name the same answer as their average; NaN without answers."""
        shares = self.agreements()
        return float(np.mean(list(shares.values()))) if shares else float("nan")

    @property
    def is_reliable(self) -> bool:
        """Whether askings agree often enough."""
        return self.agreement >= LOW_AGREEMENT

    def agreements(self) -> dict[frozenset[str], float]:
        """Return the agreement of each pair."""
        shares: dict[frozenset[str], list[tuple[float, float, float]]] = {}
        for answer in self.answers:
            shares.setdefault(frozenset((answer.first, answer.second)), []).append(
                answer.log_shares
            )
        return {pair: agreement_of(np.array(found)) for pair, found in shares.items()}

    def restricted_to(self, names: Iterable[str]) -> AskedPrior:
        """Return the beliefs on pairs of the given variables alone, with their answers."""
        kept = set(names)
        return replace(
            self,
            beliefs=tuple(b for b in self.beliefs if {b.first, b.second} <= kept),
            names=tuple(name for name in self.names if name in kept),
            answers=tuple(a for a in self.answers if {a.first, a.second} <= kept),
            refused=tuple(pair for pair in self.refused if set(pair) <= kept),
        )

    def answers_frame(self) -> Any:
        """Return one row per pair, wording and order.

        Returns
        -------
        data frame
            Columns `first`, `second`, `wording`, `named_first`; `log_odds` of ``first -> second``
            against ``second -> first`` and `log_odds_edge` of an edge against none, in nats.
        """
        shares = np.array([answer.log_shares for answer in self.answers]).reshape(-1, 3)
        return new_frame({
            "first": [answer.first for answer in self.answers],
            "second": [answer.second for answer in self.answers],
            "wording": [answer.wording for answer in self.answers],
            "named_first": [answer.order for answer in self.answers],
            "log_odds": shares[:, 0] - shares[:, 1],
            "log_odds_edge": np.logaddexp(shares[:, 0], shares[:, 1]) - shares[:, 2],
        })  # fmt: skip

    def to_frame(self) -> Any:
        """Return one row per directed edge, as `EdgePrior` does, with the pair's `agreement`."""
        frame = EdgePrior.to_frame(self)
        found = self.agreements()
        frame["agreement"] = [
            found.get(frozenset(ends), float("nan"))
            for ends in zip(frame["cause"], frame["effect"], strict=True)
        ]
        return frame

    def graph(self) -> CausalGraph:
        """Return the edges that are believed, with their probability as confidence.

        What is drawn of a pair is said by `verdict_on`.
        """
        drawn = []
        for belief in self.beliefs:
            match verdict_on(belief):
                case "->" | "<-":
                    drawn.append(belief)
                case "--":
                    half = (1.0 - belief.absent) / 2.0
                    drawn.append(replace(belief, forward=half, backward=half))
        return EdgePrior(tuple(drawn), self.names).graph()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers should know."""
        notes = []
        if self.answers and not self.is_reliable:
            notes.append(
                f"Low agreement: {self.agreement:.0%} of the askings name the same answer as their "
                "average. The prior tells more of the wording than of the variables."
            )
        if self.refused:
            shown = ", ".join(f"{a} -> {b}" for a, b in self.refused[:5])
            more = f" and {len(self.refused) - 5} more" if len(self.refused) > 5 else ""
            notes.append(f"Refused, since it would close a cycle: {shown}{more}.")
        return tuple(notes)

    def __repr__(self) -> str:
        head = EdgePrior.__repr__(self)[1:-1].replace("EdgePrior", "AskedPrior", 1)
        if not self.answers:
            return f"<{head}>"
        low = " (low)" if not self.is_reliable else ""
        return f"<{head}, agreement {self.agreement:.2f}{low}, {self.n_questions:,} questions>"

    def _repr_html_(self) -> str:
        found = self.agreements()
        beliefs = self._by_probability()
        rows = [
            [
                b.first, b.second, f"{b.forward:.3f}", f"{b.backward:.3f}", f"{b.absent:.3f}",
                f"{found.get(frozenset((b.first, b.second)), float('nan')):.0%}",
            ]
            for b in beliefs[:SHOWN]
        ]  # fmt: skip
        head = ["A", "B", "A → B", "B → A", "no edge", "agreement"]
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        more = len(beliefs) - SHOWN
        tail = f"<p>and {more} more: to_frame()</p>" if more > 0 else ""
        return (
            f"<p>{escape(repr(self)[1:-1])}</p>{notes}<div>{self.graph().to_svg()}</div>"
            f"{html_table(head, rows)}{tail}"
        )


def verdict_on(belief: PairBelief) -> PairVerdict | None:
    """Return what a belief says of its pair; None where it leaves it open.

    An edge is directed where its direction is likelier than not, and undirected where only the
    edge is, with three quarters or more: three states alike make two thirds of an edge, and no
    belief.
    """
    if belief.likelier[2] > LIKELIER_THAN_NOT:
        return "->" if belief.likelier[0] == belief.first else "<-"
    if 1.0 - belief.absent >= PRESENT:
        return "--"
    return "none" if belief.absent > LIKELIER_THAN_NOT else None


def agreement_of(log_shares: NDArray[np.float64]) -> float:
    """Return the share of rows whose largest entry is that of the average."""
    best = int(log_shares.mean(axis=0).argmax())
    return float((log_shares.argmax(axis=1) == best).mean())


def believed(
    first: str, second: str, log_shares: NDArray[np.float64], *, tempered: bool
) -> PairBelief:
    """Average the askings of a pair in log-odds.

    Where `tempered`, the log-odds are multiplied by how far the agreement is above chance,
    ``(agreement - 1/3) / (2/3)`` and at least zero: askings that contradict each other leave the
    three states alike.
    """
    mean = log_shares.mean(axis=0)
    if tempered:
        mean = mean * max(0.0, (agreement_of(log_shares) - 1 / 3) * 1.5)
    weights = np.exp(mean - mean.max())
    forward, backward, _ = (weights / weights.sum()).tolist()
    return PairBelief(first, second, forward, backward)

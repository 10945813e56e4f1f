"""The estimand of an interventional distribution: a formula that can also be computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import shorten
from causal_magics.graph.distribution_terms import ONE, Term, all_names, free_names
from causal_magics.graph.distribution_values import ObservedJoint
from causal_magics.graph.distribution_writing import Hand
from causal_magics.graph.effect import EffectQuery
from causal_magics.graph.estimand import Estimand
from causal_magics.graph.formulas import PLAIN, TEX, TREE, Formula, Writer
from causal_magics.graph.model import CausalGraph

__all__ = ["DistributionEstimand", "distribution_estimand"]


@dataclass(frozen=True, slots=True)
class DistributionEstimand(Estimand):
    """A formula for ``P(outcome | do(exposure))`` in the observed joint distribution.

    Parameters
    ----------
    exposure, outcome : tuple of str
    term : Term
        The formula's right side.
    order : tuple of str
        The observed nodes, causes before their effects.
    """

    exposure: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    term: Term = ONE
    order: tuple[str, ...] = ()

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes whose joint distribution the formula needs."""
        named = all_names(self.term) | {*self.exposure, *self.outcome}
        return tuple(name for name in self.order if name in named)

    def evaluate(self, joint: NDArray[np.floating], nodes: Sequence[str]) -> NDArray[np.float64]:
        """Return the distribution under intervention from an observed joint distribution.

        Parameters
        ----------
        joint : array
            Probabilities of all combinations of levels, one axis a node; sums to 1.
        nodes : sequence of str
            The node of each axis. More nodes than the formula needs are summed out.

        Returns
        -------
        array
            One axis for each exposure, then one for each outcome; over the outcomes it sums to 1.
            Where the formula holds for any value of another node (as the napkin's), it is averaged
            over those for which it is defined.

        Raises
        ------
        DataError
            Where the array is no distribution, or lacks a node.
        PositivityError
            Where the formula conditions on what has probability 0. A factor that is multiplied by
            0 is not asked for.
        """
        observed = ObservedJoint(joint, nodes).over(self.nodes)
        return observed.values(
            self.term, self.exposure, self.outcome, Hand(self.order, self.exposure)
        )


def distribution_estimand(
    graph: CausalGraph, query: EffectQuery, term: Term, functional: tuple[str, ...] = ()
) -> DistributionEstimand:
    """Return a term over the nodes of an ADMG, written as the formula of an effect."""
    xs, ys, order = query.exposure, query.outcome, graph.topological_order()
    hand = Hand(order, xs)
    others = free_names(term) - {*xs, *ys}
    scope = dict.fromkeys((*xs, *ys, *others), "")

    def write(w: Writer) -> Formula:
        effect = w.p(w.names(ys), w.do(xs))
        equation = w.equal(effect, hand.write(w, term, scope))
        if not others:
            return equation
        return w.row(equation, w.words(" for any "), w.names(hand.sorted(others)))

    return DistributionEstimand(
        "do-calculus", str(write(PLAIN)), str(write(TEX)), _assumption(functional), write(TREE),
        functional, xs, ys, term, order,
    )  # fmt: skip


def _assumption(functional: tuple[str, ...]) -> str:
    """Say which nodes are taken for functions, as a clause."""
    if not functional:
        return ""
    names = ", ".join(shorten(name)[1:-1] for name in functional)
    one = len(functional) == 1
    return f"{names} {'is a function of its' if one else 'are functions of their'} parents"

"""In what a graph of the user is unlike those that a policy was trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import shorten
from causal_magics.graph.model import CausalGraph
from causal_magics.passive.worlds.environment import CausalEnvironment

__all__ = ["notes_on"]

_MOST_PARENTS: Final = 2
"""Parents that a variable has at most in training."""
_FAR: Final = 20.0
"""Natural values that training hardly ever has."""
_NARROW: Final = 0.05
"""Natural standard deviations that training never has."""


def notes_on(
    environment: CausalEnvironment,
    graph: CausalGraph,
    names: Sequence[str],
    natural: NDArray[np.float64],
) -> Iterator[str]:
    """Yield what is unlike training, a sentence each.

    Parameters
    ----------
    environment : CausalEnvironment
        What the policy was trained on.
    graph : CausalGraph
    names : sequence of str
    natural : array, shape (variables, 2)
        Mean and standard deviation of each variable where nothing is set, as the policy sees them.
    """
    least, most = min(environment.sizes), max(environment.sizes)
    if not least <= len(graph) <= most:
        sizes = f"{least}" if least == most else f"{least} to {most}"
        falls = " Scores fall beyond these." if len(graph) > most else ""
        yield f"The policy was trained on {sizes} variables; this graph has {len(graph)}.{falls}"
    parents = {name: len(graph.parents(name)) for name in graph.nodes}
    widest = max(parents, key=lambda name: parents[name])
    if parents[widest] > _MOST_PARENTS:
        yield (
            f"In training no variable had more than {_MOST_PARENTS} parents; here "
            f"{shorten(widest)} has {parents[widest]}."
        )
    means, spreads = natural.T
    strange = np.flatnonzero((np.abs(means) + 2.0 * spreads > _FAR) | (spreads < _NARROW))
    for place in strange[:1].tolist():
        mean, spread = natural[place].tolist()
        yield (
            f"{shorten(names[place])} lies around {mean:.3g} ± {spread:.3g} where nothing is set, "
            "unlike anything in training. Give mechanisms with standardise=True."
        )

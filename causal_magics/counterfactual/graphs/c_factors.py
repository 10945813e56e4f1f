"""What a joint distribution fixes: the c-factors of the districts (Tian & Pearl 2002).

In an order of causes before effects, the factor of a district is the product of P(v | before) over
its nodes; each of its values is the probability of one event of responses. Where the data have no
unit before a node, its factor is unknown, and only those of the nodes before it are used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from causal_magics.counterfactual.bounding.bounds import Floats
from causal_magics.counterfactual.graphs.canonical_model import CanonicalModel, Event
from causal_magics.errors import CounterfactualError
from causal_magics.graph.do_calculus import districts

__all__ = ["Factors", "c_factors"]

MOST_ROWS = 200_000
"""Values of one factor above which it is refused."""


@dataclass(frozen=True, eq=False)
class Factors:
    """Events whose probability one joint distribution fixes.

    Attributes
    ----------
    rows : list of (Event, float)
    unseen : tuple of str
        Nodes whose factor is unknown at some levels, as no unit has these.
    distance : float
        Total variation between the joint distribution and the product of its factors: 0 where all
        independences of the graph hold in it.
    """

    rows: list[tuple[Event, float]]
    unseen: tuple[str, ...]
    distance: float


def c_factors(
    model: CanonicalModel,
    joint: Floats,
    nodes: Sequence[str],
    do: Mapping[str, int] | None = None,
) -> Factors:
    """Return the events that a joint distribution fixes.

    Parameters
    ----------
    model : CanonicalModel
    joint : ndarray, one axis for each node
    nodes : sequence of str
        Causes first; all parents of each are among them or are set.
    do : mapping of str to int, optional
        What an experiment sets.

    Raises
    ------
    CounterfactualError
        Where a district and its parents have more than `MOST_ROWS` combinations of levels.
    """
    held = dict(do or {})
    kernels = {name: _kernel(model, joint, nodes, place) for place, name in enumerate(nodes)}
    unseen: list[str] = []
    rows: list[tuple[Event, float]] = []
    product: Floats = np.ones([1] * len(nodes))
    for district in districts(model.graph, set(nodes)):
        members = [name for name in nodes if name in district]
        prefixes = _prefixes([kernels[name] for name in members])
        if prefixes[-1].size > MOST_ROWS:
            raise CounterfactualError(
                f"Expected at most {MOST_ROWS:,} combinations of levels in {', '.join(members)} "
                f"and their parents, got {prefixes[-1].size:,}. Merge levels, or remove parents."
            )
        rows += _rows(model, members, prefixes, nodes, held)
        unseen += [n for n, p in zip(members, prefixes, strict=True) if np.isnan(p).any()][:1]
        product = product * np.nan_to_num(prefixes[-1])
    return Factors(rows, tuple(unseen), float(np.abs(joint - product).sum() / 2))


def _kernel(model: CanonicalModel, joint: Floats, nodes: Sequence[str], place: int) -> Floats:
    """Return P(v | its district so far and its parents), axes of other nodes of length 1."""
    before = set(nodes[: place + 1])
    district = next(d for d in districts(model.graph, before) if nodes[place] in d)
    pillow = set(district).union(*(model.parents[name] for name in district))
    others = tuple(axis for axis, name in enumerate(nodes) if name not in pillow)
    together = joint.sum(axis=others, keepdims=True)
    total = together.sum(axis=place, keepdims=True)
    return np.where(total > 0, together / np.where(total > 0, total, 1.0), np.nan)


def _prefixes(kernels: Sequence[Floats]) -> list[Floats]:
    """Return the factors of the first node, of the first two, …: NaN where unknown."""
    found: list[Floats] = []
    product, zero = np.ones(()), np.zeros((), dtype=bool)
    for kernel in kernels:
        product, zero = product * kernel, zero | (kernel == 0)
        found.append(np.where(zero, 0.0, product))
    return found


def _rows(
    model: CanonicalModel,
    members: Sequence[str],
    prefixes: Sequence[Floats],
    nodes: Sequence[str],
    held: Mapping[str, int],
) -> list[tuple[Event, float]]:
    """Return a district's events: those of all members, and of the first ones where it must."""
    rows = []
    later: Floats | None = None
    for size in range(len(members), 0, -1):
        factor = prefixes[size - 1]
        wanted = ~np.isnan(factor)
        if later is not None:
            extra = tuple(a for a in range(later.ndim) if later.shape[a] > factor.shape[a])
            wanted &= np.isnan(later).any(axis=extra, keepdims=True)
        for index in np.argwhere(wanted):
            levels = {**held, **{name: int(at) for name, at in zip(nodes, index, strict=True)}}
            event = frozenset(
                (model.response(name, levels), levels[name]) for name in members[:size]
            )
            rows.append((event, float(factor[tuple(index)])))
        later = factor
    return rows

"""Which nodes of a trie share a forward pass.

A *pack* is a row of a pass: consecutive nodes, and the path down to the first of them, which is
computed again. Where many nodes follow one long text, its keys and values are kept instead: it
is a *trunk*, and packs start below it. Widths are chosen by a model of cost: a wide pack repeats
fewer paths, a narrow one wastes less attention between texts that have nothing to do with each
other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from causal_magics.language.token_trie import Indices, TokenTrie


@dataclass(frozen=True)
class Limits:
    """Sizes of packs and passes, in tokens.

    Parameters
    ----------
    pass_tokens : int
        Of one forward pass.
    heavy : int
        A text is a trunk only if so many tokens follow it.
    trunk : int
        The shortest trunk.
    attention : float
        Cost of a key for one token, in units of what a token costs elsewhere.
    overhead : float
        Cost of one more pack, in the same units.
    copying : float
        Cost of one more pack for each token of the trunk that it follows.
    """

    pass_tokens: int = 512
    heavy: int = 256
    trunk: int = 8
    attention: float = 1 / 3000
    overhead: float = 2.0
    copying: float = 1 / 100


@dataclass
class Trunk:
    """A text whose keys and values are kept while what follows it is computed.

    Attributes
    ----------
    nodes : list of int
        Its nodes, from the trunk above it (or a root) down.
    length : int
        Its length from the root.
    packs : list of array
        Nodes of each pack, a path and what follows it.
    trunks : list of Trunk
        The trunks that follow it.
    """

    nodes: list[int]
    length: int
    packs: list[Indices] = field(default_factory=list)
    trunks: list[Trunk] = field(default_factory=list)


def plan(trie: TokenTrie, limits: Limits) -> Trunk:
    """Return packs and trunks that cover all nodes, below a trunk without nodes."""
    root = Trunk([], 0)
    ends = _trunk_ends(trie, limits)
    trunks = {-1: root}
    above = _nearest(trie, ends)
    for node in ends.tolist():
        parent = trunks[int(above[node])]
        trunk = Trunk(trie.path(node, int(above[node])), int(trie.depths[node]) + 1)
        parent.trunks.append(trunk)
        trunks[node] = trunk
    members = _members(trie, ends, above)
    for node, trunk in trunks.items():
        trunk.packs.extend(_packs(trie, members[above[members] == node], node, limits))
    return root


def _trunk_ends(trie: TokenTrie, limits: Limits) -> Indices:
    """Return where trunks end: where a long heavy path branches into heavy ones, or stops."""
    sizes = trie.ends - np.arange(trie.size)
    heavy = np.flatnonzero(sizes >= limits.heavy)
    heavy_children = np.zeros(trie.size + 1, dtype=np.int64)
    np.add.at(heavy_children, trie.parents[heavy], 1)
    start = {-1: -1}
    found = []
    for node in heavy.tolist():
        begun = start[int(trie.parents[node])]
        if heavy_children[node] != 1 and trie.depths[node] - begun >= limits.trunk:
            found.append(node)
            begun = int(trie.depths[node])
        start[node] = begun
    return np.array(found, dtype=np.int64)


def _nearest(trie: TokenTrie, ends: Indices) -> Indices:
    """Return for each node the end of the trunk that it follows, -1 where there is none."""
    above = np.full(trie.size, -1)
    for node in ends.tolist():
        above[node + 1 : trie.ends[node]] = node
    return above


def _members(trie: TokenTrie, ends: Indices, above: Indices) -> Indices:
    """Return the nodes that packs must cover: all but those which only trunks go through."""
    if not len(ends):
        return np.arange(trie.size)
    on_trunk = np.zeros(trie.size, dtype=bool)
    for end in ends.tolist():
        on_trunk[trie.path(end, int(above[end]))] = True
    needed = ~on_trunk
    for node in np.flatnonzero(needed & (trie.parents >= 0)).tolist():
        parent = int(trie.parents[node])
        while parent != above[node] and not needed[parent]:
            needed[parent] = True
            parent = int(trie.parents[parent])
    return np.flatnonzero(needed)


def _packs(trie: TokenTrie, members: Indices, trunk: int, limits: Limits) -> Iterator[Indices]:
    """Return the packs of nodes below a trunk, cut where that is cheapest."""
    length = int(trie.depths[trunk]) + 1 if trunk >= 0 else 0
    fixed = limits.overhead + limits.copying * length
    paths = np.append(trie.depths[members] - length, 0)
    start = 0
    while start < len(members):
        widest = min(len(members) - start, limits.heavy + limits.trunk)
        counts = np.arange(1, widest + 1)
        widths = paths[start] + counts
        cost = widths * (1 + limits.attention * (length + widths)) + fixed
        repeated = paths[start + counts]
        best = int(np.argmin((cost + repeated) / counts)) + 1
        path = trie.path(int(members[start]), trunk)[:-1]
        yield np.array([*path, *members[start : start + best]], dtype=np.int64)
        start += best


def batches(packs: list[Indices], limits: Limits, length: int = 0) -> Iterator[list[Indices]]:
    """Return passes: packs of like width, as many as fit.

    Parameters
    ----------
    packs : list of array
    limits : Limits
    length : int
        How many tokens precede each pack; their keys and values take room in every row.
    """
    batch: list[Indices] = []
    for pack in sorted(packs, key=len, reverse=True):
        rows, width = len(batch) + 1, len(batch[0]) if batch else 0
        if width * rows > limits.pass_tokens or (length + width) * rows > 4 * limits.pass_tokens:
            yield batch
            batch = []
        batch.append(pack)
    if batch:
        yield batch

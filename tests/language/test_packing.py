"""Packs and trunks cover a trie, and each holds what its nodes follow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from language.token_pairs import token_pairs

from causal_magics.language.naive import TokenPair
from causal_magics.language.packing import Limits, Trunk, batches, plan
from causal_magics.language.token_trie import TokenTrie, token_tries

SMALL = st.builds(
    Limits,
    pass_tokens=st.integers(1, 40),
    heavy=st.integers(1, 12),
    trunk=st.integers(1, 6),
    attention=st.floats(0, 0.5),
    overhead=st.floats(0, 5),
)


def covered(trie: TokenTrie, trunk: Trunk, before: list[int]) -> set[int]:
    """Return the nodes below a trunk, each of which must find its path in its own row."""
    nodes = set()
    for pack in trunk.packs:
        assert len(set(pack.tolist())) == len(pack)
        for node in pack.tolist():
            assert set(trie.path(node)) <= {*pack.tolist(), *before}
        nodes |= set(pack.tolist())
    for below in trunk.trunks:
        path = [*before, *below.nodes]
        assert path == trie.path(path[-1])
        assert below.length == len(path)
        nodes |= {*below.nodes, *covered(trie, below, path)}
    return nodes


@given(token_pairs(), SMALL)
def test_every_node_is_computed_after_its_path(pairs: list[TokenPair], limits: Limits) -> None:
    for trie in token_tries(pairs):
        assert covered(trie, plan(trie, limits), []) == set(range(trie.size))


@given(token_pairs(), SMALL)
def test_passes_hold_all_packs_within_their_size(pairs: list[TokenPair], limits: Limits) -> None:
    for trie in token_tries(pairs):
        packs = plan(trie, limits).packs
        passes = list(batches(packs, limits))
        assert sum(len(batch) for batch in passes) == len(packs)
        for batch in passes:
            widest = max(len(pack) for pack in batch)
            assert len(batch) == 1 or widest * len(batch) <= limits.pass_tokens


def one_trie(pairs: list[TokenPair]) -> TokenTrie:
    (trie,) = token_tries(pairs)
    return trie


def test_a_long_shared_text_is_a_trunk() -> None:
    shared = list(range(100))
    trie = one_trie([([*shared, 200 + k, 300 + k], [1, 2]) for k in range(300)])
    root = plan(trie, Limits())
    (trunk,) = root.trunks
    assert trunk.nodes == list(range(100))
    assert not root.packs
    assert sum(len(pack) for pack in trunk.packs) == trie.size - 100


def test_a_trunk_continues_another() -> None:
    shared, topics = list(range(100)), [list(range(100 + 50 * k, 150 + 50 * k)) for k in (1, 2)]
    pairs = [([*shared, *topic, 300 + k], [1, 2]) for topic in topics for k in range(300)]
    (trunk,) = plan(one_trie(pairs), Limits()).trunks
    assert (trunk.length, [below.length for below in trunk.trunks]) == (100, [150, 150])


def test_what_branches_off_a_trunk_does_not_repeat_it_whole() -> None:
    shared = list(range(100))
    pairs: list[TokenPair] = [([*shared, 200 + k, 300 + k], [1, 2]) for k in range(300)]
    pairs.append(([*shared[:10], 399], [1, 2]))
    root = plan(one_trie(pairs), Limits())
    assert [len(pack) for pack in root.packs] == [12]


@pytest.mark.parametrize("length", [40, 400, 2000])
def test_unrelated_texts_repeat_nothing(length: int) -> None:
    rng = np.random.default_rng(0)
    pairs = [([first, *rng.integers(0, 400, length).tolist()], [1]) for first in range(12)]
    trie = one_trie(pairs)
    computed = []

    def walk(trunk: Trunk) -> None:
        computed.extend([len(trunk.nodes), *(len(pack) for pack in trunk.packs)])
        for below in trunk.trunks:
            walk(below)

    walk(plan(trie, Limits()))
    assert sum(computed) == trie.size == 12 * (length + 1)

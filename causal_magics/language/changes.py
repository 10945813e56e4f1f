"""What replaces what: the changes that mediators bring when they are as in another text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from causal_magics.language.anatomy import Anatomy, input_weight
from causal_magics.language.tracing import Trace

if TYPE_CHECKING:
    from torch import Tensor

Changes = Callable[[int], "Tensor | None"]
"""From a layer to changes of its hidden states, shape (texts, rows, open, hidden)."""
Override = Literal["output", "attention"]


def head_outputs(anatomy: Anatomy, layer: int, run: Trace, donor: Trace, how: Override) -> Tensor:
    """Return what the heads of a layer would give with the donor's output, or its attention.

    Shape (texts, open, heads, head size).
    """
    import torch

    theirs = donor.layers[layer]
    if how == "output":
        return theirs.heads
    ours = run.layers[layer]
    values = torch.cat([ours.prefix_values, ours.values], dim=1)
    values = values.repeat_interleave(anatomy.n_heads // anatomy.n_key_value_heads, dim=2)
    return torch.einsum("bhsk,bkhd->bshd", theirs.attention, values)


def head_changes(
    anatomy: Anatomy,
    run: Trace,
    donor: Trace,
    how: Override = "output",
    chosen: Sequence[Sequence[int]] | None = None,
) -> Changes:
    """Return the changes by each head, for `middle` of `swept`.

    Parameters
    ----------
    anatomy : Anatomy
    run, donor : Trace
        Passes over texts of the same lengths.
    how : {"output", "attention"}
        Whether a head takes over its output, or its attention weights on its own values.
    chosen : sequence of sequence of int, optional
        For each layer which heads; all of them where not given.
    """
    import torch

    def changes(layer: int) -> Tensor | None:
        which = range(anatomy.n_heads) if chosen is None else chosen[layer]
        if not len(which):
            return None
        moved = head_outputs(anatomy, layer, run, donor, how) - run.layers[layer].heads
        heads = torch.tensor(list(which), device=moved.device)
        found: Tensor = torch.einsum(
            "bshd,hdo->bhso", moved[:, :, heads], anatomy.head_outputs[layer][heads]
        )
        return found

    return changes


def head_removals(anatomy: Anatomy, run: Trace, chosen: NDArray[np.bool_]) -> Changes:
    """Return the changes by the absence of each chosen head, for `middle` of `swept`.

    Parameters
    ----------
    anatomy : Anatomy
    run : Trace
    chosen : array of bool, shape (layers, heads)
    """
    import torch

    def changes(layer: int) -> Tensor | None:
        which = np.flatnonzero(chosen[layer])
        if not len(which):
            return None
        heads = torch.from_numpy(which).to(run.hidden[0].device)
        outputs = run.layers[layer].heads[:, :, heads]
        found: Tensor = torch.einsum("bshd,hdo->bhso", outputs, -anatomy.head_outputs[layer][heads])
        return found

    return changes


def neuron_changes(
    anatomy: Anatomy, run: Trace, donor: Trace, chosen: Sequence[Sequence[int]]
) -> Changes:
    """Return the changes by each chosen neuron, for `after` of `swept`."""
    import torch

    def changes(layer: int) -> Tensor | None:
        if not len(chosen[layer]):
            return None
        which = torch.tensor(list(chosen[layer]), device=run.hidden[0].device)
        moved = (donor.layers[layer].neurons - run.layers[layer].neurons)[..., which]
        weights = input_weight(anatomy.layers[layer].down)[which]
        found: Tensor = torch.einsum("bsn,no->bnso", moved, weights)
        return found

    return changes


def layer_changes(run: Trace, donor: Trace) -> Changes:
    """Return the change by what a whole layer adds, for `after` of `swept`."""

    def changes(layer: int) -> Tensor:
        added = [each.hidden[layer + 1] - each.hidden[layer] for each in (donor, run)]
        return (added[0] - added[1])[:, None]

    return changes


def position_changes(run: Trace, donor: Trace) -> Changes:
    """Return the change of the hidden state at each open column, for `after` of `swept`."""
    import torch

    def changes(layer: int) -> Tensor:
        moved = donor.hidden[layer + 1] - run.hidden[layer + 1]
        n_open = moved.shape[1]
        one = torch.eye(n_open, dtype=moved.dtype, device=moved.device)
        return moved[:, None] * one[None, :, :, None]

    return changes

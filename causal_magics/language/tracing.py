"""A forward pass that can be looked into: hidden states, attention, heads and neurons of texts.

Texts stand side by side, their ends aligned. The columns before `Texts.start` are the same in the
texts that are compared, so that only their keys and values are needed: the columns from there on
are called open, and hidden states have the shape (texts, rows, open columns, hidden), with as many
rows for each text as there are interventions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from causal_magics.language.anatomy import Anatomy

if TYPE_CHECKING:
    from torch import Tensor

Replace = Callable[["Tensor"], "Tensor"]

MASKED = -1e9


@dataclass(frozen=True, eq=False)
class Texts:
    """Tokens of several texts, filled up on the left.

    Parameters
    ----------
    tokens : Tensor, shape (texts, tokens)
    pads : Tensor, shape (texts,)
        How many columns on the left are filling.
    start : int
        The first open column.
    """

    tokens: Tensor
    pads: Tensor
    start: int

    @classmethod
    def whole(cls, tokens: Tensor) -> Texts:
        """Return texts of one length, every column open."""
        import torch

        return cls(tokens, torch.zeros(len(tokens), dtype=torch.long, device=tokens.device), 0)

    @classmethod
    def aligned(cls, texts: Sequence[Sequence[int]], n_open: int, device: Any) -> Texts:
        """Return texts of any lengths with their last `n_open` columns open."""
        import torch

        longest = max(n_open, *(len(text) for text in texts))
        pads = [longest - len(text) for text in texts]
        rows = [[0] * pad + list(text) for pad, text in zip(pads, texts, strict=True)]
        return cls(
            torch.tensor(rows, device=device), torch.tensor(pads, device=device), longest - n_open
        )

    @cached_property
    def positions(self) -> Tensor:
        """The place of each token in its text; zero for filling."""
        import torch

        columns = torch.arange(self.tokens.shape[1], device=self.tokens.device)
        return (columns[None] - self.pads[:, None]).clamp(min=0)

    def bias(self, start: int) -> Tensor:
        """Return what is added to scores, for the columns from `start`: shape (texts, open, all).

        Zero for tokens at or before a column that are no filling, and very negative elsewhere.
        """
        import torch

        columns = torch.arange(self.tokens.shape[1], device=self.tokens.device)
        seen = columns[None, None] <= columns[start:, None]
        real = columns[None, None] >= self.pads[:, None, None]
        return torch.where(seen & real, 0.0, MASKED)


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """What one layer did with texts.

    Parameters
    ----------
    prefix_keys, prefix_values : Tensor, shape (texts, columns before, key-value heads, head size)
    values : Tensor, shape (texts, open, key-value heads, head size)
    attention : Tensor, shape (texts, heads, open, all columns)
    heads : Tensor, shape (texts, open, heads, head size)
        Outputs of the heads, before the output projection.
    middle : Tensor, shape (texts, open, hidden)
        The hidden states after the attention.
    neurons : Tensor, shape (texts, open, neurons)
    """

    prefix_keys: Tensor
    prefix_values: Tensor
    values: Tensor
    attention: Tensor
    heads: Tensor
    middle: Tensor
    neurons: Tensor


@dataclass(frozen=True, eq=False)
class Trace:
    """What a network did with texts.

    Parameters
    ----------
    texts : Texts
    hidden : tuple of Tensor, each (texts, open, hidden)
        The input of each layer, and the output of the last.
    layers : tuple of LayerTrace
    """

    texts: Texts
    hidden: tuple[Tensor, ...]
    layers: tuple[LayerTrace, ...]


@dataclass(frozen=True, eq=False)
class View:
    """How the open columns of texts see the others.

    Parameters
    ----------
    bias : Tensor, shape (texts, open, all columns)
    rotation : (Tensor, Tensor) or None
        Cosines and sines, each (texts, open, rotated dimensions).
    """

    bias: Tensor
    rotation: tuple[Tensor, Tensor] | None

    @classmethod
    def of(cls, anatomy: Anatomy, texts: Texts, start: int, like: Tensor) -> View:
        """Return the view of the columns from `start`."""
        bias = texts.bias(start).to(like.dtype)
        if anatomy.rotate is None:
            return cls(bias, None)
        cosines, sines = anatomy.rotate(like, texts.positions[:, start:])
        return cls(bias, (cosines, sines))

    def rows(self, texts: slice) -> View:
        """Return the view of some texts."""
        rotation = self.rotation and (self.rotation[0][texts], self.rotation[1][texts])
        return View(self.bias[texts], rotation)


@dataclass(frozen=True, eq=False)
class Attended:
    """What attention gives: the outputs of heads, the weights, and open keys and values."""

    heads: Tensor
    weights: Tensor
    keys: Tensor
    values: Tensor


def attend(
    anatomy: Anatomy,
    layer: int,
    hidden: Tensor,
    view: View,
    prefix: tuple[Tensor, Tensor] | None = None,
    *,
    columns: Tensor | None = None,
    replace_weights: Replace | None = None,
) -> Attended:
    """Run the heads of a layer.

    Parameters
    ----------
    anatomy : Anatomy
    layer : int
    hidden : Tensor, shape (texts, rows, open, hidden)
    view : View
    prefix : (Tensor, Tensor), optional
        Keys and values of the columns before: `LayerTrace.prefix_keys` and `prefix_values`.
    columns : Tensor, optional
        The open columns that ask; all of them where not given.
    replace_weights : callable, optional
        Replaces attention weights (texts, key-value heads, rows, group, columns, all columns).

    Returns
    -------
    Attended
        Its heads have the shape (texts, rows, columns, heads, head size).
    """
    import torch

    parts = anatomy.layers[layer]
    query, key, value = parts.project(parts.attention_norm(hidden))
    if view.rotation is not None:
        query, key = (rotated(part, *view.rotation) for part in (query, key))
    bias = view.bias
    if columns is not None:
        query, bias = query[:, :, columns], bias[:, columns]
    groups, size = anatomy.n_key_value_heads, anatomy.head_size
    query = query.unflatten(3, (groups, -1)).permute(0, 3, 1, 4, 2, 5)
    n_texts, _, n_rows, n_group, n_columns, _ = query.shape
    shape = (n_texts, groups, n_rows, n_group, n_columns, -1)
    query = query.reshape(n_texts * groups * n_rows, n_group * n_columns, size)
    keys = key.permute(0, 3, 1, 4, 2).reshape(n_texts * groups * n_rows, size, -1)
    values = value.permute(0, 3, 1, 2, 4).reshape(n_texts * groups * n_rows, -1, size)
    scores = (query @ keys).view(shape)
    n_before = 0
    if prefix is not None and prefix[0].shape[1]:
        before = prefix[0].permute(0, 2, 3, 1).reshape(n_texts * groups, size, -1)
        n_before = before.shape[-1]
        joined = query.view(n_texts * groups, -1, size) @ before
        scores = torch.cat([joined.view(shape), scores], dim=-1)
    weights = (scores * parts.scaling + bias[:, None, None, None]).softmax(dim=-1)
    if replace_weights is not None:
        weights = replace_weights(weights)
    own = weights[..., n_before:].reshape(n_texts * groups * n_rows, n_group * n_columns, -1)
    heads = own @ values
    if n_before:
        assert prefix is not None
        earlier = prefix[1].permute(0, 2, 1, 3).reshape(n_texts * groups, n_before, size)
        joined = weights[..., :n_before].reshape(n_texts * groups, -1, n_before) @ earlier
        heads = heads + joined.view_as(heads)
    heads = heads.view(*shape[:-1], size).permute(0, 2, 4, 1, 3, 5).flatten(3, 4)
    return Attended(heads, weights, key, value)


def rotated(states: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Rotate queries or keys (texts, rows, open, heads, head size) to their positions."""
    import torch

    cosines, sines = cosines[:, None, :, None], sines[:, None, :, None]
    turned, kept = states.split([cosines.shape[-1], states.shape[-1] - cosines.shape[-1]], dim=-1)
    first, second = turned.chunk(2, dim=-1)
    turned = turned * cosines + torch.cat([-second, first], dim=-1) * sines
    return torch.cat([turned, kept], dim=-1)


def trace(anatomy: Anatomy, texts: Texts) -> Trace:
    """Run texts through a network and keep what each layer did with their open columns.

    Under `torch.inference_mode`, or with gradients.
    """
    start = texts.start
    state = anatomy.embed(texts.tokens, texts.positions)[:, None]
    view = View.of(anatomy, texts, 0, state)
    hidden, layers = [state[:, 0, start:]], []
    for index, parts in enumerate(anatomy.layers):
        found = attend(anatomy, index, state, view)
        middle = state + parts.output(found.heads.flatten(3))
        neurons = parts.neurons(parts.mlp_norm(state if parts.parallel else middle))
        state = middle + parts.down(neurons)
        weights = found.weights.permute(0, 2, 1, 3, 4, 5).flatten(2, 3)[:, 0]
        layers.append(
            LayerTrace(
                found.keys[:, 0, :start], found.values[:, 0, :start], found.values[:, 0, start:],
                weights[:, :, start:], found.heads[:, 0, start:], middle[:, 0, start:],
                neurons[:, 0, start:],
            )
        )  # fmt: skip
        hidden.append(state[:, 0, start:])
    return Trace(texts, tuple(hidden), tuple(layers))

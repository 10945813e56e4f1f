"""What stands in a cut network where the library's own modules cannot: they import torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from transformers.cache_utils import Cache

__all__ = ["GatherLinear", "HeadlessAttention", "SpreadLinear"]


class _PlacedLinear(nn.Linear):
    """A projection of heads that stand in other places.

    Parameters
    ----------
    linear : Linear
        Its parameters are taken over.
    head_size : int
    places : sequence of int
        Which head is taken for each place.
    """

    def __init__(self, linear: Any, head_size: int, places: Sequence[int]) -> None:
        nn.Module.__init__(self)
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.weight, self.bias = linear.weight, linear.bias
        self.head_size = head_size
        self.places = list(places)

    def _placed(self, values: Tensor) -> Tensor:
        heads: Tensor = values.unflatten(-1, (-1, self.head_size))
        return heads[..., self.places, :].flatten(-2)


class SpreadLinear(_PlacedLinear):
    """A projection that gives the heads it has, some of them several times."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - what torch calls it
        """Return heads side by side, shape (…, places × head size)."""
        return self._placed(super().forward(input))


class GatherLinear(_PlacedLinear):
    """A projection that reads only some of the heads it is given."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - what torch calls it
        """Return what is written for heads that stand side by side."""
        return super().forward(self._placed(input))


class HeadlessAttention(nn.Module):
    """An attention without heads: it writes the bias of its output projection, or nothing.

    Parameters
    ----------
    output_name : str
        What the output projection is called in saved parameters.
    output : module
        The output projection, which takes no values.
    layer : int
        Its number among the layers.
    """

    def __init__(self, output_name: str, output: Any, layer: int) -> None:
        super().__init__()
        self.output_name = output_name
        self.layer = layer
        setattr(self, output_name, output)

    def forward(self, hidden_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, None]:
        """Return what is added to the hidden states, and no attention weights."""
        for each in (*args, *kwargs.values()):
            if isinstance(each, Cache):  # it counts tokens by what a layer puts into it
                rows, length = hidden_states.shape[:2]
                nothing = hidden_states.new_zeros(rows, 1, length, 1)
                each.update(nothing, nothing, self.layer)
        bias = getattr(self, self.output_name).bias
        written = torch.zeros_like(hidden_states)
        return (written if bias is None else written + bias), None

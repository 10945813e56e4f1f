"""What stands in a cut network where the library's own modules cannot: they import torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from transformers.cache_utils import Cache

__all__ = ["GatherLinear", "HeadlessAttention", "SpreadLinear"]


class SpreadLinear(nn.Linear):
    """A projection that gives the heads it has, some of them several times.

    Parameters
    ----------
    linear : Linear
        Its parameters are taken over.
    head_size : int
    places : sequence of int
        Which head is given in each place.
    """

    def __init__(self, linear: Any, head_size: int, places: Sequence[int]) -> None:
        _take_over(self, linear)
        self.head_size = head_size
        self.places = list(places)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - what torch calls it
        """Return heads side by side, shape (…, places × head size)."""
        return _chosen(super().forward(input), self.head_size, self.places)


class GatherLinear(nn.Linear):
    """A projection that reads only some of the heads it is given.

    Parameters
    ----------
    linear : Linear
        Its parameters are taken over.
    head_size : int
    places : sequence of int
        Where the heads stand that it reads.
    """

    def __init__(self, linear: Any, head_size: int, places: Sequence[int]) -> None:
        _take_over(self, linear)
        self.head_size = head_size
        self.places = list(places)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - what torch calls it
        """Return what is written for heads that stand side by side."""
        return super().forward(_chosen(input, self.head_size, self.places))


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


def _take_over(module: nn.Linear, linear: Any) -> None:
    nn.Module.__init__(module)
    module.in_features, module.out_features = linear.in_features, linear.out_features
    module.weight, module.bias = linear.weight, linear.bias


def _chosen(values: Tensor, head_size: int, places: Sequence[int]) -> Tensor:
    heads: Tensor = values.unflatten(-1, (-1, head_size))
    return heads[..., list(places), :].flatten(-2)

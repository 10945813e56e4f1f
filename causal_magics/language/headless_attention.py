"""What stands in a layer all of whose heads are removed."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers.cache_utils import Cache

__all__ = ["HeadlessAttention"]


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

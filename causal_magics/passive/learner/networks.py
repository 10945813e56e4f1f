"""The networks: one that has no names for variables, and one that has.

Both read rows of episodes in order and say after each row what to do next, what the goal is
expected to be where a variable has a value, and which variable causes which.
"""

from __future__ import annotations

from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional

from causal_magics.passive.learner.features import (
    FEATURES,
    GOAL,
    GOAL_VALUE,
    IS_SET,
    NEXT_COUNTS,
    ROW_SETTING,
    SETTING,
    VALUE,
)
from causal_magics.passive.learner.settings import NetworkSettings

__all__ = ["AxialNetwork", "FlatNetwork", "PolicyNetwork", "network_of"]

_NEVER = -1e9
_RARE_EDGE = -1.0
_OF_VARIABLES = (VALUE, IS_SET, SETTING, GOAL)
_OF_ROWS = (GOAL_VALUE, ROW_SETTING, NEXT_COUNTS)


class PolicyNetwork(nn.Module):
    """A network with three read-outs of the state after each row."""

    def states(self, read: Tensor, *, last: bool = False) -> Tensor:
        """Return the state after each row.

        Parameters
        ----------
        read : tensor, shape (episodes, rows, variables, 7)
            Of `features`.
        last : bool
            Whether the state after the last row is all that is asked for.
        """
        raise NotImplementedError

    def actions(self, states: Tensor, read: Tensor) -> Tensor:
        """Return logits of the next action, shape (episodes, rows, 2 × variables + 1)."""
        raise NotImplementedError

    def outcomes(self, states: Tensor) -> Tensor:
        """Return coefficients of the goal's value, shape (episodes, rows, variables, 3).

        With a variable at x the goal is expected at c[0] + c[1] max(x, 0) + c[2] max(-x, 0).
        """
        raise NotImplementedError

    def beliefs(self, states: Tensor) -> Tensor:
        """Return logits of i → j, shape (episodes, rows, variables, variables).

        No gradient runs from here into the states: what is read out was learned for acting.
        """
        raise NotImplementedError


class AxialNetwork(PolicyNetwork):
    """A token for each row and variable; renaming variables renames what it does.

    In each layer a token attends to the same variable's earlier rows; then it hears of the row's
    set variable, the goal, and the mean of all variables, and is passed through a perceptron.

    Parameters
    ----------
    settings : NetworkSettings
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        width = settings.width
        self.embedding = _embedding(FEATURES, width, (IS_SET, SETTING, ROW_SETTING))
        self.layers = nn.ModuleList(
            _AxialLayer(width, settings.heads) for _ in range(settings.layers)
        )
        self.norm = nn.LayerNorm(width)
        self.setting = nn.Linear(width, 2)
        self.watching = nn.Linear(width, 1)
        self.outcome = nn.Linear(width, 3)
        self.cause, self.effect = nn.Linear(width, width), nn.Linear(width, width)
        self.edge = nn.Parameter(torch.tensor(_RARE_EDGE))

    def states(self, read: Tensor, *, last: bool = False) -> Tensor:
        """Return the state after each row, shape (episodes, rows, variables, width)."""
        variables = read.shape[2]
        mean = torch.full_like(read[..., IS_SET], 1 / sqrt(variables))
        heard = torch.stack([read[..., IS_SET], read[..., GOAL], mean], dim=2)
        states: Tensor = self.embedding(read)
        futures = _futures(read.shape[1], len(self.layers), last=last)
        for layer, future in zip(self.layers, futures, strict=True):
            states = layer(states, heard, future)
        normed: Tensor = self.norm(states)
        return normed

    def actions(self, states: Tensor, read: Tensor) -> Tensor:
        """Return logits of the next action, shape (episodes, rows, 2 × variables + 1)."""
        settings = self.setting(states).masked_fill(read[..., GOAL, None] > 0, _NEVER)
        watching = self.watching(states.mean(dim=2))
        return _without_watching(torch.cat([watching, settings.flatten(2)], dim=2), read)

    def outcomes(self, states: Tensor) -> Tensor:
        """Return coefficients of the goal's value, shape (episodes, rows, variables, 3)."""
        coefficients: Tensor = self.outcome(states)
        return coefficients

    def beliefs(self, states: Tensor) -> Tensor:
        """Return logits of i → j, shape (episodes, rows, variables, variables)."""
        states = states.detach()
        scores: Tensor = self.cause(states) @ self.effect(states).transpose(-1, -2)
        return scores / sqrt(states.shape[-1]) + self.edge


class _AxialLayer(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention = _Attention(width, heads)
        self.attention_norm, self.norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.own = nn.Linear(width, 2 * width)
        self.heard = nn.Linear(3 * width, 2 * width, bias=False)
        self.out = nn.Linear(2 * width, width)

    def forward(self, states: Tensor, heard: Tensor, future: Tensor) -> Tensor:
        first = states.shape[1] - len(future)
        by_variable = self.attention_norm(states).transpose(1, 2)
        states = states[:, first:] + self.attention(by_variable, future).transpose(1, 2)
        normed = self.norm(states)
        row = self.heard((heard[:, first:] @ normed).flatten(2))[:, :, None]
        out: Tensor = self.out(functional.gelu(self.own(normed) + row))
        return states + out


class FlatNetwork(PolicyNetwork):
    """A token for each row, in which every variable has its place.

    Parameters
    ----------
    settings : NetworkSettings
        With a number of variables.
    """

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        width, self.variables = settings.width, settings.variables
        inputs = len(_OF_VARIABLES) * self.variables + len(_OF_ROWS)
        of_interventions = (*range(self.variables, 3 * self.variables), inputs - 2)
        self.embedding = _embedding(inputs, width, of_interventions)
        self.positions = nn.Parameter(torch.zeros(settings.rows, width))
        self.layers = nn.ModuleList(
            _FlatLayer(width, settings.heads) for _ in range(settings.layers)
        )
        self.norm = nn.LayerNorm(width)
        self.action = nn.Linear(width, 2 * self.variables + 1)
        self.outcome = nn.Linear(width, 3 * self.variables)
        self.edge = nn.Linear(width, self.variables**2)

    def states(self, read: Tensor, *, last: bool = False) -> Tensor:
        """Return the state after each row, shape (episodes, rows, width)."""
        of_variables = read[..., _OF_VARIABLES].transpose(2, 3).flatten(2)
        inputs = torch.cat([of_variables, read[:, :, 0, _OF_ROWS]], dim=2)
        states: Tensor = self.embedding(inputs) + self.positions[: read.shape[1]]
        futures = _futures(read.shape[1], len(self.layers), last=last)
        for layer, future in zip(self.layers, futures, strict=True):
            states = layer(states, future)
        normed: Tensor = self.norm(states)
        return normed

    def actions(self, states: Tensor, read: Tensor) -> Tensor:
        """Return logits of the next action, shape (episodes, rows, 2 × variables + 1)."""
        is_goal = read[..., GOAL].repeat_interleave(2, dim=2) > 0
        logits = self.action(states)
        settings = logits[..., 1:].masked_fill(is_goal, _NEVER)
        return _without_watching(torch.cat([logits[..., :1], settings], dim=2), read)

    def outcomes(self, states: Tensor) -> Tensor:
        """Return coefficients of the goal's value, shape (episodes, rows, variables, 3)."""
        coefficients: Tensor = self.outcome(states).unflatten(2, (self.variables, 3))
        return coefficients

    def beliefs(self, states: Tensor) -> Tensor:
        """Return logits of i → j, shape (episodes, rows, variables, variables)."""
        scores: Tensor = self.edge(states.detach())
        logits: Tensor = scores.unflatten(2, (self.variables, self.variables))
        return logits


class _FlatLayer(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention = _Attention(width, heads)
        self.attention_norm, self.norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.own, self.out = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, states: Tensor, future: Tensor) -> Tensor:
        first = states.shape[1] - len(future)
        states = states[:, first:] + self.attention(self.attention_norm(states), future)
        out: Tensor = self.out(functional.gelu(self.own(self.norm(states))))
        return states + out


class _Attention(nn.Module):
    """Attention to rows up to one's own; the last but one axis is rows.

    Of the rows that have a row in `future`, which are the last ones.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.inward = nn.Linear(width, 3 * width, bias=False)
        self.outward = nn.Linear(width, width, bias=False)

    def forward(self, states: Tensor, future: Tensor) -> Tensor:
        parts = self.inward(states).unflatten(-1, (3, self.heads, -1))
        query, key, value = (part.transpose(-2, -3) for part in parts.unbind(-3))
        query = query[..., query.shape[-2] - len(future) :, :]
        weights = (query @ key.transpose(-1, -2)) / sqrt(query.shape[-1]) + future
        mixed = weights.softmax(dim=-1) @ value
        outward: Tensor = self.outward(mixed.transpose(-2, -3).flatten(-2))
        return outward


def network_of(settings: NetworkSettings) -> PolicyNetwork:
    """Return a network with first weights as torch draws them now."""
    return AxialNetwork(settings) if settings.network == "axial" else FlatNetwork(settings)


def _embedding(inputs: int, width: int, silent: tuple[int, ...]) -> nn.Linear:
    """Return a layer in which some inputs have no effect until training gives them one.

    So what never occurs in a log does not disturb when it is met later.
    """
    layer = nn.Linear(inputs, width)
    with torch.no_grad():
        layer.weight[:, list(silent)] = 0.0
    return layer


def _futures(rows: int, layers: int, *, last: bool) -> list[Tensor]:
    """Return for each layer what is added to its attention: nothing but for later rows.

    Where the last row is all that is asked for, the last layer has that one alone.
    """
    future = torch.full((rows, rows), _NEVER).triu(1)
    return [*[future] * (layers - 1), future[-1:] if last else future]


def _without_watching(logits: Tensor, read: Tensor) -> Tensor:
    """Leave nothing to nature where outcomes count."""
    counts = read[:, :, 0, NEXT_COUNTS, None] > 0
    watching = logits[..., :1].masked_fill(counts, _NEVER)
    return torch.cat([watching, logits[..., 1:]], dim=2)

"""What a learner is made of and how it is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from causal_magics.errors import OptionError, PassiveError
from causal_magics.options import check_count, check_option, check_positive

__all__ = ["Hidden", "Network", "NetworkSettings", "TrainingSettings", "check_fits"]

Network = Literal["axial", "flat"]
"""Which network.

axial
    A token for each row and variable; renaming variables renames what it does, and graphs may have
    any number of them.
flat
    A token for each row, with a place for each variable.
"""

Hidden = Literal["goal value"]
"""What can be kept from a network."""


@dataclass(frozen=True)
class NetworkSettings:
    """The size of a network.

    Parameters
    ----------
    network : {"axial", "flat"}
    variables, rows : int
        Of a flat network: how many it has places for.
    width, layers, heads : int
    """

    network: Network = "axial"
    variables: int = 5
    rows: int = 13
    width: int = 48
    layers: int = 2
    heads: int = 4

    def __post_init__(self) -> None:
        check_option("network", self.network, get_args(Network))
        for name in ("variables", "rows", "width", "layers", "heads"):
            check_count(name, getattr(self, name))
            object.__setattr__(self, name, int(getattr(self, name)))
        if self.width % self.heads:
            raise OptionError(
                f"Expected a width that is a multiple of the {self.heads} heads, got {self.width}."
            )


@dataclass(frozen=True)
class TrainingSettings:
    """How a network is trained.

    Parameters
    ----------
    steps : int
        Of AdamW; the learning rate rises over the first twentieth and falls to zero as a cosine.
    batch : int
        Episodes to a step, of five variables; fewer where there are more.
    learning_rate : float
        The highest.
    seed : int
        Of first weights and of what is learned from when.
    hidden : {"goal value"}, optional
        What is kept from the network.
    """

    steps: int = 2500
    batch: int = 64
    learning_rate: float = 3e-3
    seed: int = 0
    hidden: Hidden | None = None

    def __post_init__(self) -> None:
        check_count("steps", self.steps)
        check_count("batch", self.batch)
        check_count("seed", self.seed, least=0)
        check_positive("learning_rate", self.learning_rate)
        if self.learning_rate >= 1:
            raise OptionError(
                f"Expected learning_rate below 1, got {self.learning_rate:g}. Give one as 3e-3."
            )
        for name in ("steps", "batch", "seed"):
            object.__setattr__(self, name, int(getattr(self, name)))
        object.__setattr__(self, "learning_rate", float(self.learning_rate))
        if self.hidden is not None:
            check_option("hidden", self.hidden, get_args(Hidden))


def check_fits(settings: NetworkSettings, variables: int, rows: int) -> None:
    """Raise `PassiveError` where a network has no place for so many variables or rows."""
    if settings.network == "flat" and (variables != settings.variables or rows > settings.rows):
        raise PassiveError(
            f"Expected {settings.variables} variables and at most {settings.rows} rows, for which "
            f"this flat network was made, got {variables} and {rows}. Train another one, or use an "
            'axial one: train(network="axial").'
        )

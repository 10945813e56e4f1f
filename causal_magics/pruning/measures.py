"""What a measure of bias is."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from causal_magics.errors import PruningError, shorten
from causal_magics.language.causal_lm import CausalLM
from causal_magics.pruning.items import Items

__all__ = ["BiasMeasure", "checked_measure"]


@runtime_checkable
class BiasMeasure(Protocol):
    """Bias along one dimension, such as gender or religion, between its groups.

    Everything else (head effects, intervals, reliability, selection) follows from the items.
    """

    @property
    def name(self) -> str:
        """What is measured, and how: ``"gender: pronouns after occupations"``."""
        ...

    @property
    def dimension(self) -> str:
        """Such as ``"gender"``."""
        ...

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups."""
        ...

    @property
    def unit(self) -> str:
        """Of scores: ``"nats"`` for log-odds."""
        ...

    def items(self, model: CausalLM) -> Items:
        """Return what the model is asked, and how scores are made of its answers.

        Raises
        ------
        PruningError
            Where the model's tokens do not allow that.
        """
        ...

    def split(self, share: float = 0.5, seed: int = 0) -> tuple[BiasMeasure, BiasMeasure]:
        """Return two measures of the same bias that have no word and no template in common.

        Parameters
        ----------
        share : float
            How much of the words and templates the first one gets.
        seed : int
            Of the random choice.

        Raises
        ------
        PruningError
            Where one of them would be without words or templates.
        """
        ...


def checked_measure(measure: object) -> BiasMeasure:
    """Return what is given, if it is a measure of bias.

    Raises
    ------
    PruningError
        Where it is not, or has one group only.
    """
    if not isinstance(measure, BiasMeasure):
        raise PruningError(
            f"Expected a measure of bias, or the name of one such as gender, got "
            f"{shorten(repr(measure))[1:-1]}. bias_measures() lists them."
        )
    if len(measure.groups) < 2:
        raise PruningError(
            f"Expected a measure of two groups or more, got {measure.name} with "
            f"{', '.join(measure.groups) or 'none'}."
        )
    return measure

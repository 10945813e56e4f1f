"""The runs behind `mediate`: totals, estimates, exact sweeps, and many mediators at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from causal_magics.language.anatomy import Anatomy
from causal_magics.language.attribution import attribution
from causal_magics.language.changes import (
    Changes,
    Override,
    head_changes,
    layer_changes,
    neuron_changes,
    position_changes,
)
from causal_magics.language.interventions import base_sums, joint_sums, swept
from causal_magics.language.tracing import Texts, Trace, trace
from causal_magics.probing.mediation_texts import Block

Mediators = Literal["heads", "neurons", "layers", "positions"]
Floats = NDArray[np.float64]
Chosen = Sequence[Sequence[int]]

JOINT_ROWS = 16
"""How many sets of mediators are run together."""


@dataclass(frozen=True, eq=False)
class Runner:
    """Runs blocks of pairs through one network.

    Parameters
    ----------
    anatomy : Anatomy
    mediators : {"heads", "neurons", "layers", "positions"}
    how : {"output", "attention"}
    n_units : int
        Mediators of a layer.
    """

    anatomy: Anatomy
    mediators: Mediators
    how: Override
    n_units: int

    def log_odds(self, block: Block, texts: Texts) -> Floats:
        """Return the log-odds of each pair under the base prompts or the others."""
        import torch

        with torch.inference_mode():
            sums = base_sums(self.anatomy, trace(self.anatomy, texts), block.wanted)
        return block.by_pair(sums.cpu().numpy())

    def estimates(self, block: Block) -> Floats:
        """Return the estimated effect of every mediator, shape (pairs, layers, units)."""
        import torch

        with torch.inference_mode():
            donor = trace(self.anatomy, block.counterfactual)
        found = attribution(self.anatomy, block.base, donor, block.wanted, self.how)
        return block.by_pair(self._aligned(getattr(found, self.mediators).cpu().numpy()))

    def effects(self, block: Block, chosen: Chosen, *, direct: bool = False) -> Floats:
        """Return the log-odds under each intervention, shape (pairs, layers, units).

        Parameters
        ----------
        block : Block
        chosen : sequence of sequence of int
            For each layer which units; the others are NaN.
        direct : bool
            Whether the text is the counterfactual and mediators are as under the base, rather
            than the other way round.
        """
        import torch

        base, donor = self._traces(block)
        if direct:
            base, donor = donor, base
        with torch.inference_mode():
            middle, after = self._changes(base, donor, chosen)
            rows = swept(self.anatomy, base, block.wanted, middle, after)
        found = np.full((len(block.owners), self.anatomy.n_layers, self.n_units), np.nan)
        n_open = base.hidden[0].shape[1]
        for layer, (early, late) in enumerate(rows):
            values = early if early is not None else late
            if values is None:
                continue
            numbers = values.cpu().numpy()
            if self.mediators == "positions":
                found[:, layer, self.n_units - n_open :] = numbers
            elif self.mediators == "layers":
                found[:, layer] = numbers
            else:
                found[:, layer, list(chosen[layer])] = numbers
        return block.by_pair(self._aligned(found))

    def joint(self, block: Block, sets: NDArray[np.bool_], *, direct: bool = False) -> Floats:
        """Return the log-odds under sets of mediators, shape (pairs, sets).

        Parameters
        ----------
        block : Block
        sets : array of bool, shape (sets, layers, units)
        direct : bool
            As for `effects`.
        """
        import torch

        base, donor = self._traces(block)
        if direct:
            base, donor = donor, base
        parts = []
        for start in range(0, len(sets), JOINT_ROWS):
            mask = torch.from_numpy(sets[start : start + JOINT_ROWS]).to(base.hidden[0].device)
            taken: dict[str, Any] = {self.mediators: mask}
            with torch.inference_mode():
                sums = joint_sums(self.anatomy, base, donor, block.wanted, how=self.how, **taken)
            parts.append(sums.cpu().numpy())
        return block.by_pair(np.concatenate(parts, axis=1))

    def _changes(self, base: Trace, donor: Trace, chosen: Chosen) -> tuple[Changes, Changes]:
        def none(_layer: int) -> None:
            return None

        ways: dict[str, Callable[[], tuple[Changes, Changes]]] = {
            "heads": lambda: (
                head_changes(self.anatomy, base, donor, self.how, chosen), none
            ),
            "neurons": lambda: (none, neuron_changes(self.anatomy, base, donor, chosen)),
            "layers": lambda: (none, layer_changes(base, donor)),
            "positions": lambda: (none, position_changes(base, donor)),
        }  # fmt: skip
        return ways[self.mediators]()

    def _traces(self, block: Block) -> tuple[Trace, Trace]:
        import torch

        with torch.inference_mode():
            return trace(self.anatomy, block.base), trace(self.anatomy, block.counterfactual)

    def _aligned(self, values: Floats) -> Floats:
        """Return values by unit; positions are counted from the end of the texts."""
        missing = self.n_units - values.shape[-1]
        if missing <= 0:
            return values
        return np.pad(values, [(0, 0), (0, 0), (missing, 0)])

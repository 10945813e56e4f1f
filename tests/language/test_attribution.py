"""Attribution against differences of the sums themselves, in double precision."""

from __future__ import annotations

import pytest
import torch
from language.tiny_models import CAUSAL_FAMILIES, tiny_network

from causal_magics.language.anatomy import Anatomy, anatomy_of
from causal_magics.language.attribution import Attribution, attribution
from causal_magics.language.changes import (
    Changes,
    Override,
    head_changes,
    layer_changes,
    neuron_changes,
    position_changes,
)
from causal_magics.language.interventions import Wanted, swept
from causal_magics.language.tracing import Texts, Trace, trace

STEP = 3e-3  # Llama's norms compute in single precision whatever the rest does


class Study:
    """Two passes of a network in double precision, and estimates of what each part does."""

    def __init__(self, family: str, how: Override = "output") -> None:
        self.anatomy: Anatomy = anatomy_of(tiny_network(family).double())
        drawn = torch.Generator().manual_seed(2)
        base = torch.randint(0, 400, (2, 7), generator=drawn)
        other = base.clone()
        other[:, 3] = torch.tensor([17, 230])
        texts = [Texts(tokens, torch.zeros(2, dtype=torch.long), 3) for tokens in (base, other)]
        weights = torch.tensor([[1.0, -1.0]] * 2, dtype=torch.double)
        self.wanted = Wanted(torch.full((2, 2), 3), torch.tensor([[5, 6]] * 2), weights)
        with torch.inference_mode():
            self.run: Trace
            self.donor: Trace
            self.run, self.donor = (trace(self.anatomy, each) for each in texts)
        self.found: Attribution = attribution(self.anatomy, texts[0], self.donor, self.wanted, how)

    def slope(self, *, middle: Changes | None = None, after: Changes | None = None) -> torch.Tensor:
        """Return how fast the sums move with a small part of each change."""

        def scaled(changes: Changes | None, step: float) -> Changes:
            def small(layer: int) -> torch.Tensor | None:
                whole = None if changes is None else changes(layer)
                return None if whole is None else step * whole

            return small

        ends = []
        with torch.inference_mode():
            for step in (STEP, -STEP):
                changes = (scaled(middle, step), scaled(after, step))
                rows = swept(self.anatomy, self.run, self.wanted, *changes)
                sums = [each for row in rows for each in row if each is not None]
                ends.append(torch.stack(sums, dim=1))
        return (ends[0] - ends[1]) / (2 * STEP)


@pytest.mark.parametrize("family", CAUSAL_FAMILIES)
def test_estimates_are_slopes(family: str) -> None:
    study = Study(family)
    anatomy, run, donor = study.anatomy, study.run, study.donor
    n_neurons = anatomy.n_neurons
    neurons = (tuple(range(n_neurons)),) * 3
    close = {"rtol": 5e-3, "atol": 1e-3}
    heads = study.slope(middle=head_changes(anatomy, run, donor))
    torch.testing.assert_close(study.found.heads, heads, **close)
    by_neuron = study.slope(after=neuron_changes(anatomy, run, donor, neurons))
    torch.testing.assert_close(study.found.neurons, by_neuron, **close)
    layers = study.slope(after=layer_changes(run, donor))
    torch.testing.assert_close(study.found.layers, layers, **close)
    positions = study.slope(after=position_changes(run, donor))
    torch.testing.assert_close(study.found.positions, positions, **close)


@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_estimates_of_attention_are_slopes(family: str) -> None:
    study = Study(family, "attention")
    slopes = study.slope(middle=head_changes(study.anatomy, study.run, study.donor, "attention"))
    torch.testing.assert_close(study.found.heads, slopes, rtol=5e-3, atol=1e-3)
    plain = Study(family).found.heads
    assert not torch.allclose(study.found.heads, plain, rtol=0.01)


def test_nothing_is_left_of_the_gradients() -> None:
    study = Study("neox")
    assert not study.found.heads.requires_grad
    assert all(parameter.grad is None for parameter in study.anatomy.network.parameters())

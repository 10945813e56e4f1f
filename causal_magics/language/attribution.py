"""Attribution patching: what every intervention would do, estimated by one backward pass.

To first order, replacing a value z by z' changes a sum of log-probabilities by (z' − z) times its
gradient: Nanda, "Attribution patching: activation patching at industrial scale" (2023); Syed, Rager
and Conmy, "Attribution patching outperforms automated circuit discovery" (2023).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from causal_magics.language.anatomy import Anatomy
from causal_magics.language.changes import Override, head_outputs
from causal_magics.language.interventions import Wanted, replayed
from causal_magics.language.tracing import Texts, Trace, trace

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Attribution:
    """Estimated changes of the sums of a pass, each (texts, layers, …).

    Parameters
    ----------
    heads : Tensor, shape (texts, layers, heads)
    neurons : Tensor, shape (texts, layers, neurons)
    layers : Tensor, shape (texts, layers, 1)
    positions : Tensor, shape (texts, layers, open columns)
    """

    heads: Tensor
    neurons: Tensor
    layers: Tensor
    positions: Tensor


def attribution(
    anatomy: Anatomy, texts: Texts, donor: Trace, wanted: Wanted, how: Override = "output"
) -> Attribution:
    """Estimate what each mediator does, as `swept` computes it exactly.

    Parameters
    ----------
    anatomy : Anatomy
    texts : Texts
        Of the pass on which the interventions act.
    donor : Trace
        Where replacements come from.
    wanted : Wanted
    how : {"output", "attention"}

    Returns
    -------
    Attribution
    """
    import torch

    with torch.inference_mode(mode=False):
        with torch.no_grad():
            run = trace(anatomy, texts)
        with torch.enable_grad():
            steps = replayed(anatomy, run)
            last = steps[-1].state
            kept = torch.arange(last.shape[2], device=last.device)
            total = wanted.sums(anatomy, last, kept).sum()
            sources = [part for step in steps for part in (step.heads, step.neurons, step.state)]
            gradients = [each[:, 0] for each in torch.autograd.grad(total, sources)]
    by_head, by_neuron, by_layer, by_position = [], [], [], []
    with torch.inference_mode():
        for layer, theirs in enumerate(donor.layers):
            of_heads, of_neurons, of_hidden = gradients[3 * layer : 3 * layer + 3]
            ours = run.layers[layer]
            moved = head_outputs(anatomy, layer, run, donor, how) - ours.heads
            by_head.append((moved * of_heads).sum(dim=(1, 3)))
            by_neuron.append(((theirs.neurons - ours.neurons) * of_neurons).sum(dim=1))
            changed = donor.hidden[layer + 1] - run.hidden[layer + 1]
            before = donor.hidden[layer] - run.hidden[layer]
            by_position.append((changed * of_hidden).sum(dim=2))
            by_layer.append(((changed - before) * of_hidden).sum(dim=(1, 2))[:, None])
    return Attribution(
        *(
            torch.stack(parts, dim=1).double()
            for parts in (by_head, by_neuron, by_layer, by_position)
        )
    )

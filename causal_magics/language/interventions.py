"""Many interventions on one forward pass: each is run from the layer on which it acts.

The hidden states of texts are kept layer by layer. An intervention on a layer adds its change to
the states that are kept there and becomes a row; rows of lower layers run through the same modules
beside it, in one batch that grows with the layers. Columns before the first that differs are not
run at all: rows see their kept keys and values.

Vig et al., "Investigating gender bias in language models using causal mediation analysis" (2020).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from causal_magics.language.anatomy import Anatomy
from causal_magics.language.changes import Changes, Override
from causal_magics.language.tracing import LayerTrace, Trace, View, attend

if TYPE_CHECKING:
    from torch import Tensor

CHUNK_TOKENS = 1024
"""How many tokens go through the modules at once: their activations stay in the cache."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """Which tokens' log-probabilities are summed, text by text.

    Parameters
    ----------
    columns : Tensor, shape (texts, terms)
        Open columns, each before the token whose log-probability is taken.
    tokens : Tensor, shape (texts, terms)
    weights : Tensor, shape (texts, terms) or (texts, terms, sums)
        Factors, where several sums are wanted for each; zero for terms that are filling.
    """

    columns: Tensor
    tokens: Tensor
    weights: Tensor

    def sums(self, anatomy: Anatomy, hidden: Tensor, kept: Tensor) -> Tensor:
        """Return weighted sums of log-probabilities, shape (texts, rows) or (texts, rows, sums).

        Parameters
        ----------
        anatomy : Anatomy
        hidden : Tensor, shape (texts, rows, kept columns, hidden)
            After the last layer.
        kept : Tensor, shape (kept columns,)
            Which open columns these are.
        """
        import torch

        at = torch.searchsorted(kept, self.columns)
        texts = torch.arange(len(at), device=at.device)[:, None]
        places, terms = torch.unique(texts * len(kept) + at, return_inverse=True)
        normed = anatomy.final_norm(hidden[places // len(kept), :, places % len(kept)])
        rows = anatomy.head.weight[self.tokens]
        logits = torch.einsum("btrh,bth->btr", normed[terms], rows)
        bias = getattr(anatomy.head, "bias", None)
        if bias is not None:
            logits = logits + bias[self.tokens][..., None]
        if self._needs_norms:
            logits = logits - _log_norms(anatomy, normed)[terms]
        into = "btr,bt->br" if self.weights.ndim == 2 else "btr,bts->brs"
        return torch.einsum(into, logits.double(), self.weights)

    @property
    def _needs_norms(self) -> bool:
        """Whether normalising constants remain: not where weights of each column sum to zero."""
        import torch

        weights = self.weights.cpu().reshape(*self.columns.shape, -1)
        columns = self.columns.cpu()[..., None].expand_as(weights)
        totals = torch.zeros(
            len(weights), int(columns.max()) + 1, weights.shape[-1], dtype=weights.dtype
        )
        totals.scatter_add_(1, columns, weights)
        return bool((totals.abs() > 1e-12).any())


def _log_norms(anatomy: Anatomy, normed: Tensor) -> Tensor:
    flat = normed.flatten(0, -2)
    # Small tensors that stay between large ones that go would let memory grow.
    found = flat.new_empty(len(flat))
    for place in range(0, len(flat), 128):
        part = slice(place, place + 128)
        found[part] = anatomy.head(flat[part]).logsumexp(-1)
    return found.view(normed.shape[:-1])


def base_sums(anatomy: Anatomy, run: Trace, wanted: Wanted) -> Tensor:
    """Return the sums of a trace itself, shape (texts,)."""
    import torch

    n_open = run.hidden[-1].shape[1]
    kept = torch.arange(n_open, device=run.hidden[-1].device)
    return wanted.sums(anatomy, run.hidden[-1][:, None], kept)[:, 0]


def swept(
    anatomy: Anatomy, run: Trace, wanted: Wanted, middle: Changes, after: Changes
) -> list[tuple[Tensor | None, Tensor | None]]:
    """Return the sums under interventions, each of which acts on one layer.

    Parameters
    ----------
    anatomy : Anatomy
    run : Trace
        The pass on which they act.
    wanted : Wanted
    middle, after : callable
        Changes of the states after the attention, and after the whole layer.

    Returns
    -------
    list of (Tensor or None, Tensor or None)
        For each layer the sums under `middle` and `after`, each (texts, rows).
    """
    import torch

    last = anatomy.n_layers - 1
    kept = torch.unique(wanted.columns)
    view = View.of(anatomy, run.texts, run.texts.start, run.hidden[0])
    state = run.hidden[0].new_zeros(len(run.hidden[0]), 0, *run.hidden[0].shape[1:])
    counts = []
    for layer, kept_states in enumerate(run.layers):
        columns = kept if layer == last else None
        added = middle(layer)
        entering = None if added is None else kept_states.middle[:, None] + added
        if columns is not None and entering is not None:
            entering = entering[:, :, columns]
        started = None if added is None else run.hidden[layer]
        state = _through(anatomy, layer, state, entering, started, kept_states, view, columns)
        late = after(layer)
        if late is not None:
            leaving = run.hidden[layer + 1][:, None] + late
            state = torch.cat([state, leaving if columns is None else leaving[:, :, columns]], 1)
        counts += [0 if each is None else each.shape[1] for each in (added, late)]
    sums = wanted.sums(anatomy, state, kept).split(counts, dim=1)
    return [
        (sums[2 * layer] if counts[2 * layer] else None,
         sums[2 * layer + 1] if counts[2 * layer + 1] else None)
        for layer in range(anatomy.n_layers)
    ]  # fmt: skip


def _through(
    anatomy: Anatomy,
    layer: int,
    state: Tensor,
    entering: Tensor | None,
    started: Tensor | None,
    kept: LayerTrace,
    view: View,
    columns: Tensor | None,
) -> Tensor:
    """Run rows through a layer, those entering from its middle on."""
    parts = anatomy.layers[layer]
    n_old = state.shape[1]
    n_new = 0 if entering is None else entering.shape[1]
    n_columns = state.shape[2] if columns is None else len(columns)
    result = state.new_empty(len(state), n_old + n_new, n_columns, state.shape[-1])
    for texts, rows in _chunks(len(state), n_old, state.shape[2]):
        before = state[texts, rows]
        prefix = (kept.prefix_keys[texts], kept.prefix_values[texts])
        found = attend(anatomy, layer, before, view.rows(texts), prefix, columns=columns)
        before = before if columns is None else before[:, :, columns]
        middle = before + parts.output(found.heads.flatten(3))
        source = before if parts.parallel else middle
        result[texts, rows] = middle + _mlp(anatomy, layer, source)
    if entering is None:
        return result
    assert started is not None
    for texts, rows in _chunks(len(state), n_new, n_columns):
        middle = entering[texts, rows]
        if parts.parallel:
            source = (
                started[texts, None] if columns is None else started[texts, None][:, :, columns]
            )
        else:
            source = middle
        moved = slice(n_old + rows.start, n_old + rows.stop)
        result[texts, moved] = middle + _mlp(anatomy, layer, source)
    return result


def _mlp(anatomy: Anatomy, layer: int, source: Tensor) -> Tensor:
    parts = anatomy.layers[layer]
    added: Tensor = parts.down(parts.neurons(parts.mlp_norm(source)))
    return added


def _chunks(n_texts: int, n_rows: int, n_columns: int) -> Iterator[tuple[slice, slice]]:
    """Yield which texts and rows go through the modules together."""
    if not n_rows:
        return
    at_once = max(1, CHUNK_TOKENS // n_columns)
    texts_at_once = max(1, at_once // n_rows)
    for text in range(0, n_texts, texts_at_once):
        for row in range(0, n_rows, at_once):
            yield (
                slice(text, min(text + texts_at_once, n_texts)),
                slice(row, min(row + at_once, n_rows)),
            )


# ---------------------------------------------------------------------- many at once


def joint_sums(
    anatomy: Anatomy,
    run: Trace,
    donor: Trace,
    wanted: Wanted,
    *,
    heads: Tensor | None = None,
    neurons: Tensor | None = None,
    how: Override = "output",
) -> Tensor:
    """Return the sums where many heads or neurons take over the donor's values together.

    Parameters
    ----------
    anatomy : Anatomy
    run, donor : Trace
    wanted : Wanted
    heads : Tensor of bool, shape (rows, layers, heads), optional
    neurons : Tensor of bool, shape (rows, layers, neurons), optional
    how : {"output", "attention"}

    Returns
    -------
    Tensor, shape (texts, rows)
    """
    import torch

    mask = heads if heads is not None else neurons
    assert mask is not None, "heads or neurons are needed"
    steps = replayed(anatomy, run, len(mask), donor=donor, heads=heads, neurons=neurons, how=how)
    state = steps[-1].state
    kept_columns = torch.arange(state.shape[2], device=state.device)
    return wanted.sums(anatomy, state, kept_columns)


@dataclass(frozen=True, eq=False)
class Step:
    """What a layer made of rows: outputs of heads, activations, and the states after it."""

    heads: Tensor
    neurons: Tensor
    state: Tensor


def replayed(
    anatomy: Anatomy,
    run: Trace,
    n_rows: int = 1,
    *,
    donor: Trace | None = None,
    heads: Tensor | None = None,
    neurons: Tensor | None = None,
    how: Override = "output",
) -> list[Step]:
    """Run the open columns of a trace again, as rows in which the donor's values may stand.

    Parameters are those of `joint_sums`. Nothing is cut from what is returned, so that gradients
    reach it.
    """
    import torch

    view = View.of(anatomy, run.texts, run.texts.start, run.hidden[0])
    state = run.hidden[0][:, None].expand(-1, n_rows, -1, -1)
    steps = []
    for layer, kept in enumerate(run.layers):
        parts = anatomy.layers[layer]
        theirs = kept if donor is None else donor.layers[layer]
        replace = None
        if heads is not None and how == "attention":
            replace = _weights_of(theirs, heads[:, layer], anatomy.n_key_value_heads)
        prefix = (kept.prefix_keys, kept.prefix_values)
        outputs = attend(anatomy, layer, state, view, prefix, replace_weights=replace).heads
        if heads is not None and how == "output":
            taken = heads[None, :, layer][:, :, None, :, None]
            outputs = torch.where(taken, theirs.heads[:, None], outputs)
        middle = state + parts.output(outputs.flatten(3))
        acts = parts.neurons(parts.mlp_norm(state if parts.parallel else middle))
        if neurons is not None:
            acts = torch.where(neurons[None, :, layer][:, :, None], theirs.neurons[:, None], acts)
        state = middle + parts.down(acts)
        steps.append(Step(outputs, acts, state))
    return steps


def _weights_of(theirs: LayerTrace, taken: Tensor, groups: int) -> Callable[[Tensor], Tensor]:
    """Return what replaces the attention weights of the heads that are taken, row by row."""
    import torch

    weights = theirs.attention.unflatten(1, (groups, -1))[:, :, None]
    where = taken.unflatten(1, (groups, -1)).permute(1, 0, 2)[None, ..., None, None]
    return lambda own: torch.where(where, weights, own)

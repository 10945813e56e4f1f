"""The growing batch against hooks on the network itself, one intervention a pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from language.hooked import (
    down_modules,
    inputs_of,
    layer_modules,
    output_modules,
    replaced_inputs,
)
from language.tiny_models import CAUSAL_FAMILIES, tiny_network

from causal_magics.language import interventions
from causal_magics.language.anatomy import Anatomy, anatomy_of
from causal_magics.language.changes import (
    Changes,
    head_changes,
    layer_changes,
    neuron_changes,
    position_changes,
)
from causal_magics.language.interventions import Wanted, base_sums, joint_sums, swept
from causal_magics.language.tracing import Texts, Trace, trace

LENGTH, START = 9, 4
FIRST, SECOND = 5, 6
TOLERANCE = 2e-5


def prompts(seed: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """Return three base prompts and counterfactuals, which differ in two tokens."""
    drawn = torch.Generator().manual_seed(seed)
    base = torch.randint(0, 400, (3, LENGTH), generator=drawn)
    other = base.clone()
    other[:, START : START + 2] = torch.randint(0, 400, (3, 2), generator=drawn)
    return base, other


class Case:
    """A network with both passes, and the log-odds of two tokens at the end."""

    def __init__(self, family: str, start: int = START) -> None:
        self.network = tiny_network(family)
        self.anatomy = anatomy_of(self.network)
        self.base, self.other = prompts()
        pads = torch.zeros(3, dtype=torch.long)
        weights = torch.tensor([[1.0, -1.0]] * 3, dtype=torch.double)
        columns = torch.full((3, 2), LENGTH - 1 - start)
        self.wanted = Wanted(columns, torch.tensor([[FIRST, SECOND]] * 3), weights)
        with torch.inference_mode():
            self.run, self.donor = (
                trace(self.anatomy, Texts(tokens, pads, start))
                for tokens in (self.base, self.other)
            )

    def swept(
        self, *, middle: Changes | None = None, after: Changes | None = None
    ) -> list[torch.Tensor]:
        """Return the log-odds of each layer's interventions."""
        with torch.inference_mode():
            rows = swept(self.anatomy, self.run, self.wanted, middle or _nothing, after or _nothing)
        return [early if early is not None else late for early, late in rows]  # type: ignore[misc]

    def hooked(self, changes: dict[Any, Callable[[Any], Any]] | None = None) -> torch.Tensor:
        """Return the log-odds with inputs of modules replaced."""
        with torch.inference_mode(), replaced_inputs(changes or {}):
            logits = self.network(input_ids=self.base, use_cache=False).logits[:, -1]
        return logits[:, FIRST] - logits[:, SECOND]


def _nothing(_: int) -> None:
    return None


def put(values: torch.Tensor, where: Any) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return what puts values into a part of a module's input."""

    def change(given: torch.Tensor) -> torch.Tensor:
        given = given.clone()
        given[where] = values[where]
        return given

    return change


def slices(unit: int, size: int) -> tuple[Any, slice]:
    return (..., slice(unit * size, (unit + 1) * size))


@pytest.fixture(scope="module", params=CAUSAL_FAMILIES)
def case(request: pytest.FixtureRequest) -> Case:
    return Case(request.param)


def test_head_outputs_equal_hooks(case: Case) -> None:
    rows = case.swept(middle=head_changes(case.anatomy, case.run, case.donor))
    modules = output_modules(case.network)
    given = inputs_of(case.network, modules, case.other)
    for layer, module in enumerate(modules):
        for head in range(4):
            truth = case.hooked({module: put(given[layer], slices(head, 8))})
            torch.testing.assert_close(rows[layer][:, head].float(), truth, rtol=0, atol=TOLERANCE)


def values_of(network: Any, anatomy: Anatomy, layer: int, tokens: torch.Tensor) -> torch.Tensor:
    """Return the values of a layer for each head, (texts, heads, tokens, head size), by hooks."""
    seen: list[torch.Tensor] = []
    parts = dict(layer_modules(network)[layer].named_children())
    kind = next(each for each in ("self_attn", "attn", "attention") if each in parts)
    name = {"self_attn": "v_proj", "attn": "c_attn", "attention": "query_key_value"}[kind]
    hook = getattr(parts[kind], name).register_forward_hook(lambda _, __, out: seen.append(out))
    with torch.inference_mode():
        network(input_ids=tokens, use_cache=False)
    hook.remove()
    found = seen[0]
    if name == "c_attn":
        found = found[..., -32:].unflatten(-1, (4, 8))
    elif name == "query_key_value":
        found = found.unflatten(-1, (4, 24))[..., -8:]
    else:
        found = found.unflatten(-1, (-1, 8)).repeat_interleave(
            4 // anatomy.n_key_value_heads, dim=2
        )
    return found.transpose(1, 2)


def test_attention_weights_equal_hooks(case: Case) -> None:
    rows = case.swept(middle=head_changes(case.anatomy, case.run, case.donor, "attention"))
    network = case.network
    network.set_attn_implementation("eager")
    with torch.inference_mode():
        weights = network(input_ids=case.other, use_cache=False, output_attentions=True).attentions
    for layer, module in enumerate(output_modules(network)):
        outputs = weights[layer] @ values_of(network, case.anatomy, layer, case.base)
        outputs = outputs.transpose(1, 2).flatten(2)
        for head in range(4):
            truth = case.hooked({module: put(outputs, slices(head, 8))})
            torch.testing.assert_close(rows[layer][:, head].float(), truth, rtol=0, atol=TOLERANCE)


def test_neurons_equal_hooks(case: Case) -> None:
    chosen = ([0, 5], [], [7])
    rows = case.swept(after=neuron_changes(case.anatomy, case.run, case.donor, chosen))
    modules = down_modules(case.network)
    given = inputs_of(case.network, modules, case.other)
    assert rows[1] is None
    for layer, neurons in enumerate(chosen):
        for column, neuron in enumerate(neurons):
            truth = case.hooked({modules[layer]: put(given[layer], slices(neuron, 1))})
            torch.testing.assert_close(
                rows[layer][:, column].float(), truth, rtol=0, atol=TOLERANCE
            )


def states_of(network: Any, tokens: torch.Tensor) -> list[torch.Tensor]:
    """Return the hidden states before the first layer and after each, by hooks."""
    seen: list[torch.Tensor] = []
    modules = layer_modules(network)
    hooks = [modules[0].register_forward_pre_hook(lambda _, given: seen.append(given[0]))]
    hooks += [m.register_forward_hook(lambda _, __, out: seen.append(out)) for m in modules]
    with torch.inference_mode():
        network(input_ids=tokens, use_cache=False)
    for hook in hooks:
        hook.remove()
    return seen


def after_layer(case: Case, layer: int, states: torch.Tensor) -> torch.Tensor:
    """Return the log-odds where a layer gives these states."""
    hook = layer_modules(case.network)[layer].register_forward_hook(lambda *_: states)
    try:
        return case.hooked()
    finally:
        hook.remove()


def test_layers_and_positions_equal_hooks(case: Case) -> None:
    whole = case.swept(after=layer_changes(case.run, case.donor))
    single = case.swept(after=position_changes(case.run, case.donor))
    base, other = (states_of(case.network, tokens) for tokens in (case.base, case.other))
    for layer in range(3):
        truth = after_layer(case, layer, base[layer] + other[layer + 1] - other[layer])
        torch.testing.assert_close(whole[layer][:, 0].float(), truth, rtol=0, atol=TOLERANCE)
        for position in range(START, LENGTH):
            states = base[layer + 1].clone()
            states[:, position] = other[layer + 1][:, position]
            truth = after_layer(case, layer, states)
            found = single[layer][:, position - START].float()
            torch.testing.assert_close(found, truth, rtol=0, atol=TOLERANCE)


def test_many_together_equal_hooks(case: Case) -> None:
    heads = torch.zeros(2, 3, 4, dtype=torch.bool)
    heads[0, 0, 1] = heads[0, 2, 3] = True
    heads[1] = True
    with torch.inference_mode():
        found = joint_sums(case.anatomy, case.run, case.donor, case.wanted, heads=heads)
    modules = output_modules(case.network)
    given = inputs_of(case.network, modules, case.other)
    two = {modules[0]: put(given[0], slices(1, 8)), modules[2]: put(given[2], slices(3, 8))}
    everything = {module: put(given[layer], ...) for layer, module in enumerate(modules)}
    truth = torch.stack([case.hooked(two), case.hooked(everything)], dim=1)
    torch.testing.assert_close(found.float(), truth, rtol=0, atol=TOLERANCE)


def test_one_alone_is_a_set_of_one(case: Case) -> None:
    one = torch.eye(12, dtype=torch.bool).view(12, 3, 4)
    for how in ("output", "attention"):
        rows = case.swept(middle=head_changes(case.anatomy, case.run, case.donor, how))
        with torch.inference_mode():
            found = joint_sums(case.anatomy, case.run, case.donor, case.wanted, heads=one, how=how)
        torch.testing.assert_close(found, torch.cat(rows, dim=1), rtol=0, atol=TOLERANCE)


def test_what_is_shared_and_what_stands_together_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared, whole = Case("llama"), Case("llama", start=0)
    rows = shared.swept(middle=head_changes(shared.anatomy, shared.run, shared.donor))
    for other in (whole, shared):
        changes = head_changes(other.anatomy, other.run, other.donor)
        monkeypatch.setattr(interventions, "CHUNK_TOKENS", 7)
        for ours, theirs in zip(rows, other.swept(middle=changes), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=0, atol=TOLERANCE)


def test_chosen_heads_are_those_of_all() -> None:
    case = Case("qwen2")
    every = case.swept(middle=head_changes(case.anatomy, case.run, case.donor))
    chosen = ([2], [0, 3], [])
    some = case.swept(middle=head_changes(case.anatomy, case.run, case.donor, chosen=chosen))
    assert some[2] is None
    for layer in (0, 1):
        torch.testing.assert_close(
            some[layer], every[layer][:, chosen[layer]], rtol=0, atol=TOLERANCE
        )


@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_texts_of_other_lengths_stand_side_by_side(family: str) -> None:
    anatomy = anatomy_of(tiny_network(family))
    base, other = ([row.tolist() for row in rows] for rows in prompts())
    cut = (0, 2, 3)

    def effects(which: tuple[int, ...]) -> torch.Tensor:
        texts = [
            Texts.aligned([rows[k][cut[k] :] for k in which], LENGTH - START, "cpu")
            for rows in (base, other)
        ]
        weights = torch.tensor([[1.0, -1.0]] * len(which), dtype=torch.double)
        tokens = torch.tensor([[FIRST, SECOND]] * len(which))
        wanted = Wanted(torch.full(tokens.shape, LENGTH - 1 - START), tokens, weights)
        with torch.inference_mode():
            run, donor = (trace(anatomy, each) for each in texts)
            rows = swept(anatomy, run, wanted, head_changes(anatomy, run, donor), _nothing)
        return torch.cat([early for early, _ in rows if early is not None], dim=1)

    alone = torch.cat([effects((k,)) for k in range(3)])
    torch.testing.assert_close(effects((0, 1, 2)), alone, rtol=0, atol=TOLERANCE)


def test_words_of_two_tokens_have_normalised_log_probabilities() -> None:
    case = Case("neox")
    tokens = torch.tensor([[11, 12]] * 3)
    weights = torch.tensor([[0.5, 0.5]] * 3, dtype=torch.double)
    columns = torch.tensor([[LENGTH - 2 - START, LENGTH - 1 - START]] * 3)
    with torch.inference_mode():
        found = base_sums(case.anatomy, case.run, Wanted(columns, tokens, weights))
        truth = case.network(input_ids=case.base).logits[:, -2:].log_softmax(-1)
    expected = (truth[:, 0, 11] + truth[:, 1, 12]) / 2
    torch.testing.assert_close(found.float(), expected, rtol=0, atol=TOLERANCE)


def test_a_donor_like_the_run_changes_nothing() -> None:
    case = Case("gpt2")
    same: Trace = case.run
    with torch.inference_mode():
        before = base_sums(case.anatomy, same, case.wanted)
    for row in case.swept(middle=head_changes(case.anatomy, same, same)):
        torch.testing.assert_close(row, before[:, None].expand(-1, 4), rtol=0, atol=TOLERANCE)

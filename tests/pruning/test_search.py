"""The search for heads to prune: planted heads, joint verification, and going on."""

from __future__ import annotations

from copy import copy
from math import nan
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pruning.planted import BIAS, LOSS, N_ITEMS, planted_items
from pruning.tiny_workloads import tiny_model, tiny_workload

from causal_magics.errors import CausalMagicsError, StorageError
from causal_magics.pruning import search as module
from causal_magics.pruning.caution import PruningWarning
from causal_magics.pruning.head_effects import HeadEffects
from causal_magics.pruning.search import search
from causal_magics.pruning.verification import careful_rise
from causal_magics.pruning.workload import Evaluation, Workload

Heads = tuple[tuple[int, int], ...]


class PlantedWorkload:
    """A model whose heads bring what a test says, some pairs of them something else."""

    def __init__(
        self, bias: dict[Any, float], loss: dict[Any, float], pairs: dict[Heads, float]
    ) -> None:
        self.model = tiny_model()
        self.measure = SimpleNamespace(name="planted", unit="nats")
        self.items = planted_items()
        self.n_tokens = np.array([1, 1])
        self.windows = ((), ())
        self.settings = {"model": "tiny", "measure": "planted", "prompts": repr(pairs)}
        self.brought, self.cost, self.pairs = bias, loss, pairs
        self.ran: list[Heads] = []

    def evaluate(self, heads: Any = ()) -> Evaluation:
        cut = tuple(sorted(heads))
        self.ran.append(cut)
        less = sum(self.brought.get(head, 0.0) for head in cut)
        less += sum(more for pair, more in self.pairs.items() if set(pair) <= set(cut))
        loss = LOSS + sum(self.cost.get(head, 0.0) for head in cut)
        return Evaluation(
            self.items, np.full(N_ITEMS, BIAS - less), np.full(2, loss), self.n_tokens
        )


def without(workload: PlantedWorkload, windows: Any) -> PlantedWorkload:
    """Return a workload of other windows."""
    other = copy(workload)
    other.windows = windows
    return other


def exact_effects(workload: PlantedWorkload, *, removed: Heads = (), **_: Any) -> HeadEffects:
    """Return effects of single heads beside those removed."""
    base = workload.evaluate(removed)
    scores = np.repeat(base.scores, 12).reshape(N_ITEMS, 3, 4)
    losses = np.full((2, 3, 4), base.losses[0])
    for layer, head in np.ndindex(3, 4):
        without = workload.evaluate({*removed, (layer, head)})
        scores[:, layer, head], losses[:, layer, head] = without.scores, without.losses
    exact = np.ones((3, 4), dtype=bool)
    return HeadEffects(base, scores, losses, exact, exact, removed, "planted", "tiny")


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(module, "head_effects", exact_effects)
    monkeypatch.setattr(module, "replace", without)
    return PlantedWorkload


def test_planted_heads_are_found(planted: Any) -> None:
    found = search(planted({(0, 1): 4.0, (2, 2): 3.0, (1, 1): -1.0}, {}, {}), ratio=0.5)
    assert found.heads == ((0, 1), (2, 2))
    assert found.bias.share == pytest.approx(-0.7)
    assert (found.perplexity.share, found.stopped) == (0.0, "nothing more helps")


def test_a_head_that_perplexity_needs_is_spared(planted: Any) -> None:
    found = search(planted({(0, 1): 5.0, (2, 2): 3.0}, {(0, 1): 0.5}, {}), ratio=0.5)
    assert found.heads == ((2, 2),)
    dear = search(planted({(0, 1): 5.0, (2, 2): 3.0}, {(0, 1): 0.5}, {}), ratio=0.5, budget=1.0)
    assert dear.heads == ((0, 1), (2, 2))


def test_a_pair_that_makes_it_worse_together_is_refused(planted: Any) -> None:
    workload = planted({(0, 1): 3.0, (2, 2): 2.0}, {}, {((0, 1), (2, 2)): -6.0})
    found = search(workload, ratio=0.5)
    assert found.heads == ((0, 1),)
    both = [each for each in found.path if each.heads == ((0, 1), (2, 2))]
    assert [each.taken for each in both] == [False]
    assert both[0].evaluation.bias == 11.0


def test_what_lowers_perplexity_buys_what_raises_it(planted: Any) -> None:
    workload = planted({(0, 1): 6.0, (1, 0): 0.1}, {(0, 1): 0.03, (1, 0): -0.02}, {})
    found = search(workload, ratio=0.5, step=2, price=0.2)
    assert found.heads == ((0, 1), (1, 0))
    assert found.perplexity.share == pytest.approx(np.expm1(0.01))


def test_what_is_left_of_the_budget_is_used_in_the_end(planted: Any) -> None:
    """At first the head is too dear: .5 × .018 / .02 is more than the .4 it takes from bias."""
    workload = planted({(0, 1): 4.0, (2, 2): 1.0}, {(0, 1): 0.018}, {})
    found = search(workload, ratio=0.5, step=1)
    taken = [each.heads for each in found.path if each.taken]
    assert taken == [(), ((2, 2),), ((0, 1), (2, 2))]


def test_the_budget_holds_with_a_standard_error_to_spare() -> None:
    def evaluation(*losses: float) -> Evaluation:
        n_tokens = np.full(len(losses), 10)
        return Evaluation(planted_items(), np.zeros(N_ITEMS), np.array(losses), n_tokens)

    before = evaluation(30.0, 20.0, 40.0, 10.0)
    even, uneven = evaluation(30.1, 20.1, 40.1, 10.1), evaluation(30.4, 20.0, 40.0, 10.0)
    assert careful_rise(before, even) == pytest.approx(np.expm1(0.01))
    error = np.std([0.4, 0, 0, 0]) / np.sqrt(4) / 10
    assert careful_rise(before, uneven) == pytest.approx(np.expm1(0.01 + error))


def test_steps_grow_where_they_help(planted: Any) -> None:
    brought = {(layer, head): 0.5 for layer in range(3) for head in range(4)}
    found = search(planted(brought, {}, {}), ratio=0.99, step=1)
    assert [len(each.heads) for each in found.path] == [0, 1, 3, 7, 11]
    assert all(each.taken for each in found.path)


def test_what_heads_cost_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was found at first that (0, 1) raises perplexity; later gradients tell of bias only."""
    asked: list[tuple[str, int]] = []

    def effects(workload: Any, *, method: str, removed: Heads = (), **_: Any) -> HeadEffects:
        asked.append((method, len(workload.windows)))
        found = exact_effects(workload, removed=removed)
        if method == "gradient":
            found.losses[:] = found.base.losses[:, None, None] - 0.1
        return found

    monkeypatch.setattr(module, "head_effects", effects)
    monkeypatch.setattr(module, "replace", without)
    brought = {(0, 1): 1.0, (1, 2): 2.0, (2, 2): 3.0}
    workload: Any = PlantedWorkload(brought, {(0, 1): 0.05}, {})
    found = search(workload, ratio=0.5, step=1)
    assert found.heads == ((1, 2), (2, 2))
    assert not any((0, 1) in each.heads for each in found.path[:3])
    assert asked == [("hybrid", 2), ("gradient", 0), ("gradient", 0)]
    known = exact_effects(workload)
    asked.clear()
    again = search(workload, ratio=0.5, step=1, effects=known)
    assert again.heads == found.heads
    assert set(asked) == {("gradient", 0)}


def test_a_head_that_is_dearer_than_it_seemed_stands_in_nobodys_way(
    planted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its slope (0, 1) costs nothing; what it really costs is found where it is cut."""

    def slopes(workload: Any, **options: Any) -> HeadEffects:
        found = exact_effects(workload, removed=options.get("removed", ()))
        found.losses[:] = found.base.losses[:, None, None]
        return found

    monkeypatch.setattr(module, "head_effects", slopes)
    found = search(planted({(0, 1): 5.0, (1, 2): 3.0, (2, 2): 2.0}, {(0, 1): 0.5}, {}), ratio=0.5)
    assert found.heads == ((1, 2), (2, 2))
    tried = [each.heads for each in found.path]
    assert tried[1:4] == [((0, 1), (1, 2), (2, 2)), ((0, 1),), ((1, 2),)]


def test_limits_hold(planted: Any) -> None:
    brought = {(layer, head): 0.5 for layer in range(3) for head in range(4)}
    found = search(planted(brought, {}, {}), ratio=0.34)
    assert (len(found.heads), found.stopped) == (4, "enough heads")
    kept = search(planted(brought, {}, {}), ratio=1 - 1e-9, keep=[(1, 1), (2, 0)])
    assert (len(kept.heads), {(1, 1), (2, 0)} & set(kept.heads)) == (10, set())
    grouped = search(planted(brought, {}, {}), ratio=0.5, group_size=2, keep=[(0, 0)])
    assert len(grouped.heads) == 6
    assert all((layer, head ^ 1) in grouped.heads for layer, head in grouped.heads)
    assert not {(0, 0), (0, 1)} & set(grouped.heads)


def test_an_interrupt_keeps_the_best_so_far(planted: Any) -> None:
    workload = planted({(0, 1): 4.0, (2, 2): 3.0}, {}, {})
    evaluate = workload.evaluate

    def stops(heads: Any = ()) -> Evaluation:
        if len(tuple(heads)) > 2:
            raise KeyboardInterrupt
        return evaluate(heads)

    workload.evaluate = stops
    with pytest.warns(PruningWarning, match="Stopped: these are the best heads so far"):
        found = search(workload, ratio=0.5, step=1)
    assert (found.heads, found.stopped) == (((0, 1), (2, 2)), "interrupted")


# ---------------------------------------------------------------------- a real, random model


def test_what_is_found_holds_when_it_is_run(tmp_path: Path) -> None:
    workload = tiny_workload()
    found = search(workload, ratio=0.5, checkpoint=tmp_path)
    after = workload.evaluate(found.heads)
    assert found.heads
    assert found.best.evaluation.bias == after.bias < workload.base.bias
    assert after.perplexity <= 1.02 * workload.base.perplexity
    assert all(each.evaluation.bias >= after.bias for each in found.path if each.taken)


def test_it_goes_on_from_a_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workload = tiny_workload()
    first = search(workload, ratio=0.5, checkpoint=tmp_path)
    n_runs = 0
    evaluate = Workload.evaluate

    def counted(self: Workload, heads: Any = ()) -> Evaluation:
        nonlocal n_runs
        n_runs += 1
        return evaluate(self, heads)

    monkeypatch.setattr(Workload, "evaluate", counted)
    again = search(workload, ratio=0.5, checkpoint=tmp_path)
    n_rounds = max(each.round for each in first.path)
    assert [each.heads for each in again.path] == [each.heads for each in first.path]
    assert again.to_frame().equals(first.to_frame())
    assert n_runs <= n_rounds + 1
    with pytest.raises(StorageError, match="of a run with other model"):
        search(tiny_workload(seed=1), checkpoint=tmp_path)


def test_it_can_be_read() -> None:
    found = search(tiny_workload(), ratio=0.5)
    frame = found.to_frame()
    assert len(frame) == len(found.path)
    assert frame["bias_change"][0] == frame["perplexity_change"][0] == 0.0
    assert f"{len(found.heads)} heads, bias {found.bias}" in repr(found)
    assert found._repr_html_().count("<tr>") == 1 + frame["taken"].sum()
    axes = found.plot()
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    tried = [] if frame["taken"].all() else ["not taken"]
    assert labels == [*tried, "taken", "best", "budget"]
    assert found.plot(axes) is axes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"budget": 0.0}, "Expected budget above 0, got '0.0'"),
        ({"budget": nan}, "Expected budget above 0, got 'nan'"),
        ({"price": "much"}, "Expected price above 0, got 'much'"),
        ({"ratio": 1.5}, "Expected ratio between 0 and 1"),
        ({"step": 0}, "Expected step to be a whole number from 1"),
        ({"method": "guess"}, "Expected method among hybrid, exact, gradient"),
        ({"keep": [(3, 0)]}, "3 layers × 4 heads"),
    ],
)
def test_bad_input_is_told(options: Any, message: str) -> None:
    with pytest.raises(CausalMagicsError) as error:
        search(tiny_workload(), **options)
    assert message in str(error.value)
    assert "\n" not in str(error.value)

"""The Pareto curve over alpha and gamma."""

from __future__ import annotations

from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pruning.planted import planted
from pruning.tiny_workloads import PRONOUNS, tiny_model, tiny_workload

from causal_magics.errors import CausalMagicsError, PruningError
from causal_magics.pruning.baselines import BASELINES
from causal_magics.pruning.frontier import frontier
from causal_magics.pruning.frontier_result import Frontier, FrontierPoint
from causal_magics.pruning.selection import fasp
from causal_magics.pruning.sweep import head_effects
from causal_magics.pruning.workload import Change, Workload

WORKLOAD = tiny_workload()
HELD_OUT = Workload.of(WORKLOAD.model, PRONOUNS.split(0.5)[1], WORKLOAD.text)
OPTIONS: dict[str, Any] = {"alphas": (0.1, 0.25), "gammas": (0.2, 0.5), "method": "gradient"}


@pytest.fixture(scope="module")
def found() -> Frontier:
    return frontier(
        WORKLOAD, HELD_OUT, **OPTIONS, baselines=BASELINES, n_random=2, also={"mine": [(1, 1)]}
    )


def test_points_are_those_of_fasp_and_of_the_others(found: Frontier) -> None:
    effects = head_effects(WORKLOAD, method="gradient")
    expected = [fasp(effects, alpha=a, gamma=g) for a in (0.1, 0.25) for g in (0.2, 0.5)]
    assert [each.heads for each in found.points[:4]] == expected
    methods = [each.method for each in found.points[4:]]
    assert methods == ["random"] * 4 + [n for n in BASELINES[1:] for _ in range(2)] + ["mine"]
    assert found.points[-1].heads == ((1, 1),)


def test_each_is_measured_on_what_it_was_chosen_by_and_on_other_prompts(found: Frontier) -> None:
    point = found.points[2]
    for workload, bias, perplexity in (
        (WORKLOAD, point.train_bias, point.train_perplexity),
        (HELD_OUT, point.bias, point.perplexity),
    ):
        after = workload.evaluate(point.heads)
        assert bias == workload.base.bias_change(after)
        assert perplexity == workload.base.perplexity_change(after)


def test_sets_that_come_up_twice_are_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[Any, ...]] = []
    evaluate = Workload.evaluate

    def counted(self: Workload, heads: Any = ()) -> Any:
        ran.append((self.measure, tuple(heads)))
        return evaluate(self, heads)

    effects = head_effects(WORKLOAD, method="gradient")
    monkeypatch.setattr(Workload, "evaluate", counted)
    options = {**OPTIONS, "gammas": (0.0, 0.01, 0.02)}
    many = frontier(WORKLOAD, HELD_OUT, **options, effects=effects)
    assert (len(many.points), len(ran)) == (6, 2 * 3)


def test_it_goes_on_from_a_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = frontier(WORKLOAD, HELD_OUT, **OPTIONS, checkpoint=tmp_path)

    def stop(*_: Any) -> Any:
        raise AssertionError("run again")

    effects = head_effects(WORKLOAD, method="gradient")
    monkeypatch.setattr(Workload, "evaluate", stop)
    again = frontier(WORKLOAD, HELD_OUT, **OPTIONS, effects=effects, checkpoint=tmp_path)
    assert again == first


def point(perplexity: float, bias: float, *, train: tuple[float, float] | None = None) -> Any:
    changes = [Change(1.0, 1.0 + share, share, share) for share in (bias, perplexity)]
    chosen_by = [Change(1.0, 1.0 + share, share, share) for share in train or (bias, perplexity)]
    return FrontierPoint("FASP", 0.1, nan, ((0, 1),), *chosen_by, *changes)


def test_the_curve_has_what_nothing_beats() -> None:
    points = (point(0.0, -0.2), point(0.1, -0.1), point(0.05, -0.5), point(-0.1, 0.3),
              point(0.0, -0.2), point(0.2, -0.5))  # fmt: skip
    curve = Frontier(points, "planted", "model").curve
    assert curve == (points[3], points[0], points[2])


def test_the_best_is_chosen_by_what_heads_were_chosen_by() -> None:
    lucky = point(0.0, -0.9, train=(-0.1, 0.0))
    chosen = point(0.5, -0.3, train=(-0.6, 0.01))
    dear = point(0.0, -0.9, train=(-0.9, 0.03))
    result = Frontier((lucky, chosen, dear), "planted", "model")
    assert result.best() is chosen
    assert result.best(0.05) is dear
    assert result.best(-0.5) is None


def test_it_is_kept_in_a_file(found: Frontier, tmp_path: Path) -> None:
    found.save(tmp_path / "frontier.npz")
    again = Frontier.load(tmp_path / "frontier.npz")
    assert again.to_frame().equals(found.to_frame())
    assert [each.heads for each in again.points] == [each.heads for each in found.points]
    assert repr(again) == repr(found)
    np.savez(tmp_path / "other.npz", header=np.array('{"format": "other"}'))
    for name in ("other.npz", "missing.npz"):
        with pytest.raises(PruningError, match="Expected a saved frontier"):
            Frontier.load(tmp_path / name)


def test_it_can_be_read(found: Frontier) -> None:
    frame = found.to_frame()
    assert len(frame) == len(found.points)
    assert frame["on_curve"].sum() == len(found.curve)
    assert frame["bias_low"].le(frame["bias_high"]).all()
    assert found._repr_html_().count("<tr>") == 1 + len(found.curve)
    axes = found.plot()
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert set(labels) == {"FASP", *BASELINES, "mine", "Pareto curve"}
    assert found.plot(axes) is axes


def test_one_name_is_one_baseline_and_what_is_gone_through_once_is_taken() -> None:
    options = {**OPTIONS, "alphas": (0.25,), "gammas": (0.5,)}
    effects = head_effects(WORKLOAD, method="gradient")
    listed = {name: (each for each in options[name]) for name in ("alphas", "gammas")}
    keep = [(0, 0), (0, 1), (0, 2)]
    found = frontier(
        WORKLOAD, HELD_OUT, **listed, effects=effects, baselines="bias only", keep=iter(keep)
    )
    expected = frontier(
        WORKLOAD, HELD_OUT, **options, effects=effects, baselines=("bias only",), keep=keep
    )
    assert found.points == expected.points
    assert [each.method for each in found.points] == ["FASP", "bias only"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alphas": ()}, "Expected shares of heads to prune and to protect, got none"),
        ({"alphas": 0.25}, "Expected alphas such as [0.1, 0.2], got 0.25. Put it in brackets."),
        ({"alphas": None}, "Expected alphas such as [0.1, 0.2], got None"),
        ({"alphas": (10**400,)}, "Expected alpha from 0 to 1"),
        ({"gammas": "0.2"}, "Expected gammas such as [0.1, 0.2], got '0.2'"),
        ({"gammas": (1.5,)}, "Expected gamma from 0 to 1, got '1.5'"),
        ({"alphas": (0.6, 0.7), "gammas": (0.5,)}, "at most 1 together, got 0.6 and 0.5"),
        ({"baselines": 3}, "Expected names of baselines, got 3"),
        ({"also": [(0, 1)]}, "Expected also as a mapping of names to heads, got list"),
        ({"effects": 3}, "Expected effects of heads, got int"),
        ({"effects": planted(np.zeros((2, 2)), np.zeros((2, 2)))}, "those of model, 2 layers"),
        ({"workload": None}, "Expected a Workload to choose heads by, got NoneType"),
        ({"held_out": 3}, "Expected a Workload to judge heads by, got int"),
        ({"checkpoint": 3}, "Expected a path for checkpoint, got 3"),
        ({"baselines": ("best",)}, "Expected baseline among random"),
        ({"n_random": 0}, "Expected n_random to be a whole number from 1"),
        ({"also": {"mine": [(9, 9)]}}, "3 layers × 4 heads"),
    ],
)
def test_bad_input_is_told(options: Any, message: str) -> None:
    with pytest.raises(CausalMagicsError) as error:
        frontier(**{"workload": WORKLOAD, "held_out": HELD_OUT, **OPTIONS, **options})
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_workloads_of_two_models_are_told() -> None:
    other = Workload.of(tiny_model(seed=1), PRONOUNS, WORKLOAD.text)
    with pytest.raises(PruningError, match="two workloads of one model"):
        frontier(WORKLOAD, other, **OPTIONS)

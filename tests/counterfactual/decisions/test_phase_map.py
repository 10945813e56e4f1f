"""Maps of two weights, against linear programs and their own flip lines."""

from __future__ import annotations

import numpy as np
import pytest
from oracles.known_strata import Known
from scipy.optimize import linprog

from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.decisions.flip_lines import FlipLines, exact_lines, grid_lines
from causal_magics.counterfactual.decisions.phase_map import PhaseMap, phase_map
from causal_magics.counterfactual.frames.unit_bounds import UnitBounds
from causal_magics.errors import CounterfactualError, OptionError

EV = [[0.0, -1.0, 2.0], [0.0, 0.0, 1.0], [-10.0, -2.0, 0.0]]


def programmed(known: UnitBounds, payoff: np.ndarray, stratum: int) -> tuple[float, float]:
    """Both bounds by linear programs over P(x, y_0, y_1)."""
    exp, obs = known.distributions.experimental, known.distributions.observational
    n = len(payoff)
    cells = np.indices((2, n, n)).reshape(3, -1)
    left, right = [], []
    for arm in (0, 1):
        for level in range(n):
            shown = cells[1 + arm] == level
            left += [shown & (cells[0] == arm), shown]
            right += [obs[stratum, arm, level], exp[stratum, arm, level]]  # type: ignore[index]
    worth = np.tile(payoff.reshape(-1), 2)
    ends = [
        sign * linprog(sign * worth, A_eq=np.array(left, float), b_eq=np.array(right)).fun
        for sign in (1, -1)
    ]
    return ends[0], ends[1]


def test_every_cell_is_what_linear_programs_say() -> None:
    known = Known.random(2, 3, seed=1).bounds(EV)
    phase = phase_map(known, (0, 2), "2 -> 0", x_range=(-1, 5), y_range=(-12, 2), size=(5, 4))
    assert phase.lower.shape == (2, 4, 5)
    for stratum in (0, 1):
        for row, y in enumerate(phase.y):
            for column, x in enumerate(phase.x):
                payoff = np.array(EV)
                payoff[0, 2], payoff[2, 0] = x, y
                low, high = programmed(known, payoff, stratum)
                assert phase.lower[stratum, row, column] == pytest.approx(low, abs=1e-7)
                assert phase.upper[stratum, row, column] == pytest.approx(high, abs=1e-7)


def test_the_map_of_all_is_the_mean_over_units() -> None:
    known = Known.random(3, 2, seed=2).bounds([1, 0, 0, -2], share=[0.5, 0.3, 0.2])
    phase = phase_map(known, x_range=(0.5, 3), y_range=(-3, 1), size=3)
    lower, upper = phase.ends()
    for row, y in enumerate(phase.y):
        for column, x in enumerate(phase.x):
            overall = known.with_payoff([x, 0, 0, y]).overall
            assert lower[row, column] == pytest.approx(overall.lower, abs=1e-9)
            assert upper[row, column] == pytest.approx(overall.upper, abs=1e-9)
    treat, refuse = phase.certain_share
    assert (treat + refuse <= 1 + 1e-9).all()
    assert set(np.unique(phase.verdicts())) <= {"treat", "undecided", "refuse"}
    assert len(phase.to_frame()) == 27
    assert "3 × 3 cells, 3 strata" in repr(phase)


def inside(polygon: np.ndarray, points: np.ndarray) -> np.ndarray:
    if not len(polygon):
        return np.zeros(len(points), dtype=bool)
    ends = np.roll(polygon, -1, axis=0) - polygon
    away = points[:, None] - polygon
    turns = ends[:, 0] * away[..., 1] - ends[:, 1] * away[..., 0]
    return np.asarray((turns >= -1e-9).all(axis=1))


def check_lines(phase: PhaseMap, lines: FlipLines, stratum: int, tolerance: float) -> None:
    """Bounds are 0 along their lines, and signs inside and outside the regions."""
    rest = phase.bounds.payoff.values.copy()

    def ends(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        payoffs = np.tile(rest.reshape(-1), (len(points), 1))
        for place, weight in enumerate((phase.x_weight, phase.y_weight)):
            payoffs[:, weight.direction.reshape(-1) != 0] = points[:, [place]]
        assert phase.surface.couplings is not None
        low, high = phase.surface.couplings.evaluate(payoffs)
        return low[stratum], high[stratum]

    for name in ("lower", "upper", "midpoint"):
        segments = getattr(lines, name)
        if len(segments):
            low, high = ends(np.concatenate([segments[:, 0], segments[:, 1], segments.mean(1)]))
            values = {"lower": low, "upper": high, "midpoint": (low + high) / 2}[name]
            assert np.abs(values).max() <= tolerance
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(*axis[[0, -1]], 3000) for axis in (phase.x, phase.y)])
    low, high = ends(points)
    clear = (np.abs(low) > tolerance) & (np.abs(high) > tolerance)
    np.testing.assert_array_equal(inside(lines.treat, points)[clear], (low > 0)[clear])
    np.testing.assert_array_equal(inside(lines.refuse, points)[clear], (high < 0)[clear])


@pytest.mark.parametrize("levels", [2, 3, 4])
@pytest.mark.parametrize("sources", ["both", "experiment", "observations"])
def test_flip_lines_of_a_stratum_are_exact(levels: int, sources: str) -> None:
    payoff = np.round(np.random.default_rng(levels).normal(size=(levels, levels)) * 3)
    strata = 5 if levels < 4 else 2
    known = Known.random(strata, levels, seed=levels).bounds(Payoff(payoff), sources=sources)
    phase = phase_map(known, (0, 1), (1, 0), x_range=(-6, 6), y_range=(-6, 6), size=8)
    for stratum in range(strata):
        lines = phase.lines(stratum)
        assert lines.exact
        check_lines(phase, lines, stratum, 1e-9)


def test_flip_lines_off_the_grid_come_close_to_the_exact_ones() -> None:
    known = Known.random(3, 3, seed=7).bounds(EV)
    phase = phase_map(known, x_range=(-6, 6), y_range=(-12, 6), size=60)
    for stratum in range(3):
        lines = grid_lines(phase.x, phase.y, *phase.ends(stratum))
        assert not lines.exact
        check_lines(phase, lines, stratum, 0.05)
    assert not phase.lines().exact


def test_a_midpoint_line_that_bends() -> None:
    planes = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    lines = exact_lines([planes], (-1, 1, -2, 2))
    assert inside(lines.treat, np.array([[0.5, 0.5], [0.5, -0.5]])).tolist() == [True, False]
    np.testing.assert_allclose(lines.midpoint.sum(axis=2), 0, atol=1e-12)
    assert np.abs(np.diff(lines.midpoint[..., 0], axis=1)).sum() == pytest.approx(2.0)


def test_ranges_reach_around_the_payoff_where_left_out() -> None:
    known = Known.random(1, 2).bounds([1, 0, 0, -2])
    phase = phase_map(known)
    assert (phase.x[0], phase.x[-1], phase.y[0], phase.y[-1]) == (0, 2, -4, 0)
    assert phase.current == (1, -2)
    assert phase_map(known, "never-taker", "harm").x[0] == -2
    assert phase_map(known, np.array([[0, 1], [0, 1]])).x_weight.name == "matrix"
    assert phase_map(Known.random(1, 3).bounds(EV)).x_weight.name == "0 -> 2"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"x": "defier"}, "which share one"),
        ({"size": 1}, "whole number from 2"),
        ({"size": (4, 2.5)}, "whole number from 2"),
        ({"x_range": (1, 0)}, "x_range as two numbers, the smaller first"),
        ({"y_range": 3}, "y_range as two numbers"),
        ({"y_range": (0, np.inf)}, "y_range as two numbers"),
        ({"x": "gian"}, "payoff"),
        ({"size": 100_000}, "at most 1,000,000 cells in a map of 1 strat"),
    ],
)
def test_what_is_no_map_is_refused(options: dict[str, object], says: str) -> None:
    known = Known.random(1, 2).bounds([1, 0, 0, -2])
    with pytest.raises(CounterfactualError, match=says):
        phase_map(known, **options)  # type: ignore[arg-type]


def test_maps_of_many_strata_are_small_and_of_none_are_refused() -> None:
    many = Known.random(80, 2).bounds([1, 0, 0, -2])
    with pytest.raises(
        CounterfactualError, match="at most 625,000 cells in a map of 80 strata, got"
    ):
        phase_map(many, size=(1000, 900))
    with pytest.raises(OptionError, match="Expected bounds of strata to map, got NoneType"):
        phase_map(None)  # type: ignore[arg-type]


def test_rounding_is_no_decision_on_a_map() -> None:
    known = Known.random(1, 2).bounds([1e-12, 0, 0, -2e-12])
    phase = phase_map(known, x_range=(0, 2e-12), y_range=(-4e-12, 0), size=5)
    usual = phase_map(known.with_payoff([1, 0, 0, -2]), x_range=(0, 2), y_range=(-4, 0), size=5)
    assert phase.scale == pytest.approx(4e-12)
    np.testing.assert_array_equal(phase.verdicts(0), usual.verdicts(0))
    assert phase.verdicts(0)[-1, 0] == "undecided"


def test_a_stratum_that_is_not_there_is_refused() -> None:
    phase = phase_map(Known.random(2, 2).bounds([1, 0, 0, -2]), size=3)
    with pytest.raises(CounterfactualError, match="from 0 to 1, got 2"):
        phase.verdicts(2)
    with pytest.raises(CounterfactualError, match="got -1"):
        phase.lines(-1)

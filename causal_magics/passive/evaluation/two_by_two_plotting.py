"""Drawing the 2 × 2 with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from causal_magics.data.new_axes import new_axes
from causal_magics.passive.evaluation.scores import hundredths
from causal_magics.passive.evaluation.two_by_two import CELLS, LearnedFrom, Test

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from causal_magics.passive.evaluation.two_by_two import TwoByTwo

__all__ = ["plot_two_by_two"]

_FULL, _EMPTY = (0.36, 0.49, 0.69), (0.94, 0.95, 0.97)
"""The colours of the best reward and of that of random actions."""
_TOLD = {"interventional": "trained on\ninterventions", "observational": "trained on\nnatural rows"}


def plot_two_by_two(found: TwoByTwo, ax: Axes | None) -> Axes:
    """Draw four cells, the more coloured the better, with traps in them and controls below."""
    axes = new_axes(6.4, 4.6 + 0.22 * len(found.controls)) if ax is None else ax
    logs, tests = get_args(LearnedFrom), get_args(Test)
    for log, test in CELLS:
        _draw_cell(axes, found, log, test, (tests.index(test), logs.index(log)))
    axes.set_xlim(-0.5, 1.5)
    axes.set_ylim(1.5, -0.5)
    axes.set_xticks(range(2), tests)
    axes.set_yticks(range(2), [_TOLD[log] for log in logs])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xlabel("\n".join(_below(found)), parse_math=False, fontsize=9)
    return axes


def _below(found: TwoByTwo) -> list[str]:
    """Return what stands below the cells: the unit, and the controls."""
    told = ["held-out tasks: 0 as of random actions, 1 as of the best"]
    if found.controls:
        told.append("beside them, where they may act:")
    for name in found.controls:
        trap = hundredths(found.score(name, split="trap").value)
        told.append(f"{name} {found.score(name)}, in traps {trap}")
    return told


def _draw_cell(
    axes: Axes, found: TwoByTwo, log: LearnedFrom, test: Test, place: tuple[int, int]
) -> None:
    from matplotlib.patches import Rectangle

    held_out, trap = (found.score(log, test, split) for split in found.act.splits)
    share = min(1.0, max(0.0, held_out.value))
    colour = [empty + share * (full - empty) for full, empty in zip(_FULL, _EMPTY, strict=True)]
    ink = "white" if share > 0.6 else "black"
    x, y = place
    axes.add_patch(Rectangle((x - 0.48, y - 0.48), 0.96, 0.96, facecolor=colour, linewidth=0))
    reach = [f"{hundredths(each.low)} to {hundredths(each.high)}" for each in (held_out, trap)]
    for height, text, size in (
        (-0.14, hundredths(held_out.value), 26),
        (0.1, reach[0], 10),
        (0.28, f"in traps {hundredths(trap.value)} ({reach[1]})", 9),
    ):
        axes.text(x, y + height, text, ha="center", va="center", color=ink, fontsize=size)

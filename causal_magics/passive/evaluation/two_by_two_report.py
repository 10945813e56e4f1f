"""The 2 × 2 in words, as a table and as a data frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.passive.evaluation.evaluation_report import spread_of
from causal_magics.passive.evaluation.scores import hundredths
from causal_magics.passive.evaluation.two_by_two import CAUSAL_LABELS, CELLS, LearnedFrom, Test

if TYPE_CHECKING:
    from causal_magics.passive.evaluation.two_by_two import TwoByTwo

__all__ = ["conclusion_of", "frame_of", "html_of"]

_TESTS: tuple[Test, ...] = get_args(Test)
_LEARNED_FROM = {
    "interventional": "a log of interventions",
    "observational": "natural rows",
    CAUSAL_LABELS: "natural rows with causal labels",
}
_SHORT: dict[LearnedFrom, str] = {
    "interventional": "interventions", "observational": "natural rows",
}  # fmt: skip
_COLUMNS = (
    "actor", "is_control", "test", "split", "policies", "score", "low", "high", "spread",
)  # fmt: skip


def html_of(found: TwoByTwo) -> str:
    """Return a table: who, by what may be done and the split."""
    splits = found.act.splits
    head = ["learned from", *(f"{test}: {split}" for test in _TESTS for split in splits)]
    rows = [
        [
            _LEARNED_FROM.get(actor, f"nothing: {actor}"),
            *(spread_of(found.score(actor, test, split)) for test in _TESTS for split in splits),
        ]
        for actor in found.actors
    ]
    return html_table(head, rows, found.conclusion)


def frame_of(found: TwoByTwo) -> Any:
    """Return a row for each actor, test and split."""
    lines = []
    for actor in found.actors:
        for test in _TESTS:
            for split in found.act.splits:
                row = found.row(actor, test, split)
                score = row.score
                lines.append((
                    actor, actor in found.controls, test, split, row.n_policies, score.value,
                    score.low, score.high, score.spread,
                ))  # fmt: skip
    return new_frame({
        name: [line[place] for line in lines] for place, name in enumerate(_COLUMNS)
    })  # fmt: skip


def conclusion_of(found: TwoByTwo) -> str:
    """Return what the cells show, and what has to be known before more is said."""
    agent, trap = (found.score("interventional", "may act", split) for split in found.act.splits)
    first = (
        "Trained on somebody else's interventions and free to act, a learner gets "
        f"{agent} of what there is to gain on held-out tasks and {trap} in traps; "
        f"{_beside_cells(found)}."
    )
    notes = [*_of_controls(found), *_of_ties(found)]
    return f"{first} But {', '.join(notes)}." if notes else first


def _beside_cells(found: TwoByTwo) -> str:
    """Return how the first cell stands to the three others."""
    names = {cell: f"{_SHORT[cell[0]]}, {cell[1]}" for cell in CELLS[1:]}
    values = ", ".join(
        f"{hundredths(found.score(*cell).value)} ({name})" for cell, name in names.items()
    )
    level = [f"({name})" for cell, name in names.items() if found.lead(*cell).low <= 0.0]
    told = f"not surely less is {' and '.join(level)}" if level else "all of them less"
    return f"the other cells get {values}, {told}"


def _of_controls(found: TwoByTwo) -> list[str]:
    """Return what can be had of natural rows by correlation, and with causal labels."""
    said = {
        "correlational": "correlation in natural rows gets",
        CAUSAL_LABELS: "natural rows with causal labels give",
    }
    notes = []
    for name, words in said.items():
        if name in found.actors:
            held_out, trap = (
                hundredths(found.score(name, split=split).value) for split in found.act.splits
            )
            notes.append(f"{words} {held_out} ({trap} in traps)")
    return notes


def _of_ties(found: TwoByTwo) -> list[str]:
    """Return which simple rules the first cell is not above."""
    level = [
        f"{name} {hundredths(found.score(name).value)}" for name in found.controls
        if name != CAUSAL_LABELS and found.lead(name).low <= 0.0
    ]  # fmt: skip
    return [f"simple rules are not surely less: {', '.join(level)}"] if level else []

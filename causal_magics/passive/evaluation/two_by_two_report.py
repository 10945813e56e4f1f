"""The 2 × 2 in words, as a table and as a data frame."""

from __future__ import annotations

from collections.abc import Sequence
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
_NUMBERS = ("none", "one", "two")
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
    return f"{first} But {', and '.join(notes)}." if notes else first


def _beside_cells(found: TwoByTwo) -> str:
    """Return how the first cell stands to the three others."""
    less: list[str] = []
    level: list[str] = []
    for log, test in CELLS[1:]:
        told = f"{hundredths(found.score(log, test).value)} ({_SHORT[log]}, {test})"
        (level if found.lead(log, test).low <= 0.0 else less).append(told)
    if not level:
        return f"the other cells get less: {_in_words(less)}"
    if not less:
        return f"none of the other cells surely gets less: {_in_words(level)}"
    gets, do = ("gets", "do") if len(less) == 1 else ("get", "does")
    return (
        f"{_NUMBERS[len(less)]} of the other cells {gets} less: {_in_words(less)}, but "
        f"{_NUMBERS[len(level)]} {do} not surely: {_in_words(level)}"
    )


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
        f"{name} ({hundredths(found.score(name).value)})" for name in found.controls
        if name != CAUSAL_LABELS and found.lead(name).low <= 0.0
    ]  # fmt: skip
    if len(level) < 2:
        return [f"the simple rule {rule} is not surely less" for rule in level]
    return [f"the simple rules {_in_words(level)} are not surely less"]


def _in_words(told: Sequence[str]) -> str:
    """Return a list as it stands in a sentence."""
    return " and ".join(filter(None, (", ".join(told[:-1]), told[-1])))

"""A pruning as a table, sentences and HTML."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import isfinite
from typing import TYPE_CHECKING, Any

from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.language.head_panels import head_names, marks_of
from causal_magics.pruning.reliability import TOO_NOISY
from causal_magics.pruning.workload import Change, Workload

if TYPE_CHECKING:
    from causal_magics.pruning.pruning_result import Judged, Pruning

__all__ = ["frame_of", "html_of", "notes_of"]

_COLUMNS = ("data", "measure", "what", "before", "after", "change", "low", "high")
_HEAD = ("held out", "", "before", "after", "change", "95 %")
_MOST_NAMED = 40

Row = tuple[str, str, str, float, float, float | None, float | None, float | None]


def frame_of(pruning: Pruning) -> Any:
    """Return one row for each bias, each group and perplexity."""
    nan = float("nan")
    rows = [
        [nan if cell is None else cell for cell in row]
        for data, each in (
            *(("held out", each) for each in pruning.held_out), ("chosen by", pruning.chosen_by),
        )
        for row in _rows(data, each, text=each in (pruning.held_out[-1], pruning.chosen_by))
    ]  # fmt: skip
    return new_frame(
        {name: list(column) for name, column in zip(_COLUMNS, zip(*rows, strict=True), strict=True)}
    )


def _rows(data: str, judged: Judged, *, text: bool) -> Iterator[Row]:
    """Yield a row for the bias, for the mean score of each group, and for the text."""

    def row(name: str, what: str, change: Change) -> Row:
        ends = change.lower, change.upper
        return data, name, what, change.before, change.after, change.share, *ends

    yield row(judged.name, "bias", judged.bias)
    after = judged.after.group_means
    for group, before in judged.before.group_means.items():
        yield data, judged.name, f"mean of {group}", before, after[group], None, None, None
    if text:
        yield row(f"perplexity: {judged.workload.text.name}", "perplexity", judged.perplexity)


def notes_of(pruning: Pruning) -> tuple[str, ...]:
    """Return what a reader of the numbers should know."""
    notes = []
    reliability = pruning.effects.bias_reliability
    noisy = f", below {TOO_NOISY}: too noisy to prune by" if reliability.is_noisy else ""
    notes.append(f"Split-half reliability of z_bias: {reliability}{noisy}.")
    if not pruning.heads and pruning.strategy == "steps":
        notes.append(
            "No head is pruned: none lowers bias beyond chance within the budget of perplexity."
        )
    elif not pruning.heads:
        notes.append("No head is pruned: the share to be pruned is less than one head.")
    elif not pruning.bias.upper < 0:
        notes.append("On what is held out, bias does not fall beyond chance.")
    notes += _notes_of_size(pruning.held_out[0].workload)
    if pruning.perplexity.share > pruning.budget:
        notes.append(
            f"On what is held out, perplexity rises by {pruning.perplexity.share:.1%}, more than "
            f"the budget of {pruning.budget:.1%}."
        )
    risen = [each.name for each in pruning.held_out[1:] if each.bias.lower > 0]
    if risen:
        notes.append(f"Bias of another kind rises: {', '.join(risen)}.")
    n_estimated, n_heads = pruning.effects.n_estimated, pruning.effects.exact.size
    if n_estimated:
        notes.append(
            f"z_bias {'and' if n_estimated == n_heads else 'or'} z_ppl of {n_estimated} of "
            f"{n_heads} heads are estimated by gradients; the figures of the table are not."
        )
    if pruning.search is not None and pruning.search.stopped == "interrupted":
        notes.append("The search was stopped; these are the best heads so far.")
    return tuple(notes)


def _notes_of_size(held: Workload) -> list[str]:
    """Return notes where there is little to judge by."""
    notes = []
    if held.items.n_units < 2:
        notes.append(
            "The prompts that are held out have one unit that is resampled, so that bias has no "
            "interval: give more templates or words."
        )
    n_windows, asked = len(held.windows), held.text.n_windows
    if asked is not None and n_windows < asked:
        notes.append(
            f"The text that is held out has {n_windows} windows of {held.text.window} tokens, not "
            f"{asked}."
        )
    return notes


def html_of(pruning: Pruning, *, picture: bool = True) -> str:
    """Return before and after, notes, and the map of heads."""
    from causal_magics.language.head_map_svg import head_map_svg

    rows = []
    for place, each in enumerate(pruning.held_out):
        last = place == len(pruning.held_out) - 1
        for _, name, what, before, after, change, low, high in _rows("", each, text=last):
            share = "" if change is None else f"{change:+.1%}"
            known = low is not None and high is not None and isfinite(low) and isfinite(high)
            between = f"{low:+.1%} … {high:+.1%}" if known else ""
            label = name if what in ("bias", "perplexity") else ""
            rows.append([label, what, f"{before:.3g}", f"{after:.3g}", share, between])
    shown = head_names(pruning.heads[:_MOST_NAMED]) + (
        " …" if len(pruning.heads) > _MOST_NAMED else ""
    )
    total = pruning.effects.exact.size
    caption = (
        f"{pruning.whole.model_id} without {len(pruning.heads)} of {total} heads "
        f"({pruning.strategy}): {shown or 'none'}"
    )
    marks = marks_of(pruning.heads, pruning.kept)
    map_of_heads = f"<div>{head_map_svg(pruning, marks=marks)}</div>" if picture else ""
    notes = "".join(f"<li>{escape(note)}</li>" for note in pruning.notes)
    return html_table(_HEAD, rows, caption) + map_of_heads + f"<ul>{notes}</ul>"

"""What pruning heads for one dimension of bias does to the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from causal_magics.data.bars import bars_are_off
from causal_magics.data.frames import new_frame
from causal_magics.data.html_table import html_table
from causal_magics.errors import PruningError, shorten
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.head_masks import HeadSites, checked_heads_of
from causal_magics.language.head_panels import Head
from causal_magics.language.loading import traced_model
from causal_magics.options import check_kind
from causal_magics.pruning.measure_lines import measure_of
from causal_magics.pruning.measures import BiasMeasure
from causal_magics.pruning.perplexity import PerplexityText
from causal_magics.pruning.workload import Change, Workload, evaluate_all

__all__ = ["Transfer", "transfer"]


@dataclass(frozen=True)
class Transfer:
    """How each set of heads changes each bias, and perplexity.

    Parameters
    ----------
    heads : mapping of str to tuple of (layer, head)
        By what they were pruned for.
    measures : tuple of str
        Names.
    bias : tuple of tuple of Change
        For each set of heads, for each measure.
    perplexity : tuple of Change
        For each set of heads.
    model_id : str
    """

    heads: Mapping[str, tuple[Head, ...]]
    measures: tuple[str, ...]
    bias: tuple[tuple[Change, ...], ...]
    perplexity: tuple[Change, ...]
    model_id: str

    def to_frame(self) -> Any:
        """Return one row for each set of heads and measure.

        Columns `pruned_for`, `n_heads`, `measure`, `before`, `after`, `change` (as a share), `low`
        and `high`; perplexity is the last measure of each set.
        """
        rows = [
            (name, len(heads), measure, change.before, change.after, change.share, change.lower,
             change.upper)
            for (name, heads), biases, perplexity in zip(
                self.heads.items(), self.bias, self.perplexity, strict=True
            )
            for measure, change in zip(
                (*self.measures, "perplexity"), (*biases, perplexity), strict=True
            )
        ]  # fmt: skip
        names = (
            "pruned_for", "n_heads", "measure", "before", "after", "change", "low", "high",
        )  # fmt: skip
        return new_frame(
            dict(zip(names, (list(each) for each in zip(*rows, strict=True)), strict=True))
        )

    def __repr__(self) -> str:
        return (
            f"<Transfer of {self.model_id}: pruned for {', '.join(self.heads)}; "
            f"{len(self.measures)} measures>"
        )

    def __str__(self) -> str:
        cells = [self._head(), *self._rows()]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in cells]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        caption = f"Change of bias and of perplexity, with 95 % intervals ({self.model_id})."
        return html_table(self._head(), self._rows(), caption)

    def _head(self) -> list[str]:
        return ["pruned for", "heads", *self.measures, "perplexity"]

    def _rows(self) -> list[list[str]]:
        return [
            [name, str(len(heads)), *map(str, biases), str(perplexity)]
            for (name, heads), biases, perplexity in zip(
                self.heads.items(), self.bias, self.perplexity, strict=True
            )
        ]


def transfer(
    model: CausalLM | str | Path,
    heads: Mapping[str, Iterable[Head]],
    measures: BiasMeasure | str | Iterable[BiasMeasure | str],
    text: PerplexityText,
) -> Transfer:
    """Prune sets of heads in turn, and measure every bias.

    Parameters
    ----------
    model : CausalLM, str or Path
        Or its name, as `load_model` takes it.
    heads : mapping of str to iterable of (layer, head)
        Sets of heads, by what they were pruned for.
    measures : BiasMeasure, str, or iterable of them
        Our own where a name is given; of prompts that no set was chosen by.
    text : PerplexityText

    Returns
    -------
    Transfer

    Raises
    ------
    PruningError
        Where there are no heads or no measures, a head is not in the model, or something else
        than a measure is given.
    OptionError
        Where heads are no mapping, or the text is none.
    LanguageModelError
        Where there is no such model, or it has no separable heads.
    """
    from tqdm.auto import tqdm

    check_kind("heads as a mapping of names to heads", heads, Mapping, "As in {'a': [(0, 1)]}.")
    check_kind("a PerplexityText", text, PerplexityText, "perplexity_text() makes one.")
    asked = _measures(measures)
    if not heads or not asked:
        raise PruningError("Expected sets of heads and measures of bias, got none.")
    whole = traced_model(model)
    shape = HeadSites.of(whole.network).shape
    chosen = {str(name): checked_heads_of(each, shape) for name, each in heads.items()}
    workloads = [Workload.of(whole, measure, text) for measure in asked]
    before = evaluate_all(workloads)
    bias, perplexity = [], []
    for each in tqdm(
        chosen.values(), unit="set", desc="Pruning", delay=1.0, leave=False, disable=bars_are_off()
    ):
        after = evaluate_all(workloads, each)
        pairs = list(zip(before, after, strict=True))
        bias.append(tuple(one.bias_change(other) for one, other in pairs))
        perplexity.append(before[0].perplexity_change(after[0]))
    names = tuple(measure.name for measure in asked)
    return Transfer(chosen, names, tuple(bias), tuple(perplexity), whole.model_id)


def _measures(measures: object) -> list[BiasMeasure]:
    if isinstance(measures, BiasMeasure | str):
        measures = [measures]
    if not isinstance(measures, Iterable):
        raise PruningError(
            f"Expected measures of bias, got {shorten(repr(measures))[1:-1]}. bias_measures() "
            "lists them."
        )
    return [measure_of(measure) for measure in measures]

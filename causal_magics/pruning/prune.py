"""`prune`: find the heads that carry bias, and the model without them.

Zayed et al., "Fairness-Aware Structured Pruning in Transformers" (AAAI 2024), with steps that are
verified together, and judged by words, templates and text that heads were not chosen by.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import Literal, get_args

from causal_magics.errors import OptionError, PruningError, shorten
from causal_magics.language.head_masks import HeadSites, checked_heads_of
from causal_magics.language.head_panels import Head
from causal_magics.language.loading import traced_model
from causal_magics.language.protocol import LanguageModel
from causal_magics.options import (
    check_count,
    check_option,
    check_path,
    check_positive,
    check_share,
)
from causal_magics.pruning.caution import PruningWarning
from causal_magics.pruning.measure_lines import measure_of
from causal_magics.pruning.measures import BiasMeasure, checked_measure
from causal_magics.pruning.perplexity import perplexity_text
from causal_magics.pruning.pruning_result import Judged, Pruning, judged
from causal_magics.pruning.search import search
from causal_magics.pruning.selection import check_shares, fasp, protected_heads
from causal_magics.pruning.sweep import Method, head_effects
from causal_magics.pruning.workload import Evaluation, Workload, evaluate_all

__all__ = ["prune"]

Way = Literal["steps", "one-shot"]
SMALLEST_BIAS = 1e-9
"""Below it a bias is rounding."""
WINDOWS = 16
"""On how many windows of text perplexity is measured, where nothing else is said."""


def prune(
    model: LanguageModel | str | Path,
    measure: BiasMeasure | str | Sequence[str] = "gender",
    *,
    budget: float = 0.02,
    ratio: float = 0.1,
    keep: float = 0.0,
    strategy: Way = "steps",
    method: Method = "gradient",
    also: BiasMeasure | str | Sequence[BiasMeasure | str] = (),
    source: str = "own",
    groups: Mapping[str, Sequence[str]] | Sequence[str] = (),
    templates: Sequence[str] = (),
    words: Sequence[str] = (),
    kept_heads: Iterable[Head | str] | str = (),
    text: str | Path | Iterable[str] = "own",
    n_windows: int = WINDOWS,
    held_out: float = 0.5,
    seed: int = 0,
    checkpoint: str | PathLike[str] | None = None,
) -> Pruning:
    """Find the heads of a language model that carry bias, and prune them.

    Heads are chosen by one part of the words, templates and text, and judged by the other. With
    ``"steps"`` the heads that bring most bias for what perplexity they are worth are cut a few at a
    time, effects are computed anew without them, and each step is verified; ``"one-shot"`` is FASP
    as published: of all heads but the share `keep` of largest z_ppl, the share `ratio` of largest
    z_bias. The model itself is not changed.

    Parameters
    ----------
    model : LanguageModel, str or Path
        A causal model whose weights are here; what `load_model` takes.
    measure : BiasMeasure or str
        A measure of bias, or the name of its dimension, which `bias_measures` lists.
    budget : float
        By what share perplexity may rise, with ``"steps"``.
    ratio : float
        The share of heads that is pruned (α), or at most pruned with ``"steps"``.
    keep : float
        The share of heads that is protected (γ): those that perplexity needs most.
    strategy : {"steps", "one-shot"}
    method : {"gradient", "hybrid", "exact"}
        How the effects of heads are computed; see `head_effects`.
    also : BiasMeasure, str, or sequence of them
        Measures by which the result is judged too.
    source : str
        Where measures that are named come from; see `bias_measure`.
    groups, templates, words : sequence of str, optional
        Prompts of your own, with lines such as ``Muslim: Muslim man / Muslim woman``,
        ``The {} was`` and ``dangerous / safe``; what is left out is as in the named measure.
    kept_heads : iterable of (layer, head), or str
        Heads that must not be pruned: ``L3H1 L5H0``.
    text : {"own", "bold"}, path, or iterable of str
        What perplexity is measured on; see `perplexity_text`.
    n_windows : int
        How many windows of it, of 128 tokens each, to choose by and to judge by.
    held_out : float
        What share of words, templates and text is not used to choose heads.
    seed : int
        Of the split.
    checkpoint : path, optional
        A folder in which finished parts are kept, and from which they are taken.

    Returns
    -------
    Pruning

    Raises
    ------
    PruningError
        Where a measure, its groups or heads are not as expected, or the model shows no bias.
    OptionError
        Where an option is outside what it can be, or ratio and keep are more than 1 together.
    LanguageModelError
        Where the model has no heads that stand apart.
    StorageError
        Where the checkpoint is of another run, or cannot be written.

    Warns
    -----
    PruningWarning
        Where the measure is too noisy to prune by, or the search or the judging was interrupted.
    """
    check_option("strategy", strategy, get_args(Way))
    check_option("method", method, get_args(Method))
    _check_shares(ratio, keep, strategy)
    _check_numbers(held_out, budget, seed)
    if checkpoint is not None:
        check_path("checkpoint", checkpoint)
    asked = traced_model(model)
    shape = HeadSites.of(asked.network).shape
    kept = checked_heads_of(_read_heads(kept_heads), shape)
    pruned_by = measure_of(measure, source, groups, templates, words)
    prose = perplexity_text(text, n_windows=n_windows).split(1.0 - held_out, seed)
    first, second = pruned_by.split(1.0 - held_out, seed)
    others = [measure_of(each, source).split(1.0 - held_out, seed)[1] for each in _listed(also)]
    chosen_by = Workload.of(asked, checked_measure(first), prose[0])
    judges = [Workload.of(asked, checked_measure(each), prose[1]) for each in (second, *others)]
    before = evaluate_all(judges)
    _check_bias(before[0], pruned_by)

    folder = None if checkpoint is None else Path(checkpoint)
    effects = head_effects(chosen_by, method=method, checkpoint=folder and folder / "effects")
    effects.warn_if_noisy()
    _check_bias(effects.base, pruned_by)
    steps = None
    if strategy == "one-shot":
        heads = fasp(effects, alpha=ratio, gamma=keep, keep=kept)
    else:
        steps = search(
            chosen_by, budget=budget, ratio=ratio, keep={*kept, *protected_heads(effects, keep)},
            method=method, effects=effects, checkpoint=folder and folder / "steps",
        )  # fmt: skip
        heads = steps.heads
    known = None if steps is None else steps.best.evaluation
    own = Judged(chosen_by, heads, effects.base, known)
    return Pruning(
        whole=asked, heads=heads, kept=kept, effects=effects, chosen_by=own,
        held_out=_judged(judges, heads, before), budget=float(budget), strategy=strategy,
        search=steps, name=str(model) if isinstance(model, str | Path) else "",
    )  # fmt: skip


def _judged(
    judges: Sequence[Workload], heads: tuple[Head, ...], before: Sequence[Evaluation]
) -> tuple[Judged, ...]:
    """Judge the heads; where that is interrupted, they are kept, and judged when that is asked."""
    try:
        return judged(judges, heads, before)
    except KeyboardInterrupt:
        warnings.warn(
            "Stopped while the result was judged: the heads are kept, and what is held out is run "
            "when figures are first asked for.", PruningWarning, stacklevel=3,
        )  # fmt: skip
        return tuple(Judged(each, heads, known) for each, known in zip(judges, before, strict=True))


def _check_bias(base: Evaluation, measure: BiasMeasure) -> None:
    """Raise where there is nothing to prune."""
    if not base.bias > SMALLEST_BIAS:
        raise PruningError(
            f"Expected a bias to prune, got {base.bias:.3g} {measure.unit} of {measure.name}. "
            "Use other prompts or words."
        )


def _check_numbers(held_out: object, budget: object, seed: object) -> None:
    check_share("held_out", held_out)
    check_positive("budget", budget)
    check_count("seed", seed, least=0)


def _check_shares(ratio: object, keep: object, strategy: Way) -> None:
    if strategy == "steps":
        check_share("ratio", ratio)
    try:
        check_shares(ratio, keep, ("ratio", "keep"))
    except OptionError as error:
        if isinstance(keep, Real):
            raise
        raise OptionError(f"{error} Heads to keep go to kept_heads.") from None


def _listed(measures: object) -> list[object]:
    if isinstance(measures, str) or not isinstance(measures, Iterable):
        return [measures]
    return list(measures)


def _read_heads(heads: object) -> list[object]:
    """Return heads that may be written as ``L3H1``."""
    if isinstance(heads, str):
        heads = [heads]
    if not isinstance(heads, Iterable):
        raise PruningError(f"Expected heads such as L3H1, got {shorten(repr(heads))[1:-1]}.")
    found: list[object] = []
    for each in heads:
        if isinstance(each, str):
            found += [_read_head(word) for word in each.replace(",", " ").split()]
        else:
            found.append(each)
    return found


def _read_head(text: str) -> Head:
    layer, found, head = text.strip().upper().removeprefix("L").partition("H")
    if not (found and layer.isdecimal() and head.isdecimal()):
        raise PruningError(f"Expected a head such as L3H1, got {shorten(text)}.")
    return int(layer), int(head)

"""Pruning by steps: a few heads, effects anew, and every set of heads verified together.

Effects of single heads do not add up, and what helps on some prompts need not help on others. So
heads are taken a few at a time, the effects of the others are computed without them, and a step is
taken only where the heads together lower bias beyond what chance over the prompts would, within the
budget of perplexity.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from math import floor
from os import PathLike
from typing import get_args

import numpy as np

from causal_magics.data.checkpoint import Checkpoint
from causal_magics.errors import OptionError, PruningError, shorten
from causal_magics.language.head_masks import HeadSites, checked_heads_of, kept_mask
from causal_magics.language.head_panels import Head
from causal_magics.language.progress import bars_are_off
from causal_magics.options import check_count, check_option, check_share
from causal_magics.pruning.head_effects import HeadEffects, PruningWarning
from causal_magics.pruning.search_result import Search, Stopped, Verified
from causal_magics.pruning.selection import Choice
from causal_magics.pruning.sweep import Method, head_effects
from causal_magics.pruning.verification import Verifier, careful_rise, key_of
from causal_magics.pruning.workload import Evaluation, Workload

__all__ = ["search"]

_DONE: Stopped = "nothing more helps"
RANKED_BY, FEWEST_WINDOWS = 1 / 3, 4
"""How many windows rank heads by their effect on perplexity; sets are verified by all."""
RELAXED = (1.0, 0.25)
"""How the price falls: first what costs little, then what costs more."""
TRIES = 4
"""How many sets of heads are verified in a round before it is given up."""


def search(
    workload: Workload,
    *,
    budget: float = 0.02,
    ratio: float = 0.2,
    keep: Iterable[Head] = (),
    start: Iterable[Head] = (),
    step: int = 3,
    method: Method = "hybrid",
    price: float = 0.5,
    group_size: int = 1,
    effects: HeadEffects | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> Search:
    """Prune heads by steps, until nothing more lowers bias within a budget of perplexity.

    Parameters
    ----------
    workload : Workload
        What is trained on, so to speak: judge the result by another.
    budget : float
        By what share perplexity may rise, one standard error over windows included: with more text
        more of the budget can be used.
    ratio : float
        The most heads that are pruned, as a share of all.
    keep, start : iterable of (layer, head)
        Heads that are never pruned, and heads that are pruned to begin with; the latter can come
        back.
    step : int
        How many heads are taken together. Where they do not help, half as many are tried, and so
        on.
    method : {"hybrid", "exact", "gradient"}
        How effects are computed at first: see `head_effects`. In later rounds they are computed by
        gradients, but what a head costs in perplexity is kept where it was exact.
    price : float
        What share of bias the whole budget of perplexity is worth at first. Heads and steps are
        valued by what they take from bias, less what they cost at this price, which is lowered
        where nothing is worth it any more.
    group_size : int
        How many neighbouring heads are pruned together or not at all: see `fasp`.
    effects : HeadEffects, optional
        Of the model without the heads it starts from, where they are known.
    checkpoint : path, optional
        A folder in which effects and verified sets are kept, and from which they are taken, so
        that an interrupted search goes on.

    Returns
    -------
    Search

    Raises
    ------
    OptionError, PruningError
        Where an option is none, heads are not in the model, or a head is to be kept and pruned.
    LanguageModelError
        Where the model has no separable heads.
    StorageError
        Where the checkpoint is of another run, or cannot be written.

    Warns
    -----
    PruningWarning
        Where it was interrupted: the best set so far is the result.
    """
    for name, value in (("budget", budget), ("price", price)):
        if not isinstance(value, int | float) or not 0.0 < value < np.inf:
            raise OptionError(f"Expected {name} above 0, got {shorten(str(value))}.")
    check_share("ratio", ratio)
    check_count("step", step)
    check_option("method", method, get_args(Method))
    shape = HeadSites.of(workload.model.network).shape
    choice = Choice(shape, group_size, keep=keep)
    begun = checked_heads_of(start, shape)
    both = [head for head in begun if choice.kept[head[0], head[1] // group_size]]
    if both:
        raise PruningError(f"Expected heads to keep or to start without, got {both[0]} as both.")
    most = floor(ratio * shape[0] * shape[1])
    if len(begun) > most:
        raise PruningError(
            f"Expected to start without at most {most} heads, the ratio {ratio} of all, got "
            f"{len(begun)}."
        )
    store = Checkpoint.at(checkpoint, {**workload.settings, "method": method})
    known = effects if effects is not None and effects.removed == begun else None
    walk = _Walk(Verifier(workload, store), choice, budget, method, known)
    stopped = walk.run(begun, step, most, price)
    if stopped == "interrupted":
        warnings.warn(
            "Stopped: these are the best heads so far."
            + (" Call search again with the same checkpoint to go on." if store.folder else ""),
            PruningWarning, stacklevel=2,
        )  # fmt: skip
    return Search(
        walk.base, tuple(walk.path), budget, workload.measure.name, workload.model.model_id, stopped
    )


def some_windows(workload: Workload) -> Workload:
    """Return a workload of a third of the windows, but four at least, spread over all."""
    n_windows = len(workload.windows)
    count = min(n_windows, max(FEWEST_WINDOWS, round(n_windows * RANKED_BY)))
    chosen = np.linspace(0, n_windows - 1, count).round().astype(int)
    return replace(workload, windows=tuple(workload.windows[place] for place in chosen))


class _Walk:
    """One search: where it stands, and what it tried."""

    def __init__(
        self,
        verify: Verifier,
        choice: Choice,
        budget: float,
        method: Method,
        effects: HeadEffects | None,
    ) -> None:
        self.verify = verify
        self.choice = choice
        self.budget = budget
        self.price = 0.0
        self.method = method
        self.ranked_by = some_windows(verify.workload)
        self.known = effects
        self.costs = np.full(choice.shape, np.nan)
        self.base = verify(())
        self.path: list[Verified] = []
        self.refused: set[tuple[Head, ...]] = set()
        self.worth: dict[tuple[Head, ...], float] = {}

    # ------------------------------------------------------------------ the walk

    def run(self, start: tuple[Head, ...], step: int, most: int, price: float) -> Stopped:
        """Take steps until none is left, or so many heads are cut; then at a lower price."""
        from tqdm.auto import tqdm

        with tqdm(
            unit="set", desc="Pruning", delay=1.0, leave=False, disable=bars_are_off()
        ) as bar:  # fmt: skip
            self.bar = bar
            try:
                self._try(start, 0, taken=True)
                turn = 1
                for share in RELAXED:
                    self.price = share * price
                    self.refused.clear()
                    while self._forward(turn, step, most) or self._back(turn):
                        turn += 1
            except KeyboardInterrupt:
                if not self.path:
                    raise
                return "interrupted"
        return "enough heads" if len(self.here.heads) + self.choice.group_size > most else _DONE

    @property
    def here(self) -> Verified:
        """The last set that was taken."""
        return next(each for each in reversed(self.path) if each.taken)

    def _forward(self, turn: int, step: int, most: int) -> bool:
        """Try to cut more heads; say whether that was a step forward."""
        here = self.here.heads
        ranked = self._candidates(here)
        size = min(step, (most - len(here)) // self.choice.group_size)
        for _ in range(TRIES):
            chosen = ranked[:size]
            if not chosen:
                return False
            heads = sorted({*here, *(head for unit in chosen for head in unit)})
            if self._try(tuple(heads), turn):
                return True
            if size == 1:
                self.refused.add(ranked.pop(0))
            size = max(1, size // 2)
        return False

    def _back(self, turn: int) -> bool:
        """Try to put heads back, those of least worth first; say whether that was of use."""
        here = self.here.heads
        size = self.choice.group_size
        units = {
            tuple(group) for _, group in groupby(here, lambda each: (each[0], each[1] // size))
        }
        for unit in sorted(units, key=lambda each: (self.worth.get(each, 0.0), each))[:TRIES]:
            if self._try(tuple(head for head in here if head not in unit), turn):
                self.refused.add(unit)
                return True
        return False

    def _try(self, heads: tuple[Head, ...], turn: int, *, taken: bool = False) -> bool:
        """Verify heads together, and go on from there if that is better."""
        if not taken and any(each.heads == heads for each in self.path):
            return False
        evaluation = self.verify(heads)
        found = Verified(heads, evaluation, turn, taken or self._is_better(heads, evaluation))
        self.path.append(found)
        self.bar.update()
        self.bar.set_postfix_str(
            f"{len(self.here.heads)} heads, bias {self.here.evaluation.bias:.3g}"
        )
        return found.taken

    # ------------------------------------------------------------------ what is better

    def _is_better(self, heads: tuple[Head, ...], after: Evaluation) -> bool:
        before = self.here
        within = careful_rise(self.base, after) <= self.budget
        cheaper = after.perplexity < before.evaluation.perplexity
        if not (within or cheaper) or self._merit(after) >= self._merit(before.evaluation):
            return False
        if len(heads) < len(before.heads):
            return True
        return before.evaluation.bias_change(after).upper < 0.0

    def _merit(self, evaluation: Evaluation) -> float:
        """Return what is left of bias, and what perplexity costs; less is better."""
        change = evaluation.perplexity / self.base.perplexity - 1.0
        return evaluation.bias / self.base.bias + self.price * max(change, 0.0) / self.budget

    def _candidates(self, here: tuple[Head, ...]) -> list[tuple[Head, ...]]:
        """Return groups of heads that seem worth cutting, the best first.

        What they take from bias counts as the lower end of its interval. What they take from
        perplexity is of value where it has risen.
        """
        effects = self._effects(here)
        choice = Choice(effects.shape, self.choice.group_size, here, self.choice.keep)
        gain = choice.joined(effects.bias_interval[0]) / self.base.bias
        rises = np.where(np.isnan(self.costs), effects.z_perplexity, self.costs)
        cost = choice.joined(rises) / self.base.perplexity / self.budget
        if self.here.evaluation.perplexity <= self.base.perplexity:
            cost = np.maximum(cost, 0.0)
        value = gain - self.price * cost
        free = choice.present & ~choice.kept & (value > 0.0) & (gain > 0.0)
        found = []
        for place in np.argsort(-np.where(free, value, -np.inf), axis=None, kind="stable"):
            unit = choice.heads(np.arange(free.size).reshape(free.shape) == place)
            if not free.flat[place]:
                break
            if unit not in self.refused:
                found.append(unit)
                self.worth[unit] = float(value.flat[place])
        return found

    def _effects(self, here: tuple[Head, ...]) -> HeadEffects:
        """Return the effects of heads where others are cut.

        Only the first are computed as was asked, the others by gradients, which tell what heads
        bring of bias well enough. Of perplexity they tell much less, so that what was exact is
        kept.
        """
        first = self.known is None
        if self.known is None or self.known.removed != here:
            folder = self.verify.store.folder
            self.known = head_effects(
                self.ranked_by, method=self.method if first else "gradient", removed=here,
                checkpoint=folder and folder / key_of(here),
            )  # fmt: skip
        new = np.isnan(self.costs) & self.known.exact_losses & kept_mask(here, self.known.shape)
        self.costs[new] = self.known.z_perplexity[new]
        return self.known

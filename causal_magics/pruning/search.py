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
from math import floor
from os import PathLike
from typing import get_args

import numpy as np

from causal_magics.data.bars import bars_are_off
from causal_magics.data.checkpoint import Checkpoint
from causal_magics.errors import PruningError
from causal_magics.language.head_masks import HeadSites
from causal_magics.language.head_panels import Head
from causal_magics.options import check_count, check_option, check_positive, check_share
from causal_magics.pruning.caution import PruningWarning
from causal_magics.pruning.head_effects import HeadEffects
from causal_magics.pruning.search_result import Search, Stopped, Verified
from causal_magics.pruning.selection import Choice
from causal_magics.pruning.sweep import Method, head_effects
from causal_magics.pruning.verification import Verifier, careful_rise, key_of
from causal_magics.pruning.workload import Evaluation, Workload

__all__ = ["search"]

_DONE: Stopped = "nothing more helps"
PRICES = (1.0, 0.25, 0.0625)
"""How the price falls: first what costs little, then what costs more."""
TRIES = 4
"""How many sets of heads are verified in a round before it is given up."""


def search(
    workload: Workload,
    *,
    budget: float = 0.02,
    ratio: float = 0.2,
    keep: Iterable[Head] = (),
    step: int = 4,
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
    keep : iterable of (layer, head)
        Heads that are never pruned.
    step : int
        How many heads are taken together at first. Where they help, twice as many are tried next;
        where not, half as many, and so on.
    method : {"hybrid", "exact", "gradient"}
        How effects are computed at first: see `head_effects`. In later rounds what heads bring of
        bias is computed by gradients, and what they cost in perplexity is kept.
    price : float
        What share of bias the whole budget of perplexity is worth at first. Heads and steps are
        valued by what they take from bias, less what they cost at this price, which is lowered
        where nothing is worth it any more.
    group_size : int
        How many neighbouring heads are pruned together or not at all: see `fasp`.
    effects : HeadEffects, optional
        Of the whole model, where they are known; their text may be another.
    checkpoint : path, optional
        A folder in which effects and verified sets are kept, and from which they are taken, so
        that an interrupted search goes on.

    Returns
    -------
    Search

    Raises
    ------
    OptionError
        Where an option is none.
    PruningError
        Where heads to keep are not in the model, or there is one window of text only.
    LanguageModelError
        Where the model has no separable heads.
    StorageError
        Where the checkpoint is of another run, or cannot be written.

    Warns
    -----
    PruningWarning
        Where it was interrupted: the best set so far is the result.
    """
    check_positive("budget", budget)
    check_positive("price", price)
    check_share("ratio", ratio)
    check_count("step", step)
    check_option("method", method, get_args(Method))
    if len(workload.windows) < 2:
        raise PruningError(
            f"Expected two windows of text or more, to tell how sure perplexity is, got "
            f"{len(workload.windows)}. Give more text."
        )
    shape = HeadSites.of(workload.model.network).shape
    choice = Choice(shape, group_size, keep=keep)
    store = Checkpoint.at(checkpoint, {**workload.settings, "method": method})
    walk = _Walk(Verifier(workload, store), choice, budget, method, effects)
    stopped = walk.run(step, floor(ratio * shape[0] * shape[1]), price)
    if stopped == "interrupted":
        warnings.warn(
            "Stopped: these are the best heads so far."
            + (" Call search again with the same checkpoint to go on." if store.folder else ""),
            PruningWarning, stacklevel=2,
        )  # fmt: skip
    return Search(
        walk.base, tuple(walk.path), budget, workload.measure.name, workload.model.model_id, stopped
    )


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
        self.size = 0
        self.method = method
        self.known = effects
        self.latest: HeadEffects | None = None
        self.costs = self.charges = np.empty(0)
        self.base = verify(())
        self.path = [Verified((), self.base, 0, taken=True)]
        self.refused: set[tuple[Head, ...]] = set()

    # ------------------------------------------------------------------ the walk

    def run(self, step: int, most: int, price: float) -> Stopped:
        """Take steps until none is left, or so many heads are cut; then at a lower price."""
        from tqdm.auto import tqdm

        with tqdm(
            unit="set", desc="Pruning", delay=1.0, leave=False, disable=bars_are_off()
        ) as bar:  # fmt: skip
            self.bar = bar
            try:
                turn = 1
                for share in PRICES:
                    self.price = share * price
                    self.size = step
                    self.refused.clear()
                    while self._forward(turn, most):
                        turn += 1
            except KeyboardInterrupt:
                if self.known is None:
                    raise
                return "interrupted"
        return "enough heads" if len(self.here.heads) + self.choice.group_size > most else _DONE

    @property
    def here(self) -> Verified:
        """The last set that was taken."""
        return next(each for each in reversed(self.path) if each.taken)

    def _forward(self, turn: int, most: int) -> bool:
        """Try to cut more heads; say whether that was a step forward."""
        here = self.here.heads
        effects = self._effects(here)
        room = (most - len(here)) // self.choice.group_size
        for _ in range(TRIES):
            chosen = self._candidates(effects)[: min(self.size, room)]
            if not chosen:
                return False
            heads = [head for unit in chosen for head in unit]
            if self._try(sorted({*here, *heads}), turn):
                self.size = 2 * len(chosen)
                return True
            self._charge(heads)
            if len(chosen) == 1:
                self.refused.add(chosen[0])
            self.size = max(1, len(chosen) // 2)
        return False

    def _try(self, heads: list[Head], turn: int) -> bool:
        """Verify heads together, and go on from there if that is better."""
        evaluation = self.verify(heads)
        taken = self._is_better(evaluation)
        self.path.append(Verified(tuple(heads), evaluation, turn, taken))
        self.bar.update()
        self.bar.set_postfix_str(
            f"{len(self.here.heads)} heads, bias {self.here.evaluation.bias:.3g}"
        )
        return taken

    def _charge(self, heads: list[Head]) -> None:
        """Charge heads that were refused with what they cost together above what was expected.

        Which of them it was is not known, so that they come later, but stay candidates.
        """
        rise = self.path[-1].evaluation.perplexity - self.here.evaluation.perplexity
        rows, columns = (list(part) for part in zip(*heads, strict=True))
        expected = (self.costs + self.charges)[rows, columns].sum()
        self.charges[rows, columns] += max(rise - expected, 0.0) / len(heads)

    # ------------------------------------------------------------------ what is better

    def _is_better(self, after: Evaluation) -> bool:
        """Say whether bias falls beyond chance, within the budget and for what it is worth."""
        before = self.here.evaluation
        within = careful_rise(self.base, after) <= self.budget
        if not within or self._merit(after) >= self._merit(before):
            return False
        return before.bias_change(after).upper < 0.0

    def _merit(self, evaluation: Evaluation) -> float:
        """Return what is left of bias, and what perplexity costs; less is better."""
        change = evaluation.perplexity / self.base.perplexity - 1.0
        return evaluation.bias / self.base.bias + self.price * max(change, 0.0) / self.budget

    def _candidates(self, effects: HeadEffects) -> list[tuple[Head, ...]]:
        """Return groups of heads that seem worth cutting, the best first.

        What they take from bias counts as the lower end of its interval. What they take from
        perplexity is of value where it has risen.
        """
        choice = Choice(
            effects.shape, self.choice.group_size, effects.removed, self.choice.keep
        )  # fmt: skip
        gain = choice.joined(effects.bias_interval[0]) / self.base.bias
        worth = self.budget * self.base.perplexity / self.price
        cost, charge = choice.joined(self.costs) / worth, choice.joined(self.charges) / worth
        if self.here.evaluation.perplexity <= self.base.perplexity:
            cost = np.maximum(cost, 0.0)
        free = choice.present & ~choice.kept & (gain > cost) & (gain > 0.0)
        value = gain - cost - charge
        order = np.argsort(-np.where(free, value, -np.inf), axis=None, kind="stable")
        places = np.arange(free.size).reshape(free.shape)
        units = [choice.heads(places == place) for place in order[: free.sum()]]
        return [unit for unit in units if unit not in self.refused]

    def _effects(self, here: tuple[Head, ...]) -> HeadEffects:
        """Return the effects of heads where some are cut.

        Those of the whole model tell what heads cost. Later ones are of bias only, and by
        gradients, which tell well enough what heads bring of it; text takes most of the time.
        """
        folder = self.verify.store.folder
        workload = self.verify.workload
        if self.known is None:
            self.known = head_effects(
                workload, method=self.method, checkpoint=folder and folder / key_of(())
            )
        if not self.costs.size:
            self.costs = self.known.z_perplexity * self.base.perplexity / self.known.base.perplexity
            self.charges = np.zeros_like(self.costs)
        if not here:
            return self.known
        if self.latest is None or self.latest.removed != here:
            self.latest = head_effects(
                replace(workload, windows=()), method="gradient", removed=here,
                checkpoint=folder and folder / key_of(here),
            )  # fmt: skip
        return self.latest

"""`mediate`: through which parts of a model a word in the prompt acts on what it says.

Vig et al., "Investigating gender bias in language models using causal mediation analysis" (2020).
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.bars import bars_are_off
from causal_magics.data.checkpoint import Checkpoint
from causal_magics.errors import LanguageModelError, shorten
from causal_magics.language.anatomy import anatomy_of
from causal_magics.language.changes import Override
from causal_magics.language.loading import traced_model
from causal_magics.language.protocol import LanguageModel
from causal_magics.options import check_count, check_option
from causal_magics.probing.mediation_result import Mediation, MediationWarning, joint_order
from causal_magics.probing.mediation_run import Chosen, Floats, Mediators, Runner
from causal_magics.probing.mediation_texts import Block, Tokens, blocks_of, lines_of
from causal_magics.probing.prompt_pairs import PromptPair, read_pairs

__all__ = ["mediate"]

NEURONS = 100
"""How many neurons are run exactly where nothing else is said."""
CURVE = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233)
"""How many mediators act together, in the curve of the concentrated effect."""


def mediate(
    pairs: Sequence[PromptPair | str] | Any,
    model: LanguageModel | str | Path = "smollm2",
    *,
    mediators: Mediators = "heads",
    how: Override = "output",
    screen: int | None = None,
    direct: bool = False,
    tokens: Tokens = "mean",
    checkpoint: str | PathLike[str] | None = None,
) -> Mediation:
    """Trace the effect of a word in the prompt through the parts of a language model.

    For each pair the odds of the other word against the expected one are computed under the base
    prompt, under the counterfactual, and under the base prompt with one mediator as under the
    counterfactual: the indirect effect through it. All mediators together give the total's indirect
    and direct parts. Effects equal those of one forward pass for each within 1e-4.

    Parameters
    ----------
    pairs
        `PromptPair` s, lines ``The nurse said that -> The man said that | she / he``, or a data
        frame with the columns base, counterfactual, expected, other. Both prompts of a pair need
        as many tokens.
    model : LanguageModel, str or Path
        A causal model whose weights are here; what `load_model` takes.
    mediators : {"heads", "neurons", "layers", "positions"}
        Attention heads; neurons of the MLPs; what whole layers add; or the hidden states after
        each layer, position by position, counted from the end.
    how : {"output", "attention"}
        Whether a head takes over its output under the counterfactual, or only its attention
        weights, at all positions, as Vig et al. do.
    screen : int, optional
        Estimate all mediators by one backward pass, and run only so many of the largest exactly.
        Neurons are always screened, by default to 100.
    direct : bool
        Run also the direct effect past each mediator.
    tokens : {"mean", "sum"}
        Of words of several tokens, the mean log-probability as in the paper, or the sum.
    checkpoint : path, optional
        A folder in which finished parts are kept, and from which they are taken.

    Returns
    -------
    Mediation

    Raises
    ------
    PromptError
        Where pairs cannot be compared.
    OptionError
        Where an option is none that there is, or `screen` is no whole number from 1.
    StorageError
        Where the checkpoint cannot be written, or is of a run with other settings.
    LanguageModelError
        Where the model cannot be looked into.
    """
    check_option("mediators", mediators, get_args(Mediators))
    check_option("how", how, get_args(Override))
    check_option("tokens", tokens, get_args(Tokens))
    if screen is not None:
        check_count("screen", screen)
    found = read_pairs(pairs)
    asked = traced_model(model)
    lines = lines_of(found, asked, tokens)
    anatomy = anatomy_of(asked.network)
    n_units = {
        "heads": anatomy.n_heads,
        "neurons": anatomy.n_neurons,
        "layers": 1,
        "positions": max(line.n_open for line in lines),
    }[mediators]
    if mediators == "neurons":
        screen = screen or NEURONS
    n_mediators = anatomy.n_layers * n_units
    n_rows = min(n_mediators, screen or n_mediators)
    blocks = list(blocks_of(lines, anatomy, max(n_rows, len(CURVE)), asked.network.device))
    runner = Runner(anatomy, mediators, how, n_units)
    settings = {
        "model": asked.model_id, "mediators": mediators, "how": how, "screen": screen,
        "tokens": tokens, "blocks": [block.pairs.tolist() for block in blocks],
        "pairs": hashlib.sha256(
            json.dumps([[p.base, p.counterfactual, p.expected, p.other] for p in found]).encode()
        ).hexdigest(),
    }  # fmt: skip
    store = Checkpoint.at(checkpoint, settings)
    study = _Study(found, asked.model_id, runner, blocks, store, screen)
    return study.run(direct=bool(direct))


class _Study:
    """One call of `mediate`: block by block, each part kept as soon as it is there."""

    def __init__(
        self,
        pairs: tuple[PromptPair, ...],
        model_id: str,
        runner: Runner,
        blocks: Sequence[Block],
        store: Checkpoint,
        screen: int | None,
    ) -> None:
        self.pairs = pairs
        self.model_id = model_id
        self.runner = runner
        self.blocks = blocks
        self.store = store
        self.screen = screen
        self.shape = (runner.anatomy.n_layers, runner.n_units)
        self.parts: dict[str, Floats] = {}
        self.exact: NDArray[np.bool_] = np.ones(self.shape, dtype=bool)
        self.sizes: tuple[int, ...] = ()

    def run(self, *, direct: bool) -> Mediation:
        """Run everything; an interrupt keeps the pairs that are finished."""
        interrupted = False
        try:
            self._run(direct=direct)
        except KeyboardInterrupt:
            interrupted = True
        indirect = self.parts.get("indirect", np.full((1, 1, 1), np.nan))
        done = ~np.isnan(indirect).any(axis=(1, 2))
        if not interrupted and not done.all():
            failed = self.pairs[int(np.argmin(done))]
            raise LanguageModelError(
                f"Expected log-probabilities, but {self.model_id} gives NaN for "
                f"{shorten(failed.base)}. Load it with dtype float32."
            )
        if not done.any():
            raise KeyboardInterrupt
        if interrupted:
            warnings.warn(
                f"Stopped: this is of {np.sum(done)} of {len(self.pairs)} pairs, and sets of "
                "mediators that were not run are left out.", MediationWarning, stacklevel=3,
            )  # fmt: skip
        return self._result(np.flatnonzero(done), interrupted=interrupted)

    def _run(self, *, direct: bool) -> None:
        total = len(self.pairs) * (1 + (self.screen is not None) + 1 + direct)
        from tqdm.auto import tqdm

        with tqdm(
            total=total, unit="pair", desc="Mediation", delay=1.0, leave=False,
            disable=bars_are_off(),
        ) as bar:  # fmt: skip
            self._fill("null", (), lambda b: self.runner.log_odds(b, b.base), bar)
            self._fill("set", (), lambda b: self.runner.log_odds(b, b.counterfactual))
            if self.screen is not None:
                self._fill("estimate", self.shape, self.runner.estimates, bar)
                sizes = np.abs(self.parts["estimate"].mean(axis=0))
                self.exact = np.zeros(self.shape, dtype=bool)
                self.exact.flat[np.argsort(-sizes, axis=None)[: self.screen]] = True
            chosen = [np.flatnonzero(row).tolist() for row in self.exact]
            self._fill("indirect", self.shape, lambda b: self._effects(b, chosen), bar)
            if direct:
                self._fill("direct", self.shape, lambda b: self._past(b, chosen), bar)
            if self.runner.mediators in ("heads", "neurons"):
                self._together()

    def _effects(self, block: Block, chosen: Chosen) -> Floats:
        """Return log-odds under each intervention; where none was run, what is estimated."""
        found = self.runner.effects(block, chosen)
        before = self.parts["null"][block.pairs][:, None, None]
        other = before + self.parts["estimate"][block.pairs] if self.screen else before
        return np.where(np.isnan(found), other, found)

    def _past(self, block: Block, chosen: Chosen) -> Floats:
        """Return log-odds past each mediator; where a text has none of that place, its own."""
        found = self.runner.effects(block, chosen, direct=True)
        own = self.parts["set"][block.pairs][:, None, None]
        return np.where(np.isnan(found) & self.exact, own, found)

    def _together(self) -> None:
        """Run all mediators at once, and the largest together."""
        moved = self.parts["indirect"] - self.parts["null"][:, None, None]
        mean = moved.mean(axis=0)
        order = joint_order(mean, float((self.parts["set"] - self.parts["null"]).mean()))
        self.sizes = (*(k for k in CURVE if k < mean.size), mean.size)
        sets = np.zeros((len(self.sizes), mean.size), dtype=bool)
        for row, size in enumerate(self.sizes):
            sets[row, order[:size]] = True
        sets = sets.reshape(len(sets), *self.shape)
        n_sets = (len(sets),)
        self._fill("together", n_sets, lambda block: self.runner.joint(block, sets))
        everything = sets[-1:]
        self._fill("past all", (1,), lambda b: self.runner.joint(b, everything, direct=True))

    def _fill(
        self,
        name: str,
        shape: tuple[int, ...],
        compute: Callable[[Block], Floats],
        bar: Any = None,
    ) -> None:
        """Compute a part block by block, or take it from the checkpoint."""
        part = np.full((len(self.pairs), *shape), np.nan)
        self.parts[name] = part
        for index, block in enumerate(self.blocks):
            key = f"{name}-{index}".replace(" ", "-")
            values = self.store.get(key)
            if values is None or values.shape != part[block.pairs].shape:
                values = compute(block)
                self.store.put(key, values)
            part[block.pairs] = values
            if bar is not None:
                bar.update(len(block.pairs))

    def _result(self, done: NDArray[np.int64], *, interrupted: bool) -> Mediation:
        def of(name: str) -> Floats | None:
            part = self.parts.get(name)
            return None if part is None or np.isnan(part[done]).any() else part[done]

        null, setting, indirect = (self.parts[name][done] for name in ("null", "set", "indirect"))
        together, past = of("together"), of("past all")
        direct = self.parts.get("direct")
        if direct is not None:
            direct = None if np.isnan(direct[done][:, self.exact]).any() else direct[done]
        return Mediation(
            pairs=tuple(self.pairs[index] for index in done),
            model_id=self.model_id,
            mediators=self.runner.mediators,
            how=self.runner.how,
            log_odds_null=null,
            log_odds_set=setting,
            log_odds_indirect=indirect,
            log_odds_direct=direct,
            exact=self.exact,
            estimated=of("estimate"),
            sizes=self.sizes if together is not None else (),
            log_odds_together=together,
            log_odds_past_all=None if past is None else past[:, 0],
            interrupted=interrupted,
        )

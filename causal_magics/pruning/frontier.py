"""How much bias goes for how much perplexity: the Pareto curve over α and γ, on other prompts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import nan
from os import PathLike
from pathlib import Path

from causal_magics.data.checkpoint import Checkpoint
from causal_magics.errors import OptionError, PruningError
from causal_magics.language.head_masks import HeadSites, checked_heads_of
from causal_magics.language.head_panels import Head
from causal_magics.language.progress import bars_are_off
from causal_magics.options import check_count, check_option
from causal_magics.pruning.baselines import BASELINES, Baseline, baseline
from causal_magics.pruning.frontier_result import Frontier, FrontierPoint
from causal_magics.pruning.head_effects import HeadEffects
from causal_magics.pruning.selection import check_shares, fasp
from causal_magics.pruning.sweep import Method, head_effects
from causal_magics.pruning.verification import Verifier
from causal_magics.pruning.workload import Workload

__all__ = ["ALPHAS", "GAMMAS", "frontier"]

ALPHAS = (0.02, 0.04, 0.08, 0.12, 0.16, 0.2)
GAMMAS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
"""The range of Zayed et al. (AAAI 2024)."""

_Place = tuple[str, float, float, tuple[Head, ...]]
"""Method, alpha, gamma and heads."""


def frontier(
    workload: Workload,
    held_out: Workload,
    *,
    alphas: Sequence[float] = ALPHAS,
    gammas: Sequence[float] = GAMMAS,
    method: Method = "hybrid",
    effects: HeadEffects | None = None,
    baselines: Sequence[Baseline] = (),
    n_random: int = 1,
    also: Mapping[str, Iterable[Head]] | None = None,
    keep: Iterable[Head] = (),
    group_size: int = 1,
    checkpoint: str | PathLike[str] | None = None,
) -> Frontier:
    """Prune by FASP with every α and γ, and measure each on other prompts and text.

    The effects of heads are computed once, and sets of heads that come up twice are run once.

    Parameters
    ----------
    workload, held_out : Workload
        By which heads are chosen, and by which they are judged; of one model.
    alphas, gammas : sequence of float
        Shares of heads to prune and to protect; pairs of more than 1 together are left out.
    method : {"hybrid", "exact", "gradient"}
        See `head_effects`.
    effects : HeadEffects, optional
        Of the workload, where they are known; `method` is not used then.
    baselines : sequence of str
        Which others are measured at every α: see `baseline`.
    n_random : int
        How many times heads are drawn, where random ones are among the baselines.
    also : mapping of str to iterable of (layer, head), optional
        Other sets of heads to measure, by name, such as what `search` found.
    keep : iterable of (layer, head)
        Heads that are not pruned.
    group_size : int
        See `fasp`.
    checkpoint : path, optional
        A folder in which effects and evaluations are kept, and from which they are taken.

    Returns
    -------
    Frontier

    Raises
    ------
    OptionError, PruningError
        Where shares are none, heads are not in the model, or the workloads are of two models.
    StorageError
        Where the checkpoint is of another run, or cannot be written.
    """
    _check(workload, held_out, alphas, gammas, baselines, n_random)
    stores = _stores(checkpoint, workload, held_out)
    if effects is None:
        folder = stores[0].folder and stores[0].folder / "effects"
        effects = head_effects(workload, method=method, checkpoint=folder)
    places = list(_fasp_places(effects, alphas, gammas, tuple(keep), group_size))
    for name in baselines:
        for alpha in alphas:
            for seed in range(n_random if name == "random" else 1):
                chosen = baseline(
                    name, workload, effects, alpha=alpha, keep=keep, seed=seed,
                    group_size=group_size,
                )  # fmt: skip
                places.append((name, alpha, nan, chosen))
    shape = HeadSites.of(workload.model.network).shape
    for title, heads in (also or {}).items():
        chosen = checked_heads_of(heads, shape)
        places.append((title, len(chosen) / (shape[0] * shape[1]), nan, chosen))
    verifiers = Verifier(workload, stores[0]), Verifier(held_out, stores[1])
    return Frontier(
        tuple(_measured(places, *verifiers)), workload.measure.name, workload.model.model_id
    )


def _fasp_places(
    effects: HeadEffects, alphas: Sequence[float], gammas: Sequence[float],
    keep: tuple[Head, ...], group_size: int,
) -> Iterator[_Place]:  # fmt: skip
    for alpha in alphas:
        for gamma in gammas:
            if alpha + gamma <= 1.0:
                chosen = fasp(effects, alpha=alpha, gamma=gamma, keep=keep, group_size=group_size)
                yield "FASP", alpha, gamma, chosen


def _measured(
    places: Sequence[_Place], verify: Verifier, verify_held_out: Verifier
) -> Iterator[FrontierPoint]:
    """Yield what pruning does to both workloads."""
    from tqdm.auto import tqdm

    known: dict[tuple[Head, ...], FrontierPoint] = {}
    with tqdm(
        places, unit="set", desc="Pruning", delay=1.0, leave=False, disable=bars_are_off()
    ) as bar:  # fmt: skip
        for name, alpha, gamma, heads in bar:
            if heads not in known:
                changes = [
                    change
                    for each in (verify, verify_held_out)
                    for change in (
                        each(()).bias_change(each(heads)), each(()).perplexity_change(each(heads))
                    )
                ]  # fmt: skip
                known[heads] = FrontierPoint(name, alpha, gamma, heads, *changes)
            yield replace(known[heads], method=name, alpha=alpha, gamma=gamma)


def _check(
    workload: Workload, held_out: Workload, alphas: Sequence[float], gammas: Sequence[float],
    baselines: Sequence[Baseline], n_random: int,
) -> None:  # fmt: skip
    if workload.model is not held_out.model:
        raise PruningError(
            "Expected two workloads of one model, got those of "
            f"{workload.model.model_id} and {held_out.model.model_id}."
        )
    if not len(alphas) or not len(gammas):
        raise OptionError("Expected shares of heads to prune and to protect, got none.")
    for share in (*alphas, *gammas):
        check_shares(share, 0.0)
    check_count("n_random", n_random)
    for name in baselines:
        check_option("baseline", name, BASELINES)


def _stores(
    folder: str | PathLike[str] | None, workload: Workload, held_out: Workload
) -> tuple[Checkpoint, Checkpoint]:
    if folder is None:
        return Checkpoint(), Checkpoint()
    first, second = (
        Checkpoint.at(Path(folder) / name, each.settings)
        for name, each in (("chosen by", workload), ("held out", held_out))
    )
    return first, second

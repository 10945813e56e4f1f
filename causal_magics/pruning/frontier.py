"""How much bias goes for how much perplexity: the Pareto curve over α and γ, on other prompts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import nan
from os import PathLike
from pathlib import Path
from typing import Any, cast

from causal_magics.data.bars import bars_are_off
from causal_magics.data.checkpoint import Checkpoint
from causal_magics.errors import OptionError, PruningError, shorten
from causal_magics.language.head_masks import HeadSites, checked_heads_of
from causal_magics.language.head_panels import Head
from causal_magics.options import check_count, check_kind, check_option, check_path
from causal_magics.pruning.baselines import BASELINES, Baseline, baseline
from causal_magics.pruning.frontier_result import Frontier, FrontierPoint
from causal_magics.pruning.head_effects import HeadEffects
from causal_magics.pruning.selection import ROUNDING, check_shares, fasp
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
    alphas: Iterable[float] = ALPHAS,
    gammas: Iterable[float] = GAMMAS,
    method: Method = "hybrid",
    effects: HeadEffects | None = None,
    baselines: Baseline | Iterable[Baseline] = (),
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
    alphas, gammas : iterable of float
        Shares of heads to prune and to protect; pairs of more than 1 together are left out.
    method : {"hybrid", "exact", "gradient"}
        See `head_effects`.
    effects : HeadEffects, optional
        Of the workload, where they are known; `method` is not used then.
    baselines : str or iterable of str
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
        Where options or shares are none, no alpha and gamma are at most 1 together, heads are not
        in the model, or the workloads and effects are not of one model.
    StorageError
        Where the checkpoint is of another run, or cannot be written.
    """
    _check_one_model(workload, held_out, effects)
    shape = HeadSites.of(workload.model.network).shape
    alphas, gammas = _shares("alpha", alphas), _shares("gamma", gammas)
    pairs = _pairs(alphas, gammas)
    names = _baselines(baselines)
    check_count("n_random", n_random)
    kept, others = checked_heads_of(keep, shape), _others(also, shape)
    stores = _stores(checkpoint, workload, held_out)
    if effects is None:
        folder = stores[0].folder and stores[0].folder / "effects"
        effects = head_effects(workload, method=method, checkpoint=folder)
    places: list[_Place] = []
    for alpha, gamma in pairs:
        found = fasp(effects, alpha=alpha, gamma=gamma, keep=kept, group_size=group_size)
        places.append(("FASP", alpha, gamma, found))
    for name in names:
        for alpha in alphas:
            for seed in range(n_random if name == "random" else 1):
                chosen = baseline(
                    name, workload, effects, alpha=alpha, keep=kept, seed=seed,
                    group_size=group_size,
                )  # fmt: skip
                places.append((name, alpha, nan, chosen))
    for title, chosen in others.items():
        places.append((title, len(chosen) / (shape[0] * shape[1]), nan, chosen))
    verifiers = Verifier(workload, stores[0]), Verifier(held_out, stores[1])
    return Frontier(
        tuple(_measured(places, *verifiers)), workload.measure.name, workload.model.model_id
    )


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


def _check_one_model(workload: Workload, held_out: Workload, effects: HeadEffects | None) -> None:
    advice = "Workload.of() makes one; a pruning has frontier() itself."
    check_kind("a Workload to choose heads by", workload, Workload, advice)
    check_kind("a Workload to judge heads by", held_out, Workload, advice)
    if workload.model is not held_out.model:
        raise PruningError(
            "Expected two workloads of one model, got those of "
            f"{workload.model.model_id} and {held_out.model.model_id}."
        )
    if effects is None:
        return
    check_kind("effects of heads", effects, HeadEffects, "head_effects() computes them.")
    shapes = effects.shape, HeadSites.of(workload.model.network).shape
    if effects.model_id != workload.model.model_id or shapes[0] != shapes[1]:
        raise PruningError(
            f"Expected effects of the heads of {workload.model.model_id}, {_size(shapes[1])}, got "
            f"those of {effects.model_id}, {_size(shapes[0])}. Leave effects out to compute them."
        )


def _size(shape: tuple[int, int]) -> str:
    return f"{shape[0]} layers × {shape[1]} heads"


def _listed(what: str, values: object) -> tuple[Any, ...]:
    """Return what is listed, also where it can be gone through only once."""
    try:
        if not isinstance(values, str | bytes):
            return tuple(cast("Iterable[Any]", values))
    except TypeError:
        pass
    raise OptionError(f"Expected {what}, got {shorten(repr(values))[1:-1]}. Put it in brackets.")


def _shares(name: str, values: object) -> tuple[float, ...]:
    found = _listed(f"{name}s such as [0.1, 0.2]", values)
    if not found:
        raise OptionError(f"Expected shares of heads to prune and to protect, got none as {name}s.")
    for share in found:
        check_shares(*((share, 0.0) if name == "alpha" else (0.0, share)))
    return found


def _pairs(alphas: Sequence[float], gammas: Sequence[float]) -> list[tuple[float, float]]:
    found = [(a, g) for a in alphas for g in gammas if a + g <= 1.0 + ROUNDING]
    if not found:
        raise OptionError(
            "Expected an alpha and a gamma that are at most 1 together, got "
            f"{min(alphas)} and {min(gammas)} as the smallest. Lower one of them."
        )
    return found


def _baselines(names: object) -> tuple[Baseline, ...]:
    found = (names,) if isinstance(names, str) else _listed("names of baselines", names)
    for name in found:
        check_option("baseline", name, BASELINES)
    return found


def _others(
    also: Mapping[str, Iterable[Head]] | None, shape: tuple[int, int]
) -> dict[str, tuple[Head, ...]]:
    if also is None:
        return {}
    check_kind("also as a mapping of names to heads", also, Mapping, "As in {'mine': [(0, 1)]}.")
    return {str(name): checked_heads_of(heads, shape) for name, heads in also.items()}


def _stores(
    folder: str | PathLike[str] | None, workload: Workload, held_out: Workload
) -> tuple[Checkpoint, Checkpoint]:
    if folder is None:
        return Checkpoint(), Checkpoint()
    check_path("checkpoint", folder)
    first, second = (
        Checkpoint.at(Path(folder) / name, each.settings)
        for name, each in (("chosen by", workload), ("held out", held_out))
    )
    return first, second

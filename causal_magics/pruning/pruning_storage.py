"""A pruning in a file beside its model: npz arrays and a JSON header, no pickles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from causal_magics.data.saved_arrays import load_with_header, save_with_header
from causal_magics.errors import CausalMagicsError, PruningError, shorten
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.head_panels import Head
from causal_magics.language.loading import traced_model
from causal_magics.pruning.head_effects import HeadEffects
from causal_magics.pruning.items import Items, Side
from causal_magics.pruning.perplexity import PerplexityText
from causal_magics.pruning.pruning_result import Judged, Pruning
from causal_magics.pruning.search_result import Search, Verified
from causal_magics.pruning.workload import Evaluation, Workload

__all__ = ["SavedMeasure", "load_result", "save_result"]

FILE = "pruning.npz"
_FORMAT = "causal-magics pruning 1"
_OF_ITEMS = ("buckets", "units")


@dataclass(frozen=True)
class SavedMeasure:
    """A measure of bias as it was when a result was saved: its items, and no words to split."""

    name: str
    dimension: str
    groups: tuple[str, ...]
    unit: str
    saved: Items

    def items(self, model: CausalLM) -> Items:
        """Return the items, whatever the model."""
        del model
        return self.saved

    def split(self, share: float = 0.5, seed: int = 0) -> tuple[SavedMeasure, SavedMeasure]:
        """Refuse: what the prompts were made of is not saved.

        Raises
        ------
        PruningError
            Always.
        """
        del share, seed
        raise PruningError(
            f"Expected a measure that can be split, got {self.name} of a saved result. Take it "
            "from bias_measure()."
        )


def save_result(pruning: Pruning, folder: str | PathLike[str]) -> None:
    """Write a result into the folder of its model.

    Raises
    ------
    StorageError
        Where it cannot be written; what stood there before stays.
    """
    all_judged = (pruning.chosen_by, *pruning.held_out)
    arrays: dict[str, Any] = {
        "effects-scores": pruning.effects.scores, "effects-losses": pruning.effects.losses,
        "effects-exact": pruning.effects.exact,
        "effects-exact-losses": pruning.effects.exact_losses,
    }  # fmt: skip
    for place, each in enumerate(all_judged):
        arrays |= _items_arrays(place, each.workload.items)
        for when, found in (("before", each.before), ("after", each.after)):
            arrays |= _evaluation_arrays(f"{place}-{when}", found)
    steps = pruning.search
    for place, step in enumerate(() if steps is None else steps.path):
        arrays |= _evaluation_arrays(f"step-{place}", step.evaluation)
    header = {
        "model_id": pruning.whole.model_id, "name": pruning.name,
        "heads": pruning.heads, "kept": pruning.kept, "budget": pruning.budget,
        "strategy": pruning.strategy, "removed": pruning.effects.removed,
        "judged": [_judged_header(each) for each in all_judged],
        "steps": None if steps is None else {
            "stopped": steps.stopped,
            "path": [[step.heads, step.round, step.taken] for step in steps.path],
        },
    }  # fmt: skip
    save_with_header(Path(folder) / FILE, _FORMAT, header, arrays)


def load_result(folder: str | PathLike[str], model: CausalLM | str | None = None) -> Pruning:
    """Read what `save_result` wrote.

    Raises
    ------
    PruningError
        Where there is none, it is of another model, or that cannot be loaded by its name.
    """
    try:
        header, stored = load_with_header(Path(folder) / FILE, _FORMAT)
    except (ValueError, TypeError) as error:
        raise _no_result(folder) from error
    if model is None and not header["name"]:
        raise PruningError(
            f"Expected the whole model, {header['model_id']}, which {shorten(str(folder))} was "
            "pruned from. Give it as model."
        )
    whole = traced_model(header["name"] if model is None else model)
    if whole.model_id != header["model_id"]:
        raise PruningError(f"Expected the model {header['model_id']}, got {whole.model_id}.")
    try:
        return _result(header, stored, whole)
    except (ValueError, KeyError, TypeError, CausalMagicsError) as error:
        raise _no_result(folder) from error


def _result(header: Mapping[str, Any], stored: Mapping[str, Any], whole: CausalLM) -> Pruning:
    heads = _heads(header["heads"])
    judged = [
        _judged(place, heads, each, stored, whole) for place, each in enumerate(header["judged"])
    ]
    base = judged[0].before
    name = judged[0].name
    effects = HeadEffects(
        base, stored["effects-scores"], stored["effects-losses"], stored["effects-exact"],
        stored["effects-exact-losses"], _heads(header["removed"]), name, whole.model_id,
        judged[0].workload.measure.unit,
    )  # fmt: skip
    steps = None
    if header["steps"] is not None:
        path = tuple(
            Verified(_heads(cut), _evaluation(f"step-{place}", stored, base.items), turn, taken)
            for place, (cut, turn, taken) in enumerate(header["steps"]["path"])
        )
        stopped = header["steps"]["stopped"]
        steps = Search(base, path, header["budget"], name, whole.model_id, stopped)
    return Pruning(
        whole=whole, heads=heads, kept=_heads(header["kept"]), effects=effects,
        chosen_by=judged[0], held_out=tuple(judged[1:]), budget=header["budget"],
        strategy=header["strategy"], search=steps, name=header["name"],
    )  # fmt: skip


def _judged_header(judged: Judged) -> dict[str, Any]:
    workload, items = judged.workload, judged.workload.items
    measure = workload.measure
    return {
        "measure": [measure.name, measure.dimension, measure.groups, measure.unit],
        "text": asdict(workload.text), "queries": items.queries, "groups": items.groups,
        "aggregate": items.aggregate, "exponential": items.exponential,
        "pooling": [items.for_.pooling, items.against.pooling],
    }  # fmt: skip


def _items_arrays(place: int, items: Items) -> dict[str, Any]:
    sides = {
        f"{place}-{name}-{part}": getattr(side, part)
        for name, side in (("for", items.for_), ("against", items.against))
        for part in ("queries", "offsets")
    }
    return {**sides, **{f"{place}-{name}": getattr(items, name) for name in _OF_ITEMS}}


def _judged(
    place: int,
    heads: tuple[Head, ...],
    header: Mapping[str, Any],
    stored: Mapping[str, Any],
    whole: CausalLM,
) -> Judged:
    for_, against = (
        Side(stored[f"{place}-{name}-queries"], stored[f"{place}-{name}-offsets"], pooling)
        for name, pooling in zip(("for", "against"), header["pooling"], strict=True)
    )
    items = Items(
        tuple((prompt, continuation) for prompt, continuation in header["queries"]), for_, against,
        tuple(header["groups"]), stored[f"{place}-buckets"], header["aggregate"],
        stored[f"{place}-units"], header["exponential"],
    )  # fmt: skip
    name, dimension, groups, unit = header["measure"]
    measure = SavedMeasure(name, dimension, tuple(groups), unit, items)
    text = dict(header["text"])
    text["paragraphs"] = tuple(text["paragraphs"])
    workload = Workload.of(whole, measure, PerplexityText(**text))
    before, after = (_evaluation(f"{place}-{when}", stored, items) for when in ("before", "after"))
    return Judged(workload, heads, before, after)


def _evaluation_arrays(name: str, found: Evaluation) -> dict[str, Any]:
    return {f"{name}-{part}": getattr(found, part) for part in ("scores", "losses", "n_tokens")}


def _evaluation(name: str, stored: Mapping[str, Any], items: Items) -> Evaluation:
    return Evaluation(
        items, *(stored[f"{name}-{part}"] for part in ("scores", "losses", "n_tokens"))
    )


def _heads(pairs: Sequence[Sequence[int]]) -> tuple[Head, ...]:
    return tuple((int(layer), int(head)) for layer, head in pairs)


def _no_result(folder: str | PathLike[str]) -> PruningError:
    return PruningError(
        f"Expected a folder with a saved pruning, got {shorten(str(folder))}. Write one with "
        "save()."
    )

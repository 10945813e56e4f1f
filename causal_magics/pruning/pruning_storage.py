"""A pruning in a file beside its model: npz arrays and a JSON header, no pickles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from math import isfinite
from os import PathLike
from pathlib import Path
from typing import Any, get_args

import numpy as np

from causal_magics.data.saved_arrays import load_with_header, save_with_header
from causal_magics.errors import CausalMagicsError, PruningError, shorten
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.head_masks import HeadSites, checked_heads_of
from causal_magics.language.head_panels import Head
from causal_magics.language.loading import traced_model
from causal_magics.pruning.head_effects import HeadEffects
from causal_magics.pruning.items import Aggregate, Items, Pooling, Side
from causal_magics.pruning.perplexity import PerplexityText
from causal_magics.pruning.pruning_result import Judged, Pruning, Strategy
from causal_magics.pruning.search_result import Search, Stopped, Verified
from causal_magics.pruning.workload import Evaluation, Workload

__all__ = ["SavedMeasure", "load_result", "save_result"]

FILE = "pruning.npz"
_FORMAT = "causal-magics pruning 1"
_OF_ITEMS = ("buckets", "units")
_KINDS = {"f": "numbers", "i": "whole numbers", "b": "truths"}
_BROKEN = (
    ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError,
    CausalMagicsError,
)  # fmt: skip
"""What reading or using damaged content raises."""


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
        "heads": pruning.heads, "kept": pruning.kept, "budget": float(pruning.budget),
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
        Where there is none, it is damaged, of another model, or of one that was not loaded by name.
    """
    try:
        path = Path(folder) / FILE
        header, stored = load_with_header(path, _FORMAT)
    except _BROKEN as error:
        raise PruningError(
            f"Expected a folder with a saved pruning, got {shorten(str(folder))}. Write one with "
            "save()."
        ) from error
    with _telling_damage(path):
        name, model_id = (_text(header, key) for key in ("name", "model_id"))
    if model is None and not name:
        raise PruningError(
            f"Expected the whole model, {model_id}, which {shorten(str(folder))} was "
            "pruned from. Give it as model."
        )
    whole = traced_model(name if model is None else model)
    if whole.model_id != model_id:
        raise PruningError(f"Expected the model {model_id}, got {whole.model_id}.")
    with _telling_damage(path):
        return _result(header, stored, whole)


def _result(header: Mapping[str, Any], stored: Mapping[str, Any], whole: CausalLM) -> Pruning:
    shape = HeadSites.of(whole.network).shape
    heads, kept, removed = (
        checked_heads_of(header[key], shape) for key in ("heads", "kept", "removed")
    )
    parts = header["judged"]
    _expect(isinstance(parts, list) and len(parts) > 1, "prompts chosen by and held out", parts)
    judged = [_judged(place, heads, each, stored, whole) for place, each in enumerate(parts)]
    base, measure = judged[0].before, judged[0].workload.measure
    items, windows = len(base.scores), len(base.losses)
    effects = HeadEffects(
        base,
        _array(stored, "effects-scores", "f", (items, *shape)),
        _array(stored, "effects-losses", "f", (windows, *shape)),
        _array(stored, "effects-exact", "b", shape),
        _array(stored, "effects-exact-losses", "b", shape),
        removed, measure.name, whole.model_id, measure.unit,
    )  # fmt: skip
    budget = header["budget"]
    _expect(isinstance(budget, int | float) and isfinite(budget), "a number as budget", budget)
    return Pruning(
        whole=whole, heads=heads, kept=kept, effects=effects, chosen_by=judged[0],
        held_out=tuple(judged[1:]), budget=budget, strategy=_option(header, "strategy", Strategy),
        search=_search(header["steps"], stored, judged[0], budget, shape), name=header["name"],
    )  # fmt: skip


def _search(
    steps: Mapping[str, Any] | None, stored: Mapping[str, Any], judged: Judged, budget: float,
    shape: tuple[int, int],
) -> Search | None:  # fmt: skip
    if steps is None:
        return None
    path = []
    for place, (cut, turn, taken) in enumerate(steps["path"]):
        found = _evaluation(f"step-{place}", stored, judged.workload)
        told = type(turn) is int and type(taken) is bool
        _expect(told, "a round and whether it was taken", [turn, taken])
        path.append(Verified(checked_heads_of(cut, shape), found, turn, taken))
    return Search(
        judged.before, tuple(path), budget, judged.name, judged.workload.model.model_id,
        _option(steps, "stopped", Stopped),
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
    items = _items(place, header, stored)
    name, dimension, groups, unit = header["measure"]
    _texts("names of a measure", [name, dimension, unit])
    measure = SavedMeasure(name, dimension, _texts("groups", groups), unit, items)
    text = dict(header["text"])
    text["paragraphs"] = _texts("paragraphs", text["paragraphs"])
    _text(text, "name")
    workload = Workload.of(whole, measure, PerplexityText(**text))
    before, after = (
        _evaluation(f"{place}-{when}", stored, workload) for when in ("before", "after")
    )
    return Judged(workload, heads, before, after)


def _items(place: int, header: Mapping[str, Any], stored: Mapping[str, Any]) -> Items:
    pairs = [_texts("a prompt and a continuation", pair) for pair in header["queries"]]
    groups = _texts("groups", header["groups"])
    buckets = _array(stored, f"{place}-buckets", "i")
    size = buckets.shape
    _expect(len(size) == 1 and _within(buckets, len(groups)), f"one of {groups} for each", buckets)
    exponential = header["exponential"]
    _expect(isinstance(exponential, bool), "true or false as exponential", exponential)
    for_, against = (
        _side(f"{place}-{name}", stored, pooling, (size[0], len(pairs)))
        for name, pooling in zip(("for", "against"), header["pooling"], strict=True)
    )
    items = Items(
        tuple((prompt, continuation) for prompt, continuation in pairs), for_, against, groups,
        buckets, _option(header, "aggregate", Aggregate),
        _array(stored, f"{place}-units", "i", size), exponential,
    )  # fmt: skip
    owners = items.item_of_query
    _expect(bool((owners >= 0).all()), "prompts that are all of use", pairs)
    return items


def _side(
    name: str, stored: Mapping[str, Any], pooling: str, n_items_and_queries: tuple[int, int]
) -> Side:
    n_items, n_queries = n_items_and_queries
    queries, offsets = stored[f"{name}-queries"], stored[f"{name}-offsets"]
    _expect(queries.ndim == 2 and len(queries) == n_items, f"{name} for {n_items} items", queries)
    _array(stored, f"{name}-queries", "i")
    _expect(_within(queries, n_queries), f"{name} among {n_queries} prompts", queries)
    _expect(
        offsets.dtype.kind == "f" and offsets.shape == queries.shape and (offsets < np.inf).all(),
        f"a number for each of {name}", offsets,
    )  # fmt: skip
    side = Side(queries, offsets, _option({"pooling": pooling}, "pooling", Pooling))
    is_whole = pooling == "sum" or np.isfinite(offsets).any(axis=1).all()
    _expect(is_whole, f"a prompt in each row of {name}", offsets)
    return side


def _evaluation_arrays(name: str, found: Evaluation) -> dict[str, Any]:
    return {f"{name}-{part}": getattr(found, part) for part in ("scores", "losses", "n_tokens")}


def _evaluation(name: str, stored: Mapping[str, Any], workload: Workload) -> Evaluation:
    windows = workload.n_tokens.shape
    n_tokens = _array(stored, f"{name}-n_tokens", "i", windows)
    _expect(bool((n_tokens > 0).all()), f"tokens in each window of {name}", n_tokens)
    return Evaluation(
        workload.items, _array(stored, f"{name}-scores", "f", (len(workload.items),)),
        _array(stored, f"{name}-losses", "f", windows), n_tokens,
    )  # fmt: skip


# ---------------------------------------------------------------------- damage


@contextmanager
def _telling_damage(path: Path) -> Iterator[None]:
    """Tell what is wrong with a file, whatever it breaks."""
    try:
        yield
    except _BROKEN as error:
        words = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        told = shorten(" ".join(words.split()).rstrip("."), 200)[1:-1]
        raise PruningError(
            f"Expected a saved pruning, but {shorten(str(path))} is damaged: {told}. Save it anew."
        ) from error


def _expect(holds: object, what: str, given: object) -> None:
    if not holds:
        words = " ".join(repr(given).split())
        raise ValueError(f"expected {what}, found {shorten(words, 80)[1:-1]}")


def _array(
    stored: Mapping[str, Any], name: str, kind: str, shape: tuple[int, ...] | None = None
) -> Any:
    found = stored[name]
    fits = found.dtype.kind == kind and shape in (None, found.shape)
    told = f"of shape {found.shape} and type {found.dtype}"
    size = "" if shape is None else f" of shape {shape}"
    if not fits:
        raise ValueError(f"expected {_KINDS[kind]}{size} as {name}, found an array {told}")
    if not np.isfinite(found).all():
        raise ValueError(f"expected finite numbers as {name}, found others")
    return found


def _within(places: Any, end: int) -> bool:
    """Return whether there are places, all of them from 0 and below an end."""
    return bool(places.size and places.min() >= 0 and places.max() < end)


def _text(header: Mapping[str, Any], key: str) -> str:
    _expect(isinstance(header[key], str), f"text as {key}", header[key])
    return str(header[key])


def _texts(what: str, given: object) -> tuple[str, ...]:
    is_text = isinstance(given, list) and all(isinstance(each, str) for each in given)
    _expect(is_text, f"text as {what}", given)
    return tuple(given) if isinstance(given, list) else ()


def _option(header: Mapping[str, Any], key: str, kind: Any) -> Any:
    known = get_args(kind)
    _expect(header[key] in known, f"{key} among {', '.join(known)}", header[key])
    return header[key]

"""What a timeline sends to the screen, and what its notebook keeps."""

from __future__ import annotations

import math

from causal_magics.discovery.regimes import Alternative, Batch, Regime
from causal_magics.discovery.timeline import (
    Episodic,
    best_other,
    bits_per_row,
    describe_place,
    taken,
)
from causal_magics.widgets.document import JsonObject


def timeline_json(episodes: Episodic) -> JsonObject:
    """Return the JSON form of batches and regimes."""
    return {
        "batches": [_batch(batch) for batch in episodes.batches],
        "regimes": [_regime(regime) for regime in episodes.regimes],
    }


def _batch(batch: Batch) -> JsonObject:
    chosen, other = taken(batch), best_other(batch)
    return {
        "label": batch.label,
        "rows": batch.n_rows,
        "regime": batch.regime,
        "bits": _number(batch.bits),
        "per_row": _number(bits_per_row(batch.bits, batch)),
        "other_per_row": None if other is None else _number(bits_per_row(other.bits, batch)),
        "alternatives": [_alternative(each, chosen) for each in batch.alternatives],
        "changed": list(batch.changed),
        "extrapolated": [
            {"column": name, "share": _number(share)} for name, share in batch.extrapolated.items()
        ],
    }


def _alternative(place: Alternative, chosen: Alternative | None) -> JsonObject:
    return {
        "words": describe_place(place), "bits": _number(place.bits), "taken": place is chosen,
    }  # fmt: skip


def _regime(regime: Regime) -> JsonObject:
    return {
        "world": regime.world,
        "rows": regime.n_rows,
        "edges": len(regime.graph.edges),
        "changed": list(regime.changed),
    }


def _number(value: float) -> float | None:
    """Return a number as JSON has it, as exact as it is shown."""
    return round(value, 3) if math.isfinite(value) else None

"""A mediation in a file: npz arrays and a JSON header, no pickles."""

from __future__ import annotations

from dataclasses import asdict
from os import PathLike
from typing import TYPE_CHECKING, Any

from causal_magics.data.saved_arrays import expecting, load_with_header, save_with_header
from causal_magics.errors import PromptError
from causal_magics.probing.prompt_pairs import PromptPair

if TYPE_CHECKING:
    from causal_magics.probing.mediation_result import Mediation

__all__ = ["load_mediation", "save_mediation"]

_FORMAT = "causal-magics mediation 1"
_NEEDED = ("log_odds_null", "log_odds_set", "log_odds_indirect", "exact")
_OPTIONAL = ("log_odds_direct", "estimated", "log_odds_together", "log_odds_past_all")


def save_mediation(mediation: Mediation, path: str | PathLike[str]) -> None:
    """Write a mediation to a file.

    Raises
    ------
    StorageError
        Where it cannot be written; what stood there before stays.
    """
    header = {
        "model_id": mediation.model_id, "mediators": mediation.mediators,
        "how": mediation.how, "sizes": mediation.sizes, "interrupted": mediation.interrupted,
        "pairs": [asdict(pair) for pair in mediation.pairs],
    }  # fmt: skip
    arrays = {name: getattr(mediation, name) for name in (*_NEEDED, *_OPTIONAL)}
    arrays = {name: array for name, array in arrays.items() if array is not None}
    save_with_header(path, _FORMAT, header, arrays)


def load_mediation(path: str | PathLike[str]) -> Mediation:
    """Read what `save_mediation` wrote.

    Raises
    ------
    PromptError
        Where the file is no saved mediation.
    """
    from causal_magics.probing.mediation_result import Mediation

    with expecting("a saved mediation", path, "Mediation.save", PromptError):
        header, stored = load_with_header(path, _FORMAT)
        arrays: dict[str, Any] = {name: stored[name] for name in _NEEDED}
        arrays |= {name: stored.get(name) for name in _OPTIONAL}
        pairs = tuple(PromptPair(**pair) for pair in header.pop("pairs"))
        sizes = tuple(header.pop("sizes"))
        return Mediation(pairs=pairs, sizes=sizes, **header, **arrays)

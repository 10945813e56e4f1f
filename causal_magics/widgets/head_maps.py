"""`head_map`: the map of heads that a result has."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary, ref

from causal_magics.language.head_panels import HasHeadPanels
from causal_magics.widgets.head_map import HeadMap
from causal_magics.widgets.pruning_map import HandPruned, PruningMap

# A map that is open is held by its screens' wire, and one that is closed need not be found again.
_OF_RESULT: WeakKeyDictionary[Any, ref[HeadMap]] = WeakKeyDictionary()


def head_map(values: object, *, title: str = "") -> HeadMap:
    """Show the numbers of attention heads, from which hands and Python select.

    The map of a result is one: asked for again, it is the one that is shown already, so that its
    `selected` is what was selected there. On the map of a pruning, heads are also cut and kept by
    hand: its `pruning` is the model as it is marked.

    Parameters
    ----------
    values : Mediation, Pruning, HeadPanel, sequence of HeadPanel, or mapping of str to array_like
        A result with numbers of heads, or arrays of shape (layers, heads) by name.
    title : str
        Shown above the panels.

    Returns
    -------
    HeadMap
        A widget; as the last expression of a cell it is shown. Of a pruning, a `PruningMap`.

    Raises
    ------
    LanguageModelError
        Where `values` are no numbers of heads.
    """
    if not isinstance(values, HasHeadPanels):
        return HeadMap(values, title=title)
    known = _OF_RESULT.get(values)
    shown = None if known is None else known()
    if shown is None or shown.comm is None:
        made = PruningMap(values) if isinstance(values, HandPruned) else HeadMap(values)
        _OF_RESULT[values] = ref(made)
        shown = made
    shown.title = title or shown.title
    return shown

"""The verbs: each is one public function and one line of `VERBS`."""

from __future__ import annotations

from collections.abc import Iterable

import causal_magics
from causal_magics.errors import CellError, closest, shorten
from causal_magics.magics.code import code, known_names
from causal_magics.magics.history import History
from causal_magics.magics.verb import Verb


def _sample_names(_history: History) -> Iterable[str]:
    return [str(name) for name in causal_magics.samples()]


_COLUMNS = "treatment", "outcome", "by", "source", "weights"
_VERBS = (
    Verb("graph", "CausalGraph.parse", body="text", answered=True),
    Verb("edit", "edit", shows="graph", bound_by=("name", "namespace")),
    Verb("attach", "attach", shows="graph", bound_by=("name", "namespace"), by_node="descriptions"),
    Verb("discover", "discover", body="knowledge", shows="graph", answered=True),
    Verb("update", "Discovery.update", shows="graph", answered=True),
    Verb("timeline", "timeline"),
    Verb("compare", "compare"),
    Verb("identify", "identify"),
    Verb("models", "models"),
    Verb("ask", "ask", body="variables", by_node="descriptions"),
    Verb("probe", "probe", body="graph", lines=("prompts",), by_node="values"),
    Verb("mediate", "mediate", body="pairs", lines=("pairs",)),
    Verb("prune", "prune", lines=("measure", "also", "groups", "templates", "words", "kept_heads")),
    Verb("heads", "head_map"),
    Verb("pns", "bounds", lines=("payoff",), columns=_COLUMNS),
    Verb("narrow", "narrow", lines=("payoff",), columns=_COLUMNS),
    Verb("target", "target"),
    Verb("explore", "explore"),
    Verb("learn", "train"),
    Verb("act", "act", body="graph", columns=("goal",), answered=True),
    Verb("data", "sample", shows="frame", alone="samples", words=_sample_names),
    Verb("code", code, words=known_names),
)
VERBS: dict[str, Verb] = {verb.name: verb for verb in _VERBS}


def find_verb(name: str) -> Verb:
    """Return the verb of that name.

    Raises
    ------
    CellError
        Where there is none; the message has the closest one.
    """
    if name in VERBS:
        return VERBS[name]
    hint = closest(name, [*VERBS, "--help"])
    advice = f"Did you mean {hint}?" if hint else f"It has {', '.join(VERBS)}."
    raise CellError(f"%causal has no verb {shorten(name)}. {advice}")

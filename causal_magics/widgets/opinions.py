"""`Opinions`: what a language model, or a prior that is given, says of pairs of nodes.

A pair is asked about once in a kernel, whichever editors ask: what counts is the model, the domain,
and the two names with their descriptions.
"""

from __future__ import annotations

import logging
import math
import sys
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, RLock
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from causal_magics.errors import CausalMagicsError, EditorError, shorten
from causal_magics.graph.prior import SMALLEST, EdgePrior, PairBelief, PairVerdict
from causal_magics.probing.asked_prior import LOW_AGREEMENT, AskedPrior, verdict_on

if TYPE_CHECKING:
    from causal_magics.language.protocol import LanguageModel

OPINIONS_KEPT = 20_000
MOST_FAILURES: Final = 3
"""Pairs in a row that cannot be answered, from which no more are asked about."""

_log = logging.getLogger(__name__)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is believed of a pair.

    Parameters
    ----------
    belief : PairBelief
    agreement : float or None
        Share of the askings that name the same answer as their average; None where nobody asked.
    """

    belief: PairBelief
    agreement: float | None = None

    def seen_from(self, first: str) -> Opinion:
        """Return the same opinion with `first` as the first of the pair."""
        belief = self.belief
        if belief.first == first:
            return self
        turned = PairBelief(belief.second, belief.first, belief.backward, belief.forward)
        return Opinion(turned, self.agreement)

    @property
    def verdict(self) -> PairVerdict | None:
        """What is believed of the pair; None where it is left open."""
        return verdict_on(self.belief)

    @property
    def log_odds(self) -> float:
        """Of ``first -> second`` against ``second -> first``, in nats."""
        return _log_ratio(self.belief.forward, self.belief.backward)

    @property
    def log_odds_edge(self) -> float:
        """Of an edge against none, in nats."""
        return _log_ratio(1.0 - self.belief.absent, self.belief.absent)


class Opinions:
    """Says and finds out what is believed of pairs.

    Parameters
    ----------
    model : LanguageModel, str or Path, optional
        A name is loaded when it is first needed.
    prior : EdgePrior, optional
        Answers its pairs at once; the model is asked for the rest.
    descriptions : mapping of str to str, optional
        What nodes are; goes into the prompts.
    domain : str
        What all is about; goes into the prompts.

    Raises
    ------
    EditorError
        Where one of them is something else.
    """

    def __init__(
        self,
        model: LanguageModel | str | Path | None = None,
        prior: EdgePrior | None = None,
        descriptions: Mapping[str, str] | None = None,
        domain: str = "",
    ) -> None:
        _check(model, prior, descriptions, domain)
        self.model = model
        self.prior = prior
        self.descriptions = MappingProxyType(dict(descriptions or {}))
        self.domain = domain
        self._given = {} if prior is None else _opinions_of(prior)
        self._loaded: LanguageModel | None = None
        self._failures: _Kept[str] = _Kept(OPINIONS_KEPT)
        self._failed_in_a_row = 0
        self._ended_by = ""
        self._lock = RLock()

    def also(
        self,
        model: LanguageModel | str | Path | None = None,
        prior: EdgePrior | None = None,
        descriptions: Mapping[str, str] | None = None,
        domain: str = "",
    ) -> Opinions:
        """Return these with what is given in place of what was."""
        if model is None and prior is None and descriptions is None and not domain:
            return self
        other = Opinions(
            self.model if model is None else model, self.prior if prior is None else prior,
            self.descriptions if descriptions is None else descriptions, domain or self.domain,
        )  # fmt: skip
        if model is None:
            other._loaded = self._loaded
        return other

    def __bool__(self) -> bool:
        return self.model is not None or self.prior is not None

    @property
    def name(self) -> str:
        """What is shown of whose opinions these are."""
        if self.model is None:
            return "" if self.prior is None else "the prior"
        if isinstance(self.model, str | Path):
            return Path(self.model).name if Path(self.model).exists() else str(self.model)
        return self.model.model_id.split(" ")[0].split("@")[0]

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._loaded is not None

    def of(self, first: str, second: str) -> Opinion | None:
        """Return what is known of a pair, seen from its first node; None where nothing is yet."""
        pair = frozenset((first, second))
        found = self._given.get(pair)
        if found is None and self._loaded is not None:
            found = _KEPT.get(self._key(self._loaded, pair))
        return None if found is None else found.seen_from(first)

    def is_open(self, first: str, second: str) -> bool:
        """Whether a pair is still to be asked about."""
        if self.model is None or self._ended_by or self.of(first, second) is not None:
            return False
        return self._failures.get(self._asked(frozenset((first, second)))) is None

    def problem(self, pairs: set[frozenset[str]]) -> str:
        """Return why one of these pairs has no answer, in one line; empty where each has."""
        if self._ended_by:
            return self._ended_by
        found = (self._failures.get(self._asked(pair)) for pair in pairs)
        return next(filter(None, found), "")

    def load(self) -> None:
        """Load the model; where that fails, nothing is asked from then on."""
        with self._lock:
            if self._loaded is None and self.model is not None and not self._ended_by:
                try:
                    self._loaded = _loaded(self.model)
                except KeyboardInterrupt:
                    raise
                except BaseException as error:  # noqa: BLE001  (whatever it raises is shown)
                    self._ended_by = self._line("could not be loaded", error)

    def ask(self, first: str, second: str) -> None:
        """Ask the model about a pair, unless it was; what goes wrong is kept as the `problem`."""
        self.load()
        model = self._loaded
        if model is None:
            return
        with _ASKING.setdefault(model.model_id, RLock()):
            if not self.is_open(first, second):
                return
            pair = frozenset((first, second))
            try:
                found = self._answer(model, *sorted(pair))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001  (it must not end the asking)
                self._failed(pair, self._line("could not be asked", error))
            else:
                self._failed_in_a_row = 0
                _KEPT.put(self._key(model, pair), found)

    def note(self, found: list[Opinion]) -> str:
        """Return what a reader of these opinions should know; empty where there is nothing."""
        shares = [each.agreement for each in found if each.agreement is not None]
        if not shares or sum(shares) / len(shares) >= LOW_AGREEMENT:
            return ""
        return (
            f"Low agreement: {sum(shares) / len(shares):.0%} of the askings name the same answer "
            "as their average. The answers tell more of the wording than of the variables."
        )

    def _answer(self, model: LanguageModel, first: str, second: str) -> Opinion:
        from causal_magics.probing.asking import ask

        told = {
            name: self.descriptions[name] for name in (first, second) if name in self.descriptions
        }
        with _one_thread():
            found = ask((first, second), model, descriptions=told, domain=self.domain)
        return _opinions_of(found)[frozenset((first, second))]

    def _failed(self, pair: frozenset[str], line: str) -> None:
        self._failures.put(self._asked(pair), line)
        self._failed_in_a_row += 1
        if self._failed_in_a_row >= MOST_FAILURES:
            self._ended_by = f"{line} Nothing more is asked until a model is attached again."

    def _line(self, what: str, error: BaseException) -> str:
        if isinstance(error, CausalMagicsError):
            return " ".join(str(error).split())
        _log.warning("A language model of a graph editor %s.", what, exc_info=error)
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return f"{self.name} {what}: {reason[:200]}."

    def _asked(self, pair: frozenset[str]) -> Hashable:
        return frozenset((name, self.descriptions.get(name, "")) for name in pair)

    def _key(self, model: LanguageModel, pair: frozenset[str]) -> Hashable:
        return model.model_id, self.domain, self._asked(pair)


class _Kept(Generic[Value]):
    """Values by key, those used last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Value | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self._most:
                self._values.popitem(last=False)


_KEPT: Final[_Kept[Opinion]] = _Kept(OPINIONS_KEPT)
_ASKING: Final[dict[str, RLock]] = {}
"""What lets one thread at a time ask a model."""


def _opinions_of(prior: EdgePrior) -> dict[frozenset[str], Opinion]:
    shares = prior.agreements() if isinstance(prior, AskedPrior) else {}
    by_pair = {frozenset((each.first, each.second)): each for each in prior.beliefs}
    return {pair: Opinion(belief, shares.get(pair)) for pair, belief in by_pair.items()}


def _loaded(model: LanguageModel | str | Path) -> LanguageModel:
    """Return a model whose answers are kept on disk, where it is one of ours."""
    from causal_magics.language.answer_cache import AnswerCache, CachedModel
    from causal_magics.language.causal_lm import CausalLM
    from causal_magics.language.loading import model_of
    from causal_magics.language.masked_lm import MaskedLM

    found = model_of(model)
    return CachedModel(found, AnswerCache()) if isinstance(found, CausalLM | MaskedLM) else found


def _one_thread() -> AbstractContextManager[None]:
    """Leave the other cores to the answers to edits, where torch is there at all."""
    if "torch" not in sys.modules:
        return nullcontext()
    from causal_magics.language.torch_threads import torch_threads

    return torch_threads(1)


def _log_ratio(above: float, below: float) -> float:
    ends = SMALLEST, 1.0 - SMALLEST
    above, below = (min(max(each, ends[0]), ends[1]) for each in (above, below))
    return math.log(above / below)


def _check(model: object, prior: object, descriptions: object, domain: object) -> None:
    if model is not None and not isinstance(model, str | Path) and not hasattr(model, "score"):
        raise EditorError(
            f"Expected a language model or the name of one, got {type(model).__name__}. "
            "load_model() gives one."
        )
    if isinstance(model, str) and not model.strip():
        raise EditorError(
            "Expected the name of a language model, got an empty text. models() lists names."
        )
    if prior is not None and not isinstance(prior, EdgePrior):
        raise EditorError(
            f"Expected an EdgePrior as prior, got {type(prior).__name__}. ask() gives one, and "
            "EdgePrior.from_frame reads one."
        )
    if descriptions is not None and not (
        isinstance(descriptions, Mapping)
        and all(isinstance(each, str) for pair in descriptions.items() for each in pair)
    ):
        raise EditorError(
            "Expected descriptions as a mapping of names to texts, got "
            f"{shorten(repr(descriptions))[1:-1]}."
        )
    if not isinstance(domain, str):
        raise EditorError(f"Expected the domain as a text, got {type(domain).__name__}.")

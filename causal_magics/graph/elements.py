"""What a causal graph is made of: nodes with roles, edges with marks, background knowledge."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from graphlib import CycleError as _Loop
from graphlib import TopologicalSorter
from typing import Literal, get_args

from causal_magics.errors import (
    CycleError,
    EdgeError,
    GraphError,
    KnowledgeError,
    NodeNameError,
    closest,
    shorten,
)

Role = Literal["exposure", "outcome", "adjusted", "latent", "selection", "functional"]
Mark = Literal["->", "<->", "--", "@->", "@-@", "@--"]
Pair = tuple[str, str]

ROLES: tuple[Role, ...] = get_args(Role)
MARKS: tuple[Mark, ...] = get_args(Mark)
SYMMETRIC_MARKS: frozenset[Mark] = frozenset({"<->", "--", "@-@"})
MAX_NAME_LENGTH = 300

_FLIPPED: dict[str, Mark] = {"<-": "->", "<-@": "@->", "--@": "@--"}


def check_name(name: object) -> str:
    """Return `name` where a node can carry it.

    Raises
    ------
    NodeNameError
        Where it is not a string, is blank, is longer than 300 characters or holds control
        characters.
    """
    if not isinstance(name, str):
        raise NodeNameError(
            f"Expected a node's name as text, got {shorten(repr(name))[1:-1]} of type "
            f"{type(name).__name__}. Write it in quotes, or convert it with str()."
        )
    if not name.strip():
        raise NodeNameError("Expected a node's name, got blank text. Give the node a name.")
    if len(name) > MAX_NAME_LENGTH:
        raise NodeNameError(
            f"Expected a name of at most {MAX_NAME_LENGTH} characters, got one of {len(name)} "
            f"({shorten(name)}). Shorten it."
        )
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in name):
        raise NodeNameError(
            f"Expected a name on one line, got {shorten(name)} with line breaks or control "
            "characters. Remove them."
        )
    return name


def as_roles(roles: Role | Iterable[Role]) -> frozenset[Role]:
    """Return one role or several as a set."""
    return frozenset((roles,) if isinstance(roles, str) else roles)


@dataclass(frozen=True, slots=True)
class Node:
    """A variable.

    Parameters
    ----------
    name : str
        Any text on one line, at most 300 characters.
    roles : frozenset of Role
        Any of exposure, outcome, adjusted, latent, selection, functional; they combine.
        Functional nodes are functions of their parents, without noise of their own.
    position : (float, float), optional
        Where it is drawn, in units of the notation (`pos="x,y"`), y downwards.
    """

    name: str
    roles: frozenset[Role] = frozenset()
    position: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        check_name(self.name)
        roles = as_roles(self.roles)
        for role in roles:
            if role not in ROLES:
                hint = closest(str(role), ROLES)
                raise GraphError(
                    f"Expected a role among {', '.join(ROLES)}, got {shorten(str(role))}."
                    + (f" Did you mean {hint}?" if hint else "")
                )
        object.__setattr__(self, "roles", roles)
        if self.position is not None:
            x, y = (float(v) for v in self.position)
            if not (math.isfinite(x) and math.isfinite(y)):
                raise GraphError(
                    f"Expected a finite position of {shorten(self.name)}, got ({x}, {y})."
                )
            object.__setattr__(self, "position", (x, y))


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge with a mark at each end, and the evidence for it.

    Parameters
    ----------
    source, target : str
        Names. Edges whose two ends look alike are kept with `source` < `target`.
    mark : Mark
        One of ``->``, ``<->``, ``--``, ``@->``, ``@-@``, ``@--``; `@` is a circle, as in a PAG.
        ``<-``, ``<-@`` and ``--@`` are turned round.
    confidence : float, optional
        Between 0 and 1.
    bits : float, optional
        How much longer the data's code is without the edge, in bits.
    """

    source: str
    target: str
    mark: Mark = "->"
    confidence: float | None = None
    bits: float | None = None

    def __post_init__(self) -> None:
        if self.mark in _FLIPPED:
            source, target = self.source, self.target
            object.__setattr__(self, "source", target)
            object.__setattr__(self, "target", source)
            object.__setattr__(self, "mark", _FLIPPED[self.mark])
        if self.mark not in MARKS:
            raise EdgeError(
                f"Expected an edge among {' '.join(MARKS)}, got {shorten(str(self.mark))}."
            )
        if self.source == self.target:
            raise EdgeError(
                f"Expected an edge between two nodes, got one from {shorten(self.source)} to "
                "itself. Choose another end."
            )
        if self.mark in SYMMETRIC_MARKS and self.source > self.target:
            source, target = self.source, self.target
            object.__setattr__(self, "source", target)
            object.__setattr__(self, "target", source)
        self._check_evidence()

    def _check_evidence(self) -> None:
        if self.confidence is not None:
            confidence = float(self.confidence)
            if not 0.0 <= confidence <= 1.0:
                raise EdgeError(f"Expected a confidence between 0 and 1, got {self.confidence}.")
            object.__setattr__(self, "confidence", confidence)
        if self.bits is not None:
            bits = float(self.bits)
            if not math.isfinite(bits):
                raise EdgeError(f"Expected a finite number of bits, got {self.bits}.")
            object.__setattr__(self, "bits", bits)

    @property
    def key(self) -> tuple[str, str, Mark]:
        """What tells this edge from the others of its graph: source, target, mark."""
        return self.source, self.target, self.mark

    @property
    def pair(self) -> Pair:
        """Both ends, sorted by name."""
        return ordered_pair(self.source, self.target)


def ordered_pair(a: str, b: str) -> Pair:
    """Return both names sorted."""
    return (a, b) if a <= b else (b, a)


@dataclass(frozen=True, slots=True, repr=False)
class Knowledge:
    """Background knowledge on directed edges.

    Parameters
    ----------
    required, forbidden : set of (cause, effect)
        Directed edges that must, or must not, be in the graph.
    tiers : sequence of sequences of str
        No edge points from a later tier to an earlier one. Names outside all tiers are free, so a
        path through them still may.

    Raises
    ------
    KnowledgeError
        Where an edge is both required and forbidden, where a required edge points to an earlier
        tier, or where a name stands in two tiers.
    CycleError
        Where the required edges close a cycle.
    """

    required: frozenset[Pair] = frozenset()
    forbidden: frozenset[Pair] = frozenset()
    tiers: tuple[tuple[str, ...], ...] = ()
    _tier_of: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        required, forbidden = frozenset(self.required), frozenset(self.forbidden)
        tiers = tuple(tuple(tier) for tier in self.tiers if tuple(tier))
        object.__setattr__(self, "required", required)
        object.__setattr__(self, "forbidden", forbidden)
        object.__setattr__(self, "tiers", tiers)
        for level, tier in enumerate(tiers):
            for name in tier:
                check_name(name)
                if name in self._tier_of:
                    raise KnowledgeError(
                        f"Expected each name in one tier, found {shorten(name)} twice. "
                        "Keep one of them."
                    )
                self._tier_of[name] = level
        for pair in required | forbidden:
            Edge(*pair)
        self._check_consistency()

    def _check_consistency(self) -> None:
        for cause, effect in sorted(self.required & self.forbidden):
            raise KnowledgeError(
                f"{shorten(cause)} -> {shorten(effect)} is required and forbidden at once. "
                "Remove one of the two."
            )
        for cause, effect in sorted(self.required):
            if not self.respects_tiers(cause, effect):
                raise KnowledgeError(tier_message(cause, effect, "is required, but"))
        check_acyclic(self.required)

    def respects_tiers(self, cause: str, effect: str) -> bool:
        """Whether `cause` stands in no later tier than `effect`."""
        if cause not in self._tier_of or effect not in self._tier_of:
            return True
        return self._tier_of[cause] <= self._tier_of[effect]

    def allows(self, cause: str, effect: str) -> bool:
        """Whether the directed edge may stand in a graph."""
        return (cause, effect) not in self.forbidden and self.respects_tiers(cause, effect)

    def names(self) -> tuple[str, ...]:
        """All names, in the order of tiers first, then alphabetical."""
        tiered = [name for tier in self.tiers for name in tier]
        rest = {name for pair in self.required | self.forbidden for name in pair} - set(tiered)
        return (*tiered, *sorted(rest))

    def merged(self, other: Knowledge) -> Knowledge:
        """Return both together; the tiers are `other`'s where it has any."""
        return Knowledge(
            self.required | other.required,
            self.forbidden | other.forbidden,
            other.tiers or self.tiers,
        )

    def without(self, names: Iterable[str]) -> Knowledge:
        """Return the knowledge that speaks of none of `names`."""
        gone = set(names)
        return replace(
            self,
            required=frozenset(p for p in self.required if gone.isdisjoint(p)),
            forbidden=frozenset(p for p in self.forbidden if gone.isdisjoint(p)),
            tiers=tuple(tuple(n for n in tier if n not in gone) for tier in self.tiers),
        )

    def renamed(self, old: str, new: str) -> Knowledge:
        """Return the same knowledge with one name changed."""

        def name(n: str) -> str:
            return new if n == old else n

        def pairs(edges: frozenset[Pair]) -> frozenset[Pair]:
            return frozenset((name(a), name(b)) for a, b in edges)

        tiers = tuple(tuple(name(n) for n in tier) for tier in self.tiers)
        return Knowledge(pairs(self.required), pairs(self.forbidden), tiers)

    def __bool__(self) -> bool:
        return bool(self.required or self.forbidden or self.tiers)

    def __repr__(self) -> str:
        parts = []
        for label, pairs in (("required", self.required), ("forbidden", self.forbidden)):
            if pairs:
                parts.append(f"{label}={{{', '.join(map(repr, sorted(pairs)))}}}")
        if self.tiers:
            parts.append(f"tiers={self.tiers!r}")
        return f"Knowledge({', '.join(parts)})"

    def __str__(self) -> str:
        from causal_magics.graph.model import CausalGraph

        return str(CausalGraph(knowledge=self))


def tier_message(cause: str, effect: str, verb: str = "would be an edge, but") -> str:
    """Return the sentence for an edge against the tiers."""
    return (
        f"{shorten(cause)} -> {shorten(effect)} {verb} {shorten(cause)} stands in a later tier "
        f"than {shorten(effect)}. Change the tiers or leave the edge out."
    )


def check_acyclic(edges: Iterable[Pair]) -> None:
    """Raise `CycleError` with the path where directed edges close a cycle."""
    parents: dict[str, list[str]] = {}
    for cause, effect in sorted(edges):
        parents.setdefault(effect, []).append(cause)
    try:
        TopologicalSorter(parents).prepare()
    except _Loop as loop:
        path: list[str] = loop.args[1]
        raise CycleError(path) from None


def each_name(names: str | Iterable[str]) -> Iterator[str]:
    """Yield the names of one name or of many.

    Raises
    ------
    GraphError
        Where they are no text.
    """
    every = [names] if isinstance(names, str) or not isinstance(names, Iterable) else names
    for name in every:
        if not isinstance(name, str):
            raise GraphError(
                f"Expected the name of a node, or several, got {shorten(repr(name))[1:-1]}. "
                "Names are text."
            )
        yield name

"""What experiments come to, in sentences that are made of their facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causal_magics.data.wording import count
from causal_magics.passive.acting.experiments import Action, brief, said

if TYPE_CHECKING:
    from causal_magics.passive.acting.experiments import Experiments

__all__ = ["conclusion_of"]


def conclusion_of(found: Experiments) -> str:
    """Return what was done and what it brings, and what is believed."""
    return " ".join(filter(None, (_done(found), _best(found), _believed(found))))


def _done(found: Experiments) -> str:
    """Say what it kept to, and what is to be expected of it."""
    counted = [step.action for step in found.steps if step.phase == "exploit"]
    times = counted.count(found.choice)
    name, _ = found.choice
    kept = "and kept to it" if times == len(counted) else f"in {times} of {len(counted)} steps"
    own, chance = found.expected[found.choice], found.random
    return (
        f"It set {brief(name)} to {_setting(found, found.choice)} {kept}: {brief(found.goal)} is "
        f"expected at {_amount(found, own)}, {_rank(found)} of "
        f"{count(len(found.expected), 'action')}; a random one brings {_amount(found, chance)}."
    )


def _best(found: Experiments) -> str:
    """Say what would have been better; nothing where nothing would."""
    best = found.expected[found.best]
    if found.expected[found.choice] >= best:
        return ""
    return f"The best is {said(found.best)}, which brings {_amount(found, best)}."


def _believed(found: Experiments) -> str:
    """Say how many edges of the truth it believes, and how many others."""
    if not found.steps[-1].beliefs:
        return "It does not tell which edges it believes."
    compared = found.comparison
    right = len(compared.shared) or "none"
    kinds = (
        (len(compared.reversed), "the wrong way round"),
        (len(compared.added), "too many"),
    )
    others = " and ".join(f"{number} {words}" for number, words in kinds if number)
    edges = count(len(found.graph.edges), "edge")
    return f"Of {edges} it believes {right}{', and besides ' if others else ''}{others}."


def _rank(found: Experiments) -> str:
    """Return which place the choice has among all actions."""
    own = found.expected[found.choice]
    place = 1 + sum(value > own for value in found.expected.values())
    if place == 1:
        return "the best"
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if place % 100 in (11, 12, 13) else endings.get(place % 10, "th")
    return f"the {place}{ending} best"


def _setting(found: Experiments, action: Action) -> str:
    name, setting = action
    if found.units is None:
        return f"{setting:+g}"
    mean, spread = found.units[name]
    return f"{setting:+g} standard deviations ({mean + setting * spread:.4g})"


def _amount(found: Experiments, value: float) -> str:
    if found.units is None:
        return f"{round(value, 2) + 0.0:.2f}"
    mean, spread = found.units[found.goal]
    return f"{round(value, 2) + 0.0:+.2f} standard deviations ({mean + value * spread:.4g})"

"""Writes transport.json and decisions.json, which both languages are held to.

The payoff explorer computes bounds, decisions and budgets on the screen as the kernel does. Run it
when that is meant to change, and look at what changed:
    python tests/golden/write_explorer.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from oracles.explorer_studies import random_distributions

from causal_magics.counterfactual.bounding.bounds import Bounds, Floats
from causal_magics.counterfactual.bounding.payoff import Payoff
from causal_magics.counterfactual.bounding.rounding import settled
from causal_magics.counterfactual.bounding.transport import transport_potentials, transport_terms
from causal_magics.counterfactual.decisions.budget import envelope_of, plan_of
from causal_magics.counterfactual.decisions.rules import (
    RULES,
    chance_of_treating,
    criterion,
    verdicts,
)

HERE = Path(__file__).parent
SOURCES = "experiment", "observations", "both"
STRATA = 5
DIGITS = 9
CALLS = {"treat": 1, "undecided": 0, "refuse": -1}


def numbers(values: Floats) -> Any:
    return np.round(values, DIGITS).tolist()


def payoffs(levels: int, seed: int) -> list[Floats]:
    """Random weights, weights of which many are alike, and none."""
    rng = np.random.default_rng(seed)
    simple = np.zeros((levels, levels))
    simple[0, -1], simple[-1, 0] = 1.0, -2.0
    return [np.round(rng.normal(size=(levels, levels)), 3), simple, np.ones((levels, levels))]


def transport_case(sources: Any, levels: int, monotone: bool) -> dict[str, Any]:
    """Return strata, and their bounds for each payoff."""
    seen = random_distributions(STRATA, levels, sources, 7 * levels, monotone=monotone)
    found = []
    for values in payoffs(levels, levels):
        terms = transport_terms(Payoff(values), sources, monotone=monotone)
        lower, upper = terms.evaluate(seen.cells)
        vertices = np.concatenate(transport_potentials(values, monotone=monotone), axis=1)
        found.append({
            "values": numbers(values.reshape(-1)), "lower": numbers(lower),
            "upper": numbers(upper), "vertices": numbers(np.unique(vertices, axis=0)),
        })  # fmt: skip
    return {
        "sources": sources, "levels": levels, "monotone": monotone,
        "cells": np.round(seen.cells, 15).reshape(-1).tolist(), "payoffs": found,
    }  # fmt: skip


def decision_case(rule: Any, costly: bool, seed: int) -> dict[str, Any]:
    """Return intervals, and what a rule and budgets make of them."""
    rng = np.random.default_rng(seed)
    lower = np.round(rng.normal(-0.1, 0.4, size=9), 3)
    upper = np.round(lower + rng.exponential(0.4, size=9), 3)
    lower[0] = upper[0] = 0.25
    upper[1], lower[1] = 0.0, -0.5
    scale = 2.0
    lower[2], upper[2] = 1.5e-9, 0.4
    lower[3], upper[3] = -0.5, 0.5 + 2e-9
    lower[4] = upper[4] = 1e-13
    units = rng.integers(1, 90, size=9).astype(float)
    costs = np.round(rng.uniform(0.5, 3, size=9), 2) if costly else np.ones(9)
    optimism = 0.3
    worth = criterion(lower, upper, rule, optimism, scale=scale)
    chance = chance_of_treating(lower, upper, rule, optimism, scale=scale)
    plan = plan_of(worth[None], costs[None], units * chance)
    ends = Bounds(settled(lower, scale)[None], settled(upper, scale)[None])
    budgets = [0.0, 10.5, 40.0, float(costs @ units)]
    spending = []
    for budget in budgets:
        found = envelope_of(plan, ends, costs[None], units, budget, "")
        total = found.at(found.spent)
        spending.append({
            "budget": budget, "spent": numbers(np.array(found.spent)),
            "lower": numbers(np.array(total.lower)), "upper": numbers(np.array(total.upper)),
            "share": numbers(plan.shares(budget, (1, 9), units)[0]),
        })  # fmt: skip
    whole = envelope_of(plan, ends, costs[None], units, np.inf, "")
    return {
        "rule": rule, "optimism": optimism, "scale": scale, "lower": lower.tolist(),
        "upper": upper.tolist(), "units": units.tolist(), "cost": costs.tolist(),
        "calls": [CALLS[each] for each in verdicts(lower, upper, scale=scale).tolist()],
        "chance": numbers(chance), "spending": spending,
        "guaranteed": numbers(np.array(whole.guaranteed.total)),
        "possible": numbers(np.array(whole.possible.total)),
    }  # fmt: skip


def transport_cases() -> list[dict[str, Any]]:
    return [
        transport_case(sources, levels, monotone)
        for levels in (2, 3, 4)
        for sources in SOURCES
        for monotone in (False, True)
    ]


def decision_cases() -> list[dict[str, Any]]:
    return [
        decision_case(rule, costly, seed)
        for seed, rule in enumerate(RULES)
        for costly in (False, True)
    ]


def write(name: str, cases: list[dict[str, Any]]) -> None:
    """Write the cases on a line each."""
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / name).write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    write("transport.json", transport_cases())
    write("decisions.json", decision_cases())

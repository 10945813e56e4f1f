"""A small network whose mechanisms can be changed one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Values = NDArray[np.float64]
Mechanism = Callable[[Mapping[str, Values], Values], Values]

MECHANISMS: dict[str, Mechanism] = {
    "a": lambda _of, noise: noise,
    "b": lambda of, noise: np.sin(2.0 * of["a"]) + 0.4 * noise,
    "c": lambda of, noise: np.cos(2.0 * of["b"]) + 0.3 * noise,
    "d": lambda of, noise: np.abs(of["a"]) + 0.5 * noise,
    "e": lambda of, noise: np.tanh(2.0 * of["c"]) + of["d"] ** 2 / 3.0 + 0.4 * noise,
}
EDGES = {("a", "b"), ("b", "c"), ("a", "d"), ("c", "e"), ("d", "e")}


def draw(rows: int, rng: np.random.Generator, **changed: Mechanism) -> pd.DataFrame:
    """Return rows of the network, some of its mechanisms changed."""
    found: dict[str, Values] = {}
    for name, mechanism in {**MECHANISMS, **changed}.items():
        found[name] = mechanism(found, rng.normal(size=rows))
    return pd.DataFrame(found)


def other(of: Mapping[str, Values], noise: Values) -> Values:
    """Another mechanism of c with the same parent."""
    return -of["b"] + 0.3 * noise


def cut(_of: Mapping[str, Values], noise: Values) -> Values:
    """A mechanism of c without a parent."""
    return 0.8 * noise


def reverse(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return rows of a network on the same columns with all arrows the other way."""
    e = rng.normal(size=rows)
    c = np.sin(2.0 * e) + 0.4 * rng.normal(size=rows)
    d = np.abs(e) + 0.4 * rng.normal(size=rows)
    b = np.cos(2.0 * c) + 0.3 * rng.normal(size=rows)
    a = np.sin(2.0 * b) + d**2 / 3.0 + 0.3 * rng.normal(size=rows)
    return pd.DataFrame({"a": a, "b": b, "c": c, "d": d, "e": e})

"""What holds for every Python test."""

from __future__ import annotations

import pytest
from hypothesis import settings

# Timings are measured in benchmarks and asserted nowhere: a busy machine fails no test.
settings.register_profile("patient", parent=settings(), deadline=None)
settings.load_profile("patient")


def patience(item: pytest.Item) -> float:
    """Return how long a test may take where it says so, in seconds."""
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker is not None and marker.args else 0.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start what may last long first, so that it does not run alone at the end."""
    items.sort(key=patience, reverse=True)

"""What holds for every Python test."""

from __future__ import annotations

from hypothesis import settings

# Timings are measured in benchmarks and asserted nowhere: a busy machine fails no test.
settings.register_profile("patient", parent=settings(), deadline=None)
settings.load_profile("patient")

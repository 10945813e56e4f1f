"""One thread, as for all tests of language models."""

from __future__ import annotations

from language.conftest import one_thread

__all__ = ["one_thread"]

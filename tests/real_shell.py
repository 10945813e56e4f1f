"""The fixture of a real shell, for every folder whose tests run cells."""

from __future__ import annotations

import atexit
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

__all__ = ["only_shell"]


@pytest.fixture(scope="session")
def only_shell() -> Iterator[InteractiveShell]:
    """Yield the one shell of the tests; leaving a shell takes long."""
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell(config=config)
    yield shell
    atexit.unregister(shell.atexit_operations)
    shell.atexit_operations()

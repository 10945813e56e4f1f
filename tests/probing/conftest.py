"""What holds for every test of probing: torch takes one thread."""

from language.conftest import one_thread

__all__ = ["one_thread"]

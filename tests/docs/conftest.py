"""A real shell, in which the pages' cells run."""

from __future__ import annotations

from real_shell import only_shell

__all__ = ["only_shell"]

"""A real shell for what pages let run."""

from real_shell import only_shell

__all__ = ["only_shell"]

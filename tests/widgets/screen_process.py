"""Screens in one node process: a list of commands a line, the list of answers a line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[2]
HARNESS = Path("tests") / "ts" / "harness" / "run.mjs"


class ScreenProcess:
    """Runs until it is left."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=30)

    def ask(self, commands: list[dict[str, Any]]) -> list[Any]:
        """Let each command be obeyed, in order."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(commands) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, "The screens ended."
        answers: list[Any] = json.loads(line)
        return answers

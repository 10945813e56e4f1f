"""Every example of ``docs/errors.md`` runs, and prints the message that the page shows."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from docs.pages import blocks, page
from IPython.core.interactiveshell import InteractiveShell
from language.completion_server import serving

ERROR = re.compile(r"^\w+Error: ", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SERVER = "http://localhost:8000/v1"
"""What the page calls a server that does not tell the log-probabilities of a given text."""


@dataclass(frozen=True)
class Example:
    """A cell of the page, what it prints, and the circumstance that is marked before it."""

    cell: str
    message: str
    mark: str

    def __str__(self) -> str:
        return self.message[:60]


def examples(text: str) -> list[Example]:
    found = []
    for block in blocks(text):
        if block.language:
            continue
        for part in re.split(r"\n\n(?=%|\w)", block.text.rstrip("\n")):
            error = ERROR.search(part)
            assert error, f"no message in {part!r}"
            cell, message = part[: error.start()].rstrip("\n"), part[error.start() :]
            found.append(Example(cell, message, block.mark))
    return found


TEXT = page("errors.md")
EXAMPLES = examples(TEXT)


@pytest.fixture(scope="module")
def shell(only_shell: InteractiveShell) -> Iterator[InteractiveShell]:
    """Yield the shell after the page's own set-up."""
    before = dict(only_shell.user_ns)
    only_shell.run_line_magic("load_ext", "causal_magics")
    (setup,) = [block.text for block in blocks(TEXT) if block.language == "python"]
    only_shell.run_cell(setup, store_history=False).raise_error()
    yield only_shell
    only_shell.run_line_magic("unload_ext", "causal_magics")
    only_shell.user_ns.clear()
    only_shell.user_ns.update(before)


@contextmanager
def circumstances(mark: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Hide a package, or run a server; yield the address that stands for the page's own."""
    kind, _, what = mark.partition(" ")
    if kind == "server":
        with serving(what) as server:
            yield server.url
        return
    if kind == "without":
        loaded = [name for name in sys.modules if name.startswith(f"{what}.")]
        for name in (what, *loaded):
            monkeypatch.setitem(sys.modules, name, None)
    yield SERVER


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
@pytest.mark.filterwarnings("ignore::causal_magics.language.endpoint.EndpointWarning")
def test_the_message_is_the_one_that_is_printed(
    example: Example,
    shell: InteractiveShell,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    with circumstances(example.mark, monkeypatch) as address:
        shell.run_cell(example.cell.replace(SERVER, address), store_history=False)
    printed = COLOUR.sub("", capsys.readouterr().out).replace(address, SERVER).rstrip()
    if example.cell.startswith("%"):
        assert printed == example.message
    else:
        assert printed.endswith(f"\n{example.message}")


def test_every_room_has_its_messages() -> None:
    assert len(EXAMPLES) >= 55
    kinds = {example.message.partition(":")[0] for example in EXAMPLES}
    assert len(kinds) >= 16

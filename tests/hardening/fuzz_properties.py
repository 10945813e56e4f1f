"""What holds for every text: it is read, and written and read again, or refused in one line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from causal_magics.errors import CausalMagicsError, CellError, GraphError, NotationError
from causal_magics.graph.interchange import (
    from_dot,
    from_gml,
    from_json,
    import_graph,
    to_dot,
    to_gml,
    to_json,
)
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.notation import Cell, format_dagitty, format_graph, parse_cell, parse_graph
from causal_magics.magics.grammar import read_header

Property = Callable[[str], str]
"""Checks a text and returns one word for what became of it; raises `AssertionError` else."""

_PLACE = re.compile(r"Line (\d+), column (\d+): ")
_BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
LONGEST_LINE = 2_000


def check_line(error: BaseException, words: str) -> None:
    """Check that what an error says is one line that a screen can show."""
    assert words, f"{type(error).__name__} says nothing"
    assert not _BREAKS.search(words), f"a message of several lines: {words!r}"
    assert len(words) <= LONGEST_LINE, f"a message of {len(words)} characters"
    str(error).encode()
    assert "Traceback" not in words


def check_place(text: str, line: int, column: int) -> None:
    """Check that a place is in the text, or just behind its end."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert 1 <= line <= len(lines), f"line {line} of {len(lines)}"
    assert 1 <= column <= len(lines[line - 1]) + 1, f"column {column} of line {line}"


def check_refusal(text: str, error: NotationError | GraphError) -> None:
    """Check that an error says what is wrong and where."""
    if isinstance(error, NotationError):
        check_line(error, error.message)
        check_place(text, error.line, error.column)
        check_line(error, str(error).split("\n", maxsplit=1)[0])
        assert len(str(error).split("\n")) in (1, 3)
    else:
        check_line(error, str(error))
        notes = getattr(error, "__notes__", [])
        place = _PLACE.match(notes[0]) if notes else None
        assert place is not None, f"no place with {error!r}"
        check_line(error, notes[0])
        notes[0].encode()
        check_place(text, int(place[1]), int(place[2]))


def check_graph(graph: CausalGraph) -> None:
    """Check that a graph is written so that reading gives it back, and always alike."""
    written = format_graph(graph)
    again = parse_graph(written)
    assert again == graph, f"another graph of {written!r}"
    assert format_graph(again) == written, f"another text of {written!r}"
    assert parse_graph(format_graph(graph, wrap=True)) == graph
    assert parse_graph(format_dagitty(graph)).edges == parse_graph(format_dagitty(again)).edges


def check_notation(text: str) -> str:
    """Check what the two entries make of a text: the same, but for settings."""
    found: Cell | None = None
    try:
        found = parse_cell(text)
    except (NotationError, GraphError) as error:
        check_refusal(text, error)
    try:
        graph: CausalGraph | None = CausalGraph.parse(text)
    except (NotationError, GraphError) as error:
        check_refusal(text, error)
        graph = None
    if found is None:
        assert graph is None, "a graph, but no cell"
        return "refused"
    assert graph == (None if found.settings else found.graph)
    for line, column in found.places.values():
        check_place(text, line, column)
    assert set(found.places) == set(found.graph.nodes)
    check_graph(found.graph)
    return "read"


def check_header(text: str) -> str:
    """Check what the first line of a cell makes of a text."""
    line = text.split("\n", maxsplit=1)[0]
    try:
        read_header(line, lambda verb: ("flag",) if verb == "a" else ())
    except CellError as error:
        check_line(error, str(error))
        return "refused"
    return "read"


def reader(read: Callable[[str], CausalGraph], write: Callable[[CausalGraph], str]) -> Property:
    """Return the property of another format: a graph that it writes is read again."""

    def check(text: str) -> str:
        try:
            graph = read(text)
        except CausalMagicsError as error:
            check_line(
                error,
                str(error).split("\n", 1)[0] if isinstance(error, NotationError) else str(error),
            )
            return "refused"
        assert read(write(graph)) == graph, f"another graph of {write(graph)!r}"
        check_graph(graph)
        return "read"

    return check


def check_guessed(text: str) -> str:
    """Check a text of which nobody said what it is."""
    try:
        check_graph(import_graph(text))
    except CausalMagicsError as error:
        words = str(error)
        check_line(error, words.split("\n", 1)[0] if isinstance(error, NotationError) else words)
        return "refused"
    return "read"


PROPERTIES: dict[str, Property] = {
    "notation": check_notation,
    "header": check_header,
    "json": reader(from_json, to_json),
    "gml": reader(from_gml, to_gml),
    "dot": reader(from_dot, to_dot),
    "guessed": check_guessed,
}


def failure(check: Property, text: str) -> str | None:
    """Return what is wrong with how a text is read; None where nothing is."""
    try:
        check(text)
    except Exception as error:  # noqa: BLE001  (anything but the promised errors is what is sought)
        return f"{type(error).__name__}: {error}"[:300]
    return None


def kinds_of(failures: Sequence[tuple[int, str]]) -> Counter[str]:
    """Count failures by their beginnings."""
    return Counter(re.sub(r"['\"].*", "…", why)[:70] for _, why in failures)

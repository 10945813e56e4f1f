"""Sachs' data: eleven proteins and lipids, with the network that was published for them."""

from __future__ import annotations

import numpy as np

from causal_magics.data.frames import new_frame
from causal_magics.data.sample_types import Carrier, SampleData, SampleInfo
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.network import PublishedNetwork

_CARRIER = Carrier("cdt==0.6.0", pip_options="--no-deps")
_NAMES = {
    "praf": "Raf", "pmek": "Mek", "plcg": "Plcg", "PIP2": "PIP2", "PIP3": "PIP3", "p44/42": "Erk",
    "pakts473": "Akt", "PKA": "PKA", "PKC": "PKC", "P38": "P38", "pjnk": "Jnk",
}  # fmt: skip
_FEEDBACK = frozenset({("PIP3", "Plcg")})
_CONDITIONS = (
    ("cd3cd28", 853), ("cd3cd28+icam2", 902), ("cd3cd28+aktinhib", 911), ("cd3cd28+g0076", 723),
    ("cd3cd28+psitect", 810), ("cd3cd28+u0126", 799), ("cd3cd28+ly", 848), ("pma", 913),
    ("b2camp", 707),
)  # fmt: skip

SACHS = SampleInfo(
    name="sachs",
    description="Eleven phosphorylated proteins and lipids in single human T cells, measured under "
    "nine conditions; logarithms of the fluorescence",
    n_rows=7466,
    n_columns=11,
    source="Sachs, Perez, Pe'er, Lauffenburger and Nolan, Causal protein-signaling networks "
    "derived from multiparameter single-cell data, Science 308, 2005",
    licence="Apache-2.0 (package cdt)",
    package=_CARRIER.requirement,
)


def sachs() -> SampleData:
    """Read the data of Sachs et al. from the files that the package cdt carries."""
    header, *rows = _CARRIER.rows("cdt/data/resources/cyto_full_data.csv", SACHS.name)
    conditions = np.concatenate([np.full(size, label) for label, size in _CONDITIONS])
    if len(conditions) != len(rows):
        raise _CARRIER.unexpected(SACHS.name, SACHS.n_rows, len(rows))
    _, *edges = _CARRIER.rows("cdt/data/resources/cyto_full_target.csv", SACHS.name)
    published = {(_NAMES[cause], _NAMES[effect]) for cause, effect in edges}
    names = [_NAMES[column] for column in header]
    values = np.log(np.array(rows, dtype=np.float64))
    conditions.setflags(write=False)
    return SampleData(
        name=SACHS.name,
        frame=new_frame(dict(zip(names, values.T, strict=True))),
        network=PublishedNetwork(CausalGraph(names, sorted(published - _FEEDBACK)), _FEEDBACK),
        conditions=conditions,
        description=SACHS.description,
        source=SACHS.source,
        licence=SACHS.licence,
    )

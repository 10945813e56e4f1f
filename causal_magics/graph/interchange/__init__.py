"""Graphs to and from other formats and packages.

=============== ======================================= ===========================================
format          functions                               what is not carried
=============== ======================================= ===========================================
notation        `format_graph`, `parse_graph`           —
json            `to_json`, `from_json`                  —
networkx        `to_networkx`, `from_networkx`          —
dot             `to_dot`, `from_dot` (pydot)            —
gml             `to_gml`, `from_gml`                    —
dagitty         `to_dagitty`, `from_dagitty`            forbidden edges, tiers
edge_list       `to_edge_list`, `from_edge_list`        all but the edges and their evidence
adjacency       `to_adjacency_matrix`, `from_…`         all but names and edges; other marks refused
pgmpy           `to_pgmpy`, `from_pgmpy`                positions, evidence, knowledge
bayes_net       `to_bayesian_network`, `from_pgmpy`     positions, evidence, knowledge; ``->`` alone
causallearn     `to_causallearn`, `from_causallearn`    all but names, edges and `latent`
dowhy           `to_dowhy`                              all but names, edges and `latent`
gcastle         `to_gcastle`, `from_gcastle`            all but edges ``->`` and ``--``
lingam          `to_lingam`, `from_lingam`              all but edges ``->`` and ``<->``
tigramite       `to_tigramite`, `from_tigramite`        all but names and edges
tikz, mermaid   `to_tikz`, `to_mermaid`                 drawings; not read
svg, png        `to_svg`, `to_png` of `graph.drawing`   drawings; not read
=============== ======================================= ===========================================

Matrices differ in what their rows are. ``i -> j`` is ``[i, j] != 0`` in adjacency and gcastle,
``[j, i] != 0`` in lingam, and the end marks ``[i, j] = -1``, ``[j, i] = 1`` in causallearn.
"""

from causal_magics.graph.interchange.causallearn_graphs import from_causallearn, to_causallearn
from causal_magics.graph.interchange.dagitty import from_dagitty, to_dagitty
from causal_magics.graph.interchange.dispatch import Format, export_graph, import_graph
from causal_magics.graph.interchange.dot import from_dot, to_dot
from causal_magics.graph.interchange.dowhy_graphs import to_dowhy
from causal_magics.graph.interchange.gcastle_matrices import from_gcastle, to_gcastle
from causal_magics.graph.interchange.gml import from_gml, to_gml
from causal_magics.graph.interchange.json_text import from_json, to_json
from causal_magics.graph.interchange.lingam_models import from_lingam, to_lingam
from causal_magics.graph.interchange.mermaid import to_mermaid
from causal_magics.graph.interchange.networkx_graphs import from_networkx, to_networkx
from causal_magics.graph.interchange.pgmpy_models import (
    from_pgmpy,
    to_bayesian_network,
    to_pgmpy,
)
from causal_magics.graph.interchange.tables import (
    from_adjacency_matrix,
    from_edge_list,
    to_adjacency_matrix,
    to_edge_list,
)
from causal_magics.graph.interchange.tigramite_graphs import (
    TigramiteGraph,
    from_tigramite,
    to_tigramite,
)
from causal_magics.graph.interchange.tikz import to_tikz

__all__ = [
    "Format", "TigramiteGraph", "export_graph", "from_adjacency_matrix", "from_causallearn",
    "from_dagitty", "from_dot", "from_edge_list", "from_gcastle", "from_gml", "from_json",
    "from_lingam", "from_networkx", "from_pgmpy", "from_tigramite", "import_graph",
    "to_adjacency_matrix", "to_bayesian_network", "to_causallearn", "to_dagitty", "to_dot",
    "to_dowhy", "to_edge_list", "to_gcastle", "to_gml", "to_json", "to_lingam", "to_mermaid",
    "to_networkx", "to_pgmpy", "to_tigramite", "to_tikz",
]  # fmt: skip

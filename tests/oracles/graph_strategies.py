"""Hypothesis strategies for names, graphs and pieces of notation."""

from collections.abc import Sequence

from hypothesis import strategies as st

from causal_magics.graph.model import MARKS, ROLES, CausalGraph, Edge, Knowledge, Mark, Node, Role

TRICKY_NAMES = (
    "dag", "PAG", "graph", "node", "tiers", "key:", "required", "exposure", "o", "bb",
    "a -> b", "->", "--", "@", "{", "}", "[", "]", "a;b", "a,b", "a=b", "# no", "// no", "|",
    '"', '""', "\\", "\\\\", 'a\\"', "a\\", '\\"b', "'", "`", "“x”",
    " a", "a ", "blood pressure", "IL-6", "-1", "1", "1.5", "1e5", "0x10", "nan", "inf", "None",
    "<b>bold</b>", "</script><script>", "&lt;", "&amp;", "%d", "$x$", "a_b^c~d", "{{x}}", "{x}",
    "__class__", "Größe", "年齢", "e\u0301", "ﬁ", "𝒳", "\u200d", "\ufeff", "\xa0x", "x" * 300,
)  # fmt: skip

plain_names = st.text("abcdefghijXYZ_0123456789", min_size=1, max_size=8)
hostile_names = st.one_of(
    st.sampled_from(TRICKY_NAMES),
    st.text(
        st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=12
    ).filter(str.strip),
    plain_names,
)
numbers = st.floats(allow_nan=False, allow_infinity=False)


def bare(graph: CausalGraph, *, roles: bool = False, latents: bool = False) -> CausalGraph:
    """Return the names and edges, with the roles that a format carries."""
    kept = {"latent"} if latents else set()
    nodes = [Node(n.name, n.roles if roles else n.roles & kept) for n in graph.node_table.values()]
    return CausalGraph(nodes, [edge.key for edge in graph.edges])


@st.composite
def graphs(
    draw: st.DrawFn,
    names: st.SearchStrategy[str] = hostile_names,
    marks: Sequence[Mark] = MARKS,
    roles: Sequence[Role] = ROLES,
    max_nodes: int = 5,
    *,
    positions: bool = True,
    evidence: bool = True,
    knowledge: bool = True,
) -> CausalGraph:
    """Draw a valid graph with the features asked for."""
    order = draw(st.lists(names, unique=True, max_size=max_nodes))
    nodes = [
        Node(
            name,
            draw(st.frozensets(st.sampled_from(roles), max_size=3)) if roles else frozenset(),
            draw(st.none() | st.tuples(numbers, numbers)) if positions else None,
        )
        for name in order
    ]
    edges, forbidden = [], set()
    for j, effect in enumerate(order):
        for cause in order[:j]:
            marks_here = draw(
                st.sampled_from([(), (), *((mark,) for mark in marks)])
                | st.just(tuple(mark for mark in ("->", "<->") if mark in marks))
            )
            edges += [
                Edge(
                    cause,
                    effect,
                    mark,
                    draw(st.none() | st.floats(0, 1)) if evidence else None,
                    draw(st.none() | numbers) if evidence else None,
                )
                for mark in marks_here
            ]
            if knowledge and draw(st.integers(0, 5)) == 0:
                forbidden.add((effect, cause))
    known = Knowledge()
    if knowledge:
        arrows = [(edge.source, edge.target) for edge in edges if edge.mark == "->"]
        required = draw(st.frozensets(st.sampled_from(arrows))) if arrows else frozenset()
        cuts = sorted(draw(st.sets(st.integers(0, len(order)), max_size=3)))
        bounds = list(zip([0, *cuts], [*cuts, len(order)], strict=True)) if cuts else []
        known = Knowledge(
            required, frozenset(forbidden), tuple(tuple(order[a:b]) for a, b in bounds)
        )
    shuffled = draw(st.permutations(nodes))
    return CausalGraph(shuffled, edges, known)

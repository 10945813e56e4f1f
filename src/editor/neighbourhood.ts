/** The part of a large graph around one node. */
import { nodeShape } from "../graph/geometry";
import { layout } from "../graph/layout";
import { indexOf, isDirected, type GraphDocument } from "../graph/model";

/** Nodes that are shown at most: those next to the middle come first. */
const MOST_SHOWN = 120;

/** What is within some steps of a node, laid out by itself. */
export function neighbourhoodOf(document: GraphDocument, middle: string, steps: number): GraphDocument {
  const { incident, nodes } = indexOf(document);
  const found = new Set([nodes.has(middle) ? middle : (document.nodes[0]?.id ?? "")]);
  let rim = [...found];
  for (let step = 0; step < steps && found.size < MOST_SHOWN; step++) {
    const next = rim.flatMap((id) => (incident.get(id) ?? []).map(({ source, target }) => (source === id ? target : source)));
    rim = next.filter((id) => !found.has(id) && found.size < MOST_SHOWN && found.add(id));
  }
  const shown = document.nodes.filter(({ id }) => found.has(id));
  const edges = document.edges.filter(({ source, target }) => found.has(source) && found.has(target));
  const sizes = shown.map(({ id, name, roles }) => ({ ...nodeShape(name, roles), id }));
  const places = layout(sizes, edges.filter(isDirected).map(({ source, target }) => [source, target]), {
    undirected: edges.filter((edge) => !isDirected(edge)).map(({ source, target }) => [source, target]),
  });
  return {
    ...document,
    nodes: shown.map((node) => {
      const [x, y] = places.get(node.id) ?? [node.x, node.y];
      return { ...node, x, y };
    }),
    edges,
    tiers: [],
  };
}

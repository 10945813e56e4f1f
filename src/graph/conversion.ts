/** Between a graph by names, as text has it, and a document by ids, as screens have it. */
import { nodeShape } from "./geometry";
import { layout } from "./layout";
import { indexOf, type DocumentEdge, type DocumentNode, type GraphDocument } from "./model";
import type { NotationEdge, NotationGraph } from "./notation";
import type { Operation } from "./operations";

/** Pixels of one unit of the notation. */
export const PIXELS_PER_UNIT = 100;
const [CROWDED, SPRAWLING, GOOD_DISTANCE] = [1 / 3, 400, 170];
const [LAYER, STEP, ROOM] = [80, 24, 12];
const MOST_TIER_PAIRS = 400;

type Place = readonly [number, number];

/** The document as a graph by names; positions in units of the notation. */
export function toNotation(document: GraphDocument): NotationGraph {
  const { nodes } = indexOf(document);
  const name = (id: string): string => nodes.get(id)?.name ?? "";
  const pairs = (knowledge: "required" | "forbidden"): [string, string][] =>
    document.edges.filter((edge) => edge.knowledge === knowledge).map(({ source, target }) => [name(source), name(target)]);
  const edges = document.edges.filter(({ knowledge }) => knowledge !== "forbidden");
  return {
    nodes: document.nodes.map(({ name, roles, x, y }) => ({ name, roles, position: [units(x), units(y)] })),
    edges: edges.map(({ source, target, mark, confidence, bits }) => ({ source: name(source), target: name(target), mark, confidence, bits })),
    required: pairs("required"),
    forbidden: pairs("forbidden"),
    tiers: document.tiers.map((tier) => tier.map(name)),
  };
}

function units(pixels: number): number {
  return Math.round((pixels / PIXELS_PER_UNIT) * 100) / 100;
}

export interface ConversionOptions {
  /** What is shown now: nodes of the same name and edges of the same ends keep their ids, and places that the text does not give. */
  readonly previous?: GraphDocument;
  readonly freshId: (prefix: string) => string;
}

/** The document of a graph; nodes without a position are laid out. */
export function toDocument(graph: NotationGraph, { previous, freshId }: ConversionOptions): GraphDocument {
  const known = new Map(previous?.nodes.map((node) => [node.name, node]));
  const places = placesOf(graph, known);
  const nodes = graph.nodes.map(({ name, roles }): DocumentNode => {
    const [x, y] = places.get(name) ?? [0, 0];
    return { id: known.get(name)?.id ?? freshId("n"), name, roles, x, y };
  });
  const ids = new Map(nodes.map(({ name, id }) => [name, id]));
  const id = (name: string): string => ids.get(name) ?? "";
  const required = new Set(graph.required.map((pair) => pair.join("\n")));
  const wanted = [
    ...graph.edges.map((edge) => ({
      ...edge,
      knowledge: edge.mark === "->" && required.has(`${edge.source}\n${edge.target}`) ? ("required" as const) : null,
    })),
    ...graph.forbidden.map(([source, target]) => ({ source, target, mark: "->" as const, confidence: null, bits: null, knowledge: "forbidden" as const })),
  ];
  const standing = new Map(previous?.edges.map((edge) => [keyOf(edge), edge.id]));
  const edges = wanted.map((edge): DocumentEdge => {
    const made = { ...edge, id: "", source: id(edge.source), target: id(edge.target) };
    return { ...made, id: standing.get(keyOf(made)) ?? freshId("e") };
  });
  return { version: 1, rev: previous?.rev ?? 0, nodes, edges, tiers: graph.tiers.map((tier) => tier.map(id)) };
}

function keyOf({ source, target, mark, knowledge }: Omit<DocumentEdge, "id">): string {
  return [source, target, mark, knowledge === "forbidden"].join(" ");
}

/** The px of each node: where it stands, else where the text says, else a free place. */
function placesOf(graph: NotationGraph, known: ReadonlyMap<string, DocumentNode>): ReadonlyMap<string, Place> {
  const stored = graph.nodes.flatMap(({ name, position }): [string, Place][] => (position ? [[name, position]] : []));
  const scale = scaleOf(graph, stored);
  const places = new Map<string, Place>(stored.map(([name, [x, y]]) => [name, [x * scale, y * scale]]));
  for (const { name } of graph.nodes) {
    const node = known.get(name);
    if (node && !places.has(name)) places.set(name, [node.x, node.y]);
  }
  if (places.size === 0) return laidOut(graph, graph.nodes.map(({ name }) => name));
  placeBesideNeighbours(graph, places);
  const rest = graph.nodes.map(({ name }) => name).filter((name) => !places.has(name));
  const below = Math.max(...[...places.values()].map(([, y]) => y)) + LAYER;
  const left = Math.min(...[...places.values()].map(([x]) => x));
  for (const [name, [x, y]] of laidOut(graph, rest)) places.set(name, [x + left, y + below]);
  return places;
}

/** Models come in all units: 100 px each, unless nodes would overlap or stand far apart. */
function scaleOf({ nodes }: NotationGraph, stored: readonly (readonly [string, Place])[]): number {
  if (stored.length < 2) return PIXELS_PER_UNIT;
  const roles = new Map(nodes.map((node) => [node.name, node.roles]));
  const boxes = stored.slice(0, 400).map(([name, place]) => ({ place, ...nodeShape(name, roles.get(name) ?? []) }));
  const needs: number[] = [];
  const nearest: number[] = [];
  for (const a of boxes) {
    let [need, near] = [0, Infinity];
    for (const b of boxes) {
      if (a === b) continue;
      const [dx, dy] = [Math.abs(a.place[0] - b.place[0]), Math.abs(a.place[1] - b.place[1])];
      need = Math.max(need, Math.min(((a.width + b.width) / 2 + 4) / dx, ((a.height + b.height) / 2 + 4) / dy));
      near = Math.min(near, Math.hypot(dx, dy));
    }
    needs.push(need);
    nearest.push(near);
  }
  const finite = needs.filter(Number.isFinite).sort((a, b) => a - b);
  const least = finite[Math.ceil(0.9 * finite.length) - 1] ?? PIXELS_PER_UNIT;
  const crowded = needs.filter((need) => need > 1.02 * PIXELS_PER_UNIT).length / needs.length;
  if (crowded > CROWDED) return Math.min(5_000, Math.max(PIXELS_PER_UNIT, least));
  const spacing = nearest.sort((a, b) => a - b)[nearest.length >> 1] ?? 0;
  return spacing * PIXELS_PER_UNIT <= SPRAWLING ? PIXELS_PER_UNIT : Math.min(PIXELS_PER_UNIT, Math.max(least, GOOD_DISTANCE / spacing));
}

function laidOut({ nodes, edges, tiers }: NotationGraph, names: readonly string[]): ReadonlyMap<string, Place> {
  const wanted = new Set(names);
  const sizes = nodes
    .filter(({ name }) => wanted.has(name))
    .map(({ name, roles }) => {
      const { width, height, ring } = nodeShape(name, roles);
      return { id: name, width: width + 2 * ring, height: height + 2 * ring };
    });
  const ends = (marks: readonly string[]): [string, string][] =>
    edges.filter(({ source, target, mark }) => marks.includes(mark) && wanted.has(source) && wanted.has(target)).map((edge) => [edge.source, edge.target]);
  return layout(sizes, [...ends(["->", "@->"]), ...tierOrder(tiers.map((tier) => tier.filter((name) => wanted.has(name))))], { undirected: ends(["--", "@-@", "@--"]), soft: ends(["<->"]) });
}

/** Pairs that keep each tier above the next; very large tiers keep theirs by one node. */
export function tierOrder(tiers: readonly (readonly string[])[]): [string, string][] {
  return tiers.slice(1).flatMap((tier, place) => {
    const before = tiers[place] ?? [];
    const heads = before.length * tier.length <= MOST_TIER_PAIRS ? before : before.slice(0, 1);
    return heads.flatMap((head) => tier.map((name): [string, string] => [head, name]));
  });
}

/** Puts nodes beside neighbours that have a place, the best connected first. */
function placeBesideNeighbours({ nodes, edges }: NotationGraph, places: Map<string, Place>): void {
  const around = new Map(nodes.map(({ name }): [string, NotationEdge[]] => [name, []]));
  for (const edge of edges) {
    around.get(edge.source)?.push(edge);
    around.get(edge.target)?.push(edge);
  }
  const waiting = new Set(nodes.map(({ name }) => name).filter((name) => !places.has(name)));
  for (;;) {
    const next = [...waiting].find((name) => around.get(name)?.some(({ source, target }) => places.has(source === name ? target : source)));
    if (next === undefined) return;
    waiting.delete(next);
    const [edge] = (around.get(next) ?? []).filter(({ source, target }) => places.has(source === next ? target : source));
    const [x, y] = places.get((edge?.source === next ? edge.target : edge?.source) ?? "") ?? [0, 0];
    places.set(next, freePlace([x, y + (edge?.source === next ? -LAYER : LAYER)], places));
  }
}

function freePlace([x, y]: Place, places: ReadonlyMap<string, Place>): Place {
  const taken = [...places.values()];
  const isFree = (a: number, b: number): boolean => taken.every(([c, d]) => Math.abs(a - c) >= 90 + ROOM || Math.abs(b - d) >= 36 + ROOM);
  for (let ring = 0; ring < 40; ring++) {
    for (const side of [ring, -ring]) if (isFree(x + side * STEP, y)) return [x + side * STEP, y];
  }
  return [x, Math.max(...taken.map(([, other]) => other)) + LAYER];
}

/** The group that turns one document into another of the same ids: room is made first, so that each operation fits. */
export function difference(before: GraphDocument, after: GraphDocument): Operation[] {
  const [was, is] = [indexOf(before), indexOf(after)];
  const retiered = JSON.stringify(before.tiers) !== JSON.stringify(after.tiers);
  const renamed = new Set(after.nodes.filter(({ id, name }) => was.nodes.has(id) && was.nodes.get(id)?.name !== name).map(({ id }) => id));
  const ops: Operation[] = retiered && before.tiers.length > 0 ? [{ op: "set_tiers", tiers: [] }] : [];
  for (const { id, ...edge } of before.edges) {
    const next = is.edges.get(id);
    if (!next || keyOf(next) !== keyOf(edge)) ops.push({ op: "delete_edge", id });
  }
  for (const { id } of before.nodes) if (!is.nodes.has(id)) ops.push({ op: "delete_node", id });
  for (const node of after.nodes) {
    const known = was.nodes.get(node.id);
    if (!known) ops.push({ op: "add_node", ...node });
    else if (renamed.has(node.id) || known.roles.join() !== node.roles.join()) {
      ops.push({ op: "set_node", id: node.id, ...(renamed.has(node.id) ? { name: node.name } : {}), roles: node.roles });
    }
  }
  for (const edge of after.edges) {
    const known = was.edges.get(edge.id);
    if (!known || keyOf(known) !== keyOf(edge)) ops.push({ op: "add_edge", ...edge });
    else if (known.knowledge !== edge.knowledge || known.confidence !== edge.confidence || known.bits !== edge.bits) {
      ops.push({ op: "set_edge", id: edge.id, knowledge: edge.knowledge, confidence: edge.confidence, bits: edge.bits });
    }
  }
  if (retiered && after.tiers.length > 0) ops.push({ op: "set_tiers", tiers: after.tiers });
  const moved = after.nodes.filter(({ id, x, y }) => was.nodes.has(id) && (was.nodes.get(id)?.x !== x || was.nodes.get(id)?.y !== y));
  if (moved.length > 0) ops.push({ op: "move", positions: Object.fromEntries(moved.map(({ id, x, y }) => [id, [x, y] as const])) });
  return ops;
}

/**
 * Layered layout, causes above effects: ranks, orders, coordinates, and shelves of components.
 *
 * The same input always gives the same drawing; the Python twin gives it too.
 */

import type { Point } from "./geometry-curves";
import { at } from "./indexing";
import { placeLayers } from "./layout-coordinates";
import { orderLayers } from "./layout-order";
import type { LayeredGraph } from "./layout-order";
import { components, rankNodes, topologicalOrder, withoutCycles } from "./layout-ranks";
import type { Arc } from "./layout-ranks";
import { packShelves } from "./layout-shelves";

const MOST_BENDS = 20_000;

export interface LayoutNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export type LayoutEdge = readonly [source: string, target: string];

export interface LayoutOptions {
  /** Edges that point nowhere (undirected): the source is drawn above where the others leave the choice. */
  readonly undirected?: readonly LayoutEdge[];
  /** Edges that only pull their ends together (bidirected). */
  readonly soft?: readonly LayoutEdge[];
}

export interface Layout {
  /** Centres of the nodes; the drawing's left top corner is (0, 0). */
  readonly positions: ReadonlyMap<string, Point>;
  /** Bends of each edge between its ends, in the order of `edges`. */
  readonly bends: readonly (readonly Point[])[];
}

/** Centres of the nodes. Loops and edges of unknown nodes are passed over. */
export function layout(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  options: LayoutOptions = {},
): ReadonlyMap<string, Point> {
  return layoutWithBends(nodes, edges, options).positions;
}

/** The layout and the bends of its long edges. */
export function layoutWithBends(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  options: LayoutOptions = {},
): Layout {
  const index = new Map(nodes.map(({ id }, place) => [id, place]));
  const known = (list: readonly LayoutEdge[]): Arc[] =>
    list.flatMap(([source, target]) => {
      const [tail, head] = [index.get(source), index.get(target)];
      return tail === undefined || head === undefined || tail === head ? [] : [[tail, head] as const];
    });
  const directed = withoutCycles(nodes.length, distinct(known(edges)));
  const place = new Array<number>(nodes.length).fill(0);
  topologicalOrder(nodes.length, directed).forEach((node, rank) => (place[node] = rank));
  const undirected = known(options.undirected ?? []).map(([a, b]): Arc => (at(place, a) < at(place, b) ? [a, b] : [b, a]));
  const arcs = distinct([...directed, ...undirected]);
  const soft = distinct([...arcs, ...known(options.soft ?? [])]).slice(arcs.length);
  const parts = components(nodes.length, [...arcs, ...soft]).map((members) => drawPart(members, nodes, arcs, soft));
  const corners = packShelves(parts);
  const positions = new Map<string, Point>();
  const bends = new Map<number, readonly Point[]>();
  parts.forEach((part, order) => {
    const [left, top] = at(corners, order);
    const shifted = ([x, y]: Point): Point => [x + left, y + top];
    part.members.forEach((node, local) => positions.set(at(nodes, node).id, shifted(at(part.centres, local))));
    for (const [key, points] of part.bends) bends.set(key, points.map(shifted));
  });
  return {
    positions: new Map(nodes.map(({ id }) => [id, positions.get(id) ?? [0, 0]])),
    bends: edges.map(([source, target]) => bendsOf(index.get(source) ?? 0, index.get(target) ?? 0, nodes.length, bends)),
  };
}

function bendsOf(tail: number, head: number, count: number, bends: ReadonlyMap<number, readonly Point[]>): readonly Point[] {
  const forward = bends.get(tail * count + head);
  return forward ?? [...(bends.get(head * count + tail) ?? [])].reverse();
}

/** The first arc between each pair of nodes. */
function distinct(arcs: readonly Arc[]): Arc[] {
  const seen = new Set<string>();
  return arcs.filter(([a, b]) => {
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

interface Part {
  readonly members: readonly number[];
  readonly centres: readonly Point[];
  /** Bends by tail × number of nodes + head. */
  readonly bends: ReadonlyMap<number, readonly Point[]>;
  readonly width: number;
  readonly height: number;
}

function drawPart(members: readonly number[], nodes: readonly LayoutNode[], arcs: readonly Arc[], soft: readonly Arc[]): Part {
  const local = new Map(members.map((node, place) => [node, place]));
  const inside = (list: readonly Arc[]): Arc[] =>
    list.flatMap(([a, b]) => {
      const [tail, head] = [local.get(a), local.get(b)];
      return tail === undefined || head === undefined ? [] : [[tail, head] as const];
    });
  const [hard, loose] = [inside(arcs), inside(soft)];
  const { graph, chains } = layered(rankNodes(members.length, hard, loose), hard, loose);
  const extent = (side: "width" | "height"): number[] =>
    graph.layerOf.map((_, vertex) => (vertex < members.length ? at(nodes, at(members, vertex))[side] : 0));
  const [width, height] = [extent("width"), extent("height")];
  const { x, y } = placeLayers(graph, orderLayers(graph), { width, height, nodes: members.length });
  const centre = (vertex: number): Point => [at(x, vertex), at(y, vertex)];
  const reach = (centres: readonly number[], sizes: readonly number[]): number =>
    centres.reduce((most, value, vertex) => Math.max(most, value + at(sizes, vertex) / 2), 0);
  const bends = new Map<number, readonly Point[]>();
  hard.forEach(([tail, head], index) => {
    const key = at(members, tail) * nodes.length + at(members, head);
    bends.set(key, at(chains, index).map(centre));
  });
  return { members, centres: members.map((_, place) => centre(place)), bends, width: reach(x, width), height: reach(y, height) };
}

/** The longest span of arcs that can all be given their bends. */
function longestSpan(spans: readonly number[]): number {
  let bends = 0;
  for (const span of [...spans].sort((a, b) => a - b)) {
    bends += Math.max(0, span - 1);
    if (bends > MOST_BENDS) return span - 1;
  }
  return Infinity;
}

/**
 * Long arcs become chains of bends, one on each layer between; `chains` has those of the hard arcs
 * first. Where there would be too many, the longest arcs are left out.
 */
function layered(ranks: readonly number[], hard: readonly Arc[], soft: readonly Arc[]): { graph: LayeredGraph; chains: number[][] } {
  const layerOf = ranks.slice();
  const up: number[][] = ranks.map(() => []);
  const down: number[][] = ranks.map(() => []);
  const beside: number[][] = ranks.map(() => []);
  const every = [...hard, ...soft];
  const longest = longestSpan(every.map(([a, b]) => Math.abs(at(ranks, a) - at(ranks, b))));
  const chains = every.map(([a, b]) => {
    const chain: number[] = [];
    if (Math.abs(at(ranks, a) - at(ranks, b)) > longest) return chain;
    if (ranks[a] === ranks[b]) {
      at(beside, a).push(b);
      at(beside, b).push(a);
      return chain;
    }
    const [top, bottom] = at(ranks, a) < at(ranks, b) ? [a, b] : [b, a];
    let previous = top;
    for (let layer = at(ranks, top) + 1; layer < at(ranks, bottom); layer++) {
      const bend = layerOf.push(layer) - 1;
      up.push([previous]);
      down.push([]);
      beside.push([]);
      at(down, previous).push(bend);
      chain.push(bend);
      previous = bend;
    }
    at(down, previous).push(bottom);
    at(up, bottom).push(previous);
    return chain;
  });
  return { graph: { layerOf, up, down, beside }, chains };
}

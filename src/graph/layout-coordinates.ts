/**
 * Coordinates of ordered layers: each layer in turn takes the places nearest to its neighbours'
 * that keep the order and the gaps, by pool-adjacent-violators (weighted isotonic regression).
 */

import { at } from "./indexing";
import type { LayeredGraph, Layers } from "./layout-order";

export interface Extents {
  readonly width: readonly number[];
  readonly height: readonly number[];
  /** Vertices from this index on are bends of long arcs. */
  readonly nodes: number;
}

const NODE_GAP = 32;
const BEND_GAP = 18;
/** Between nodes that an edge along their layer joins. */
const JOINED_GAP = 64;
const LEAST_RANK_GAP = 50;
const MOST_RANK_GAP = 200;
const MEDIAN_ROUNDS = 8;
const MEAN_ROUNDS = 12;

/** Weights of arcs between two nodes, a node and a bend, two bends: long arcs are kept straight. */
const ARC_WEIGHTS = [1, 2, 8] as const;

/** Centres of all vertices, the drawing's left and top border at 0. */
export function placeLayers(graph: LayeredGraph, layers: Layers, extents: Extents): { x: number[]; y: number[] } {
  const x = horizontal(graph, layers, extents);
  return { x, y: vertical(graph, layers, extents, x) };
}

function gapBetween(a: number, b: number, graph: LayeredGraph, { nodes }: Extents): number {
  if (at(graph.beside, a).includes(b)) return JOINED_GAP;
  return a < nodes && b < nodes ? NODE_GAP : BEND_GAP;
}

/** Distance of each vertex from the first on its layer, packed tightly. */
function offsetsOf(layer: readonly number[], graph: LayeredGraph, extents: Extents): number[] {
  const offsets: number[] = [];
  let offset = 0;
  layer.forEach((vertex, index) => {
    if (index > 0) {
      const before = at(layer, index - 1);
      offset += (at(extents.width, before) + at(extents.width, vertex)) / 2 + gapBetween(before, vertex, graph, extents);
    }
    offsets.push(offset);
  });
  return offsets;
}

function horizontal(graph: LayeredGraph, layers: Layers, extents: Extents): number[] {
  const x = new Array<number>(graph.layerOf.length).fill(0);
  const offsets = layers.map((layer) => offsetsOf(layer, graph, extents));
  layers.forEach((layer, index) => {
    const own = at(offsets, index);
    const half = at(own, own.length - 1) / 2;
    layer.forEach((vertex, place) => (x[vertex] = at(own, place) - half));
  });
  const isBend = (vertex: number): number => (vertex < extents.nodes ? 0 : 1);
  const weight = (a: number, b: number): number => at(ARC_WEIGHTS, isBend(a) + isBend(b));
  for (let round = 0; round < MEDIAN_ROUNDS + MEAN_ROUNDS; round++) {
    const downward = round % 2 === 0;
    for (let step = 0; step < layers.length; step++) {
      const index = downward ? step : layers.length - 1 - step;
      const layer = at(layers, index);
      const wanted: number[] = [];
      const weights: number[] = [];
      for (const vertex of layer) {
        const lists =
          round < MEDIAN_ROUNDS
            ? [at(downward ? graph.up : graph.down, vertex)]
            : [at(graph.up, vertex), at(graph.down, vertex)];
        const [target, force] = wish(vertex, lists, x, weight, round < MEDIAN_ROUNDS);
        wanted.push(target);
        weights.push(force);
      }
      settle(layer, wanted, weights, at(offsets, index), x);
    }
  }
  return roundedFromLeft(x, extents.width);
}

/** Where a vertex wants to be for its neighbours in `lists`, and how much. */
function wish(
  vertex: number,
  lists: readonly (readonly number[])[],
  x: readonly number[],
  weight: (a: number, b: number) => number,
  byMedian: boolean,
): readonly [number, number] {
  let total = 0;
  let sum = 0;
  const places: number[] = [];
  for (const list of lists)
    for (const other of list) {
      const pull = weight(vertex, other);
      total += pull;
      sum += pull * at(x, other);
      places.push(at(x, other));
    }
  if (total === 0) return [at(x, vertex), 0.1];
  if (!byMedian) return [sum / total, total];
  places.sort((a, b) => a - b);
  const middle = places.length >> 1;
  const low = at(places, places.length % 2 === 1 ? middle : middle - 1);
  return [(low + at(places, middle)) / 2, total];
}

/** Pool-adjacent-violators: the weighted least-squares places that keep at least the packed distances. */
function settle(
  layer: readonly number[],
  wanted: readonly number[],
  weights: readonly number[],
  offsets: readonly number[],
  x: number[],
): void {
  const means: number[] = [];
  const forces: number[] = [];
  const sizes: number[] = [];
  for (let place = 0; place < layer.length; place++) {
    let mean = at(wanted, place) - at(offsets, place);
    let force = at(weights, place);
    let size = 1;
    while (means.length > 0 && at(means, means.length - 1) >= mean) {
      const before = at(forces, forces.length - 1);
      mean = (at(means, means.length - 1) * before + mean * force) / (before + force);
      force += before;
      size += at(sizes, sizes.length - 1);
      means.pop();
      forces.pop();
      sizes.pop();
    }
    means.push(mean);
    forces.push(force);
    sizes.push(size);
  }
  let place = 0;
  means.forEach((mean, block) => {
    for (let left = at(sizes, block); left > 0; left--, place++) x[at(layer, place)] = mean + at(offsets, place);
  });
}

function roundedFromLeft(x: readonly number[], width: readonly number[]): number[] {
  const left = x.reduce((least, value, vertex) => Math.min(least, value - at(width, vertex) / 2), Infinity);
  return x.map((value) => Math.floor(value - left + 0.5));
}

/** Layers below each other, farther apart where arcs run far to the side. */
function vertical(graph: LayeredGraph, layers: Layers, extents: Extents, x: readonly number[]): number[] {
  const y = new Array<number>(graph.layerOf.length).fill(0);
  let top = 0;
  layers.forEach((layer, index) => {
    let tallest = 0;
    let widest = 0;
    for (const vertex of layer) {
      tallest = Math.max(tallest, at(extents.height, vertex));
      for (const other of at(graph.up, vertex)) widest = Math.max(widest, Math.abs(at(x, vertex) - at(x, other)));
    }
    if (index > 0) top += Math.floor(Math.min(MOST_RANK_GAP, Math.max(LEAST_RANK_GAP, widest / 6)));
    for (const vertex of layer) y[vertex] = top + tallest / 2;
    top += tallest;
  });
  return y;
}

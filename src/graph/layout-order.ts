/**
 * Orders within the ranks: means, medians and transpositions, swept down and up; the best order is kept.
 *
 * Gansner et al. (1993), section 3; means after Sugiyama, Tagawa & Toda (1981); crossings by the accumulator tree of Barth, Jünger & Mutzel (2002).
 */

import { at } from "./indexing";

/** A graph in which every arc joins neighbouring layers; vertices by index. */
export interface LayeredGraph {
  readonly layerOf: readonly number[];
  readonly up: readonly (readonly number[])[];
  readonly down: readonly (readonly number[])[];
  /** Neighbours on the same layer. */
  readonly beside: readonly (readonly number[])[];
}

export type Layers = readonly (readonly number[])[];

/** Crossings of straight arcs between neighbouring layers. */
function countCrossings(graph: LayeredGraph, layers: Layers): number {
  const position = positionsOf(graph, layers);
  let crossings = 0;
  for (let layer = 1; layer < layers.length; layer++) {
    const ends: number[] = [];
    for (const vertex of at(layers, layer - 1))
      ends.push(...at(graph.down, vertex).map((other) => at(position, other)).sort(ascending));
    crossings += inversions(ends, at(layers, layer).length);
  }
  return crossings;
}

function ascending(a: number, b: number): number {
  return a - b;
}

function positionsOf(graph: LayeredGraph, layers: Layers): number[] {
  const position = new Array<number>(graph.layerOf.length).fill(0);
  for (const layer of layers) layer.forEach((vertex, index) => (position[vertex] = index));
  return position;
}

function inversions(values: readonly number[], size: number): number {
  let first = 1;
  while (first < size) first *= 2;
  const tree = new Int32Array(2 * first);
  let total = 0;
  for (const value of values) {
    let index = value + first;
    tree[index] = at(tree, index) + 1;
    while (index > 1) {
      if (index % 2 === 0) total += at(tree, index + 1);
      index >>= 1;
      tree[index] = at(tree, index) + 1;
    }
  }
  return total;
}

interface Effort {
  readonly starts: readonly Start[];
  readonly sweeps: number;
  /** Sweeps without progress after which a start is given up. */
  readonly patience: number;
  /** Passes of transposition after each sweep. */
  readonly passes: number;
}

/** The first sweep's direction, and what vertices are sorted by. */
interface Start {
  readonly downward: boolean;
  readonly byMean: boolean;
}

const MEANS: readonly Start[] = [
  { downward: true, byMean: true },
  { downward: false, byMean: true },
];
const MEDIANS: readonly Start[] = [
  { downward: true, byMean: false },
  { downward: false, byMean: false },
];

function effort(vertices: number): Effort {
  if (vertices <= 400) return { starts: [...MEANS, ...MEDIANS], sweeps: 32, patience: 8, passes: 8 };
  if (vertices <= 4000) return { starts: MEANS, sweeps: 20, patience: 5, passes: 3 };
  return { starts: MEANS.slice(0, 1), sweeps: 6, patience: 2, passes: 1 };
}

/** Layers whose order has few crossings. */
export function orderLayers(graph: LayeredGraph): Layers {
  const { starts, sweeps, patience, passes } = effort(graph.layerOf.length);
  let best: Layers = [];
  let fewest = Infinity;
  for (const start of starts) {
    const sweep = new Sweep(graph, depthFirstLayers(graph, start.downward), start.byMean, passes);
    let own = Infinity;
    let idle = 0;
    for (let round = 0; round <= sweeps && idle < patience && fewest > 0; round++) {
      if (round > 0) sweep.run((round % 2 === 1) === start.downward, round % 4 >= 2);
      const crossings = countCrossings(graph, sweep.layers);
      idle = crossings < own ? 0 : idle + 1;
      own = Math.min(own, crossings);
      if (crossings < fewest) {
        fewest = crossings;
        best = sweep.layers.slice();
      }
    }
  }
  return best;
}

/** Vertices in the order in which a depth-first walk from the top (or from the bottom) meets them. */
function depthFirstLayers(graph: LayeredGraph, downward: boolean): number[][] {
  const count = graph.layerOf.length;
  const layers: number[][] = [];
  for (let layer = graph.layerOf.reduce((a, b) => Math.max(a, b), -1); layer >= 0; layer--) layers.push([]);
  const [ahead, behind] = downward ? [graph.down, graph.up] : [graph.up, graph.down];
  const seen = new Uint8Array(count);
  for (const root of [...rootsOf(behind), ...graph.layerOf.keys()]) {
    const stack = [root];
    for (let vertex = stack.pop(); vertex !== undefined; vertex = stack.pop()) {
      if (seen[vertex]) continue;
      seen[vertex] = 1;
      at(layers, at(graph.layerOf, vertex)).push(vertex);
      for (const list of [at(behind, vertex), at(graph.beside, vertex), at(ahead, vertex)])
        for (let index = list.length - 1; index >= 0; index--) stack.push(at(list, index));
    }
  }
  return layers;
}

function rootsOf(behind: readonly (readonly number[])[]): number[] {
  return [...behind.keys()].filter((vertex) => at(behind, vertex).length === 0);
}

/** The current order and its sweeps. */
class Sweep {
  private readonly position: number[];

  constructor(
    private readonly graph: LayeredGraph,
    readonly layers: number[][],
    private readonly byMean: boolean,
    private readonly passes: number,
  ) {
    this.position = positionsOf(graph, layers);
  }

  /** One sweep over all layers; `reversed` lets vertices with equal keys change places. */
  run(downward: boolean, reversed: boolean): void {
    const count = this.layers.length;
    for (let step = 0; step < count; step++) {
      const layer = downward ? step : count - 1 - step;
      this.sortByNeighbours(layer, downward ? this.graph.up : this.graph.down, reversed);
    }
    for (let pass = 0; pass < this.passes; pass++) {
      let improved = false;
      for (let layer = 0; layer < count; layer++) improved = this.transpose(layer) || improved;
      if (!improved) break;
    }
  }

  private place(layer: number, order: number[]): void {
    this.layers[layer] = order;
    order.forEach((vertex, index) => (this.position[vertex] = index));
  }

  private neighbourPositions(neighbours: readonly number[]): number[] {
    return neighbours.map((other) => at(this.position, other)).sort(ascending);
  }

  /** Vertices with neighbours are sorted by their mean or median; the others keep their places. */
  private sortByNeighbours(layer: number, neighbours: readonly (readonly number[])[], reversed: boolean): void {
    const order = at(this.layers, layer);
    const movable: { vertex: number; key: number; tie: number }[] = [];
    order.forEach((vertex, index) => {
      const found = [...at(neighbours, vertex)];
      const positions = this.neighbourPositions(found.length > 0 ? found : at(this.graph.beside, vertex));
      if (positions.length === 0) return;
      movable.push({ vertex, key: this.byMean ? mean(positions) : weightedMedian(positions), tie: reversed ? -index : index });
    });
    const fixed = new Set(order);
    for (const { vertex } of movable) fixed.delete(vertex);
    movable.sort((a, b) => a.key - b.key || a.tie - b.tie);
    let next = 0;
    this.place(
      layer,
      order.map((vertex) => (fixed.has(vertex) ? vertex : at(movable, next++).vertex)),
    );
  }

  /** Exchanges neighbours on a layer while that saves crossings; says whether any was saved. */
  private transpose(layer: number): boolean {
    const order = at(this.layers, layer);
    if (order.length < 2) return false;
    const above = order.map((vertex) => this.neighbourPositions(at(this.graph.up, vertex)));
    const below = order.map((vertex) => this.neighbourPositions(at(this.graph.down, vertex)));
    const slots = order.map((_, index) => index);
    let improved = false;
    for (let changed = true; changed; ) {
      changed = false;
      for (let index = 1; index < slots.length; index++) {
        const a = at(slots, index - 1);
        const b = at(slots, index);
        const kept = crossingsBetween(at(above, a), at(above, b)) + crossingsBetween(at(below, a), at(below, b));
        if (kept === 0) continue;
        const swapped = crossingsBetween(at(above, b), at(above, a)) + crossingsBetween(at(below, b), at(below, a));
        if (swapped >= kept) continue;
        slots[index - 1] = b;
        slots[index] = a;
        changed = improved = true;
      }
    }
    if (improved) this.place(layer, slots.map((slot) => at(order, slot)));
    return improved;
  }
}

/** Crossings of two vertices' arcs when the vertex with the `left` ends stands to the left. */
function crossingsBetween(left: readonly number[], right: readonly number[]): number {
  let crossings = 0;
  let smaller = 0;
  for (const end of left) {
    while (smaller < right.length && at(right, smaller) < end) smaller++;
    crossings += smaller;
  }
  return crossings;
}

function mean(positions: readonly number[]): number {
  return positions.reduce((sum, position) => sum + position, 0) / positions.length;
}

/** Gansner et al. (1993), figure 3-2: between two middle values, nearer to the side that is denser. */
function weightedMedian(positions: readonly number[]): number {
  const middle = positions.length >> 1;
  if (positions.length % 2 === 1) return at(positions, middle);
  const low = at(positions, middle - 1);
  const high = at(positions, middle);
  if (positions.length === 2) return (low + high) / 2;
  const left = low - at(positions, 0);
  const right = at(positions, positions.length - 1) - high;
  return left + right > 0 ? (low * right + high * left) / (left + right) : (low + high) / 2;
}

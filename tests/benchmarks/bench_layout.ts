/**
 * Layout against dagre on the same random graphs: mean crossings and median milliseconds.
 *
 *   node_modules/.bin/esbuild tests/benchmarks/bench_layout.ts --bundle --platform=node --outfile=build/bench_layout.cjs
 *   node build/bench_layout.cjs [graphs of each size: 30] [edges a node: 1 1.5]
 *
 * Crossings are counted on the final drawing by one counter for both, once along each layout's own
 * bends and once on straight lines from node to node. Each layout is warmed up on one other graph
 * of the same size before it is timed.
 */

import dagre from "@dagrejs/dagre";
import { nodeShape } from "../../src/graph/geometry";
import type { Point } from "../../src/graph/geometry";
import { layoutWithBends } from "../../src/graph/layout";
import type { LayoutEdge, LayoutNode } from "../../src/graph/layout";

interface Drawn {
  readonly bent: readonly (readonly Point[])[];
  readonly straight: readonly (readonly Point[])[];
}

interface Graph {
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly LayoutEdge[];
}

/** Mulberry32: uniform numbers in [0, 1) from a seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** An acyclic graph whose edges join pairs drawn at random, in a random order of the nodes. */
function randomGraph(count: number, edgesPerNode: number, seed: number): Graph {
  const random = randomNumbers(seed);
  const names = Array.from({ length: count }, (_, index) => `X${index + 1}`);
  const order = names.map((name) => ({ name, key: random() })).sort((a, b) => a.key - b.key);
  const keys = new Set<string>();
  const edges: LayoutEdge[] = [];
  while (edges.length < Math.round(count * edgesPerNode)) {
    const [a, b] = [Math.floor(random() * count), Math.floor(random() * count)].sort((x, y) => x - y) as [number, number];
    if (a === b || keys.has(`${a} ${b}`)) continue;
    keys.add(`${a} ${b}`);
    edges.push([order[a]!.name, order[b]!.name]);
  }
  const nodes = names.map((id) => ({ id, width: nodeShape(id).width, height: nodeShape(id).height }));
  return { nodes, edges };
}

function drawOurs({ nodes, edges }: Graph): Drawn {
  const { positions, bends } = layoutWithBends(nodes, edges);
  const straight = edges.map(([a, b]) => [positions.get(a)!, positions.get(b)!]);
  return { straight, bent: straight.map(([from, to], index) => [from!, ...bends[index]!, to!]) };
}

function drawDagre({ nodes, edges }: Graph): Drawn {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({});
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  for (const [a, b] of edges) graph.setEdge(a, b);
  dagre.layout(graph);
  const pair = ({ x, y }: { x: number; y: number }): Point => [x, y];
  const centre = (id: string): Point => pair(graph.node(id) as { x: number; y: number });
  return {
    straight: edges.map(([a, b]) => [centre(a), centre(b)]),
    bent: edges.map(([a, b]) => {
      const { points } = graph.edge(a, b) as { points: { x: number; y: number }[] };
      return [centre(a), ...points.slice(1, -1).map(pair), centre(b)];
    }),
  };
}

function side(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/** Crossings of lines that meet inside both; lines that only touch at a common node do not count. */
function crossings(lines: readonly (readonly Point[])[]): number {
  const segments = lines.flatMap((line, edge) =>
    line.slice(1).map((b, index) => {
      const a = line[index]!;
      return { edge, a, b, top: Math.min(a[1], b[1]), bottom: Math.max(a[1], b[1]) };
    }),
  );
  segments.sort((p, q) => p.top - q.top);
  let count = 0;
  segments.forEach((p, index) => {
    for (let next = index + 1; next < segments.length; next++) {
      const q = segments[next]!;
      if (q.top > p.bottom) break;
      if (q.edge === p.edge) continue;
      if (side(p.a, p.b, q.a) * side(p.a, p.b, q.b) < 0 && side(q.a, q.b, p.a) * side(q.a, q.b, p.b) < 0) count++;
    }
  });
  return count;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function compare(count: number, edgesPerNode: number, graphs: number): void {
  const rows = [
    { name: "ours", draw: drawOurs },
    { name: "dagre", draw: drawDagre },
  ].map((row) => ({ ...row, times: [] as number[], bent: [] as number[], straight: [] as number[] }));
  for (const { draw } of rows) draw(randomGraph(count, edgesPerNode, 1));
  for (let seed = 0; seed < graphs; seed++) {
    const graph = randomGraph(count, edgesPerNode, 1000 * count + seed);
    for (const row of rows) {
      const started = performance.now();
      const drawn = row.draw(graph);
      row.times.push(performance.now() - started);
      row.bent.push(crossings(drawn.bent));
      row.straight.push(crossings(drawn.straight));
    }
  }
  for (const { name, times, bent, straight } of rows)
    console.log(cells([String(count), String(edgesPerNode), name, median(times), mean(bent), mean(straight)]));
}

function cells(values: readonly (string | number)[]): string {
  return values.map((value) => (typeof value === "string" ? value : value.toFixed(1)).padStart(12)).join("");
}

const graphs = Number(process.argv[2] ?? 30);
const densities = process.argv.length > 3 ? process.argv.slice(3).map(Number) : [1, 1.5];
console.log(cells(["nodes", "edges/node", "layout", "ms", "crossings", "straight"]));
for (const density of densities) for (const count of [20, 100, 500]) compare(count, density, graphs);

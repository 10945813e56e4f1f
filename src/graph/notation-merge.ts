/** What changed from one graph to another, carried over to a third. */
import { isSymmetric } from "./model";
import type { NotationEdge, NotationGraph, NotationNode } from "./notation";
import { compareNames } from "./notation-draft";

/** Whether positions are written: those of all nodes once one was moved by hand, never, or always. */
export type WritePositions = "moved" | "never" | "always";

/** The third graph with the changes from `before` to `after`. */
export function mergeGraphs(text: NotationGraph, before: NotationGraph, after: NotationGraph, positions: WritePositions): NotationGraph {
  const nodes = mergeNodes(text, before, after, positions);
  const names = new Set(nodes.map(({ name }) => name));
  const here = ([a, b]: readonly [string, string]): boolean => names.has(a) && names.has(b);
  const edges = merge(text.edges.map(sorted), before.edges.map(sorted), after.edges.map(sorted), edgeKey, JSON.stringify);
  const standing = edges.filter(({ source, target }) => here([source, target]));
  const arrows = new Set(standing.filter(({ mark }) => mark === "->").map(({ source, target }) => JSON.stringify([source, target])));
  const pairs = (kind: "required" | "forbidden"): readonly (readonly [string, string])[] =>
    merge(text[kind], before[kind], after[kind], JSON.stringify, JSON.stringify).filter(here);
  const retiered = JSON.stringify(before.tiers) !== JSON.stringify(after.tiers);
  const tiers = (retiered ? after.tiers : text.tiers).map((tier) => tier.filter((name) => names.has(name)));
  return {
    nodes,
    edges: standing,
    required: pairs("required").filter((pair) => arrows.has(JSON.stringify(pair))),
    forbidden: pairs("forbidden").filter((pair) => !arrows.has(JSON.stringify(pair))),
    tiers: tiers.filter((tier) => tier.length > 0),
  };
}

/** Ends of symmetric marks in the order in which text gives them. */
function sorted(edge: NotationEdge): NotationEdge {
  const flip = isSymmetric(edge.mark) && compareNames(edge.source, edge.target) > 0;
  return flip ? { ...edge, source: edge.target, target: edge.source } : edge;
}

function edgeKey({ source, target, mark }: NotationEdge): string {
  return JSON.stringify([source, target, mark]);
}

function merge<Item>(
  text: readonly Item[],
  before: readonly Item[],
  after: readonly Item[],
  keyOf: (item: Item) => string,
  valueOf: (item: Item) => string,
): readonly Item[] {
  const [was, is] = [new Map(before.map((item) => [keyOf(item), item])), new Map(after.map((item) => [keyOf(item), item]))];
  const found = new Map(text.map((item) => [keyOf(item), item]));
  for (const key of was.keys()) if (!is.has(key)) found.delete(key);
  for (const [key, item] of is) {
    const known = was.get(key);
    if (!known || valueOf(known) !== valueOf(item)) found.set(key, item);
  }
  return [...found.values()];
}

function mergeNodes(text: NotationGraph, before: NotationGraph, after: NotationGraph, positions: WritePositions): NotationNode[] {
  const was = new Map(before.nodes.map((node) => [node.name, node]));
  const is = new Map(after.nodes.map((node) => [node.name, node]));
  const moved = after.nodes.some((node) => was.has(node.name) && was.get(node.name)?.position?.join() !== node.position?.join());
  const rewrite = positions === "always" || (positions === "moved" && (moved || text.nodes.some(({ position }) => position !== null)));
  const changed = rewrite && (moved || positions === "always" || after.nodes.some(({ name }) => !was.has(name)));
  const found = new Map(text.nodes.map((node) => [node.name, node]));
  for (const name of was.keys()) if (!is.has(name)) found.delete(name);
  for (const [name, node] of is) {
    const [known, here] = [was.get(name), found.get(name)];
    if (known && !here) continue;
    const rolesChanged = !known || [...known.roles].sort().join() !== [...node.roles].sort().join();
    const roles = rolesChanged || !here ? node.roles : here.roles;
    const own = here?.position ?? null;
    found.set(name, { name, roles, position: changed ? node.position : own });
  }
  return [...found.values()];
}

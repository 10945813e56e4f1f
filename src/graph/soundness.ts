/** Whether a document that came whole is one that edits could have drawn; in one pass over it. */
import { OperationError } from "./errors";
import { isDirected, nameProblem, type DocumentEdge, type DocumentNode, type GraphDocument, type Tiers } from "./model";
import { checkPair } from "./operations";

export function isSound({ nodes, edges, tiers }: GraphDocument): boolean {
  const ids = new Set(nodes.map(({ id }) => id));
  return (
    areNamed(nodes) &&
    areDistinct(nodes, ({ id }) => id) &&
    areDistinct(edges, ({ id }) => id) &&
    areDistinct(tiers.flat(), (id) => id) &&
    tiers.flat().every((id) => ids.has(id)) &&
    edges.every((edge) => ids.has(edge.source) && ids.has(edge.target) && isPossible(edge)) &&
    fitPairwise(edges) &&
    areAcyclic(edges.filter(isDirected)) &&
    followTiers(edges.filter(isDirected), tiers)
  );
}

function areDistinct<Item>(items: readonly Item[], key: (item: Item) => string): boolean {
  return new Set(items.map(key)).size === items.length;
}

function areNamed(nodes: readonly DocumentNode[]): boolean {
  return areDistinct(nodes, ({ name }) => name) && nodes.every(({ name }) => nameProblem(name) === null);
}

function isPossible({ source, target, mark, knowledge }: DocumentEdge): boolean {
  return source !== target && (knowledge === null || mark === "->");
}

/** Whether the edges between any two nodes can stand beside each other. */
function fitPairwise(edges: readonly DocumentEdge[]): boolean {
  const groups = new Map<string, DocumentEdge[]>();
  try {
    for (const edge of edges) {
      const key = JSON.stringify([edge.source, edge.target].sort());
      const group = groups.get(key) ?? [];
      for (const other of group) checkPair(edge, other, edge.source, edge.target);
      groups.set(key, [...group, edge]);
    }
    return true;
  } catch (error) {
    if (error instanceof OperationError) return false;
    throw error;
  }
}

/** Takes away nodes that nothing points to, again and again: what stays lies on cycles. */
function areAcyclic(arrows: readonly DocumentEdge[]): boolean {
  const waiting = new Map<string, number>();
  const leaving = new Map<string, string[]>();
  for (const { source, target } of arrows) {
    waiting.set(target, (waiting.get(target) ?? 0) + 1);
    const known = leaving.get(source);
    if (known) known.push(target);
    else leaving.set(source, [target]);
  }
  const free = [...leaving.keys()].filter((id) => !waiting.has(id));
  let taken = 0;
  for (const id of free) {
    for (const target of leaving.get(id) ?? []) {
      taken += 1;
      const left = (waiting.get(target) ?? 0) - 1;
      waiting.set(target, left);
      if (left === 0) free.push(target);
    }
  }
  return taken === arrows.length;
}

function followTiers(arrows: readonly DocumentEdge[], tiers: Tiers): boolean {
  const level = new Map(tiers.flatMap((tier, place) => tier.map((id) => [id, place] as const)));
  return arrows.every(({ source, target }) => (level.get(source) ?? 0) <= (level.get(target) ?? Infinity));
}

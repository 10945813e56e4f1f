/** Random edits as a hand might make them, some of which will be refused. */
import { MARKS, ROLES, type GraphDocument } from "../../../src/graph/model";
import type { Group, Operation } from "../../../src/graph/operations";

export type Random = () => number;

/** Mulberry32: the same numbers for the same seed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick<T>(random: Random, items: readonly T[]): T | undefined {
  return items[Math.floor(random() * items.length)];
}

const NAMES = ["A", "B", "C", "D", "E", "F", "<b>G</b>", "H \"q\"", "Ä", "🎲"];

function place(random: Random): number {
  return Math.round(random() * 80) * 8;
}

function addEdge(document: GraphDocument, random: Random, id: string): Operation | null {
  const [source, target] = [pick(random, document.nodes), pick(random, document.nodes)];
  if (!source || !target) return null;
  const mark = random() < 0.7 ? "->" : (pick(random, MARKS) ?? "->");
  const knowledge = random() < 0.8 ? null : (pick(random, ["required", "forbidden"] as const) ?? null);
  return { op: "add_edge", id, source: source.id, target: target.id, mark, knowledge, confidence: null, bits: null };
}

export function randomGroup(document: GraphDocument, random: Random, freshId: (prefix: string) => string): Group {
  const [node, edge, kind] = [pick(random, document.nodes), pick(random, document.edges), random()];
  const added: Operation = {
    op: "add_node",
    id: freshId("n"),
    name: pick(random, NAMES) ?? "A",
    roles: random() < 0.7 ? [] : ["latent"],
    x: place(random),
    y: place(random),
  };
  if (!node || kind < 0.15) return [added];
  if (kind < 0.5) {
    const drawn = addEdge(document, random, freshId("e"));
    return drawn ? [drawn] : [added];
  }
  if (kind < 0.58) return [{ op: "delete_node", id: node.id }];
  if (kind < 0.66) return [{ op: "set_node", id: node.id, name: pick(random, NAMES) ?? "A" }];
  if (kind < 0.72) return [{ op: "set_node", id: node.id, roles: ROLES.filter(() => random() < 0.3) }];
  if (kind < 0.82) return [{ op: "move", positions: { [node.id]: [place(random), place(random)] } }];
  if (kind < 0.85) return [{ op: "set_tiers", tiers: [[node.id], document.nodes.slice(0, 2).map(({ id }) => id).filter((id) => id !== node.id)] }];
  if (!edge) return [added, { op: "add_edge", id: freshId("e"), source: node.id, target: added.id, mark: "->", knowledge: null, confidence: null, bits: null }];
  if (kind < 0.9) return [{ op: "delete_edge", id: edge.id }];
  if (kind < 0.95) return [{ op: "set_edge", id: edge.id, mark: pick(random, MARKS) ?? "->", confidence: random() < 0.5 ? null : 0.5 }];
  return [
    { op: "delete_edge", id: edge.id },
    { op: "add_edge", ...edge, id: freshId("e"), source: edge.target, target: edge.source },
  ];
}

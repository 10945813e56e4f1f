/** The words for what is on the canvas, as they are announced, written and read by tests. */
import {
  childrenOf,
  indexOf,
  isDirected,
  parentsOf,
  type DocumentEdge,
  type DocumentNode,
  type GraphDocument,
  type Mark,
  type Role,
} from "../graph/model";

export const MARK_SIGNS: Readonly<Record<Mark, string>> = {
  "->": "→",
  "<->": "↔",
  "--": "—",
  "@->": "∘→",
  "@-@": "∘–∘",
  "@--": "∘—",
};

export const MARK_WORDS: Readonly<Record<Mark, string>> = {
  "->": "directed",
  "<->": "bidirected",
  "--": "undirected",
  "@->": "circle and arrow",
  "@-@": "two circles",
  "@--": "circle and line",
};

export function nameOf(document: GraphDocument, id: string): string {
  return indexOf(document).nodes.get(id)?.name ?? "a node that is gone";
}

/** "Treatment -> Tar": the edge as the notation has it, without quotes. */
export function edgeKey(document: GraphDocument, { source, target, mark }: DocumentEdge): string {
  return `${nameOf(document, source)} ${mark} ${nameOf(document, target)}`;
}

/** "Treatment → Tar" */
export function edgeLabel(document: GraphDocument, { source, target, mark }: DocumentEdge): string {
  return `${nameOf(document, source)} ${MARK_SIGNS[mark]} ${nameOf(document, target)}`;
}

/** "Tar, observed; parents: Treatment; children: Outcome" */
export function describeNode(document: GraphDocument, node: DocumentNode): string {
  const names = (ids: string[]): string => ids.map((id) => nameOf(document, id)).join(", ");
  const others = (indexOf(document).incident.get(node.id) ?? []).filter((edge) => !isDirected(edge));
  const parts = [
    `${node.name}, ${describeRoles(node.roles)}`,
    ["parents", names(parentsOf(document, node.id))],
    ["children", names(childrenOf(document, node.id))],
    ["other edges", others.map((edge) => edgeLabel(document, edge)).join(", ")],
  ];
  return parts.flatMap((part) => (typeof part === "string" ? [part] : part[1] ? [part.join(": ")] : [])).join("; ");
}

function describeRoles(roles: readonly Role[]): string {
  return (roles.includes("latent") ? roles : ["observed", ...roles]).join(", ");
}

export function describeEdge(document: GraphDocument, edge: DocumentEdge): string {
  const [source, target] = [nameOf(document, edge.source), nameOf(document, edge.target)];
  if (edge.knowledge === "forbidden") return `${source} to ${target}, forbidden`;
  const evidence = [
    edge.knowledge,
    edge.confidence === null ? null : `confidence ${round(edge.confidence)}`,
    edge.bits === null ? null : `${round(edge.bits)} bits`,
  ].filter((word) => word !== null);
  const join = edge.mark === "->" || edge.mark === "@->" ? "to" : "with";
  return [`${source} ${join} ${target}, ${MARK_WORDS[edge.mark]}`, ...evidence].join(", ");
}

/** "confidence 0.9 · saves 35 bits (protein, 853 rows)", or nothing where there is no evidence. */
export function describeEvidence({ confidence, bits }: Pick<DocumentEdge, "confidence" | "bits">, source = ""): string {
  const parts = [
    confidence === null ? "" : `confidence ${round(confidence)}`,
    bits === null ? "" : `${bits < 0 ? "costs" : "saves"} ${round(Math.abs(bits))} bits${source ? ` (${source})` : ""}`,
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

export function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A change of the code by fewer bits is none. */
export const LEAST_BITS = 0.05;

/** "saves 12.3" or "costs 3", for a change of the length of the code in bits. */
export function saving(change: number): string {
  return Math.abs(change) < LEAST_BITS ? "±0" : `${change < 0 ? "saves" : "costs"} ${round(Math.abs(change))}`;
}

/** "saves 12.3 bits" */
export function priceOf(change: number): string {
  return `${saving(change)} bits`;
}

/** A probability as ".41" or "<.001" */
export function briefly(p: number): string {
  if (p < 0.001) return "<.001";
  return p > 0.995 ? "1" : p.toFixed(p < 0.1 ? 3 : 2).replace(/^0/, "");
}

/** "A, B ⊥ C | D" */
export function independenceWords(document: GraphDocument, { x, y, given }: Readonly<Record<"x" | "y" | "given", readonly string[]>>): string {
  const bare = (ids: readonly string[]): string => ids.map((id) => nameOf(document, id)).join(", ");
  return `${bare(x)} ⊥ ${bare(y)}${given.length > 0 ? ` | ${bare(given)}` : ""}`;
}

/** "+2", "+14.5", "−0.31" */
export function signed(value: number): string {
  const size = String(Number(Math.abs(value).toFixed(Math.abs(value) < 1 ? 2 : Math.abs(value) < 100 ? 1 : 0)));
  return size === "0" ? "0" : (value < 0 ? "−" : "+") + size;
}

export function counted(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}

/** "3 nodes, 2 edges" */
export function describeSize({ nodes, edges }: GraphDocument): string {
  return `${counted(nodes.length, "node")}, ${counted(edges.length, "edge")}`;
}

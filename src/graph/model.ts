/** The document that screen and kernel share. Values are never changed in place. */

export const ROLES = ["exposure", "outcome", "adjusted", "latent", "selection", "functional"] as const;
export type Role = (typeof ROLES)[number];

/** `@` is a circle, as in a PAG. */
export const MARKS = ["->", "<->", "--", "@->", "@-@", "@--"] as const;
export type Mark = (typeof MARKS)[number];

export const KNOWLEDGE_MARKS = ["required", "forbidden"] as const;
export type KnowledgeMark = (typeof KNOWLEDGE_MARKS)[number];

/** A variable; `x` and `y` are the px of its centre. */
export interface DocumentNode {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly x: number;
  readonly y: number;
}

/** An edge by the ids of its ends. A forbidden edge is knowledge and no part of the graph. */
export interface DocumentEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly mark: Mark;
  readonly knowledge: KnowledgeMark | null;
  readonly confidence: number | null;
  readonly bits: number | null;
}

export type Tiers = readonly (readonly string[])[];

export interface GraphDocument {
  readonly version: 1;
  readonly rev: number;
  readonly nodes: readonly DocumentNode[];
  readonly edges: readonly DocumentEdge[];
  readonly tiers: Tiers;
}

export const EMPTY_DOCUMENT: GraphDocument = { version: 1, rev: 0, nodes: [], edges: [], tiers: [] };

const MAX_NAME_LENGTH = 300;

/** Why no node can carry the name, or null where one can. */
export function nameProblem(name: string): string | null {
  if (/^\p{Zs}*$/u.test(name)) return "A node needs a name.";
  if ([...name].length > MAX_NAME_LENGTH) return `A name has at most ${MAX_NAME_LENGTH} characters.`;
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)) return "A name stands on one line, without control characters.";
  return null;
}

/** Whether the edge is a directed edge of the graph, so that it takes part in cycles. */
export function isDirected(edge: DocumentEdge): boolean {
  return edge.mark === "->" && edge.knowledge !== "forbidden";
}

/** Whether both ends of the edge look alike. */
export function isSymmetric(mark: Mark): boolean {
  return mark === "<->" || mark === "--" || mark === "@-@";
}

/** What is found by id or name in one document. */
export interface DocumentIndex {
  readonly nodes: ReadonlyMap<string, DocumentNode>;
  readonly edges: ReadonlyMap<string, DocumentEdge>;
  readonly idByName: ReadonlyMap<string, string>;
  /** Edges at each node, knowledge included. */
  readonly incident: ReadonlyMap<string, readonly DocumentEdge[]>;
}

const indexes = new WeakMap<GraphDocument, DocumentIndex>();

/** The index of a document, made once for each document. */
export function indexOf(document: GraphDocument): DocumentIndex {
  const known = indexes.get(document);
  if (known) return known;
  const incident = new Map<string, DocumentEdge[]>(document.nodes.map((node) => [node.id, []]));
  for (const edge of document.edges) {
    incident.get(edge.source)?.push(edge);
    incident.get(edge.target)?.push(edge);
  }
  const index: DocumentIndex = {
    nodes: new Map(document.nodes.map((node) => [node.id, node])),
    edges: new Map(document.edges.map((edge) => [edge.id, edge])),
    idByName: new Map(document.nodes.map((node) => [node.name, node.id])),
    incident,
  };
  indexes.set(document, index);
  return index;
}

/** Ids of a node's neighbours along directed edges. */
export function parentsOf(document: GraphDocument, id: string): string[] {
  const edges = indexOf(document).incident.get(id) ?? [];
  return edges.filter((edge) => isDirected(edge) && edge.target === id).map((edge) => edge.source);
}

export function childrenOf(document: GraphDocument, id: string): string[] {
  const edges = indexOf(document).incident.get(id) ?? [];
  return edges.filter((edge) => isDirected(edge) && edge.source === id).map((edge) => edge.target);
}

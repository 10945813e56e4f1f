/** A path in words: "Treatment ← Age → Outcome". */
import { indexOf, type DocumentEdge, type GraphDocument, type Mark } from "../graph/model";
import type { Path } from "./overlay";
import { MARK_SIGNS, nameOf } from "./wording";

const BACKWARDS: Readonly<Partial<Record<Mark, string>>> = { "->": "←", "@->": "←∘", "@--": "—∘" };

export function pathWords(document: GraphDocument, { nodes, edges }: Path): string {
  const index = indexOf(document);
  return nodes.map((id, place) => `${signBefore(index.edges.get(edges[place - 1] ?? ""), id)}${nameOf(document, id)}`).join("");
}

function signBefore(edge: DocumentEdge | undefined, id: string): string {
  if (!edge) return "";
  const backwards = edge.target === id ? undefined : BACKWARDS[edge.mark];
  return ` ${backwards ?? MARK_SIGNS[edge.mark]} `;
}

/** "blocked at Z (unadjusted collider)", or nothing where the path is open. */
export function blockWords(document: GraphDocument, { blockers }: Path): string {
  const places = blockers.map(({ node, reason }) => `${nameOf(document, node)} (${reason})`);
  return places.length > 0 ? `blocked at ${places.join(", ")}` : "";
}

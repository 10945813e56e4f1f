/** What to offer where an edge was refused for the cycle that it would close. */
import { OperationError } from "../graph/errors";
import type { GraphDocument } from "../graph/model";
import { applyGroup, type AddEdge, type Group, type Operation } from "../graph/operations";
import { edgeLabel } from "./wording";

export interface Alternative {
  readonly label: string;
  readonly group: Group;
  /** What to say once it is done. */
  readonly done: string;
}

/** ↔ in its place, or an edge the other way, or the edge that stands there reversed; whatever the document takes. */
export function alternatives(document: GraphDocument, ops: Group, freshId: (prefix: string) => string): Alternative[] {
  const refused = ops.find((operation): operation is AddEdge => operation.op === "add_edge" && operation.mark === "->");
  if (!refused) return [];
  const instead = (edge: AddEdge): Operation[] => ops.map((operation) => (operation === refused ? edge : operation));
  const bidirected: AddEdge = { ...refused, id: freshId("e"), mark: "<->", knowledge: null };
  const opposite: AddEdge = { ...refused, id: freshId("e"), source: refused.target, target: refused.source };
  const standing = document.edges.find(
    ({ source, target, mark, knowledge }) =>
      source === refused.target && target === refused.source && mark === "->" && knowledge !== "forbidden",
  );
  const turned: Group = standing ? [{ op: "delete_edge", id: standing.id }, { ...refused, id: freshId("e") }] : [];
  const offers: Alternative[] = [
    { label: `Draw ${edgeLabel(document, bidirected)}`, group: instead(bidirected), done: `Edge ${edgeLabel(document, bidirected)} added` },
    { label: `Draw ${edgeLabel(document, opposite)}`, group: instead(opposite), done: `Edge ${edgeLabel(document, opposite)} added` },
  ];
  if (standing) {
    const label = edgeLabel(document, standing);
    offers.push({ label: `Reverse ${label}`, group: turned, done: `Edge ${label} reversed` });
  }
  return offers.filter(({ group }) => applies(document, group));
}

function applies(document: GraphDocument, group: Group): boolean {
  try {
    return applyGroup(document, group) !== document;
  } catch (error) {
    if (error instanceof OperationError) return false;
    throw error;
  }
}

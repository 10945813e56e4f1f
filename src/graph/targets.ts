/** Where an edge could end: what the refusal of every other end would be, found without trying all. */
import { OperationError } from "./errors";
import { indexOf, parentsOf, type DocumentEdge, type GraphDocument } from "./model";
import { applyGroup } from "./operations";

/** Ids of all nodes with a directed path to `id`. */
function ancestorsOf(document: GraphDocument, id: string): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = [id];
  for (const child of queue) {
    for (const parent of parentsOf(document, child)) {
      if (found.has(parent)) continue;
      found.add(parent);
      queue.push(parent);
    }
  }
  return found;
}

/** Whether the document takes the edge. */
export function accepts(document: GraphDocument, edge: DocumentEdge): boolean {
  try {
    applyGroup(document, [{ op: "add_edge", ...edge }]);
    return true;
  } catch (error) {
    if (error instanceof OperationError) return false;
    throw error;
  }
}

/** Ids of the nodes at which an edge like `edge`, from its source, would be refused. */
export function refusedTargets(document: GraphDocument, edge: DocumentEdge): ReadonlySet<string> {
  const directed = edge.mark === "->" && edge.knowledge !== "forbidden";
  const refused = new Set([edge.source, ...(directed ? ancestorsOf(document, edge.source) : [])]);
  const tier = document.tiers.findIndex((ids) => ids.includes(edge.source));
  if (directed && tier > 0) for (const id of document.tiers.slice(0, tier).flat()) refused.add(id);
  for (const { source, target } of indexOf(document).incident.get(edge.source) ?? []) {
    const other = source === edge.source ? target : source;
    if (!accepts(document, { ...edge, target: other })) refused.add(other);
  }
  return refused;
}

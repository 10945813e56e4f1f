/** Edits that a dead kernel never got are handed to the editor of the same graph in the new kernel. */
import { OperationError } from "../graph/errors";
import { indexOf, type GraphDocument } from "../graph/model";
import { applyGroup, type Operation } from "../graph/operations";
import type { Editor } from "./editor";
import { isObject, parseDocument, parseGroup } from "../graph/wire";
import type { Store } from "./store";
import { counted } from "./wording";

const EVENT = "causal-magics:handover";

interface Handover {
  readonly title: string;
  readonly document: GraphDocument;
  readonly ops: readonly Operation[];
}

/** Asks the page for another editor of the same title; edits leave this one only when it took them. */
export function handOver(editor: Editor, store: Store): void {
  const ops = store.pending.flatMap((pending) => pending.ops);
  const detail: Handover = { title: editor.screen.title.peek(), document: store.confirmed, ops };
  const left = window.dispatchEvent(new CustomEvent(EVENT, { detail, cancelable: true }));
  if (left) return editor.warn("No editor of a running kernel shows this graph yet. Run its cell again, then send.");
  store.forget();
  editor.screen.announce("Sent to the new kernel.");
}

/** Takes edits that are handed over to this graph; returns the function that ends it. */
export function takeOver(editor: Editor): () => void {
  const listener = (event: Event): void => {
    const handover = event instanceof CustomEvent ? read(event.detail) : null;
    const { screen } = editor;
    if (handover?.title !== screen.title.peek()) return;
    if (screen.link.peek() === "disconnected" || screen.readOnly.peek() || event.defaultPrevented) return;
    event.preventDefault();
    receive(editor, handover);
  };
  window.addEventListener(EVENT, listener);
  return () => window.removeEventListener(EVENT, listener);
}

function read(detail: unknown): Handover | null {
  const document = isObject(detail) ? parseDocument(detail.document) : null;
  if (!isObject(detail) || !document || typeof detail.title !== "string") return null;
  try {
    return { title: detail.title, document, ops: parseGroup(detail.ops) };
  } catch (error) {
    if (error instanceof OperationError) return null;
    throw error;
  }
}

function receive(editor: Editor, { document, ops }: Handover): void {
  let lost = 0;
  const translated = translate(ops, document, editor);
  const taken: Operation[] = [];
  let reached = editor.document;
  for (const operation of translated) {
    try {
      if (operation === null) throw new OperationError("unknown_node", "It is not in this graph.");
      reached = applyGroup(reached, [operation]);
      taken.push(operation);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      lost += 1;
    }
  }
  if (taken.length > 0) editor.edit(taken, `${counted(taken.length, "edit")} of the earlier kernel taken over`);
  if (lost > 0) editor.warn(`${counted(lost, "edit")} of the earlier kernel no longer fit and were left out.`);
}

/** The operations by the ids of the other document, whose nodes are found by name and edges by ends; null where one is not. */
function translate(ops: readonly Operation[], from: GraphDocument, editor: Editor): (Operation | null)[] {
  const to = editor.document;
  const nodeIds = new Map<string, string>();
  const edgeIds = new Map<string, string>();
  for (const { id, name } of from.nodes) {
    const twin = indexOf(to).idByName.get(name);
    if (twin !== undefined) nodeIds.set(id, twin);
  }
  for (const { id, source, target, mark } of from.edges) {
    const [a, b] = [nodeIds.get(source), nodeIds.get(target)];
    const twin = to.edges.find((edge) => edge.source === a && edge.target === b && edge.mark === mark);
    if (twin) edgeIds.set(id, twin.id);
  }
  return ops.map((operation) => translated(operation, nodeIds, edgeIds, (prefix) => editor.session.freshId(prefix)));
}

function translated(
  operation: Operation,
  nodeIds: Map<string, string>,
  edgeIds: Map<string, string>,
  freshId: (prefix: string) => string,
): Operation | null {
  switch (operation.op) {
    case "add_node":
      nodeIds.set(operation.id, freshId("n"));
      return { ...operation, id: nodeIds.get(operation.id) ?? "" };
    case "set_node":
    case "delete_node":
      return renewed(operation, nodeIds.get(operation.id));
    case "add_edge": {
      const [source, target] = [nodeIds.get(operation.source), nodeIds.get(operation.target)];
      if (source === undefined || target === undefined) return null;
      edgeIds.set(operation.id, freshId("e"));
      return { ...operation, id: edgeIds.get(operation.id) ?? "", source, target };
    }
    case "set_edge":
    case "delete_edge":
      return renewed(operation, edgeIds.get(operation.id));
    case "move": {
      const places = Object.entries(operation.positions).flatMap(([id, place]) => {
        const twin = nodeIds.get(id);
        return twin === undefined ? [] : [[twin, place] as const];
      });
      return places.length > 0 ? { op: "move", positions: Object.fromEntries(places) } : null;
    }
    case "set_tiers":
      return { op: "set_tiers", tiers: operation.tiers.map((tier) => tier.flatMap((id) => nodeIds.get(id) ?? [])) };
  }
}

function renewed<Op extends Operation & { readonly id: string }>(operation: Op, id: string | undefined): Op | null {
  return id === undefined ? null : { ...operation, id };
}

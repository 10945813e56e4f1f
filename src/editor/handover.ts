/** Edits that a dead kernel never got are handed to the editor of the same graph in the new kernel. */
import { OperationError } from "../graph/errors";
import { indexOf, type GraphDocument } from "../graph/model";
import { applyGroup, type Operation } from "../graph/operations";
import type { Editor } from "./editor";
import { isObject, parseDocument, parseGroup } from "../graph/wire";
import type { Store } from "./store";
import { counted } from "./wording";

const EVENT = "causal-magics:handover";

/** No document has anything of this id, so that what is done to it does not fit. */
const UNKNOWN = "";

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
  const taken: Operation[] = [];
  let reached = editor.document;
  for (const operation of translate(ops, document, editor)) {
    try {
      reached = applyGroup(reached, [operation]);
      taken.push(operation);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
    }
  }
  if (taken.length > 0) editor.edit(taken, `${counted(taken.length, "edit")} of the earlier kernel taken over`);
  const lost = ops.length - taken.length;
  if (lost > 0) editor.warn(`${counted(lost, "edit")} of the earlier kernel no longer fit and were left out.`);
}

/** The operations by the ids of the editor's document, whose nodes are found by name and edges by their ends. */
function translate(ops: readonly Operation[], from: GraphDocument, { document, session }: Editor): Operation[] {
  const { idByName } = indexOf(document);
  const nodes = new Map(from.nodes.map(({ id, name }) => [id, idByName.get(name) ?? UNKNOWN]));
  const node = (id: string): string => nodes.get(id) ?? UNKNOWN;
  const edges = new Map(
    from.edges.map(({ id, source, target, mark }) => {
      const twin = document.edges.find((edge) => edge.source === node(source) && edge.target === node(target) && edge.mark === mark);
      return [id, twin?.id ?? UNKNOWN];
    }),
  );
  return ops.map((operation): Operation => {
    const ids = operation.op.endsWith("edge") ? edges : nodes;
    if (operation.op === "add_node" || operation.op === "add_edge") ids.set(operation.id, session.freshId("h"));
    switch (operation.op) {
      case "move":
        return { op: "move", positions: Object.fromEntries(Object.entries(operation.positions).map(([id, at]) => [node(id), at])) };
      case "set_tiers":
        return { op: "set_tiers", tiers: operation.tiers.map((tier) => tier.map(node)) };
      case "add_edge":
        return { ...operation, id: ids.get(operation.id) ?? UNKNOWN, source: node(operation.source), target: node(operation.target) };
      default:
        return { ...operation, id: ids.get(operation.id) ?? UNKNOWN };
    }
  });
}

/** Edits that a dead kernel never got are handed to the editor of the same graph in the new kernel. */
import { OperationError } from "../graph/errors";
import { indexOf, type GraphDocument } from "../graph/model";
import { applyGroup, type Operation } from "../graph/operations";
import type { Editor } from "./editor";
import { isObject, parseDocument, parseGroup } from "../graph/wire";
import { counted } from "./wording";

const EVENT = "causal-magics:handover";

/** No document has anything of this id, so that what is done to it does not fit. */
const UNKNOWN = "";

interface Handover {
  readonly document: GraphDocument;
  readonly ops: readonly Operation[];
}

/** Edits by the title of their graph, where all editors of the page find them: each has a module of its own. */
function keptEdits(): Map<string, unknown> {
  const page = window as { [EVENT]?: Map<string, unknown> };
  return (page[EVENT] ??= new Map<string, unknown>());
}

/** Gives pending edits to an editor of the same title; they leave this one only when it took them. */
export function handOver(editor: Editor): void {
  keep(editor);
  window.dispatchEvent(new Event(EVENT));
  if (!keptEdits().has(editor.screen.title.peek())) editor.session.store.forget();
  else editor.warn("No editor of a running kernel shows this graph yet. Run its cell again.");
}

/** Keeps edits that the kernel never got for the next editor of the same title. */
export function keep({ screen, session: { store } }: Editor): void {
  const ops = store.pending.flatMap((pending) => pending.ops);
  const gone = screen.link.peek() === "disconnected" && ops.length > 0;
  if (gone) keptEdits().set(screen.title.peek(), { document: store.confirmed, ops } satisfies Handover);
}

/** Asks whether edits that are kept for this graph are wanted, and takes those that are given; returns what ends it. */
export function takeOver(editor: Editor): () => void {
  const { screen } = editor;
  const take = (): void => {
    const title = screen.title.peek();
    if (screen.link.peek() === "disconnected" || screen.readOnly.peek()) return;
    const handover = read(keptEdits().get(title));
    keptEdits().delete(title);
    if (handover) receive(editor, handover);
  };
  const drop = (): void => {
    keptEdits().delete(screen.title.peek());
    screen.notice.value = null;
  };
  if (keptEdits().has(screen.title.peek()) && !screen.readOnly.peek()) {
    editor.warn("The earlier kernel never got your last edits.", [
      { label: "Send them", run: take },
      { label: "Drop them", run: drop },
    ]);
  }
  window.addEventListener(EVENT, take);
  return () => window.removeEventListener(EVENT, take);
}

function read(raw: unknown): Handover | null {
  const document = isObject(raw) ? parseDocument(raw.document) : null;
  return isObject(raw) && document ? { document, ops: parseGroup(raw.ops) } : null;
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

/** The kernel's rules in the page, for graphs that no kernel holds. */
import { difference } from "../graph/conversion";
import { OperationError } from "../graph/errors";
import { EMPTY_DOCUMENT, type GraphDocument } from "../graph/model";
import { applyGroup, type Group } from "../graph/operations";
import { parseGroup } from "../graph/wire";
import type { ScreenMessage, Transport } from "./protocol";

type Listener = (message: unknown) => void;

export interface LocalOptions {
  readonly document?: GraphDocument;
  readonly title?: string;
  /** Hears of each edit of a screen, with the documents before and after it. */
  readonly onEdit: (before: GraphDocument, after: GraphDocument) => void;
}

export class LocalKernel implements Transport {
  #document: GraphDocument;
  #readOnly = false;
  readonly #title: string;
  readonly #onEdit: LocalOptions["onEdit"];
  readonly #listeners = new Set<Listener>();
  readonly #changes = new Map<string, Set<() => void>>();
  #groups = 0;

  constructor({ document = EMPTY_DOCUMENT, title = "", onEdit }: LocalOptions) {
    this.#document = document;
    this.#title = title;
    this.#onEdit = onEdit;
  }

  get document(): GraphDocument {
    return this.#document;
  }

  /** Shows another document; what differs reaches the screens as one edit. */
  show(document: GraphDocument): void {
    const ops = difference(this.#document, document);
    if (ops.length > 0) this.#commit(ops, `text-${++this.#groups}`, "text");
  }

  set readOnly(readOnly: boolean) {
    this.#readOnly = readOnly;
    for (const listener of this.#changes.get("read_only") ?? []) listener();
  }

  send(message: ScreenMessage): void {
    queueMicrotask(() => this.#receive(message));
  }

  onMessage(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onChange(trait: string, listener: () => void): () => void {
    const listeners = this.#changes.get(trait) ?? new Set();
    this.#changes.set(trait, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  get(trait: string): unknown {
    const traits: Readonly<Record<string, unknown>> = { snapshot: this.#document, title: this.#title, read_only: this.#readOnly };
    return traits[trait];
  }

  #receive(message: ScreenMessage): void {
    if (message.kind === "ask") return this.#tell({ kind: "answer", id: message.id, rev: this.#document.rev, result: null, error: "No kernel." });
    if (message.kind !== "ops") return this.#tell({ kind: "snapshot", document: this.#document, gids: [] });
    const before = this.#document;
    try {
      if (this.#readOnly) throw new OperationError("read_only", "The text cannot be read, so the graph cannot be edited.");
      this.#commit(parseGroup(message.ops), message.gid, message.origin);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      const { message: reason, kind: code, cyclePath: cycle_path } = error;
      return this.#tell({ kind: "reject", gid: message.gid, reason, code, cycle_path });
    }
    this.#onEdit(before, this.#document);
  }

  #commit(ops: Group, gid: string, origin: string): void {
    const rev = this.#document.rev + 1;
    this.#document = { ...applyGroup(this.#document, ops), rev };
    this.#tell({ kind: "commit", rev, gid, origin, ops });
  }

  #tell(message: unknown): void {
    for (const listener of this.#listeners) listener(message);
  }
}

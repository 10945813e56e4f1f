/** One screen's editing: its store, its wire and its undo. */
import type { GraphDocument } from "../graph/model";
import type { Group } from "../graph/operations";
import { History } from "./history";
import type { Reject, Transport } from "./protocol";
import { Store } from "./store";
import { Sync, type Link } from "./sync";

export interface SessionOptions {
  readonly origin: string;
  readonly onLink?: (link: Link) => void;
  readonly onReject?: (reject: Reject) => void;
}

/** Hears which groups the kernel holds whenever it sends its whole document. */
export type Hearer = (gids: readonly string[]) => void;

/** What an undo or redo came to. */
export interface Turned {
  readonly label: string;
  readonly done: number;
  readonly skipped: number;
}

export class EditSession {
  readonly store: Store;
  readonly sync: Sync;
  readonly history = new History();
  readonly origin: string;
  readonly #hearers = new Set<Hearer>();
  #count = 0;
  #mergeKey: string | null = null;

  constructor(transport: Transport, options: SessionOptions, document?: GraphDocument) {
    this.origin = options.origin;
    this.store = new Store(document);
    this.sync = new Sync(this.store, transport, {
      ...options,
      freshId: () => this.freshId("g"),
      onHeard: (gids) => this.#hearers.forEach((hear) => hear(gids)),
      onReject: (reject) => {
        this.history.forget(reject.gid);
        options.onReject?.(reject);
      },
    });
  }

  get document(): GraphDocument {
    return this.store.document;
  }

  onHeard(hear: Hearer): () => void {
    this.#hearers.add(hear);
    return () => this.#hearers.delete(hear);
  }

  /** An id that no other screen makes. */
  freshId(prefix: string): string {
    this.#count += 1;
    return `${prefix}-${this.origin}-${this.#count.toString(36)}`;
  }

  /**
   * Applies and sends an edit. Edits in a row with the same `merge` are undone together.
   * Throws `OperationError`, and then nothing has changed.
   */
  edit(ops: Group, label: string, merge: string | null = null): void {
    const before = this.document;
    const gid = this.sync.submit(ops);
    const merged = merge !== null && merge === this.#mergeKey && this.history.canUndo && !this.history.canRedo;
    if (merged) this.history.extend(gid, this.document);
    else this.history.record(gid, ops, before, this.document, label);
    this.#mergeKey = merge;
  }

  undo(): Turned | null {
    return this.#turn("undo");
  }

  redo(): Turned | null {
    return this.#turn("redo");
  }

  #turn(way: "undo" | "redo"): Turned | null {
    this.#mergeKey = null;
    const before = this.document;
    const step = this.history[way](before);
    if (!step) return null;
    if (step.group.length > 0) {
      const gid = this.sync.submit(step.group);
      this.history.turned(way, gid, step.group, before, this.document, step.label);
    }
    return { label: step.label, done: step.group.length, skipped: step.skipped };
  }
}

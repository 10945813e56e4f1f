/** The document as the screen sees it: what the kernel has confirmed, and pending edits on top. */
import { OperationError } from "../graph/errors";
import { EMPTY_DOCUMENT, indexOf, type GraphDocument } from "../graph/model";
import { applyGroup, type Group } from "../graph/operations";
import type { Commit, Reject, Snapshot } from "./protocol";

export interface Pending {
  readonly gid: string;
  readonly ops: Group;
}

/** Why the document changed; `local` edits and their refusals are told apart from the kernel's news. */
export type Cause =
  | { readonly kind: "edit"; readonly gid: string }
  | { readonly kind: "commit"; readonly commit: Commit; readonly own: boolean }
  | { readonly kind: "reject"; readonly reject: Reject }
  | { readonly kind: "snapshot" };

export type StoreListener = (document: GraphDocument, before: GraphDocument, cause: Cause) => void;

/** What a message of the kernel came to: `gap` where the whole document has to be asked for. */
export type Outcome = "applied" | "known" | "gap";

export class Store {
  #listeners: StoreListener[] = [];
  #confirmedDocument: GraphDocument;
  #shown: GraphDocument;
  #queue: Pending[] = [];

  constructor(document: GraphDocument = EMPTY_DOCUMENT) {
    this.#confirmedDocument = this.#shown = document;
  }

  /** What the kernel has confirmed. */
  get confirmed(): GraphDocument {
    return this.#confirmedDocument;
  }

  /** What is shown: confirmed and pending. */
  get document(): GraphDocument {
    return this.#shown;
  }

  /** Groups without an answer yet, oldest first. */
  get pending(): readonly Pending[] {
    return this.#queue;
  }

  subscribe(listener: StoreListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => (this.#listeners = this.#listeners.filter((other) => other !== listener));
  }

  /** Applies an edit of this screen at once. Throws `OperationError`, and then nothing has changed. */
  edit(gid: string, ops: Group): void {
    const before = this.#shown;
    this.#shown = applyGroup(before, ops);
    this.#queue = [...this.#queue, { gid, ops }];
    this.#tell(before, { kind: "edit", gid });
  }

  commit(commit: Commit): Outcome {
    const own = this.#queue.some(({ gid }) => gid === commit.gid);
    const expected = this.#confirmedDocument.rev + 1;
    if (commit.rev > expected) return "gap";
    if (commit.rev < expected) {
      if (own) this.#rebase(this.#confirmedDocument, new Set([commit.gid]), { kind: "commit", commit, own });
      return "known";
    }
    const next = attempt(this.#confirmedDocument, commit.ops);
    if (!next) return "gap";
    this.#rebase({ ...next, rev: commit.rev }, new Set([commit.gid]), { kind: "commit", commit, own });
    return "applied";
  }

  /** Drops a refused group; what was built on it is no longer shown and awaits its own refusal. */
  reject(reject: Reject): Outcome {
    if (!this.#queue.some(({ gid }) => gid === reject.gid)) return "known";
    this.#rebase(this.#confirmedDocument, new Set([reject.gid]), { kind: "reject", reject });
    return "applied";
  }

  snapshot({ document, gids }: Snapshot): Outcome {
    if (document.rev < this.#confirmedDocument.rev) return "known";
    this.#rebase(sharing(this.#confirmedDocument, document), new Set(gids), { kind: "snapshot" });
    return "applied";
  }

  /** Starts over from what another kernel shows; pending groups stay. */
  restart({ document, gids }: Snapshot): void {
    this.#rebase(document, new Set(gids), { kind: "snapshot" });
  }

  /** Forgets all groups without an answer. */
  forget(): void {
    this.#rebase(this.#confirmedDocument, new Set(this.#queue.map(({ gid }) => gid)), { kind: "snapshot" });
  }

  #rebase(confirmed: GraphDocument, answered: ReadonlySet<string>, cause: Cause): void {
    const before = this.#shown;
    this.#confirmedDocument = confirmed;
    this.#queue = this.#queue.filter(({ gid }) => !answered.has(gid));
    this.#shown = this.#queue.reduce((document, { ops }) => attempt(document, ops) ?? document, confirmed);
    this.#tell(before, cause);
  }

  #tell(before: GraphDocument, cause: Cause): void {
    for (const listener of this.#listeners) listener(this.#shown, before, cause);
  }
}

/** The document after the group, or null where the group no longer fits. */
function attempt(document: GraphDocument, ops: Group): GraphDocument | null {
  try {
    return applyGroup(document, ops);
  } catch (error) {
    if (error instanceof OperationError) return null;
    throw error;
  }
}

/** The second document with those nodes and edges of the first that are the same, so that they are not drawn again. */
function sharing(known: GraphDocument, next: GraphDocument): GraphDocument {
  const { nodes, edges } = indexOf(known);
  return {
    ...next,
    nodes: next.nodes.map((node) => sameOr(nodes.get(node.id), node)),
    edges: next.edges.map((edge) => sameOr(edges.get(edge.id), edge)),
  };
}

function sameOr<Item extends object>(known: Item | undefined, next: Item): Item {
  if (!known) return next;
  const same = Object.entries(next).every(([key, value]) => String(known[key as keyof Item]) === String(value));
  return same ? known : next;
}

/** What screen and kernel say to each other, and the little that the editor asks of the wire. */
import { isId, isObject, isRevision, parseDocument, parseGroup } from "../graph/wire";
import { OperationError } from "../graph/errors";
import type { GraphDocument } from "../graph/model";
import type { Group } from "../graph/operations";

export type ScreenMessage =
  | { readonly kind: "hello"; readonly origin: string }
  | { readonly kind: "resync" }
  | { readonly kind: "ask"; readonly id: string; readonly question: string; readonly [part: string]: string }
  | {
      readonly kind: "ops";
      readonly gid: string;
      readonly base_rev: number;
      readonly origin: string;
      readonly ops: Group;
    };

export interface Commit {
  readonly kind: "commit";
  readonly rev: number;
  readonly gid: string;
  readonly origin: string;
  readonly ops: Group;
}

export interface Reject {
  readonly kind: "reject";
  readonly gid: string;
  readonly reason: string;
  /** `stale`: the group was made for an earlier kernel and may be sent again. */
  readonly code: string;
  readonly cyclePath: readonly string[] | null;
}

export interface Snapshot {
  readonly kind: "snapshot";
  readonly document: GraphDocument;
  /** Groups that the document holds already. */
  readonly gids: readonly string[];
}

export type KernelMessage = Commit | Reject | Snapshot;

/** An event on an editor's element: its kernel was started anew, or died, and may not know the graph any more. */
export const KERNEL_EVENT = "causal-magics:kernel";

/** The wire to one kernel. */
export interface Transport {
  /**
   * Throws where the kernel's end is gone. A wire that can tell calls `handled` when the kernel has
   * dealt with the message, also where nobody in the kernel knew what to do with it.
   */
  send(message: ScreenMessage, handled?: () => void): void;
  /** Both return the function that ends the listening. */
  onMessage(listener: (message: unknown) => void): () => void;
  onChange(trait: string, listener: () => void): () => void;
  get(trait: string): unknown;
  /** Calls back when the kernel's end may be gone; what it says afterwards shows that it is not. */
  onGone?(listener: () => void): () => void;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** A message of the kernel, or null where it is none that this editor understands. */
export function parseMessage(raw: unknown): KernelMessage | null {
  if (!isObject(raw)) return null;
  const { kind, gid, rev, origin, reason, code, cycle_path: cycle } = raw;
  if (kind === "snapshot") {
    const document = parseDocument(raw.document);
    return document && { kind, document, gids: texts(raw.gids) };
  }
  if (!isId(gid)) return null;
  if (kind === "reject") {
    return {
      kind,
      gid,
      reason: typeof reason === "string" ? reason : "The kernel refused the edit.",
      code: typeof code === "string" ? code : "",
      cyclePath: cycle == null ? null : texts(cycle),
    };
  }
  if (kind !== "commit" || !isRevision(rev) || typeof origin !== "string") return null;
  try {
    return { kind, rev, gid, origin, ops: parseGroup(raw.ops) };
  } catch (error) {
    if (error instanceof OperationError) return null;
    throw error;
  }
}

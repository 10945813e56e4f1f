/** Keeps a store in step with the kernel, over a wire that may be slow, lossy or cut. */
import type { Group } from "../graph/operations";
import { isObject } from "../graph/wire";
import { parseMessage, type KernelMessage, type Reject, type ScreenMessage, type Transport } from "./protocol";
import type { Store } from "./store";

export const BUSY_AFTER = 1_000;
export const RESYNC_AFTER = 5_000;
/** How long after a message was handled its answer may take. */
export const GRACE = 1_000;
const MOST_PATIENCE = 60_000;

export type Link = "saved" | "sending" | "busy" | "disconnected";

export interface SyncOptions {
  readonly origin: string;
  /** Makes group ids; each one is used once. */
  readonly freshId: () => string;
  readonly onLink?: (link: Link) => void;
  readonly onReject?: (reject: Reject) => void;
  /** Hears which groups the kernel holds whenever it sends its whole document. */
  readonly onHeard?: (gids: readonly string[]) => void;
}

export class Sync {
  link: Link = "saved";
  readonly #sent = new Set<string>();
  readonly #endings: (() => void)[] = [];
  #busyTimer: ReturnType<typeof setTimeout> | undefined;
  #resyncTimer: ReturnType<typeof setTimeout> | undefined;
  #graceTimer: ReturnType<typeof setTimeout> | undefined;
  #alive = true;
  #patience = RESYNC_AFTER;
  #asked = false;
  /** The kernel is an earlier one than this screen's: its next snapshot counts, whatever its revision. */
  #earlier = false;

  readonly #store: Store;
  readonly #transport: Transport;
  readonly #options: SyncOptions;

  constructor(
    store: Store,
    transport: Transport,
    options: SyncOptions,
  ) {
    this.#store = store;
    this.#transport = transport;
    this.#options = options;
  }

  /** Says hello and listens; the kernel answers with the whole document. */
  start(): void {
    const transport = this.#transport;
    this.#endings.push(transport.onMessage((raw) => this.receive(raw)));
    this.#endings.push(transport.onChange("snapshot", () => this.#readTrait()));
    const ending = transport.onGone?.(() => this.#probe());
    if (ending) this.#endings.push(ending);
    this.#readTrait();
    this.#asked = this.#send({ kind: "hello", origin: this.#options.origin });
    this.#watch();
  }

  stop(): void {
    for (const end of this.#endings.splice(0)) end();
    clearTimeout(this.#busyTimer);
    clearTimeout(this.#resyncTimer);
    clearTimeout(this.#graceTimer);
  }

  /** Applies an edit here and sends it. Throws `OperationError`. Returns the group's id. */
  submit(ops: Group): string {
    const gid = this.#options.freshId();
    this.#store.edit(gid, ops);
    this.#flush();
    return gid;
  }

  receive(raw: unknown): void {
    const message = parseMessage(raw);
    if (!message) return;
    this.#patience = RESYNC_AFTER;
    clearTimeout(this.#graceTimer);
    if (!this.#alive) this.#revive();
    const before = this.#store.pending.length;
    if (this.#take(message) === "gap") this.#ask();
    this.#forgetAnswered();
    if (message.kind === "snapshot") this.#flush();
    if (this.#store.pending.length < before || message.kind === "snapshot") this.#watch();
    if (message.kind === "snapshot") this.#options.onHeard?.(message.gids);
  }

  #take(message: KernelMessage): "applied" | "known" | "gap" {
    switch (message.kind) {
      case "commit":
        return this.#store.commit(message);
      case "reject":
        if (message.code === "stale") {
          this.#earlier = true;
          return "known";
        }
        if (this.#store.reject(message) === "applied") this.#options.onReject?.(message);
        return "applied";
      case "snapshot":
        this.#asked = false;
        this.#sent.clear();
        if (this.#earlier) this.#store.restart(message);
        this.#earlier = false;
        return this.#store.snapshot(message);
    }
  }

  /** The kernel writes the trait a little later than it sends commits: only news counts. */
  #readTrait(): void {
    const trait = this.#transport.get("snapshot");
    const message = parseMessage({ kind: "snapshot", document: trait, gids: isObject(trait) ? trait.gids : [] });
    if (message?.kind !== "snapshot") return;
    const { confirmed } = this.#store;
    if (message.document.rev > confirmed.rev || confirmed.nodes.length === 0) this.#store.snapshot(message);
  }

  /** The kernel may be gone: until it says something, it is. */
  #probe(): void {
    this.#send({ kind: "resync" });
    this.#alive = false;
    this.#watch();
  }

  /** It may have been the wire alone that was down. */
  #lookAgain(): void {
    this.#patience = Math.min(2 * this.#patience, MOST_PATIENCE);
    this.#send({ kind: "resync" });
    this.#watch();
  }

  #revive(): void {
    this.#alive = true;
    this.#asked = false;
    this.#ask();
  }

  /** Asks for the whole document, unless the question is already on its way. */
  #ask(): void {
    if (this.#asked || !this.#alive) return;
    this.#asked = this.#send({ kind: "resync" });
    this.#watch();
  }

  /** Sends each pending group once; a snapshot makes room for a second time. */
  #flush(): void {
    for (const { gid, ops } of this.#store.pending) {
      if (!this.#alive || this.#sent.has(gid)) continue;
      const base_rev = this.#store.confirmed.rev;
      if (this.#send({ kind: "ops", gid, base_rev, origin: this.#options.origin, ops })) this.#sent.add(gid);
    }
    this.#watch();
  }

  /** Whether the wire took the message. */
  #send(message: ScreenMessage): boolean {
    try {
      this.#transport.send(message, () => this.#handled(message));
      return true;
    } catch {
      this.#alive = false;
      return false;
    }
  }

  /** A kernel that handles a message and then says nothing is another one than this screen's. */
  #handled(message: ScreenMessage): void {
    const waits = message.kind === "ops" ? this.#sent.has(message.gid) : this.#asked;
    if (!this.#alive || !waits) return;
    clearTimeout(this.#graceTimer);
    this.#graceTimer = setTimeout(() => {
      this.#alive = false;
      this.#watch();
    }, GRACE);
  }

  #forgetAnswered(): void {
    const pending = new Set(this.#store.pending.map(({ gid }) => gid));
    for (const gid of this.#sent) if (!pending.has(gid)) this.#sent.delete(gid);
  }

  #watch(): void {
    clearTimeout(this.#busyTimer);
    clearTimeout(this.#resyncTimer);
    if (!this.#alive) {
      this.#setLink("disconnected");
      this.#resyncTimer = setTimeout(() => this.#lookAgain(), this.#patience);
      return;
    }
    const waiting = this.#store.pending.length > 0;
    if (!waiting) this.#setLink("saved");
    else if (this.link !== "busy") this.#setLink("sending");
    if (waiting) this.#busyTimer = setTimeout(() => this.#setLink("busy"), BUSY_AFTER);
    if (!waiting && !this.#asked) return;
    this.#resyncTimer = setTimeout(() => {
      this.#asked = false;
      this.#patience = Math.min(2 * this.#patience, MOST_PATIENCE);
      this.#ask();
    }, this.#patience);
  }

  #setLink(link: Link): void {
    this.link = link;
    this.#options.onLink?.(link);
  }
}

/** What the screen asks the kernel besides sending edits, and the answers. */
import { isObject } from "../graph/wire";
import type { Transport } from "./protocol";

/** An answer that comes later than this many ms is no longer waited for. */
export const PATIENCE = 2_000;

interface Open {
  readonly settle: (result: unknown) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Questions {
  readonly #open = new Map<string, Open>();
  readonly #transport: Transport;
  readonly #freshId: () => string;
  readonly #end: () => void;

  constructor(transport: Transport, freshId: () => string) {
    this.#transport = transport;
    this.#freshId = freshId;
    this.#end = transport.onMessage((raw) => this.#receive(raw));
  }

  stop(): void {
    this.#end();
    for (const id of [...this.#open.keys()]) this.#settle(id, null);
  }

  /** The result, or null where the kernel has none, is busy or is gone. */
  ask(question: string, parts: Readonly<Record<string, string>>): Promise<unknown> {
    const id = this.#freshId();
    return new Promise((settle) => {
      const timer = setTimeout(() => this.#settle(id, null), PATIENCE);
      this.#open.set(id, { settle, timer });
      try {
        this.#transport.send({ ...parts, kind: "ask", id, question });
      } catch {
        this.#settle(id, null);
      }
    });
  }

  #receive(raw: unknown): void {
    if (isObject(raw) && raw.kind === "answer" && typeof raw.id === "string") this.#settle(raw.id, raw.result ?? null);
  }

  #settle(id: string, result: unknown): void {
    const open = this.#open.get(id);
    this.#open.delete(id);
    clearTimeout(open?.timer);
    open?.settle(result);
  }
}

/** The kernel's side of the protocol, as far as screens can tell it from the real one. */
import { OperationError } from "../../../src/graph/errors";
import { EMPTY_DOCUMENT, type GraphDocument } from "../../../src/graph/model";
import { applyGroup, type Group } from "../../../src/graph/operations";
import { parseGroup } from "../../../src/graph/wire";
import type { ScreenMessage, Transport } from "../../../src/editor/protocol";

type Listener = (message: unknown) => void;
type Message = Record<string, unknown>;

/** A wire that delivers when told, and may lose or double what it carries. */
export class Wire implements Transport {
  readonly up: string[] = [];
  readonly down: string[] = [];
  readonly traits = new Map<string, unknown>();
  private readonly listeners = new Set<Listener>();
  private readonly goneListeners = new Set<() => void>();
  private cut = false;
  private readonly changeListeners = new Map<string, Set<() => void>>();

  constructor(private readonly kernel: SimulatedKernel) {
    kernel.wires.push(this);
  }

  send(message: ScreenMessage): void {
    if (this.cut) throw new Error("The comm is disposed.");
    this.up.push(JSON.stringify(message));
  }

  onMessage(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onChange(trait: string, listener: () => void): () => void {
    const listeners = this.changeListeners.get(trait) ?? new Set();
    this.changeListeners.set(trait, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  onGone(listener: () => void): () => void {
    this.goneListeners.add(listener);
    return () => this.goneListeners.delete(listener);
  }

  get(trait: string): unknown {
    return this.traits.get(trait);
  }

  set(trait: string, value: unknown): void {
    this.traits.set(trait, value);
    for (const listener of this.changeListeners.get(trait) ?? []) listener();
  }

  /** Whatever is sent from now on is lost; the widget manager says so, or the first message that fails. */
  cutOff(says: boolean): void {
    this.cut = true;
    if (says) this.doubt();
  }

  /** The widget manager says that the kernel may be gone. */
  doubt(): void {
    for (const listener of this.goneListeners) listener();
  }

  /** Carries the oldest message to the kernel. */
  deliverUp(): boolean {
    const message = this.up.shift();
    if (message === undefined) return false;
    this.kernel.receive(JSON.parse(message) as ScreenMessage);
    return true;
  }

  /** Carries the oldest message to the screen. */
  deliverDown(): boolean {
    const message = this.down.shift();
    if (message === undefined) return false;
    for (const listener of this.listeners) listener(JSON.parse(message));
    return true;
  }

  /** Carries everything, both ways, until nothing is under way. */
  settle(): void {
    while (this.kernel.wires.some((wire) => wire.deliverUp() || wire.deliverDown()));
  }
}

export class SimulatedKernel {
  readonly wires: Wire[] = [];
  private readonly answers = new Map<string, Message>();
  private pythonEdits = 0;

  constructor(public document: GraphDocument = EMPTY_DOCUMENT) {}

  connect(): Wire {
    return new Wire(this);
  }

  receive(message: ScreenMessage): void {
    if (message.kind !== "ops") {
      this.broadcast({ kind: "snapshot", document: this.document, gids: this.committed() });
      return;
    }
    const known = this.answers.get(message.gid);
    if (known) return this.broadcast(known);
    if (message.base_rev > this.document.rev) {
      this.broadcast({ kind: "reject", gid: message.gid, reason: "of an earlier kernel", code: "stale", cycle_path: null });
      this.broadcast({ kind: "snapshot", document: this.document, gids: this.committed() });
      return;
    }
    try {
      this.commit(parseGroup(message.ops), message.gid, message.origin);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      const { message: reason, kind: code, cyclePath: cycle_path } = error;
      this.answer({ kind: "reject", gid: message.gid, reason, code, cycle_path });
    }
  }

  /** An edit from a cell; false where it is refused. */
  python(ops: Group): boolean {
    try {
      this.commit(ops, `python-${++this.pythonEdits}`, "python");
      return true;
    } catch (error) {
      if (error instanceof OperationError) return false;
      throw error;
    }
  }

  private commit(ops: Group, gid: string, origin: string): void {
    const rev = this.document.rev + 1;
    this.document = { ...applyGroup(this.document, ops), rev };
    this.answer({ kind: "commit", rev, gid, origin, ops });
  }

  private committed(): string[] {
    return [...this.answers].filter(([, answer]) => answer.kind === "commit").map(([gid]) => gid);
  }

  private answer(message: Message): void {
    this.answers.set(String(message.gid), message);
    this.broadcast(message);
  }

  private broadcast(message: Message): void {
    for (const wire of this.wires) wire.down.push(JSON.stringify(message));
  }
}

/** The wire to the kernel's side of our cells: diagnostics of their text, and the editors that are open. */
import type { ISessionContext } from "@jupyterlab/apputils";
import type { Kernel, KernelMessage } from "@jupyterlab/services";
import type { IDisposable } from "@lumino/disposable";
import { Signal } from "@lumino/signaling";
import { parseFindings, type Finding } from "./findings";

export const TARGET = "causal_magics.cells";
const PATIENCE = 15_000;

/** An editor that is open in the kernel. */
export interface LiveEditor {
  readonly modelId: string;
  readonly name: string | null;
  readonly title: string;
  readonly nodes: number;
  readonly edges: number;
  /** The id of the cell that opened it, null where no cell did. */
  readonly cell: string | null;
}

export type Session = Pick<ISessionContext, "session" | "kernelChanged" | "statusChanged" | "iopubMessage">;

const OVER: readonly Kernel.Status[] = ["restarting", "autorestarting", "terminating", "dead", "unknown"];

/**
 * One notebook's channel, which opens by itself where the kernel has the extension.
 *
 * A kernel without it closes a comm at once, and says so in the server's log: so it is asked only
 * where the notebook uses our magic, when the kernel is new here and after a cell that may have
 * loaded the extension.
 */
export class CellsChannel implements IDisposable {
  /** Opened, closed, other editors, or a cell has run so that answers may be others. */
  readonly changed = new Signal<this, "channel" | "editors" | "executed">(this);
  #comm: Kernel.IComm | null = null;
  #editors: readonly LiveEditor[] | null = null;
  #executing: { readonly id: string; readonly ours: boolean } | null = null;
  #count = 0;
  #status: Kernel.Status | undefined;
  #isDisposed = false;
  readonly #waiting = new Map<string, (findings: Finding[] | null) => void>();

  constructor(
    private readonly session: Session,
    private readonly isWanted: () => boolean,
  ) {
    session.kernelChanged.connect(this.#kernelChanged, this);
    session.statusChanged.connect(this.#statusChanged, this);
    session.iopubMessage.connect(this.#overheard, this);
    this.#status = session.session?.kernel?.status;
    this.open();
  }

  /** The editors that are open, null where that is not known. */
  get editors(): readonly LiveEditor[] | null {
    return this.#editors;
  }

  /** Whether a kernel is there that could have editors. */
  get hasKernel(): boolean {
    const kernel = this.session.session?.kernel;
    return kernel != null && !OVER.includes(kernel.status) && kernel.connectionStatus !== "disconnected";
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  dispose(): void {
    this.#isDisposed = true;
    const comm = this.#comm;
    this.#lose();
    if (comm && !comm.isDisposed && this.hasKernel) comm.close();
    Signal.clearData(this);
  }

  /** What the kernel finds in a cell; null where there is no kernel, it lacks the extension, or it is too busy. */
  diagnose(text: string): Promise<Finding[] | null> {
    const comm = this.#comm;
    if (!comm || !this.hasKernel) return Promise.resolve(null);
    const id = `d${(this.#count += 1)}`;
    return new Promise((resolve) => {
      const timer = setTimeout(() => answer(null), PATIENCE);
      const answer = (findings: Finding[] | null): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(findings);
      };
      this.#waiting.set(id, answer);
      comm.send({ kind: "diagnose", id, text });
    });
  }

  /** Opens the channel where it is wanted, possible and not open yet. */
  open(): void {
    const kernel = this.session.session?.kernel;
    if (!kernel?.handleComms || this.#comm || this.#isDisposed || !this.hasKernel || !this.isWanted()) return;
    const comm = kernel.createComm(TARGET);
    comm.onMsg = ({ content }) => this.#receive(content.data);
    comm.onClose = () => {
      if (comm === this.#comm) this.#lose();
    };
    this.#comm = comm;
    comm.open();
    this.changed.emit("channel");
  }

  #lose(): void {
    if (!this.#comm) return;
    this.#comm = this.#editors = null;
    for (const answer of [...this.#waiting.values()]) answer(null);
    this.changed.emit("channel");
  }

  #receive(data: Readonly<Record<string, unknown>>): void {
    if (data.kind === "diagnostics" && typeof data.id === "string") {
      this.#waiting.get(data.id)?.(parseFindings(data.diagnostics));
    } else if (data.kind === "live") {
      this.#editors = parseEditors(data.editors);
      this.changed.emit("editors");
    }
  }

  #kernelChanged(): void {
    this.#lose();
    this.#executing = null;
    this.#status = this.session.session?.kernel?.status;
    this.open();
    this.changed.emit("channel");
  }

  #statusChanged(_session: unknown, status: Kernel.Status): void {
    const before = this.#status ?? "unknown";
    this.#status = status;
    const [wasOver, isOver] = [OVER.includes(before), OVER.includes(status)];
    if (isOver) {
      this.#lose();
      this.#executing = null;
    } else if (before === "unknown") {
      // A kernel that ran before the page was there; one that restarted has nothing of ours yet.
      this.open();
    }
    if (isOver || wasOver) this.changed.emit("channel");
  }

  #overheard(_session: unknown, message: KernelMessage.IMessage): void {
    const id = (message.parent_header as { readonly msg_id?: string }).msg_id ?? "";
    const { msg_type: kind } = message.header;
    if (kind === "execute_input") {
      const { code } = message.content as { readonly code: string };
      this.#executing = { id, ours: code.includes("causal") };
    } else if (kind === "status" && this.#executing?.id === id) {
      if ((message.content as { readonly execution_state: string }).execution_state !== "idle") return;
      const { ours } = this.#executing;
      this.#executing = null;
      if (ours) this.open();
      this.changed.emit("executed");
    }
  }
}

function parseEditors(raw: unknown): LiveEditor[] {
  return (Array.isArray(raw) ? raw : []).flatMap((entry: unknown) => parseEditor(entry) ?? []);
}

function parseEditor(raw: unknown): LiveEditor | null {
  if (typeof raw !== "object" || raw === null) return null;
  const { model_id: modelId, name, title, nodes, edges, cell } = raw as Readonly<Record<string, unknown>>;
  if (typeof modelId !== "string") return null;
  return {
    modelId,
    name: typeof name === "string" && name !== "" ? name : null,
    title: typeof title === "string" ? title : "",
    nodes: Number(nodes) || 0,
    edges: Number(edges) || 0,
    cell: typeof cell === "string" ? cell : null,
  };
}

import type { Kernel } from "@jupyterlab/services";
import { Signal } from "@lumino/signaling";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CellsChannel, TARGET, type Session } from "../../../src/lab/cells-channel";

class FakeComm {
  isDisposed = false;
  readonly sent: Record<string, unknown>[] = [];
  onMsg: (message: object) => void = () => undefined;
  onClose: () => void = () => undefined;

  constructor(readonly target: string) {}

  open(): void {
    this.sent.push({ kind: "open" });
  }

  send(data: Record<string, unknown>): void {
    this.sent.push(data);
  }

  close(): void {
    this.isDisposed = true;
  }

  say(data: object): void {
    this.onMsg({ content: { data } });
  }
}

/** A notebook's session with a kernel that takes every comm. */
class FakeSession {
  readonly kernelChanged = new Signal<this, unknown>(this);
  readonly statusChanged = new Signal<this, Kernel.Status>(this);
  readonly iopubMessage = new Signal<this, unknown>(this);
  readonly comms: FakeComm[] = [];
  readonly kernel = {
    handleComms: true,
    status: "idle",
    connectionStatus: "connected",
    createComm: (target: string) => {
      const comm = new FakeComm(target);
      this.comms.push(comm);
      return comm;
    },
  };
  session: { kernel: FakeSession["kernel"] } | null = { kernel: this.kernel };

  become(status: Kernel.Status): void {
    this.kernel.status = status;
    this.statusChanged.emit(status);
  }

  run(code: string): void {
    const parent_header = { msg_id: code };
    this.iopubMessage.emit({ parent_header, header: { msg_type: "execute_input" }, content: { code } });
    this.iopubMessage.emit({ parent_header, header: { msg_type: "status" }, content: { execution_state: "idle" } });
  }

  get last(): FakeComm {
    return this.comms.at(-1)!;
  }
}

let session: FakeSession;
let wanted: boolean;

function opened(): { channel: CellsChannel; heard: string[] } {
  const channel = new CellsChannel(session as unknown as Session, () => wanted);
  const heard: string[] = [];
  channel.changed.connect((_channel, what) => heard.push(what));
  return { channel, heard };
}

const EDITOR = { model_id: "m", name: "g", title: "", nodes: 3, edges: 2, cell: "c1" };

beforeEach(() => {
  vi.useFakeTimers();
  session = new FakeSession();
  wanted = true;
});

afterEach(() => {
  vi.useRealTimers();
});

test("a notebook that uses the magic opens a channel and hears of editors", () => {
  const { channel, heard } = opened();
  expect(session.last.target).toBe(TARGET);
  expect(channel.editors).toBeNull();
  session.last.say({ kind: "live", editors: [EDITOR, { name: "no model" }, { model_id: "n", name: "" }] });
  expect(channel.editors).toEqual([
    { modelId: "m", name: "g", title: "", nodes: 3, edges: 2, cell: "c1" },
    { modelId: "n", name: null, title: "", nodes: 0, edges: 0, cell: null },
  ]);
  expect(heard).toEqual(["editors"]);
});

test("a notebook without the magic asks the kernel for nothing until a cell may have loaded it", () => {
  wanted = false;
  opened();
  expect(session.comms).toHaveLength(0);
  session.run("print(1)");
  expect(session.comms).toHaveLength(0);
  wanted = true;
  session.run("%load_ext causal_magics");
  expect(session.comms).toHaveLength(1);
});

test("a kernel without the extension closes the channel, which opens once a cell has loaded it", () => {
  const { channel, heard } = opened();
  session.last.onClose();
  expect(heard).toEqual(["channel"]);
  session.run("1 + 1");
  expect(session.comms).toHaveLength(1);
  session.run("%load_ext causal_magics");
  expect(session.comms).toHaveLength(2);
  expect(channel.editors).toBeNull();
});

test("a kernel that ran before the page is asked as soon as its state is known", () => {
  session.kernel.status = "unknown";
  const { channel } = opened();
  expect(session.comms).toHaveLength(0);
  expect(channel.hasKernel).toBe(false);
  session.become("idle");
  expect(session.comms).toHaveLength(1);
});

test("a restart forgets the editors, and says when the kernel is there again", () => {
  const { channel, heard } = opened();
  session.last.say({ kind: "live", editors: [EDITOR] });
  session.become("restarting");
  expect(channel.editors).toBeNull();
  expect(channel.hasKernel).toBe(false);
  heard.length = 0;
  session.become("idle");
  expect(channel.hasKernel).toBe(true);
  expect(heard).toEqual(["channel"]);
  expect(session.comms).toHaveLength(1);
});

test("answers go to who asked, and null to who gets none", async () => {
  const { channel } = opened();
  const [first, second] = [channel.diagnose("%%causal grph"), channel.diagnose("%%causal graph")];
  const [, one, two] = session.last.sent;
  session.last.say({ kind: "diagnostics", id: two!.id, diagnostics: [] });
  session.last.say({ kind: "diagnostics", id: one!.id, diagnostics: [{ line: 0, column: 9, message: "no verb grph" }, "?"] });
  expect(await second).toEqual([]);
  expect(await first).toMatchObject([{ line: 0, column: 9, endLine: 0, message: "no verb grph", fixes: [] }]);
  const late = channel.diagnose("%%causal");
  vi.advanceTimersByTime(15_000);
  expect(await late).toBeNull();
  const cut = channel.diagnose("%%causal");
  session.become("dead");
  expect(await cut).toBeNull();
  expect(await channel.diagnose("%%causal")).toBeNull();
});

test("a notebook without a kernel has no channel and no answers", async () => {
  session.session = null;
  const { channel } = opened();
  expect(channel.hasKernel).toBe(false);
  expect(await channel.diagnose("%%causal")).toBeNull();
  session.session = { kernel: session.kernel };
  session.kernelChanged.emit(null);
  expect(session.comms).toHaveLength(1);
});

test("a notebook that is closed closes its channel", () => {
  const { channel } = opened();
  const { last } = session;
  channel.dispose();
  expect(last.isDisposed).toBe(true);
  session.run("%load_ext causal_magics");
  expect(session.comms).toHaveLength(1);
});

/** The real store, wire and undo of one screen, over JSON lines: `node tests/ts/harness/run.mjs`. */
import { mock } from "node:test";
import { createInterface } from "node:readline";
import { OperationError } from "../../../src/graph/errors";
import { isObject, parseDocument } from "../../../src/graph/wire";
import type { ScreenMessage, Transport } from "../../../src/editor/protocol";
import { EditSession } from "../../../src/editor/session";
import { randomGroup, seeded } from "../editor/random-edits";

mock.timers.enable({ apis: ["setTimeout"] });

const listeners = new Set<(message: unknown) => void>();
let sent: ScreenMessage[] = [];
let session: EditSession | null = null;

const transport: Transport = {
  send: (message) => void sent.push(message),
  onMessage: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  onChange: () => () => undefined,
  get: () => undefined,
};

function state({ store, sync, origin }: EditSession): object {
  const pending = store.pending.map(({ gid }) => gid);
  return { origin, rev: store.confirmed.rev, document: store.document, confirmed: store.confirmed, pending, link: sync.link };
}

/** Edits that the screen itself refuses send nothing. */
function attempt(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
  }
}

function obey(command: Readonly<Record<string, unknown>>): object {
  if (command.cmd === "start") {
    session?.sync.stop();
    session = new EditSession(transport, { origin: String(command.origin) }, parseDocument(command.snapshot) ?? undefined);
    session.sync.start();
    return {};
  }
  if (!session) throw new Error("Expected start as the first command.");
  const screen = session;
  switch (command.cmd) {
    case "edit":
      attempt(() => screen.edit(randomGroup(screen.document, seeded(Number(command.seed)), (p) => screen.freshId(p)), "edit"));
      return {};
    case "undo":
      attempt(() => screen.undo());
      return {};
    case "redo":
      attempt(() => screen.redo());
      return {};
    case "receive":
      for (const listener of listeners) listener(command.message);
      return {};
    case "tick":
      mock.timers.tick(Number(command.ms));
      return {};
    case "state":
      return state(screen);
    default:
      throw new Error(`Expected start, edit, undo, redo, receive, tick or state, got ${JSON.stringify(command)}.`);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const command: unknown = JSON.parse(line);
  if (!isObject(command)) throw new Error("Expected a command as an object.");
  const answer = obey(command);
  process.stdout.write(`${JSON.stringify({ sent, ...answer })}\n`);
  sent = [];
}

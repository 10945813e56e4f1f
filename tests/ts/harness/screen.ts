/**
 * Real editors without a page, over JSON lines: `node tests/ts/harness/run.mjs`.
 * Each line in is a list of commands, each for one screen; each line out is the list of their answers.
 */
import { createInterface } from "node:readline";
import { isObject, parseDocument } from "../../../src/graph/wire";
import { Editor } from "../../../src/editor/editor";
import { takeOver } from "../../../src/editor/handover";
import { keptEdits } from "../../../src/editor/kept-edits";
import { parseOverlay } from "../../../src/editor/overlay";
import type { ScreenMessage, Transport } from "../../../src/editor/protocol";
import { Questions } from "../../../src/editor/questions";
import { randomGroup, seeded } from "../editor/random-edits";
import { Clock } from "./clock";

/** What stands for the browser's page and storage: one for each title. */
class Page extends EventTarget {
  readonly location = { pathname: "/" };
  readonly localStorage = newStorage();
  readonly #heard = new Map<Clock, [string, EventListener][]>();

  override addEventListener(type: string, listener: EventListener): void {
    super.addEventListener(type, listener);
    this.#heard.set(Clock.active, [...(this.#heard.get(Clock.active) ?? []), [type, listener]]);
  }

  /** A screen that is gone hears nothing any more. */
  forget(clock: Clock): void {
    for (const [type, listener] of this.#heard.get(clock) ?? []) this.removeEventListener(type, listener);
    this.#heard.delete(clock);
  }
}

function newStorage(): object {
  const stored = new Map<string, string>();
  const access = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, text: string) => void stored.set(key, text),
    removeItem: (key: string) => void stored.delete(key),
  };
  return new Proxy(access, {
    ownKeys: () => [...stored.keys()],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  });
}

const pages = new Map<string, Page>();

function turnTo(page: string, clock: Clock): void {
  const window = pages.get(page) ?? new Page();
  pages.set(page, window);
  Object.assign(globalThis, { window });
  Clock.active = clock;
}

class Screen {
  readonly clock = new Clock();
  sent: { n: number; message: ScreenMessage }[] = [];
  cut = false;
  answers = 0;
  readonly editor: Editor;
  readonly #questions: Questions;
  readonly #listeners = new Set<(message: unknown) => void>();
  readonly #gone = new Set<() => void>();
  readonly #handled = new Map<number, () => void>();
  readonly #traits = new Map<string, unknown>();
  readonly #changes = new Map<string, Set<() => void>>();
  readonly #end: () => void;
  #count = 0;

  constructor(origin: string, readonly title: string, snapshot: unknown) {
    turnTo(title, this.clock);
    this.#traits.set("title", title).set("snapshot", snapshot);
    const transport = this.#transport();
    this.editor = new Editor(transport, { origin, title });
    this.#questions = new Questions(transport, () => this.editor.session.freshId("ask"));
    this.#end = takeOver(this.editor, { closest: () => ({ dataset: { notebookPath: title } }) } as unknown as Element);
  }

  #transport(): Transport {
    const add = <T>(set: Set<T>, item: T) => (set.add(item), () => void set.delete(item));
    return {
      send: (message, handled) => {
        if (this.cut) throw new Error("The comm is disposed.");
        this.sent.push({ n: ++this.#count, message });
        if (handled) this.#handled.set(this.#count, handled);
      },
      onMessage: (listener) => add(this.#listeners, listener),
      onGone: (listener) => add(this.#gone, listener),
      get: (trait) => this.#traits.get(trait),
      onChange: (trait, listener) => {
        const listeners = this.#changes.get(trait) ?? new Set();
        this.#changes.set(trait, listeners);
        return add(listeners, listener);
      },
    };
  }

  close(kindly: boolean): void {
    turnTo(this.title, this.clock);
    if (kindly) this.#end();
    this.#questions.stop();
    this.editor.dispose();
    pages.get(this.title)?.forget(this.clock);
  }

  state(): object {
    const { store, sync } = this.editor.session;
    const pending = store.pending.map(({ gid }) => gid);
    const kept = keptEdits().length;
    return { rev: store.confirmed.rev, document: store.document, pending, link: sync.link, kept, answers: this.answers };
  }

  /** Presses a button of the notice, where it has one that begins so; else dismisses the notice. */
  press(label: string): void {
    const { notice } = this.editor.screen;
    const wanted = notice.peek()?.actions.find((action) => action.label.startsWith(label));
    if (wanted) wanted.run();
    else notice.value = null;
  }

  obey(command: Readonly<Record<string, unknown>>): object {
    turnTo(this.title, this.clock);
    const { editor } = this;
    switch (command.cmd) {
      case "edit":
        editor.edit(randomGroup(editor.document, seeded(Number(command.seed)), (p) => editor.session.freshId(p)), "edit");
        return {};
      case "undo":
        editor.undo();
        return {};
      case "redo":
        editor.redo();
        return {};
      case "ask":
        void this.#questions.ask("candidate_bits", { source: String(command.source) }).then(() => (this.answers += 1));
        return {};
      case "receive":
        for (const listener of this.#listeners) listener(command.message);
        return {};
      case "handled":
        this.#handled.get(Number(command.n))?.();
        this.#handled.delete(Number(command.n));
        return {};
      case "trait":
        this.#traits.set(String(command.name), command.value);
        for (const listener of this.#changes.get(String(command.name)) ?? []) listener();
        return { read: command.name === "overlay" && parseOverlay(command.value) !== null };
      case "gone":
        this.cut = true;
        for (const listener of this.#gone) listener();
        return {};
      case "press":
        this.press(String(command.label));
        return {};
      case "tick":
        this.clock.advance(Number(command.ms));
        return {};
      case "state":
        return this.state();
      default:
        throw new Error(`Expected another command than ${JSON.stringify(command)}.`);
    }
  }
}

const screens = new Map<string, Screen>();

function obey(command: unknown): object {
  if (!isObject(command)) throw new Error("Expected a command as an object.");
  const id = String(command.screen);
  const held = screens.get(id);
  if (command.cmd === "close") {
    held?.close(command.kindly === true);
    screens.delete(id);
    return { sent: held?.sent ?? [] };
  }
  if (command.cmd === "start") screens.set(id, new Screen(id, String(command.title), parseDocument(command.snapshot)));
  const screen = screens.get(id);
  if (!screen) throw new Error(`Expected start as the first command of ${id}.`);
  const answer = command.cmd === "start" ? {} : screen.obey(command);
  const { sent } = screen;
  screen.sent = [];
  return { sent, ...answer };
}

for await (const line of createInterface({ input: process.stdin })) {
  const commands = JSON.parse(line) as readonly unknown[];
  process.stdout.write(`${JSON.stringify(commands.map(obey))}\n`);
}

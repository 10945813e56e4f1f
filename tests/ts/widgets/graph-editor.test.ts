import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KERNEL_EVENT } from "../../../src/editor";
import widget from "../../../src/widgets/graph-editor";

type Listener = (...parts: unknown[]) => void;

interface Callbacks {
  (): void;
  readonly iopub: { readonly status: (message: object) => void };
}

/** A front-end's model, before a kernel that says only what it is told to say. */
class Model {
  readonly traits: Record<string, unknown> = {
    snapshot: { version: 1, rev: 0, nodes: [{ id: "a", name: "A", roles: [], x: 0, y: 0 }], edges: [], tiers: [], gids: [] },
  };
  readonly saved: unknown[] = [];
  readonly calls: Callbacks[] = [];
  readonly #listeners = new Set<Listener>();

  get = (name: string): unknown => this.traits[name];
  set = (name: string, value: unknown): void => void (this.traits[name] = value);
  save_changes = (): void => void this.saved.push(this.traits.revision);
  send = (_message: unknown, callbacks?: Callbacks): void => void (callbacks && this.calls.push(callbacks));
  on = (event: string, listener: Listener): void => void (event === "msg:custom" && this.#listeners.add(listener));
  off = (_event: string, listener: Listener): void => void this.#listeners.delete(listener);

  say(message: unknown): void {
    for (const listener of this.#listeners) listener(message);
  }

  commit(rev: number, origin: string): void {
    this.say({ kind: "commit", rev, gid: `g${rev}`, origin, ops: [{ op: "set_node", id: "a", name: `A${rev}` }] });
  }
}

const ends: (() => void)[] = [];

/** Opens a view in a page's body, or as marimo does in the shadow of an element of its own. */
function open(model: Model, place: "body" | "marimo" = "body"): HTMLElement {
  const host = document.createElement("marimo-anywidget");
  document.body.append(host);
  const el = document.createElement("div");
  (place === "marimo" ? host.attachShadow({ mode: "open" }) : host).append(el);
  const end = widget.render({ model, el } as unknown as Parameters<typeof widget.render>[0]);
  ends.push(end, () => host.remove());
  return el;
}

const linkOf = (el: HTMLElement): string | undefined => el.querySelector<HTMLElement>(".cmg")?.dataset.link;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const end of ends.splice(0)) end();
  vi.useRealTimers();
});

describe("a message that was handled", () => {
  const idle = { content: { execution_state: "idle" } };

  it("shows that the kernel is another one, where the kernel itself said so", async () => {
    const model = new Model();
    const el = open(model);
    for (const { iopub } of model.calls) iopub.status({ header: { msg_type: "status" }, ...idle });
    await vi.advanceTimersByTimeAsync(1_500);
    expect(linkOf(el)).toBe("disconnected");
  });

  it("shows nothing, where it is merely on its way", async () => {
    const model = new Model();
    const el = open(model);
    for (const call of model.calls) {
      call.iopub.status(idle);
      call();
    }
    await vi.advanceTimersByTimeAsync(1_500);
    expect(linkOf(el)).toBe("saved");
  });
});

it("a kernel that the page says was started anew is not believed to have the graph until it says so", async () => {
  const model = new Model();
  const el = open(model);
  await vi.advanceTimersByTimeAsync(100);
  const root = el.querySelector(".cmg");
  root?.dispatchEvent(new CustomEvent(KERNEL_EVENT, { bubbles: true }));
  await vi.advanceTimersByTimeAsync(100);
  expect(linkOf(el)).toBe("disconnected");
  model.say({ kind: "snapshot", document: model.traits.snapshot, gids: [] });
  await vi.advanceTimersByTimeAsync(100);
  expect(linkOf(el)).toBe("saved");
});

describe("marimo", () => {
  it("is told of a screen's edits once they pause, by one of the views", async () => {
    const model = new Model();
    open(model, "marimo");
    open(model, "marimo");
    model.commit(1, "screen");
    model.commit(2, "screen");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(model.saved).toEqual([2]);
  });

  it("is not told of what Python did", async () => {
    const model = new Model();
    open(model, "marimo");
    model.commit(1, "python");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(model.saved).toEqual([]);
  });

  it("alone is told", async () => {
    const model = new Model();
    open(model);
    model.commit(1, "screen");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(model.saved).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { mountEditor } from "../../../src/editor";
import { dropEdits, keptEdits, keepEdits, type Kept } from "../../../src/editor/kept-edits";
import type { DocumentNode, GraphDocument } from "../../../src/graph/model";
import type { Group } from "../../../src/graph/operations";
import { SimulatedKernel, type Wire } from "./simulated-kernel";

const node = (id: string, name: string): DocumentNode => ({ id, name, roles: [], x: 0, y: 0 });
const documentOf = (prefix: string, ...names: string[]): GraphDocument => ({
  version: 1, rev: 0, nodes: names.map((name) => node(prefix + name, name)), edges: [], tiers: [],
}); // prettier-ignore
const rename = (id: string, name: string): Group => [{ op: "set_node", id, name }];

interface Shown {
  readonly kernel: SimulatedKernel;
  readonly wire: Wire;
  readonly host: HTMLElement;
  readonly close: () => void;
}

const open: (() => void)[] = [];

/** An editor on the page, before a kernel of its own. */
function show(document: GraphDocument, title = "", notebook = "a.ipynb"): Shown {
  const kernel = new SimulatedKernel(document);
  const wire = kernel.connect();
  wire.traits.set("snapshot", document);
  wire.traits.set("title", title);
  const panel = window.document.createElement("div");
  panel.dataset.notebookPath = notebook;
  const host = panel.appendChild(window.document.createElement("div"));
  window.document.body.append(panel);
  const close = mountEditor(host, wire);
  open.push(close);
  wire.settle();
  return { kernel, wire, host, close };
}

/** Types N, a name and Enter, as a hand would. */
async function addNode({ host }: Shown, name: string): Promise<void> {
  const canvas = host.querySelector<SVGElement>(".cmg-svg");
  canvas?.dispatchEvent(new KeyboardEvent("keydown", { key: "n", bubbles: true, composed: true }));
  await vi.advanceTimersByTimeAsync(50);
  const field = host.querySelector<HTMLInputElement>(".cmg-name-field");
  if (!field) throw new Error("No name is asked for.");
  field.value = name;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  await vi.advanceTimersByTimeAsync(50);
}

const names = ({ kernel }: Shown): string[] => kernel.document.nodes.map(({ name }) => name).sort();
const button = ({ host }: Shown, text: string): HTMLButtonElement | undefined =>
  [...host.querySelectorAll("button")].find(({ textContent }) => textContent?.includes(text));

async function loseKernel(shown: Shown): Promise<void> {
  shown.wire.cutOff(true);
  await vi.advanceTimersByTimeAsync(50);
}

async function settle({ wire }: Shown): Promise<void> {
  wire.settle();
  await vi.advanceTimersByTimeAsync(50);
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const close of open.splice(0)) close();
  document.body.replaceChildren();
  vi.restoreAllMocks();
  for (const { slot } of keptEdits()) dropEdits(slot);
  localStorage.clear();
  vi.useRealTimers();
});

describe("edits that a dead kernel never got", () => {
  it("outlive the page and are offered to the same graph of the same notebook, sent only when wanted", async () => {
    const before = show(documentOf("a", "A", "B"), "g");
    await loseKernel(before);
    await addNode(before, "Late");
    document.body.replaceChildren(); // The page is gone without a farewell.

    const other = show(documentOf("b", "A", "B"), "g", "b.ipynb");
    expect(button(other, "Send them")).toBeUndefined();
    const another = show(documentOf("c", "A", "B"), "h");
    expect(button(another, "Send them")).toBeUndefined();

    const after = show(documentOf("d", "A", "B"), "g");
    await settle(after);
    expect(after.host.textContent).toContain("never got your last 1 edit");
    expect(names(after)).toEqual(["A", "B"]);
    button(after, "Send them")?.click();
    await settle(after);
    expect(names(after)).toEqual(["A", "B", "Late"]);
    expect(keptEdits()).toEqual([]);
    expect(localStorage).toHaveLength(0);
  });

  it("are gone for good once they are dropped", async () => {
    const before = show(documentOf("a", "A"), "g");
    await loseKernel(before);
    await addNode(before, "Late");
    document.body.replaceChildren();
    const after = show(documentOf("b", "A"), "g");
    await settle(after);
    button(after, "Drop them")?.click();
    await settle(after);
    expect(after.host.querySelector(".cmg-notice")).toBeNull();
    expect(localStorage).toHaveLength(0);
    expect(names(after)).toEqual(["A"]);
  });

  it("are kept for the notebook that the editor stood in until it was taken from the page", async () => {
    const before = show(documentOf("a", "A"), "g");
    await loseKernel(before);
    await addNode(before, "Late");
    before.host.remove();
    before.close();
    const after = show(documentOf("b", "A"), "g");
    await settle(after);
    button(after, "Send them")?.click();
    await settle(after);
    expect(names(after)).toEqual(["A", "Late"]);
  });

  it("go to the new kernel also where the browser has no room, which is said", async () => {
    const full = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    const before = show(documentOf("a", "A"), "g");
    await loseKernel(before);
    await addNode(before, "Late");
    expect(before.host.querySelector(".cmg-notice")?.textContent).toContain("lost when the page is closed");
    expect(before.host.querySelector(".cmg")?.getAttribute("data-pending")).toBe("1");
    before.close();
    const after = show(documentOf("b", "A"), "g");
    await settle(after);
    button(after, "Send them")?.click();
    await settle(after);
    full.mockRestore();
    expect(names(after)).toEqual(["A", "Late"]);
    expect(keptEdits()).toEqual([]);
  });

  it("of two untitled editors are kept apart", async () => {
    const [one, two] = [show(documentOf("a", "A", "B")), show(documentOf("b", "X", "Y"))];
    for (const shown of [one, two]) await loseKernel(shown);
    await addNode(one, "One");
    await addNode(two, "Two");
    for (const shown of [one, two]) shown.close();
    const [first, second] = [show(documentOf("c", "A", "B")), show(documentOf("d", "X", "Y"))];
    for (const shown of [first, second]) await settle(shown);
    button(first, "Send them")?.click();
    button(second, "Send them")?.click();
    for (const shown of [first, second]) await settle(shown);
    expect(names(first)).toEqual(["A", "B", "One"]);
    expect(names(second)).toEqual(["Two", "X", "Y"]);
  });

  it("go to the new kernel's editor beside them, and then leave the old one", async () => {
    const before = show(documentOf("a", "A"), "g");
    await loseKernel(before);
    await addNode(before, "Late");
    button(before, "send to the new kernel")?.click();
    await settle(before);
    expect(before.host.textContent).toContain("Run its cell again");
    const after = show(documentOf("b", "A"), "g");
    button(before, "send to the new kernel")?.click();
    await settle(after);
    expect(names(after)).toEqual(["A", "Late"]);
    expect(before.host.querySelector(".cmg")?.getAttribute("data-pending")).toBe("0");
    expect(after.host.textContent).not.toContain("never got");
  });

  it("leave out what no longer fits, and say so", async () => {
    const before = show(documentOf("a", "A"), "g");
    await loseKernel(before);
    await addNode(before, "B");
    await addNode(before, "C");
    before.close();
    const after = show(documentOf("b", "A", "B"), "g");
    await settle(after);
    button(after, "Send them")?.click();
    await settle(after);
    expect(names(after)).toEqual(["A", "B", "C"]);
    expect(after.host.textContent).toContain("1 edit of the earlier kernel no longer fit");
  });
});

describe("edits that a busy kernel has in its queue while the page is loaded again", () => {
  it("arrive once and are not offered", async () => {
    const before = show(documentOf("a", "A"), "g");
    await addNode(before, "Queued");
    window.dispatchEvent(new Event("pagehide"));
    expect(keptEdits()).toHaveLength(1);
    document.body.replaceChildren();
    before.wire.deliverUp();

    const wire = before.kernel.connect();
    wire.traits.set("title", "g");
    const panel = document.body.appendChild(document.createElement("div"));
    panel.dataset.notebookPath = "a.ipynb";
    open.push(mountEditor(panel, wire));
    wire.settle();
    await vi.advanceTimersByTimeAsync(50);
    expect(panel.textContent).not.toContain("never got");
    expect(keptEdits()).toEqual([]);
    expect(names(before)).toEqual(["A", "Queued"]);
  });
});

describe("what is kept", () => {
  const kept = (slot: string, time: number): Kept => ({
    slot, notebook: "n", title: "t", time, document: documentOf("a", "A"), groups: [{ gid: `g-${slot}`, ops: rename("aA", slot) }],
  }); // prettier-ignore

  it("is bounded in number, size and age, and what cannot be read is cleared", () => {
    const now = 1e12;
    for (let i = 0; i < 30; i++) keepEdits(kept(`s${i}`, now - i));
    keepEdits(kept("old", now - 40 * 24 * 3_600_000));
    localStorage.setItem("causal-magics:kept:junk", "{");
    localStorage.setItem("causal-magics:kept:odd", JSON.stringify({ ...kept("odd", now), document: { version: 9 } }));
    localStorage.setItem("somebody-else", "stays");
    expect(keptEdits(now).map(({ slot }) => slot)).toEqual(Array.from({ length: 20 }, (_, i) => `s${19 - i}`));
    expect(localStorage).toHaveLength(21);
    expect(localStorage.getItem("somebody-else")).toBe("stays");
    expect(keepEdits({ ...kept("big", now), title: "x".repeat(600_000) })).toBe(false);
  });

  it("needs no storage of the browser while the page stays, and is written there once it can be", () => {
    const blocked = vi.spyOn(window, "localStorage", "get").mockImplementation(() => {
      throw new DOMException("blocked", "SecurityError");
    });
    expect(keepEdits(kept("s", Date.now()))).toBe(false);
    expect(keptEdits().map(({ slot }) => slot)).toEqual(["s"]);
    blocked.mockRestore();
    expect(keepEdits(kept("s", Date.now()))).toBe(true);
    expect(keptEdits()).toHaveLength(1);
    expect(localStorage).toHaveLength(1);
  });
});

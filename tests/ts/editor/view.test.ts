import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { GraphDocument } from "../../../src/graph/model";
import { renderReadOnly } from "../../../src/editor";
import { CHAIN, button, edge, edgeElement, edges, focusOn, names, node, nodeElement, open, openStored, press, said, settle, type, type Bench } from "./bench";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

describe("the state of the kernel", () => {
  const state = ({ host }: Bench) => host.querySelector(".cmg-link-state")?.textContent;

  async function edit(bench: Bench): Promise<void> {
    focusOn(nodeElement(bench, "A"));
    nodeElement(bench, "A").dispatchEvent(new MouseEvent("pointerdown", { bubbles: true, button: 0 }));
    nodeElement(bench, "A").dispatchEvent(new MouseEvent("pointerup", { bubbles: true, button: 0 }));
    document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "u", bubbles: true }));
    await vi.advanceTimersByTimeAsync(1);
  }

  it("is told with the revision", async () => {
    const bench = await open();
    expect(state(bench)).toBe("rev 4 · saved to kernel");
    await edit(bench);
    await settle(bench.wire);
    expect(state(bench)).toBe("rev 5 · saved to kernel");
    expect(bench.root.dataset).toMatchObject({ rev: "5", nodeCount: "3", edgeCount: "2", link: "saved", pending: "0" });
  });

  it("is told when it is busy", async () => {
    const bench = await open();
    await edit(bench);
    await edit(bench);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(state(bench)).toBe("kernel busy, 2 edits queued");
    await settle(bench.wire);
    expect(state(bench)).toBe("rev 6 · saved to kernel");
  });

  it("is told when it is gone, and edits go to the new one", async () => {
    const old = await open(CHAIN, { title: "g" });
    old.wire.cutOff(true);
    await edit(old);
    old.wire.up.length = 0;
    expect(state(old)).toContain("disconnected · 1 edit kept");
    button(old, "send to the new kernel").click();
    await settle();
    expect(old.host.querySelector(".cmg-notice-text")?.textContent).toContain("Run its cell again");
    const renumbered: GraphDocument = {
      ...CHAIN, rev: 0, nodes: CHAIN.nodes.map((n) => ({ ...n, id: `new-${n.id}` })).reverse(),
      edges: CHAIN.edges.map((e) => ({ ...e, source: `new-${e.source}`, target: `new-${e.target}` })),
    }; // prettier-ignore
    const other = await open(renumbered, { title: "h" });
    const fresh = await open(renumbered, { title: "g" });
    button(old, "send to the new kernel").click();
    await settle(fresh.wire, other.wire);
    expect(fresh.kernel.document.nodes.find(({ name }) => name === "A")?.roles).toEqual(["latent"]);
    expect(other.kernel.document).toEqual(renumbered);
    expect(state(old)).toBe("disconnected");
  });

  it.each([
    ["Send them", ["latent"]],
    ["Drop them", []],
  ])("is told when its cell runs again: %s", async (choice, roles) => {
    const old = await open(CHAIN, { title: "again" });
    old.wire.cutOff(true);
    await edit(old);
    old.dispose();
    const fresh = await open(CHAIN, { title: "again" });
    button(fresh, choice).click();
    await settle(fresh.wire);
    expect(fresh.kernel.document.nodes[0]?.roles).toEqual(roles);
    expect(fresh.host.querySelector(".cmg-notice")).toBeNull();
    const later = await open(CHAIN, { title: "again" });
    expect(later.host.querySelector(".cmg-notice")).toBeNull();
  });

  it("says what others have changed", async () => {
    const bench = await open();
    bench.kernel.python([{ op: "delete_node", id: "a" }]);
    await settle(bench.wire);
    expect(said(bench)).toBe("Changed elsewhere, now 2 nodes, 1 edge.");
    expect(bench.host.querySelectorAll("[data-node-id]")).toHaveLength(2);
  });
});

describe("a graph that may not be edited", () => {
  it("is shown without tools and keys", async () => {
    const bench = await open(CHAIN, { read_only: true });
    focusOn(nodeElement(bench, "A"));
    await press(bench, "Delete", "n", "x", "l", "Mod+z", "Alt+ArrowUp");
    expect(bench.kernel.document).toEqual(CHAIN);
    expect(() => button(bench, "Layout")).toThrow();
    expect(said(bench)).toBe("This graph is read-only.");
  });

  it("is one of more than 1,500 nodes", async () => {
    const nodes = Array.from({ length: 1501 }, (_, i) => node(`N${i}`, (i % 40) * 90, Math.floor(i / 40) * 60));
    const bench = await open({ ...CHAIN, nodes, edges: [] });
    expect(bench.host.querySelector(".cmg-advice")?.textContent).toBe("More than 1500 nodes: shown, not edited");
  });

  it("is a stored one; drawn again, it replaces what was drawn", async () => {
    const host = await openStored(CHAIN);
    expect(host.querySelector(".cmg-link-state")?.textContent).toBe("stored graph · run the cell to edit");
    expect(host.querySelector<HTMLElement>(".cmg")?.dataset.link).toBe("stored");
    await openStored({ ...CHAIN, nodes: [node("Only")], edges: [] }, host);
    expect(host.querySelectorAll(".cmg")).toHaveLength(1);
    expect([...host.querySelectorAll("[data-node-name]")].map((el) => el.getAttribute("data-node-name"))).toEqual(["Only"]);
    renderReadOnly(host, CHAIN)();
    expect(host.childNodes).toHaveLength(0);
  });
});

describe("the outline", () => {
  it("reaches what the canvas does", async () => {
    const bench = await open();
    button(bench, "Outline").click();
    await settle(bench.wire);
    const field = bench.host.querySelector<HTMLInputElement>("[aria-label='Name of A']")!;
    field.value = "Age";
    field.dispatchEvent(new Event("change", { bubbles: true }));
    bench.host.querySelector<HTMLInputElement>("[aria-label='B adjusted']")!.click();
    await settle(bench.wire);
    button(bench, "Reverse B → C").click();
    await settle(bench.wire);
    expect(edges(bench)).toEqual(["Age -> B", "C -> B"]);
    expect(bench.kernel.document.nodes[1]?.roles).toEqual(["adjusted"]);
    button(bench, "Delete Age").click();
    await settle(bench.wire);
    expect(names(bench)).toEqual(["B", "C"]);
  });
});

it("two editors on a page share no ids", async () => {
  const [first, second] = [await open(), await open()];
  for (const bench of [first, second]) {
    nodeElement(bench, "A").dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    await settle(bench.wire);
  }
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

it("knowledge and evidence are shown and told", async () => {
  const edgesWithNews = [edge("a", "b", { knowledge: "required", confidence: 0.5, bits: 12.345 }), edge("c", "a", { knowledge: "forbidden" })];
  const bench = await open({ ...CHAIN, edges: edgesWithNews });
  const required = edgeElement(bench, "A -> B");
  expect(required.getAttribute("aria-label")).toBe("A to B, directed, required, confidence 0.5, 12.3 bits");
  expect(required.querySelector(".cmg-line")?.getAttribute("stroke-width")).toBe("2.5");
  expect(required.querySelector(".cmg-badge .cmg-letter")).not.toBeNull();
  expect(edgeElement(bench, "C -> A").getAttribute("aria-label")).toBe("C to A, forbidden");
});

it("an editor that is taken away leaves nothing behind", async () => {
  const bench = await open();
  bench.dispose();
  expect(bench.host.childNodes).toHaveLength(0);
  bench.kernel.python([{ op: "delete_node", id: "a" }]);
  await settle(bench.wire);
  expect(bench.host.childNodes).toHaveLength(0);
});

it("axe finds nothing serious", async () => {
  const bench = await open();
  button(bench, "Outline").click();
  nodeElement(bench, "A").dispatchEvent(new MouseEvent("pointerdown", { bubbles: true, button: 0 }));
  await settle(bench.wire);
  vi.useRealTimers();
  HTMLCanvasElement.prototype.getContext = () => null; // jsdom has none, and axe asks for one
  const { violations } = await axe.run(bench.host, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
});

it("a graph too large to draw is counted whole, not read, and its last edit can be undone", async () => {
  const many = Array.from({ length: 1_497 }, (_, i) => node(`M${i}`));
  const bench = await open({ ...CHAIN, nodes: [...CHAIN.nodes, ...many] });
  const panel = () => bench.host.querySelector(".cmg-inspector")?.textContent ?? "";
  expect(panel()).toContain("1500 nodes, 2 edges");
  focusOn(nodeElement(bench, "A"));
  await press(bench, "n");
  await type(bench, "Last");
  await press(bench, "Enter", "Escape");
  expect(names(bench)).toHaveLength(1_501);
  await settle();
  expect(panel()).toContain("1501 nodes, 2 edges");
  expect(panel()).not.toContain("Effect of");
  button(bench, "Undo (Ctrl+Z)").click();
  await settle(bench.wire);
  expect(names(bench)).toHaveLength(1_500);
});

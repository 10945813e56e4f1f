import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { GraphDocument } from "../../../src/graph/model";
import { CHAIN, button, edgeElement, edges, focusOn, names, nodeElement, open, press, said, settle, type, type Bench } from "./bench";

const EMPTY: GraphDocument = { version: 1, rev: 0, nodes: [], edges: [], tiers: [] };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

function focused(): string | undefined {
  const active = document.activeElement;
  return active instanceof SVGElement ? (active.dataset.nodeName ?? active.dataset.edge) : undefined;
}

async function on(name: string, bench: Bench): Promise<void> {
  focusOn(nodeElement(bench, name));
  await press(bench, "Escape"); // nothing selected
  focusOn(nodeElement(bench, name));
  nodeElement(bench, name).dispatchEvent(new MouseEvent("pointerdown", { bubbles: true, button: 0 }));
  nodeElement(bench, name).dispatchEvent(new MouseEvent("pointerup", { bubbles: true, button: 0 }));
  await settle(bench.wire);
}

async function addNode(bench: Bench, name: string): Promise<void> {
  await press(bench, "n");
  await type(bench, name);
  await press(bench, "Enter");
}

async function connect(bench: Bench, target: string): Promise<void> {
  await press(bench, "e");
  await type(bench, target);
  await press(bench, "Enter");
}

it("the M-bias graph is drawn by keyboard alone", async () => {
  const bench = await open(EMPTY);
  bench.host.querySelector<SVGElement>(".cmg-svg")!.focus();
  for (const name of ["U1", "U2", "M", "X", "Y"]) await addNode(bench, name);
  expect(focused()).toBe("Y");
  await press(bench, "y");
  await on("U1", bench);
  await press(bench, "u");
  await connect(bench, "M");
  await on("U1", bench);
  await connect(bench, "X");
  await on("U2", bench);
  await press(bench, "u");
  await connect(bench, "M");
  await on("U2", bench);
  await connect(bench, "Y");
  await on("X", bench);
  await press(bench, "x");
  expect(edges(bench)).toEqual(["U1 -> M", "U1 -> X", "U2 -> M", "U2 -> Y"]);
  expect(Object.fromEntries(bench.kernel.document.nodes.map(({ name, roles }) => [name, roles]))).toEqual({
    U1: ["latent"], U2: ["latent"], M: [], X: ["exposure"], Y: ["outcome"],
  }); // prettier-ignore
  expect(said(bench)).toBe("X: exposure on.");
});

it("a hidden node is made a function of its parents, which is written and drawn", async () => {
  const bench = await open();
  await on("B", bench);
  await press(bench, "u");
  await press(bench, "f");
  expect(said(bench)).toBe("B: functional on.");
  expect(bench.kernel.document.nodes.find(({ name }) => name === "B")?.roles).toEqual(["latent", "functional"]);
  expect(bench.host.querySelector('[data-node-name="B"] .cmg-glyph-functional')).not.toBeNull();
});

describe("keys on nodes", () => {
  it("walk along edges in the direction of the arrow", async () => {
    const bench = await open();
    await on("A", bench);
    await press(bench, "ArrowDown");
    expect(focused()).toBe("B");
    await press(bench, "ArrowRight");
    expect(focused()).toBe("C");
    await press(bench, "ArrowRight");
    expect(focused()).toBe("C");
    expect(said(bench)).toBe("No node in that direction.");
  });

  it("select neighbours as well with Shift, and all of them move", async () => {
    const bench = await open();
    await on("A", bench);
    await press(bench, "Shift+ArrowDown", "Shift+ArrowRight");
    expect(said(bench)).toBe("3 nodes selected.");
    await press(bench, "Alt+ArrowRight");
    expect(bench.kernel.document.nodes.map(({ x }) => x)).toEqual([112, 112, 312]);
  });

  it("rename, and Esc drops what was typed", async () => {
    const bench = await open();
    await on("A", bench);
    await press(bench, "F2");
    await type(bench, "Age");
    await press(bench, "Enter");
    expect(names(bench)).toEqual(["Age", "B", "C"]);
    expect(focused()).toBe("Age");
    await press(bench, "F2");
    await type(bench, "Nothing");
    await press(bench, "Escape");
    expect(names(bench)).toEqual(["Age", "B", "C"]);
    expect(focused()).toBe("Age");
  });

  it("say why a name cannot be, and keep the field open", async () => {
    const bench = await open();
    await on("A", bench);
    await press(bench, "F2");
    await type(bench, "B");
    await press(bench, "Enter");
    expect(bench.host.querySelector("[role=alert]")?.textContent).toBe("Another node has this name.");
    await type(bench, " ");
    await press(bench, "Enter");
    expect(bench.host.querySelector("[role=alert]")?.textContent).toBe("A node needs a name.");
    expect(names(bench)).toEqual(["A", "B", "C"]);
  });

  it("delete, go on to a neighbour, undo and redo", async () => {
    const bench = await open();
    await on("A", bench);
    await press(bench, "Delete");
    expect(names(bench)).toEqual(["B", "C"]);
    expect(focused()).toBe("B");
    await press(bench, "Mod+z");
    expect(edges(bench)).toEqual(["A -> B", "B -> C"]);
    expect(said(bench)).toBe("Undone: A deleted.");
    await press(bench, "Mod+Shift+z");
    expect(names(bench)).toEqual(["B", "C"]);
  });

  it("nudge by 8 px, several presses as one step of undo", async () => {
    const bench = await open();
    await on("A", bench);
    await press(bench, "Alt+ArrowRight", "Alt+ArrowRight", "Alt+Shift+ArrowDown");
    expect(bench.kernel.document.nodes[0]).toMatchObject({ x: 120, y: 80 });
    await press(bench, "Mod+z");
    expect(bench.kernel.document.nodes[0]).toMatchObject({ x: 100, y: 40 });
  });

  it("refuse a cycle by name, and offer what could be meant", async () => {
    const bench = await open();
    await on("C", bench);
    await connect(bench, "A");
    expect(edges(bench)).toEqual(["A -> B", "B -> C"]);
    expect(bench.host.querySelector(".cmg-notice-text")?.textContent).toBe("C → A would close a cycle: C → A → B → C.");
    expect(edgeElement(bench, "A -> B").getAttribute("class")).toContain("is-flashing");
    button(bench, "Draw C ↔ A").click();
    await settle(bench.wire);
    expect(edges(bench)).toEqual(["A -> B", "B -> C", "C <-> A"]);
    expect(bench.host.querySelector(".cmg-notice")).toBeNull();
  });

  it("offer to reverse the edge that stands in the way", async () => {
    const bench = await open();
    await on("B", bench);
    await connect(bench, "A");
    button(bench, "Reverse A → B").click();
    await settle(bench.wire);
    expect(edges(bench)).toEqual(["B -> A", "B -> C"]);
  });

  it("lay the whole graph out as one step", async () => {
    const bench = await open();
    await on("A", bench);
    await press(bench, "l");
    const [a, b, c] = bench.kernel.document.nodes;
    expect(a!.y).toBeLessThan(b!.y);
    expect(b!.y).toBeLessThan(c!.y);
    await press(bench, "Mod+z");
    expect(bench.kernel.document.nodes).toEqual(CHAIN.nodes);
  });
});

describe("keys on edges", () => {
  it("reach, reverse and change them", async () => {
    const bench = await open();
    await on("A", bench);
    await press(bench, "]");
    expect(focused()).toBe("A -> B");
    await press(bench, "r");
    expect(edges(bench)).toEqual(["B -> A", "B -> C"]);
    expect(focused()).toBe("B -> A");
    await press(bench, "t");
    expect(edges(bench)).toEqual(["B -> C", "B <-> A"]);
    await press(bench, "Mod+z", "k");
    expect(bench.kernel.document.edges.find(({ target }) => target === "a")?.knowledge).toBe("required");
    await press(bench, "k");
    expect(edgeElement(bench, "B -> A").dataset.knowledge).toBe("forbidden");
    await press(bench, "Delete");
    expect(edges(bench)).toEqual(["B -> C"]);
  });
});

describe("the page around the editor", () => {
  it.each(["x", "d", "q", "Enter", "Delete", "ArrowDown", "Escape", "Mod+z", " "])("does not hear %s", async (chord) => {
    const bench = await open();
    const heard = vi.fn();
    document.addEventListener("keydown", heard);
    focusOn(nodeElement(bench, "A"));
    await press(bench, chord);
    document.removeEventListener("keydown", heard);
    expect(heard).not.toHaveBeenCalled();
    expect(nodeElement(bench, "A").hasAttribute("data-lm-suppress-shortcuts")).toBe(true);
  });

  it.each(["Tab", "Shift+Tab", "Mod+s", "Shift+Enter", "F5", "Mod+Enter", "Alt+w"])("hears %s, which does nothing here", async (chord) => {
    const bench = await open();
    const heard = vi.fn();
    document.addEventListener("keydown", heard);
    focusOn(nodeElement(bench, "A"));
    const event = await press(bench, chord);
    document.removeEventListener("keydown", heard);
    expect(heard).toHaveBeenCalledTimes(1);
    expect(event.defaultPrevented).toBe(false);
    expect(nodeElement(bench, "A").hasAttribute("data-lm-suppress-shortcuts")).toBe(false);
    expect(bench.kernel.document).toEqual(CHAIN);
  });

  it("does not hear what is typed into a field", async () => {
    const bench = await open();
    const heard = vi.fn();
    document.addEventListener("keydown", heard);
    await on("A", bench);
    await press(bench, "F2", "x", "Mod+z", "ArrowLeft");
    document.removeEventListener("keydown", heard);
    expect(heard).not.toHaveBeenCalled();
    expect(bench.kernel.document).toEqual(CHAIN);
  });

  it("gets the keyboard back by Esc", async () => {
    const bench = await open();
    await on("A", bench);
    await press(bench, "Escape");
    expect(focused()).toBe("A");
    await press(bench, "Escape");
    expect(document.activeElement).toBe(document.body);
  });
});

it("one thing on the canvas is reached by Tab", async () => {
  const bench = await open();
  const stops = () => [...bench.host.querySelectorAll<SVGElement>(".cmg-svg [tabindex='0'], .cmg-svg[tabindex='0']")].map((el) => el.dataset.nodeName ?? el.dataset.edge);
  expect(stops()).toEqual(["A"]);
  await on("C", bench);
  expect(stops()).toEqual(["C"]);
  await press(bench, "]");
  expect(stops()).toEqual(["B -> C"]);
});

it("nodes are named with their roles and neighbours", async () => {
  const bench = await open();
  expect(nodeElement(bench, "B").getAttribute("aria-label")).toBe("B, observed; parents: A; children: C");
});

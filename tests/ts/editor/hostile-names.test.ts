import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { asCode, pictureOf } from "../../../src/editor/export";
import { parseCell } from "../../../src/graph/notation";
import type { GraphDocument } from "../../../src/graph/model";
import { CHAIN, button, edge, edgeElement, focusOn, node, nodeElement, open, openStored, pointer, press, settle, type, type Bench } from "./bench";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

const NAMES = JSON.parse(readFileSync("tests/golden/hostile_names.json", "utf8")) as readonly string[];
const HARMLESS = "a harmless name that is too long for its box";

function documentWith(name: string): GraphDocument {
  const nodes = [...CHAIN.nodes, { ...node("D", 300, 240), name }];
  const edges = [...CHAIN.edges, edge("c", "d", { confidence: 0.5, bits: 3 })];
  return { ...CHAIN, nodes, edges, tiers: [["a"], ["b", "c", "d"]] };
}

/** A graph of all names, large enough for the map. */
function documentOf(names: readonly string[]): GraphDocument {
  const nodes = names.map((name, i) => ({ ...node(name, (i % 9) * 90, Math.floor(i / 9) * 60), id: `n${i}` }));
  const edges = names.slice(1).map((_, i) => edge(`n${i}`, `n${i + 1}`, { confidence: 0.5, bits: 3 }));
  return { ...CHAIN, nodes, edges, tiers: [["n0"], ["n1"]] };
}

/** All that the kernel may say of a graph, with the name wherever text stands. */
function overlayWith(name: string): object {
  const effect = {
    exposure: ["a"], outcome: ["d"], identified: true, summary: name, obstacle: name, instruments: [{ node: "d", given: ["b"] }],
    paths: [{ nodes: ["a", "b", "c", "d"], edges: ["ab", "bc", "cd"], kind: "causal", open: true }],
    adjustment_sets: [{ nodes: ["d"], current: true }, { nodes: ["b", "d"], current: false }], front_door_sets: [["d"]],
    estimand: { formula: { tag: "mrow", children: [{ tag: "mi", children: [name] }, name] }, assumption: name },
  }; // prettier-ignore
  return {
    rev: CHAIN.rev, effect, error: name, truncated: [name], columns: { missing: ["d"] },
    independences: [{ x: ["a"], y: ["d"], given: ["b"], note: name, test: { statistic: 1, p: 0.01, p_adjusted: 0.02, rejected: true } }],
    tests: { method: name, rows: 10, note: name }, bits: { source: name, saved: 3, edges: { cd: 3 } },
    comparison: { reference: name, shd: 1, sid: 1, f1: 0.5, note: name, edges: { cd: "added" }, missing: [{ source: "a", target: "d", mark: "->" }], missing_nodes: [name] },
  }; // prettier-ignore
}

/** The tags and attributes below an element. */
function shapeOf(host: Element): Set<string> {
  const elements = [...host.querySelectorAll("*")];
  return new Set(elements.flatMap((element) => [element.tagName, ...element.getAttributeNames()]));
}

/** Opens whatever shows names, one after the other; returns the tags and attributes that were ever seen. */
async function shapeWith(name: string): Promise<Set<string>> {
  const bench = await open(documentWith(name), { title: name, columns: [`${name}!`], overlay: overlayWith(name) });
  const seen = new Set<string>();
  const look = (): void => shapeOf(bench.host).forEach((part) => seen.add(part));
  const held = nodeElement(bench, name);
  button(bench, "Outline").click();
  await choose(bench, held);
  expect(bench.host.querySelector(".cmg-reading")?.textContent).toContain(name);
  look();
  await pointer(bench, "contextmenu", held.querySelector(".cmg-box")!, 300, 240);
  look();
  await press(bench, "Escape");
  await pointer(bench, "pointerover", edgeElement(bench, `C -> ${name}`), 300, 200);
  look();
  focusOn(nodeElement(bench, name));
  await press(bench, "/");
  await type(bench, name);
  look();
  await press(bench, "Escape");
  focusOn(nodeElement(bench, name));
  await press(bench, "e");
  await type(bench, "A");
  await press(bench, "Enter", "?");
  look();
  expect(bench.host.querySelector(".cmg-notice")).not.toBeNull();
  await pointer(bench, "dblclick", nodeElement(bench, name).querySelector(".cmg-box")!, 300, 240);
  look();
  bench.wire.down.push(JSON.stringify({ kind: "reject", gid: await pending(bench), reason: name, code: "cycle", cycle_path: [name, "A", name] }));
  await settle(bench.wire);
  expect(bench.host.querySelector(".cmg-notice")?.textContent).toContain(name);
  look();
  return seen;
}

async function choose(bench: Bench, element: Element): Promise<void> {
  element.dispatchEvent(new MouseEvent("pointerdown", { bubbles: true, button: 0 }));
  await settle(bench.wire);
}

/** Makes an edit that waits for its answer; returns its group's id. */
async function pending(bench: Bench): Promise<string> {
  await press(bench, "Escape");
  focusOn(nodeElement(bench, "A"));
  nodeElement(bench, "A").dispatchEvent(new MouseEvent("pointerdown", { bubbles: true, button: 0 }));
  document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "u", bubbles: true }));
  const sent = JSON.parse(bench.wire.up.splice(0).at(-1) ?? "{}") as { gid?: string };
  return sent.gid ?? "";
}

describe("a hostile name", () => {
  let harmless: ReadonlySet<string>;

  it.each(NAMES)("is no markup on the canvas, in a menu, a panel or a notice: %s", async (name) => {
    harmless ??= await shapeWith(HARMLESS);
    document.body.replaceChildren();
    expect([...(await shapeWith(name))].filter((part) => !harmless.has(part))).toEqual([]);
    expect("hacked" in window).toBe(false);
  });
});

describe("hostile names all together", () => {
  const namesIn = (root: ParentNode): (string | null)[] => [...root.querySelectorAll("[data-node-name]")].map((el) => el.getAttribute("data-node-name"));

  it("are no markup in a stored graph", async () => {
    const usual = shapeOf(await openStored(documentOf(NAMES.map((_, i) => `${HARMLESS} ${i}`))));
    document.body.replaceChildren();
    const host = await openStored(documentOf(NAMES));
    expect([...shapeOf(host)].filter((part) => !usual.has(part))).toEqual([]);
    expect(namesIn(host)).toEqual(NAMES);
    expect(host.querySelector(".cmg-minimap")).not.toBeNull();
  });

  it("are text in the picture that is saved", async () => {
    const bench = await open(documentOf(NAMES));
    const canvas = bench.host.querySelector<SVGSVGElement>(".cmg-svg")!;
    const picture = new DOMParser().parseFromString(pictureOf(canvas, [0, 0, 400, 300], "white"), "image/svg+xml");
    expect(picture.querySelector("parsererror, script, image, foreignObject, use, [onload], [href]")).toBeNull();
    expect(namesIn(picture)).toEqual(NAMES);
  });

  it("survive the copy as code", () => {
    for (const name of NAMES) {
      const copied: GraphDocument = { ...CHAIN, nodes: [{ ...node("A"), name }, node("B")], edges: [edge("a", "b")] };
      const cell = parseCell(asCode(copied, name).split("\n").slice(1).join("\n"));
      expect(cell.graph.edges).toMatchObject([{ source: name, target: "B" }]);
      expect(asCode(copied, "g")).not.toContain("{{");
      expect(asCode(copied, name).split("\n")[0]).toMatch(/^%%causal graph -o [\p{L}_][\p{L}\p{N}_]*$/u);
    }
  });
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CHAIN, button, nodeElement, open, said, settle, type Bench } from "./bench";

const edge = (source: string, target: string, rest: object = {}): object => ({ source, target, mark: "->", confidence: null, bits: null, ...rest });
const regime = (rest: object = {}): object => ({
  title: "Batch April", words: "regime 1 of world 0", changed: ["b"], since: "the batch before", edges: [edge("a", "c", { confidence: 0.5, bits: 12 })], ...rest,
}); // prettier-ignore
const overlay = (told: object | null): object => ({ rev: CHAIN.rev, independences: [], truncated: [], regime: told });

const viewed = ({ host }: Bench): string[] => [...host.querySelectorAll<SVGElement>("[data-viewed]")].map(({ dataset }) => dataset.viewed ?? "");
const ownEdges = ({ host }: Bench): number => host.querySelectorAll("[data-edge]").length;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

test("the graph of a regime stands in place of the drawn one, with its evidence, and changed mechanisms are marked", async () => {
  const bench = await open(CHAIN, { overlay: overlay(regime()) });
  expect(viewed(bench)).toEqual(["A -> C"]);
  expect(ownEdges(bench)).toBe(0);
  expect(bench.host.querySelector("[data-viewed]")!.getAttribute("aria-label")).toBe("A -> C, confidence 0.5 · saves 12 bits");
  expect(bench.host.querySelector("[data-viewed] .cmg-line")!.getAttribute("stroke-width")).toBe("2.5");
  expect(nodeElement(bench, "B").getAttribute("aria-label")).toMatch(/; mechanism changed$/);
  expect(nodeElement(bench, "B").querySelectorAll(".cmg-change, .cmg-change-sign")).toHaveLength(2);
  expect(nodeElement(bench, "A").querySelector(".cmg-change")).toBeNull();
  expect(bench.host.querySelector(".cmg-view-bar")!.textContent).toContain("Batch April regime 1 of world 0");
  expect(bench.host.querySelector(".cmg-inspector")!.textContent).toContain("Δ other than in the batch before: B");
});

test("the graph itself is a press away, and the next batch is shown again", async () => {
  const bench = await open(CHAIN, { overlay: overlay(regime()) });
  button(bench, "Back to the graph").click();
  await settle(bench.wire);
  expect([viewed(bench), ownEdges(bench)]).toEqual([[], 2]);
  expect(nodeElement(bench, "B").querySelector(".cmg-change")).toBeNull();
  bench.wire.set("overlay", overlay(regime()));
  await settle(bench.wire);
  expect(ownEdges(bench)).toBe(2);
  bench.wire.set("overlay", overlay(regime({ title: "Batch May", changed: ["a", "c"], edges: [edge("c", "b")] })));
  await settle(bench.wire);
  expect(viewed(bench)).toEqual(["C -> B"]);
  expect(said(bench)).toBe("Batch May, regime 1 of world 0, is shown. Other mechanisms than in the batch before: {A, C}.");
});

test("where the drawn graph is the regime's own, only mechanisms are marked; another view takes its place", async () => {
  const bench = await open(CHAIN, { overlay: overlay(regime({ edges: null })) });
  expect([viewed(bench), ownEdges(bench)]).toEqual([[], 2]);
  expect(bench.host.querySelector(".cmg-view-bar")).toBeNull();
  expect(nodeElement(bench, "B").querySelector(".cmg-change")).not.toBeNull();
  bench.wire.set("overlay", overlay(null));
  await settle(bench.wire);
  expect(nodeElement(bench, "B").querySelector(".cmg-change")).toBeNull();
});

test("odd edges and nodes that are gone break nothing", async () => {
  const odd = [null, edge("a", "gone"), edge("a", "b", { mark: "=>" }), edge("b", "c", { confidence: "much" })];
  const bench = await open(CHAIN, { overlay: overlay(regime({ changed: ["gone", 3], edges: odd })) });
  expect(viewed(bench)).toEqual(["B -> C"]);
});

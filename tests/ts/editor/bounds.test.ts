import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { endsWords, follow, gainWords, readBounds, type Told } from "../../../src/editor/bounds";
import { CHAIN, edge, node, open, settle, type Bench } from "./bench";

const DOCUMENT = { ...CHAIN, nodes: [node("X", 0, 0, "exposure"), node("Y", 0, 90, "outcome"), node("Z", 90, 0)], edges: [edge("x", "y"), edge("z", "x"), edge("z", "y")] };
const EFFECT = {
  exposure: ["x"], outcome: ["y"], identified: true, summary: "", paths: [], adjustment_sets: [], adjusted: { nodes: [] }, front_door_sets: [],
  instruments: [], estimand: null,
}; // prettier-ignore
const STEP = { words: "back-door {Z}", gain: 0.123, reason: "Z blocks every back-door path." };

const boundsOf = (now: readonly number[], rest: object = {}): object => ({ start: [0, 0.7], now, sharp: false, steps: [STEP], notes: [], summary: "The PNS of X on Y.", problem: null, ...rest });
const overlayOf = (bounds: object | null, rest: object = {}): object => ({ rev: CHAIN.rev, effect: EFFECT, independences: [], truncated: [], bounds, ...rest });
const told = (now: readonly number[]): Told => readBounds(boundsOf(now))!;

const part = ({ host }: Bench): HTMLElement | null => host.querySelector<HTMLElement>(".cmg-bounds");
const words = (bench: Bench): string => (part(bench)?.querySelector("p")?.textContent ?? "").replace(/\s+/g, " ");

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

test("bounds are read, and odd ones are none", () => {
  expect(readBounds(boundsOf([0.2, 0.57]))).toMatchObject({ bounds: { start: [0, 0.7], now: [0.2, 0.57], steps: [STEP], notes: [] } });
  expect(readBounds({ problem: "Too many values." })).toEqual({ problem: "Too many values." });
  for (const odd of [null, 3, {}, { start: [0], now: [0, 1] }, { start: [0, 1], now: ["0", 1] }, { start: [0, Number.NaN], now: [0, 1] }]) {
    expect(readBounds(odd)).toBeNull();
  }
  const loose = readBounds({ ...boundsOf([0, 1]), steps: [3, { words: 4, gain: "much" }], notes: [5, "kept"], summary: {} });
  expect(loose).toEqual({ bounds: { start: [0, 0.7], now: [0, 1], steps: [{ words: "", gain: 0, reason: "" }], notes: ["kept"], summary: "" } });
});

test("ends and gains are of two digits", () => {
  expect([endsWords([0.2, 0.567]), endsWords([0.2512, 0.2533]), endsWords([0, 1])]).toEqual(["0.20 – 0.57", "0.25", "0.00 – 1.00"]);
  expect([gainWords(0.123), gainWords(0.0051)]).toEqual(["−0.12", "−0.005"]);
});

test("what was before is kept until the drawing changes again or another question is asked", () => {
  const first = follow(null, told([0, 0.7]), false, "q", "one");
  expect(first?.before).toBeNull();
  const second = follow(first, told([0.2, 0.5]), false, "q", "two");
  expect(second?.before).toEqual([0, 0.7]);
  expect(follow(second, told([0.2, 0.5]), false, "q", "two")?.before).toEqual([0, 0.7]);
  expect(follow(second, told([0.2, 0.5]), false, "q", "three")?.before).toBeNull();
  expect(follow(second, told([0.1, 0.3]), false, "other", "two")?.before).toBeNull();
  expect(follow(second, { problem: "none" }, false, "q", "four")).toMatchObject({ told: { problem: "none" }, before: null });
});

test("while others are computed the earlier bounds are shown as waiting, and none where nothing is asked", () => {
  const shown = follow(null, told([0.2, 0.5]), false, "q", "one");
  expect(follow(shown, null, true, "q", "two")).toMatchObject({ waiting: true, told: told([0.2, 0.5]) });
  expect(follow(shown, null, true, "other", "two")).toBeNull();
  expect(follow(shown, null, false, "q", "two")).toBeNull();
});

test("the panel shows the bounds with what each step gains", async () => {
  const bench = await open(DOCUMENT, { overlay: overlayOf(boundsOf([0.2, 0.57], { notes: ["3 rows with gaps left out."] })) });
  expect(words(bench)).toBe("PNS 0.20 – 0.57");
  const rows = [...part(bench)!.querySelectorAll("li")].map((item) => [...item.children].map((child) => child.textContent));
  expect(rows).toEqual([["data alone", "0.00 – 0.70"], ["back-door {Z}", "−0.12"]]);
  expect(part(bench)!.querySelectorAll("li")[1]!.title).toBe(STEP.reason);
  expect(part(bench)!.querySelector("details")?.textContent).toBe("1 note3 rows with gaps left out.");
  const now = part(bench)!.querySelector<HTMLElement>(".cmg-track .is-now")!;
  expect([now.style.left, Number.parseFloat(now.style.width)]).toEqual(["20%", expect.closeTo(37)]);
});

test("an edit shows before and after, greyed while it is computed", async () => {
  const bench = await open(DOCUMENT, { overlay: overlayOf(boundsOf([0, 0.7], { steps: [] })) });
  bench.wire.set("overlay", overlayOf(null, { waiting: "reading the data" }));
  await settle(bench.wire);
  expect(part(bench)?.classList.contains("is-waiting")).toBe(true);
  expect(words(bench)).toBe("PNS 0.00 – 0.70");
  bench.wire.set("overlay", overlayOf(boundsOf([0.2, 0.57])));
  await settle(bench.wire);
  expect(part(bench)?.classList.contains("is-waiting")).toBe(false);
  expect(words(bench)).toBe("PNS 0.00 – 0.70 → 0.20 – 0.57");
  expect(bench.root.textContent).toContain("PNS 0.20 – 0.57.");
});

test("where there are none, the reason is told, and without data nothing", async () => {
  const bench = await open(DOCUMENT, { overlay: overlayOf({ problem: "Expected a treatment with two levels, got 3 in 'X'." }) });
  expect(part(bench)).toBeNull();
  expect(bench.host.querySelector(".cmg-no-bounds")?.textContent).toBe("No PNS: Expected a treatment with two levels, got 3 in 'X'.");
  bench.wire.set("overlay", overlayOf(null));
  await settle(bench.wire);
  expect(bench.host.querySelector(".cmg-no-bounds")).toBeNull();
});

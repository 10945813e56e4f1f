import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CHAIN, edge, node, open, settle, type Bench } from "./bench";

const DOCUMENT = {
  ...CHAIN,
  nodes: [node("X", 100, 40, "exposure"), node("Y", 100, 240, "outcome"), node("Z", 240, 140, "adjusted"), node("W", 300, 40)],
  edges: [edge("x", "y"), edge("z", "x"), edge("z", "y"), edge("w", "z")],
};
const BLOCKED = { nodes: ["x", "z", "y"], edges: ["zx", "zy"], kind: "biasing", open: false, blockers: [{ node: "z", reason: "adjusted for" }] };
const CAUSAL = { nodes: ["x", "y"], edges: ["xy"], kind: "causal", open: true, blockers: [] };

const effectWith = (adjusted: object, sets: object[]): object => ({
  exposure: ["x"], outcome: ["y"], identified: true, summary: "It is identified.", paths: [CAUSAL, BLOCKED], adjustment_sets: sets, adjusted,
  front_door_sets: [], instruments: [], estimand: { formula: { tag: "mo", children: ["("] }, latex: "P", method: "adjustment" },
}); // prettier-ignore

const overlayWith = (effect: object, rest: object = {}): object => ({ rev: CHAIN.rev, effect, independences: [], truncated: [], ...rest });

const MINIMAL = effectWith({ nodes: ["z"], suffices: true, minimal: true, lacks: [] }, [{ nodes: ["z"], current: true }]);

function press({ host }: Bench, name: string): void {
  host.querySelector<HTMLButtonElement>(`[aria-label="${name}"]`)!.click();
}

const rolesOf = ({ kernel }: Bench, id: string): readonly string[] => kernel.document.nodes.find((each) => each.id === id)!.roles;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

test("a set that is adjusted for is taken back by the same click", async () => {
  const bench = await open(DOCUMENT, { overlay: overlayWith(MINIMAL) });
  press(bench, "Adjust for Z");
  await settle(bench.wire);
  expect(rolesOf(bench, "z")).toEqual([]);
  press(bench, "Adjust for Z");
  await settle(bench.wire);
  expect(rolesOf(bench, "z")).toEqual(["adjusted"]);
});

test.each([
  [{ suffices: true, lacks: [] }, "Adjusted for Z: enough, and more than is needed."],
  [{ suffices: false, lacks: ["w"] }, "Adjusted for Z: not enough without W."],
  [{ suffices: false, lacks: [] }, "Adjusted for Z: no set that holds it will do."],
])("what is adjusted for but is no minimal set is judged: %o", async (state, words) => {
  const effect = effectWith({ nodes: ["z"], minimal: false, ...state }, [{ nodes: ["w"], current: false }]);
  const { host } = await open(DOCUMENT, { overlay: overlayWith(effect) });
  expect(host.querySelector(".cmg-adjusted-now")?.textContent).toBe(words);
  expect(host.querySelector('[aria-label="Adjust for Z"]')?.getAttribute("aria-pressed")).toBe("true");
});

test("sets for the direct effect are listed, and no reproach is made for choosing one", async () => {
  const effect = { ...effectWith({ nodes: ["z"], suffices: false, minimal: false, lacks: [] }, []), direct_sets: [{ nodes: ["z"], current: true }] };
  const { host } = await open(DOCUMENT, { overlay: overlayWith(effect) });
  const rows = [...host.querySelectorAll(".cmg-reading .cmg-sets")].map((row) => row.textContent);
  expect(rows).toEqual(expect.arrayContaining(["Adjust forno set will do", "For the direct effectZ"]));
  expect(host.querySelector(".cmg-adjusted-now")).toBeNull();
});

test("a path is read with its arrows and with what blocks it", async () => {
  const { host } = await open(DOCUMENT, { overlay: overlayWith(MINIMAL) });
  const names = [...host.querySelectorAll(".cmg-path-item")].map((item) => item.getAttribute("aria-label"));
  expect(names).toEqual(["causal path: X → Y", "blocked path: X ← Z → Y, blocked at Z (adjusted for)"]);
});

test("a path that is chosen stays lit alone through the next answer", async () => {
  const bench = await open(DOCUMENT, { overlay: overlayWith(MINIMAL) });
  const lit = (): number => bench.host.querySelectorAll(".cmg-path").length;
  expect(lit()).toBe(1);
  press(bench, "blocked path: X ← Z → Y, blocked at Z (adjusted for)");
  await settle(bench.wire);
  expect(lit()).toBe(2);
  bench.wire.set("overlay", overlayWith(structuredClone(MINIMAL)));
  await settle(bench.wire);
  expect(lit()).toBe(2);
});

test("what is still being computed is said, and tests without a correction have no verdict", async () => {
  const told = { statistic: 1, p: 0.01, p_adjusted: null, rejected: false };
  const rest = { waiting: "1 of 2 tested", tests: { method: "kernel", rows: "400 of 800 rows", note: "" }, independences: [{ x: ["x"], y: ["w"], given: ["z"], test: told }] };
  const { host } = await open(DOCUMENT, { overlay: overlayWith(MINIMAL, rest) });
  expect(host.querySelector(".cmg-reading")?.getAttribute("aria-busy")).toBe("true");
  expect(host.querySelector(".cmg-waiting")?.textContent).toBe("1 of 2 tested …");
  expect(host.querySelector(".cmg-implications")?.textContent).toContain("X ⊥ W | Z.010");
  expect(host.querySelector(".cmg-yes, .cmg-no")).toBeNull();
  expect(host.textContent).toContain("kernel, 400 of 800 rows");
});

import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { renderReadOnly } from "../../../src/editor";
import { beliefBeside } from "../../../src/editor/experiments/belief";
import { readExperiments } from "../../../src/editor/experiments/told";
import { actionWords, beliefWords, stepWords } from "../../../src/editor/experiments/words";
import { signed } from "../../../src/editor/wording";
import { CHAIN, button, edge, edgeElement, edges, open, said, settle, type Bench } from "./bench";

const step = (set: unknown, phase: string, deviations: readonly number[], belief: unknown, rest: object = {}): object => ({
  set, phase, words: `Words of ${phase}.`, moved: ["a", "b", "c"].filter((_, place) => Math.abs(deviations[place] ?? 0) > 2),
  values: deviations.map((each) => each / 2), deviations, preferences: [["a", 2, 0.7, null], ["b", -2, 0.2, null]], belief, ...rest,
}); // prettier-ignore
const told = (rest: object = {}): object => ({
  rev: CHAIN.rev, problem: null, nodes: ["a", "b", "c"], goal: "c", conclusion: "A it is.", notes: ["Small."],
  steps: [
    step(["a", 2], "exploring 1 of 2", [4, 3, 0.2], []),
    step(["b", -2], "exploring 2 of 2", [0, -4, -2.5], [["a", "b", 0.8]]),
    step(["a", 2], "using 1 of 1", [4, 3, 5], [["a", "b", 0.9], ["c", "b", 0.6], ["a", "c", 0.5]], { preferences: [["a", 2, 0.9, 2.5]] }),
  ],
  ...rest,
}); // prettier-ignore

const strip = ({ host }: Pick<Bench, "host">): HTMLElement | null => host.querySelector<HTMLElement>(".cmg-strip");
const words = (bench: Bench): string => strip(bench)?.querySelector(".cmg-step-words")?.textContent ?? "";
const marks = ({ host }: Pick<Bench, "host">): string[] => [...host.querySelectorAll("[data-mark]")].map((mark) => mark.getAttribute("aria-label") ?? "");
const viewed = ({ host }: Bench): [string, string | undefined][] =>
  [...host.querySelectorAll<SVGElement>(".cmg-drawing [data-viewed]")].map(({ dataset }) => [dataset.viewed ?? "", dataset.difference]);
const slider = (bench: Bench): HTMLInputElement => strip(bench)!.querySelector("input")!;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

describe("what is told", () => {
  it("is nothing without a policy, and is waited for", () => {
    expect([undefined, null, {}, { rev: "1" }, 3].map(readExperiments)).toEqual([null, null, null, null, null]);
    expect(readExperiments({ rev: -1 })).toMatchObject({ rev: -1, problem: "", found: null });
    expect(readExperiments({ rev: 2, problem: "No." })).toMatchObject({ problem: "No.", found: null });
  });

  it("is read without its odd parts", () => {
    const odd = step([3, 4], "p", [1, Infinity, 2.5], [["a", "b"], ["a", "b", 0.9], 3], { preferences: [null, ["a", "x", 1], ["b", 2, 0.5]] });
    const [first] = readExperiments(told({ steps: [odd, null] }))?.found?.steps ?? [];
    expect(first?.set).toBeNull();
    expect([...(first?.measured ?? [])].map(([id, { moved }]) => [id, moved])).toEqual([["a", false], ["c", true]]);
    expect(first?.belief).toEqual([{ source: "a", target: "b", confidence: 0.9 }]);
    expect(first?.preferences).toEqual([{ node: "b", setting: 2, share: 0.5, expected: null }]);
  });
});

it("words are short", () => {
  expect([0, 2, -0.314, 14.53, -123.4, 0.004, 0.999].map(signed)).toEqual(["0", "+2", "−0.31", "+14.5", "−123", "0", "+1"]);
  expect(actionWords(CHAIN, { node: "b", setting: -2 })).toBe("B to −2");
  const found = readExperiments(told())!.found!;
  expect(stepWords(found, 0)).toBe("Step 1 of 3, exploring 1 of 2. Words of exploring 1 of 2.");
  expect(stepWords(found, 2)).toBe("Step 3 of 3, using 1 of 1. Words of using 1 of 1. A it is.");
});

it("a belief is held against what is drawn", () => {
  const drawn = [edge("a", "b"), edge("b", "c"), edge("c", "d"), edge("a", "d", { mark: "<->" }), edge("d", "a", { knowledge: "forbidden" })];
  const belief = beliefBeside([{ source: "a", target: "b", confidence: 0.9 }, { source: "c", target: "b", confidence: 0.6 }, { source: "a", target: "d", confidence: 0.5 }], drawn); // prettier-ignore
  expect(belief.map(({ source, target, status }) => [source + target, status])).toEqual([["ab", null], ["cb", "reversed"], ["ad", "added"], ["cd", "missing"]]);
  expect(beliefWords(belief)).toBe("1 of 3 edges, × 1 missing, ⇄ 1 reversed, + 1 added");
  expect(beliefWords([])).toBe("0 of 0 edges");
});

describe("the strip", () => {
  it("is there only with a policy", async () => {
    expect(strip(await open())).toBeNull();
    const waiting = await open(CHAIN, { experiments: { rev: -1 } });
    expect(strip(waiting)?.textContent).toBe("The policy is about to experiment …");
    expect(strip(waiting)?.dataset.experiments).toBe("stale");
  });

  it("shows the last step first, with what is concluded", async () => {
    const bench = await open(CHAIN, { experiments: told() });
    expect(strip(bench)?.dataset.experiments).toBe("fresh");
    expect(words(bench)).toBe("Words of using 1 of 1.");
    expect(strip(bench)!.querySelector(".cmg-conclusion")!.className).not.toContain("is-ahead");
    expect(strip(bench)!.querySelector(".cmg-conclusion")!.textContent).toBe("A it is. Small.");
    expect(strip(bench)!.querySelector(".is-taken")!.textContent).toBe("A to +290 % → C +2.5");
    expect(marks(bench)).toEqual(["A is set to +2", "B is +1.5, +3 sd from its natural mean", "C, the goal, is +2.5, +5 sd from its natural mean"]);
    expect(bench.host.querySelectorAll(".cmg-gauge.has-moved")).toHaveLength(2);
  });

  it("is stepped through by buttons and slider, and each step is said", async () => {
    const bench = await open(CHAIN, { experiments: told() });
    button(bench, "One step back").click();
    await settle(bench.wire);
    expect(said(bench)).toBe("Step 2 of 3, exploring 2 of 2. Words of exploring 2 of 2.");
    expect(edgeElement(bench, "A -> B").getAttribute("class")).toContain("is-cut");
    expect(edgeElement(bench, "B -> C").getAttribute("class")).not.toContain("is-cut");
    expect(strip(bench)!.querySelector(".cmg-conclusion")!.className).toContain("is-ahead");
    button(bench, "First step").click();
    await settle(bench.wire);
    expect([slider(bench).value, slider(bench).getAttribute("aria-valuetext")]).toEqual(["0", said(bench)]);
    button(bench, "One step back").click();
    slider(bench).value = "2";
    slider(bench).dispatchEvent(new Event("input", { bubbles: true }));
    await settle(bench.wire);
    expect(words(bench)).toBe("Words of using 1 of 1.");
  });

  it("is played from the start, and stops at the end or where it is stopped", async () => {
    const bench = await open(CHAIN, { experiments: told() });
    button(bench, "Play the steps").click();
    await vi.advanceTimersByTimeAsync(50);
    expect([slider(bench).value, button(bench, "Pause").title]).toEqual(["0", "Pause"]);
    await vi.advanceTimersByTimeAsync(2_500);
    expect([slider(bench).value, button(bench, "Play the steps").title]).toEqual(["2", "Play the steps"]);
    button(bench, "Play the steps").click();
    await vi.advanceTimersByTimeAsync(50);
    button(bench, "Pause").click();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(slider(bench).value).toBe("0");
  });

  it("its belief takes the edges' place, with its differences", async () => {
    const bench = await open(CHAIN, { experiments: told() });
    expect(viewed(bench)).toEqual([]);
    button(bench, "Its belief").click();
    await settle(bench.wire);
    expect(viewed(bench)).toEqual([["A -> B", undefined], ["C -> B", "reversed"], ["A -> C", "added"]]);
    expect(bench.host.querySelectorAll("[data-edge]")).toHaveLength(0);
    button(bench, "First step").click();
    await settle(bench.wire);
    expect(viewed(bench)).toEqual([["A -> B", "missing"], ["B -> C", "missing"]]);
    button(bench, "Its belief").click();
    await settle(bench.wire);
    expect(bench.host.querySelectorAll("[data-edge]")).toHaveLength(2);
  });

  it("is closed and opened from the menu", async () => {
    const bench = await open(CHAIN, { experiments: told() });
    for (const shown of [false, true]) {
      button(bench, "What is shown").click();
      await settle(bench.wire);
      [...bench.host.querySelectorAll<HTMLElement>("[role=menuitemcheckbox]")].find(({ textContent }) => textContent === "Experiments")!.click();
      await settle(bench.wire);
      expect([strip(bench) !== null, marks(bench).length > 0]).toEqual([shown, shown]);
    }
  });
});

describe("an edit", () => {
  it("greys what was found until it is found anew; the step that was looked at stays", async () => {
    const bench = await open(CHAIN, { experiments: told() });
    button(bench, "First step").click();
    bench.kernel.python([{ op: "set_node", id: "a", roles: ["functional"] }]);
    await settle(bench.wire);
    expect(strip(bench)?.dataset.experiments).toBe("stale");
    expect(strip(bench)?.textContent).toContain("experimenting anew …");
    bench.wire.set("experiments", told({ rev: 5, conclusion: "B it is." }));
    await settle(bench.wire);
    expect(strip(bench)?.dataset.experiments).toBe("fresh");
    expect(said(bench)).toBe("B it is.");
    expect(words(bench)).toBe("Words of exploring 1 of 2.");
  });

  it("that allows no experiments is told why, and the next that does shows them", async () => {
    const bench = await open(CHAIN, { experiments: told() });
    bench.wire.set("experiments", { rev: CHAIN.rev, problem: "Draw no cycle." });
    await settle(bench.wire);
    expect(strip(bench)?.textContent).toBe("No experiments on this graph: Draw no cycle.");
    expect([marks(bench), said(bench)]).toEqual([[], "No experiments: Draw no cycle."]);
    bench.wire.set("experiments", told());
    await settle(bench.wire);
    expect(words(bench)).toBe("Words of using 1 of 1.");
  });

  it("that takes a node away leaves the others their marks", async () => {
    const bench = await open(CHAIN, { experiments: told() });
    bench.kernel.python([{ op: "delete_node", id: "c" }]);
    await settle(bench.wire);
    expect(marks(bench)).toHaveLength(2);
    expect(edges(bench)).toEqual(["A -> B"]);
  });
});

it("a stored graph keeps its experiments", async () => {
  const host = document.body.appendChild(document.createElement("div"));
  renderReadOnly(host, CHAIN, { name: "g", experiments: told() });
  await settle();
  expect(strip({ host })?.dataset.experiments).toBe("fresh");
  expect(marks({ host })).toHaveLength(3);
});

it("axe finds nothing serious", async () => {
  const bench = await open(CHAIN, { experiments: told() });
  vi.useRealTimers();
  HTMLCanvasElement.prototype.getContext = () => null; // jsdom has none, and axe asks for one
  const { violations } = await axe.run(bench.host, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
});

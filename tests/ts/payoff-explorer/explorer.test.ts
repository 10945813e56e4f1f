import axe from "axe-core";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { choose, drawn, facts, open, openStored, press, raw, rows, said, shares, slide, slider, STUDY, type } from "./bench";

beforeAll(() => {
  // What jsdom lacks.
  HTMLCanvasElement.prototype.getContext = () => null;
  Element.prototype.setPointerCapture = () => undefined;
});
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

const told = (kernel: { told: [string, unknown][] }, trait: string): unknown[] => kernel.told.filter(([name]) => name === trait).map(([, value]) => value);

describe("what is drawn", () => {
  test("is a row for each stratum by its midpoint, and what is known of each", async () => {
    const { root } = await open(STUDY);
    expect(rows(root)).toEqual(["s0 treat", "s3 undecided", "s2 undecided", "s1 refuse"]);
    expect(shares(root)).toBe("treat 25 %, undecided 50 %, refuse 25 %");
    expect(root.querySelector(".cmv-head")!.textContent).toContain("incentive → learned: 4 strata, 400 units");
    expect([...root.querySelectorAll(".cmx-treated")].map(({ textContent }) => textContent)).toEqual(["✓", "✓", "✓", ""]);
    expect(facts(root)).toContain("Treated: 75 % of units, in 3 stratatogether they gain 50 to 120");
    expect(root.querySelector('[data-stratum="1"]')!.getAttribute("aria-label")).toBe("s1: 100 units, benefit −1.1 to −1, refuse, not treated by the rule");
  });

  test("moves with a slider, also before it is let go of; then the kernel hears of it", async () => {
    const { root, kernel } = await open(STUDY);
    await slide(root, "defier", 0, false);
    expect(rows(root)).toEqual(["s0 treat", "s3 treat", "s2 treat", "s1 undecided"]);
    expect(told(kernel, "weights")).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(told(kernel, "weights")).toEqual([[[0, 1], [0, 0]]]);
    expect(said(root)).toContain("Weights: complier 1, always-taker 0, never-taker 0, defier 0: treat 75 %");
    await type(root, "complier", "-12.5");
    expect(told(kernel, "weights").at(-1)).toEqual([[0, -12.5], [0, 0]]);
    expect(slider(root, "complier").max).toBe("20");
    await type(root, "complier", "");
    expect(told(kernel, "weights")).toHaveLength(2);
    [...root.querySelectorAll("button")].find(({ textContent }) => textContent === "Reset")!.click();
    await drawn();
    expect(told(kernel, "weights").at(-1)).toEqual([[0, 1], [-2, 0]]);
  });

  test("follows Python, though not against a hand that holds a slider", async () => {
    const { root, kernel } = await open(STUDY);
    kernel.say({ weights: [[0, 1], [0, 0]], rule: "certain", budget: 50 });
    await drawn();
    expect(slider(root, "defier").valueAsNumber).toBe(0);
    expect(root.querySelector<HTMLSelectElement>(".cmx-deciding select")!.value).toBe("certain");
    expect([...root.querySelectorAll(".cmx-treated")].map(({ textContent }) => textContent)).toEqual(["50 %", "", "", ""]);
    await slide(root, "defier", -3, false);
    kernel.say({ weights: [[0, 0], [0, 0]] });
    await vi.advanceTimersByTimeAsync(200);
    expect(told(kernel, "weights")).toEqual([[[0, 1], [-3, 0]]]);
    kernel.say({ study: raw([[0.5, 0.5]]), selected: null });
    await drawn();
    expect(rows(root)).toEqual(["s0 undecided"]);
  });

  test("shows confidence intervals of these weights alone", async () => {
    const bounds = { interval_lower: [0.1, -2, -1, -1], interval_upper: [1, 0, 1, 1] };
    const { root, kernel } = await open(STUDY, { answer: { weights: [[0, 1], [-2, 0]], confidence: 0.9, ...bounds } });
    expect(root.querySelectorAll(".cmx-whisker")).toHaveLength(4);
    root.querySelector<SVGElement>('[data-stratum="1"]')!.dispatchEvent(new MouseEvent("mouseenter"));
    await drawn();
    expect(facts(root)).toContain("benefit −1.1 to −1 (90 %: −2 to 0)refuse · not treated by the rule");
    await slide(root, "defier", -1);
    expect(root.querySelectorAll(".cmx-whisker")).toHaveLength(0);
    kernel.say({ answer: { weights: [[0, 1], [-1, 0]], confidence: 0.9, ...bounds } });
    await drawn();
    expect(root.querySelectorAll(".cmx-whisker")).toHaveLength(4);
  });

  test("has a matrix of more levels; names are never markup", async () => {
    const evil = '<img src=x onerror="window.hit=1">';
    const cells = [0.2, 0.3, 0.5, 0.1, 0.2, 0.7];
    const study = raw([[0, 0]], { levels: [evil, "low", "high"], strata: [evil], payoff: [[0, 1, 2], [-1, 0, 1], [-2, -1, 0]], groups: [{ sources: "experiment", strata: [0], cells }] });
    const { root, kernel } = await open(study, { axes: [[0, 2], [2, 0]] });
    expect(root.querySelectorAll("[data-weight]")).toHaveLength(9);
    expect(root.querySelector("img")).toBeNull();
    await slide(root, "low → high", 3);
    expect(told(kernel, "weights")).toEqual([[[0, 1, 2], [-1, 0, 3], [-2, -1, 0]]]);
    expect([...root.querySelectorAll(".cmx-choice select")].map((each) => (each as HTMLSelectElement).value)).toEqual([`high → ${evil}`, `${evil} → high`]);
  });

  test("is nothing where the study is odd", async () => {
    for (const odd of ["<b>", null, {}, { ...STUDY, strata: [] }, { ...STUDY, share: [1] }, { ...STUDY, payoff: [[0, 1]] }, { ...STUDY, cost: [0, 1, 1, 1] }]) {
      const { root } = await open(odd ?? {});
      expect(root.textContent).toContain("No strata to show.");
    }
  });
});

describe("where the kernel computes", () => {
  const study = raw([[0.1, 0.8], [0.9, 0.4]], { groups: [] });

  test("rows wait for its answer, and the phase map says why there is none", async () => {
    const { root, kernel } = await open(study, { answer: { weights: [[0, 1], [-2, 0]], lower: [0.5, -1], upper: [0.7, 0.2] } });
    expect(rows(root)).toEqual(["s0 treat", "s1 undecided"]);
    expect(root.querySelector(".cmx-phase")!.textContent).toContain("The kernel computes these bounds");
    await slide(root, "defier", -4);
    expect(root.querySelector(".is-stale")).not.toBeNull();
    kernel.say({ answer: { weights: [[0, 1], [-4, 0]], lower: [-0.5, -2], upper: [0.5, -1] } });
    await drawn();
    expect(root.querySelector(".is-stale")).toBeNull();
    expect(rows(root)).toEqual(["s0 undecided", "s1 refuse"]);
    kernel.say({ answer: { weights: [[0, 1], [-4, 0]], failure: "Expected fewer levels." } });
    await drawn();
    expect(facts(root)).toBe("Expected fewer levels.");
  });
});

describe("strata", () => {
  test("are selected by click and keys, and let go of by Escape", async () => {
    const { root, kernel } = await open(STUDY);
    const list = root.querySelector<HTMLElement>('[role="listbox"]')!;
    list.focus();
    await press("ArrowDown", "ArrowDown");
    expect(told(kernel, "selected")).toEqual([0, 3]);
    expect(root.querySelector("[aria-selected=true]")!.id).toBe(list.getAttribute("aria-activedescendant"));
    expect(said(root)).toContain("s3: 100 units, benefit 0 to 0.3, undecided");
    expect(root.querySelector(".cmx-of")!.textContent).toBe("s3");
    await press("End", "Escape");
    expect(told(kernel, "selected")).toEqual([0, 3, 1, null]);
    root.querySelector<SVGElement>('[data-stratum="2"]')!.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    await drawn();
    expect(told(kernel, "selected").at(-1)).toBe(2);
    expect(facts(root)).toContain("s2 100 units, 25 % of all");
  });

  test("of which there are many are drawn where they are seen", async () => {
    const { root } = await open(raw(Array.from({ length: 1_000 }, (_, z) => [z / 1_000, 0.5] as const)));
    expect(rows(root).length).toBeLessThan(40);
    expect(root.querySelector("[data-stratum]")!.getAttribute("aria-setsize")).toBe("1000");
    const list = root.querySelector<HTMLElement>('[role="listbox"]')!;
    list.focus();
    await press("End");
    list.dispatchEvent(new Event("scroll"));
    await drawn();
    expect(root.querySelector("[aria-selected=true]")!.getAttribute("data-stratum")).toBe("999");
    const order = root.querySelector<HTMLSelectElement>(".cmx-forest select")!;
    list.scrollTop = 0;
    list.dispatchEvent(new Event("scroll"));
    await choose(order, 2);
    expect(rows(root)[0]).toMatch(/^s0 /);
  });
});

describe("the phase map and the budget", () => {
  test("move weights by keys, and trade axes", async () => {
    const { root, kernel } = await open(STUDY);
    const plane = root.querySelector<HTMLElement>(".cmx-plane")!;
    plane.focus();
    await press("ArrowRight", "Shift+ArrowUp");
    await vi.advanceTimersByTimeAsync(200);
    expect(told(kernel, "weights")).toEqual([[[0, 1.05], [-1.5, 0]]]);
    expect(plane.getAttribute("aria-label")).toBe("complier 1.05, defier −1.5. Arrow keys move both weights.");
    await choose(root.querySelector<HTMLSelectElement>('[aria-label="Weight across"]')!, 3);
    expect(told(kernel, "axes")).toEqual([[[1, 0], [0, 1]]]);
  });

  test("the map is coarse at once and full later, and stays while a weight of its axes moves", async () => {
    const { root } = await open(STUDY);
    const isFull = (): string | null => root.querySelector(".cmx-plane")!.getAttribute("data-full");
    expect(isFull()).toBe("false");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(isFull()).toBe("true");
    await slide(root, "defier", -1, false);
    expect(isFull()).toBe("true");
    await slide(root, "always-taker", -1, false);
    expect(isFull()).toBe("false");
  });

  test("a budget treats the best first, the last of them in part", async () => {
    const { root, kernel } = await open(STUDY);
    const budget = root.querySelector<HTMLInputElement>("[data-budget]")!;
    budget.value = "75";
    budget.dispatchEvent(new Event("input", { bubbles: true }));
    await drawn();
    expect(told(kernel, "budget")).toEqual([150]);
    expect(budget.getAttribute("aria-valuetext")).toBe("150 (38 %)");
    expect([...root.querySelectorAll(".cmx-treated")].map(({ textContent }) => textContent)).toEqual(["✓", "50 %", "", ""]);
    expect(facts(root)).toContain("Treated: 38 % of units, in 2 stratatogether they gain 60 to 85");
    await choose(root.querySelector<HTMLSelectElement>(".cmx-deciding select")!, 3);
    expect(told(kernel, "rule")).toEqual(["hurwicz"]);
    expect(root.querySelector(".cmx-deciding output")!.textContent).toBe("0.5");
  });
});

describe("one stratum", () => {
  test("has its own map, with nothing to select", async () => {
    const { root } = await open(raw([[0.3, 0.6]], { strata: ["all"] }));
    expect(facts(root)).not.toContain("select one");
    const phase = root.querySelector(".cmx-phase")!;
    expect(phase.textContent).not.toContain("all strata");
    expect([...phase.querySelectorAll(".cmx-region")].map(({ textContent }) => textContent)).toEqual(["treat", "refuse"]);
  });

  test("labels that begin alike are told apart where there is no room", async () => {
    const strata = [0, 1, 2, 3].map((z) => `households with three or more children in district ${z}`);
    const { root } = await open({ ...STUDY, strata });
    expect(rows(root)).toContain("…0 treat");
    expect(root.querySelector('[data-stratum="0"]')!.getAttribute("aria-label")).toContain(strata[0]);
  });
});

describe("around it", () => {
  test("a stored explorer moves on the screen; a kernel that goes is told of", async () => {
    const stored = { study: STUDY, title: "kept", weights: [[0, 1], [0, 0]], rule: "midpoint", budget: null, selected: 1, axes: [[0, 1], [1, 0]] };
    const root = await openStored(stored);
    expect(root.querySelector("[data-link]")!.getAttribute("data-link")).toBe("stored");
    expect(slider(root, "defier").valueAsNumber).toBe(0);
    await slide(root, "defier", -2);
    expect(rows(root)).toContain("s1 refuse");
    const { root: live, kernel, close } = await open(STUDY);
    kernel.say({ gone: true });
    await drawn();
    expect(live.querySelector("[data-link]")!.getAttribute("data-link")).toBe("gone");
    kernel.say({ title: "back" });
    await drawn();
    expect(live.querySelector("[data-link]")).toBeNull();
    close();
    expect(kernel.listeners).toBe(0);
  });

  test("every part has a name and a role that fit", async () => {
    const { root } = await open(STUDY, { selected: 2 });
    vi.useRealTimers();
    const { violations } = await axe.run(root, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 120))])).toEqual([]);
  });
});

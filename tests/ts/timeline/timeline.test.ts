import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { STORED_EVENT } from "../../../src/traits/storing";
import { batch, click, details, drawn, link, open, openStored, point, press, raw, said } from "./bench";

const FIVE = raw([0, 0, 1, 1, 0]);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

describe("what is drawn", () => {
  test("a mark for each batch, in its regime's colour, number and row, and a flag at each change", async () => {
    const { root } = await open(FIVE);
    const numbers = [...root.querySelectorAll(".cmt-number")].map(({ textContent }) => textContent);
    expect(numbers).toEqual(["0", "0", "1", "1", "0"]);
    const marks = [...root.querySelectorAll("[data-batch]")].map((each) => each.querySelector(".cmt-mark")!);
    expect(marks.map((mark) => mark.classList[1])).toEqual(["cmt-tone-0", "cmt-tone-0", "cmt-tone-1", "cmt-tone-1", "cmt-tone-0"]);
    expect(new Set(marks.map((mark) => mark.getAttribute("cy"))).size).toBe(2);
    expect([...root.querySelectorAll("[data-batch]")].map((each) => each.querySelector(".cmt-flag") !== null)).toEqual([false, false, true, false, true]);
  });

  test("regimes of one colour differ in shape", async () => {
    const { root } = await open(raw(Array.from({ length: 20 }, (_, regime) => regime)));
    const shape = (index: number): string => root.querySelectorAll(".cmt-gutter .cmt-mark")[index]!.localName;
    expect([shape(0), shape(8), shape(16)]).toEqual(["circle", "rect", "path"]);
  });

  test("no batches: it is said, and nothing is drawn", async () => {
    const { root } = await open({ batches: [], regimes: [] });
    expect(root.textContent).toContain("No batches yet.");
    expect(root.querySelectorAll("[data-batch], [data-link]")).toHaveLength(0);
  });

  test("200 batches in 12 regimes are all there", async () => {
    const { root } = await open(raw(Array.from({ length: 200 }, (_, place) => Math.floor(place / 17))));
    expect(root.querySelectorAll("[data-batch]")).toHaveLength(200);
    expect(root.textContent).toContain("200 batches in 12 regimes, 100,000 rows");
  });

  test("a curve is broken where a batch has no code", async () => {
    const batches = FIVE.batches.map((each, place) => (place === 2 ? { ...each, per_row: null } : each));
    const { root } = await open({ ...FIVE, batches });
    expect(root.querySelector(".cmt-scroll .cmt-line")!.getAttribute("d")!.match(/M/g)).toHaveLength(2);
  });

  test("nothing in a label is markup, and a long one is told whole", async () => {
    const evil = '<img src=x onerror="window.hit=1">'.repeat(8);
    const { root } = await open(raw([0, 0], [evil, "plain"]), { selected: 0, showing: 0, title: evil });
    expect(root.querySelector("img")).toBeNull();
    expect(root.querySelector(".cmt-label")!.textContent).toMatch(/^<img.*…$/);
    expect(root.querySelector(".cmv-details b")!.getAttribute("title")).toBe(evil);
    expect(batch(root, 0).getAttribute("aria-label")).toContain(evil);
  });
});

describe("the details", () => {
  test("are of the batch that is pointed at, and else of the selected one", async () => {
    const { root } = await open(FIVE, { selected: 1, showing: 1 });
    expect(details(root)).toContain("b1 batch 2 of 5");
    for (const words of ["regime 0 of world 0", "500 rows", "5,000 bits, 10 a row", "staff (14 % of cells), price (under 1 % of cells)", "✓regime 05,000 bits", "new world+100"])
      expect(details(root)).toContain(words);
    await point(root, 2);
    expect(details(root)).toContain("b2 batch 3 of 5");
    expect(details(root)).toContain("Changed since the batch before load, price");
    root.querySelector(".cmt-scroll")!.dispatchEvent(new MouseEvent("mouseleave"));
    await drawn();
    expect(details(root)).toContain("b1 batch 2 of 5");
  });

  test("tell of a batch within a regime how the regime differs", async () => {
    const { root } = await open(FIVE, { selected: 3, showing: 3 });
    expect(details(root)).toContain("Other than in world 0's first regime load");
  });
});

describe("selecting", () => {
  test("by a click asks the kernel, and says when its graph is shown", async () => {
    const { root, kernel } = await open(FIVE, { selected: 4, showing: 4 });
    expect(link(root)).toBe("shown");
    await click(root, 2);
    expect(kernel.told).toEqual([["selected", 2]]);
    expect(batch(root, 2).getAttribute("aria-selected")).toBe("true");
    expect(said(root)).toBe("Selected: b2: 500 rows, regime 1, 10 bits a row; changed: load, price.");
    expect(link(root)).toBe("waiting");
    kernel.say({ selected: 2, showing: 2 });
    await drawn();
    expect(link(root)).toBe("shown");
    await point(root, 0);
    expect(details(root)).toContain("b0 batch 1 of 5");
    expect(root.querySelector("[data-link]")!.textContent).toBe("b2: its graph is in the editor");
  });

  test("by keys alone: arrows walk, up and down go to changes, Enter selects", async () => {
    const { root, kernel } = await open(FIVE, { selected: 4, showing: 4 });
    const here = (): string | undefined => (document.activeElement as SVGElement | null)?.dataset.batch;
    expect([...root.querySelectorAll<SVGElement>('[data-batch][tabindex="0"]')].map(({ dataset }) => dataset.batch)).toEqual(["4"]);
    batch(root, 4).focus();
    await press("ArrowLeft");
    expect(here()).toBe("3");
    await press("ArrowUp");
    expect(here()).toBe("2");
    await press("ArrowDown");
    expect(here()).toBe("4");
    await press("ArrowRight", "Home", "ArrowLeft");
    expect(here()).toBe("0");
    expect(kernel.told).toEqual([]);
    await press("ArrowRight", "Enter", "End", " ");
    expect(kernel.told).toEqual([["selected", 1], ["selected", 4]]);
  });

  test("keys that mean something else reach the notebook", async () => {
    const { root } = await open(FIVE, { selected: 0, showing: 0 });
    const heard = vi.fn();
    document.addEventListener("keydown", heard);
    batch(root, 0).focus();
    await press("x", "Escape", "Tab", "ArrowRight");
    document.removeEventListener("keydown", heard);
    expect(heard).toHaveBeenCalledTimes(3);
  });
});

describe("the kernel", () => {
  test("that does not answer, or is gone, or has closed the editor, is told of; the details stay", async () => {
    const { root, kernel } = await open(FIVE, { selected: 4, showing: 4 });
    await click(root, 2);
    await vi.advanceTimersByTimeAsync(4_100);
    expect(link(root)).toBe("silent");
    kernel.say({ selected: 2, showing: -1 });
    await drawn();
    expect(link(root)).toBe("closed");
    kernel.say({ gone: true });
    await drawn();
    expect(link(root)).toBe("gone");
    await click(root, 1);
    expect(said(root)).toContain("There is no kernel to show its graph.");
    expect(details(root)).toContain("b1 batch 2 of 5");
    kernel.say({ selected: 1, showing: 1 });
    await drawn();
    expect(link(root)).toBe("shown");
  });

  test("sends more batches: they are drawn and said, and the selection is the kernel's", async () => {
    const { root, kernel } = await open(FIVE, { selected: 4, showing: 4 });
    kernel.say({ timeline: raw([0, 0, 1, 1, 0, 2]), selected: 5, showing: 5 });
    await drawn();
    expect(root.querySelectorAll("[data-batch]")).toHaveLength(6);
    expect(said(root)).toContain("1 more: b5: 500 rows, regime 2");
    expect(batch(root, 5).getAttribute("aria-selected")).toBe("true");
    kernel.say({ timeline: raw([0]), selected: 0, showing: 0 });
    await drawn();
    expect(root.querySelectorAll("[data-batch]")).toHaveLength(1);
  });

  test("is no longer heard once the view is closed", async () => {
    const { kernel, close } = await open(FIVE);
    expect(kernel.listeners).toBeGreaterThan(0);
    close();
    expect(kernel.listeners).toBe(0);
    expect(document.querySelector(".cmt")).toBeNull();
  });
});

test("a stored timeline has its details and claims no graph", async () => {
  const root = await openStored({ timeline: FIVE, title: "kept", selected: 2 });
  expect(link(root)).toBe("stored");
  expect(details(root)).toContain("b2 batch 3 of 5");
  await click(root, 0);
  expect(details(root)).toContain("b0 batch 1 of 5");
  expect(said(root)).toContain("There is no kernel to show its graph.");
});

test("axe finds nothing wrong", async () => {
  const { root } = await open(FIVE, { selected: 2, showing: 2 });
  vi.useRealTimers();
  const { violations } = await axe.run(root, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 120))])).toEqual([]);
});

test("what the kernel shows in place goes up the page, for the notebook", async () => {
  const { root, kernel, close } = await open(FIVE, { stored: {} });
  const heard = vi.fn();
  document.body.addEventListener(STORED_EVENT, (event) => void heard((event as CustomEvent<unknown>).detail));
  kernel.say({ stored: { "text/plain": "six batches" } });
  expect(heard.mock.calls).toEqual([[{ "text/plain": "six batches" }]]);
  close();
  kernel.say({ stored: { "text/plain": "seven" } });
  expect(heard).toHaveBeenCalledTimes(1);
  expect(root.isConnected).toBe(false);
});

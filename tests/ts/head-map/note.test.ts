import { readFileSync } from "node:fs";
import axe from "axe-core";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { changeText, parseNote, valuesText, type Figure } from "../../../src/head-map/note";
import { drag, drawn, open, openStored, panel, press, push, raw, said } from "./bench";

interface Case extends Omit<Figure, "share"> {
  readonly values: string;
  readonly change: string;
}

const golden = JSON.parse(readFileSync("tests/golden/head_notes.json", "utf8")) as readonly Case[];
const GRID = raw(2, 3, ["z_bias", "z_ppl"]);
const FIGURES = [
  { label: "gender bias", unit: "nats", before: 0.8, after: 0.6, share: -0.25, lower: -0.35, upper: -0.15 },
  { label: "perplexity", unit: "", before: 20, after: 21, share: 0.05, lower: null, upper: null },
];
const NOTE = { state: "current", words: "1 head cut, 0 kept", figures: FIGURES, marks: [[1, 0, "cut"]] };
const TRAITS = { markable: true, marks: [[1, 0, "cut"]], selected: [[0, 0]], note: NOTE };
const OF_EARLIER = "The figures are of the marks before.";

const note = (root: HTMLElement): HTMLElement => root.querySelector<HTMLElement>("[data-note]")!;
const state = (root: HTMLElement): string => note(root).dataset.note!;
const words = (root: HTMLElement): string => note(root).querySelector("p")!.textContent!;

beforeAll(() => {
  // What jsdom lacks.
  SVGElement.prototype.setPointerCapture = () => undefined;
});
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

describe("figures", () => {
  test.each(golden)("are written as Python does: $label, $values", ({ values, change, ...given }) => {
    const share = given.before === 0 ? null : given.after! / given.before! - 1;
    expect([valuesText({ ...given, share }), changeText({ ...given, share })]).toEqual([values, change]);
  });

  test("that are odd break nothing", () => {
    expect(parseNote("x", { layers: 1, heads: 1, panels: [] }).figures).toEqual([]);
    const read = parseNote({ state: "burnt", words: 3, figures: [5, { label: 1, before: "x" }], marks: 0 }, { layers: 1, heads: 1, panels: [] });
    expect([read.state, read.words, read.marks, read.figures.map(valuesText), read.figures.map(changeText)]).toEqual(["current", "", null, ["no value → no value"], [""]]);
  });
});

describe("a note", () => {
  test("stands above the panels, and is nowhere where there is none", async () => {
    const { root } = await open(GRID, TRAITS);
    expect([state(root), words(root)]).toEqual(["current", "1 head cut, 0 kept"]);
    expect([...note(root).querySelectorAll("dt, dd")].map(({ textContent }) => textContent)).toEqual([
      "gender bias", "0.8 → 0.6 nats", "−25 % [−35, −15]", "perplexity", "20 → 21", "+5.0 %",
    ]);
    expect(note(root).compareDocumentPosition(panel(root)) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
    expect((await open(GRID)).root.querySelector("[data-note]")).toBeNull();
  });

  test("is stale from the moment that a mark changes, and current again where the change is undone", async () => {
    const { root, kernel } = await open(GRID, TRAITS);
    panel(root).focus();
    await press("c");
    expect([state(root), words(root)]).toEqual(["stale", OF_EARLIER]);
    await press("Control+z");
    expect(state(root)).toBe("current");
    await push(root, "Cut");
    await drag(root, GRID, ["1.2"]);
    expect(state(root)).toBe("stale");
    kernel.say({ note: { ...NOTE, words: "0 heads cut", marks: [] } });
    await drawn();
    expect([state(root), words(root)]).toEqual(["stale", OF_EARLIER]);
  });

  test("is said when the model is run, and with its figures when they have come", async () => {
    const { root, kernel } = await open(GRID, TRAITS);
    await push(root, "Keep");
    const marks = [[0, 0, "kept"], [1, 0, "cut"]];
    kernel.say({ note: { ...NOTE, state: "working", words: "the model is run …" } });
    await drawn();
    expect([state(root), words(root), note(root).getAttribute("aria-busy"), said(root)]).toEqual(["working", "the model is run …", "true", "the model is run …"]);
    kernel.say({ note: { ...NOTE, words: "1 head cut, 1 kept;", marks }, marks });
    await drawn();
    expect([state(root), said(root)]).toEqual(["current", "1 head cut, 1 kept; gender bias 0.8 → 0.6 nats, −25 % [−35, −15]; perplexity 20 → 21, +5.0 %"]);
    kernel.say({ note: { ...NOTE, state: "failed", words: "Interrupted.", marks } });
    await drawn();
    expect([state(root), said(root)]).toEqual(["failed", "Interrupted."]);
  });

  test("that waits for a kernel waits no longer without one", async () => {
    const { root, kernel } = await open(GRID, { ...TRAITS, note: { ...NOTE, state: "working", words: "the model is run …" } });
    kernel.say({ gone: true });
    await drawn();
    expect([state(root), words(root)]).toEqual(["stale", OF_EARLIER]);
    const stored = await openStored({ grid: GRID, title: "kept", ...TRAITS });
    expect(state(stored)).toBe("current");
    const left = await openStored({ grid: GRID, title: "left", ...TRAITS, marks: [] });
    expect(state(left)).toBe("stale");
  });

  test("is no markup, and axe finds nothing wrong", async () => {
    const evil = "<img src=x onerror=alert(1)>";
    const { root } = await open(GRID, { ...TRAITS, note: { ...NOTE, words: evil, figures: [{ ...FIGURES[0], label: evil, unit: evil }] } });
    expect(root.querySelector("img")).toBeNull();
    vi.useRealTimers();
    const { violations } = await axe.run(root, { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 120))])).toEqual([]);
  });
});

import axe from "axe-core";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { details, drag, drawn, head, open, openStored, panel, picked, point, pointerEvent, press, push, raw, said } from "./bench";

const GRID = raw(4, 3, ["NIE", "squares"]);

beforeAll(() => {
  // What jsdom lacks.
  SVGElement.prototype.setPointerCapture = () => undefined;
});
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

describe("what is drawn", () => {
  test("is a cell for each head in each panel, blue below 0 and orange above it, as full as it is large", async () => {
    const { root } = await open(GRID);
    expect(root.querySelectorAll("[data-head]")).toHaveLength(24);
    expect(head(root, "0.0").getAttribute("class")).toBe("cmh-cell is-negative");
    expect(head(root, "3.2").getAttribute("class")).toBe("cmh-cell is-positive");
    expect([head(root, "0.0"), head(root, "2.0"), head(root, "1.0")].map(({ style }) => style.getPropertyValue("--share"))).toEqual(["100%", "0%", "50%"]);
    expect(head(root, "0.0", 1).style.getPropertyValue("--share")).toBe("100%");
    const scales = [...root.querySelectorAll(".cmh-scale")].map(({ textContent }) => textContent);
    expect(scales).toEqual(["−66", "036"]);
  });

  test("is hatched where there is no value, and dotted where only some are exact", async () => {
    const values = [null, 1, -2];
    const { root } = await open({ layers: 1, heads: 3, panels: [{ name: "a", values, exact: [1, 1, 0], lower: [null, 0.5, -3], upper: [null, 1.5, -1] }] });
    expect(head(root, "0.0").getAttribute("class")).toContain("is-missing");
    expect(root.querySelectorAll(".cmh-hatching")).toHaveLength(1);
    expect(root.querySelectorAll(".cmh-signs circle")).toHaveLength(1);
    expect(details(root)).toContain("• exact, the others estimated");
    expect(head(root, "0.0").getAttribute("aria-label")).toBe("layer 0, head 0: no value");
    expect(head(root, "0.2").getAttribute("aria-label")).toBe("layer 0, head 2: −2, −3 to −1, rank 1 of 2, estimated");
  });

  test("lists the largest heads of the panel that is looked at", async () => {
    const { root, kernel } = await open(GRID);
    const listed = (): (string | null)[] => [...root.querySelectorAll("li button")].map((each) => each.getAttribute("aria-label"));
    expect(listed()).toEqual(["layer 0, head 0: −6 nats", "layer 0, head 1: −5 nats", "layer 3, head 2: 5 nats"]);
    const choice = root.querySelector("select")!;
    choice.selectedIndex = 1;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    await drawn();
    expect(listed()[0]).toBe("layer 0, head 0: 36 nats");
    root.querySelectorAll<HTMLButtonElement>("li button")[1]!.click();
    await drawn();
    expect(kernel.told).toEqual([["selected", [[0, 1]]]]);
  });

  test("is nothing where there are no heads, and nothing in a name is markup", async () => {
    expect((await open({ layers: 0, heads: 0, panels: [] })).root.textContent).toContain("No heads to show.");
    const evil = '<img src=x onerror="window.hit=1">'.repeat(4);
    const { root } = await open(raw(1, 2, [evil]), { title: evil });
    expect(root.querySelector("img")).toBeNull();
    expect(root.querySelector(".cmh-name b")!.textContent).toBe(evil);
  });
});

describe("the mouse", () => {
  test("shows the numbers of the head that it points at, of all panels", async () => {
    const { root } = await open(GRID);
    expect(details(root)).toContain("Point at a head for its numbers.");
    await point(root, GRID, "3.2");
    expect(details(root)).toContain("Layer 3, head 2NIE 5 natsrank 3squares 25 natsrank 3");
    root.querySelector(".cmh-panels")!.dispatchEvent(new MouseEvent("mouseleave"));
    await drawn();
    expect(details(root)).toContain("Point at a head");
  });

  test("selects by clicks: one, one more, one less, and all from the last one on", async () => {
    const { root, kernel } = await open(GRID);
    await drag(root, GRID, ["1.1"]);
    await drag(root, GRID, ["2.2"], { ctrlKey: true });
    expect(kernel.told).toEqual([["selected", [[1, 1]]], ["selected", [[1, 1], [2, 2]]]]);
    expect(picked(root)).toEqual(["1.1", "2.2"]);
    await drag(root, GRID, ["1.1"], { ctrlKey: true });
    expect(picked(root)).toEqual(["2.2"]);
    await drag(root, GRID, ["3.1"]);
    await drag(root, GRID, ["2.0"], { shiftKey: true });
    expect(picked(root)).toEqual(["2.0", "2.1", "3.0", "3.1"]);
    await drag(root, GRID, ["0.0"]);
    await drag(root, GRID, ["0.0"]);
    expect(picked(root)).toEqual([]);
  });

  test("selects what a rectangle is drawn around, told once; with Shift besides what is selected", async () => {
    const { root, kernel } = await open(GRID);
    await drag(root, GRID, ["2.1", "1.1", "1.0"]);
    expect(kernel.told).toEqual([["selected", [[1, 0], [1, 1], [2, 0], [2, 1]]]]);
    expect(said(root)).toBe("4 heads selected: 1.0, 1.1, 2.0, 2.1.");
    await drag(root, GRID, ["3.2", "3.1"], { shiftKey: true });
    expect(picked(root)).toEqual(["1.0", "1.1", "2.0", "2.1", "3.1", "3.2"]);
    expect(root.querySelector(".cmh-brush")).toBeNull();
  });

  test("whose button is not the first selects nothing, nor does a drag that is cancelled", async () => {
    const { root, kernel } = await open(GRID);
    await drag(root, GRID, ["1.1"], { button: 2 });
    panel(root).dispatchEvent(pointerEvent("pointerdown", { clientX: 60, clientY: 40 }));
    panel(root).dispatchEvent(pointerEvent("pointercancel", {}));
    panel(root).dispatchEvent(pointerEvent("pointerup", { clientX: 60, clientY: 40 }));
    expect(kernel.told).toEqual([]);
  });
});

describe("the keyboard", () => {
  test("walks, selects, extends, clears, and takes back and again", async () => {
    const { root, kernel } = await open(GRID);
    panel(root).focus();
    await press("ArrowDown", "ArrowRight", " ");
    expect(panel(root).getAttribute("aria-activedescendant")).toBe(head(root, "1.1").id);
    expect(details(root)).toContain("Layer 1, head 1");
    await press("Shift+ArrowDown", "Shift+ArrowRight");
    expect(picked(root)).toEqual(["1.1", "1.2", "2.1", "2.2"]);
    await press("Escape");
    expect(picked(root)).toEqual([]);
    await press("Control+z");
    expect(picked(root)).toEqual(["1.1", "1.2", "2.1", "2.2"]);
    expect(said(root)).toBe("Undone. 4 heads selected: 1.1, 1.2, 2.1, 2.2.");
    await press("Control+Shift+Z");
    expect(picked(root)).toEqual([]);
    await press("Control+z", "Control+z", "Control+z", "Control+z", "Control+z");
    expect(picked(root)).toEqual([]);
    expect(kernel.told.at(-1)).toEqual(["selected", []]);
  });

  test("leaves to the notebook what means nothing here", async () => {
    const { root } = await open(GRID);
    const heard = vi.fn();
    document.addEventListener("keydown", heard);
    panel(root).focus();
    await press("x", "c", "Escape", "Control+s", "Shift+Enter", "Tab", "ArrowRight", " ", "Control+z");
    document.removeEventListener("keydown", heard);
    expect(heard.mock.calls.map(([event]) => (event as KeyboardEvent).key)).toEqual(["x", "c", "Escape", "s", "Enter", "Tab"]);
  });

  test("cuts and keeps where the kernel takes marks, and buttons do the same", async () => {
    const { root, kernel } = await open(GRID, { markable: true, selected: [[1, 1]], marks: [[0, 0, "kept"]] });
    panel(root).focus();
    await press("c");
    expect(kernel.told).toEqual([["marks", [[0, 0, "kept"], [1, 1, "cut"]]]]);
    expect(said(root)).toBe("1 head selected: 1.1; 1 cut, 1 kept.");
    expect(panel(root).querySelectorAll(".cmh-mark")).toHaveLength(2);
    await push(root, "Keep");
    expect(kernel.told.at(-1)).toEqual(["marks", [[0, 0, "kept"], [1, 1, "kept"]]]);
    await push(root, "Undo");
    expect(kernel.told.at(-1)).toEqual(["marks", [[0, 0, "kept"], [1, 1, "cut"]]]);
    await push(root, "Unmark");
    await push(root, "Clear");
    expect(kernel.told.slice(-2)).toEqual([["marks", [[0, 0, "kept"]]], ["selected", []]]);
  });
});

describe("the kernel", () => {
  test("selects, and shows other numbers in place: then nothing is left to take back", async () => {
    const { root, kernel } = await open(GRID);
    await drag(root, GRID, ["1.1"]);
    kernel.say({ selected: [[3, 0], [9, 9]] });
    await drawn();
    expect(picked(root)).toEqual(["3.0"]);
    kernel.say({ grid: raw(2, 2), selected: [] });
    await drawn();
    expect(root.querySelectorAll("[data-head]")).toHaveLength(4);
    await push(root, "Undo");
    expect(picked(root)).toEqual([]);
  });

  test("that is gone is told of, and what is selected stays on the screen", async () => {
    const { root, kernel, close } = await open(GRID);
    kernel.say({ gone: true });
    await drag(root, GRID, ["1.1"]);
    expect(root.querySelector<HTMLElement>("[data-link]")!.dataset.link).toBe("gone");
    expect(said(root)).toBe("1 head selected: 1.1. There is no kernel to hear of it.");
    expect(picked(root)).toEqual(["1.1"]);
    close();
    expect(kernel.listeners).toBe(0);
  });

  test("left a stored map, which has its numbers and its selection", async () => {
    const root = await openStored({ grid: GRID, title: "kept", selected: [[1, 1]], marks: [[1, 1, "cut"]], top: 2 });
    expect(root.querySelector<HTMLElement>("[data-link]")!.dataset.link).toBe("stored");
    expect(details(root)).toContain("Layer 1, head 1 cut");
    expect(root.querySelectorAll("li button")).toHaveLength(2);
  });
});

test("axe finds nothing wrong", async () => {
  const { root } = await open(raw(2, 3, ["NIE", "NDE"]), { selected: [[1, 1]], markable: true });
  vi.useRealTimers();
  const { violations } = await axe.run(root, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 120))])).toEqual([]);
});

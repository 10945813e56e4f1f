import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NO_GRID, order, pairOf, parseGrid, parseHeads, parseMarks } from "../../../src/head-map/data";
import { cornerOf, GUTTER, headAt, hatching, layoutOf, outline, TOP } from "../../../src/head-map/layout";
import { headAfter, rectangle, toggled, union } from "../../../src/head-map/selection";
import { raw } from "./bench";

const shapes = fc.record({ layers: fc.integer({ min: 1, max: 128 }), heads: fc.integer({ min: 1, max: 128 }) });

describe("the layout", () => {
  test("fits models from tiny to huge, and no cell is too small to be hit", () => {
    for (const [layers, heads, panels] of [[2, 2, 1], [12, 12, 2], [30, 9, 2], [48, 25, 2], [32, 32, 4], [80, 64, 2], [126, 128, 1]] as const) {
      for (const room of [640, 1_100]) {
        const made = layoutOf({ layers, heads }, panels, room);
        expect(Math.min(made.cellWidth, made.cellHeight)).toBeGreaterThanOrEqual(4);
        expect(made.height).toBeLessThan(580);
        expect(made.columns * made.width).toBeLessThanOrEqual(room);
      }
    }
  });

  test("has panels beside each other while there is room", () => {
    expect(layoutOf({ layers: 30, heads: 9 }, 2, 640).columns).toBe(2);
    expect(layoutOf({ layers: 32, heads: 32 }, 3, 640).columns).toBe(1);
    expect(layoutOf({ layers: 32, heads: 32 }, 3, 1_400).columns).toBe(3);
  });

  test("finds a head where its cell is, and none beside the cells", () => {
    fc.assert(fc.property(shapes, fc.integer({ min: 200, max: 1_500 }), fc.nat(), (shape, room, seed) => {
      const layout = layoutOf(shape, 1, room);
      const index = seed % (shape.layers * shape.heads);
      const [x, y] = cornerOf(layout, shape, index);
      expect(headAt(layout, shape, x + layout.cellWidth / 2, y + layout.cellHeight / 2)).toBe(index);
      expect(headAt(layout, shape, GUTTER - 1, y)).toBeNull();
      expect(headAt(layout, shape, x, TOP - 1)).toBeNull();
      expect(headAt(layout, shape, 1e6, 1e6, true)).toBe(shape.layers * shape.heads - 1);
    }));
  });

  test("never writes one number over another", () => {
    fc.assert(fc.property(shapes, fc.integer({ min: 200, max: 1_500 }), (shape, room) => {
      const { rowLabels, columnLabels } = layoutOf(shape, 1, room);
      rowLabels.slice(1).forEach(({ at }, place) => expect(at - rowLabels[place]!.at).toBeGreaterThanOrEqual(12 - 1e-9));
      columnLabels.slice(1).forEach(({ at }, place) => expect(at - columnLabels[place]!.at).toBeGreaterThanOrEqual(18 - 1e-9));
    }));
  });

  test("outlines what is selected once around, across the ends of layers too", () => {
    const shape = { layers: 3, heads: 3 };
    const layout = layoutOf(shape, 1, 640);
    const sides = (heads: number[]): number => outline(layout, shape, new Set(heads)).split("M").length - 1;
    expect(sides([])).toBe(0);
    expect(sides([4])).toBe(4);
    expect(sides([0, 1, 3, 4])).toBe(8);
    expect(sides([2, 3])).toBe(8);
  });

  test("hatches within the cell", () => {
    const shape = { layers: 2, heads: 2 };
    const layout = layoutOf(shape, 1, 640);
    const [x, y] = cornerOf(layout, shape, 3);
    const numbers = hatching(layout, shape, 3).match(/[\d.]+ [\d.]+/g)!.map((pair) => pair.split(" ").map(Number));
    expect(numbers.length).toBeGreaterThan(8);
    for (const [px = 0, py = 0] of numbers) {
      expect(px).toBeGreaterThanOrEqual(x - 0.01);
      expect(px).toBeLessThanOrEqual(x + layout.cellWidth + 0.01);
      expect(py).toBeGreaterThanOrEqual(y - 0.01);
      expect(py).toBeLessThanOrEqual(y + layout.cellHeight + 0.01);
    }
  });
});

describe("sets of heads", () => {
  const shape = { layers: 4, heads: 3 };

  test("a rectangle is the same from each of its corners", () => {
    const square = [4, 5, 7, 8];
    for (const [from, to] of [[4, 8], [8, 4], [5, 7], [7, 5]] as const) expect([...rectangle(shape, from, to)]).toEqual(square);
    expect([...union(rectangle(shape, 8, 8), new Set([0, 8]))]).toEqual([0, 8]);
    expect([...toggled(new Set([3, 5]), 4)]).toEqual([3, 4, 5]);
    expect([...toggled(new Set([3, 5]), 3)]).toEqual([5]);
  });

  test("keys lead to neighbours, stay within the model, and other keys lead nowhere", () => {
    const from = (index: number, key: string, whole = false): number | null => headAfter(shape, index, key, whole);
    expect([from(4, "ArrowRight"), from(4, "ArrowLeft"), from(4, "ArrowUp"), from(4, "ArrowDown")]).toEqual([5, 3, 1, 7]);
    expect([from(0, "ArrowLeft"), from(2, "ArrowRight"), from(1, "PageUp"), from(1, "PageDown")]).toEqual([0, 2, 1, 10]);
    expect([from(4, "Home"), from(4, "End"), from(4, "Home", true), from(4, "End", true)]).toEqual([3, 5, 0, 11]);
    expect(from(4, "x")).toBeNull();
  });
});

describe("what comes from the kernel", () => {
  test("is ranked by size; what has no value has no rank", () => {
    const { panels: [panel] } = parseGrid({ layers: 1, heads: 4, panels: [{ name: "a", values: [1, null, -3, 1] }] });
    expect(panel!.ranks).toEqual([2, null, 1, 3]);
    expect(order(panel!.values)).toEqual([2, 0, 3]);
    expect(panel!.limit).toBe(3);
  });

  test("is no grid where it is odd, and heads that are not there are left out", () => {
    for (const odd of ["<b>", null, { layers: 1e9, heads: 1e9, panels: [] }, { layers: -1, heads: 2 }, { layers: 1.5, heads: 2 }]) expect(parseGrid(odd)).toEqual(NO_GRID);
    expect(parseGrid({ layers: 1, heads: 2, panels: [{ values: [1] }, null, { values: [1, "x"] }] }).panels).toHaveLength(1);
    const grid = parseGrid(raw(2, 3));
    expect([...parseHeads([[1, 2], [0, 1], [2, 0], [0, 3], [0], "x", [0, -1], [0.5, 1], [0, 1]], grid)]).toEqual([1, 5]);
    expect([...parseMarks([[1, 2, "cut"], [0, 0, "burnt"], [0, 1, "kept"], [9, 9, "cut"]], grid)]).toEqual([[5, "cut"], [1, "kept"]]);
    expect(pairOf(5, grid)).toEqual([1, 2]);
  });

  test("is of the size of zero: colours have a scale all the same", () => {
    expect(parseGrid({ layers: 1, heads: 2, panels: [{ values: [0, null] }] }).panels[0]!.limit).toBe(1);
  });
});

import { describe, expect, test } from "vitest";
import { contour, polylines } from "../../../src/payoff-explorer/contours";
import { parseAnswer, parseAxes, parseStudy, parseWeights } from "../../../src/payoff-explorer/data";
import { reachOf } from "../../../src/payoff-explorer/explorer";
import { fullMap, linesOf, mapAtOnce, samePlane, type Plane } from "../../../src/payoff-explorer/phase";
import { paintPixels, regionLabels } from "../../../src/payoff-explorer/phase-picture";
import { placeAfter, rowsOf, scrollFor, sharedStart } from "../../../src/payoff-explorer/rows";
import { scaleOf } from "../../../src/payoff-explorer/scale";
import { boundsOf, marginsOf } from "../../../src/payoff-explorer/transport";
import { STUDY } from "./bench";

/** One stratum of an experiment: a = .7, b = .4, so that PNS is from .3 to .6. */
const margins = marginsOf([0.6, 0.4, 0.3, 0.7], "experiment", 2);
const plane = (more: Partial<Plane> = {}): Plane => ({ margins, share: Float64Array.of(1), monotone: false, weights: [0, 1, -1, 0], axes: [1, 2], reach: 2, stratum: 0, ...more });

describe("the map of one stratum", () => {
  test("has its flip lines where a bound is 0, exact where they cross the grid", () => {
    const map = fullMap(plane()).step(Infinity)!;
    const lines = linesOf(map);
    expect(lines.treat.length).toBeGreaterThan(20);
    for (const [which, segments] of [["lower", lines.treat], ["upper", lines.refuse]] as const) {
      for (const [x, y] of segments.flat()) {
        const bound = boundsOf(margins, [0, 4 * x - 2, 4 * y - 2, 0], false)[which][0]!;
        expect(Math.abs(bound)).toBeLessThan(1e-6);
      }
    }
    // The benefit is beta PNS + delta (PNS - .3): of compliers .3 to .6, of defiers 0 to .3.
    const [x, y] = lines.treat.flat().reduce((one, other) => (other[1] < one[1] ? other : one));
    expect((4 * x - 2) * 0.6 + (4 * y - 2) * 0.3).toBeCloseTo(0, 5);
  });

  test("is painted and labelled as it is decided", () => {
    const map = fullMap(plane()).step(Infinity)!;
    const pixels = new Uint8ClampedArray(4 * 20 * 20);
    paintPixels(pixels, 20, map, [1, 2, 3], [200, 100, 50]);
    const at = (row: number, column: number): number[] => [...pixels.slice(4 * (row * 20 + column), 4 * (row * 20 + column) + 4)];
    expect(at(0, 19)).toEqual([1, 2, 3, 107]);
    expect(at(19, 0)).toEqual([200, 100, 50, 107]);
    expect(at(19, 11)).toEqual([0, 0, 0, 0]);
    const labels = regionLabels(map);
    expect(labels.map(({ region }) => region)).toEqual(["treat", "refuse"]);
    expect(labels[0]!.x).toBeGreaterThan(0.5);
  });
});

describe("the map of the population", () => {
  const { margins: all, share } = parseStudy(STUDY);
  const population = plane({ margins: all!, share, stratum: null });

  test("has the shares that are treated and refused, coarse or full", () => {
    const [coarse, full] = [mapAtOnce(population, { size: 4, strata: 400 }), fullMap(population).step(Infinity)!];
    expect([coarse.isFull, full.isFull]).toEqual([false, true]);
    expect([coarse.treat.at(-1), coarse.refuse.at(-1)]).toEqual([1, 0]);
    expect([coarse.treat[0], coarse.refuse[0]]).toEqual([0, 1]);
    expect(full.treat[12 * 49 + 36]).toBe(coarse.treat[1 * 5 + 3]);
    expect(linesOf(full).middle).toEqual([]);
    expect(linesOf(full).treat.length).toBeGreaterThan(10);
  });

  test("is worked out in pieces", () => {
    const work = fullMap(population);
    let steps = 1;
    let found = work.step(0);
    while (!found) [found, steps] = [work.step(0), steps + 1];
    expect(steps).toBeGreaterThan(100);
    expect(found.treat).toEqual(fullMap(population).step(Infinity)!.treat);
  });

  test("is the same while only the weights of its axes move", () => {
    expect(samePlane(population, { ...population, weights: [0, -1, 5, 0] })).toBe(true);
    expect(samePlane(population, { ...population, weights: [0.1, 1, -1, 0] })).toBe(false);
    expect(samePlane(population, { ...population, stratum: 1 })).toBe(false);
  });
});

describe("lines on a grid", () => {
  test("join to one, around a peak too", () => {
    const size = 10;
    const hill = Float64Array.from({ length: 121 }, (_, node) => 16 - ((node % 11) - 5) ** 2 - (Math.floor(node / 11) - 5) ** 2);
    const lines = polylines(contour({ size, values: hill }, 0));
    expect(lines).toHaveLength(1);
    expect(lines[0]![0]).toEqual(lines[0]!.at(-1));
    const exact = contour({ size, values: hill }, 0, (x, y) => 16 - (x - 5) ** 2 - (y - 5) ** 2);
    for (const [x, y] of exact.flat()) expect(Math.hypot(x - 5, y - 5)).toBeCloseTo(4, 5);
  });

  test("part a saddle as its middle says", () => {
    expect(contour({ size: 1, values: Float64Array.of(1, -2, -2, 1) }, 0)).toHaveLength(2);
    expect(contour({ size: 1, values: Float64Array.of(1, 1, 1, 1) }, 0)).toHaveLength(0);
  });
});

describe("axes, rows and what comes from the kernel", () => {
  test("scales have round ends and 0 in them", () => {
    expect(scaleOf(-0.33, 0.71)).toEqual({ low: -0.5, high: 1, ticks: [-0.5, 0, 0.5, 1] });
    expect(scaleOf(0, 0).ticks).toEqual([-1, 0, 1]);
    expect(scaleOf(0.2, 180).high).toBe(200);
    expect([[0, 1], [0, -3], [0, 0], [120, -140]].map((payoff) => reachOf(payoff, payoff))).toEqual([2, 5, 1, 500]);
    expect(reachOf([1], [7])).toBe(10);
  });

  test("rows are drawn where they are seen, and scrolled to as little as it takes", () => {
    expect(rowsOf(3, 0)).toEqual({ row: 26, seen: 3 * 26, all: 3 * 26, first: 0, end: 3 });
    expect(rowsOf(1, 0).seen).toBe(2 * 26);
    expect(sharedStart(["district 1, north", "district 12, north", "district 1"])).toBe("district ".length);
    expect([sharedStart(["one"]), sharedStart([]), sharedStart(["ab", "ac"]), sharedStart(["a b", "a b"])]).toEqual([0, 0, 0, 2]);
    const rows = rowsOf(1_000, 500 * 18);
    expect([rows.row, rows.first, rows.end]).toEqual([18, 498, 500 + rows.seen / 18 + 2]);
    expect(scrollFor(499, 500 * 18, rows)).toBe(499 * 18);
    expect(scrollFor(600, 500 * 18, rows)).toBe(601 * 18 - rows.seen);
    expect(scrollFor(505, 500 * 18, rows)).toBe(500 * 18);
    expect([placeAfter(-1, "ArrowUp", 5), placeAfter(3, "PageDown", 5), placeAfter(3, "x", 5)]).toEqual([0, 4, null]);
  });

  test("odd values are left out", () => {
    expect(parseWeights([[0, 1], [2, "3"]], 2)).toBeNull();
    expect(parseWeights([[0, 1], [2]], 2)).toBeNull();
    expect(parseAxes([[0, 1], [0, 1]], 2)).toEqual([1, 2]);
    expect(parseAxes([[1, 1], [0, 0]], 2)).toEqual([3, 0]);
    const study = parseStudy(STUDY);
    expect(parseAnswer({ weights: [[0, 1], [0, 0]], lower: [1], upper: [1] }, study).bounds).toBeNull();
    expect(parseAnswer("x", study).weights).toEqual([]);
    const groups = [{ sources: "experiment", strata: [0, 1, 9], cells: [] }, { sources: "guess", strata: [] }, null];
    expect(parseStudy({ ...STUDY, groups }).margins).toBeNull();
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { labelWidth } from "../../../src/graph/geometry-text";
import { chartOf, GUTTER } from "../../../src/timeline/chart";
import { NO_EPISODES, parseEpisodes } from "../../../src/timeline/data";
import { raw } from "./bench";

const chart = (regimes: readonly number[], width: number, labels?: readonly string[], worlds?: readonly number[]) =>
  chartOf(parseEpisodes(raw(regimes, labels, worlds)), width);

const LABEL_SCALE = 11 / 13;

describe("the chart", () => {
  test("of a few batches fits; of 200 it scrolls, and no mark is too small to be hit", () => {
    expect(chart([0, 0, 1, 0], 700).width).toBe(700 - GUTTER - 6);
    const many = chart(Array.from({ length: 200 }, (_, place) => place % 12), 700);
    expect(many.step).toBeGreaterThanOrEqual(5);
    expect(many.width).toBeGreaterThanOrEqual(many.x(199) + many.step / 2);
    expect(many.height).toBeLessThan(480);
    expect(chart(Array.from({ length: 200 }, () => 0), 1_400).step).toBeGreaterThan(5);
  });

  test("gives each regime a row of its own, and the regimes of one world neighbouring ones", () => {
    const { rows, bands, rowOf, rowHeight } = chart([0, 1, 2, 3], 700, undefined, [0, 1, 0, 1]);
    expect(rows.map(({ regime }) => regime)).toEqual([0, 2, 1, 3]);
    expect(bands.map(({ world }) => world)).toEqual([0, 1]);
    for (const { regime, y } of rows) expect(rowOf(regime)).toBe(y);
    for (const [place, { y }] of rows.slice(1).entries()) expect(y - (rows[place]?.y ?? 0)).toBeCloseTo(rowHeight);
    expect(bands[0]!.y + bands[0]!.height).toBeCloseTo(bands[1]!.y);
  });

  test("of one batch has a curve of one point with figures around it", () => {
    const { yOf, curve, ticks } = chart([0], 700);
    expect(yOf(10)).toBeGreaterThan(curve[0]);
    expect(yOf(10)).toBeLessThan(curve[1]);
    expect(ticks.length).toBeGreaterThan(0);
    expect(chartOf(NO_EPISODES, 700).labels).toEqual([]);
  });

  test("never writes one label over another, nor out of sight", () => {
    const label = fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom("2026-01", "因果".repeat(20), "<b>x</b>"));
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 60 }), fc.integer({ min: 300, max: 1_400 }), (labels, width) => {
        const { labels: shown, x, width: whole } = chart(labels.map(() => 0), width, labels);
        const ends = shown.map(({ index, text }) => {
          const half = (labelWidth(text) * LABEL_SCALE) / 2;
          return [x(index) - half, x(index) + half] as const;
        });
        ends.forEach(([left], place) => expect(left).toBeGreaterThanOrEqual(place ? ends[place - 1]![1] : -0.5));
        expect(ends.at(-1)![1]).toBeLessThan(whole + 84);
      }),
      { numRuns: 200 },
    );
  });

  test("has one to five figures at the curve, within it, whatever the bits", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 }), (bits) => {
        const made = raw(bits.map(() => 0));
        const batches = made.batches.map((each, place) => ({ ...each, per_row: bits[place]!, other_per_row: null }));
        const { ticks, curve, yOf } = chartOf(parseEpisodes({ ...made, batches }), 700);
        for (const y of [...ticks.map((tick) => tick.y), ...bits.map(yOf)]) {
          expect(y).toBeGreaterThanOrEqual(curve[0] - 0.01);
          expect(y).toBeLessThanOrEqual(curve[1] + 0.01);
        }
        expect(ticks.length).toBeGreaterThanOrEqual(1);
        expect(ticks.length).toBeLessThanOrEqual(5);
      }),
    );
  });
});

test("what is no timeline has no batches, and odd values none of their own", () => {
  expect(parseEpisodes("<b>")).toEqual(NO_EPISODES);
  const odd = { regimes: [{ world: "x" }], batches: [{ label: 3, regime: 0, bits: "many" }, { label: "lost", regime: 7 }, null] };
  const { batches, regimes } = parseEpisodes(odd);
  expect(batches).toEqual([
    { label: "", rows: 0, regime: 0, bits: null, perRow: null, otherPerRow: null, alternatives: [], changed: [], extrapolated: [] },
  ]);
  expect(regimes[0]?.world).toBe(0);
});

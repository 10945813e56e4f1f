import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { envelopeOf, spend, treatedParts } from "../../../src/payoff-explorer/budget";
import { callsOf, chanceOf, orderOf, sharesOf, type Rule } from "../../../src/payoff-explorer/decisions";
import { boundsOf, marginsOf, partOf, potentials, takeMargins, type Margins, type Sources } from "../../../src/payoff-explorer/transport";

interface TransportCase {
  readonly sources: Sources;
  readonly levels: number;
  readonly monotone: boolean;
  readonly cells: readonly number[];
  readonly payoffs: readonly { readonly values: number[]; readonly lower: number[]; readonly upper: number[]; readonly vertices: number[][] }[];
}

interface DecisionCase {
  readonly rule: Rule;
  readonly optimism: number;
  readonly scale: number;
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly units: readonly number[];
  readonly cost: readonly number[];
  readonly calls: readonly number[];
  readonly chance: readonly number[];
  readonly spending: readonly { readonly budget: number; readonly spent: number; readonly lower: number; readonly upper: number; readonly share: number[] }[];
  readonly guaranteed: readonly number[];
  readonly possible: readonly number[];
}

const golden = <Case>(name: string): readonly Case[] => JSON.parse(readFileSync(`tests/golden/${name}.json`, "utf8")) as Case[];
const TRANSPORT = golden<TransportCase>("transport");
const DECISIONS = golden<DecisionCase>("decisions");

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>, digits = 7): void {
  expect(found.length).toBe(wanted.length);
  for (let at = 0; at < wanted.length; at++) expect(found[at]).toBeCloseTo(wanted[at]!, digits);
}

const sorted = (rows: readonly (readonly number[])[]): number[] =>
  rows.map((row) => row.map((value) => Math.round(value * 1e6) / 1e6 + 0)).sort((a, b) => a.map((value, at) => value - b[at]!).find((gap) => gap !== 0) ?? 0).flat();

describe("bounds are those of the kernel", () => {
  test.each(TRANSPORT)("$sources, $levels levels, monotone $monotone", ({ sources, levels, monotone, cells, payoffs }) => {
    const margins = marginsOf(cells, sources, levels);
    expect(margins.strata).toBe(5);
    for (const { values, lower, upper, vertices } of payoffs) {
      const found = boundsOf(margins, values, monotone);
      expectClose(found.lower, lower);
      expectClose(found.upper, upper);
      const flat = [...potentials(values, levels, monotone).lower];
      const rows = Array.from({ length: flat.length / (2 * levels) }, (_, row) => flat.slice(row * 2 * levels, (row + 1) * 2 * levels));
      expectClose(sorted(rows), sorted(vertices), 5);
    }
  });

  test("also where strata know different sources, and of some of them", () => {
    const [one, other] = [TRANSPORT.find(({ levels, sources }) => levels === 2 && sources === "both")!, TRANSPORT.find(({ levels, sources }) => levels === 2 && sources === "observations")!];
    const parts = [partOf(one.cells, "both", 2, Int32Array.of(9, 7, 5, 3, 1)), partOf(other.cells, "observations", 2, Int32Array.of(0, 2, 4, 6, 8))];
    const mixed: Margins = { levels: 2, strata: 10, parts };
    const { lower } = boundsOf(mixed, one.payoffs[0]!.values, false);
    expectClose([9, 7, 5, 3, 1].map((z) => lower[z]!), one.payoffs[0]!.lower);
    expectClose([0, 2, 4, 6, 8].map((z) => lower[z]!), other.payoffs[0]!.lower);
    const taken = boundsOf(takeMargins(mixed, [8, 9, 0]), one.payoffs[0]!.values, false);
    expectClose(taken.lower, [lower[8]!, lower[9]!, lower[0]!]);
  });

  test("scale with the payoff, and turn with its sign", () => {
    const { cells } = TRANSPORT.find(({ levels, sources }) => levels === 3 && sources === "both")!;
    const margins = marginsOf(cells, "both", 3);
    const weights = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 9, maxLength: 9 });
    fc.assert(fc.property(weights, fc.double({ min: 0.1, max: 50, noNaN: true }), (values, factor) => {
      const once = boundsOf(margins, values, false);
      const turned = boundsOf(margins, values.map((value) => -factor * value), false);
      for (let z = 0; z < margins.strata; z++) {
        expect(once.lower[z]!).toBeLessThanOrEqual(once.upper[z]! + 1e-9);
        expect(turned.upper[z]!).toBeCloseTo(-factor * once.lower[z]!, 6);
      }
    }), { numRuns: 60 });
  });
});

describe("decisions and budgets are those of the kernel", () => {
  test.each(DECISIONS)("rule $rule", ({ rule, optimism, scale, lower, upper, units, cost, calls, chance, spending, guaranteed, possible }) => {
    const bounds = { lower: Float64Array.from(lower), upper: Float64Array.from(upper) };
    expect([...callsOf(bounds, scale)]).toEqual(calls);
    expectClose(lower.map((low, z) => chanceOf({ rule, optimism, scale }, low, upper[z]!)), chance);
    const envelope = envelopeOf(bounds, Float64Array.from(units), Float64Array.from(cost), { rule, optimism, scale });
    expectClose(envelope.guaranteed.total, guaranteed);
    expectClose(envelope.possible.total, possible);
    for (const wanted of spending) {
      const found = spend(envelope, wanted.budget);
      expectClose([found.spent, found.lower, found.upper], [wanted.spent, wanted.lower, wanted.upper]);
      expectClose(treatedParts(envelope, found, units.length), wanted.share);
    }
    expectClose([spend(envelope, null).upper], [spending.at(-1)!.upper]);
  });

  test("strata are listed by midpoint, by share or as given", () => {
    const bounds = { lower: Float64Array.of(-1, 0, 0.5), upper: Float64Array.of(3, 0.2, 0.5) };
    const share = Float64Array.of(0.2, 0.5, 0.3);
    expect([...orderOf(bounds, share, "midpoint")]).toEqual([0, 2, 1]);
    expect([...orderOf(bounds, share, "share")]).toEqual([1, 2, 0]);
    expect([...orderOf(bounds, share, "given")]).toEqual([0, 1, 2]);
    expect(sharesOf(callsOf(bounds, 1), share)).toEqual({ treat: 0.3, undecided: 0.7, refuse: 0 });
  });
});

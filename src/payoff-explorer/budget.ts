/** A budget spent greedily, as causal_magics/counterfactual/decisions/budget.py has it: strata by their benefit for a unit of cost. */
import { chanceOf, scoreOf, settled, type Criterion } from "./decisions";
import type { Intervals } from "./transport";

/** A total that grows with what is spent, straight between its points; the first is nothing. */
export interface Curve {
  readonly spent: Float64Array;
  readonly total: Float64Array;
}

/** The strata that a rule treats, the most worth for their cost first, and what budgets bring. */
export interface Envelope {
  readonly treated: Int32Array;
  /** Which part of each of these a large budget treats. */
  readonly chance: Float64Array;
  /** Bounds on what the plan brings in all. */
  readonly lower: Curve;
  readonly upper: Curve;
  /** The most that any plan is certain to bring, and the most that any may bring. */
  readonly guaranteed: Curve;
  readonly possible: Curve;
  /** What treating everybody costs. */
  readonly whole: number;
}

interface Plan {
  readonly order: Int32Array;
  readonly chance: Float64Array;
}

export function envelopeOf(bounds: Intervals, units: Float64Array, cost: Float64Array, criterion: Criterion): Envelope {
  const [lower, upper] = [bounds.lower, bounds.upper].map((ends) => ends.map((end) => settled(end, criterion.scale))) as [Float64Array, Float64Array];
  const end = (z: number): number => upper[z] ?? 0;
  const plan = planOf(lower.map((low, z) => scoreOf(criterion, low, end(z))), lower.map((low, z) => chanceOf(criterion, low, end(z))), units, cost);
  const best = (values: Float64Array): Curve => curveOf(planOf(values, values.map((value) => (value > 0 ? 1 : 0)), units, cost), values, units, cost);
  return {
    treated: plan.order,
    chance: plan.chance,
    lower: curveOf(plan, lower, units, cost),
    upper: curveOf(plan, upper, units, cost),
    guaranteed: best(lower),
    possible: best(upper),
    whole: units.reduce((sum, count, z) => sum + count * (cost[z] ?? 1), 0),
  };
}

function planOf(worth: Float64Array, chance: Float64Array, units: Float64Array, cost: Float64Array): Plan {
  const rate = worth.map((value, z) => value / (cost[z] ?? 1));
  const order = Int32Array.from(worth.keys())
    .filter((z) => (chance[z] ?? 0) > 0 && (units[z] ?? 0) > 0)
    .sort((a, b) => (rate[b] ?? 0) - (rate[a] ?? 0) || a - b);
  return { order, chance: Float64Array.from(order, (z) => chance[z] ?? 0) };
}

function curveOf({ order, chance }: Plan, benefit: Float64Array, units: Float64Array, cost: Float64Array): Curve {
  const [spent, total] = [new Float64Array(order.length + 1), new Float64Array(order.length + 1)];
  order.forEach((z, at) => {
    const count = (units[z] ?? 0) * (chance[at] ?? 0);
    spent[at + 1] = (spent[at] ?? 0) + count * (cost[z] ?? 1);
    total[at + 1] = (total[at] ?? 0) + count * (benefit[z] ?? 0);
  });
  return { spent, total };
}

/** Where a budget ends. */
export interface Spending {
  /** How many strata are treated, the last of them perhaps in part. */
  readonly strata: number;
  /** Which part of what the rule treats of the last one is paid for. */
  readonly part: number;
  readonly spent: number;
  readonly lower: number;
  readonly upper: number;
}

/** What a budget buys; null is all that the rule treats. */
export function spend({ treated, lower, upper }: Envelope, budget: number | null): Spending {
  const { spent } = lower;
  const end = treated.length;
  const most = budget ?? Infinity;
  const slack = 1e-9 * Math.max(1, spent[end] ?? 0);
  let at = 0;
  while (at < end && (spent[at + 1] ?? 0) <= most + slack) at++;
  const part = at < end ? Math.max(0, (most - (spent[at] ?? 0)) / ((spent[at + 1] ?? 0) - (spent[at] ?? 0))) : 0;
  const isCut = part > 1e-9;
  const along = (values: Float64Array): number => (values[at] ?? 0) + (isCut ? part * ((values[at + 1] ?? 0) - (values[at] ?? 0)) : 0);
  return { strata: at + (isCut ? 1 : 0), part: isCut ? part : 1, spent: along(spent), lower: along(lower.total), upper: along(upper.total) };
}

/** Of each stratum which part is treated, from 0 to 1. */
export function treatedParts({ treated, chance }: Envelope, { strata, part }: Spending, count: number): Float64Array {
  const parts = new Float64Array(count);
  for (let at = 0; at < strata; at++) parts[treated[at] ?? 0] = (chance[at] ?? 0) * (at === strata - 1 ? part : 1);
  return parts;
}

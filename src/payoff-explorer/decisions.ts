/** What bounds say of each stratum, and whom a rule treats, as causal_magics/counterfactual/decisions/rules.py has it. */
import type { Intervals } from "./transport";

/** Treating is worth it for certain (1), is not for certain (-1), or the data do not say (0). */
export type Call = 1 | 0 | -1;

export type Rule = "midpoint" | "certain" | "randomised" | "hurwicz";
export const RULES: readonly Rule[] = ["midpoint", "certain", "randomised", "hurwicz"];

/** A rule, for Hurwicz's the weight of the upper bound, and the scale of the payoff. */
export interface Criterion {
  readonly rule: Rule;
  readonly optimism: number;
  readonly scale: number;
}

/** Ends this close to 0, as a share of the payoff's largest weight, are 0: rounding on the way here is no decision. */
export const TOLERANCE = 1e-9;

/** The scale of a payoff, beside which rounding is nothing: the largest size of a weight. */
export const largestWeight = (weights: Iterable<number>): number => {
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
  return largest;
};

/** A value without what is rounding beside weights of a scale. */
export const settled = (value: number, scale: number): number => (Math.abs(value) <= TOLERANCE * scale ? 0 : value);

export function callOf(lower: number, upper: number, scale: number): Call {
  const [low, high] = [settled(lower, scale), settled(upper, scale)];
  if (low > 0) return 1;
  return high < 0 || (high === 0 && low < 0) ? -1 : 0;
}

export function callsOf({ lower, upper }: Intervals, scale: number): Int8Array {
  return Int8Array.from(lower, (low, z) => callOf(low, upper[z] ?? 0, scale));
}

/** Shares of the population by what is known of them. */
export interface Shares {
  readonly treat: number;
  readonly undecided: number;
  readonly refuse: number;
}

export function sharesOf(calls: Int8Array, share: Float64Array): Shares {
  let [treat, refuse, all] = [0, 0, 0];
  for (let z = 0; z < calls.length; z++) {
    const part = share[z] ?? 0;
    all += part;
    if (calls[z] === 1) treat += part;
    else if (calls[z] === -1) refuse += part;
  }
  const whole = all > 0 ? all : 1;
  return { treat: treat / whole, undecided: Math.max(0, (all - treat - refuse) / whole), refuse: refuse / whole };
}

/** What a rule takes the benefit to be. */
export function scoreOf({ rule, optimism, scale }: Criterion, lower: number, upper: number): number {
  const weight = rule === "certain" ? 0 : rule === "hurwicz" ? optimism : 0.5;
  return settled((1 - weight) * lower + weight * upper, scale);
}

/** Which part of a stratum a rule treats: all or nothing but where it tosses a coin. */
export function chanceOf(criterion: Criterion, lower: number, upper: number): number {
  if (criterion.rule !== "randomised") return scoreOf(criterion, lower, upper) > 0 ? 1 : 0;
  const [low, high] = [settled(lower, criterion.scale), settled(upper, criterion.scale)];
  if (high <= low) return low > 0 ? 1 : 0;
  return Math.max(0, Math.min(1, high / (high - low)));
}

export type Sort = "midpoint" | "share" | "given";
export const SORTS: readonly Sort[] = ["midpoint", "share", "given"];

/** The strata in the order in which they are listed. */
export function orderOf({ lower, upper }: Intervals, share: Float64Array, sort: Sort): Int32Array {
  const places = Int32Array.from(lower, (_, z) => z);
  if (sort === "given") return places;
  const key = sort === "share" ? share : Float64Array.from(lower, (low, z) => low + (upper[z] ?? 0));
  return places.sort((a, b) => (key[b] ?? 0) - (key[a] ?? 0) || a - b);
}

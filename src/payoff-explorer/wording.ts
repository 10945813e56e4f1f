/** The words for strata and weights, as they are written, announced and read by tests. */
import { counted } from "../editor/wording";
import type { Study } from "./data";
import { type Call, type Rule, type Shares } from "./decisions";
import type { Explorer } from "./explorer";
import type { Intervals } from "./transport";

const BINARY = ["never-taker", "complier", "defier", "always-taker"];
/** In the order in which Li & Pearl have them. */
const BINARY_ORDER = [1, 3, 0, 2];

/** The cells of a payoff in the order in which they are listed. */
export function listedCells(levels: number): readonly number[] {
  return levels === 2 ? BINARY_ORDER : Array.from({ length: levels * levels }, (_, cell) => cell);
}

/** "complier"; of more levels "none → high", untreated and treated. */
export function cellName({ levels }: Study, cell: number): string {
  const n = levels.length;
  return n === 2 ? (BINARY[cell] ?? "") : `${levels[Math.floor(cell / n)] ?? ""} → ${levels[cell % n] ?? ""}`;
}

/** What the units of a cell do. */
export function cellWords({ levels, outcome, untreated, treated }: Study, cell: number): string {
  const n = levels.length;
  return `${outcome} is ${levels[Math.floor(cell / n)] ?? ""} with ${untreated}, ${levels[cell % n] ?? ""} with ${treated}`;
}

/** A minus as long as a plus is wide; as many digits as a reader uses. */
export function figure(value: number): string {
  const rounded = Math.abs(value) < 5e-7 ? 0 : value;
  const shown = Math.abs(rounded) >= 1e5 ? rounded.toExponential(2) : String(Number(rounded.toPrecision(3)));
  return shown.replace("-", "−");
}

export function percent(share: number): string {
  const value = 100 * share;
  const digits = (value > 0 && value < 9.95) || (value < 100 && value > 99.5) ? 1 : 0;
  return `${Number(value.toFixed(digits))} %`;
}

export const CALLS: Readonly<Record<Call, string>> = { 1: "treat", 0: "undecided", [-1]: "refuse" };

export const RULE_WORDS: Readonly<Record<Rule, string>> = {
  midpoint: "midpoint (least regret)",
  certain: "certain (lower bound)",
  randomised: "randomised (least regret)",
  hurwicz: "Hurwicz",
};

export function intervalText({ lower, upper }: Intervals, z: number): string {
  const [low, high] = [figure(lower[z] ?? 0), figure(upper[z] ?? 0)];
  return low === high ? low : `${low} to ${high}`;
}

/** "female, rural: 312 units, benefit −0.12 to 0.44, undecided, treated by the rule" */
export function describeStratum(explorer: Explorer, z: number): string {
  const { strata, units } = explorer.study.peek();
  const bounds = explorer.bounds.peek();
  const call = CALLS[explorer.callAt(z)];
  return `${strata[z] ?? ""}: ${counted(Math.round(units[z] ?? 0), "unit")}, benefit ${intervalText(bounds, z)}, ${call}, ${treatedText(explorer.parts.peek()[z] ?? 0)}`;
}

export function treatedText(part: number): string {
  return part <= 0 ? "not treated by the rule" : part < 1 ? `${percent(part)} treated by the rule` : "treated by the rule";
}

function describeShares({ treat, undecided, refuse }: Shares): string {
  return `treat ${percent(treat)}, undecided ${percent(undecided)}, refuse ${percent(refuse)}`;
}

/** "Weights: complier 1, always-taker 0, never-taker 0, defier −2: treat 41 %, …" */
export function describeWeights(study: Study, weights: readonly number[], shares: Shares): string {
  const each = listedCells(study.levels.length).map((cell) => `${cellName(study, cell)} ${figure(weights[cell] ?? 0)}`);
  return `Weights: ${each.join(", ")}: ${describeShares(shares)}.`;
}

/** "1,000 strata, 52,310 units" */
export function describeStudy({ strata, units, treatment, outcome }: Study): string {
  const all = units.reduce((sum, each) => sum + each, 0);
  const named = treatment && outcome ? `${treatment} → ${outcome}: ` : "";
  const counts = (count: number, noun: string): string => `${Math.round(count).toLocaleString("en")} ${count === 1 || noun === "strata" ? noun : `${noun}s`}`;
  return `${named}${strata.length === 1 ? "1 stratum" : counts(strata.length, "strata")}, ${counts(all, "unit")}`;
}

export const SOURCE_WORDS = { experiment: "an experiment", observations: "observations", both: "an experiment and observations" } as const;

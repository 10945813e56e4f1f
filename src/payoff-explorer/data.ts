/** What the kernel says of strata: read as it comes, so that no odd value breaks the drawing. */
import { isObject } from "../graph/wire";
import { cellCount, MOST_LEVELS, partOf, type Intervals, type Margins, type Part, type Sources } from "./transport";

/** The strata, and what is known of each. */
export interface Study {
  readonly treatment: string;
  readonly outcome: string;
  readonly untreated: string;
  readonly treated: string;
  /** Names of the outcome's levels, the lowest first. */
  readonly levels: readonly string[];
  readonly strata: readonly string[];
  readonly share: Float64Array;
  readonly units: Float64Array;
  /** What treating a unit of each stratum costs. */
  readonly cost: Float64Array;
  /** What is known, of some strata at least. */
  readonly sources: readonly Sources[];
  readonly monotone: boolean;
  /** What the screen computes bounds from; null where the kernel computes them. */
  readonly margins: Margins | null;
  /** The payoff that "reset" goes back to, row by row. */
  readonly payoff: readonly number[];
}

/** What the kernel computed for one payoff: bounds, and confidence intervals around them. */
export interface Answer {
  readonly weights: readonly number[];
  readonly bounds: Intervals | null;
  readonly confidence: Intervals | null;
  readonly level: number;
  readonly failure: string;
}

/** A cell of the payoff: [outcome untreated, outcome treated]. */
export type Axis = number;
export type Axes = readonly [x: Axis, y: Axis];

export const NO_STUDY: Study = {
  treatment: "", outcome: "", untreated: "", treated: "", levels: ["0", "1"], strata: [], share: new Float64Array(0),
  units: new Float64Array(0), cost: new Float64Array(0), sources: [], monotone: false, margins: null, payoff: [0, 1, 0, 0],
}; // prettier-ignore
export const NO_ANSWER: Answer = { weights: [], bounds: null, confidence: null, level: 0.95, failure: "" };

const SOURCES: readonly Sources[] = ["experiment", "observations", "both"];
const MOST_LISTED_LEVELS = 12;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** The study of a trait or of a stored output; none where its parts do not fit each other. */
export function parseStudy(raw: unknown): Study {
  if (!isObject(raw)) return NO_STUDY;
  const strata = list(raw.strata).map(text);
  const levels = list(raw.levels).map(text);
  const [share, units, cost] = [raw.share, raw.units, raw.cost].map((each) => numbers(each, strata.length));
  const payoff = parseWeights(raw.payoff, levels.length);
  const isOdd = levels.length < 2 || levels.length > MOST_LISTED_LEVELS || strata.length === 0;
  if (isOdd || !share || !units || !cost?.every((each) => each > 0) || !payoff) return NO_STUDY;
  const names = { treatment: text(raw.treatment), outcome: text(raw.outcome), untreated: text(raw.untreated), treated: text(raw.treated) };
  const sources = SOURCES.filter((each) => list(raw.sources).includes(each));
  return { ...names, levels, strata, share, units, cost, sources, monotone: raw.monotone === true, margins: readMargins(raw.groups, levels.length, strata.length), payoff };
}

/** What is known of all strata; null where some are left out, as where the kernel computes their bounds. */
function readMargins(raw: unknown, levels: number, strata: number): Margins | null {
  const parts = list(raw).flatMap((group) => readPart(group, levels, strata));
  const known = new Set(parts.flatMap(({ places }) => [...places]));
  const count = parts.reduce((sum, { places }) => sum + places.length, 0);
  return levels <= MOST_LEVELS && known.size === strata && count === strata ? { levels, strata, parts } : null;
}

function readPart(raw: unknown, levels: number, strata: number): Part[] {
  if (!isObject(raw)) return [];
  const sources = SOURCES.find((each) => each === raw.sources);
  const places = list(raw.strata);
  if (!sources || !places.every((z) => isPlace(z, strata))) return [];
  const cells = numbers(raw.cells, places.length * cellCount(sources, levels));
  return cells ? [partOf(cells, sources, levels, Int32Array.from(places, Number))] : [];
}

function numbers(raw: unknown, count: number): Float64Array | null {
  const values = list(raw);
  return values.length === count && values.every(isNumber) ? Float64Array.from(values) : null;
}

/** A payoff row by row; null where it is no square matrix of numbers. */
export function parseWeights(raw: unknown, levels: number): readonly number[] | null {
  const rows = list(raw);
  const values = rows.flatMap(list);
  const isSquare = rows.length === levels && rows.every((row) => list(row).length === levels);
  return isSquare && values.every(isNumber) ? values : null;
}

/** A payoff as the kernel has it: a row for each outcome untreated. */
export function matrixOf(weights: readonly number[], levels: number): number[][] {
  return Array.from({ length: levels }, (_, i) => weights.slice(i * levels, (i + 1) * levels));
}

export function parseAxes(raw: unknown, levels: number): Axes {
  const cells = list(raw).map((pair) => {
    const [i, k] = list(pair);
    return isPlace(i, levels) && isPlace(k, levels) ? i * levels + k : -1;
  });
  const [x = -1, y = -1] = cells;
  return x >= 0 && y >= 0 && x !== y ? [x, y] : [1, levels];
}

export const pairOf = (cell: Axis, levels: number): [number, number] => [Math.floor(cell / levels), cell % levels];

export function isPlace(value: unknown, end: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < end;
}

export function parseAnswer(raw: unknown, { strata, levels }: Study): Answer {
  if (!isObject(raw)) return NO_ANSWER;
  const weights = parseWeights(raw.weights, levels.length);
  const both = (lower: unknown, upper: unknown): Intervals | null => {
    const [low, high] = [numbers(lower, strata.length), numbers(upper, strata.length)];
    return low && high ? { lower: low, upper: high } : null;
  };
  if (!weights) return NO_ANSWER;
  return {
    weights,
    bounds: both(raw.lower, raw.upper),
    confidence: both(raw.interval_lower, raw.interval_upper),
    level: isNumber(raw.confidence) ? raw.confidence : 0.95,
    failure: text(raw.failure),
  };
}

export const sameWeights = (one: readonly number[], other: readonly number[]): boolean =>
  one.length === other.length && one.every((value, at) => Math.abs(value - (other[at] ?? NaN)) <= 1e-9 * Math.max(1, Math.abs(value)));

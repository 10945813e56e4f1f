/** What the kernel says of heads: read as it comes, so that no odd value breaks the drawing. */
import { isObject } from "../graph/wire";

export type Mark = "cut" | "kept";

/** One quantity for each head; `layer * heads + head` is the place of a head in every list. */
export interface Panel {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly (number | null)[];
  readonly lower: readonly (number | null)[] | null;
  readonly upper: readonly (number | null)[] | null;
  /** Whether a head's value was computed exactly rather than estimated; null where nothing is said. */
  readonly exact: readonly boolean[] | null;
  /** The size of a value whose colour is full. */
  readonly limit: number;
  /** The rank of each head by the size of its value, from 1. */
  readonly ranks: readonly (number | null)[];
}

export interface Grid {
  readonly layers: number;
  readonly heads: number;
  readonly panels: readonly Panel[];
}

export const NO_GRID: Grid = { layers: 0, heads: 0, panels: [] };

const MOST_CELLS = 16_384;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);
const count = (value: unknown): number => (Number.isSafeInteger(value) ? Math.max(0, Number(value)) : 0);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** The grid of a trait or of a stored output; panels whose values do not fill it are left out. */
export function parseGrid(raw: unknown): Grid {
  if (!isObject(raw)) return NO_GRID;
  const [layers, heads] = [count(raw.layers), count(raw.heads)];
  const size = layers * heads;
  if (size === 0 || size > MOST_CELLS) return NO_GRID;
  return { layers, heads, panels: list(raw.panels).flatMap((panel) => readPanel(panel, size)) };
}

function readPanel(raw: unknown, size: number): Panel[] {
  if (!isObject(raw) || list(raw.values).length !== size) return [];
  const numbers = (value: unknown): (number | null)[] | null => (list(value).length === size ? list(value).map(number) : null);
  const values = list(raw.values).map(number);
  const exact = list(raw.exact).length === size ? list(raw.exact).map((each) => each === true || each === 1) : null;
  const largest = values.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
  const limit = number(raw.limit) ?? largest;
  return [{
    name: text(raw.name),
    unit: text(raw.unit),
    values,
    lower: numbers(raw.lower),
    upper: numbers(raw.upper),
    exact,
    limit: limit > 0 ? limit : 1,
    ranks: ranksOf(values),
  }];
}

/** Places of the heads that have a value, the largest effect first; of equal ones the first head. */
export function order(values: readonly (number | null)[]): number[] {
  const size = (index: number): number => Math.abs(values[index] ?? 0);
  return values.flatMap((value, index) => (value === null ? [] : [index])).sort((a, b) => size(b) - size(a) || a - b);
}

function ranksOf(values: readonly (number | null)[]): (number | null)[] {
  const ranks = values.map((): number | null => null);
  order(values).forEach((index, place) => (ranks[index] = place + 1));
  return ranks;
}

/** The places of [layer, head] pairs; those that the grid does not have are left out. */
export function parseHeads(raw: unknown, grid: Grid): ReadonlySet<number> {
  return new Set(list(raw).flatMap((pair) => placeOf(pair, grid)).sort((a, b) => a - b));
}

export function parseMarks(raw: unknown, grid: Grid): ReadonlyMap<number, Mark> {
  const read = (item: unknown): [number, Mark][] => {
    const [mark] = list(item).slice(2);
    return mark === "cut" || mark === "kept" ? placeOf(list(item).slice(0, 2), grid).map((place) => [place, mark]) : [];
  };
  return new Map(list(raw).flatMap(read));
}

function placeOf(pair: unknown, { layers, heads }: Grid): number[] {
  const [layer, head, ...more] = list(pair);
  const isIn = (value: unknown, end: number): value is number => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < end;
  return more.length === 0 && isIn(layer, layers) && isIn(head, heads) ? [layer * heads + head] : [];
}

/** [layer, head] of a place. */
export function pairOf(index: number, { heads }: Grid): [layer: number, head: number] {
  return [Math.floor(index / heads), index % heads];
}

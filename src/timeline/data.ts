/** What the kernel says of batches and regimes: read as it comes, so that no odd value breaks the drawing. */
import { isObject } from "../graph/wire";

/** One way to place a batch, and its price. */
export interface Alternative {
  /** "regime 2", "new regime in world 0", "new world" */
  readonly words: string;
  readonly bits: number | null;
  /** Whether the batch was placed so when it came. */
  readonly taken: boolean;
}

export interface Batch {
  readonly label: string;
  readonly rows: number;
  /** Index of its regime. */
  readonly regime: number;
  /** Codelength that it added when it came. */
  readonly bits: number | null;
  readonly perRow: number | null;
  /** What each of its rows would have added in the best of the other places. */
  readonly otherPerRow: number | null;
  readonly alternatives: readonly Alternative[];
  readonly changed: readonly string[];
  readonly extrapolated: readonly { readonly column: string; readonly share: number }[];
}

export interface Regime {
  readonly world: number;
  readonly rows: number;
  readonly edges: number;
  readonly changed: readonly string[];
}

export interface Episodes {
  readonly batches: readonly Batch[];
  readonly regimes: readonly Regime[];
}

export const NO_EPISODES: Episodes = { batches: [], regimes: [] };

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);
const count = (value: unknown): number => Math.max(0, Math.trunc(number(value) ?? 0));
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const texts = (value: unknown): string[] => list(value).filter((item) => typeof item === "string");
const objects = (value: unknown): Readonly<Record<string, unknown>>[] => list(value).filter(isObject);

/** The episodes of a trait or of a stored output; batches of regimes that are not there are left out. */
export function parseEpisodes(raw: unknown): Episodes {
  if (!isObject(raw)) return NO_EPISODES;
  const regimes = objects(raw.regimes).map(readRegime);
  const batches = objects(raw.batches).map(readBatch);
  return { regimes, batches: batches.filter(({ regime }) => regime < regimes.length) };
}

function readRegime({ world, rows, edges, changed }: Readonly<Record<string, unknown>>): Regime {
  return { world: count(world), rows: count(rows), edges: count(edges), changed: texts(changed) };
}

function readBatch(raw: Readonly<Record<string, unknown>>): Batch {
  return {
    label: text(raw.label),
    rows: count(raw.rows),
    regime: count(raw.regime),
    bits: number(raw.bits),
    perRow: number(raw.per_row),
    otherPerRow: number(raw.other_per_row),
    alternatives: objects(raw.alternatives).map(({ words, bits, taken }) => ({ words: text(words), bits: number(bits), taken: taken === true })),
    changed: texts(raw.changed),
    extrapolated: objects(raw.extrapolated).map(({ column, share }) => ({ column: text(column), share: number(share) ?? 0 })),
  };
}

/** The bounds on the probability of necessity and sufficiency: as the kernel tells them, and what the last edit did to them. */
import { isObject } from "../graph/wire";
import { number, objects, text, texts } from "./told";

export type Ends = readonly [lower: number, upper: number];

export interface Step {
  readonly words: string;
  readonly gain: number;
  readonly reason: string;
}

export interface Bounds {
  /** Without the graph. */
  readonly start: Ends;
  readonly now: Ends;
  readonly steps: readonly Step[];
  readonly notes: readonly string[];
  readonly summary: string;
}

/** Bounds, or why there are none. */
export type Told = { readonly bounds: Bounds } | { readonly problem: string };

/** What is shown, with the bounds before the last edit where it changed them. */
export interface Shown {
  readonly told: Told;
  readonly before: Ends | null;
  /** They are of an earlier graph, and others are being computed. */
  readonly waiting: boolean;
  readonly question: string;
  readonly drawing: string;
}

export function readBounds(raw: unknown): Told | null {
  if (!isObject(raw)) return null;
  const [start, now] = [endsOf(raw.start), endsOf(raw.now)];
  if (!start || !now) return text(raw.problem) ? { problem: text(raw.problem) } : null;
  const steps = objects(raw.steps).map(({ words, gain, reason }) => ({ words: text(words), gain: number(gain) ?? 0, reason: text(reason) }));
  return { bounds: { start, now, steps, notes: texts(raw.notes), summary: text(raw.summary) } };
}

function endsOf(raw: unknown): Ends | null {
  const [lower, upper] = Array.isArray(raw) ? [number(raw[0]), number(raw[1])] : [null, null];
  return lower === null || upper === null ? null : [lower, upper];
}

/** What to show once something else is told of a question in a drawing; both are any words that say whether they changed. */
export function follow(shown: Shown | null, told: Told | null, waiting: boolean, question: string, drawing: string): Shown | null {
  const last = shown?.question === question ? shown : null;
  if (!told) return waiting && last ? { ...last, waiting } : null;
  const [was, is] = [last && "bounds" in last.told ? last.told.bounds.now : null, "bounds" in told ? told.bounds.now : null];
  const changed = was && is && endsWords(was) !== endsWords(is) ? was : null;
  const before = changed ?? (last?.drawing === drawing ? last.before : null);
  return { told, before, waiting: false, question, drawing };
}

/** "0.20 – 0.57", or "0.25" where both ends read the same. */
export function endsWords([lower, upper]: Ends): string {
  const [low, high] = [lower.toFixed(2), upper.toFixed(2)];
  return low === high ? low : `${low} – ${high}`;
}

/** "−0.12" */
export function gainWords(gain: number): string {
  return `−${gain.toFixed(gain < 0.01 ? 3 : 2)}`;
}

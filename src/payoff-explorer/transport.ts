/**
 * Bounds on the benefit of a payoff, as causal_magics/counterfactual/bounding/transport.py has them: a payoff is worth the sum of
 * one or two transport costs, whose least value is the largest of the dual's vertices. Each vertex is a spanning tree of
 * the levels untreated and treated whose potentials stay below all costs.
 */

export type Sources = "experiment" | "observations" | "both";

/** Up to so many levels all spanning trees are looked through: 4,096 of them. */
export const MOST_LEVELS = 4;

/** Strata of which the same is known: for each group whose coupling is not, its outcomes untreated, then treated. */
export interface Part {
  readonly sources: Sources;
  /** Their places among all strata. */
  readonly places: Int32Array;
  /** Of each group one row of 2 · levels numbers a stratum. */
  readonly groups: readonly Float64Array[];
}

/** The margins of all strata. */
export interface Margins {
  readonly levels: number;
  readonly strata: number;
  readonly parts: readonly Part[];
}

/** The least and the greatest benefit of each stratum. */
export interface Intervals {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Cells of one stratum, as `Distributions.cells` has them: those of the experiment first, untreated before treated. */
export function cellCount(sources: Sources, levels: number): number {
  return (sources === "both" ? 4 : 2) * levels;
}

/** Splits the cells of some strata into groups whose margins are known. */
export function partOf(cells: ArrayLike<number>, sources: Sources, levels: number, places: Int32Array): Part {
  const width = 2 * levels;
  const row = cellCount(sources, levels);
  if (sources !== "both") return { sources, places, groups: [Float64Array.from(cells)] };
  const [first, second] = [new Float64Array(places.length * width), new Float64Array(places.length * width)];
  for (let z = 0; z < places.length; z++) {
    for (let i = 0; i < levels; i++) {
      const from = z * row + i;
      const [untreated, treated] = [cells[from] ?? 0, cells[from + levels] ?? 0];
      const [seenUntreated, seenTreated] = [cells[from + width] ?? 0, cells[from + width + levels] ?? 0];
      const to = z * width + i;
      // Those who took the treatment, then those who did not.
      first[to] = untreated - seenUntreated;
      first[to + levels] = seenTreated;
      second[to] = seenUntreated;
      second[to + levels] = treated - seenTreated;
    }
  }
  return { sources, places, groups: [first, second] };
}

/** The margins of strata that all have the same sources. */
export function marginsOf(cells: ArrayLike<number>, sources: Sources, levels: number): Margins {
  const strata = Math.floor(cells.length / cellCount(sources, levels));
  return { levels, strata, parts: [partOf(cells, sources, levels, Int32Array.from({ length: strata }, (_, z) => z))] };
}

/** The margins of some strata, in this order. */
export function takeMargins({ levels, parts }: Margins, places: readonly number[]): Margins {
  const width = 2 * levels;
  const wanted = new Map(places.map((z, place) => [z, place]));
  const taken = parts.map(({ sources, places: members, groups }) => {
    const kept = Array.from(members.keys()).filter((at) => wanted.has(members[at] ?? -1));
    const rows = (group: Float64Array): Float64Array => {
      const found = new Float64Array(kept.length * width);
      kept.forEach((at, to) => found.set(group.subarray(at * width, (at + 1) * width), to * width));
      return found;
    };
    return { sources, places: Int32Array.from(kept, (at) => wanted.get(members[at] ?? -1) ?? 0), groups: groups.map(rows) };
  });
  return { levels, strata: places.length, parts: taken.filter(({ places: { length } }) => length > 0) };
}

/** Writes the bounds of every stratum; `values[i * levels + k]` is the worth of outcome i untreated and k treated. */
export function boundsInto({ lower, upper }: Intervals, margins: Margins, values: ArrayLike<number>, monotone: boolean): void {
  const hasMargins = margins.parts.some(({ sources }) => sources !== "observations");
  const tight = hasMargins ? potentials(values, margins.levels, monotone) : null;
  for (const part of margins.parts) {
    const terms = part.sources === "observations" || !tight ? freeMargin(values, margins.levels, monotone) : tight;
    evaluate(lower, part, terms.lower, 2 * margins.levels, 1);
    evaluate(upper, part, terms.upper, 2 * margins.levels, -1);
  }
}

export function boundsOf(margins: Margins, values: ArrayLike<number>, monotone: boolean): Intervals {
  const found = { lower: new Float64Array(margins.strata), upper: new Float64Array(margins.strata) };
  boundsInto(found, margins, values, monotone);
  return found;
}

/** The largest of the terms (of sign 1) or the least (-1), summed over the groups. */
function evaluate(out: Float64Array, { places, groups }: Part, terms: Float64Array, width: number, sign: number): void {
  for (let z = 0; z < places.length; z++) {
    let total = 0;
    for (const group of groups) {
      const row = z * width;
      let best = -Infinity;
      for (let term = 0; term < terms.length; term += width) {
        let sum = 0;
        for (let at = 0; at < width; at++) sum += (terms[term + at] ?? 0) * (group[row + at] ?? 0);
        if (sign * sum > best) best = sign * sum;
      }
      total += best;
    }
    out[places[z] ?? 0] = sign * total;
  }
}

/** Terms of the lower and of the upper bound, 2 · levels coefficients each. */
interface BothTerms {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** The one term of each where the outcome under the arm that was not taken is free. */
function freeMargin(values: ArrayLike<number>, n: number, monotone: boolean): BothTerms {
  const [least, most] = [new Float64Array(2 * n).fill(Infinity), new Float64Array(2 * n).fill(-Infinity)];
  for (let i = 0; i < n; i++) {
    for (let k = monotone ? i : 0; k < n; k++) {
      const value = values[i * n + k] ?? 0;
      for (const at of [i, n + k]) {
        least[at] = Math.min(least[at] ?? value, value);
        most[at] = Math.max(most[at] ?? value, value);
      }
    }
  }
  return { lower: least, upper: most };
}

/**
 * The vertices of both duals, 2 · levels potentials each: those of outcomes untreated, the first of which is 0, then
 * treated. Those of the lower bound stay below all values, those of the upper one above them.
 */
export function potentials(values: ArrayLike<number>, n: number, monotone: boolean): BothTerms {
  const steps = spanningTrees(n, monotone);
  const width = 2 * n;
  const size = 3 * (width - 1);
  const scale = Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const [below, above]: [number[], number[]] = [[], []];
  const here = new Float64Array(width);
  for (let start = 0; start < steps.length; start += size) {
    for (let at = start; at < start + size; at += 3) {
      here[steps[at] ?? 0] = (values[steps[at + 2] ?? 0] ?? 0) - (here[steps[at + 1] ?? 0] ?? 0);
    }
    const side = sideOf(here, values, n, monotone, 1e-9 * scale);
    if (side.isBelow && !isKnown(below, here, 1e-11 * scale)) below.push(...here);
    if (side.isAbove && !isKnown(above, here, 1e-11 * scale)) above.push(...here);
  }
  return { lower: Float64Array.from(below), upper: Float64Array.from(above) };
}

const BOTH = { isBelow: true, isAbove: true };
const BELOW = { isBelow: true, isAbove: false };
const ABOVE = { isBelow: false, isAbove: true };
const NEITHER = { isBelow: false, isAbove: false };

/** Whether potentials stay below all values, or above them. */
function sideOf(here: Float64Array, values: ArrayLike<number>, n: number, monotone: boolean, slack: number): typeof BOTH {
  let [isBelow, isAbove] = [true, true];
  for (let i = 0; i < n; i++) {
    for (let k = monotone ? i : 0; k < n; k++) {
      const gap = (here[i] ?? 0) + (here[n + k] ?? 0) - (values[i * n + k] ?? 0);
      if (gap > slack) isBelow = false;
      else if (gap < -slack) isAbove = false;
      if (!isBelow && !isAbove) return NEITHER;
    }
  }
  return isBelow ? (isAbove ? BOTH : BELOW) : ABOVE;
}

function isKnown(found: readonly number[], here: Float64Array, tolerance: number): boolean {
  for (let start = 0; start < found.length; start += here.length) {
    let at = 0;
    while (at < here.length && Math.abs((found[start + at] ?? 0) - (here[at] ?? 0)) <= tolerance) at++;
    if (at === here.length) return true;
  }
  return false;
}

const grown = new Map<string, Int8Array>();

/** Of each spanning tree its steps from outcome 0 untreated on: to which potential, from which, along which cost. */
function spanningTrees(n: number, monotone: boolean): Int8Array {
  const key = `${n} ${String(monotone)}`;
  const known = grown.get(key);
  if (known) return known;
  const moves = Array.from({ length: n * n }, (_, cell) => cell).filter((cell) => !monotone || cell % n >= Math.floor(cell / n));
  const found: number[] = [];
  const chosen: number[] = [];
  const choose = (from: number): void => {
    if (chosen.length === 2 * n - 1) {
      found.push(...stepsAlong(chosen, n));
      return;
    }
    for (let at = from; at < moves.length; at++) {
      chosen.push(moves[at] ?? 0);
      choose(at + 1);
      chosen.pop();
    }
  };
  choose(0);
  const trees = Int8Array.from(found);
  grown.set(key, trees);
  return trees;
}

/** The steps of one tree; none where the moves are no tree. */
function stepsAlong(moves: readonly number[], n: number): number[] {
  const steps: number[] = [];
  const seen = new Set([0]);
  for (let left = moves.length; left > 0; left--) {
    for (const cell of moves) {
      const [i, k] = [Math.floor(cell / n), n + (cell % n)];
      if (seen.has(i) === seen.has(k)) continue;
      const [from, to] = seen.has(i) ? [i, k] : [k, i];
      seen.add(to);
      steps.push(to, from, cell);
    }
  }
  return seen.size === 2 * n ? steps : [];
}

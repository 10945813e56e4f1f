/** Lines along which a quantity on a grid has one value. */

export interface Grid {
  /** Number of cells along each side; there is one node more. */
  readonly size: number;
  /** Row by row, from below: `values[row * (size + 1) + column]`. */
  readonly values: Float64Array;
}

export type Point = readonly [x: number, y: number];
export type Segment = readonly [Point, Point];

/** The quantity at a point of the grid, for lines that are exact where they cross it. */
export type At = (x: number, y: number) => number;

/** Segments in units of cells: by linear interpolation between the nodes, or exact on the edges where `at` is given. */
export function contour({ size, values }: Grid, level: number, at?: At): Segment[] {
  const row = size + 1;
  const corner = (x: number, y: number): Corner => ({ x, y, value: (values[y * row + x] ?? 0) - level });
  const found: Segment[] = [];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [a, b, c, d] = [corner(x, y), corner(x + 1, y), corner(x + 1, y + 1), corner(x, y + 1)] as const;
      const crossed = ([[a, b], [b, c], [c, d], [d, a]] as const).flatMap(([from, to]) => crossing(from, to, level, at));
      found.push(...joined(crossed, [a, b, c, d]));
    }
  }
  return found;
}

interface Corner {
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

function crossing(from: Corner, to: Corner, level: number, at?: At): Point[] {
  if (from.value > 0 === to.value > 0) return [];
  const along = (t: number): Point => [from.x + t * (to.x - from.x), from.y + t * (to.y - from.y)];
  let [low, high] = [{ t: 0, value: from.value }, { t: 1, value: to.value }];
  const nothing = 1e-12 * (Math.abs(from.value) + Math.abs(to.value));
  let t = low.value / (low.value - high.value);
  for (let turn = 0; at && turn < 30 && high.t - low.t > 1e-7; turn++) {
    const here = { t, value: at(...along(t)) - level };
    if (Math.abs(here.value) <= nothing) break;
    if (here.value > 0 === low.value > 0) low = here;
    else high = here;
    // The chord finds a kink in a few turns; halving ends what it is slow at.
    t = turn % 3 === 2 ? (low.t + high.t) / 2 : low.t + ((high.t - low.t) * low.value) / (low.value - high.value);
  }
  return [along(t)];
}

/** The lines through a cell; where two opposite corners are above, what is like its middle is joined. */
function joined([a, b, c, d]: readonly Point[], corners: readonly Corner[]): Segment[] {
  if (!a || !b) return [];
  if (!c || !d) return [[a, b]];
  const isMiddleAbove = corners.reduce((sum, { value }) => sum + value, 0) > 0;
  const isFirstAbove = (corners[0]?.value ?? 0) > 0;
  return isMiddleAbove === isFirstAbove ? [[a, b], [c, d]] : [[d, a], [b, c]];
}

/** Lines through as many segments as join, so that dashes run on along them. */
export function polylines(segments: readonly Segment[]): Point[][] {
  const key = ([x, y]: Point): string => `${Math.round(x * 1e5)} ${Math.round(y * 1e5)}`;
  const ends = new Map<string, number[]>();
  segments.forEach((segment, index) => segment.forEach((end) => ends.set(key(end), [...(ends.get(key(end)) ?? []), index])));
  const used = new Set<number>();
  const follow = (from: Point): Point[] => {
    const line: Point[] = [];
    for (let end = from; ; ) {
      const next = (ends.get(key(end)) ?? []).find((index) => !used.has(index));
      const segment = next === undefined ? undefined : segments[next];
      if (next === undefined || !segment) return line;
      used.add(next);
      end = key(segment[0]) === key(end) ? segment[1] : segment[0];
      line.push(end);
    }
  };
  return segments.flatMap(([start, end], index) => {
    if (used.has(index)) return [];
    used.add(index);
    return [[...follow(start).reverse(), start, end, ...follow(end)]];
  });
}

/** Round figures along an axis. */

export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** A range around some values with round ends, and two to six round figures in it; 0 is always in it. */
export function scaleOf(least: number, most: number, ticks = 5): Scale {
  const [from, to] = [Math.min(0, least), Math.max(0, most)];
  if (!(to - from > 1e-12)) return { low: -1, high: 1, ticks: [-1, 0, 1] };
  const unit = 10 ** Math.floor(Math.log10((to - from) / ticks));
  const step = [1, 2, 5, 10].map((factor) => factor * unit).find((each) => (to - from) / each <= ticks) ?? 10 * unit;
  const [first, last] = [Math.floor(from / step + 1e-9), Math.ceil(to / step - 1e-9)];
  const found = Array.from({ length: last - first + 1 }, (_, place) => (first + place) * step);
  return { low: first * step, high: last * step, ticks: found };
}

export function extent(...lists: readonly Float64Array[]): readonly [least: number, most: number] {
  let [least, most] = [0, 0];
  for (const values of lists) {
    for (const value of values) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  return [least, most];
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Sets of heads, and how hands change them. */
import type { Shape } from "./layout";

export type Heads = ReadonlySet<number>;

/** All heads in the rectangle that two of them span. */
export function rectangle({ heads }: Shape, from: number, to: number): Heads {
  const [top, bottom] = ordered(Math.floor(from / heads), Math.floor(to / heads));
  const [left, right] = ordered(from % heads, to % heads);
  const found = new Set<number>();
  for (let layer = top; layer <= bottom; layer++) for (let head = left; head <= right; head++) found.add(layer * heads + head);
  return found;
}

function ordered(a: number, b: number): readonly [number, number] {
  return a <= b ? [a, b] : [b, a];
}

export function union(one: Heads, other: Heads): Heads {
  return sorted([...one, ...other]);
}

export function toggled(heads: Heads, index: number): Heads {
  return heads.has(index) ? sorted([...heads].filter((each) => each !== index)) : union(heads, new Set([index]));
}

function sorted(heads: readonly number[]): Heads {
  return new Set([...heads].sort((a, b) => a - b));
}

export function same(one: Heads, other: Heads): boolean {
  return one.size === other.size && [...one].every((index) => other.has(index));
}

/** Where a key leads from a head; null for other keys. */
export function headAfter({ layers, heads }: Shape, from: number, key: string, whole: boolean): number | null {
  const [layer, head] = [Math.floor(from / heads), from % heads];
  const to = (row: number, column: number): number =>
    Math.max(0, Math.min(layers - 1, row)) * heads + Math.max(0, Math.min(heads - 1, column));
  switch (key) {
    case "ArrowRight": return to(layer, head + 1);
    case "ArrowLeft": return to(layer, head - 1);
    case "ArrowDown": return to(layer + 1, head);
    case "ArrowUp": return to(layer - 1, head);
    case "PageDown": return to(layer + PAGE, head);
    case "PageUp": return to(layer - PAGE, head);
    case "Home": return to(whole ? 0 : layer, 0);
    case "End": return to(whole ? layers - 1 : layer, heads - 1);
    default: return null;
  }
}

const PAGE = 5;

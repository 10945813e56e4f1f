/** Where dragged nodes line up with others: what they snap to, and the lines that show it. */
import type { Box } from "../graph/geometry";

export interface Guide {
  /** The line is at this x, or at this y, of the drawing. */
  readonly axis: "x" | "y";
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

export interface Snap {
  readonly dx: number;
  readonly dy: number;
  readonly guides: readonly Guide[];
}

interface Line {
  readonly at: number;
  readonly box: Box;
}

/** Centres and sides, along one axis. */
function marks(box: Box, axis: "x" | "y"): readonly number[] {
  const half = (axis === "x" ? box.width : box.height) / 2;
  return [box[axis], box[axis] - half, box[axis] + half];
}

/** The least shift, of at most `reach`, that puts a box in line with another one along each axis. */
export function snapTo(box: Box, others: Iterable<Box>, reach: number): Snap {
  const best: Record<"x" | "y", (Line & { readonly shift: number }) | null> = { x: null, y: null };
  for (const other of others) {
    for (const axis of ["x", "y"] as const) {
      const own = marks(box, axis);
      marks(other, axis).forEach((at, place) => {
        // Centres line up with centres, sides with sides.
        for (const [index, mine] of own.entries()) {
          if ((place === 0) !== (index === 0)) continue;
          const shift = at - mine;
          if (Math.abs(shift) <= reach && Math.abs(shift) < Math.abs(best[axis]?.shift ?? Infinity)) best[axis] = { at, box: other, shift };
        }
      });
    }
  }
  const [dx, dy] = [best.x?.shift ?? 0, best.y?.shift ?? 0];
  const moved = { ...box, x: box.x + dx, y: box.y + dy };
  const guides = (["x", "y"] as const).flatMap((axis): Guide[] => {
    const line = best[axis];
    if (!line) return [];
    const [along, size] = axis === "x" ? (["y", "height"] as const) : (["x", "width"] as const);
    const ends = [moved, line.box].flatMap((each) => [each[along] - each[size] / 2 - 10, each[along] + each[size] / 2 + 10]);
    return [{ axis, at: line.at, from: Math.min(...ends), to: Math.max(...ends) }];
  });
  return { dx, dy, guides };
}

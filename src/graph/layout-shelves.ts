/** Components side by side on shelves, tallest first. */

import type { Point } from "./geometry-curves";
import { at } from "./indexing";

const SHELF_GAP = 48;
const PROPORTION = 1.6;

/** Left top corner of each rectangle, in the order given. */
export function packShelves(sizes: readonly { readonly width: number; readonly height: number }[]): Point[] {
  const order = sizes.map((_, index) => index);
  order.sort((a, b) => at(sizes, b).height - at(sizes, a).height || a - b);
  const area = sizes.reduce((sum, { width, height }) => sum + (width + SHELF_GAP) * (height + SHELF_GAP), 0);
  const widest = sizes.reduce((most, { width }) => Math.max(most, width), 0);
  const room = Math.max(widest, Math.sqrt(area * PROPORTION));
  const corners: Point[] = sizes.map(() => [0, 0]);
  let [left, top, shelf] = [0, 0, 0];
  for (const index of order) {
    const { width, height } = at(sizes, index);
    if (left > 0 && left + width > room) {
      top += shelf + SHELF_GAP;
      [left, shelf] = [0, 0];
    }
    corners[index] = [left, top];
    left += width + SHELF_GAP;
    shelf = Math.max(shelf, height);
  }
  return corners;
}

/** The phase map as pixels, and where there is room for words on it. */
import { levelOf, type PhaseMap } from "./phase";

type Colour = readonly [red: number, green: number, blue: number];

/** How strong a colour is where all are treated or refused. */
const STRENGTH = 0.42;

/** Fills RGBA pixels, the first row at the top: bilinear between the nodes. */
export function paintPixels(pixels: Uint8ClampedArray, side: number, map: PhaseMap, treat: Colour, refuse: Colour): void {
  const isOne = map.plane.stratum !== null;
  const [treatLevel, refuseLevel] = [levelOf(map.plane, "lower"), levelOf(map.plane, "upper")];
  for (let row = 0; row < side; row++) {
    const y = (1 - (row + 0.5) / side) * map.size;
    for (let column = 0; column < side; column++) {
      const x = ((column + 0.5) / side) * map.size;
      let [one, other] = [between(map.treat, map.size, x, y), between(map.refuse, map.size, x, y)];
      if (isOne) [one, other] = [one > treatLevel ? 1 : 0, other > refuseLevel && one < -treatLevel ? 1 : 0];
      const at = 4 * (row * side + column);
      const sum = one + other || 1;
      for (let channel = 0; channel < 3; channel++) {
        pixels[at + channel] = ((treat[channel] ?? 0) * one + (refuse[channel] ?? 0) * other) / sum;
      }
      pixels[at + 3] = 255 * STRENGTH * Math.min(1, one + other);
    }
  }
}

function between(values: Float64Array, size: number, x: number, y: number): number {
  const [column, row] = [Math.min(size - 1, Math.floor(x)), Math.min(size - 1, Math.floor(y))];
  const [dx, dy] = [x - column, y - row];
  const at = row * (size + 1) + column;
  const below = (values[at] ?? 0) * (1 - dx) + (values[at + 1] ?? 0) * dx;
  const above = (values[at + size + 1] ?? 0) * (1 - dx) + (values[at + size + 2] ?? 0) * dx;
  return below * (1 - dy) + above * dy;
}

export type Region = "treat" | "undecided" | "refuse";

export interface RegionLabel {
  readonly region: Region;
  /** From 0 to 1, upwards. */
  readonly x: number;
  readonly y: number;
}

/** So far from other regions, as a share of the map, a word has room. */
const ROOM = 0.1;

/** Where each region is widest; regions without room for a word are left out. */
export function regionLabels(map: PhaseMap): RegionLabel[] {
  const regions = regionsOf(map);
  return (["treat", "undecided", "refuse"] as const).flatMap((region) => {
    const inside = regions.map((each) => each === region);
    const { node, distance } = widest(inside, map.size + 1);
    if (distance < ROOM * map.size) return [];
    return [{ region, x: (node % (map.size + 1)) / map.size, y: Math.floor(node / (map.size + 1)) / map.size }];
  });
}

function regionsOf(map: PhaseMap): Region[] {
  const [treatLevel, refuseLevel] = [levelOf(map.plane, "lower"), levelOf(map.plane, "upper")];
  return Array.from(map.treat, (treat, node) => {
    if (treat > treatLevel) return "treat";
    return (map.refuse[node] ?? 0) > refuseLevel ? "refuse" : "undecided";
  });
}

/** The node that is farthest from what is outside, in steps along and across, the border being outside. */
function widest(inside: readonly boolean[], row: number): { node: number; distance: number } {
  const far = inside.map((is) => (is ? Infinity : 0));
  const at = (x: number, y: number): number => (x < 0 || y < 0 || x >= row || y >= row ? 0 : (far[y * row + x] ?? 0));
  const sweep = (nodes: Iterable<number>, step: number): void => {
    for (const node of nodes) {
      const [x, y] = [node % row, Math.floor(node / row)];
      if (inside[node]) far[node] = Math.min(at(x, y), 1 + Math.min(at(x - step, y), at(x, y - step), at(x - step, y - step), at(x + step, y - step)));
    }
  };
  const nodes = inside.map((_, node) => node);
  sweep(nodes, 1);
  sweep(nodes.reverse(), -1);
  const distance = far.reduce((most, each) => Math.max(most, each), 0);
  // Of several the middle one, so that words stand in the middle of bands.
  const best = far.flatMap((each, node) => (each === distance ? [node] : []));
  return { node: best[Math.floor(best.length / 2)] ?? 0, distance };
}

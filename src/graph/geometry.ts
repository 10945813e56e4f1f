/** Sizes of nodes, marks at the ends of edges and the box around a drawing. Pixels; y points down. */

import type { Box, EndMark } from "./geometry-curves";
import type { EdgeRoute } from "./geometry-routes";
import { fitLabel, labelWidth } from "./geometry-text";
import { ROLES } from "./model";
import type { Mark, Role } from "./model";

export { fitLabel, labelWidth } from "./geometry-text";
export { arrowHead, CIRCLE_RADIUS, circleCentre } from "./geometry-curves";
export type { Box, EdgeEnd, EndMark, Point } from "./geometry-curves";
export { routeEdges } from "./geometry-routes";
export type { EdgeRoute, RouteEdge } from "./geometry-routes";

/** What is drawn of a node, around its centre (0, 0). */
export interface NodeShape {
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  /** Distance of the outer ring of a selection node, else 0. */
  readonly ring: number;
  /** The name, or its beginning with an ellipsis. */
  readonly label: string;
  /** Middle of the label. */
  readonly labelX: number;
  /** The roles that have a glyph, with the middle of each. */
  readonly glyphs: readonly (readonly [role: Role, x: number])[];
}

const NODE_HEIGHT = 30;
const MIN_NODE_WIDTH = 64;
export const MAX_NODE_WIDTH = 220;
const NODE_PADDING = 28;
const GLYPH_WIDTH = 16;
const RING = 4;

export function nodeShape(name: string, roles: Iterable<Role> = []): NodeShape {
  const held = new Set(roles);
  const drawn = ROLES.filter((role) => held.has(role));
  const glyphRoom = GLYPH_WIDTH * drawn.length;
  const label = fitLabel(name, MAX_NODE_WIDTH - NODE_PADDING - glyphRoom);
  const content = labelWidth(label) + glyphRoom;
  const left = -content / 2;
  return {
    width: Math.min(MAX_NODE_WIDTH, Math.max(MIN_NODE_WIDTH, Math.ceil(content + NODE_PADDING))),
    height: NODE_HEIGHT,
    radius: held.has("adjusted") ? 4 : NODE_HEIGHT / 2,
    ring: held.has("selection") ? RING : 0,
    label,
    labelX: left + glyphRoom + labelWidth(label) / 2,
    glyphs: drawn.map((role, index) => [role, left + GLYPH_WIDTH * index + 6] as const),
  };
}

/** The outline that edges end at: the shape with its ring, around (x, y). */
export function nodeBox(shape: NodeShape, x: number, y: number): Box {
  const { width, height, radius, ring } = shape;
  return { x, y, width: width + 2 * ring, height: height + 2 * ring, radius: radius + ring };
}

/** The marks at source and target. */
export function markEnds(mark: Mark): readonly [source: EndMark, target: EndMark] {
  switch (mark) {
    case "->":
      return ["none", "arrow"];
    case "<->":
      return ["arrow", "arrow"];
    case "--":
      return ["none", "none"];
    case "@->":
      return ["circle", "arrow"];
    case "@-@":
      return ["circle", "circle"];
    case "@--":
      return ["circle", "none"];
  }
}

/** Stroke width of an edge, 1 to 4 px for a confidence of 0 to 1; 1.5 px where there is none. */
export function edgeWidth(confidence: number | null | undefined): number {
  if (confidence == null) return 1.5;
  return 1 + 3 * Math.min(1, Math.max(0, confidence));
}

/** [left, top, width, height] around all nodes and edges; a drawing of nothing has the size of its margin. */
export function boundingBox(
  boxes: Iterable<Box>,
  routes: Iterable<EdgeRoute> = [],
  margin = 20,
): readonly [number, number, number, number] {
  const xs: number[] = [];
  const ys: number[] = [];
  for (const box of boxes) {
    xs.push(box.x - box.width / 2, box.x + box.width / 2);
    ys.push(box.y - box.height / 2, box.y + box.height / 2);
  }
  for (const route of routes)
    for (const [x, y] of route.hull) {
      xs.push(x);
      ys.push(y);
    }
  if (xs.length === 0) return [-margin, -margin, 2 * margin, 2 * margin];
  const least = (values: number[]): number => values.reduce((a, b) => Math.min(a, b));
  const most = (values: number[]): number => values.reduce((a, b) => Math.max(a, b));
  const left = Math.floor(least(xs) - margin);
  const top = Math.floor(least(ys) - margin);
  return [left, top, Math.ceil(most(xs) + margin) - left, Math.ceil(most(ys) + margin) - top];
}

/** The course of each edge: straight where free, bowed around nodes, parallel edges apart. */

import { markEnds } from "./geometry";
import { borderDistance, bowedCurve, clipCurve, curvePath, distance, pointAt } from "./geometry-curves";
import type { Box, ClippedCurve, Cubic, EdgeEnd, Point } from "./geometry-curves";
import type { Mark } from "./model";

export interface RouteEdge {
  readonly source: string;
  readonly target: string;
  readonly mark: Mark;
  /** Stroke width in pixels, 1.5 where not given. */
  readonly width?: number;
}

export interface EdgeRoute {
  /** SVG path data of the line between the end marks. */
  readonly path: string;
  readonly source: EdgeEnd;
  readonly target: EdgeEnd;
  /** Where a badge or label sits. */
  readonly middle: Point;
  /** Points whose convex hull holds the edge. */
  readonly hull: readonly Point[];
}

/** Offsets of the two control points to the side, in pixels. */
type Bow = readonly [early: number, late: number];

const CLEARANCE = 5;
const SAMPLE = 12;
const CELL = 128;
const STRAIGHT: Bow = [0, 0];
const DETOURS = [20, 32, 48, 68, 92, 120, 156, 200];
/** Offsets of the control points of a detour to its own side, as multiples of its size. */
const SHAPES: readonly Bow[] = [
  [1, 1],
  [1.4, 0.2],
  [0.2, 1.4],
  [1, -1],
  [1.3, -0.5],
  [-0.5, 1.3],
];
/** With more boxes than this only the first shape is tried. */
const CROWD = 150;
/** Largest offsets of a control point, as multiples of the distance between the nodes: steep if need be. */
const GENTLE = 0.5;
const STEEP = 0.9;
const ARCS = [1, 1.5, 2.1, 2.8];
const LANE = 19;
const BADGE_ROOM = 11;
const BADGE_SPOTS = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74];

/** Boxes by the cells of a square grid that they reach into. */
class Obstacles {
  readonly crowded: boolean;
  private readonly cells = new Map<number, Box[]>();

  constructor(boxes: readonly Box[]) {
    this.crowded = boxes.length > CROWD;
    for (const box of boxes) {
      const reachX = box.width / 2 + BADGE_ROOM;
      const reachY = box.height / 2 + BADGE_ROOM;
      for (let i = Math.floor((box.x - reachX) / CELL); i <= Math.floor((box.x + reachX) / CELL); i++)
        for (let j = Math.floor((box.y - reachY) / CELL); j <= Math.floor((box.y + reachY) / CELL); j++) {
          const cell = this.cells.get(i * 65536 + j);
          if (cell) cell.push(box);
          else this.cells.set(i * 65536 + j, [box]);
        }
    }
  }

  near([x, y]: Point): readonly Box[] {
    return this.cells.get(Math.floor(x / CELL) * 65536 + Math.floor(y / CELL)) ?? [];
  }

  /** How many sampled points of the curve lie on or too close to boxes other than its own two. */
  hits(curve: Cubic, own: readonly [Box, Box], most: number): number {
    const steps = Math.max(2, Math.min(200, Math.ceil(distance(curve[0], curve[3]) / SAMPLE)));
    let hits = 0;
    for (let step = 1; step < steps && hits < most; step++) {
      const point = pointAt(curve, step / steps);
      for (const box of this.near(point)) {
        const across = Math.abs(point[0] - box.x) < box.width / 2 + CLEARANCE;
        if (across && Math.abs(point[1] - box.y) < box.height / 2 + CLEARANCE && !own.includes(box)) hits++;
      }
    }
    return hits;
  }
}

function detours(length: number, signs: readonly number[], crowded: boolean): Bow[] {
  const gentle: Bow[] = [];
  const steep: Bow[] = [];
  for (const size of DETOURS)
    for (const [early, late] of crowded ? SHAPES.slice(0, 1) : SHAPES)
      for (const sign of signs) {
        const offset = size * Math.max(early, late);
        const bow: Bow = [sign * size * early, sign * size * late];
        if (offset <= Math.max(24, GENTLE * length)) gentle.push(bow);
        else if (offset <= STEEP * length) steep.push(bow);
      }
  return [...gentle, ...steep];
}

/** The first bow that meets no node, else the one that meets fewest. */
function freest(bows: readonly Bow[], ends: readonly [Box, Box], obstacles: Obstacles): Bow {
  let best = bows[0] ?? STRAIGHT;
  let fewest = Infinity;
  for (const bow of bows) {
    const hits = obstacles.hits(curveOf(ends, bow), ends, fewest);
    if (hits < fewest) {
      best = bow;
      fewest = hits;
    }
    if (hits === 0) break;
  }
  return best;
}

function curveOf([from, to]: readonly [Box, Box], [early, late]: Bow): Cubic {
  return bowedCurve([from.x, from.y], [to.x, to.y], early, late);
}

/** The side of a line from which the middle of the drawing is farther: 1 or -1. */
function outerSide([from, to]: readonly [Box, Box], centre: Point): number {
  const nx = from.y - to.y;
  const ny = to.x - from.x;
  return nx * ((from.x + to.x) / 2 - centre[0]) + ny * ((from.y + to.y) / 2 - centre[1]) > -1e-6 ? 1 : -1;
}

function arcBow(ends: readonly [Box, Box], side: number, obstacles: Obstacles): Bow {
  const length = distance([ends[0].x, ends[0].y], [ends[1].x, ends[1].y]);
  const base = Math.min(80, Math.max(22, 0.22 * length));
  const bows = ARCS.flatMap((scale) => [side, -side].map((sign): Bow => [sign * base * scale, sign * base * scale]));
  return freest(bows, ends, obstacles);
}

function lineBow(ends: readonly [Box, Box], signs: readonly number[], obstacles: Obstacles): Bow {
  if (obstacles.hits(curveOf(ends, STRAIGHT), ends, 1) === 0) return STRAIGHT;
  const length = distance([ends[0].x, ends[0].y], [ends[1].x, ends[1].y]);
  return freest([STRAIGHT, ...detours(length, signs, obstacles.crowded)], ends, obstacles);
}

function laneBow(lane: number): Bow {
  const offset = (lane % 2 === 0 ? 1 : -1) * LANE * (1 + Math.floor(lane / 2));
  return [offset, offset];
}

/** Bows of the edges between one pair of boxes, all of them seen from the first box to the second. */
function bowsOfPair(marks: readonly Mark[], ends: readonly [Box, Box], centre: Point, obstacles: Obstacles): Bow[] {
  const lines = marks.filter((mark) => mark !== "<->").length;
  const side = outerSide(ends, centre);
  let lane = 0;
  let arcSide = 0;
  const arcs = marks.map((mark) => {
    if (mark !== "<->") return undefined;
    const arc = arcBow(ends, side, obstacles);
    arcSide = arc[0] > 0 ? 1 : -1;
    return arc;
  });
  return arcs.map((arc) => {
    if (arc) return arc;
    if (lines > 1) return laneBow(lane++);
    return lineBow(ends, arcSide === 0 ? [1, -1] : [-arcSide], obstacles);
  });
}

function middleOf(curve: Cubic, obstacles: Obstacles): Point {
  for (const t of BADGE_SPOTS) {
    const point = pointAt(curve, t);
    if (obstacles.near(point).every((box) => borderDistance(box, point) > BADGE_ROOM)) return point;
  }
  return pointAt(curve, 0.5);
}

function routeOf(clipped: ClippedCurve, straight: boolean, obstacles: Obstacles): EdgeRoute {
  const { line, source, target } = clipped;
  const hull = straight ? [source.tip, target.tip] : [source.tip, line[1], line[2], target.tip];
  return { path: curvePath(line, straight), source, target, middle: middleOf(line, obstacles), hull };
}

/** Routes in the order of `edges`; an edge whose node is not among `boxes`, or a loop, gets undefined. */
export function routeEdges(
  boxes: ReadonlyMap<string, Box>,
  edges: readonly RouteEdge[],
): readonly (EdgeRoute | undefined)[] {
  const all = [...boxes.values()];
  const obstacles = new Obstacles(all);
  const ranks = new Map([...boxes.keys()].map((id, index) => [id, index]));
  let [sumX, sumY] = [0, 0];
  for (const box of all) {
    sumX += box.x;
    sumY += box.y;
  }
  const centre: Point = [sumX / boxes.size, sumY / boxes.size];
  const pairs = new Map<number, number[]>();
  edges.forEach(({ source, target }, index) => {
    const [a, b] = [ranks.get(source), ranks.get(target)];
    if (a === undefined || b === undefined || a === b) return;
    const key = Math.min(a, b) * boxes.size + Math.max(a, b);
    const group = pairs.get(key);
    if (group) group.push(index);
    else pairs.set(key, [index]);
  });
  const routes: (EdgeRoute | undefined)[] = edges.map(() => undefined);
  for (const [key, group] of pairs) {
    const first = all[Math.floor(key / boxes.size)];
    const second = all[key % boxes.size];
    if (!first || !second) continue;
    const members = group.flatMap((index) => (edges[index] ? [{ index, edge: edges[index] }] : []));
    const bows = bowsOfPair(members.map(({ edge }) => edge.mark), [first, second], centre, obstacles);
    members.forEach(({ index, edge }, place) => {
      const [early, late] = bows[place] ?? STRAIGHT;
      const forward = boxes.get(edge.source) === first;
      const ends: readonly [Box, Box] = forward ? [first, second] : [second, first];
      const curve = curveOf(ends, forward ? [early, late] : [-late, -early]);
      const clipped = clipCurve(curve, ends, markEnds(edge.mark), edge.width ?? 1.5);
      routes[index] = routeOf(clipped, early === 0 && late === 0, obstacles);
    });
  }
  return routes;
}

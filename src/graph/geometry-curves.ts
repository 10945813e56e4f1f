/** Cubic edge curves: clipped at rounded boxes, shortened for their end marks, written as SVG paths. */

export type Point = readonly [x: number, y: number];

/** A rounded box around its centre. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
}

export type EndMark = "none" | "arrow" | "circle";

export const CIRCLE_RADIUS = 4;

export type Cubic = readonly [Point, Point, Point, Point];

/** Where an edge ends: the point nearest to the node, and the unit vector that points at the node. */
export interface EdgeEnd {
  readonly mark: EndMark;
  readonly tip: Point;
  readonly direction: Point;
}

const STEPS = 22;
const GAPS: Readonly<Record<EndMark, number>> = { none: 1, arrow: 3, circle: 2 };

export function number(value: number): string {
  return String(Math.floor(value * 100 + 0.5) / 100 + 0);
}

export function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.sqrt((ax - bx) * (ax - bx) + (ay - by) * (ay - by));
}

/** The curve between two centres whose control points are offset to the side, `early` and `late` px. */
export function bowedCurve(from: Point, to: Point, early: number, late: number): Cubic {
  const dx = to[0] - from[0];
  const dy = to[1] - from[1];
  const length = Math.sqrt(dx * dx + dy * dy);
  const nx = length > 0 ? -dy / length : 0;
  const ny = length > 0 ? dx / length : 0;
  return [
    from,
    [from[0] + dx / 3 + nx * early, from[1] + dy / 3 + ny * early],
    [from[0] + (2 * dx) / 3 + nx * late, from[1] + (2 * dy) / 3 + ny * late],
    to,
  ];
}

export function pointAt(curve: Cubic, t: number): Point {
  const [p, q, r, s] = curve;
  const u = 1 - t;
  const a = u * u * u;
  const b = 3 * u * u * t;
  const c = 3 * u * t * t;
  const d = t * t * t;
  return [a * p[0] + b * q[0] + c * r[0] + d * s[0], a * p[1] + b * q[1] + c * r[1] + d * s[1]];
}

/** Distance of a point to the border of a rounded box, negative inside. */
export function borderDistance(box: Box, [x, y]: Point): number {
  const qx = Math.abs(x - box.x) - (box.width / 2 - box.radius);
  const qy = Math.abs(y - box.y) - (box.height / 2 - box.radius);
  const ox = Math.max(qx, 0);
  const oy = Math.max(qy, 0);
  return Math.sqrt(ox * ox + oy * oy) + Math.min(Math.max(qx, qy), 0) - box.radius;
}

/** The parameter between `inside` and `outside` where `excess` turns positive, by bisection. */
function crossing(inside: number, outside: number, excess: (t: number) => number): number {
  let low = inside;
  let high = outside;
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (excess(middle) > 0) high = middle;
    else low = middle;
  }
  return high;
}

function markLength(mark: EndMark, width: number): number {
  if (mark === "arrow") return headLength(width) - 1;
  return mark === "circle" ? 2 * CIRCLE_RADIUS : 0;
}

function headLength(width: number): number {
  return 6 + 2 * width;
}

function unit(from: Point, to: Point, fallback: Point): Point {
  const length = distance(from, to);
  return length > 1e-9 ? [(to[0] - from[0]) / length, (to[1] - from[1]) / length] : fallback;
}

function between(a: Point, b: Point, t: number): Point {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
}

/** The part of a curve between two parameters, by de Casteljau. */
function section(curve: Cubic, start: number, end: number): Cubic {
  const [p, q, r, s] = curve;
  const pq = between(p, q, end);
  const qr = between(q, r, end);
  const rs = between(r, s, end);
  const pqr = between(pq, qr, end);
  const last = between(pqr, between(qr, rs, end), end);
  const t = end > 0 ? start / end : 0;
  const ab = between(p, pq, t);
  const bc = between(pq, pqr, t);
  const cd = between(pqr, last, t);
  const bcd = between(bc, cd, t);
  return [between(between(ab, bc, t), bcd, t), bcd, cd, last];
}

export interface ClippedCurve {
  readonly line: Cubic;
  readonly source: EdgeEnd;
  readonly target: EdgeEnd;
}

/** Clips a curve between the centres of two boxes at their borders and leaves room for the marks. */
export function clipCurve(curve: Cubic, boxes: readonly [Box, Box], marks: readonly [EndMark, EndMark], width: number): ClippedCurve {
  const [sourceMark, targetMark] = marks;
  let start = crossing(0, 1, (t) => borderDistance(boxes[0], pointAt(curve, t)) - GAPS[sourceMark]);
  let end = crossing(1, 0, (t) => borderDistance(boxes[1], pointAt(curve, t)) - GAPS[targetMark]);
  if (start >= end) start = end = (start + end) / 2;
  const sourceTip = pointAt(curve, start);
  const targetTip = pointAt(curve, end);
  const startLength = markLength(sourceMark, width);
  const endLength = markLength(targetMark, width);
  let lineStart = crossing(start, end, (t) => distance(pointAt(curve, t), sourceTip) - startLength);
  let lineEnd = crossing(end, start, (t) => distance(pointAt(curve, t), targetTip) - endLength);
  const ahead = unit(curve[0], curve[3], [0, 1]);
  const back: Point = [-ahead[0], -ahead[1]];
  const source = { mark: sourceMark, tip: sourceTip, direction: unit(pointAt(curve, lineStart), sourceTip, back) };
  const target = { mark: targetMark, tip: targetTip, direction: unit(pointAt(curve, lineEnd), targetTip, ahead) };
  if (lineStart > lineEnd) lineStart = lineEnd = (lineStart + lineEnd) / 2;
  return { line: section(curve, lineStart, lineEnd), source, target };
}

/** SVG path data of a curve; a straight one becomes a line. */
export function curvePath([p, q, r, s]: Cubic, straight: boolean): string {
  const pair = ([x, y]: Point): string => `${number(x)} ${number(y)}`;
  return straight ? `M${pair(p)}L${pair(s)}` : `M${pair(p)}C${pair(q)} ${pair(r)} ${pair(s)}`;
}

/** SVG path data of the arrow head at an edge's end, for an edge of that stroke width. */
export function arrowHead(end: EdgeEnd, width: number): string {
  const [x, y] = end.tip;
  const [dx, dy] = end.direction;
  const length = headLength(width);
  const half = 2.5 + width;
  const left = `${number(x - dx * length - dy * half)} ${number(y - dy * length + dx * half)}`;
  const right = `${number(x - dx * length + dy * half)} ${number(y - dy * length - dx * half)}`;
  return `M${number(x)} ${number(y)}L${left}L${right}Z`;
}

/** Centre of the hollow circle at an edge's end. */
export function circleCentre(end: EdgeEnd): Point {
  const [dx, dy] = end.direction;
  return [end.tip[0] - dx * CIRCLE_RADIUS, end.tip[1] - dy * CIRCLE_RADIUS];
}

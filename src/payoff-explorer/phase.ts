/** Where on the plane of two weights a stratum is treated or refused, or how much of the population is. */
import type { Axes } from "./data";
import { callOf, largestWeight, TOLERANCE } from "./decisions";
import { contour, type At, type Grid, type Segment } from "./contours";
import { boundsInto, takeMargins, type Intervals, type Margins } from "./transport";

/** What is drawn on the plane, and for what. */
export interface Plane {
  readonly margins: Margins;
  readonly share: Float64Array;
  readonly monotone: boolean;
  /** All weights; those of the axes do not matter. */
  readonly weights: readonly number[];
  readonly axes: Axes;
  /** Weights go from -reach to reach. */
  readonly reach: number;
  /** One stratum, or null for the population. */
  readonly stratum: number | null;
}

/**
 * Two quantities on a grid. Of one stratum they are its lower bound and its upper bound negated: where the first is above
 * 0 it is treated for certain, where the second is not below it, refused. Of the population they are the shares that are.
 */
export interface PhaseMap {
  readonly plane: Plane;
  readonly size: number;
  readonly treat: Float64Array;
  readonly refuse: Float64Array;
  /** Whether all strata and all nodes were looked at. */
  readonly isFull: boolean;
}

/** How closely a map is looked at: cells along each side, and how many strata. */
export interface Detail {
  readonly size: number;
  readonly strata: number;
}

/** More strata than these are not seen on a map; every so many-th stands for its neighbours. */
const MANY = 5_000;

/** All that is worth seeing; with many levels each node takes long. */
export function fullDetail({ margins, stratum }: Plane): Detail {
  return { size: margins.levels > 3 && stratum === null ? 32 : 48, strata: MANY };
}

/** Whether two planes have the same map. */
export function samePlane(one: Plane, other: Plane): boolean {
  return (
    one.margins === other.margins && one.stratum === other.stratum && one.reach === other.reach && one.monotone === other.monotone &&
    one.axes[0] === other.axes[0] && one.axes[1] === other.axes[1] &&
    one.weights.every((weight, cell) => one.axes.includes(cell) || weight === other.weights[cell])
  ); // prettier-ignore
}

/** The map of a plane at once. */
export function mapAtOnce(plane: Plane, { size, strata }: Detail): PhaseMap {
  const painter = new Painter(plane, size, strata);
  painter.paint(Infinity);
  return painter.map(false);
}

/** The map of a plane, where so many milliseconds suffice; else null. */
export function mapWithin(plane: Plane, { size, strata }: Detail, milliseconds: number): PhaseMap | null {
  if (milliseconds <= 0) return null;
  const painter = new Painter(plane, size, strata);
  return painter.paint(milliseconds) ? painter.map(false) : null;
}

/** Computes the full map of a plane bit by bit. */
export function fullMap(plane: Plane): { readonly step: (milliseconds: number) => PhaseMap | null } {
  const { size, strata } = fullDetail(plane);
  const painter = new Painter(plane, size, strata);
  return { step: (milliseconds) => (painter.paint(milliseconds) ? painter.map(true) : null) };
}

class Painter {
  readonly #plane: Plane;
  readonly #size: number;
  readonly #margins: Margins;
  readonly #share: Float64Array;
  readonly #room: Intervals;
  readonly #values: Float64Array;
  readonly #scale: number;
  readonly #treat: Float64Array;
  readonly #refuse: Float64Array;
  #next = 0;

  constructor(plane: Plane, size: number, most: number) {
    const places = placesOf(plane, most);
    this.#plane = plane;
    this.#size = size;
    this.#margins = places.length === plane.margins.strata ? plane.margins : takeMargins(plane.margins, places);
    const share = Float64Array.from(places, (z) => plane.share[z] ?? 0);
    const whole = share.reduce((sum, part) => sum + part, 0) || 1;
    this.#share = share.map((part) => part / whole);
    this.#room = { lower: new Float64Array(places.length), upper: new Float64Array(places.length) };
    this.#values = Float64Array.from(plane.weights);
    this.#scale = scaleOf(plane);
    this.#treat = new Float64Array((size + 1) ** 2);
    this.#refuse = new Float64Array((size + 1) ** 2);
  }

  /** Goes on for so long; whether all is done. */
  paint(milliseconds: number): boolean {
    const end = performance.now() + milliseconds;
    const count = this.#treat.length;
    while (this.#next < count) {
      this.#paintNode(this.#next++);
      if (this.#next < count && this.#next % 8 === 0 && performance.now() > end) return false;
    }
    return true;
  }

  map(isFull: boolean): PhaseMap {
    return { plane: this.#plane, size: this.#size, treat: this.#treat, refuse: this.#refuse, isFull };
  }

  #paintNode(node: number): void {
    const { axes, reach, monotone, stratum } = this.#plane;
    const row = this.#size + 1;
    this.#values[axes[0]] = reach * ((2 * (node % row)) / this.#size - 1);
    this.#values[axes[1]] = reach * ((2 * Math.floor(node / row)) / this.#size - 1);
    boundsInto(this.#room, this.#margins, this.#values, monotone);
    const { lower, upper } = this.#room;
    let [treat, refuse] = [0, 0];
    if (stratum !== null) [treat, refuse] = [lower[0] ?? 0, -(upper[0] ?? 0)];
    else {
      for (let z = 0; z < lower.length; z++) {
        const call = callOf(lower[z] ?? 0, upper[z] ?? 0, this.#scale);
        if (call === 1) treat += this.#share[z] ?? 0;
        else if (call === -1) refuse += this.#share[z] ?? 0;
      }
    }
    this.#treat[node] = treat;
    this.#refuse[node] = refuse;
  }
}

/** The strata that are looked at, evenly strewn where there are many. */
function placesOf({ stratum, margins: { strata } }: Plane, most: number): number[] {
  if (stratum !== null) return [stratum];
  const stride = Math.max(1, Math.ceil(strata / most));
  return Array.from({ length: Math.ceil(strata / stride) }, (_, place) => place * stride);
}

/** The lines where the answer changes, in units from 0 to 1, upwards. */
export interface Lines {
  readonly treat: readonly Segment[];
  readonly refuse: readonly Segment[];
  /** Of one stratum where its midpoint is 0, and with it the least regret the other one. */
  readonly middle: readonly Segment[];
}

/** Of one stratum exact where they cross the grid; of the population where half of it is treated or refused. */
export function linesOf({ plane, size, treat, refuse, isFull }: PhaseMap): Lines {
  const bound = plane.stratum !== null && isFull ? boundsAt(plane, size) : null;
  const lines = (values: Float64Array, which: keyof Intervals): Segment[] => {
    const grid: Grid = { size, values };
    return unit(contour(grid, levelOf(plane, which), bound ? bound(which) : undefined), size);
  };
  const middle = plane.stratum === null ? [] : unit(contour({ size, values: treat.map((lower, node) => lower - (refuse[node] ?? 0)) }, 0), size);
  return { treat: lines(treat, "lower"), refuse: lines(refuse, "upper"), middle };
}

const unit = (segments: readonly Segment[], size: number): Segment[] =>
  segments.map(([[ax, ay], [bx, by]]) => [[ax / size, ay / size], [bx / size, by / size]]);

/** The largest size of a weight on a plane. */
const scaleOf = ({ weights, axes, reach }: Plane): number => Math.max(reach, largestWeight(weights.filter((_, cell) => !axes.includes(cell))));

/** Above which value a stratum is treated or refused; of a population, half of it. */
export function levelOf(plane: Plane, which: keyof Intervals): number {
  if (plane.stratum !== null) return (which === "lower" ? TOLERANCE : -TOLERANCE) * scaleOf(plane);
  return 0.5;
}

function boundsAt({ margins, stratum, weights, axes, reach, monotone }: Plane, size: number): (which: keyof Intervals) => At {
  const one = takeMargins(margins, [stratum ?? 0]);
  const room = { lower: new Float64Array(1), upper: new Float64Array(1) };
  const values = Float64Array.from(weights);
  return (which) => (x, y) => {
    values[axes[0]] = reach * ((2 * x) / size - 1);
    values[axes[1]] = reach * ((2 * y) / size - 1);
    boundsInto(room, one, values, monotone);
    return which === "lower" ? (room.lower[0] ?? 0) : -(room.upper[0] ?? 0);
  };
}

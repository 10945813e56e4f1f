/** Where everything of the chart stands: pure numbers, in px. */
import { fitLabel, labelWidth } from "../graph/geometry-text";
import type { Episodes } from "./data";

/** Left of the chart, for the names of rows and the figures of the curve. */
export const GUTTER = 128;
const [LEAST_STEP, MOST_STEP] = [5, 92];
const [LEAST_ROW, MOST_ROW, ROWS_HEIGHT] = [11, 24, 250];
const FLAGS = 20;
const GAP = 22;
/** The curve is higher where there are few rows, so that the details beside it have room. */
const [LEAST_CURVE, LEAST_HEIGHT] = [92, 268];
const AXIS = 24;
const MARGIN = 6;
const LABEL = 84;
/** Labels are set in 11 px, and measured in 13 px. */
const LABEL_SCALE = 11 / 13;

export interface Row {
  readonly regime: number;
  readonly y: number;
}

/** The rows of one world. */
export interface Band {
  readonly world: number;
  readonly y: number;
  readonly height: number;
}

export interface AxisLabel {
  readonly index: number;
  readonly text: string;
}

/** The labels that are written, and how much room each has. */
interface Labelling {
  readonly shown: readonly AxisLabel[];
  readonly width: number;
}

export interface Tick {
  readonly y: number;
  readonly text: string;
}

export interface Chart {
  readonly step: number;
  /** Width of the part that scrolls. */
  readonly width: number;
  readonly height: number;
  readonly rowHeight: number;
  readonly rows: readonly Row[];
  readonly bands: readonly Band[];
  /** Half the size of a mark; 0 where marks are bars. */
  readonly radius: number;
  /** Top and bottom of the curve. */
  readonly curve: readonly [top: number, bottom: number];
  readonly ticks: readonly Tick[];
  readonly labels: readonly AxisLabel[];
  readonly x: (index: number) => number;
  /** The middle of a regime's row. */
  readonly rowOf: (regime: number) => number;
  readonly yOf: (perRow: number) => number;
}

/** The chart in so many px, the gutter included. */
export function chartOf({ batches, regimes }: Episodes, available: number): Chart {
  const room = Math.max(80, available - GUTTER - MARGIN);
  const names = batches.map(({ label }) => label);
  const fitting = stepOf(room, names.length);
  // The first label begins where the chart does.
  const { width: first } = labelling(names, fitting);
  const step = first > fitting ? stepOf(room - first / 2, names.length) : fitting;
  const aside = Math.max(0, (first - step) / 2);
  const rowHeight = Math.max(LEAST_ROW, Math.min(MOST_ROW, ROWS_HEIGHT / Math.max(1, regimes.length)));
  const { rows, bands } = placed(regimes.map(({ world }) => world), rowHeight);
  const places = new Map(rows.map(({ regime, y }) => [regime, y]));
  const top = FLAGS + regimes.length * rowHeight + GAP;
  const depth = Math.max(LEAST_CURVE, LEAST_HEIGHT - AXIS - top);
  const curve = [top, top + depth] as const;
  const scale = scaleOf(batches.flatMap(({ perRow, otherPerRow }) => [perRow, otherPerRow].filter((bits) => bits !== null)));
  const yOf = (bits: number): number => curve[1] - ((bits - scale.low) / (scale.high - scale.low)) * depth;
  return {
    step,
    width: Math.max(room, aside + step * batches.length + MARGIN),
    height: curve[1] + AXIS,
    rowHeight,
    rows,
    bands,
    radius: step >= 16 && rowHeight >= 16 ? Math.min(9, rowHeight / 2 - 2, step / 2 - 1) : 0,
    curve,
    ticks: scale.ticks.map((bits) => ({ y: yOf(bits), text: tickText(bits) })),
    labels: labelling(names, step).shown,
    x: (index) => aside + (index + 0.5) * step,
    rowOf: (regime) => places.get(regime) ?? FLAGS,
    yOf,
  };
}

function stepOf(room: number, count: number): number {
  return Math.min(MOST_STEP, Math.max(LEAST_STEP, room / Math.max(1, count)));
}

/** Regimes of one world stand together, in the order in which their worlds came. */
function placed(worlds: readonly number[], rowHeight: number): { rows: Row[]; bands: Band[] } {
  const rows: Row[] = [];
  const bands: Band[] = [];
  for (const world of new Set(worlds)) {
    const members = worlds.flatMap((other, regime) => (other === world ? [regime] : []));
    bands.push({ world, y: FLAGS + rows.length * rowHeight, height: members.length * rowHeight });
    for (const regime of members) rows.push({ regime, y: FLAGS + (rows.length + 0.5) * rowHeight });
  }
  return { rows, bands };
}

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** A range around all values with two to four round figures in it. */
function scaleOf(values: readonly number[]): Scale {
  if (values.length === 0) return { low: 0, high: 1, ticks: [] };
  const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const margin = 0.08 * (most - least) || 0.05 * Math.max(Math.abs(most), 1);
  const [low, high] = [least - margin, most + margin];
  const unit = 10 ** Math.floor(Math.log10((high - low) / 2));
  const step = [1, 2, 5, 10].map((factor) => factor * unit).find((each) => (high - low) / each <= 4) ?? 10 * unit;
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step); tick * step <= high; tick++) ticks.push(tick * step);
  return { low, high, ticks };
}

function tickText(bits: number): string {
  return Math.abs(bits) >= 1e5 ? bits.toExponential(1) : String(Number(bits.toPrecision(4)));
}

/** As many labels as stand beside each other, clipped where they are long. */
function labelling(labels: readonly string[], step: number): Labelling {
  const widest = labels.reduce((most, label) => Math.max(most, labelWidth(label) * LABEL_SCALE), 0);
  const room = Math.min(LABEL, Math.max(widest, step - 8));
  const stride = Math.max(1, Math.ceil((Math.min(widest, room) + 8) / step));
  const shown = labels.flatMap((label, index) => (index % stride === 0 ? [{ index, text: fitLabel(label, room / LABEL_SCALE) }] : []));
  return { shown, width: Math.min(widest, room) };
}

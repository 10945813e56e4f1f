/** What the kernel says of the marks: figures before and after, and whether they still hold. */
import { isObject } from "../graph/wire";
import { parseMarks, type Grid, type Mark } from "./data";
import { figure } from "./wording";

/** Figures hold; are of earlier marks; are being computed anew; could not be computed. */
export type NoteState = "current" | "stale" | "working" | "failed";

export interface Figure {
  readonly label: string;
  readonly unit: string;
  readonly before: number | null;
  readonly after: number | null;
  /** By what share the quantity changed, and the ends of its interval. */
  readonly share: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

export interface Note {
  readonly state: NoteState;
  readonly words: string;
  readonly figures: readonly Figure[];
  /** Of which marks the figures are; null where nothing is said. */
  readonly marks: ReadonlyMap<number, Mark> | null;
}

export const NO_NOTE: Note = { state: "current", words: "", figures: [], marks: null };

const OF_EARLIER = "The figures are of the marks before.";
const STATES: readonly NoteState[] = ["current", "stale", "working", "failed"];
/** From how many percent on no tenth is written. */
const COARSE = 9.95;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);

export function parseNote(raw: unknown, grid: Grid): Note {
  if (!isObject(raw)) return NO_NOTE;
  return {
    state: STATES.find((state) => state === raw.state) ?? "current",
    words: text(raw.words),
    figures: (Array.isArray(raw.figures) ? (raw.figures as unknown[]) : []).flatMap(readFigure),
    marks: Array.isArray(raw.marks) ? parseMarks(raw.marks, grid) : null,
  };
}

function readFigure(raw: unknown): Figure[] {
  if (!isObject(raw)) return [];
  const [before, after, share] = [number(raw.before), number(raw.after), number(raw.share)];
  return [{ label: text(raw.label), unit: text(raw.unit), before, after, share, lower: number(raw.lower), upper: number(raw.upper) }];
}

/** The note as it is to be read beside marks: figures of other marks are stale, and nothing is computed without a kernel. */
export function beside(note: Note, marks: ReadonlyMap<number, Mark>, isLive: boolean): Note {
  const isOther = note.state === "current" && note.marks !== null && !sameMarks(note.marks, marks);
  const isLeft = !isLive && (note.state === "stale" || note.state === "working");
  return isOther || isLeft ? { ...note, state: "stale", words: OF_EARLIER } : note;
}

export function sameMarks(one: ReadonlyMap<number, Mark>, other: ReadonlyMap<number, Mark>): boolean {
  return one.size === other.size && [...one].every(([index, mark]) => other.get(index) === mark);
}

/** "0.42 → 0.16 nats" */
export function valuesText({ before, after, unit }: Figure): string {
  const shown = (value: number | null): string => (value === null ? "no value" : figure(value));
  return `${shown(before)} → ${shown(after)}${unit && ` ${unit}`}`;
}

/** "−63 % [−71, −52]", or nothing where there is no share. */
export function changeText({ share, lower, upper }: Figure): string {
  if (share === null) return "";
  const between = lower === null || upper === null ? "" : ` [${percent(lower)}, ${percent(upper)}]`;
  return `${percent(share)} %${between}`;
}

function percent(share: number): string {
  const size = Math.abs(100 * share);
  const digits = size.toFixed(size >= COARSE ? 0 : 1);
  return Number(digits) === 0 ? "0" : `${share < 0 ? "−" : "+"}${digits}`;
}

/** What a screen reader says of a note that came. */
export function noteText({ state, words, figures }: Note): string {
  if (state !== "current") return words;
  const each = figures.map((figure) => [`${figure.label} ${valuesText(figure)}`, changeText(figure)].filter((part) => part !== "").join(", "));
  return [words, each.join("; ")].filter((part) => part !== "").join(" ");
}

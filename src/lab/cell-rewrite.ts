/** Edits on the canvas of a `%%causal graph` cell are written into the cell's text. */
import { changeOf, editedText } from "../graph/edited-text";
import type { GraphDocument } from "../graph/model";
import type { WritePositions } from "../graph/notation-rewrite";

const GRAPH_CELL = /^\s*%%causal[ \t]+(?:[\p{L}_][\p{L}\p{N}_]*[ \t]*<<[ \t]*)?graph\b[^\n]*(?:\n|$)/u;

/** A line that opens a blank canvas; once something is drawn it becomes a cell with a body. */
const GRAPH_LINE = /^\s*%causal[ \t]+(?:[\p{L}_][\p{L}\p{N}_]*[ \t]*<<[ \t]*)?graph\b[^\n]*\s*$/u;

/** The text of a cell that several may edit. */
export interface CellText {
  getSource(): string;
  updateSource(start: number, end: number, text?: string): void;
}

/** What became of a cell's text: `kept` where it could not be read, `none` where the cell has no graph in it. */
export type Rewritten = "rewritten" | "same" | "kept" | "none";

/** The text of the cell after an edit, and what became of it. */
export function cellAfter(source: string, before: GraphDocument, after: GraphDocument, positions: WritePositions): { readonly outcome: Rewritten; readonly source: string } {
  if (GRAPH_LINE.test(source)) {
    const body = editedText("", before, after, positions);
    if (!body) return { outcome: "same", source };
    return { outcome: "rewritten", source: `${source.trimEnd().replace("%causal", "%%causal")}\n${body.trimEnd()}` };
  }
  const head = GRAPH_CELL.exec(source)?.[0];
  if (head === undefined) return { outcome: "none", source };
  const opening = head.endsWith("\n") ? head : `${head}\n`;
  const body = editedText(source.slice(head.length), before, after, positions);
  if (body === null) return { outcome: "kept", source };
  if (body === source.slice(head.length)) return { outcome: "same", source };
  return { outcome: "rewritten", source: opening + body.replace(/\n$/u, source.endsWith("\n") ? "\n" : "") };
}

/** Writes what was drawn into the text of its cell, as one change that the cell's own undo takes back. */
export function rewriteCell(cell: CellText, before: GraphDocument, after: GraphDocument, positions: WritePositions): Rewritten {
  const source = cell.getSource();
  const { outcome, source: next } = cellAfter(source, before, after, positions);
  const { start, end, text } = changeOf(source, next);
  if (outcome === "rewritten") cell.updateSource(start, end, text);
  return outcome;
}

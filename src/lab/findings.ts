/** What is wrong in a cell, as kernel and front end say it: places from 0, columns in UTF-16 units. */
import { NotationError, parseCell, parseGraph } from "../graph/notation";
import { openingLine } from "./cell-text";

export interface Fix {
  readonly label: string;
  /** Replaces what is underlined. */
  readonly text: string;
}

export interface Finding {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  readonly fixes: readonly Fix[];
}

const SEVERITIES: readonly Finding["severity"][] = ["error", "warning", "info"];
const MOST = 100;

/** The findings of a kernel's answer; what is malformed in it is left out. */
export function parseFindings(raw: unknown): Finding[] {
  return (Array.isArray(raw) ? raw : []).slice(0, MOST).flatMap((entry: unknown) => parseFinding(entry) ?? []);
}

function parseFinding(raw: unknown): Finding | null {
  if (typeof raw !== "object" || raw === null) return null;
  const entry = raw as Readonly<Record<string, unknown>>;
  const [line, column, endLine, endColumn] = [entry.line, entry.column, entry.end_line, entry.end_column].map(place);
  if (line == null || column == null || typeof entry.message !== "string") return null;
  const fixes = (Array.isArray(entry.fixes) ? entry.fixes : []).flatMap((fix: unknown) => parseFix(fix) ?? []);
  const severity = SEVERITIES.find((known) => known === entry.severity) ?? "error";
  return { line, column, endLine: endLine ?? line, endColumn: endColumn ?? column, severity, message: entry.message, fixes };
}

function parseFix(raw: unknown): Fix | null {
  if (typeof raw !== "object" || raw === null) return null;
  const { label, text } = raw as Readonly<Record<string, unknown>>;
  return typeof label === "string" && typeof text === "string" ? { label, text } : null;
}

function place(value: unknown): number | null {
  return Number.isInteger(value) && (value as number) >= 0 ? (value as number) : null;
}

/** What the parser in the page finds in a whole cell; it stops at the first mistake. */
export function findInCell(text: string): Finding[] {
  const lines = text.split("\n");
  const opening = openingLine(lines);
  if (opening === null) return [];
  const body = withoutPython(lines.slice(opening + 1).join("\n"));
  return body === null ? [] : find(body, opening + 1, () => parseCell(body));
}

/** What the parser in the page finds in a file that is a graph. */
export function findInGraph(text: string): Finding[] {
  return find(text, 0, () => parseGraph(text));
}

/** Names of the same length in place of `{{…}}`; null where one spans lines. */
function withoutPython(body: string): string | null {
  let known = true;
  let count = 0;
  const plain = body.replace(/\{\{[\s\S]*?\}\}/gu, (expression) => {
    known &&= !expression.includes("\n");
    count += 1;
    return `_${count.toString(36)}_`.padEnd(expression.length, "_");
  });
  return known ? plain : null;
}

function find(text: string, firstLine: number, parse: () => unknown): Finding[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (!(error instanceof NotationError)) throw error;
    return [found(error, text.split("\n")[error.line - 1] ?? "", firstLine)];
  }
}

function found(error: NotationError, text: string, firstLine: number): Finding {
  const column = [...text].slice(0, error.column - 1).join("").length;
  const line = firstLine + error.line - 1;
  const [start, end, fixes] = underlined(error, text, column);
  const parts = [error.message, error.expected && `Expected ${error.expected}.`, error.suggestion && `Did you mean ${error.suggestion}?`];
  return {
    line,
    column: start,
    endLine: line,
    endColumn: end,
    severity: "error",
    message: parts.filter(Boolean).join(" "),
    fixes,
  };
}

const TOKEN = /"(?:[^"\\]|\\.)*"?|[-<>=@~→←↔⇒⇐⇔⟶⟵⟷—–−]+o?|o?[-<>=@~]+o?|[^\s[\]{}"#,;:|=<>@~-]+|\S/uy;
const NAME = String.raw`(?:"(?:[^"\\]|\\.)*"|[^\s\[\]{}"#,;:|=<>@~-]+)`;
const EDGE = new RegExp(String.raw`(${NAME}\s*)(->|<-)(\s*${NAME})`, "uy");

/** Columns to underline, and what could stand there instead. */
function underlined({ kind, suggestion }: NotationError, text: string, column: number): [number, number, Fix[]] {
  EDGE.lastIndex = TOKEN.lastIndex = column;
  const edge = kind === "cycle" ? EDGE.exec(text) : null;
  if (edge) return [column, column + edge[0].length, turned(edge)];
  const end = column + Math.max(1, TOKEN.exec(text)?.[0].length ?? 0);
  return [column, end, suggestion === null ? [] : [{ label: `Use ${suggestion}`, text: suggestion }]];
}

/** The edge that closes a cycle, reversed or as a common cause. */
function turned([, left = "", mark, right = ""]: RegExpExecArray): Fix[] {
  const reverse = mark === "->" ? "<-" : "->";
  return [
    { label: `Reverse to ${reverse}`, text: left + reverse + right },
    { label: "Use <->, a common cause", text: `${left}<->${right}` },
  ];
}

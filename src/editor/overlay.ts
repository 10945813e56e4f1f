/** What the kernel says of the graph: read as it comes, so that no odd message breaks the drawing. */
import { MARKS, type Mark } from "../graph/model";
import { isObject } from "../graph/wire";
import { readBounds, type Told } from "./bounds";
import { readChange, type Change } from "./evidence/told";
import { list, number, objects, text, texts } from "./told";

export type PathKind = "causal" | "possible" | "biasing";

export interface Path {
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
  readonly kind: PathKind;
  readonly open: boolean;
  readonly blockers: readonly { readonly node: string; readonly reason: string }[];
}

export interface NodeSet {
  readonly nodes: readonly string[];
  /** Exactly this is adjusted for now. */
  readonly current: boolean;
}

export interface Adjusted {
  readonly nodes: readonly string[];
  readonly suffices: boolean;
  readonly minimal: boolean;
  /** What would have to be adjusted for besides. */
  readonly lacks: readonly string[];
}

/** A tree of MathML's elements; text stands for itself. */
export type Formula = string | { readonly tag: string; readonly children: readonly Formula[] };

export interface Effect {
  readonly exposure: readonly string[];
  readonly outcome: readonly string[];
  readonly paths: readonly Path[];
  readonly adjustmentSets: readonly NodeSet[];
  /** Those for the direct effect; null where it is the total one. */
  readonly directSets: readonly NodeSet[] | null;
  /** What is adjusted for now. */
  readonly adjusted: Adjusted;
  readonly frontDoorSets: readonly (readonly string[])[];
  readonly instruments: readonly { readonly node: string; readonly given: readonly string[] }[];
  readonly formula: Formula | null;
  readonly latex: string;
  readonly method: string;
  readonly assumption: string;
  readonly identified: boolean;
  readonly summary: string;
  readonly obstacle: string;
}

export interface Independence {
  readonly x: readonly string[];
  readonly y: readonly string[];
  readonly given: readonly string[];
  readonly p: number | null;
  readonly adjusted: number | null;
  readonly statistic: number | null;
  readonly rejected: boolean;
  readonly note: string;
  /** The graph before the last edit did not imply it. */
  readonly isNew: boolean;
}

export type Status = "shared" | "added" | "reversed" | "changed";

export interface Comparison {
  readonly reference: string;
  readonly shd: number | null;
  readonly sid: number | null;
  readonly f1: number | null;
  readonly note: string;
  readonly edges: ReadonlyMap<string, Status>;
  readonly missing: readonly { readonly source: string; readonly target: string; readonly mark: Mark }[];
  /** Edges that only the other graph has, at nodes that only it has; by name. */
  readonly missingElsewhere: readonly (readonly string[])[];
}

export interface Bits {
  readonly source: string;
  readonly saved: number;
  readonly edges: ReadonlyMap<string, number>;
}

/** The graph of a regime of the data, which a timeline shows in place of the drawn one. */
export interface RegimeView {
  readonly title: string;
  readonly words: string;
  /** Nodes whose mechanism is another than that of `since`. */
  readonly changed: ReadonlySet<string>;
  readonly since: string;
  /** Null where the drawn graph is that of the regime. */
  readonly edges: readonly ViewedEdge[] | null;
}

export interface ViewedEdge {
  readonly source: string;
  readonly target: string;
  readonly mark: Mark;
  readonly confidence: number | null;
  readonly bits: number | null;
}

export interface Overlay {
  readonly rev: number;
  readonly effect: Effect | null;
  readonly independences: readonly Independence[];
  readonly tests: { readonly method: string; readonly rows: string; readonly note: string } | null;
  readonly bounds: Told | null;
  readonly bits: Bits | null;
  /** What the last edit changed; null before the first. */
  readonly change: Change | null;
  readonly comparison: Comparison | null;
  readonly regime: RegimeView | null;
  readonly missingColumns: readonly string[];
  readonly truncated: readonly string[];
  /** What is still being computed. */
  readonly waiting: string;
  readonly error: string;
}

function entries<Value>(value: unknown, read: (raw: unknown) => Value | null): Map<string, Value> {
  const found = new Map<string, Value>();
  for (const [key, raw] of isObject(value) ? Object.entries(value) : []) {
    const item = read(raw);
    if (item !== null) found.set(key, item);
  }
  return found;
}

/** The overlay of a trait, or null where none was computed yet. */
export function parseOverlay(raw: unknown): Overlay | null {
  if (!isObject(raw) || number(raw.rev) === null || Number(raw.rev) < 0) return null;
  const { tests, columns } = raw;
  return {
    rev: Number(raw.rev),
    effect: isObject(raw.effect) ? readEffect(raw.effect) : null,
    independences: objects(raw.independences).map(readIndependence),
    tests: isObject(tests) ? { method: text(tests.method), rows: text(tests.rows), note: text(tests.note) } : null,
    bounds: readBounds(raw.bounds),
    bits: isObject(raw.bits) ? { source: text(raw.bits.source), saved: number(raw.bits.saved) ?? 0, edges: entries(raw.bits.edges, number) } : null,
    change: readChange(raw.change),
    comparison: parseComparison(raw.comparison),
    regime: isObject(raw.regime) ? readRegime(raw.regime) : null,
    missingColumns: isObject(columns) ? texts(columns.missing) : [],
    truncated: texts(raw.truncated),
    waiting: text(raw.waiting),
    error: text(raw.error),
  };
}

const KINDS: readonly unknown[] = ["causal", "possible", "biasing"];
const STATUSES: readonly unknown[] = ["shared", "added", "reversed", "changed"];

function readEffect(raw: Readonly<Record<string, unknown>>): Effect {
  const estimand = isObject(raw.estimand) ? raw.estimand : {};
  return {
    exposure: texts(raw.exposure),
    outcome: texts(raw.outcome),
    paths: objects(raw.paths).filter(({ kind }) => KINDS.includes(kind)).map(readPath),
    adjustmentSets: readSets(raw.adjustment_sets),
    directSets: Array.isArray(raw.direct_sets) ? readSets(raw.direct_sets) : null,
    adjusted: readAdjusted(isObject(raw.adjusted) ? raw.adjusted : {}),
    frontDoorSets: list(raw.front_door_sets).map(texts),
    instruments: objects(raw.instruments).map(({ node, given }) => ({ node: text(node), given: texts(given) })),
    formula: readFormula(estimand.formula, 0),
    latex: text(estimand.latex),
    method: text(estimand.method),
    assumption: text(estimand.assumption),
    identified: raw.identified === true,
    summary: text(raw.summary),
    obstacle: text(raw.obstacle),
  };
}

function readSets(raw: unknown): NodeSet[] {
  return objects(raw).map(({ nodes, current }) => ({ nodes: texts(nodes), current: current === true }));
}

function readPath({ nodes, edges, kind, open, blockers }: Readonly<Record<string, unknown>>): Path {
  return {
    nodes: texts(nodes),
    edges: texts(edges),
    kind: kind as PathKind,
    open: open === true,
    blockers: objects(blockers).map(({ node, reason }) => ({ node: text(node), reason: text(reason) })),
  };
}

function readAdjusted({ nodes, suffices, minimal, lacks }: Readonly<Record<string, unknown>>): Adjusted {
  return { nodes: texts(nodes), suffices: suffices === true, minimal: minimal === true, lacks: texts(lacks) };
}

const TAGS: readonly unknown[] = ["mrow", "mi", "mo", "mtext", "munder", "mfrac"];
const DEEPEST = 40;

function readFormula(raw: unknown, depth: number): Formula | null {
  if (typeof raw === "string") return raw;
  if (!isObject(raw) || !TAGS.includes(raw.tag) || depth > DEEPEST) return null;
  const children = list(raw.children).map((child) => readFormula(child, depth + 1));
  return { tag: text(raw.tag), children: children.filter((child) => child !== null) };
}

function readIndependence(raw: Readonly<Record<string, unknown>>): Independence {
  const { x, y, given, test, note } = raw;
  const told = isObject(test) ? test : {};
  return {
    x: texts(x),
    y: texts(y),
    given: texts(given),
    p: number(told.p),
    adjusted: number(told.p_adjusted),
    statistic: number(told.statistic),
    rejected: told.rejected === true,
    note: text(note),
    isNew: raw.new === true,
  };
}

function readRegime({ title, words, changed, since, edges }: Readonly<Record<string, unknown>>): RegimeView {
  return {
    title: text(title),
    words: text(words),
    changed: new Set(texts(changed)),
    since: text(since),
    edges: Array.isArray(edges) ? objects(edges).flatMap((edge) => readViewedEdge(edge) ?? []) : null,
  };
}

/** An edge of a graph that is shown in place of the drawn one; null where it is none. */
export function readViewedEdge(raw: Readonly<Record<string, unknown>>): ViewedEdge | null {
  const { source, target } = raw;
  const mark = MARKS.find((known) => known === raw.mark);
  if (typeof source !== "string" || typeof target !== "string" || !mark) return null;
  return { source, target, mark, confidence: number(raw.confidence), bits: number(raw.bits) };
}

/** The differences from another graph, as the overlay and a stored output have them. */
export function parseComparison(raw: unknown): Comparison | null {
  if (!isObject(raw)) return null;
  const missing = objects(raw.missing).filter(({ mark }) => (MARKS as readonly unknown[]).includes(mark));
  return {
    reference: text(raw.reference),
    shd: number(raw.shd),
    sid: number(raw.sid),
    f1: number(raw.f1),
    note: text(raw.note),
    edges: entries(raw.edges, (status) => (STATUSES.includes(status) ? (status as Status) : null)),
    missing: missing.map(({ source, target, mark }) => ({ source: text(source), target: text(target), mark: mark as Mark })),
    missingElsewhere: list(raw.missing_elsewhere).map(texts).filter(({ length }) => length === 2),
  };
}

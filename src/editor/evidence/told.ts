/** What data and a model say of pairs of nodes, as the kernel tells it: read as it comes, so that no odd part breaks the drawing. */
import { MARKS, type Mark } from "../../graph/model";
import { isObject } from "../../graph/wire";
import { list, number, objects, text, texts } from "../told";

/** The state of a pair: an edge from the first node, to it, of either direction, or none; null where it is undecided. */
export type Verdict = "->" | "<-" | "--" | "none" | null;

export interface ModelSays {
  readonly verdict: Verdict;
  readonly forward: number;
  readonly backward: number;
  readonly absent: number;
  /** In nats: forward against backward, and an edge against none. */
  readonly logOdds: number | null;
  readonly logOddsEdge: number | null;
  /** The share of askings that gave the same answer; null where it was not asked in several ways. */
  readonly agreement: number | null;
}

export interface DataSay {
  readonly verdict: Verdict;
  /** By how many bits each direction shortens the code, against no edge. */
  readonly forward: number | null;
  readonly backward: number | null;
}

export interface PairTold {
  readonly a: string;
  readonly b: string;
  readonly model: ModelSays | null;
  readonly data: DataSay | null;
  readonly disagree: boolean;
  /** Knowledge about the pair is drawn. */
  readonly settled: boolean;
}

export interface Opinion {
  readonly rev: number;
  /** The name of the model or prior; empty where there is none. */
  readonly model: string;
  readonly pairs: ReadonlyMap<string, PairTold>;
  readonly waiting: string;
  readonly problem: string;
  readonly note: string;
}

/** The same for both orders of two nodes. */
export function pairKey(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

/** The opinion of a trait, or null where neither data nor a model are there. */
export function readOpinion(raw: unknown): Opinion | null {
  const rev = isObject(raw) ? number(raw.rev) : null;
  if (!isObject(raw) || rev === null) return null;
  const pairs = objects(raw.pairs).flatMap((pair) => readPair(pair) ?? []);
  return {
    rev,
    model: text(raw.model),
    pairs: new Map(pairs.map((pair) => [pairKey(pair.a, pair.b), pair])),
    waiting: text(raw.waiting),
    problem: text(raw.problem),
    note: text(raw.note),
  };
}

function readPair({ a, b, model, data, disagree, settled }: Readonly<Record<string, unknown>>): PairTold | null {
  if (typeof a !== "string" || typeof b !== "string" || a === b) return null;
  const [says, say] = [isObject(model) ? readModel(model) : null, isObject(data) ? readData(data) : null];
  return { a, b, model: says, data: say, disagree: disagree === true && says !== null && say !== null, settled: settled === true };
}

function readModel(raw: Readonly<Record<string, unknown>>): ModelSays | null {
  const [forward, backward, absent] = [number(raw.forward), number(raw.backward), number(raw.absent)];
  if (forward === null || backward === null || absent === null) return null;
  const [logOdds, logOddsEdge] = [number(raw.log_odds), number(raw.log_odds_edge)];
  return { verdict: readVerdict(raw.verdict), forward, backward, absent, logOdds, logOddsEdge, agreement: number(raw.agreement) };
}

function readData(raw: Readonly<Record<string, unknown>>): DataSay {
  return { verdict: readVerdict(raw.verdict), forward: number(raw.forward), backward: number(raw.backward) };
}

const VERDICTS: readonly Verdict[] = ["->", "<-", "--", "none"];
const readVerdict = (raw: unknown): Verdict => VERDICTS.find((known) => known === raw) ?? null;

export type What = "added" | "removed" | "reversed" | "changed";
const WHATS: readonly What[] = ["added", "removed", "reversed", "changed"];

export interface ChangedEdge {
  readonly source: string;
  readonly target: string;
  /** Null where the node is gone. */
  readonly sourceId: string | null;
  readonly targetId: string | null;
  /** What it is now and what it was; null where it is not drawn. */
  readonly mark: Mark | null;
  readonly was: Mark | null;
  readonly what: What;
  /** How it changed the length of the code: below zero it saves. */
  readonly bits: number | null;
}

export interface Statement {
  readonly x: readonly string[];
  readonly y: readonly string[];
  readonly given: readonly string[];
  readonly p: number | null;
}

/** From the graph that was answered before to the one that is shown. */
export interface Change {
  readonly edges: readonly ChangedEdge[];
  readonly bits: number | null;
  readonly broken: readonly Statement[];
  readonly estimand: { readonly was: string; readonly now: string } | null;
  readonly sets: { readonly gone: readonly (readonly string[])[]; readonly come: readonly (readonly string[])[] } | null;
}

export function readChange(raw: unknown): Change | null {
  if (!isObject(raw)) return null;
  const { estimand, sets } = raw;
  return {
    edges: objects(raw.edges).flatMap((edge) => readChangedEdge(edge) ?? []),
    bits: number(raw.bits),
    broken: objects(raw.broken).map(readStatement),
    estimand: isObject(estimand) ? { was: text(estimand.was), now: text(estimand.now) } : null,
    sets: isObject(sets) ? { gone: list(sets.gone).map(texts), come: list(sets.new).map(texts) } : null,
  };
}

function readChangedEdge(raw: Readonly<Record<string, unknown>>): ChangedEdge | null {
  const what = WHATS.find((known) => known === raw.what);
  const mark = (value: unknown): Mark | null => MARKS.find((known) => known === value) ?? null;
  if (!what || typeof raw.source !== "string" || typeof raw.target !== "string") return null;
  return {
    source: raw.source,
    target: raw.target,
    sourceId: text(raw.source_id) || null,
    targetId: text(raw.target_id) || null,
    mark: mark(raw.mark),
    was: mark(raw.was),
    what,
    bits: number(raw.bits),
  };
}

function readStatement({ x, y, given, test }: Readonly<Record<string, unknown>>): Statement {
  return { x: texts(x), y: texts(y), given: texts(given), p: isObject(test) ? number(test.p) : null };
}

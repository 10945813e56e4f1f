/** Collects what a text says of a graph, and where: the twin of causal_magics/graph/notation_draft.py. */

import { type Mark, ROLES, type Role, isSymmetric, nameProblem } from "./model";
import type { NotationEdge, NotationGraph } from "./notation";
import { type NotationError, type Scanner, type Word, shorten } from "./notation-scanner";
import {
  DRAWING_ATTRIBUTES,
  EDGE_ATTRIBUTES,
  KNOWN_TO_NODES,
  MAX_GROUP_EDGES,
  NODE_ATTRIBUTES,
  type Operator,
  ROLE_WORDS,
  closest,
} from "./notation-words";

/** What stands between brackets: `key` or `key=value`. */
export interface Attribute {
  readonly key: string;
  readonly value: Word | null;
  readonly at: number;
}

interface Evidence {
  readonly confidence: number | null;
  readonly bits: number | null;
}

const NUMBER = /^ *[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)? *$/u;
const FLIPPED: Partial<Record<Operator, Mark>> = { "<-": "->", "<-@": "@->", "--@": "@--" };

/** A UTF-16 unit moved to where its code point sorts. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Order by code points, as Python sorts text. */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
    if (difference) return difference;
  }
  return a.length - b.length;
}

/** A graph while its text is being read; every part remembers its place. */
export class Draft {
  readonly settings = new Map<string, { readonly values: string[]; readonly line: number }>();
  readonly firstMention = new Map<string, number>();
  private readonly roles = new Map<string, Set<Role>>();
  private readonly positions = new Map<string, readonly [number, number]>();
  private readonly edges = new Map<string, NotationEdge & { readonly at: number }>();
  private readonly between = new Map<string, Map<string, Mark>>();
  private readonly required = new Map<string, readonly [string, string]>();
  private readonly forbidden = new Map<string, { readonly pair: readonly [string, string]; readonly at: number }>();
  private tiers: readonly (readonly Word[])[] = [];
  private groupEdges = 0;

  constructor(private readonly scan: Scanner) {}

  mention(name: Word): Word {
    if (this.firstMention.has(name.text)) return name;
    const problem = nameProblem(name.text);
    if (problem !== null) throw this.scan.error(problem, name.at);
    this.firstMention.set(name.text, name.at);
    return name;
  }

  addSetting(key: Word, value: string): void {
    const known = this.settings.get(key.text);
    if (known) known.values.push(value);
    else this.settings.set(key.text, { values: [value], line: this.scan.place(key.at).line });
  }

  setTiers(key: Word, tiers: readonly (readonly Word[])[]): void {
    if (this.tiers.length) {
      throw this.scan.error("The tiers are given already.", key.at, "one line of tiers, with | between them");
    }
    const seen = new Set<string>();
    for (const name of tiers.flat()) {
      if (seen.has(name.text)) {
        const message = `Expected each name in one tier, found ${shorten(name.text)} twice. Keep one of them.`;
        throw this.scan.error(message, name.at, null, null, "knowledge");
      }
      seen.add(name.text);
    }
    this.tiers = tiers;
  }

  describeNodes(nodes: readonly Word[], attributes: readonly Attribute[]): void {
    for (const node of nodes) this.mention(node);
    for (const attribute of attributes) {
      const role = ROLE_WORDS.get(attribute.key);
      if (role !== undefined && attribute.value === null) {
        for (const node of nodes) this.roles.set(node.text, (this.roles.get(node.text) ?? new Set()).add(role));
      } else if (attribute.key === "pos" && attribute.value !== null) {
        const position = this.position(attribute.value);
        for (const node of nodes) this.positions.set(node.text, position);
      } else if (attribute.value === null || !DRAWING_ATTRIBUTES.has(attribute.key)) {
        throw this.unknown(attribute, "node", KNOWN_TO_NODES, NODE_ATTRIBUTES);
      }
    }
  }

  addEdges(operands: readonly Word[][], operators: readonly Operator[], attributes: readonly Attribute[]): void {
    const known = this.edgeAttributes(attributes);
    const evidence = { confidence: this.confidence(known.get("confidence")), bits: this.bits(known.get("bits")) };
    const other = [...known.values()].find((attribute) => attribute.key !== "forbidden");
    if (known.has("forbidden") && other) {
      const message = `A forbidden edge is not in the graph and cannot have ${other.key}.`;
      throw this.scan.error(message, other.at, "forbidden alone");
    }
    operators.forEach((operator, i) => {
      const [sources, targets] = [operands[i] ?? [], operands[i + 1] ?? []];
      this.count(sources, targets);
      for (const source of sources) {
        for (const target of targets) this.addEdge(source, operator, target, known, evidence);
      }
    });
  }

  /** The graph, once the whole text is read. */
  graph(): NotationGraph {
    this.checkKnowledge();
    this.checkAcyclic();
    const nodes = [...this.firstMention.keys()].map((name) => ({
      name,
      roles: ROLES.filter((role) => this.roles.get(name)?.has(role)),
      position: this.positions.get(name) ?? null,
    }));
    const edges = [...this.edges.values()].map(({ source, target, mark, confidence, bits }) => ({
      source,
      target,
      mark,
      confidence,
      bits,
    }));
    return {
      nodes,
      edges,
      required: [...this.required.values()],
      forbidden: [...this.forbidden.values()].map(({ pair }) => pair),
      tiers: this.tiers.map((tier) => tier.map((name) => name.text)),
    };
  }

  private edgeAttributes(attributes: readonly Attribute[]): Map<string, Attribute> {
    const known = new Map<string, Attribute>();
    for (const attribute of attributes) {
      const flag = attribute.key === "required" || attribute.key === "forbidden";
      const isKnown = EDGE_ATTRIBUTES.some((key) => key === attribute.key);
      if (isKnown && flag === (attribute.value === null)) known.set(attribute.key, attribute);
      else if (attribute.value === null || !DRAWING_ATTRIBUTES.has(attribute.key)) {
        throw this.unknown(attribute, "edge", EDGE_ATTRIBUTES, EDGE_ATTRIBUTES);
      }
    }
    return known;
  }

  private count(sources: readonly Word[], targets: readonly Word[]): void {
    if (sources.length > 1 || targets.length > 1) this.groupEdges += sources.length * targets.length;
    if (this.groupEdges > MAX_GROUP_EDGES) {
      const message = `The groups make more than ${MAX_GROUP_EDGES} edges.`;
      throw this.scan.error(message, (targets[0] ?? sources[0])?.at, "smaller groups");
    }
  }

  private addEdge(
    left: Word,
    operator: Operator,
    right: Word,
    known: ReadonlyMap<string, Attribute>,
    evidence: Evidence,
  ): void {
    const ends: [string, string] = [this.mention(left).text, this.mention(right).text];
    const flipped = FLIPPED[operator];
    const mark = flipped ?? (operator as Mark);
    const sorted = [...ends].sort(compareNames) as [string, string];
    if (flipped) ends.reverse();
    const pair = isSymmetric(mark) ? sorted : ends;
    const [source, target] = pair;
    if (source === target) {
      const message = `Expected an edge between two nodes, got one from ${shorten(source)} to itself. Choose another end.`;
      throw this.scan.error(message, right.at, null, null, "edge");
    }
    this.noteKnowledge(pair, mark, known);
    if (known.has("forbidden")) return;
    const pairKey = JSON.stringify(sorted);
    const key = JSON.stringify([source, target, mark]);
    const between = (this.between.get(pairKey) ?? new Map<string, Mark>()).set(key, mark);
    this.between.set(pairKey, between);
    const marks = [...between.values()];
    if (marks.length > 1 && marks.some((kind) => kind !== "->" && kind !== "<->")) {
      const message =
        `Between ${shorten(sorted[0])} and ${shorten(sorted[1])} expected one edge (or one -> beside one <->), ` +
        `got ${marks.sort().join(" and ")}. Remove one of them.`;
      throw this.scan.error(message, left.at, null, null, "edge");
    }
    const before = this.edges.get(key);
    this.edges.set(key, {
      source,
      target,
      mark,
      confidence: evidence.confidence ?? before?.confidence ?? null,
      bits: evidence.bits ?? before?.bits ?? null,
      at: left.at,
    });
  }

  private noteKnowledge(pair: readonly [string, string], mark: Mark, known: ReadonlyMap<string, Attribute>): void {
    const said = known.get("forbidden") ?? known.get("required");
    if (!said) return;
    if (mark !== "->") {
      throw this.scan.error(`Only an arrow can be ${said.key}, ${mark} cannot.`, said.at, "-> or <-");
    }
    if (said.key === "forbidden") this.forbidden.set(JSON.stringify(pair), { pair, at: said.at });
    else this.required.set(JSON.stringify(pair), pair);
  }

  private number(word: Word, text: string, what: string): number {
    const number = NUMBER.test(text) ? Number(text) : NaN;
    if (!Number.isFinite(number)) throw this.scan.error(`${shorten(text)} is not a number.`, word.at, what);
    return number;
  }

  private bits(attribute: Attribute | undefined): number | null {
    if (!attribute?.value) return null;
    return this.number(attribute.value, attribute.value.text, "a number of bits, as in bits=12.5");
  }

  private confidence(attribute: Attribute | undefined): number | null {
    if (!attribute?.value) return null;
    const what = "a number between 0 and 1, as in confidence=0.9";
    const { text, at } = attribute.value;
    const confidence = this.number(attribute.value, text, what);
    if (confidence < 0 || confidence > 1) throw this.scan.error(`${shorten(text)} is not a confidence.`, at, what);
    return confidence;
  }

  private position(word: Word): readonly [number, number] {
    const what = 'two numbers in quotes, as in pos="1.2,0.4"';
    const [x, y, ...more] = word.text.split(",");
    if (x === undefined || y === undefined || more.length) {
      throw this.scan.error(`${shorten(word.text)} is not a position.`, word.at, what);
    }
    return [this.number(word, x, what), this.number(word, y, what)];
  }

  private unknown(
    { key, value, at }: Attribute,
    what: "node" | "edge",
    known: readonly string[],
    shown: readonly string[],
  ): NotationError {
    let message = `${what === "edge" ? "An" : "A"} ${what} has no attribute ${shorten(key)}.`;
    const ofEdges = EDGE_ATTRIBUTES.some((attribute) => attribute === key);
    if (what === "edge" && ROLE_WORDS.has(key)) message = `${shorten(key)} is said of a node, not of an edge.`;
    else if (what === "node" && ofEdges) message = `${shorten(key)} is said of an edge, not of a node.`;
    else if (known.includes(key) || ROLE_WORDS.has(key)) {
      message = `${shorten(key)} ${value === null ? "needs a" : "takes no"} value.`;
    }
    const hint = closest(key, known);
    const expected = `${shown.slice(0, -1).join(", ")} or ${shown.at(-1) ?? ""}`;
    return this.scan.error(message, at, expected, hint === key ? null : hint);
  }

  private checkKnowledge(): void {
    for (const [key, { pair, at }] of this.forbidden) {
      const [cause, effect] = pair;
      if (!this.edges.has(JSON.stringify([cause, effect, "->"]))) continue;
      const twice = this.required.has(key) ? "required" : "an edge";
      const arrow = `${shorten(cause)} -> ${shorten(effect)}`;
      const message = `${arrow} is ${twice} and forbidden at once. Remove one of the two.`;
      throw this.scan.error(message, at, null, null, "knowledge");
    }
    const level = new Map(this.tiers.flatMap((tier, i) => tier.map((name): [string, number] => [name.text, i])));
    for (const { source, target, mark, at } of this.edges.values()) {
      if (mark !== "->" || (level.get(source) ?? 0) <= (level.get(target) ?? Infinity)) continue;
      const [cause, effect] = [shorten(source), shorten(target)];
      const message =
        `${cause} -> ${effect} would be an edge, but ${cause} stands in a later tier than ${effect}. ` +
        "Change the tiers or leave the edge out.";
      throw this.scan.error(message, at, null, null, "knowledge");
    }
  }

  private checkAcyclic(): void {
    const path = cyclePath([...this.edges.values()].filter((edge) => edge.mark === "->"));
    if (path === null) return;
    const at = path.slice(1).map((name, i) => this.edges.get(JSON.stringify([path[i], name, "->"]))?.at ?? 0);
    const arrows = path.map((name) => shorten(name).slice(1, -1)).join(" -> ");
    const message =
      `Expected a graph without directed cycles, found ${arrows}. ` +
      "Remove or reverse one of these edges, or use <-> for a common cause.";
    throw this.scan.error(message, Math.max(...at), null, null, "cycle", path);
  }
}

/** The names along a directed cycle, first and last the same, or null where there is none. */
function cyclePath(arrows: readonly NotationEdge[]): readonly string[] | null {
  const children = new Map<string, string[]>();
  const open = new Map<string, Set<string>>();
  for (const { source, target } of arrows) {
    const known = children.get(source);
    if (known) known.push(target);
    else children.set(source, [target]);
    open.set(target, (open.get(target) ?? new Set()).add(source));
  }
  const sources = [...children.keys()].filter((name) => !open.has(name));
  for (let name = sources.pop(); name !== undefined; name = sources.pop()) {
    for (const child of children.get(name) ?? []) {
      const parents = open.get(child);
      parents?.delete(name);
      if (parents?.size !== 0) continue;
      open.delete(child);
      sources.push(child);
    }
  }
  const walk: string[] = [];
  const seen = new Map<string, number>();
  const first = <T>(items: Iterable<T>): T | undefined => [...items][0];
  let name = first(open.keys());
  while (name !== undefined && !seen.has(name)) {
    seen.set(name, walk.length);
    walk.push(name);
    name = first(open.get(name) ?? []);
  }
  return name === undefined ? null : [...walk.slice(seen.get(name)), name].reverse();
}

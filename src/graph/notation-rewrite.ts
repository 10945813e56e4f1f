/**
 * Rewrites a text so that it reads as another graph. Statements that still hold stay as they are, with their comments,
 * order and spacing; what no longer holds goes or changes where it stands; what is new comes at the end.
 */
import type { Role } from "./model";
import { parseCell, statementsOf, type NotationEdge, type NotationGraph, type NotationNode } from "./notation";
import { formatGraph, formatName } from "./notation-format";
import { NotationError } from "./notation-scanner";
import { mergeGraphs, type WritePositions } from "./notation-merge";

export type { WritePositions } from "./notation-merge";

export interface RewriteOptions {
  /** Nodes that have another name in `after`. */
  readonly renamed?: ReadonlyMap<string, string>;
  readonly positions?: WritePositions;
}

const EMPTY: NotationGraph = { nodes: [], edges: [], required: [], forbidden: [], tiers: [] };

/**
 * The text with what changed from `before` to `after`, or null where it cannot be read. The text may say other things
 * than `before`, as where somebody is typing: those stay.
 */
export function rewriteNotation(text: string, before: NotationGraph, after: NotationGraph, options: RewriteOptions = {}): string | null {
  if (text.includes("{{")) return null;
  const renamed = options.renamed ?? new Map<string, string>();
  try {
    const plain = text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
    const renamedText = renamed.size > 0 ? rename(plain, renamed) : plain;
    const target = mergeGraphs(parseCell(renamedText).graph, renameGraph(before, renamed), after, options.positions ?? "moved");
    const rewritten = new Rewriting(renamedText, target).text();
    if (!sameGraph(parseCell(rewritten).graph, target)) return null;
    return text.includes("\r\n") ? rewritten.replaceAll("\n", "\r\n") : rewritten;
  } catch (error) {
    if (error instanceof NotationError) return null;
    throw error;
  }
}

function sameGraph(a: NotationGraph, b: NotationGraph): boolean {
  return formatGraph(a) === formatGraph(b);
}

const pairOf = ([a, b]: readonly [string, string]): string => JSON.stringify([a, b]);
const keyOf = ({ source, target, mark }: NotationEdge): string => JSON.stringify([source, target, mark]);
const endsOf = ({ source, target }: NotationEdge): string => JSON.stringify([source, target].sort());

/** A statement by what it says alone. */
interface Statement {
  readonly start: number;
  readonly end: number;
  readonly says: NotationGraph;
  readonly isSetting: boolean;
}

class Rewriting {
  readonly #text: string;
  readonly #target: NotationGraph;
  readonly #statements: readonly Statement[];
  readonly #closing: number | null;
  readonly #edges: ReadonlyMap<string, NotationEdge>;
  readonly #nodes: ReadonlyMap<string, NotationNode>;
  readonly #required: ReadonlySet<string>;
  readonly #forbidden: ReadonlySet<string>;
  readonly #saidRequired: ReadonlySet<string>;
  /** New edges by their ends, for the place of an old one between the same nodes. */
  readonly #replacements = new Map<string, NotationEdge>();

  constructor(text: string, target: NotationGraph) {
    this.#text = text;
    this.#target = target;
    const { statements, closing } = statementsOf(text);
    this.#closing = closing;
    this.#statements = statements.map((span) => readStatement(text, span.start, span.end));
    this.#edges = new Map(target.edges.map((edge) => [keyOf(edge), edge]));
    this.#nodes = new Map(target.nodes.map((node) => [node.name, node]));
    this.#required = new Set(target.required.map(pairOf));
    this.#forbidden = new Set(target.forbidden.map(pairOf));
    this.#saidRequired = new Set(this.#statements.flatMap(({ says }) => says.required.map(pairOf)));
    const said = new Set(this.#statements.flatMap(({ says }) => says.edges.map(keyOf)));
    for (const edge of target.edges) if (!said.has(keyOf(edge))) this.#replacements.set(endsOf(edge), edge);
  }

  text(): string {
    const parts: string[] = [];
    let at = 0;
    for (const statement of this.#statements) {
      const next = this.#restate(statement);
      if (next === null) continue;
      parts.push(this.#text.slice(at, statement.start), next);
      at = statement.end;
      if (next === "" && this.#isAlone(statement)) {
        parts[parts.length - 2] = (parts[parts.length - 2] ?? "").replace(/[ \t]+$/u, "");
        at = this.#text[at] === "\n" ? at + 1 : at;
      }
    }
    const kept = parts.join("") + this.#text.slice(at);
    return this.#append(kept, this.#closing === null ? null : this.#closing + kept.length - this.#text.length);
  }

  /** Whether nothing else stands on the statement's line. */
  #isAlone({ start, end }: Statement): boolean {
    const before = this.#text.slice(this.#text.lastIndexOf("\n", start - 1) + 1, start);
    const newline = this.#text.indexOf("\n", end);
    const after = this.#text.slice(end, newline < 0 ? undefined : newline);
    return before.trim() === "" && after.trim() === "";
  }

  /** What the statement becomes; null where it stays as it is. */
  #restate(statement: Statement): string | null {
    const { says, isSetting } = statement;
    if (isSetting) return null;
    if (says.tiers.length > 0) return this.#restateTiers(says);
    const edges = says.edges.map((edge) => this.#kept(edge, says));
    const forbidden = says.forbidden.filter((pair) => this.#forbidden.has(pairOf(pair)));
    const nodes = says.edges.length + says.forbidden.length === 0 ? says.nodes.map((node) => this.#keptNode(node)) : [];
    const holds =
      edges.every((edge, place) => edge === says.edges[place]) &&
      forbidden.length === says.forbidden.length &&
      nodes.every((node, place) => node === says.nodes[place]);
    if (holds) return null;
    const comments = commentsIn(this.#text.slice(statement.start, statement.end));
    const standing = edges.filter((edge) => edge !== null);
    const pieces = [
      ...this.#chains(standing),
      ...forbidden.map(([source, target]) => `${formatName(source)} -> ${formatName(target)} [forbidden]`),
      ...nodes.flatMap((node) => (node ? [nodeLine(node)] : [])),
    ];
    return [...comments.map((comment) => `${comment}\n`), pieces.join("; ")].join("");
  }

  #restateTiers({ tiers }: NotationGraph): string | null {
    if (JSON.stringify(tiers) === JSON.stringify(this.#target.tiers)) return null;
    return this.#target.tiers.length > 0 ? tiersLine(this.#target) : "";
  }

  /** The edge itself where it holds, what stands in its place, or null. */
  #kept(edge: NotationEdge, says: NotationGraph): NotationEdge | null {
    const standing = this.#edges.get(keyOf(edge));
    if (!standing) {
      const instead = this.#replacements.get(endsOf(edge)) ?? null;
      this.#replacements.delete(endsOf(edge));
      return instead;
    }
    const pair = pairOf([edge.source, edge.target]);
    const required = edge.mark === "->" && this.#required.has(pair);
    const saysSo = says.required.some((other) => pairOf(other) === pair);
    const knowledgeHolds = saysSo ? required : !required || this.#saidRequired.has(pair);
    const agrees = (value: number | null, now: number | null): boolean => value === null || value === now;
    return knowledgeHolds && agrees(edge.confidence, standing.confidence) && agrees(edge.bits, standing.bits) ? edge : standing;
  }

  /** The node itself where all that is said of it holds, the node as it is now, or null where it is gone. */
  #keptNode(node: NotationNode): NotationNode | null {
    const now = this.#nodes.get(node.name);
    if (!now) return null;
    const rolesHold = node.roles.every((role) => now.roles.includes(role));
    const missing = this.#unsaidRoles(now);
    const isFirst = node.roles.length > 0 || node.position !== null;
    const placeHolds = node.position === null || node.position.join() === now.position?.join();
    if (rolesHold && placeHolds && !(missing.length > 0 && isFirst)) return node;
    return { ...now, position: node.position === null ? null : now.position };
  }

  /** Roles of a node that no statement says. */
  #unsaidRoles({ name, roles }: NotationNode): readonly Role[] {
    const said = this.#said.get(name);
    return roles.filter((role) => !said?.has(role));
  }

  get #said(): ReadonlyMap<string, ReadonlySet<Role>> {
    if (this.#saidRoles) return this.#saidRoles;
    const found = new Map<string, Set<Role>>();
    for (const { says } of this.#statements) {
      for (const { name, roles } of says.nodes) {
        const known = found.get(name) ?? new Set<Role>();
        for (const role of roles) known.add(role);
        found.set(name, known);
      }
    }
    this.#saidRoles = found;
    return found;
  }

  #saidRoles: ReadonlyMap<string, ReadonlySet<Role>> | null = null;

  /** Edges as statements: those that follow one another without attributes as one chain. */
  #chains(edges: readonly NotationEdge[]): string[] {
    const found: string[] = [];
    let end: string | null = null;
    for (const edge of edges) {
      const required = edge.mark === "->" && this.#required.has(pairOf([edge.source, edge.target]));
      const bare = !required && edge.confidence === null && edge.bits === null;
      if (bare && end === edge.source) found[found.length - 1] += ` ${edge.mark} ${formatName(edge.target)}`;
      else found.push(edgeLine(edge, required));
      end = bare ? edge.target : null;
    }
    return found;
  }

  /** Adds what the text does not say yet, before the closing brace if there is one. */
  #append(text: string, closing: number | null): string {
    const said = parseCell(text).graph;
    const missing = formatGraph(without(this.#target, said));
    if (missing === "") return text;
    const indent = closing === null ? "" : (/\n([ \t]+)\S[^\n]*\n[^\n]*$/u.exec(text.slice(0, closing))?.[1] ?? "  ");
    const lines = missing.split("\n").map((line) => indent + line).join("\n");
    const ending = this.#text.trim() === "" || this.#text.endsWith("\n") ? "\n" : "";
    if (closing === null) return (text.trim() === "" ? "" : `${text.replace(/\n*$/u, "")}\n`) + lines + ending;
    const before = text.slice(0, closing).replace(/\s*$/u, "");
    return `${before}\n${lines}\n${text.slice(closing)}`;
  }
}

/** The part of a graph that another one does not say. */
function without(graph: NotationGraph, said: NotationGraph): NotationGraph {
  const nodes = new Map(said.nodes.map((node) => [node.name, node]));
  const edges = new Map(said.edges.map((edge) => [keyOf(edge), edge]));
  const [required, forbidden] = [new Set(said.required.map(pairOf)), new Set(said.forbidden.map(pairOf))];
  const newRequired = graph.required.filter((pair) => !required.has(pairOf(pair)));
  const toSay = new Set(newRequired.map(pairOf));
  return {
    nodes: graph.nodes.flatMap((node) => {
      const known = nodes.get(node.name);
      const roles = node.roles.filter((role) => !known?.roles.includes(role));
      const position = known?.position?.join() === node.position?.join() ? null : node.position;
      const isNew = !known && !mentions(graph, node.name);
      return roles.length > 0 || position || isNew ? [{ ...node, roles, position }] : [];
    }),
    edges: graph.edges.filter((edge) => {
      const known = edges.get(keyOf(edge));
      const told = known?.confidence === edge.confidence && known.bits === edge.bits;
      return !told || (edge.mark === "->" && toSay.has(pairOf([edge.source, edge.target])));
    }),
    required: graph.required,
    forbidden: graph.forbidden.filter((pair) => !forbidden.has(pairOf(pair))),
    tiers: said.tiers.length > 0 ? [] : graph.tiers,
  };
}

function mentions({ edges, forbidden, tiers }: NotationGraph, name: string): boolean {
  return edges.some(({ source, target }) => source === name || target === name) || forbidden.flat().includes(name) || tiers.flat().includes(name);
}

function edgeLine(edge: NotationEdge, required: boolean): string {
  return formatGraph({ ...EMPTY, edges: [edge], required: required ? [[edge.source, edge.target]] : [] });
}

function nodeLine(node: NotationNode): string {
  return formatGraph({ ...EMPTY, nodes: [node] });
}

function tiersLine({ tiers }: NotationGraph): string {
  return `tiers: ${tiers.map((tier) => tier.map(formatName).join(" ")).join(" | ")}`;
}

/** A statement between two offsets, without blanks and comments behind it. */
function readStatement(text: string, start: number, end: number): Statement {
  const last = start + lengthOf(text.slice(start, end));
  const { graph, settings } = parseCell(text.slice(start, last));
  return { start, end: last, says: graph, isSetting: settings.size > 0 };
}

const TOKEN = /"(?:\\["\\]|[^"\n])*"|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\s+|[\s\S]/gu;

/** The length of a statement up to its last sign that is neither blank nor comment. */
function lengthOf(written: string): number {
  let end = 0;
  for (const match of written.matchAll(TOKEN)) if (!isComment(match[0]) && match[0].trim() !== "") end = match.index + match[0].length;
  return end;
}

function isComment(token: string): boolean {
  return token.startsWith("#") || token.startsWith("//") || token.startsWith("/*");
}

function commentsIn(written: string): string[] {
  return [...written.matchAll(TOKEN)].map(([token]) => token).filter(isComment);
}

/** The text with other names in the places of some. */
function rename(text: string, renamed: ReadonlyMap<string, string>): string {
  const bare = [...renamed.keys()].filter((name) => formatName(name) === name).sort((a, b) => b.length - a.length);
  const escaped = bare.map((name) => name.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&"));
  const words = escaped.length > 0 ? `(?<![\\p{L}\\p{N}\\p{M}_.])(?:${escaped.join("|")})(?![\\p{L}\\p{N}\\p{M}_]|\\.\\p{L})|` : "";
  const pattern = new RegExp(`#[^\\n]*|//[^\\n]*|/\\*[\\s\\S]*?\\*/|\\[[^\\]]*\\]|${words}"(?:\\\\["\\\\]|[^"\\n])*"`, "gu");
  return text.replace(pattern, (token) => {
    if (isComment(token) || token.startsWith("[")) return token;
    const name = token.startsWith('"') ? token.slice(1, -1).replace(/\\(["\\])/gu, "$1") : token;
    const next = renamed.get(name);
    return next === undefined ? token : formatName(next);
  });
}

function renameGraph(graph: NotationGraph, renamed: ReadonlyMap<string, string>): NotationGraph {
  if (renamed.size === 0) return graph;
  const name = (old: string): string => renamed.get(old) ?? old;
  const pair = ([a, b]: readonly [string, string]): [string, string] => [name(a), name(b)];
  return {
    nodes: graph.nodes.map((node) => ({ ...node, name: name(node.name) })),
    edges: graph.edges.map((edge) => ({ ...edge, source: name(edge.source), target: name(edge.target) })),
    required: graph.required.map(pair),
    forbidden: graph.forbidden.map(pair),
    tiers: graph.tiers.map((tier) => tier.map(name)),
  };
}

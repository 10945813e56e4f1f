/**
 * The notation of graphs and of `%%causal` cells: the twin of causal_magics/graph/notation.py, held to the
 * same golden cases. A text is read in linear time and nothing in it is ever executed.
 */

import type { Mark, Role } from "./model";
import { type Attribute, Draft } from "./notation-draft";
import { NotationError, Scanner, type Word, shorten } from "./notation-scanner";
import { DRAWING_ATTRIBUTES, MAX_DEPTH, OPERATORS, type Operator, closest, isWrapper, meantOperator } from "./notation-words";

export { formatGraph, formatName } from "./notation-format";
export { NotationError, type NotationErrorKind } from "./notation-scanner";

/** A node; `position` is in units of the notation. */
export interface NotationNode {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly position: readonly [number, number] | null;
}

/** An edge by the names of its ends; those of symmetric marks are sorted. */
export interface NotationEdge {
  readonly source: string;
  readonly target: string;
  readonly mark: Mark;
  readonly confidence: number | null;
  readonly bits: number | null;
}

/** A graph by names, as the kernel's CausalGraph has it. */
export interface NotationGraph {
  readonly nodes: readonly NotationNode[];
  readonly edges: readonly NotationEdge[];
  readonly required: readonly (readonly [string, string])[];
  readonly forbidden: readonly (readonly [string, string])[];
  readonly tiers: readonly (readonly string[])[];
}

/** The values of the `key: value` lines of one key, and the first of these lines, from 1. */
export interface NotationSetting {
  readonly values: readonly string[];
  readonly line: number;
}

/** What the body of a cell says; `places` has line and column of each node's first mention. */
export interface NotationCell {
  readonly graph: NotationGraph;
  readonly settings: ReadonlyMap<string, NotationSetting>;
  readonly places: ReadonlyMap<string, { readonly line: number; readonly column: number }>;
}

/** Read the body of a cell. @throws NotationError */
export function parseCell(text: string): NotationCell {
  const parser = new Parser(text, true);
  parser.statements(null, false);
  const { firstMention, settings } = parser.draft;
  const graph = parser.draft.graph();
  return { graph, settings, places: new Map([...firstMention].map(([name, at]) => [name, parser.scan.place(at)])) };
}

/** Read a graph, which has no settings. @throws NotationError */
export function parseGraph(text: string): NotationGraph {
  const parser = new Parser(text, false);
  parser.statements(null, false);
  return parser.draft.graph();
}

/** From where to where in a text a statement stands, comments behind it included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The outermost statements of a cell's body in order, and where the last brace around them closes, if there are any.
 * @throws NotationError
 */
export function statementsOf(text: string): { readonly statements: readonly Span[]; readonly closing: number | null } {
  const parser = new Parser(text, true);
  parser.statements(null, false);
  parser.draft.graph();
  return { statements: parser.spans, closing: parser.closing };
}

/** Recursive descent over the statements of one text. */
class Parser {
  readonly scan: Scanner;
  readonly draft: Draft;
  readonly spans: Span[] = [];
  closing: number | null = null;
  private wrapped = false;
  private depth = 0;

  constructor(
    text: string,
    private readonly settingsAllowed: boolean,
  ) {
    this.scan = new Scanner(text);
    this.draft = new Draft(this.scan);
  }

  /** Read statements up to the end, or to the brace that closes the one at `opened`. */
  statements(opened: number | null, group: boolean): Word[] {
    const members: Word[] = [];
    for (;;) {
      this.scan.skip();
      const char = this.scan.peek();
      if (char === "" && opened !== null) throw this.scan.error("This brace is never closed.", opened, "a closing }");
      if (char === "}" && opened === null) throw this.scan.error("This brace closes nothing.", this.scan.at, "a statement");
      if (char === "" || char === "}") {
        this.scan.at += char.length;
        return members;
      }
      if (char === ";" || (char === "," && group)) this.scan.at++;
      else {
        const start = this.scan.at;
        const before = this.closing;
        for (const member of this.statement(group)) members.push(member);
        if (!group && this.closing === before) this.spans.push({ start, end: this.scan.at });
      }
    }
  }

  private statement(group: boolean): readonly Word[] {
    if (!this.wrapped && this.depth === 0 && this.wrapperOpens()) {
      const opened = this.scan.at++;
      this.wrapped = true;
      const members = this.statements(opened, false);
      this.wrapped = false;
      this.closing = this.scan.at - 1;
      return members;
    }
    const key = group ? null : this.scan.takeKey();
    if (key === null) return this.chain();
    if (key.text === "tiers" && !key.quoted) this.draft.setTiers(key, this.tiers());
    else this.setting(key);
    return [];
  }

  private wrapperOpens(): boolean {
    const start = this.scan.at;
    const keyword = this.scan.takeWord();
    if (keyword && !keyword.quoted && isWrapper(keyword.text)) {
      this.scan.skipInLine();
      if (this.scan.peek() !== "\n") this.scan.takeWord();
      this.scan.skip();
      if (this.scan.peek() === "{") return true;
    }
    this.scan.at = start;
    return false;
  }

  private setting(key: Word): void {
    if (this.wrapped) {
      const message = `The setting ${shorten(key.text)} stands inside braces.`;
      throw this.scan.error(message, key.at, "settings outside of the braces");
    }
    if (!this.settingsAllowed) {
      const hint = closest(key.text, ["tiers"]) && "tiers:";
      throw this.scan.error(`A graph has no setting ${shorten(key.text)}.`, key.at, "nodes, edges or tiers", hint);
    }
    this.draft.addSetting(key, this.scan.takeRestOfLine());
  }

  private tiers(): Word[][] {
    let tier: Word[] = [];
    const tiers = [tier];
    for (;;) {
      this.scan.skipInLine();
      if (this.scan.peek() === "\n" && !tier.length && tiers.length > 1) this.scan.skip();
      const char = this.scan.peek();
      if (["", "\n", ";", "}"].includes(char)) break;
      if (char === ",") this.scan.at++;
      else if (char === "|" && tier.length) {
        this.scan.at++;
        tier = [];
        tiers.push(tier);
      } else {
        const name = this.scan.takeWord();
        if (name === null) throw this.unexpected("names, and | between the tiers");
        tier.push(this.draft.mention(name));
      }
    }
    if (!tier.length) throw this.unexpected("the names of a tier");
    return tiers;
  }

  private chain(): readonly Word[] {
    let operand = this.operand("a node");
    if (this.assigned(operand)) return [];
    const operands = [operand];
    const operators: Operator[] = [];
    for (let operator = this.operator(); operator !== null; operator = this.operator()) {
      for (const name of operand) this.draft.mention(name);
      this.scan.skip();
      operators.push(operator);
      operand = this.operand(`a node after ${operator}`);
      operands.push(operand);
    }
    const attributes = this.attributes();
    if (operators.length) this.draft.addEdges(operands, operators, attributes);
    else this.describe(operand, attributes);
    return operands.flat();
  }

  private describe(nodes: readonly Word[], attributes: readonly Attribute[]): void {
    const [word, ...others] = nodes;
    const isDefault = this.wrapped && word && !word.quoted && ["graph", "node", "edge"].includes(word.text);
    const drawing = attributes.length > 0 && attributes.every(({ key }) => DRAWING_ATTRIBUTES.has(key));
    if (isDefault && !others.length && drawing) return;
    this.draft.describeNodes(nodes, attributes);
  }

  private operand(expected: string): Word[] {
    if (this.scan.peek() === "{") return this.group();
    const name = this.scan.takeWord();
    if (name === null) throw this.unexpected(expected);
    return [name];
  }

  private group(): Word[] {
    if (this.depth === MAX_DEPTH) {
      throw this.scan.error(`More than ${MAX_DEPTH} braces are open.`, this.scan.at, "fewer");
    }
    const opened = this.scan.at++;
    this.depth++;
    const members = this.statements(opened, true);
    this.depth--;
    const unique = new Map<string, Word>();
    for (const word of members) if (!unique.has(word.text)) unique.set(word.text, word);
    return [...unique.values()];
  }

  private operator(): Operator | null {
    const newLine = this.scan.skip();
    const start = this.scan.at;
    const leading = newLine ? null : this.scan.takeLeadingCircle();
    if (leading !== null) throw this.notAnEdge(leading, start);
    const run = this.scan.takeOperatorRun();
    if (run === null) return null;
    const operator = OPERATORS.find((known) => known === run);
    if (!operator) throw this.notAnEdge(run, start);
    const trailing = this.scan.takeTrailingCircle();
    if (trailing !== null) throw this.notAnEdge(run + trailing, start);
    return operator;
  }

  private notAnEdge(written: string, at: number): NotationError {
    const expected = `one of ${OPERATORS.join(" ")}`;
    return this.scan.error(`${shorten(written)} is not an edge.`, at, expected, meantOperator(written));
  }

  /** Read over `key=value`, which DAGitty and DOT use for the drawing. */
  private assigned(operand: readonly Word[]): boolean {
    this.scan.skipInLine();
    const following = this.scan.text.slice(this.scan.at, this.scan.at + 2);
    const [key, ...others] = operand;
    if (!following.startsWith("=") || ["==", "=>", "=-"].includes(following) || !key || others.length) return false;
    if (key.text !== "bb" && !(this.wrapped && DRAWING_ATTRIBUTES.has(key.text))) {
      const message = `${shorten(key.text)} cannot be set with =.`;
      throw this.scan.error(message, this.scan.at, "an edge such as ->, or a colon");
    }
    this.scan.at++;
    this.value();
    return true;
  }

  private attributes(): Attribute[] {
    const found: Attribute[] = [];
    this.scan.skip();
    while (this.scan.peek() === "[") {
      const opened = this.scan.at++;
      this.scan.skip();
      while (this.scan.peek() !== "]") {
        if (this.scan.peek() === "," || this.scan.peek() === ";") this.scan.at++;
        else found.push(this.attribute(opened));
        this.scan.skip();
      }
      this.scan.at++;
      this.scan.skip();
    }
    return found;
  }

  private attribute(opened: number): Attribute {
    const key = this.scan.takeAttribute();
    if (key === null) {
      const later = this.scan.place(this.scan.at).line > this.scan.place(opened).line;
      if (later || !this.scan.peek()) throw this.scan.error("This bracket is never closed.", opened, "a closing ]");
      throw this.unexpected("an attribute or ]");
    }
    this.scan.skip();
    if (this.scan.peek() !== "=") return { key: key.text, value: null, at: key.at };
    this.scan.at++;
    return { key: key.text, value: this.value(), at: key.at };
  }

  private value(): Word {
    this.scan.skip();
    const value = this.scan.takeValue();
    if (value === null) throw this.unexpected("a value after =");
    return value;
  }

  private unexpected(expected: string): NotationError {
    const char = this.scan.peek();
    const { at } = this.scan;
    if (char === "") return this.scan.error("The text ends here.", at, expected);
    if (char === "\n") return this.scan.error("The line ends here.", at, expected);
    if ("“”„‘’'".includes(char)) return this.scan.error(`${char} does not quote a name.`, at, expected, '"');
    const written = this.scan.takeOperatorRun() ?? char;
    return this.scan.error(`Nothing can be done with ${shorten(written)} here.`, at, expected);
  }
}

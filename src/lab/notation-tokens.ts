/** Takes lines of `%%causal` cells apart for their colours: forgiving, since half-written lines have colours too. */
import { isWrapper, OPERATORS } from "../graph/notation-words";

export type TokenStyle =
  | "magic"
  | "verb"
  | "option"
  | "target"
  | "wrapper"
  | "name"
  | "operator"
  | "wrong"
  | "comment"
  | "key"
  | "setting"
  | "attribute"
  | "number"
  | "text"
  | "brace"
  | "bracket"
  | "separator"
  | "fence"
  | "python";

export interface Token {
  readonly end: number;
  /** Null for blanks. */
  readonly style: TokenStyle | null;
}

/** What the text before a place says about it. */
export interface TokenState {
  part: "header" | "body";
  /** The magic has been read. */
  opened: boolean;
  verb: boolean;
  /** The next word of the header is a name to bind. */
  binds: boolean;
  /** The rest of the line is the value of a setting. */
  setting: boolean;
  bracket: boolean;
  /** A value follows, after `=` in brackets. */
  value: boolean;
  /** Inside of `{{ }}`. */
  python: boolean;
}

export function startState(part: "header" | "body"): TokenState {
  return { part, opened: part === "body", verb: false, binds: false, setting: false, bracket: false, value: false, python: false };
}

const BLANK = /[\s\u200b\ufeff]+/uy;
const COMMENT = /#.*|\/\/.*/uy;
const STRING = /"(?:[^"\\]|\\.)*"?/uy;
const HEADER_STRING = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?/uy;
const RUN = /[-<>=@~→←↔⇒⇐⇔⟶⟵⟷—–−]+/uy;
const KEY = /[^\s[\]{}()"'#/,;:|=<>@~-]+(?:-[^\s[\]{}()"'#/,;:|=<>@~-]+)*(?=[ \t]*:)/uy;
const WORD = /[^\s[\]{}"#/,;:|=<>@~→←↔⇒⇐⇔⟶⟵⟷—–−-]+/uy;
const ATTRIBUTE = /[^\s[\]{}"#,;=]+/uy;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu;
const MAGIC = /%%?causal(?=\s|$)/uy;
const OPTION = /--?[A-Za-z][\w-]*/uy;
const HEADER_WORD = /[^\s"'#=;]+/uy;
const SETTING_TEXT = /(?:(?!\{\{|\s#|\s\/\/).)+/uy;
const PYTHON_STRING = /"[^"]*"?|'[^']*'?/uy;
const PYTHON_TEXT = /(?:(?!\}\}|["']).)+/uy;

function matched(pattern: RegExp, line: string, at: number): number {
  pattern.lastIndex = at;
  const match = pattern.exec(line);
  return match ? at + match[0].length : at;
}

/** The token of `line` at `at`; the state is moved on. */
export function nextToken(line: string, at: number, state: TokenState): Token {
  if (at === 0) Object.assign(state, { setting: false, value: false });
  if (state.python) return python(line, at, state);
  const blank = matched(BLANK, line, at);
  if (blank > at) return { end: blank, style: null };
  if (line.startsWith("{{", at)) {
    state.python = true;
    return { end: at + 2, style: "fence" };
  }
  return state.part === "header" ? header(line, at, state) : body(line, at, state);
}

function python(line: string, at: number, state: TokenState): Token {
  if (line.startsWith("}}", at)) {
    state.python = false;
    return { end: at + 2, style: "fence" };
  }
  const string = matched(PYTHON_STRING, line, at);
  if (string > at) return { end: string, style: "text" };
  return { end: Math.max(at + 1, matched(PYTHON_TEXT, line, at)), style: "python" };
}

function header(line: string, at: number, state: TokenState): Token {
  const magic = state.opened ? at : matched(MAGIC, line, at);
  if (magic > at) {
    state.opened = true;
    return { end: magic, style: "magic" };
  }
  if (line[at] === "#") return { end: line.length, style: "comment" };
  if (line.startsWith("<<", at)) return { end: at + 2, style: "operator" };
  const string = matched(HEADER_STRING, line, at);
  if (string > at) return { end: string, style: "text" };
  const option = matched(OPTION, line, at);
  if (option > at) {
    const name = line.slice(at, option);
    state.binds = name === "-o" || name === "--output";
    return { end: option, style: "option" };
  }
  const word = matched(HEADER_WORD, line, at);
  if (word === at) return { end: at + 1, style: "separator" };
  return { end: word, style: headerWord(line, at, word, state) };
}

function headerWord(line: string, at: number, end: number, state: TokenState): TokenStyle {
  if (state.binds || /^\s*<</u.test(line.slice(end))) {
    state.binds = false;
    return "target";
  }
  if (!state.verb) {
    state.verb = true;
    return "verb";
  }
  return NUMBER.test(line.slice(at, end)) ? "number" : "name";
}

function body(line: string, at: number, state: TokenState): Token {
  if (state.setting) return setting(line, at, state);
  const comment = matched(COMMENT, line, at);
  if (comment > at) return { end: comment, style: "comment" };
  if (state.bracket) return inBracket(line, at, state);
  const char = line[at] ?? "";
  if (char === "{" || char === "}") return { end: at + 1, style: "brace" };
  if (char === "[") {
    state.bracket = true;
    return { end: at + 1, style: "bracket" };
  }
  const string = matched(STRING, line, at);
  if (string > at) return { end: string, style: "text" };
  const key = matched(KEY, line, at);
  if (key > at) {
    state.setting = line.slice(at, key) !== "tiers";
    return { end: key, style: state.setting ? "key" : "verb" };
  }
  const run = matched(RUN, line, at);
  if (run > at) return { end: run, style: runStyle(line.slice(at, run)) };
  const word = matched(WORD, line, at);
  if (word === at) return { end: at + 1, style: "separator" };
  const opens = isWrapper(line.slice(at, word)) && /^\s*(?:"[^"]*"|[\w.]+)?\s*\{/u.test(line.slice(word));
  return { end: word, style: opens ? "wrapper" : "name" };
}

/** A single = sets what DAGitty and DOT need for drawing. */
function runStyle(run: string): TokenStyle {
  if (run === "=") return "separator";
  return OPERATORS.some((known) => known === run) ? "operator" : "wrong";
}

function setting(line: string, at: number, state: TokenState): Token {
  if (line[at] === ":" && /^[^:]*:$/u.test(line.slice(0, at + 1))) return { end: at + 1, style: "separator" };
  if (/\s|^$/u.test(line[at - 1] ?? "")) {
    const comment = matched(COMMENT, line, at);
    if (comment > at) return { end: comment, style: "comment" };
  }
  const end = Math.max(at + 1, matched(SETTING_TEXT, line, at));
  const text = line.slice(at, end).trim();
  if (end === line.length) state.setting = false;
  return { end, style: NUMBER.test(text) ? "number" : "setting" };
}

function inBracket(line: string, at: number, state: TokenState): Token {
  const char = line[at] ?? "";
  if (char === "]") {
    Object.assign(state, { bracket: false, value: false });
    return { end: at + 1, style: "bracket" };
  }
  const string = matched(STRING, line, at);
  if (string > at) return { end: string, style: "text" };
  const word = matched(ATTRIBUTE, line, at);
  if (word === at) {
    state.value = char === "=";
    return { end: at + 1, style: "separator" };
  }
  if (!state.value) return { end: word, style: "attribute" };
  state.value = false;
  return { end: word, style: NUMBER.test(line.slice(at, word)) ? "number" : "setting" };
}

/** Reads the words of the notation off a text: the twin of causal_magics/graph/notation_scanner.py. */

export type NotationErrorKind = "notation" | "edge" | "knowledge" | "cycle";

/** Text that is not the notation (`notation`), or that says no valid graph (the other kinds). */
export class NotationError extends Error {
  override readonly name = "NotationError";

  /** @param line, column where, both from 1; columns count code points
   *  @param cyclePath names along the cycle, first and last the same */
  constructor(
    readonly kind: NotationErrorKind,
    message: string,
    readonly line: number,
    readonly column: number,
    readonly expected: string | null = null,
    readonly suggestion: string | null = null,
    readonly cyclePath: readonly string[] | null = null,
  ) {
    super(message);
  }
}

/** A name or a value as it was written: what it says, where, whether in quotes. */
export interface Word {
  readonly text: string;
  readonly at: number;
  readonly quoted: boolean;
}

function sticky(source: string): RegExp {
  return new RegExp(source, "uy");
}

const SPACE = " \\t\\f\\v\\x85\\xa0\\u1680\\u2000-\\u200b\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";
const BLANK_IN_LINE = sticky(`(?:[${SPACE}]+|#[^\\n]*|//[^\\n]*)*`);
const BLANK = sticky(`(?:[${SPACE}\\n]+|#[^\\n]*|//[^\\n]*)*`);
const SETTING_COMMENT = new RegExp(`[${SPACE}](?:#|//)`, "u");
const IS_SPACE = new RegExp(`[${SPACE}]`, "u");

// Explicit ranges, so that Python and TypeScript agree whatever Unicode version they know.
const WORD_CHARACTERS =
  "0-9A-Za-z_.\\u00aa\\u00b5\\u00ba\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u061b\\u061d-\\u167f" +
  "\\u1681-\\u180d\\u180f-\\u1fff\\u2070-\\u209f\\u2100-\\u218f\\u2c00-\\u2dff\\u2e80-\\u2fff" +
  "\\u3005-\\u3007\\u3021-\\u3029\\u3031-\\u3035\\u3038-\\u303c\\u3041-\\ud7ff\\uf900-\\ufdff" +
  "\\ufe20-\\ufe2f\\ufe70-\\ufefe\\uff10-\\uff19\\uff21-\\uff3a\\uff41-\\uff5a\\uff66-\\uffdc" +
  "\\u{10000}-\\u{dffff}";
const WORD = sticky(`[${WORD_CHARACTERS}]+`);
const COLON = sticky("[ \\t]*:");
const KEY = sticky(`([${WORD_CHARACTERS}]+(?:-[${WORD_CHARACTERS}]+)*)[ \\t]*:`);
const ATTRIBUTE = sticky(`[${WORD_CHARACTERS}\\-]+`);
const VALUE = sticky(`[^${SPACE}\\n,;=\\[\\]{}"#]+`);
const OPERATOR_RUN = /[-<>=@~→←↔⇒⇐⇔⟶⟵⟷—–−]+/uy;
// Tetrad and causal-learn print circles as the letter o, which would be read as a node's name.
const LEADING_CIRCLE = /o(?:->|--?o|--)/uy;
const TRAILING_CIRCLE = sticky(`o(?=[ \\t]+[${WORD_CHARACTERS}"{])`);

/** Whether a name can be written without quotes, reserved words aside. */
export function isBareWord(name: string): boolean {
  WORD.lastIndex = 0;
  return WORD.exec(name)?.[0] === name;
}

/** Characters that would not be seen, or would turn others round. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

function escapedPoint(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}

/** `text` in quotes for a message, its middle left out where it is long; much as Python's repr. */
export function shorten(text: string): string {
  const points = [...text];
  const short = points.length <= 60 ? text : `${points.slice(0, 39).join("")}…${points.slice(-20).join("")}`;
  const quote = short.includes("'") && !short.includes('"') ? '"' : "'";
  const escaped = short.replaceAll("\\", "\\\\").replace(UNSEEN, escapedPoint);
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

/** A place in a text, and the ways to move on from it. */
export class Scanner {
  readonly text: string;
  at = 0;
  private lineStarts: readonly number[] | null = null;
  private surrogates: readonly number[] | null = null;

  constructor(text: string) {
    this.text = text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
  }

  /** The next character, empty at the end. */
  peek(): string {
    const code = this.text.codePointAt(this.at);
    return code === undefined ? "" : String.fromCodePoint(code);
  }

  /** Pass blanks, line breaks and comments; return whether a line ended. */
  skip(): boolean {
    this.skipInLine();
    if (this.peek() !== "\n") return false;
    this.take(BLANK);
    return true;
  }

  skipInLine(): void {
    this.take(BLANK_IN_LINE);
  }

  takeWord(): Word | null {
    return this.wordLike(WORD);
  }

  takeAttribute(): Word | null {
    return this.wordLike(ATTRIBUTE);
  }

  takeValue(): Word | null {
    return this.wordLike(VALUE);
  }

  takeOperatorRun(): string | null {
    return this.take(OPERATOR_RUN);
  }

  takeLeadingCircle(): string | null {
    return this.take(LEADING_CIRCLE);
  }

  takeTrailingCircle(): string | null {
    return this.take(TRAILING_CIRCLE);
  }

  /** Read a setting's name with its colon, if one stands here. */
  takeKey(): Word | null {
    const at = this.at;
    if (this.text[at] === '"') {
      const word = this.takeString();
      if (this.take(COLON) !== null) return word;
      this.at = at;
      return null;
    }
    const written = this.take(KEY);
    return written === null ? null : { text: written.slice(0, -1).trimEnd(), at, quoted: false };
  }

  /** Read a setting's value: the rest of the line, without comment and outer quotes. */
  takeRestOfLine(): string {
    const end = this.text.indexOf("\n", this.at);
    const line = this.text.slice(this.at, end < 0 ? this.text.length : end);
    this.at += line.length;
    const whole = wholeString(line);
    if (whole !== null) return whole;
    const comment = SETTING_COMMENT.exec(line);
    return trimmed(comment ? line.slice(0, comment.index) : line);
  }

  /** Line and column of an offset, both from 1. */
  place(at: number): { line: number; column: number } {
    this.lineStarts ??= [0, ...offsets(this.text, /\n/gu).map((offset) => offset + 1)];
    this.surrogates ??= offsets(this.text, /[\u{10000}-\u{10ffff}]/gu);
    const line = countBelow(this.lineStarts, at + 1);
    const start = this.lineStarts[line - 1] ?? 0;
    const wide = countBelow(this.surrogates, at) - countBelow(this.surrogates, start);
    return { line, column: at - start - wide + 1 };
  }

  /** The error for what stands at an offset. */
  error(
    message: string,
    at: number = this.at,
    expected: string | null = null,
    suggestion: string | null = null,
    kind: NotationErrorKind = "notation",
    cyclePath: readonly string[] | null = null,
  ): NotationError {
    const { line, column } = this.place(at);
    return new NotationError(kind, message, line, column, expected, suggestion, cyclePath);
  }

  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return null;
    this.at += match[0].length;
    return match[0];
  }

  private wordLike(pattern: RegExp): Word | null {
    const at = this.at;
    if (this.text[at] === '"') return this.takeString();
    const text = this.take(pattern);
    return text === null ? null : { text, at, quoted: false };
  }

  private takeString(): Word {
    const opened = this.at;
    let text = "";
    let from = opened + 1;
    for (let i = from; i < this.text.length && this.text[i] !== "\n"; i++) {
      if (this.text[i] === '"') {
        this.at = i + 1;
        return { text: text + this.text.slice(from, i), at: opened, quoted: true };
      }
      const next = this.text[i + 1];
      if (this.text[i] === "\\" && (next === '"' || next === "\\" || next === "{")) {
        text += this.text.slice(from, i) + next;
        from = i + 2;
        i++;
      }
    }
    throw this.error("This quote is never closed on its line.", opened, 'a closing "');
  }
}

function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && IS_SPACE.test(text.charAt(start))) start++;
  while (start < end && IS_SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

function offsets(text: string, pattern: RegExp): number[] {
  return Array.from(text.matchAll(pattern), (match) => match.index);
}

/** How many of the sorted numbers are below `limit`. */
function countBelow(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a line says that is one quoted string and perhaps a comment, else null. */
function wholeString(line: string): string | null {
  const inner = new Scanner(line);
  inner.skipInLine();
  if (inner.peek() !== '"') return null;
  try {
    const word = inner.takeWord();
    inner.skipInLine();
    return word !== null && inner.peek() === "" ? word.text : null;
  } catch (error) {
    if (error instanceof NotationError) return null;
    throw error;
  }
}

/** The notation as a language of CodeMirror, in the tags that themes colour. */
import { LanguageSupport, StreamLanguage } from "@codemirror/language";
import { tags, type Tag } from "@lezer/highlight";
import { nextToken, startState, type TokenState, type TokenStyle } from "./notation-tokens";

export const STYLE_TAGS: Readonly<Record<TokenStyle, Tag>> = {
  magic: tags.meta,
  verb: tags.keyword,
  option: tags.attributeName,
  target: tags.definition(tags.variableName),
  wrapper: tags.keyword,
  name: tags.variableName,
  operator: tags.operator,
  wrong: tags.invalid,
  comment: tags.comment,
  key: tags.propertyName,
  setting: tags.string,
  attribute: tags.attributeName,
  number: tags.number,
  text: tags.string,
  brace: tags.brace,
  bracket: tags.squareBracket,
  separator: tags.separator,
  fence: tags.special(tags.string),
  python: tags.special(tags.variableName),
};

interface Place extends TokenState {
  /** Lines before the first that says anything. */
  blank: boolean;
}

interface Stream {
  readonly string: string;
  pos: number;
  sol(): boolean;
}

function parser(part: "header" | "body") {
  return {
    name: part === "header" ? "causal-cell" : "causal-graph",
    startState: (): Place => ({ ...startState(part), blank: true }),
    copyState: (state: Place): Place => ({ ...state }),
    token: (stream: Stream, state: Place): string | null => {
      if (stream.sol() && !state.blank && state.opened) state.part = "body";
      state.blank &&= stream.string.trim() === "";
      const { end, style } = nextToken(stream.string, stream.pos, state);
      stream.pos = end;
      return style;
    },
    tokenTable: STYLE_TAGS,
    languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["[", "{", '"'] } },
  };
}

/** The language of a whole `%%causal` cell. */
export const cellLanguage = StreamLanguage.define(parser("header"));

/** The language of a text that is a graph. */
export function graphLanguage(): LanguageSupport {
  return new LanguageSupport(StreamLanguage.define(parser("body")));
}

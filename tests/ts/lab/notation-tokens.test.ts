import { describe, expect, test } from "vitest";
import { nextToken, startState, type TokenState, type TokenStyle } from "../../../src/lab/notation-tokens";
import golden from "../../golden/notation.json";

function tokens(text: string, part: "header" | "body"): [string, TokenStyle][] {
  const state = startState(part);
  return text.split("\n").flatMap((line, number) => {
    if (number > 0) state.part = "body";
    return lineTokens(line, state);
  });
}

function lineTokens(line: string, state: TokenState): [string, TokenStyle][] {
  const found: [string, TokenStyle][] = [];
  for (let at = 0; at < line.length; ) {
    const { end, style } = nextToken(line, at, state);
    expect(end).toBeGreaterThan(at);
    expect(end).toBeLessThanOrEqual(line.length);
    if (style) found.push([line.slice(at, end), style]);
    at = end;
  }
  return found;
}

describe("the first line", () => {
  test("has a verb, names, options and the name that is bound", () => {
    expect(tokens("%%causal discover protein --bootstrap 20 --episodes=day -o g  # why", "header")).toEqual([
      ["%%causal", "magic"],
      ["discover", "verb"],
      ["protein", "name"],
      ["--bootstrap", "option"],
      ["20", "number"],
      ["--episodes", "option"],
      ["=", "separator"],
      ["day", "name"],
      ["-o", "option"],
      ["g", "target"],
      ["# why", "comment"],
    ]);
  });

  test("binds a name before <<, quotes names and holds Python", () => {
    expect(tokens('%causal learned << identify "my graph" --data {{frames["a"]}}', "header")).toEqual([
      ["%causal", "magic"],
      ["learned", "target"],
      ["<<", "operator"],
      ["identify", "verb"],
      ['"my graph"', "text"],
      ["--data", "option"],
      ["{{", "fence"],
      ["frames[", "python"],
      ['"a"', "text"],
      ["]", "python"],
      ["}}", "fence"],
    ]);
  });
});

describe("a body", () => {
  test("has names, marks, roles, knowledge and comments", () => {
    expect(tokens('dag { Age [exposure, pos="1,2"] @-> {B "blood pressure"} // so\nB => C', "body")).toEqual([
      ["dag", "wrapper"],
      ["{", "brace"],
      ["Age", "name"],
      ["[", "bracket"],
      ["exposure", "attribute"],
      [",", "separator"],
      ["pos", "attribute"],
      ["=", "separator"],
      ['"1,2"', "text"],
      ["]", "bracket"],
      ["@->", "operator"],
      ["{", "brace"],
      ["B", "name"],
      ['"blood pressure"', "text"],
      ["}", "brace"],
      ["// so", "comment"],
      ["B", "name"],
      ["=>", "wrong"],
      ["C", "name"],
    ]);
  });

  test("has tiers and settings, with Python inside of their values", () => {
    expect(tokens("tiers: A | B\nprompt: is {{x}} so? # no\nbudget: 12\nA", "body")).toEqual([
      ["tiers", "verb"],
      [":", "separator"],
      ["A", "name"],
      ["|", "separator"],
      ["B", "name"],
      ["prompt", "key"],
      [":", "separator"],
      ["is ", "setting"],
      ["{{", "fence"],
      ["x", "python"],
      ["}}", "fence"],
      ["so?", "setting"],
      ["# no", "comment"],
      ["budget", "key"],
      [":", "separator"],
      ["12", "number"],
      ["A", "name"],
    ]);
  });

  test("that the parser reads has nothing wrong in it", () => {
    for (const { text } of golden.valid) expect(tokens(text, "body").filter(([, style]) => style === "wrong")).toEqual([]);
  });

  test("of any text is taken apart to its end", () => {
    for (const text of ['"open', "a [b=", "]]", "{{ open\nstill", "x: ", "é→ü 🙂", "--", "a:b:c", "\\", "'"]) tokens(text, "body");
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Mark, Role } from "../../../src/graph/model";
import { NotationError, type NotationGraph, formatGraph, parseCell, parseGraph } from "../../../src/graph/notation";

interface GoldenNode {
  readonly name: string;
  readonly roles?: readonly Role[];
  readonly position?: readonly [number, number];
}
type Evidence = { readonly confidence?: number; readonly bits?: number };
interface Valid {
  readonly name: string;
  readonly text: string;
  readonly graph: {
    readonly nodes: readonly (string | GoldenNode)[];
    readonly edges: readonly (readonly [string, Mark, string, Evidence?])[];
    readonly required?: NotationGraph["required"];
    readonly forbidden?: NotationGraph["forbidden"];
    readonly tiers?: NotationGraph["tiers"];
  };
  readonly settings?: Record<string, { readonly values: readonly string[]; readonly line: number }>;
  readonly canonical: readonly string[];
}
interface Invalid {
  readonly name: string;
  readonly text: string;
  readonly error: string;
  readonly line: number;
  readonly column: number;
  readonly message?: string;
  readonly expected?: string;
  readonly suggestion?: string;
  readonly path?: readonly string[];
  readonly graph_only?: boolean;
}

const golden = JSON.parse(readFileSync("tests/golden/notation.json", "utf8")) as {
  readonly valid: readonly Valid[];
  readonly errors: readonly Invalid[];
};

function graphOf({ nodes, edges, required = [], forbidden = [], tiers = [] }: Valid["graph"]): NotationGraph {
  return {
    nodes: nodes.map((node) => ({ roles: [], position: null, ...(typeof node === "string" ? { name: node } : node) })),
    edges: edges.map(([source, mark, target, evidence]) => ({
      source,
      target,
      mark,
      confidence: null,
      bits: null,
      ...evidence,
    })),
    required,
    forbidden,
    tiers,
  };
}

function refusal(run: () => unknown): NotationError {
  try {
    run();
  } catch (error) {
    if (error instanceof NotationError) return error;
    throw error;
  }
  throw new Error("was not refused");
}

/** -0 is the same position as 0. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("golden cases", () => {
  for (const { name, text, graph, settings = {}, canonical } of golden.valid) {
    it(name, () => {
      const cell = parseCell(text);
      expect(plain(cell.graph)).toEqual(plain(graphOf(graph)));
      expect(Object.fromEntries(cell.settings)).toEqual(settings);
      expect([...cell.places.keys()]).toEqual(cell.graph.nodes.map((node) => node.name));
      expect(formatGraph(cell.graph)).toBe(canonical.join("\n"));
      expect(formatGraph(parseGraph(canonical.join("\n")))).toBe(canonical.join("\n"));
    });
  }

  for (const expected of golden.errors) {
    it(expected.name, () => {
      const error = refusal(() => (expected.graph_only ? parseGraph : parseCell)(expected.text));
      expect([error.kind, error.line, error.column]).toEqual([expected.error, expected.line, expected.column]);
      if (expected.error === "notation") expect(error.suggestion).toBe(expected.suggestion ?? null);
      if (expected.message) expect(error.message).toBe(expected.message);
      if (expected.expected) expect(error.expected).toBe(expected.expected);
      if (expected.path) expect(new Set(error.cyclePath)).toEqual(new Set(expected.path));
    });
  }
});

describe("any text", () => {
  const pieces = ["a", "b", "dag {", "{", "}", "[", "]", "->", "<-", "--", "@->", "=>", "o->", '"', "\\", ";", ",", "="]
    .concat(["\n", " ", "tiers: a | b", "|", "k: v", "[required]", "[forbidden]", '[pos="1,2"]', "# x", "𝒳", "\0"]);

  it("is a graph or a NotationError", () => {
    let seed = 1;
    const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
    for (let run = 0; run < 3000; run++) {
      const length = Math.floor(random() * 20);
      const text = Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)]).join("");
      let graph: NotationGraph | null = null;
      try {
        graph = parseCell(text).graph;
      } catch (error) {
        expect(error, text).toBeInstanceOf(NotationError);
      }
      if (graph) expect(formatGraph(parseGraph(formatGraph(graph))), text).toBe(formatGraph(graph));
    }
  });

  it.each([
    ["edges", Array.from({ length: 50_000 }, (_, i) => `a${i} -> b${i}`).join("\n"), 100_000],
    ["one setting", "k: 1\n".repeat(100_000), 0],
    ["a chain", Array.from({ length: 80_000 }, (_, i) => `a${i}`).join(" -> "), 80_000],
    ["a star", Array.from({ length: 60_000 }, (_, i) => `a -> b${i}`).join("\n"), 60_001],
    ["groups", "{}".repeat(400_000), 0],
    ["blanks", " ".repeat(900_000) + "a", 1],
  ])("of one megabyte is read in one pass: %s", (_, text, nodes) => {
    expect(parseCell(text).graph.nodes).toHaveLength(nodes);
  });

  it.each([
    ["quotes", `"${"\\".repeat(900_000)}`],
    ["an attribute", `a [${"e,".repeat(400_000)}`],
    ["a key", "a-".repeat(400_000)],
    ["braces", "{".repeat(900_000)],
  ])("of one megabyte is refused in one pass: %s", (_, text) => {
    expect(refusal(() => parseCell(text)).line).toBe(1);
  });
});

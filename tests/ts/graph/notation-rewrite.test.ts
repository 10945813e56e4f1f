/** A text is rewritten as little as its graph changed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatGraph, parseCell, type NotationGraph } from "../../../src/graph/notation";
import { rewriteNotation, type RewriteOptions } from "../../../src/graph/notation-rewrite";

const graphOf = (text: string): NotationGraph => parseCell(text).graph;

function rewritten(text: string, after: string, options?: RewriteOptions): string | null {
  return rewriteNotation(text, graphOf(text), graphOf(after), options);
}

describe("a text", () => {
  it("stays as it is where nothing changed", () => {
    const text = "  # drawn with Ann\nA   ->B;C // last\n\ntiers: A | B\nprompt: why\n";
    expect(rewritten(text, text)).toBe(text);
  });

  it("gets what is new at its end", () => {
    expect(rewritten("A -> B # why\n", "A -> B -> C; C [latent]")).toBe("A -> B # why\nC [latent]\nB -> C\n");
  });

  it("gets what is new before the brace that closes it", () => {
    expect(rewritten("dag {\n  A -> B\n}\n", "A -> B -> C")).toBe("dag {\n  A -> B\n  B -> C\n}\n");
  });

  it("loses an edge in the middle of a chain and keeps the rest on the line", () => {
    expect(rewritten("A -> B -> C -> D # all\nE", "A -> B; C -> D; E")).toBe("A -> B; C -> D # all\nE");
  });

  it("turns an edge round where it stands", () => {
    expect(rewritten("# first\nA -> B\nC -> D\n", "B -> A; C -> D")).toBe("# first\nB -> A\nC -> D\n");
  });

  it("keeps a comment whose statement goes", () => {
    expect(rewritten("A -> B # doubtful\nC -> D\n", "A; B; C -> D")).toBe(" # doubtful\nC -> D\nA\nB\n");
  });

  it("loses a line of its own with its statement", () => {
    expect(rewritten("A -> B\nC -> D\nE -> F\n", "A -> B; C; D; E -> F")).toBe("A -> B\nE -> F\nC\nD\n");
  });

  it("changes roles where they are said", () => {
    expect(rewritten("A [exposure]  B [outcome]\nA -> B", "A [exposure, adjusted]; B; A -> B")).toBe("A [exposure, adjusted]  B\nA -> B");
  });

  it("requires and forbids", () => {
    expect(rewritten("A -> B\nC -> D [forbidden]", "A -> B [required]; C; D")).toBe("A -> B [required]\nC\nD");
  });

  it("renames in names only", () => {
    const renamed = new Map([["Age", "Years lived"]]);
    const text = '# Age matters\nAge -> B; "Age" -> C [bits=3]\nAges -> B';
    const after = '"Years lived" -> B; "Years lived" -> C [bits=3]; Ages -> B';
    expect(rewriteNotation(text, graphOf(text), graphOf(after), { renamed })).toBe(
      '# Age matters\n"Years lived" -> B; "Years lived" -> C [bits=3]\nAges -> B',
    );
  });

  it("keeps what somebody is typing", () => {
    const [before, typed, after] = ["A -> B", "A -> B\nX -> Y # new", "A -> B; B -> C"];
    expect(rewriteNotation(typed, graphOf(before), graphOf(after))).toBe("A -> B\nX -> Y # new\nB -> C");
  });

  it("that cannot be read, or has expressions, is left alone", () => {
    expect(rewriteNotation("A ->", graphOf("A"), graphOf("B"))).toBeNull();
    expect(rewriteNotation("{{x}} -> B", graphOf("A -> B"), graphOf("A"))).toBeNull();
  });

  it("gets positions once a node was moved, and never where they are not wanted", () => {
    const [before, after] = ['A [pos="0,0"]; B [pos="0,1"]; A -> B', 'A [pos="2,0"]; B [pos="0,1"]; A -> B'].map(graphOf);
    if (!before || !after) throw new Error("two graphs");
    expect(rewriteNotation("A -> B", before, after)).toBe('A -> B\nA [pos="2,0"]\nB [pos="0,1"]');
    expect(rewriteNotation("A -> B", before, after, { positions: "never" })).toBe("A -> B");
    expect(rewriteNotation('A [pos="0,0"]', before, after)).toContain('A [pos="2,0"]');
  });

  it("keeps its line ends", () => {
    expect(rewritten("A -> B\r\nC\r\n", "A -> B; C -> B")).toBe("A -> B\r\nC\r\nC -> B\r\n");
  });

  it("of a megabyte is rewritten in time", () => {
    const text = Array.from({ length: 30_000 }, (_, i) => `Node${i} -> Node${i + 1} # comment ${i}`).join("\n");
    const before = graphOf(text);
    const after = { ...before, edges: before.edges.filter((_, place) => place !== 15_000) };
    expect(rewriteNotation(text, before, after)?.length).toBeGreaterThan(text.length - 200);
  });
});

const NAMES = ["A", "B", "Cé", "blood pressure", 'q"uote', "d.e", "tiers", "F1"];
const pairs = fc.uniqueArray(fc.tuple(fc.nat(NAMES.length - 1), fc.nat(NAMES.length - 1)), {
  maxLength: 9,
  selector: ([a, b]) => [a, b].sort().join(),
});

/** A valid graph: arrows go from earlier names to later ones. */
const graphs = fc
  .record({
    pairs,
    marks: fc.array(fc.constantFrom("->", "->", "->", "<->", "--", "@->"), { minLength: 9, maxLength: 9 }),
    kinds: fc.array(fc.constantFrom("", "", "", "required", "forbidden"), { minLength: 9, maxLength: 9 }),
    roles: fc.array(fc.constantFrom("", "", "exposure", "latent", "adjusted"), { minLength: 8, maxLength: 8 }),
    alone: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    tiers: fc.boolean(),
  })
  .map(({ pairs: chosen, marks, kinds, roles, alone, tiers }): NotationGraph => {
    const name = (place: number): string => NAMES[place] ?? "";
    const real = chosen.filter(([a, b]) => a !== b).map(([a, b]) => [name(Math.min(a, b)), name(Math.max(a, b))] as const);
    const arrow = (place: number): boolean => marks[place] === "->";
    const kept = real.map((pair, place) => ({ pair, mark: marks[place] ?? "->", kind: arrow(place) ? (kinds[place] ?? "") : "" }));
    const edges = kept.filter(({ kind }) => kind !== "forbidden");
    const used = new Set(kept.flatMap(({ pair }) => pair));
    const text = formatGraph({
      nodes: NAMES.flatMap((node, place) =>
        used.has(node) || alone[place] ? [{ name: node, roles: roles[place] ? [roles[place] as "exposure"] : [], position: null }] : [],
      ),
      edges: edges.map(({ pair: [source, target], mark }) => ({ source, target, mark: mark as "->", confidence: null, bits: null })),
      required: kept.filter(({ kind }) => kind === "required").map(({ pair }) => pair),
      forbidden: kept.filter(({ kind }) => kind === "forbidden").map(({ pair }) => pair),
      tiers: [],
    });
    const free = tiers ? NAMES.filter((node, place) => alone[place] && !used.has(node)) : [];
    return graphOf(free.length > 0 ? `${text}\ntiers: ${free.map((node) => JSON.stringify(node)).join(" | ")}` : text);
  });

/** The graph's text with comments, blank lines and several statements on a line. */
const loose = (graph: NotationGraph, seed: number): string => {
  const lines = formatGraph(graph).split("\n").filter(Boolean);
  const join = (line: string, place: number): string => {
    const style = (seed >> (place % 20)) & 3;
    if (line.startsWith("tiers:") || style === 0) return `${line}\n`;
    return style === 1 ? `${line}; ` : style === 2 ? `  ${line}  # note ${place}\n\n` : `// line ${place}\n${line}\n`;
  };
  const body = lines.map(join).join("").replace(/; (tiers:)/gu, "\n$1");
  return seed % 5 === 0 ? `dag {\n${body}\n}\n` : body;
};

describe("rewriting", () => {
  it("reads as the other graph, whatever both are and however the text is written", () => {
    fc.assert(
      fc.property(graphs, graphs, fc.nat(2 ** 24), (before, after, seed) => {
        const text = loose(before, seed);
        const next = rewriteNotation(text, before, after);
        expect(next, text).not.toBeNull();
        expect(formatGraph(graphOf(next ?? ""))).toBe(formatGraph(after));
        for (const [comment] of text.matchAll(/# note \d+|\/\/ line \d+/gu)) expect(next).toContain(comment);
      }),
      { numRuns: 400 },
    );
  });

  it("changes nothing where nothing changed", () => {
    fc.assert(
      fc.property(graphs, fc.nat(2 ** 24), (graph, seed) => {
        const text = loose(graph, seed);
        expect(rewriteNotation(text, graph, graph)).toBe(text);
      }),
    );
  });
});

import { describe, expect, test } from "vitest";
import { toDocument } from "../../../src/graph/conversion";
import type { GraphDocument } from "../../../src/graph/model";
import { parseGraph } from "../../../src/graph/notation";
import { cellAfter, rewriteCell } from "../../../src/lab/cell-rewrite";

let ids = 0;

function graph(text: string, previous: GraphDocument | null = null): GraphDocument {
  const freshId = (prefix: string): string => `${prefix}${(ids += 1)}`;
  return toDocument(parseGraph(text), previous === null ? { freshId } : { previous, freshId });
}

function after(source: string, before: string, then: string) {
  const first = graph(before);
  return cellAfter(source, first, graph(then, first), "never");
}

describe("what is drawn", () => {
  test("goes into the body, whose comments stay", () => {
    const source = "%%causal graph -o g\n# Ann's\nA -> B  # sure";
    expect(after(source, "A -> B", "A -> B -> C")).toEqual({ outcome: "rewritten", source: `${source}\nB -> C` });
  });

  test("gives a line a body", () => {
    expect(after("%causal graph -o g", "", "A -> B")).toEqual({ outcome: "rewritten", source: "%%causal graph -o g\nA -> B" });
    expect(after("%causal graph -o g", "", "")).toEqual({ outcome: "same", source: "%causal graph -o g" });
  });

  test("goes nowhere where the cell has no graph in it", () => {
    expect(after("%causal edit g", "A", "A; B").outcome).toBe("none");
    expect(after("%%causal discover frame -o g\nA -> B", "A -> B", "A").outcome).toBe("none");
    expect(after("edit(g)", "A", "A; B").outcome).toBe("none");
  });

  test("leaves a text alone that cannot be read, or that Python writes a part of", () => {
    for (const body of ["A -> ", "{{nodes}} -> A"]) {
      const source = `%%causal graph -o g\n${body}`;
      expect(after(source, "A", "A -> B")).toEqual({ outcome: "kept", source });
    }
  });
});

test("only what changes is written, as one change", () => {
  const source = "%%causal g << graph\nA -> B\nC";
  const changes: unknown[] = [];
  const cell = {
    getSource: () => source,
    updateSource: (start: number, end: number, text?: string) => changes.push([start, end, text]),
  };
  const first = graph("A -> B; C");
  expect(rewriteCell(cell, first, graph("A -> B -> C", first), "never")).toBe("rewritten");
  expect(changes).toHaveLength(1);
  expect(rewriteCell(cell, first, first, "never")).toBe("same");
  expect(changes).toHaveLength(1);
});

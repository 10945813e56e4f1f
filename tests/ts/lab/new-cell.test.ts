import { describe, expect, test } from "vitest";
import { freeName, graphCell, LOADING, loadsMagic, planInsertion } from "../../../src/lab/new-cell";

describe("a free name", () => {
  test.each([
    [[], [], "g"],
    [["%%causal graph -o g\nA -> B"], [], "g2"],
    [["g = 9.81", "g2 << graph"], [], "g3"],
    [["graph = 1; go = 2; xg = 3; größe = g1"], [], "g"],
    [["# g is gravity"], ["g2", null], "g3"],
  ])("is one that nothing mentions: %j, %j", (texts, taken, name) => {
    expect(freeName(texts, taken)).toBe(name);
  });
});

test.each([
  ["%load_ext causal_magics", true],
  ["import numpy\n  %reload_ext causal_magics", true],
  ["# %load_ext causal_magics", false],
  ["%load_ext causal_magics_extra", false],
  ["import causal_magics", false],
])("%j loads the magic: %j", (source, loads) => {
  expect(loadsMagic(source)).toBe(loads);
});

describe("new cells", () => {
  const graph = graphCell("g", true);

  test("are a line that opens an empty canvas, or a cell to write in", () => {
    expect(graph).toBe("%causal graph -o g");
    expect(graphCell("g2", false)).toBe("%%causal graph -o g2\n");
  });

  test("go below the active one, after the cell that loads the magic", () => {
    expect(planInsertion([LOADING, "x"], 1, graph, true)).toEqual({ at: 2, replacesBlank: false, sources: [graph] });
    expect(planInsertion(["x", "y"], 0, graph, false)).toEqual({ at: 1, replacesBlank: false, sources: [LOADING, graph] });
  });

  test("take the place of a blank cell", () => {
    expect(planInsertion([" \n"], 0, graph, false)).toEqual({ at: 0, replacesBlank: true, sources: [LOADING, graph] });
    expect(planInsertion([null], 0, graph, true)).toEqual({ at: 1, replacesBlank: false, sources: [graph] });
  });

  test("load the magic where only a later cell does, so that all cells run from top to bottom", () => {
    expect(planInsertion(["x", LOADING], 0, graph, true).sources).toEqual([LOADING, graph]);
  });

  test("load nothing where the kernel has the magic and no cell loads it", () => {
    expect(planInsertion(["x"], 0, graph, true).sources).toEqual([graph]);
  });
});
